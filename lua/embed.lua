-- Turn the Lua half into C: `lua5.4 lua/embed.lua lua/charm/init.lua ... > modules.c`.
-- Each module is compiled here, so that a syntax error fails the build and a hook does not parse.
-- The table is declared in runtime/bind/vm.h. A chunk is named after its module, "=[charm.tls]", so
-- that its frames are told from those of the author's files.

local function module_name(path)
  return (path:gsub("^.*lua/charm", "charm"):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", "."))
end

local function as_bytes(chunk)
  local rows = {}
  for at = 1, #chunk, 20 do
    rows[#rows + 1] = table.concat({ chunk:byte(at, at + 19) }, ",")
  end
  return table.concat(rows, ",\n")
end

print("/* Made by lua/embed.lua from lua/charm. */")
print('#include "bind/vm.h"')
local entries = {}
for number, path in ipairs(arg) do
  local file <close> = assert(io.open(path, "rb"))
  local chunk = assert(load(file:read("a"), "=[" .. module_name(path) .. "]", "t"))
  local bytes = string.dump(chunk)
  print(("static const unsigned char module_%d[] = {\n%s\n};"):format(number, as_bytes(bytes)))
  entries[number] = ('    { "%s", module_%d, sizeof(module_%d) },'):format(module_name(path), number, number)
end
print("const struct bind_lua_module bind_lua_modules[] = {")
print(table.concat(entries, "\n"))
print("    { 0, 0, 0 },\n};")
