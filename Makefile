# orthorun: `make help` lists the targets. Settings first; a rule per pattern.

# --- settings: make NAME=value ----------------------------------------------
CC       = cc
OPT      = -O3 -g
SAN      =#                  make SAN=address,undefined test
PREFIX   = /usr/local
DESTDIR  =
V        =#                  V=1 shows the compiler's command lines
EDITLINE = libedit#          or readline; none: plain line input at the prompt
BUSTED   = busted
PYTHON   = /usr/bin/python3#  Debian's, for which the packages of Jupyter are
JUPYTER  = --user#           or --sys-prefix, --prefix DIR: install-jupyter
LUA      = lua5.4#           as pkg-config knows it
PKGS     = zlib sqlite3
LIBS     = -llapacke -lopenblas -lm -ldl
WARN     = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wvla -Wno-unused-parameter
# No -ffast-math: it breaks NaN tests. No contraction: the same bits on every
# instruction set that a kernel is compiled for.
CFLAGS   = -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE $(OPT) \
           $(WARN) -ffp-contract=off -fno-math-errno -fno-trapping-math -pthread \
           -fPIC -fvisibility=hidden

# --- what follows from them -------------------------------------------------
comma   := ,
space   := $(subst ,, )
SAN     := $(strip $(SAN))
V       := $(strip $(V))
EDITLINE := $(strip $(EDITLINE))
COVERAGE =#                  for make coverage
VARIANT := $(if $(SAN),$(subst $(comma),-,$(SAN)),$(if \
             $(strip $(COVERAGE)),coverage,release))
B       := build/$(VARIANT)
APART   := $(filter-out release,$(VARIANT))
BIN     := $(if $(APART),$(B)/orthorun,orthorun)
ifneq ($(SAN),)
CFLAGS  += -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all
LDSAN   := -fsanitize=$(SAN)
endif
ifeq ($(VARIANT),coverage)
CFLAGS  += -O1 --coverage -fprofile-update=atomic
LDSAN   := --coverage
WRAP    := -Wl,--wrap=luaL_newstate,--wrap=lua_sethook,--wrap=_exit
endif
LUA     := $(strip $(LUA))
CPPFLAGS += $(if $(LUA_INCDIR),-I'$(LUA_INCDIR)') \
           $(shell pkg-config --cflags $(LUA) $(PKGS) 2>/dev/null)
LUALIBS := $(shell pkg-config --libs $(LUA) 2>/dev/null)
LDLIBS  += $(shell pkg-config --libs $(PKGS) 2>/dev/null) $(LIBS)
ifeq ($(EDITLINE),libedit)
CPPFLAGS += -DOR_EDITLINE -DOR_LIBEDIT
EDITLIB := -ledit
else ifeq ($(EDITLINE),readline)
CPPFLAGS += -DOR_EDITLINE -DOR_READLINE
EDITLIB := -lreadline
endif

