-- The network of an endpoint or binding, from the fields that charm.network gives to network-get's
-- answer (juju-hooks 2.12).
local json <const> = require "charm.json"

local M = {}

local function interfaces_of(network, address)
  if not network.interfaces then
    return { { ["interface-name"] = "eth0", ["mac-address"] = "",
      addresses = { { hostname = "", value = address, cidr = address:gsub("%.%d+$", ".0") .. "/24" } } } }
  end
  local list = json.array {}
  for place, interface in ipairs(network.interfaces) do
    list[place] = {
      ["interface-name"] = interface.name, ["mac-address"] = interface.mac_address or "",
      addresses = interface.addresses,
    }
  end
  return list
end

---The JSON of a binding's network; what the state does not say follows from our private address.
---@param state charm.testing.State
---@param binding string
---@return string
---@nodiscard
function M.encode(state, binding)
  local network = state.networks[binding] or {}
  local address = network.bind_address or state.addresses.private
  return json.encode {
    ["bind-addresses"] = interfaces_of(network, address),
    ["ingress-addresses"] = json.array(network.ingress_addresses or { network.ingress_address or address }),
    ["egress-subnets"] = json.array(network.egress_subnets or { address .. "/32" }),
  }
end

return M
