# The library for other hosts of Lua 5.4: `require "orthorun"` in stock lua5.4,
# from the objects of the program. Two shared objects: src/module/loader.c says
# why. Included by the Makefile.

M       := $(B)/module/orthorun
ENGINEO := $(COREO) $(SYSO) $(patsubst src/%.c,$(B)/%.o,$(wildcard \
           src/bind/*.c) $(addprefix src/host/,run_options.c version.c \
           kernel.c restart.c) src/module/engine.c)

module: $(M)/core.so $(M)/engine.so ## the library as modules for lua5.4

# Lua's own functions are the host's.
$(M)/engine.so: $(ENGINEO)
	@mkdir -p $(@D)
	@$(SAY) $(CC) -shared $(LDFLAGS) $(LDSAN) -pthread -o $@ $^ $(LDLIBS)

$(M)/core.so: $(B)/module/loader.o
	@mkdir -p $(@D)
	@$(SAY) $(CC) -shared $(LDFLAGS) $(LDSAN) -o $@ $^ -ldl

-include $(B)/module/engine.d $(B)/module/loader.d

# --- for luarocks: `luarocks make` ------------------------------------------
# LUADIR, LIBDIR: where the host looks for Lua files and for shared objects.
install-module: module
	@test -n '$(LUADIR)' -a -n '$(LIBDIR)' || \
	  { echo 'install-module: LUADIR= and LIBDIR= are needed' >&2; exit 1; }
	install -d '$(LIBDIR)/orthorun'
	install $(M)/core.so $(M)/engine.so '$(LIBDIR)/orthorun'
	$(call COPY,lua,$(LUADIR),*)

.PHONY: module install-module
