-- A test that has failed: raised by what tests call, told by the runner.
local core <const> = require "charm.testing.core"

local M = {}

local Failure <const> = { __name = "charm.testing.Failure" }
Failure.__tostring = function(self)
  return self.where == "" and self.message or ("%s: %s"):format(self.where, self.message)
end

---Raise; the place is that of the test's code.
---@param message string one line, or several
---@param fields table? more of it, for those who catch it
function M.raise(message, fields)
  local failure = { message = message, where = core.where() }
  for key, value in pairs(fields or {}) do failure[key] = value end
  error(setmetatable(failure, Failure), 0)
end

---Lines below a first one.
---@param lines string[]
---@return string
---@nodiscard
function M.indented(lines)
  local text = ""
  for _, line in ipairs(lines) do text = text .. "\n    " .. line end
  return text
end

return M