# Files that include real.h are templates: compiled once for each precision.
TEMPLATES := $(basename $(notdir $(shell grep -l '"real.h"' src/core/*.c)))
CORE  := $(filter-out $(TEMPLATES:%=src/core/%.c),$(wildcard src/core/*.c))
COREO := $(CORE:src/%.c=$(B)/%.o) \
         $(foreach t,$(TEMPLATES),$(B)/core/$t_f32.o $(B)/core/$t_f64.o)
SYSO  := $(patsubst src/%.c,$(B)/%.o,$(wildcard src/system/*.c))
OBJ   := $(COREO) $(SYSO) $(patsubst src/%.c,$(B)/%.o,$(wildcard \
         src/bind/*.c src/host/*.c))
CTEST := $(patsubst tests/c/%.c,$(B)/tests/%,$(wildcard tests/c/*.c))

# --- build ------------------------------------------------------------------
all: $(BIN) ## build ./orthorun (the default)

$(BIN): $(OBJ) $(if $(WRAP),$(B)/coverage/lines.o)
	@$(SAY) $(CC) $(LDFLAGS) $(LDSAN) $(WRAP) -pthread -Wl,-E -o $@ $^ \
	  $(LUALIBS) $(EDITLIB) $(LDLIBS)
	$(if $(APART),@ln -sfn ../../lua ../../experiments $(B))

$(B)/core/%_f32.o: src/core/%.c $(B)/flags | $(B)/found
	$(COMPILE) -DOR_BITS=32 -c -o $@ $<

$(B)/core/%_f64.o: src/core/%.c $(B)/flags | $(B)/found
	$(COMPILE) -DOR_BITS=64 -c -o $@ $<

$(B)/coverage/lines.o: DEFINE = -DLINES_FOLDER='"$(LINES)"'
$(B)/coverage/lines.o: tests/coverage/lines.c $(B)/flags | $(B)/found
	$(COMPILE) -c -o $@ $<

$(B)/%.o: src/%.c $(B)/flags | $(B)/found
	$(COMPILE) -c -o $@ $<

# The one C test that needs Lua.
$(B)/tests/memerr_test: $(SYSO) $(patsubst src/%.c,$(B)/%.o,$(wildcard \
  src/bind/*.c))
$(B)/tests/memerr_test: LDLIBS += $(LUALIBS)

# src/system stands alone: neither Lua nor the core is linked.
$(B)/tests/system_test: tests/c/system_test.c $(SYSO) | $(B)/found
	$(COMPILE) $(LDSAN) -o $@ $(filter %.c %.o,$^) \
	  $(shell pkg-config --libs zlib sqlite3 2>/dev/null)

$(B)/tests/%: tests/c/%.c $(COREO) $(B)/host/kernel.o | $(B)/found
	$(COMPILE) $(LDSAN) -o $@ $(filter %.c %.o,$^) $(LDLIBS)

SAY     = $(if $(V),set -x,echo "  CC  $@");
COMPILE = @mkdir -p $(@D); $(SAY) \
          $(CC) $(CFLAGS) $(CPPFLAGS) $(DEFINE) -MMD -MP

# Changes when a setting does: then everything is compiled anew.
ALL_FLAGS = $(CC) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS) $(LDLIBS)
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(ALL_FLAGS)' | cmp -s - $@ || echo '$(ALL_FLAGS)' >$@

# Looks for the libraries once, so that a missing one has a clear message.
$(B)/found: tools/find_libraries $(B)/flags
	@CC='$(CC)' CPPFLAGS='$(CPPFLAGS)' tools/find_libraries
	@touch $@

$(B)/host/version.o: DEFINE = -DOR_RANDOM123='"$(shell tools/random123)"'

-include $(OBJ:.o=.d) $(CTEST:=.d)

# --- set-up -----------------------------------------------------------------
# The targets that install run make again: only then is pkg-config there.
deps: ## install the libraries that are missing (Debian, Ubuntu)
	@tools/deps run

deps-dev: ## install the checkers, too
	@tools/deps run dev

# --- use --------------------------------------------------------------------
run: deps ## set up, build, run the depth sweep: table and plots
	@$(MAKE) --no-print-directory $(BIN)
	./$(BIN) experiments/depth_sweep.lua

test: deps ## set up, build, run all tests
	@$(MAKE) --no-print-directory test-built

test-kill: $(BIN) ## a thousand random kill -9 over running sweeps (2 minutes)
	@ORTHORUN=$(abspath $(BIN)) ./$(BIN) tests/kill.lua 1000

# Some twenty minutes. EXPERIMENTS="isometry drift": these alone.
test-science: deps ## does every experiment agree, over three sets of seeds?
	@$(MAKE) --no-print-directory $(BIN)
	@ORTHORUN=./$(BIN) ./$(BIN) tools/science.lua $(EXPERIMENTS)

bench-deps: ## install the peers that `make bench` races, and its tools
	@tools/deps run bench

# About twelve minutes. ROUNDS=n: how often; RACES="small medium": these alone.
bench: bench-deps ## race PyTorch and NumPy; renews docs/performance.md
	@$(MAKE) --no-print-directory $(BIN) $(B)/ceiling_f32 $(B)/ceiling_f64
	@CEILINGS=$(B) ORTHORUN=./$(BIN) ROUNDS='$(ROUNDS)' RACES='$(RACES)' \
	  ./$(BIN) bench/run.lua

# The floor of what BLAS and LAPACK allow; for this machine alone.
$(B)/ceiling_f32: CEILING = -DREAL_IS_FLOAT
$(B)/ceiling_f%: bench/ceiling/*.c bench/ceiling/*.h | $(B)/found
	@$(SAY) $(CC) -O3 -march=native -mprefer-vector-width=512 -ffast-math \
	  -std=gnu11 -pthread -Wall -Wextra $(CEILING) -o $@ $(filter %.c,$^) \
	  -lopenblas -lmvec -lm

# RENEW=1 stores the new counts.
bench-smoke: ## instructions of three small workloads against stored counts
	@tools/deps run smoke
	@$(MAKE) --no-print-directory $(BIN)
	@ORTHORUN=./$(BIN) RENEW=$(RENEW) ./$(BIN) bench/smoke.lua

bench-sweeps: $(BIN) ## what an empty trial costs, and what two workers gain
	@ORTHORUN=$(abspath $(BIN)) ./$(BIN) bench/sweeps.lua

test-cluster: deps ## sweeps under mpirun and Slurm, which it installs (root)
	@tools/deps run cluster
	@$(MAKE) --no-print-directory $(BIN)
	@BIN=$(BIN) BUSTED='$(BUSTED)' tests/cluster/run

test-jupyter: deps ## the kernel by jupyter_client, a notebook by nbconvert
	@tools/deps run jupyter
	@$(MAKE) --no-print-directory $(BIN)
	@ORTHORUN=$(abspath $(BIN)) $(PYTHON) tests/jupyter/kernel_test.py

test-built: $(BIN) $(CTEST)
test-built: $(BIN) $(CTEST) module
	@BIN=$(BIN) BUSTED='$(BUSTED)' tests/run $(CTEST)

test-c: $(CTEST) ## tests of the C parts that need no Lua, gnuplot or terminal
	@for test in $(CTEST); do $$test || exit 1; done

# Not what starts other programs, or reads thousands of lines.
test-gc: deps ## tests of the C parts while the collector never rests
	@$(MAKE) --no-print-directory $(BIN)
	@BIN=$(BIN) BUSTED='$(BUSTED)' LUA_INIT=@tests/gc.lua \
	  SPECS='$(foreach s,core/layer core/network core/matrix core/linalg \
	  core/metric core/golden net/optim,tests/$s_spec.lua)' tests/run

check: deps-dev ## format, lints, and who may use whom
	@$(MAKE) --no-print-directory $(B)/found
	@CPPFLAGS='$(CPPFLAGS)' tools/check

format: deps-dev ## let clang-format rewrite the C files
	clang-format -i src/*/*.[ch] tests/c/*.[ch] bench/ceiling/*.[ch]

# Two minutes, most of them for ten epochs of training.
G = build/gallery
gallery: deps ## draw the pictures of docs/ anew, run its recipes
	@$(MAKE) --no-print-directory $(BIN)
	./$(BIN) experiments/depth_sweep.lua --out $G/depth_sweep
	./$(BIN) experiments/orthogonality.lua --out $G/orthogonality
	./$(BIN) experiments/lazy_drift.lua --out $G/lazy_drift
	./$(BIN) experiments/why_orthogonal.lua --out $G/why_orthogonal
	./$(BIN) --precision float32 experiments/drift.lua --epochs 10 --seed 1 \
	  --out $G/drift
	cp $G/*/depth_sweep.png $G/*/orthogonality.png $G/*/lazy_drift.png \
	  $G/*/why_orthogonal.png $G/*/drift.png docs/
	./$(BIN) tools/gallery.lua
	./$(BIN) tools/recipes.lua

# The tests fail where this was forgotten.
reference: deps ## make docs/api, help() and the types anew from the comments
	@$(MAKE) --no-print-directory $(BIN)
	./$(BIN) tools/reference/make.lua

docs: ## the reference as HTML with a search box, in build/docs
	@tools/deps run docs
	@$(MAKE) --no-print-directory $(BIN)
	./$(BIN) tools/reference/make.lua --html

include packaging/install.mk packaging/module.mk tests/coverage/coverage.mk

# --- the rest ---------------------------------------------------------------
clean: ## remove what was built
	rm -rf build orthorun

help: ## this list
	@echo "Targets:"
	@sed -n 's/^\([a-z-]*\):[^#]*## /  \1\t/p' Makefile */*.mk */*/*.mk | \
	  awk -F '\t' '{ printf "%-12s %s\n", $$1, $$2 }'
	@echo "Settings: see the first lines of the Makefile."

.PHONY: all deps deps-dev run test test-built test-c test-gc test-kill test-science \
        test-cluster test-jupyter bench bench-deps bench-smoke bench-sweeps \
        check format gallery reference docs clean help FORCE
