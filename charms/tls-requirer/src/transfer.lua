-- The interface certificate_transfer, the side that trusts: version 1 has a list in the provider's
-- application databag, version 0 one certificate in the databag of each of its units.
local charm <const> = require "charm"
local json <const> = require "charm.json"

local M = {}

---Say that we read version 1. On the leader only.
---@param endpoint string
function M.ask(endpoint)
  for _, relation in ipairs(charm.relations(endpoint)) do relation.data[charm.app].version = "1" end
end

local function add(found, texts)
  for _, text in ipairs(type(texts) == "table" and texts or {}) do
    if type(text) == "string" then found[text:match "^%s*(.-)%s*$"] = true end
  end
end

-- What one relation gives; what cannot be read is passed over, since others may be good.
local function read(relation, found)
  if relation.app and relation.data[relation.app].certificates then
    return add(found, (json.decode(relation.data[relation.app].certificates)))
  end
  for _, unit in ipairs(relation.units) do
    local theirs <const> = relation.data[unit]
    add(found, { theirs.ca, theirs.certificate })
    add(found, (json.decode(theirs.chain or "[]")))
  end
end

---All certificates that the providers on an endpoint give, in PEM, each once, in a fixed order.
---@param endpoint string
---@return string[]
function M.trusted(endpoint)
  local found <const>, list <const> = {}, {}
  for _, relation in ipairs(charm.relations(endpoint)) do read(relation, found) end
  for text in pairs(found) do
    if text ~= "" then list[#list + 1] = text end
  end
  table.sort(list)
  return list
end

return M
