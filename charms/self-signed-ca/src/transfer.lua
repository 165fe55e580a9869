-- The interface certificate_transfer: certificates to be trusted, from a provider to whoever asks.
-- Version 1 has a list in the application's databag; version 0, for requirers that do not say
-- "version": 1, one certificate in each unit's.
local charm <const> = require "charm"
local json <const> = require "charm.json"

local M = {}

local function texts(certificates)
  local list <const> = json.array {}
  for place, certificate in ipairs(certificates) do list[place] = certificate:pem() end
  return list
end

---Give these to every requirer of an endpoint. On the leader only.
---@param endpoint string
---@param certificates charm.Certificate[]
function M.provide(endpoint, certificates)
  local list <const> = texts(certificates)
  for _, relation in ipairs(charm.relations(endpoint)) do
    if relation.app and relation.data[relation.app].version == "1" then
      local ours <const> = relation.data[charm.app]
      ours.certificates, ours.version = json.encode(list), "1"
    else
      local ours <const> = relation.data[charm.unit]
      ours.certificate, ours.ca, ours.chain, ours.version = list[1], list[1], json.encode(list), "0"
    end
  end
end

return M
