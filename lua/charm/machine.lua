-- What a unit has of its machine and model: ports, networks, storage, resources, addresses.
local core <const> = require "charm.core"
local errors <const> = require "charm.errors"

local M = {}

---@alias charm.Ports integer|string 443, "443/tcp", "8000-8010/udp", "icmp"

local function ports_text(what, ports)
  if math.type(ports) == "integer" then return ("%d/tcp"):format(ports) end
  if type(ports) ~= "string" then
    errors.misuse('%s: expected a port such as 443 or "8000-8010/udp", got %s', what, errors.kind(ports))
  end
  return ports
end

local function endpoints_text(what, options)
  local endpoints = errors.check_options(what, options, { endpoints = "table" }).endpoints
  return endpoints and table.concat(endpoints, ",")
end

---Open a port when the hook has succeeded; for all endpoints, or for some.
---
---    charm.open_port(443)
---    charm.open_port "8000-8010/udp"
---@param ports charm.Ports
---@param options { endpoints: string[]? }?
function M.open_port(ports, options)
  core.port_open(ports_text("charm.open_port", ports), endpoints_text("charm.open_port", options))
end

---Close ports that this unit has opened; one that is not open is fine.
---
---    charm.close_port(443)
---@param ports charm.Ports
---@param options { endpoints: string[]? }?
function M.close_port(ports, options)
  core.port_close(ports_text("charm.close_port", ports), endpoints_text("charm.close_port", options))
end

---The unit's open ports, with what this hook has changed: "443/tcp", ...
---
---```lua
---for _, ports in ipairs(charm.opened_ports()) do charm.close_port(ports) end
---```
---@return string[]
---@nodiscard
function M.opened_ports()
  return core.opened_ports()
end

---For which endpoints each of them is open: { ["443/tcp"] = { "api", "web" }, ["22/tcp"] = { "*" } },
---where "*" stands for all.
---
---```lua
---for ports, endpoints in pairs(charm.ports_by_endpoint()) do
---  charm.log.info(ports .. " is open for " .. table.concat(endpoints, " and "))
---end
---```
---@return table<string, string[]>
---@nodiscard
function M.ports_by_endpoint()
  local found = {}
  for ports, endpoints in pairs(core.ports_by_endpoint()) do
    found[ports] = {}
    for name in endpoints:gmatch "[^, ]+" do table.insert(found[ports], name) end
  end
  return found
end

---@class charm.Interface
---@field name string
---@field mac_address string?
---@field addresses { value: string, cidr: string?, hostname: string? }[]

---@class charm.Network
---@field bind_address string? the first address to listen on
---@field ingress_address string? the first address under which others reach us
---@field ingress_addresses string[]
---@field egress_subnets string[]
---@field interfaces charm.Interface[]

local function new_interface(raw)
  local interface = { name = raw["interface-name"], mac_address = raw["mac-address"], addresses = {} }
  for place, address in ipairs(raw.addresses or {}) do interface.addresses[place] = address end
  return interface
end

---The network of an endpoint or of an extra binding; with a relation, as that relation sees it.
---
---    local network <const> = charm.network "certificates"
---    if network then charm.log.info("asked from " .. network.ingress_addresses[1]) end
---@param binding string
---@param relation charm.Relation?
---@return charm.Network? network
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function M.network(binding, relation)
  if relation ~= nil and type(relation) ~= "table" then
    errors.misuse("charm.network: expected a relation, got %s", errors.kind(relation))
  end
  local raw, message, code = core.network(binding, relation and relation.id)
  if not raw then return nil, message, code end
  local network = {
    ingress_addresses = raw["ingress-addresses"] or {},
    egress_subnets = raw["egress-subnets"] or {},
    interfaces = {},
  }
  for place, interface in ipairs(raw["bind-addresses"] or {}) do
    network.interfaces[place] = new_interface(interface)
    local first = network.interfaces[place].addresses[1]
    network.bind_address = network.bind_address or first and first.value
  end
  network.ingress_address = network.ingress_addresses[1]
  return network
end

---The machine's own address.
---
---    local address <const> = charm.address "public"
---    if address then charm.log.info("reached at " .. address) end
---@param which "private"|"public"|nil "private" when it is left out
---@return string? address
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function M.address(which)
  if which ~= nil and which ~= "private" and which ~= "public" then
    errors.misuse('charm.address: expected "private" or "public", got %s', tostring(which))
  end
  return core.address(which == "public")
end

---The path of a resource's file, which is fetched when that is needed.
---
---    local path <const> = charm.resource "image"
---@param name string
---@return string? path
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function M.resource(name)
  return core.resource(name)
end

---@class charm.storage
M.storage = {}

---The ids of a storage's instances, such as "data/0"; of all storage without a name.
---
---    for _, id in ipairs(charm.storage.list "data") do charm.log.info(id) end
---@param name string?
---@return string[]
---@nodiscard
function M.storage.list(name)
  return core.storage_list(name)
end

---Where an instance of a storage is; nil, message and code for one that there is not.
---
---    for _, id in ipairs(charm.storage.list "data") do charm.log.info(charm.storage.get(id).location) end
---@param id string
---@return { kind: "filesystem"|"block", location: string }? storage
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function M.storage.get(id)
  return core.storage_get(id)
end

---Ask for more instances, when the hook has succeeded.
---
---    charm.storage.add("data", 1)
---@param name string
---@param count integer? 1 when it is left out
function M.storage.add(name, count)
  core.storage_add(name, count)
end

---What the model is meant to become: `units` and `relations`, as goal-state tells it.
---
---    for unit in pairs(charm.goal_state().units) do charm.log.debug(unit .. " is to be there") end
---@return { units: table, relations: table }
---@nodiscard
function M.goal_state()
  return core.goal_state()
end

---How many units the application is to have, this one included; a unit that is going away does not
---count.
---
---```lua
---local quorum <const> = charm.planned_units() // 2 + 1
---```
---@return integer
---@nodiscard
function M.planned_units()
  local count = 0
  for _, unit in pairs(core.goal_state().units or {}) do
    if unit.status ~= "dying" then count = count + 1 end
  end
  return count
end

---The cloud that the model is in, as credential-get tells it, for a charm that is trusted with it:
---`type`, `name`, `region`, `endpoint` and so on, and `credential`, whose `attrs` are charm.Secret.
---
---```lua
---local cloud <const>, why <const> = charm.credential()
---if not cloud then charm.log.warning("no trust: " .. why) end
---```
---@return table? specification
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function M.credential()
  return core.credential()
end

---Reboot the machine after this hook; or now, which ends the hook and runs it again afterwards.
---
---    charm.reboot()
---@param options { now: boolean? }?
function M.reboot(options)
  core.reboot(errors.check_options("charm.reboot", options, { now = "boolean" }).now)
end

---Tell Juju the version of the workload.
---
---    charm.version_set "1.24.0"
---@param version string
function M.version_set(version)
  core.version_set(version)
end

return M
