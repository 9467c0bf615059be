# make install, make uninstall, and what they put beside the program: a manual
# page and the shells' completions, which are made from the program's own tables
# of options. Included by the Makefile. Folders may have spaces in their names.

BINDIR   = $(DESTDIR)$(PREFIX)/bin
SHARE    = $(DESTDIR)$(PREFIX)/share
SHAREDIR = $(SHARE)/orthorun
MANDIR   = $(SHARE)/man/man1
BASHDIR  = $(SHARE)/bash-completion/completions
ZSHDIR   = $(SHARE)/zsh/site-functions#   Debian's packages have their own
FISHDIR  = $(SHARE)/fish/vendor_completions.d
PCDIR    = $(SHARE)/pkgconfig
KERNELDIR = $(SHARE)/jupyter/kernels/orthorun
ZSHDIR  := $(strip $(ZSHDIR))
VERSION := $(shell sed -n 's/^.define OR_VERSION "\(.*\)"/\1/p' \
             src/core/version.h)

# --- what is made -----------------------------------------------------------
S     = build/share
MADE := $(addprefix $S/,orthorun.1 orthorun.bash orthorun.zsh orthorun.fish)

# Half a page is none.
$S/orthorun.1: packaging/manual.lua $(BIN)
	@mkdir -p $S
	@./$(BIN) $< >$@.new && mv $@.new $@

$S/orthorun.%: packaging/completion.lua $(BIN)
	@mkdir -p $S
	@./$(BIN) $< $* >$@.new && mv $@.new $@

extras: $(MADE)

manual: $S/orthorun.1 ## show the manual page, made from the tables of options
	man -l $<

# --- install ----------------------------------------------------------------
# COPY from to pattern: the files in a folder, as they lie in it
COPY = find $(1) -type f -name '$(3)' \
  ! -path '*/__pycache__/*' -exec sh -c 'for file; do \
  install -D -m 644 "$$file" "$$0/$${file\#*/}" || exit 1; done' '$(2)' {} +

install: $(BIN) $(MADE) ## into PREFIX (/usr/local); DESTDIR is honoured
	install -d '$(BINDIR)' '$(PCDIR)'
	install $(BIN) '$(BINDIR)/orthorun'
	$(call COPY,lua,$(SHAREDIR),*)
	$(call COPY,experiments,$(SHAREDIR)/experiments,*.lua)
	$(call COPY,docs,$(SHAREDIR)/docs,*.md)
	$(call COPY,docs/stubs,$(SHAREDIR)/docs,*.lua)
	$(call COPY,jupyter,$(SHAREDIR)/jupyter,*)
	install -D -m 644 $S/orthorun.1 '$(MANDIR)/orthorun.1'
	install -D -m 644 $S/orthorun.bash '$(BASHDIR)/orthorun'
	install -D -m 644 $S/orthorun.zsh '$(ZSHDIR)/_orthorun'
	install -D -m 644 $S/orthorun.fish '$(FISHDIR)/orthorun.fish'
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' \
	  packaging/orthorun.pc.in >'$(PCDIR)/orthorun.pc'
	install -d '$(KERNELDIR)'
	sed -e 's|@KERNEL@|$(PREFIX)/share/orthorun/jupyter/orthorun_kernel.py|' \
	  -e 's|@ORTHORUN@|$(PREFIX)/bin/orthorun|' jupyter/kernel.json \
	  >'$(KERNELDIR)/kernel.json'
	chmod 644 '$(PCDIR)/orthorun.pc' '$(KERNELDIR)/kernel.json'

install-jupyter: $(BIN) ## make this checkout a kernel of Jupyter's notebooks
	./$(BIN) --install-jupyter $(JUPYTER)

# Folders that are empty then go, too.
uninstall: ## what install did, undone
	rm -rf '$(SHAREDIR)' '$(KERNELDIR)'
	rm -f '$(BINDIR)/orthorun' '$(MANDIR)/orthorun.1' '$(BASHDIR)/orthorun' \
	  '$(ZSHDIR)/_orthorun' '$(FISHDIR)/orthorun.fish' '$(PCDIR)/orthorun.pc'
	-@cd '$(DESTDIR)$(PREFIX)' && for folder in bin share/man/man1 \
	  share/bash-completion/completions share/zsh/site-functions \
	  share/fish/vendor_completions.d share/pkgconfig share/jupyter/kernels; do \
	  [ ! -d $$folder ] || rmdir -p --ignore-fail-on-non-empty $$folder; done

# --- Debian package ---------------------------------------------------------
deb: ## orthorun_VERSION_ARCH.deb in the folder above, checked by lintian
	@tools/deps run deb
	dpkg-buildpackage -us -uc -b
	lintian --fail-on error ../orthorun_$(VERSION)_*.changes

test-packages: deps ## the rock, the Debian package, and clang, in a copy
	@tools/deps run packages
	@tests/packaging/run

.PHONY: extras manual install install-jupyter uninstall deb test-packages
