-- Comparing what a test got with what it expected. An expectation is a value, or a table of some of
-- the fields, or a matcher; all that differs is listed, each with its path.
local copy <const> = require "charm.testing.copy"

local M = {}

---A condition on a value, where an expectation would have the value itself.
---@class charm.testing.Matcher
---@field description string
---@field accepts fun(value: any): boolean
local Matcher = { __name = "charm.testing.Matcher" }
Matcher.__tostring = function(self) return self.description end

---@param description string what is expected, for messages
---@param accepts fun(value: any): boolean
---@return charm.testing.Matcher
---@nodiscard
function M.new(description, accepts)
  return setmetatable({ description = description, accepts = accepts }, Matcher)
end

local function is_matcher(value) return getmetatable(value) == Matcher end

local function add(differences, path, wanted, got)
  differences[#differences + 1] = ("%s: expected %s, got %s"):format(path == "" and "the value" or path,
    is_matcher(wanted) and wanted.description or copy.show(wanted), copy.show(got))
end

local function is_list(value)
  return #value > 0
end

-- "relations[1].data['ca/0'].host"
local function step(path, key)
  if math.type(key) == "integer" then return ("%s[%d]"):format(path, key) end
  key = tostring(key)
  if key:match("^[%a_][%w_]*$") then return path == "" and key or path .. "." .. key end
  return ("%s['%s']"):format(path, key)
end

local compare

local function compare_lists(got, wanted, path, differences)
  for place = 1, math.max(#got, #wanted) do
    compare(got[place], wanted[place], step(path, place), differences)
  end
end

local function compare_tables(got, wanted, path, differences)
  if type(got) ~= "table" then return add(differences, path, wanted, got) end
  if next(wanted) == nil then
    if next(got) ~= nil then add(differences, path, wanted, got) end
  elseif is_list(wanted) then
    compare_lists(got, wanted, path, differences)
  else
    for _, key in ipairs(copy.keys(wanted)) do
      compare(got[key], wanted[key], step(path, key), differences)
    end
  end
end

-- What has a text, such as a status ("active: ready") or a file, can be expected as that text.
local function has_text(value)
  local metatable = getmetatable(value)
  return type(value) == "table" and type(metatable) == "table" and metatable.__tostring ~= nil
end

function compare(got, wanted, path, differences)
  if is_matcher(wanted) then
    if not wanted.accepts(got) then add(differences, path, wanted, got) end
  elseif type(wanted) == "table" then
    compare_tables(got, wanted, path, differences)
  elseif type(wanted) == "string" and has_text(got) then
    if tostring(got) ~= wanted then add(differences, path, wanted, got) end
  elseif got ~= wanted then
    add(differences, path, wanted, got)
  end
end

---What differs, one text each; an empty list when nothing does.
---@param got any
---@param wanted any
---@return string[]
---@nodiscard
function M.differences(got, wanted)
  local differences = {}
  compare(got, wanted, "", differences)
  return differences
end

---@param got any
---@param wanted any
---@return boolean
---@nodiscard
function M.matches(got, wanted)
  return #M.differences(got, wanted) == 0
end

return M
