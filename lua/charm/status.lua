-- Status: set at once, or collected from what is true at the end of the hook.
local core <const> = require "charm.core"
local errors <const> = require "charm.errors"

local M = { status = {} }

---@alias charm.StatusName "active"|"waiting"|"maintenance"|"blocked"

-- The worst of what is collected wins.
local ranks <const> = { active = 1, waiting = 2, maintenance = 3, blocked = 4 }

-- What this hook has set, so that the same is not set twice.
local last <const> = {}

local function check(what, status, message)
  if not ranks[status] then
    errors.misuse("%s: expected active, waiting, maintenance or blocked, got %s", what,
      type(status) == "string" and "'" .. status .. "'" or errors.kind(status))
  end
  if message ~= nil and type(message) ~= "string" then
    errors.misuse("%s: expected a text as message, got %s", what, errors.kind(message))
  end
end

local function set(scope, status, message)
  message = message or ""
  if last[scope] and last[scope].status == status and last[scope].message == message then return end
  core.status_set(scope == "app", status, message)
  last[scope] = { status = status, message = message }
end

---Set the unit's status, at once; it stays when the hook fails.
---
---    charm.status.set("maintenance", "copying")
---@param status charm.StatusName
---@param message string?
function M.status.set(status, message)
  check("charm.status.set", status, message)
  set("unit", status, message)
end

---Set the application's status: on the leader only.
---
---    charm.status.set_app("active")
---@param status charm.StatusName
---@param message string?
function M.status.set_app(status, message)
  check("charm.status.set_app", status, message)
  set("app", status, message)
end

---The unit's status as Juju has it.
---
---    if charm.status.get().status == "blocked" then charm.log.info "still blocked" end
---@return { status: string, message: string? }
---@nodiscard
function M.status.get()
  return core.status_get(false)
end

---The application's status as Juju has it: on the leader only.
---
---    charm.log.info(charm.status.get_app().status)
---@return { status: string, message: string? }
---@nodiscard
function M.status.get_app()
  return core.status_get(true)
end

---What a function given to `charm.collect_status` tells its findings to. Of equally bad ones the
---first counts.
---@class charm.StatusCollector
local Collector = {}
Collector.__index = Collector
Collector.__name = "charm.StatusCollector"

local function add(self, status, message)
  check("status:" .. status, status, message)
  if not self.status or ranks[status] > ranks[self.status] then
    self.status, self.message = status, message
  end
end

---All is well.
---
---    status:active "serving"
---@param message string?
function Collector:active(message) add(self, "active", message) end

---Somebody else has to do something first.
---
---    status:waiting "no certificate yet"
---@param message string?
function Collector:waiting(message) add(self, "waiting", message) end

---The charm is busy.
---
---    status:maintenance "copying"
---@param message string?
function Collector:maintenance(message) add(self, "maintenance", message) end

---An operator has to do something.
---
---    status:blocked "set hostname"
---@param message string?
function Collector:blocked(message) add(self, "blocked", message) end

local collectors <const> = { unit = {}, app = {} }

local function collect(scope)
  if #collectors[scope] == 0 then return end
  if scope == "app" and not core.is_leader() then return end
  local collector = setmetatable({}, Collector)
  for _, handler in ipairs(collectors[scope]) do core.call(handler, collector) end
  if collector.status then set(scope, collector.status, collector.message) end
end

local function register(scope, what, handler)
  errors.check_function(what, handler)
  if #collectors[scope] == 0 then core.collect(function() collect(scope) end) end
  table.insert(collectors[scope], handler)
end

---Collect the unit's status at the end of each hook. Nothing is set when nothing was told.
---
---    charm.collect_status(function(status)
---      if not charm.config.hostname then status:blocked "set hostname" end
---      status:active()
---    end)
---@param handler fun(status: charm.StatusCollector)
function M.collect(handler)
  register("unit", "charm.collect_status", handler)
end

---The same for the application's status: called on the leader only.
---
---    charm.collect_app_status(function(status) status:active(charm.planned_units() .. " units") end)
---@param handler fun(status: charm.StatusCollector)
function M.collect_app(handler)
  register("app", "charm.collect_app_status", handler)
end

return M
