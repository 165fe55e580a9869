-- What luacheck allows here: Lua 5.4, lines of 110, methods that need no self; stubs are signatures
-- only.
std = "lua54"
max_line_length = 110
self = false
files["lua/charm/_meta/*.lua"] = { unused_args = false }
