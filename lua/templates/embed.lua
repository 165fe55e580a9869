-- Turn the templates' files into C: `lua5.4 lua/templates/embed.lua FILE... > templates.c`. The table is
-- declared in runtime/cli/template.h. A file dot-NAME is .NAME in a charm, so that it means nothing here.

local function as_bytes(text)
  local rows = {}
  for at = 1, #text, 20 do
    rows[#rows + 1] = table.concat({ text:byte(at, at + 19) }, ",")
  end
  return table.concat(rows, ",\n")
end

print("/* Made by lua/templates/embed.lua from lua/templates. */")
print('#include "cli/template.h"')
local entries = {}
for number, path in ipairs(arg) do
  local file <close> = assert(io.open(path, "rb"))
  local template, name = path:match "^lua/templates/([^/]+)/(.+)$"
  print(("static const unsigned char file_%d[] = {\n%s\n};"):format(number, as_bytes(file:read("a"))))
  entries[number] = ('    { "%s", "%s", file_%d, sizeof(file_%d) },'):format(template,
    name:gsub("^dot%-", "."), number, number)
end
print("const struct template_file template_files[] = {")
print(table.concat(entries, "\n"))
print("    { 0, 0, 0, 0 },\n};")
