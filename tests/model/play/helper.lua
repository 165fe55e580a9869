-- A module beside a scenario, which uses the verbs, too.
local M = {}

function M.statuses()
  local found = {}
  for _, app in pairs(status().applications) do
    for name, one in pairs(app.units) do found[name] = one.message end
  end
  return found
end

function M.wrong()
  depoly "charms/note" -- luacheck: ignore 113
end

return M
