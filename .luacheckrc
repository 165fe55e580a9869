-- What luacheck allows here: Lua 5.4, lines of 110, methods that need no self.
std = "lua54"
max_line_length = 110
self = false
