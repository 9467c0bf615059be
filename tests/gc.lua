-- gc.lua: the collector at its most aggressive, for `make test-gc`: through
-- LUA_INIT, a full collection after every few thousand instructions, beside
-- incremental ones that never pause. What C code holds without keeping it
-- reachable is then gone when it is used next.
if ortho then -- not in another Lua that runs on the way to ours
  collectgarbage("incremental", 1, 1000, 8)
  debug.sethook(function() collectgarbage() end, "", 20000)
end
