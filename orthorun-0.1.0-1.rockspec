-- `luarocks make` in this folder: require "orthorun" in stock Lua 5.4.
rockspec_format = "3.0"
package = "orthorun"
version = "0.1.0-1"
source = { url = "." } -- the checkout that this file is in
description = {
  summary = "Signals, gradients and singular values in deep networks",
  detailed = [[
Matrices, layers, initializers, metrics, theory, sweeps and plots over BLAS and
LAPACK: what the interpreter orthorun has in it, for scripts of other hosts.]],
  license = "MIT",
  labels = { "math", "science", "linear-algebra", "neural-networks" },
}
supported_platforms = { "unix" }
dependencies = { "lua ~> 5.4" }
-- Libraries: tools/find_libraries looks for them where Debian has them, too.
build = {
  type = "make",
  build_target = "module",
  install_target = "install-module",
  build_variables = { CC = "$(CC)", LUA_INCDIR = "$(LUA_INCDIR)" },
  install_variables = { CC = "$(CC)", LUA_INCDIR = "$(LUA_INCDIR)",
    LUADIR = "$(LUADIR)", LIBDIR = "$(LIBDIR)" },
}
