-- Values as tests have them: copies, and how they look in messages.
local M = {}

---A copy of a table and what is in it; metatables are shared. Other values as they are.
---@param value any
---@return any
---@nodiscard
function M.copy(value)
  if type(value) ~= "table" then return value end
  local copy = {}
  for key, item in pairs(value) do copy[key] = M.copy(item) end
  return setmetatable(copy, getmetatable(value))
end

-- A key in a message is of no use, and a log of tests is no place for one.
local function show_text(text)
  if text:find("PRIVATE KEY", 1, true) then return "(a private key)" end
  if #text > 200 then text = text:sub(1, 200) .. "..." end
  return (("%q"):format(text):gsub("\\\n", "\\n"))
end

local function by_text(a, b) return tostring(a) < tostring(b) end

---The keys of a table, sorted.
---@param value table
---@return any[]
---@nodiscard
function M.keys(value)
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, by_text)
  return keys
end

local MAX_ITEMS <const> = 12

local function show_table(value, depth)
  if depth > 3 then return "{...}" end
  local parts = {}
  for _, key in ipairs(M.keys(value)) do
    if #parts == MAX_ITEMS then
      parts[#parts + 1] = "..."
      break
    end
    local shown = M.show(value[key], depth + 1)
    if math.type(key) == "integer" then
      parts[#parts + 1] = shown
    elseif type(key) == "string" and key:match("^[%a_][%w_]*$") then
      parts[#parts + 1] = ("%s = %s"):format(key, shown)
    else
      parts[#parts + 1] = ("[%s] = %s"):format(M.show(key), shown)
    end
  end
  return #parts == 0 and "{}" or "{ " .. table.concat(parts, ", ") .. " }"
end

---A value in one line, without private keys.
---@param value any
---@param depth integer? of tables around it
---@return string
---@nodiscard
function M.show(value, depth)
  if value == nil then return "nothing" end
  if type(value) == "string" then return show_text(value) end
  if type(value) ~= "table" then return tostring(value) end
  local metatable = getmetatable(value)
  if type(metatable) == "table" and metatable.__tostring then return show_text(tostring(value)) end
  return show_table(value, depth or 0)
end

return M
