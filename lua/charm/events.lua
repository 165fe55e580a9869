-- Events and actions: the objects that handlers get, and the registration of handlers. The host
-- calls what is registered with charm.core, without arguments.
local core <const> = require "charm.core"
local errors <const> = require "charm.errors"

local M = {}

---The running action.
---@class charm.Action
---@field name string
---@field id string Juju's number of the task
---@field params table what it was run with, as the schema types it
local Action = {}

---A progress line, shown at once to whoever runs the action.
---
---    action:log "half of it is done"
---@param message string
function Action:log(message)
  errors.check_text("action:log", message)
  core.action_log(message)
end

---Mark the action as failed. The hook goes on, and what it changed is kept: raise an error instead
---to have it dropped.
---
---    if action.params.target == "/" then action:fail "not there" end
---@param message string
function Action:fail(message)
  errors.check_text("action:fail", message)
  core.action_fail(message)
end

-- Juju's keys: lower-case letters, digits and inner hyphens, joined by dots.
local function check_key(key)
  for part in (key .. "."):gmatch("([^.]*)%.") do
    if not part:match("^[a-z0-9][a-z0-9-]*$") or part:match("-$") then
      errors.misuse("action:set: '%s' is no key: expected lower-case letters, digits and inner hyphens", key)
    end
  end
end

local function as_text(key, value)
  if math.type(value) == "integer" then return ("%d"):format(value) end
  if type(value) == "string" or type(value) == "number" or type(value) == "boolean" then
    return tostring(value)
  end
  -- A result stands in argv and in Juju's database: no place for a key or a secret.
  errors.misuse("action:set: '%s': expected a text, a number, a boolean or a table, got %s", key,
    errors.kind(value))
end

local MAX_DEPTH <const> = 16

local function flatten(into, prefix, results, depth)
  if depth > MAX_DEPTH then errors.misuse("action:set: '%s' is nested too deeply", prefix) end
  for key, value in pairs(results) do
    if type(key) ~= "string" and math.type(key) ~= "integer" then
      errors.misuse("action:set: a key is a text, not a %s", errors.kind(key))
    end
    local path = prefix and prefix .. "." .. key or tostring(key)
    if type(value) == "table" then
      flatten(into, path, value, depth + 1)
    else
      check_key(path)
      into[path] = as_text(path, value)
    end
  end
  return into
end

---Results, shown when the action is done: nested tables become dotted keys, lists count from 1.
---
---    action:set { size = 3, files = { "a", "b" } }
---@param results table<string, any>
function Action:set(results)
  if type(results) ~= "table" then
    errors.misuse("action:set: expected a table of results, got %s", errors.kind(results))
  end
  results = flatten({}, nil, results, 1)
  if next(results) then core.action_set(results) end
end

local action_metatable <const> = {
  __name = "charm.Action",
  __metatable = "charm.Action",
  __index = function(self, key)
    if key ~= "params" then return Action[key] end
    rawset(self, "params", core.action_get())
    return self.params
  end,
}

---What the hook is about. Fields that the event does not have are nil.
---@class charm.Event
---@field name string the hook's or action's name; "" under juju exec
---@field kind string such as "relation-changed", "config-changed", "action"; "none" under juju exec
---@field relation charm.Relation?
---@field remote_app string? in a relation hook: the application on the other side
---@field remote_unit string? nil when the hook is about the application
---@field departing_unit string? relation-departed: the unit that goes away
---@field secret charm.JujuSecret?
---@field revision integer? secret-expired, secret-remove
---@field storage { id: string, name: string, location: string, kind: string }?
---@field workload string? pebble events: the container
---@field notice { id: string, type: string, key: string }?
---@field check string? pebble-check events
---@field action charm.Action?

---@param raw table as charm.core gives it
---@return charm.Event
local function new_event(raw)
  local event = {
    name = raw.name or "",
    kind = raw.kind,
    remote_app = raw.remote_app,
    remote_unit = raw.remote_unit,
    departing_unit = raw.departing_unit,
    revision = raw.secret_revision,
    check = raw.check_name,
  }
  if raw.relation_id then event.relation = require("charm.relation").by_id(raw.relation_id) end
  if raw.secret_id then
    event.secret = require("charm.secret").new(raw.secret_uri or raw.secret_id, raw.secret_label)
  end
  if raw.storage_id then
    event.storage = {
      id = raw.storage_id, name = raw.endpoint, location = raw.storage_location, kind = raw.storage_kind,
    }
  elseif raw.kind:match("^pebble") then
    event.workload = raw.endpoint
  end
  if raw.notice_id then
    event.notice = { id = raw.notice_id, type = raw.notice_type, key = raw.notice_key }
  end
  if raw.action_id then
    event.action = setmetatable({ name = raw.name, id = raw.action_id }, action_metatable)
  end
  return event
end

local current

---This hook's event.
---@return charm.Event
---@nodiscard
function M.current()
  current = current or new_event(core.hook("charm.event").event)
  return current
end

---Call a function when Juju runs this hook; several for one event are called in order.
---
---    charm.on("config-changed", function(event) charm.log.info(event.name) end)
---@param event string Juju's name, such as "config-changed" or "certificates-relation-joined"
---@param handler fun(event: charm.Event)
function M.on(event, handler)
  errors.check_function("charm.on", handler)
  core.on(event, function() core.call(handler, M.current()) end)
end

---Call a function when this action is run. What it returns becomes the results, as action:set takes
---them; an error fails the action and drops what it changed.
---
---    charm.action("backup", function(action)
---      action:log("copying to " .. action.params.target)
---      return { size = 3 }
---    end)
---@param name string as in the charm's metadata
---@param handler fun(action: charm.Action): table<string, any>?
function M.action(name, handler)
  errors.check_function("charm.action", handler)
  core.action(name, function()
    local action = M.current().action
    local results = core.call(handler, action)
    if results ~= nil then action:set(results) end
  end)
end

return M
