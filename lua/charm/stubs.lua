-- What editors read of the modules: files with LuaCATS annotations and empty functions, made from the
-- same reference as `luacharm docs`. For `luacharm docs --stubs`; not for charms.
local docs <const> = require "charm.docs"
local items <const> = require "charm.reference"
local json <const> = require "charm.json"

local M = {}

local function add_text(lines, text)
  for line in (text .. "\n"):gmatch "(.-)\n" do
    if text ~= "" then lines[#lines + 1] = "---" .. line end
  end
end

local function add_examples(lines, examples)
  for _, example in ipairs(examples) do add_text(lines, "```lua\n" .. example .. "\n```") end
end

-- tag: "@param"; parts that are "" are left out.
local function add_tag(lines, tag, ...)
  local line = "---" .. tag
  for _, part in ipairs { ... } do
    if part ~= "" then line = line .. " " .. part end
  end
  lines[#lines + 1] = line
end

local function add_function(lines, item, name)
  local names = {}
  lines[#lines + 1] = ""
  add_text(lines, item.text)
  add_examples(lines, item.examples)
  for _, param in ipairs(item.params) do
    add_tag(lines, "@param", table.unpack(param))
    if not param[1]:find "%w%." then names[#names + 1] = param[1]:gsub("%?$", "") end
  end
  for _, value in ipairs(item.returns) do add_tag(lines, "@return", table.unpack(value)) end
  lines[#lines + 1] = ("function %s(%s) end"):format(name, table.concat(names, ", "))
end

local function add_class(lines, class)
  add_text(lines, class.text)
  add_examples(lines, class.examples or {})
  add_tag(lines, "@class", class.name .. (class.parent and ":" or ""), class.parent or "")
  for _, field in ipairs(class.fields) do add_tag(lines, "@field", table.unpack(field)) end
  for _, operator in ipairs(class.operators or {}) do add_tag(lines, "@operator", operator) end
end

-- The tables that the name of a function goes through: M.key of M.key.generate.
local function add_tables(lines, made, name)
  for at in name:gmatch "()%." do
    local table_name = name:sub(1, at - 1)
    if not made[table_name] then
      made[table_name] = true
      lines[#lines + 1] = ("\n%s = {}"):format(table_name)
    end
  end
end

local function module_stub(chapter)
  local lines, made = { "---@meta " .. chapter.name, "" }, { M = true }
  add_class(lines, chapter)
  lines[#lines + 1] = "local M = {}"
  for _, item in ipairs(chapter.functions) do
    local name = "M" .. item.title:sub(#chapter.name + 1)
    add_tables(lines, made, name)
    add_function(lines, item, name)
  end
  lines[#lines + 1] = "\nreturn M\n"
  return table.concat(lines, "\n")
end

local function add_alias(lines, alias)
  lines[#lines + 1] = ""
  add_text(lines, alias.text)
  add_tag(lines, "@alias", alias.name, alias.type)
  for _, value in ipairs(alias.values) do
    lines[#lines + 1] = "---| " .. value[1] .. (value[2] == "" and "" or " # " .. value[2])
  end
end

-- In one file, which nobody can require: editors know classes and aliases from anywhere.
local function classes_stub(chapters)
  local lines, written = { "---@meta _" }, {}
  for _, chapter in ipairs(chapters) do written[chapter.name] = chapter end
  for _, item in ipairs(items) do
    if item.kind == "alias" then
      add_alias(lines, item)
    elseif item.kind == "class" and written[item.name] and written[item.name].is_class then
      local variable = item.name:match "[%w_]+$"
      lines[#lines + 1] = "\ndo"
      add_class(lines, item)
      lines[#lines + 1] = ("local %s = {}"):format(variable)
      for _, method in ipairs(written[item.name].functions) do
        add_function(lines, method, variable .. (method.method and ":" or ".") .. method.name)
      end
      lines[#lines + 1] = "end"
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

---The files, by their paths in the editor's library.
---@return string json an object of paths and texts
function M.files()
  local chapters, files = docs.chapters(), {}
  for _, chapter in ipairs(chapters) do
    if not chapter.is_class then files[chapter.name:gsub("%.", "/") .. ".lua"] = module_stub(chapter) end
  end
  files["charm/classes.lua"] = classes_stub(chapters)
  return (json.encode(files))
end

return M
