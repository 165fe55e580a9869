-- The reference: what is written about a function, a class or a value, as text. It is made from the
-- annotations of the sources (lua/reference.lua), so that there is one text for each. For
-- `luacharm docs`, and for `describe` at the prompt; not for charms.
local core <const> = require "charm.core"
local errors <const> = require "charm.errors"
local inspect <const> = require "charm.inspect"
local items <const> = require "charm.reference"
local json <const> = require "charm.json"
local parts <const> = require "charm.parts"

local M = {}

-- What an author requires, in the order in which it is shown.
local roots <const> = {
  "charm", "charm.tls", "charm.tls.v3", "charm.x509", "charm.json", "charm.policy", "charm.testing",
  "charm.scenario",
}

local modules <const> = {} -- name -> what its source says of itself
local by_name <const> = {} -- "charm.Key:pem", "charm.Key" -> item
local by_origin <const> = {} -- "charm.machine:45" -> item
local by_value <const> = {} -- a function -> item
local methods <const> = {} -- class -> its functions, in order

local function full_name(item)
  if item.kind ~= "function" then return item.name end
  return item.owner .. (item.method and ":" or ".") .. item.name
end

for _, item in ipairs(items) do
  item.title = full_name(item)
  if item.kind == "module" then
    modules[item.name] = modules[item.name] or item.text -- a stub has less to say
    goto next
  end
  by_name[item.title] = item
  if item.at then by_origin[item.at] = item end
  if item.kind == "function" then
    methods[item.owner] = methods[item.owner] or {}
    table.insert(methods[item.owner], item)
  end
  ::next::
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

