-- Lua's text as tokens, with their places in it: for those who look at an author's code without running
-- it (charm.lint) or change it. The text must be one that `load` takes; comments and blanks are left out.
--
-- A token is { kind, text, value, from, to, line }: kind "name", "keyword", "string", "number" or "op";
-- text as it is written; value the content of a string; from and to its bytes.

local M = {}

local keywords <const> = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return then
  true until while]]):gmatch "%a+" do
  keywords[word] = true
end

-- The longest first.
local operators <const> = {
  "...", "<<", ">>", "//", "==", "~=", "<=", ">=", "::", "..", "+", "-", "*", "/", "%", "^", "#", "&", "~",
  "|", "<", ">", "=", "(", ")", "{", "}", "[", "]", ";", ":", ",", ".",
}

-- Where a long bracket that begins at `at` ends, and what is in it; nil when none begins there.
local function long_bracket(text, at)
  local level <const> = text:match("^%[(=*)%[", at)
  if not level then return nil end
  local _, to = text:find("]" .. level .. "]", at, true)
  return to, text:sub(at + #level + 2, to - #level - 2):gsub("^\r?\n", "")
end

local function skip_comment(text, at)
  local to <const> = long_bracket(text, at + 2)
  return (to or (text:find("\n", at, true) or #text + 1) - 1) + 1
end

-- The end of a string in quotes.
local function quoted(text, at)
  local quote <const> = text:sub(at, at)
  local place = at + 1
  while text:sub(place, place) ~= quote do
    place = place + (text:sub(place, place) == "\\" and 2 or 1)
  end
  return place
end

local function number(text, at)
  local _, to = text:find("^0[xX][%x.]*", at)
  if not to then
    _, to = text:find("^%d*%.?%d*", at)
    local _, exponent <const> = text:find("^[eE][+-]?%d+", to + 1)
    return exponent or to
  end
  local _, exponent <const> = text:find("^[pP][+-]?%d+", to + 1)
  return exponent or to
end

local function operator(text, at)
  for _, one in ipairs(operators) do
    if text:sub(at, at + #one - 1) == one then return at + #one - 1 end
  end
  error(("no token begins at byte %d"):format(at))
end

-- The token that begins at a byte: its kind, its last byte, and the content of a string.
local function read(text, at)
  local _, to = text:find("^[%a_][%w_]*", at)
  if to then return keywords[text:sub(at, to)] and "keyword" or "name", to end
  if text:find("^%d", at) or text:find("^%.%d", at) then return "number", number(text, at) end
  if text:find("^[\"']", at) then
    to = quoted(text, at)
    return "string", to, load("return " .. text:sub(at, to))()
  end
  local content
  to, content = long_bracket(text, at)
  if to then return "string", to, content end
  return "op", operator(text, at)
end

---@class charm.source.Token
---@field kind "name"|"keyword"|"string"|"number"|"op"
---@field text string
---@field value string? of a string
---@field from integer
---@field to integer
---@field line integer

---The tokens of a text that `load` takes.
---@param text string
---@return charm.source.Token[]
---@nodiscard
function M.of(text)
  local list, line = {}, 1
  local at = text:sub(1, 1) == "#" and (text:find("\n", 1, true) or #text + 1) or 1
  local counted = 1
  while true do
    at = text:find("%S", at)
    if not at then return list end
    if text:sub(at, at + 1) == "--" then
      at = skip_comment(text, at)
    else
      for _ in text:sub(counted, at):gmatch "\n" do line = line + 1 end
      counted = at + 1
      local kind <const>, to <const>, value <const> = read(text, at)
      list[#list + 1] = {
        kind = kind, text = text:sub(at, to), value = value, from = at, to = to, line = line,
      }
      at = to + 1
    end
  end
end

return M
