# orthorun: `make help` lists the targets. Settings first; a rule per pattern.

CC      = cc
OPT     = -O3 -g
SAN     =#                  make SAN=address,undefined test
PREFIX  = /usr/local
WARN    = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
          -Wpointer-arith -Wvla -Wno-unused-parameter
# No -ffast-math: it breaks NaN tests. No contraction: the same bits on every
# instruction set that a kernel is compiled for.
CFLAGS  = -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE $(OPT) $(WARN) \
          -ffp-contract=off -fno-math-errno -fno-trapping-math -pthread
PKGS    = lua5.4 zlib
EDITLINE = libedit

comma   := ,
VARIANT := $(if $(SAN),$(subst $(comma),-,$(SAN)),release)
B       := build/$(VARIANT)
BIN     := $(if $(SAN),$(B)/orthorun,orthorun)
ifneq ($(SAN),)
CFLAGS  += -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all
LDSAN   := -fsanitize=$(SAN)
endif
CPPFLAGS += $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LDLIBS  += $(shell pkg-config --libs $(PKGS) 2>/dev/null) \
           -llapacke -lopenblas -lm -ldl
ifeq ($(EDITLINE),libedit)
CPPFLAGS += -DOR_EDITLINE
LDLIBS  += -ledit
endif

# kernels.c, blas.c and activate.c are templates: compiled once for each precision
TEMPLATES := kernels blas activate
CORE  := $(filter-out $(TEMPLATES:%=src/core/%.c),$(wildcard src/core/*.c))
SRC   := $(CORE) $(wildcard src/bind/*.c) $(wildcard src/host/*.c)
OBJ   := $(SRC:src/%.c=$(B)/%.o) \
         $(foreach t,$(TEMPLATES),$(B)/core/$t_f32.o $(B)/core/$t_f64.o)

all: $(BIN)

$(BIN): $(OBJ)
	$(CC) $(LDSAN) -pthread -Wl,-E -o $@ $^ $(LDLIBS)

$(B)/core/%_f32.o: src/core/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(CPPFLAGS) -DOR_BITS=32 -MMD -MP -c -o $@ $<

$(B)/core/%_f64.o: src/core/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(CPPFLAGS) -DOR_BITS=64 -MMD -MP -c -o $@ $<

$(B)/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(CPPFLAGS) -MMD -MP -c -o $@ $<

-include $(OBJ:.o=.d)

clean:
	rm -rf build orthorun

.PHONY: all clean