-- Functions under the names by which authors call them, for each root; tables in it are gone into.
local function walk(found, name, value)
  for _, key in ipairs(sorted_keys(inspect.members(value))) do
    local member = rawget(value, key)
    local path = name .. "." .. key
    if type(member) == "function" then
      local item = by_origin[inspect.origin(member) or ""] or by_name[path]
      if item then
        item.title = path
        by_name[path] = item
        by_value[member] = item
        found[#found + 1] = item
      end
    elseif type(member) == "table" and not inspect.class(member) then
      walk(found, path, member)
    end
  end
  return found
end

-- Of a module that is there in one place only, such as a scenario: what its source has.
local function written_in(module)
  local found = {}
  for _, item in ipairs(items) do
    if item.owner == module and item.kind == "function" then found[#found + 1] = item end
  end
  return found
end

local function functions_of(root)
  local loaded, module = pcall(require, root)
  parts.complete(module)
  return loaded and walk({}, root, module) or written_in(root)
end

-- Classes of what is not for charms.
local function is_internal(class)
  return class:find("%.core") ~= nil or class:find "^charm%.lint%." ~= nil
    or class:find "^charm%.source%." ~= nil
end

---What an author can require, each with its functions; then the classes, each with its methods.
---@return { name: string, is_class: boolean, text: string, fields: table[], functions: table[] }[]
function M.chapters()
  local chapters = {}
  for _, root in ipairs(roots) do
    local class = by_name[root]
    chapters[#chapters + 1] = {
      name = root, is_class = false, text = modules[root] or "", fields = class and class.fields or {},
      functions = functions_of(root),
    }
  end
  for _, item in ipairs(items) do
    if item.kind == "class" and item.name:find "%.%u" and not is_internal(item.name) then
      chapters[#chapters + 1] = {
        name = item.name, is_class = true, text = item.text, fields = item.fields,
        functions = methods[item.name] or {},
      }
    end
  end
  return chapters
end

M.chapters() -- gives functions the names by which they are called

---All names of which something is written, sorted.
---@return string[]
function M.names() return sorted_keys(by_name) end

-- The first sentence, on one line.
local function summary(item)
  local paragraph = item.text:gsub("\n\n.*$", ""):gsub("\n", " ")
  return paragraph:match "^(.-%.)%s" or paragraph
end

---Fields and functions of a class, of which something is written; without order.
---@param class string
---@return string[]
function M.names_in(class)
  local item, names = by_name[class], {}
  for _, field in ipairs(item and item.fields or {}) do names[#names + 1] = field[1]:match "^%w[%w_]*" end
  for _, method in ipairs(methods[class] or {}) do names[#names + 1] = method.name end
  return names
end

local function signature(item)
  local names = {}
  for i, param in ipairs(item.params) do
    local optional = param[2]:sub(-1) == "?" and param[1]:sub(-1) ~= "?"
    names[i] = param[1] .. (optional and "?" or "")
  end
  return item.title .. "(" .. table.concat(names, ", ") .. ")"
end

local function add_rows(lines, heading, rows)
  if #rows == 0 then return end
  lines[#lines + 1] = ""
  lines[#lines + 1] = heading
  for _, row in ipairs(rows) do
    local left = row[1] == "" and row[2] or row[2] == "" and row[1] or row[1] .. ": " .. row[2]
    lines[#lines + 1] = "  " .. left .. (row[3] == "" and "" or "  -- " .. row[3])
  end
end

local function add_examples(lines, item)
  for _, example in ipairs(item.examples) do
    lines[#lines + 1] = ""
    lines[#lines + 1] = "    " .. example:gsub("\n", "\n    ")
  end
end

local function returns_of(item)
  local rows = {}
  for i, row in ipairs(item.returns) do rows[i] = { row[2], row[1], row[3] } end
  return rows
end

local function function_text(item)
  local lines = { signature(item) }
  if item.text ~= "" then lines[#lines + 1] = "\n" .. item.text end
  add_rows(lines, "Parameters:", item.params)
  add_rows(lines, "Returns:", returns_of(item))
  add_examples(lines, item)
  return lines
end

local function class_text(item)
  local lines = { item.name .. (item.parent and ": " .. item.parent or "") }
  if item.text ~= "" then lines[#lines + 1] = "\n" .. item.text end
  add_rows(lines, "Fields:", item.fields)
  local rows = {}
  for i, method in ipairs(methods[item.name] or {}) do
    rows[i] = { signature(method), "", summary(method) }
  end
  add_rows(lines, "Functions:", rows)
  add_examples(lines, item)
  return lines
end

local function alias_text(item)
  local lines = { item.name .. (item.type ~= "" and " = " .. item.type or "") }
  if item.text ~= "" then lines[#lines + 1] = "\n" .. item.text end
  local rows = {}
  for i, value in ipairs(item.values) do rows[i] = { value[1], "", value[2] } end
  add_rows(lines, "Values:", rows)
  return lines
end

local texts <const> = { ["function"] = function_text, class = class_text, alias = alias_text }

local function item_text(item) return table.concat(texts[item.kind](item), "\n") end

---What is written about a name: "charm.open_port", "tls.requires", "charm.Key:pem", "charm.Key".
---@param name string
---@return string? text
function M.of_name(name)
  local item = by_name[name] or by_name["charm." .. name]
  return item and item_text(item)
end

---What is written about a value: a function, or an object's class. A value of which nothing is written
---is told by its type.
---@param value any
---@return string text
function M.of_value(value)
  if type(value) == "function" then
    local origin = inspect.origin(value) or ""
    local item = by_value[value] or by_origin[origin] or by_name[origin]
    return item and item_text(item) or "a function of which nothing is written"
  end
  local class = by_name[inspect.class(value) or ""]
  return class and item_text(class) or type(value) .. ": " .. tostring(value)
end

local function add_columns(lines, rows)
  local width = 0
  for _, row in ipairs(rows) do width = math.max(width, #row[1]) end
  for _, row in ipairs(rows) do
    local line = ("  %-" .. math.min(width, 60) .. "s  %s"):format(row[1], row[2])
    lines[#lines + 1] = line:match "^(.-)%s*$"
  end
end

local function chapter_text(chapter)
  local lines = { chapter.name }
  if chapter.text ~= "" then lines[#lines + 1] = "\n" .. chapter.text end
  add_rows(lines, "Fields:", chapter.fields)
  local rows = {}
  for i, item in ipairs(chapter.functions) do rows[i] = { signature(item), summary(item) } end
  lines[#lines + 1] = "\nFunctions:"
  add_columns(lines, rows)
  return table.concat(lines, "\n")
end

local function contents()
  local lines, rows = {}, {}
  for i, chapter in ipairs(M.chapters()) do rows[i] = { chapter.name, summary(chapter) } end
  add_columns(lines, rows)
  lines[#lines + 1] = "\n'luacharm docs NAME' says more about one of them, or about a function in one."
  return table.concat(lines, "\n")
end

---What `luacharm docs NAME` prints; without a name, which chapters there are. Raises "not_found".
---@param name string?
---@return string text
function M.page(name)
  if not name then return contents() end
  for _, chapter in ipairs(M.chapters()) do
    local is_it = chapter.name == name or chapter.name == "charm." .. name
    if is_it and not chapter.is_class then return chapter_text(chapter) end
  end
  local text = M.of_name(name)
  if text then return text end
  local known = {}
  for _, other in ipairs(M.names()) do known[other] = true end
  local message = "nothing is written about this: " .. errors.unknown("name", name, known)
  return core.raise("not_found", message)
end

-- Only what the page shows, so that its data has one form.
local function function_data(item)
  return {
    name = item.title, signature = signature(item), text = item.text, examples = json.array(item.examples),
    params = json.array(item.params), returns = json.array(returns_of(item)),
  }
end

---The whole reference, as the page of `luacharm docs --html` takes it.
---@return string json
function M.data()
  local chapters, aliases = json.array {}, json.array {}
  for i, chapter in ipairs(M.chapters()) do
    local functions = json.array {}
    for k, item in ipairs(chapter.functions) do functions[k] = function_data(item) end
    chapters[i] = {
      name = chapter.name, is_class = chapter.is_class, text = chapter.text, functions = functions,
      fields = json.array(chapter.fields),
    }
  end
  for _, item in ipairs(items) do
    if item.kind == "alias" then
      aliases[#aliases + 1] = {
        name = item.name, type = item.type, text = item.text, values = json.array(item.values),
      }
    end
  end
  return (json.encode { chapters = chapters, aliases = aliases })
end

return M
