-- The module `charm`: the hook, the unit and its model, as the author of a charm sees them. Nothing
-- is asked of Juju before it is used, and nothing twice. Outside a hook, all but logging, files and
-- programs raises an error that says so.
local core <const> = require "charm.core"
local errors <const> = require "charm.errors"
local events <const> = require "charm.events"
local parts <const> = require "charm.parts"

---@class charm
---@field unit string our own name, such as "web/0"
---@field app string our application's name
---@field model { name: string, uuid: string }
---@field charm_dir string the charm's folder
---@field juju_version string such as "3.6.26"
---@field machine_id string? nil on Kubernetes
---@field availability_zone string?
---@field principal_unit string? of a subordinate
---@field event charm.Event what this hook is about
---@field config table<string, string|integer|number|boolean> the options that have a value; read-only
---@field state charm.State
---@field leader_settings charm.LeaderSettings
local M = { on = events.on, action = events.action }

local elsewhere <const> = {
  collect_status = { "charm.status", "collect" },
  collect_app_status = { "charm.status", "collect_app" },
  status = { "charm.status", "status" },
  relations = { "charm.relation", "list" },
  relation = { "charm.relation", "first" },
  secret = { "charm.secret" },
  state = { "charm.state" },
  leader_settings = { "charm.leader_settings" },
  file = { "charm.system", "file" },
  exec = { "charm.system", "exec" },
  open_port = { "charm.machine", "open_port" },
  close_port = { "charm.machine", "close_port" },
  opened_ports = { "charm.machine", "opened_ports" },
  ports_by_endpoint = { "charm.machine", "ports_by_endpoint" },
  planned_units = { "charm.machine", "planned_units" },
  network = { "charm.machine", "network" },
  address = { "charm.machine", "address" },
  resource = { "charm.machine", "resource" },
  storage = { "charm.machine", "storage" },
  goal_state = { "charm.machine", "goal_state" },
  credential = { "charm.machine", "credential" },
  reboot = { "charm.machine", "reboot" },
  version_set = { "charm.machine", "version_set" },
}

---Whether this unit leads its application: true is good for 30 seconds, false for the hook.
---
---    if charm.is_leader() then charm.status.set_app("active") end
---@return boolean
---@nodiscard
function M.is_leader()
  return core.is_leader()
end

---Lines of Juju's log; any value, several lines are several entries.
---@class charm.log
M.log = {}

---Shown only where somebody asked for this much.
---
---    charm.log.trace "asked, answered"
---@param message any
function M.log.trace(message) core.log("trace", message) end

---For whoever looks for a fault.
---
---    charm.log.debug("event " .. charm.event.name)
---@param message any
function M.log.debug(message) core.log("debug", message) end

---What an operator wants to have read.
---
---    charm.log.info "the certificate is in place"
---@param message any
function M.log.info(message) core.log("info", message) end

---Something is not as it should be, and the charm goes on.
---
---    charm.log.warning "no address yet"
---@param message any
function M.log.warning(message) core.log("warning", message) end

---Something has failed.
---
---    charm.log.error "the backup has failed"
---@param message any
function M.log.error(message) core.log("error", message) end

---Nothing can go on.
---
---    charm.log.critical "the key is lost"
---@param message any
function M.log.critical(message) core.log("critical", message) end

local options -- as Juju types them, once they were read

local function config()
  options = options or core.config()
  return options
end

M.config = setmetatable({}, {
  __name = "charm.Config",
  __metatable = "charm.Config",
  __index = function(_, name)
    local value = config()[name]
    if value == nil then core.know_option(name) end
    return value
  end,
  __newindex = function() errors.misuse("charm.config is read-only: juju config changes it") end,
  __pairs = function() return next, config(), nil end,
})

-- Fields of the hook itself, by the name they have in charm.core.
local facts <const> = {
  unit = "unit",
  app = "app",
  charm_dir = "charm_dir",
  juju_version = "juju_version",
  machine_id = "machine_id",
  availability_zone = "availability_zone",
  principal_unit = "principal_unit",
}

-- Modules of their own, which are easily taken for fields.
local modules <const> = { json = true, tls = true, x509 = true }

-- All that can be asked of it, for "did you mean".
local function names()
  local all = { event = true, model = true }
  for _, of in ipairs { M, elsewhere, facts } do
    for name in pairs(of) do all[name] = true end
  end
  return all
end

return setmetatable(M, {
  __name = "charm",
  __parts = elsewhere,
  __index = function(_, name)
    local part = parts.get(M, elsewhere, name)
    if part ~= nil then return part end
    if name == "event" then return events.current() end
    if facts[name] then return core.hook("charm." .. name)[facts[name]] end
    if name == "model" then
      local hook = core.hook "charm.model"
      return { name = hook.model_name, uuid = hook.model_uuid }
    end
    if modules[name] then errors.misuse('charm.%s is a module: require "charm.%s"', name, name) end
    errors.misuse("charm: %s", errors.unknown("name", name, names()))
  end,
  __newindex = function(_, name)
    errors.misuse("charm.%s cannot be assigned to", tostring(name))
  end,
})
