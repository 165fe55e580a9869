-- What luacheck allows here: Lua 5.4, lines of 110, methods that need no self; stubs are signatures
-- only.
std = "lua54"
max_line_length = 110
self = false
files["lua/charm/_meta/*.lua"] = { unused_args = false }
-- What luacharm model play gives a scenario (lua/charm/scenario.lua).
local scenario = { read_globals = {
  "model", "deploy", "refresh", "add_unit", "integrate", "remove_relation", "remove_unit",
  "remove_application", "set_leader", "config", "reset_config", "settle", "advance", "run", "exec",
  "fire", "resolved", "fail_next", "pause", "unpause", "now", "status", "unit", "relation_data",
  "secrets", "log", "timeline", "step", "expect", "expect_equal", "expect_error",
} }
files["tests/model/play/*.lua"] = scenario
files["tests/model/upgrade/*.lua"] = scenario
