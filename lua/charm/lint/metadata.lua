-- Rules of what the charm says of itself.
local core <const> = require "charm.lint.core"
local errors <const> = require "charm.errors"

local M = {}

local MAX_SUMMARY <const> = 78

-- The keys that charmcraft and Juju know, each with those files that may have it.
local both <const> = "name summary description subordinate requires provides peers storage resources "
  .. "containers extra-bindings assumes devices terms charm-user display-name maintainer maintainers docs "
  .. "issues source website contact"
local known <const> = {
  ["charmcraft.yaml"] = both .. " type title base build-base bases platforms parts config actions analysis "
    .. "charmhub charm-libs links extensions version adopt-info",
  ["metadata.yaml"] = both .. " series tags categories min-juju-version payloads format lxd-profile "
    .. "provider-type deployment",
}

local function check_keys(report, file, text)
  local tree <const> = core.yaml(text)
  if type(tree) ~= "table" then return end -- the metadata's own error says so
  local names <const> = {}
  for name in known[file]:gmatch "%S+" do names[name] = true end
  for key in pairs(tree) do
    if not names[key] and not tostring(key):find "^x%-" then
      local near <const> = errors.unknown("key", key, names):match "%s%(did.*$"
      report:add("metadata-key", file, nil, key, near or "")
    end
  end
end

---@param report charm.lint.Report
---@param charm table? of the core; nil when the metadata cannot be read
---@param why string?
function M.check(report, charm, why)
  local file <const> = core.read "metadata.yaml" and "metadata.yaml" or "charmcraft.yaml"
  for name in pairs(known) do
    local text <const> = core.read(name)
    if text then check_keys(report, name, text) end
  end
  if not charm then
    why = why:gsub("^%.: ", ""):gsub("^[%w.]+yaml: ", "")
    return report:add("metadata", file, nil, why)
  end
  if charm.summary == "" then
    report:add("summary", file)
  else
    local length <const> = utf8.len(charm.summary) or #charm.summary
    if length > MAX_SUMMARY then report:add("summary-length", file, nil, length) end
  end
  if core.read "charmcraft.yaml" and not charm.has_metadata then
    local problem <const> = core.platform ""
    if problem then report:add("base", file, nil, (problem:gsub("^charmcraft.yaml: ", ""))) end
  end
end

return M
