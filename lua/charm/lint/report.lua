-- What was found, gathered and told.
local json <const> = require "charm.json"
local rules <const> = require "charm.lint.rules"

---@class charm.lint.Report
---@field findings { rule: charm.lint.Rule, file: string, line: integer?, message: string }[]
local Report <const> = {}
Report.__index = Report

---@return charm.lint.Report
---@nodiscard
function Report.new() return setmetatable({ findings = {}, seen = {} }, Report) end

---A finding; the same one is told once.
---@param id string of the rule
---@param file string
---@param line integer? nil: of the file as a whole
---@param ... any for the rule's text
function Report:add(id, file, line, ...)
  local rule <const> = assert(rules.by_id[id], id)
  local message <const> = rule.text:format(...)
  local key <const> = table.concat({ id, file, line or 0, message }, "\0")
  if self.seen[key] then return end
  self.seen[key] = true
  table.insert(self.findings, { rule = rule, file = file, line = line, message = message })
end

---By file and line.
function Report:sort()
  for place, finding in ipairs(self.findings) do finding.place = place end
  table.sort(self.findings, function(a, b)
    if a.file ~= b.file then return a.file < b.file end
    if (a.line or 0) ~= (b.line or 0) then return (a.line or 0) < (b.line or 0) end
    return a.place < b.place
  end)
end

---@return integer errors
---@return integer warnings
function Report:count()
  local errors = 0
  for _, finding in ipairs(self.findings) do
    if finding.rule.severity == "error" then errors = errors + 1 end
  end
  return errors, #self.findings - errors
end

local function counted(count, word) return ("%d %s%s"):format(count, word, count == 1 and "" or "s") end

---@param is_json boolean
---@return string
---@nodiscard
function Report:text(is_json)
  local items, lines = json.array {}, {}
  for place, finding in ipairs(self.findings) do
    local id <const>, severity <const> = finding.rule.id, finding.rule.severity
    items[place] = {
      file = finding.file, line = finding.line, rule = id, severity = severity, message = finding.message,
    }
    lines[place] = ("%s:%s %s: %s (%s)\n"):format(finding.file, finding.line and finding.line .. ":" or "",
      severity, finding.message, id)
  end
  if is_json then return json.encode(items, { pretty = true }) .. "\n" end
  local errors <const>, warnings <const> = self:count()
  if #lines == 0 then return "nothing is wrong\n" end
  lines[#lines + 1] = counted(errors, "error") .. ", " .. counted(warnings, "warning") .. "\n"
  return table.concat(lines)
end

return Report
