/* panel.h: 24 Gauss-Legendre nodes on an interval: weights, the polynomial
   through values at them, its slopes; and where a function that nobody knows
   must be cut so that such polynomials follow it. */
#ifndef OR_PANEL_H
#define OR_PANEL_H

#include "activation.h"

enum { OR_NODES = 24 };

/* Nodes of [-1, 1] above 0, and their weights. */
extern const double or_legendre[OR_NODES / 2][2];

/* The nodes of [low, high]; not in the order of their size */
void or_panel_nodes(double low, double high, double *x);

/* The polynomial through y at the nodes of [-1, 1], at t */
double or_panel_value(const double *y, double t);

/* Its slopes at nodes that lie `half` times as far apart */
void or_panel_slopes(const double *y, double half, double *slopes);

/* Where [-reach, reach] must be cut: between neighbours among `cuts`, which
   rise, phi is a polynomial of degree 23 to about 1e-13 of its largest value
   around 0 or of that piece. So kinks are among them, found to about 1e-13
   (jumps of the slope) or 1e-6 (of its slope): the first ones join those of
   `shape`. Returns how many cuts, `room` at most; -1 where those do not
   suffice. *jump: where phi itself jumps, or NaN. phi is custom; after it has
   failed (NaN) the result means nothing. */
int or_pieces(or_activation phi, double reach, double *cuts, int room,
              or_activation_shape *shape, double *jump);

#endif
