-- What a scenario expects. Each expectation prints one line and is counted; one that is not met shows
-- the scenario's file and line and what differs, and the scenario goes on.
local errors <const> = require "charm.errors"

local core <const> = package.loaded["charm.scenario.core"]

local M = {}

local most_differences <const> = 12
local most_levels <const> = 30
local most_bytes <const> = 160

local function cut(text)
  return #text <= most_bytes and text or text:sub(1, most_bytes) .. "..."
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    if math.type(a) and math.type(b) then return a < b end
    return tostring(a) < tostring(b)
  end)
  return keys
end

local function show(value, level)
  level = level or 0
  if value == nil then return "nothing" end
  if type(value) == "string" then return cut(("%q"):format(value):gsub("\\\n", "\\n")) end
  if type(value) ~= "table" or getmetatable(value) and getmetatable(value).__tostring then
    return cut(tostring(value))
  end
  if level > 3 then return "{...}" end
  local parts = {}
  for _, key in ipairs(sorted_keys(value)) do
    local name = math.type(key) and "" or tostring(key) .. " = "
    parts[#parts + 1] = name .. show(value[key], level + 1)
  end
  return cut("{ " .. table.concat(parts, ", ") .. " }")
end

local function join(path, key)
  if math.type(key) then return ("%s[%s]"):format(path, key) end
  return path == "" and tostring(key) or path .. "." .. tostring(key)
end

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch "(.-)\n" do lines[#lines + 1] = line end
  return lines
end

local compare

-- Texts of several lines: the lines that differ.
local function compare_lines(got, wanted, path, differences)
  local ours, theirs = lines_of(got), lines_of(wanted)
  for number = 1, math.max(#ours, #theirs) do
    compare(ours[number], theirs[number], ("%sline %d"):format(path == "" and "" or path .. ", ", number),
      differences, most_levels)
  end
end

local function compare_tables(got, wanted, path, differences, level)
  if level > most_levels then return end
  for _, key in ipairs(sorted_keys(wanted)) do
    compare(got[key], wanted[key], join(path, key), differences, level + 1)
  end
  for _, key in ipairs(sorted_keys(got)) do
    if wanted[key] == nil then compare(got[key], nil, join(path, key), differences, level + 1) end
  end
end

function compare(got, wanted, path, differences, level)
  if got == wanted then return end
  if type(got) == "table" and type(wanted) == "table" then
    compare_tables(got, wanted, path, differences, level)
  elseif type(got) == "string" and type(wanted) == "string" and level < most_levels
    and (got:find "\n" or wanted:find "\n") then
    compare_lines(got, wanted, path, differences)
  else
    differences[#differences + 1] = ("%sgot %s, wanted %s"):format(path == "" and "" or path .. ": ",
      show(got), show(wanted))
  end
end

local function describe(differences)
  if #differences > most_differences then
    local rest = #differences - most_differences
    differences = table.move(differences, 1, most_differences, 1, {})
    differences[#differences + 1] = ("and %d more"):format(rest)
  end
  return table.concat(differences, "\n")
end

---Count whether something is so.
---@param condition any what is neither false nor nil is met
---@param text string what is expected, in words: "the certificate is another one"
---@return boolean met
function M.expect(condition, text)
  errors.check_text("expect", text)
  local met = condition ~= nil and condition ~= false
  core.result(met, text)
  return met
end

---Count whether two values are equal: tables by what is in them, anything else by ==. What differs is
---shown place by place.
---@param got any
---@param wanted any
---@param text string what is expected, in words
---@return boolean met
function M.expect_equal(got, wanted, text)
  errors.check_text("expect_equal", text)
  local differences = {}
  compare(got, wanted, "", differences, 0)
  core.result(#differences == 0, text, describe(differences))
  return #differences == 0
end

---Count whether a function raises an error that has a text in it.
---@param body fun()
---@param part string
---@param text string? what is expected, in words
---@return boolean met
function M.expect_error(body, part, text)
  errors.check_function("expect_error", body)
  errors.check_text("expect_error", part)
  local ended, raised = pcall(body)
  local met = not ended and tostring(raised):find(part, 1, true) ~= nil
  core.result(met, text or ("it is refused: %s"):format(part),
    ended and "it was not refused" or ("got: %s\nwanted: %s"):format(cut(tostring(raised)), part))
  return met
end

return M
