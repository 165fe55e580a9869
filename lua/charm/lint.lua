-- What would go wrong with a charm on deployment: all rules, on the charm in the current folder. For
-- `luacharm lint` and `luacharm pack`; not for charms.
local code <const> = require "charm.lint.code"
local core <const> = require "charm.lint.core"
local files <const> = require "charm.lint.files"
local metadata <const> = require "charm.lint.metadata"
local Report <const> = require "charm.lint.report"
local rules <const> = require "charm.lint.rules"

local M = {}

---Look at the charm; what is wrong with it, for people or in JSON, and how much.
---@param is_json boolean
---@return string text
---@return integer errors
---@return integer warnings
function M.run(is_json)
  local report <const> = Report.new()
  local charm <const>, why <const> = core.charm()
  local list <const> = core.files()
  metadata.check(report, charm, why)
  if charm then files.check(report, charm, list) end
  code.check(report, charm, list)
  report:sort()
  return report:text(is_json), report:count()
end

---The rules.
---@param is_json boolean
---@return string
---@nodiscard
function M.describe(is_json) return rules.describe(is_json) end

return M
