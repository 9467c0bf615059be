/* version.h: the release, for --version and for every run's record. */
#ifndef OR_VERSION_H
#define OR_VERSION_H

#define OR_VERSION "0.1.0"

#endif
