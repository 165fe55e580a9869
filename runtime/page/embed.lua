-- Turn the pages' files into C: `lua5.4 runtime/page/embed.lua FILE... > page.c`. The table is declared in
-- runtime/cli/page.h.

local function as_bytes(text)
  local rows = {}
  for at = 1, #text, 20 do
    rows[#rows + 1] = table.concat({ text:byte(at, at + 19) }, ",")
  end
  return table.concat(rows, ",\n")
end

print("/* Made by runtime/page/embed.lua from runtime/page. */")
print('#include "cli/page.h"')
local entries = {}
for number, path in ipairs(arg) do
  local file <close> = assert(io.open(path, "rb"))
  print(("static const unsigned char part_%d[] = {\n%s\n};"):format(number, as_bytes(file:read("a"))))
  entries[number] = ('    { "%s", part_%d, sizeof(part_%d) },'):format(path:match "[^/]+$", number, number)
end
print("const struct page_part page_parts[] = {")
print(table.concat(entries, "\n"))
print("    { 0, 0, 0 },\n};")
