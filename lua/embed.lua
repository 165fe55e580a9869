-- Turn files into C tables: `lua5.4 lua/embed.lua KIND FILE... > KIND.c`.
--   modules    the Lua half, compiled here, so that a syntax error fails the build and a hook does not
--              parse. A chunk is named after its module, "=[charm.tls]", so that its frames are told from
--              those of the author's files. Declared in runtime/bind/vm.h
--   templates  the files of `luacharm init`; dot-NAME is .NAME in a charm, so that it means nothing
--              here. Declared in runtime/cli/template.h
--   page       what reports in HTML are made of. Declared in runtime/cli/page.h

local function module_name(path)
  return (path:gsub("^.*lua/charm", "charm"):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", "."))
end

-- names: what an entry begins with; bytes: what is embedded of a file's text, by default all of it.
local kinds <const> = {
  modules = {
    header = "bind/vm.h",
    table = "struct bind_lua_module bind_lua_modules",
    names = function(path) return { module_name(path) } end,
    bytes = function(text, path)
      return string.dump(assert(load(text, "=[" .. module_name(path) .. "]", "t")))
    end,
  },
  templates = {
    header = "cli/template.h",
    table = "struct template_file template_files",
    names = function(path)
      local template, name = path:match "^lua/templates/([^/]+)/(.+)$"
      return { template, (name:gsub("^dot%-", ".")) }
    end,
  },
  page = {
    header = "cli/page.h",
    table = "struct page_part page_parts",
    names = function(path) return { path:match "[^/]+$" } end,
  },
}

local function as_array(text)
  local rows = {}
  for at = 1, #text, 20 do
    rows[#rows + 1] = table.concat({ text:byte(at, at + 19) }, ",")
  end
  return table.concat(rows, ",\n")
end

local kind <const> = assert(kinds[arg[1]], "modules, templates or page expected")
print(('/* Made by lua/embed.lua. */\n#include "%s"'):format(kind.header))
local entries, no_entry = {}, nil
for number = 1, #arg - 1 do
  local path = arg[number + 1]
  local file <close> = assert(io.open(path, "rb"))
  local text, names = file:read "a", kind.names(path)
  if kind.bytes then text = kind.bytes(text, path) end
  print(("static const unsigned char file_%d[] = {\n%s\n};"):format(number, as_array(text)))
  entries[number] = ('    { "%s", file_%d, sizeof(file_%d) },')
    :format(table.concat(names, '", "'), number, number)
  no_entry = "    { " .. ("0, "):rep(#names) .. "0, 0 },"
end
print(("const %s[] = {\n%s\n%s\n};"):format(kind.table, table.concat(entries, "\n"), no_entry))
