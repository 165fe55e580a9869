-- Errors that the Lua half raises: the same objects as the C half's, with the place of the author's
-- code in them.
local core <const> = require "charm.core"

local M = {}

---The closed list of codes, in errors and in the third result of look-ups.
---@alias charm.ErrorCode
---| "usage"       # the caller asked for something that makes no sense
---| "parse"       # input is not in the form it should have
---| "limit"       # input is over a limit
---| "crypto"      # a signature or key does not fit
---| "password"    # an encrypted key, and no or the wrong password
---| "not_found"   # no such file, secret, relation, key
---| "permission"  # Juju or the system refuses it to us
---| "exists"      # it is there already
---| "io"          # the system failed to read or write
---| "timeout"     # it did not finish in time
---| "command"     # a program or hook command failed otherwise
---| "script"      # an error in the author's Lua
---| "state"       # not possible here and now, such as charm.config outside a hook
---| "unsupported" # understood, but not offered
---| "memory"      # out of memory
---| "internal"    # our bug

---What is raised. `tostring(err)` is "src/charm.lua:12: message".
---@class charm.Error
---@field code charm.ErrorCode
---@field message string
---@field where string? "src/charm.lua:12": the author's code nearest to the fault

---Raise the caller's own mistake.
---@param format string for string.format
---@param ... any
function M.misuse(format, ...)
  core.raise("usage", format:format(...))
end

---What a value is, for messages: its class, or its Lua type.
---@param value any
---@return string
---@nodiscard
function M.kind(value)
  local class = getmetatable(value)
  if type(class) == "table" then class = rawget(class, "__name") end
  return type(value) ~= "string" and type(class) == "string" and class or type(value)
end

---@param what string what takes the value, such as "charm.on"
---@param value any
function M.check_function(what, value)
  if type(value) ~= "function" then
    M.misuse("%s: expected a function as handler, got %s", what, M.kind(value))
  end
end

---@param what string what takes the value
---@param value any
function M.check_text(what, value)
  if type(value) ~= "string" or value == "" then
    M.misuse("%s: expected a text, got %s", what, value == "" and "an empty one" or M.kind(value))
  end
end

---"unknown option 'chekc' (did you mean 'check'?)"
---@param what string "option"
---@param name any
---@param names table<string, any> the names that there are, as keys
---@return string
---@nodiscard
function M.unknown(what, name, names)
  local text <const> = ("unknown %s '%s'"):format(what, tostring(name))
  if type(name) ~= "string" then return text end
  local list = {}
  for known in pairs(names) do list[#list + 1] = known end
  table.sort(list)
  local near <const> = core.nearest(name, list)
  return near and ("%s (did you mean '%s'?)"):format(text, near) or text
end

---Options in a table: only known names, each of its type ("any": of several, which the caller checks).
---@param what string
---@param options table?
---@param types table<string, string> type by name
---@return table
---@nodiscard
function M.check_options(what, options, types)
  if options == nil then return {} end
  if type(options) ~= "table" then
    M.misuse("%s: expected a table of options, got %s", what, M.kind(options))
  end
  for name, value in pairs(options) do
    if not types[name] then M.misuse("%s: %s", what, M.unknown("option", name, types)) end
    if types[name] ~= "any" and type(value) ~= types[name] then
      M.misuse("%s: %s: expected a %s, got %s", what, name, types[name], M.kind(value))
    end
  end
  return options
end

return M
