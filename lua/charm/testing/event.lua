-- The event that a test runs: what it is about, filled in from the state, and refused where Juju could
-- not produce it (refusals.lua).
local check <const> = require "charm.testing.check"
local core <const> = require "charm.testing.core"
local errors <const> = require "charm.errors"
local json <const> = require "charm.json"
local refusals <const> = require "charm.testing.refusals"

local M = {}

local charm <const> = core.charm()
local refuse <const> = refusals.refuse

-- The fields that the events of a kind can have.
local kinds <const> = {
  ["relation-created"] = { relation = true, unit = true },
  ["relation-joined"] = { relation = true, unit = true },
  ["relation-changed"] = { relation = true, unit = true },
  ["relation-departed"] = { relation = true, unit = true, departing = true },
  ["relation-broken"] = { relation = true, unit = true },
  ["storage-attached"] = { storage = true },
  ["storage-detaching"] = { storage = true },
  ["pebble-ready"] = {},
  ["pebble-custom-notice"] = { notice = true },
  ["pebble-check-failed"] = { check = true },
  ["pebble-check-recovered"] = { check = true },
}

local units <const> = {
  install = {}, start = {}, stop = {}, remove = {}, ["config-changed"] = {}, ["upgrade-charm"] = {},
  ["update-status"] = {}, ["leader-elected"] = {}, ["leader-settings-changed"] = {},
  ["pre-series-upgrade"] = {}, ["post-series-upgrade"] = {},
  ["secret-changed"] = { secret = true }, ["secret-expired"] = { secret = true, revision = true },
  ["secret-remove"] = { secret = true, revision = true }, ["secret-rotate"] = { secret = true },
}

local action_fields <const> = { params = true }

-- The kind of an event and what its name begins with: "relation-changed", "certificates".
local function split(name)
  for kind in pairs(kinds) do
    local prefix = #name > #kind + 1 and name:sub(-#kind - 1) == "-" .. kind and name:sub(1, -#kind - 2)
    if prefix then return kind, prefix end
  end
  return nil
end

local function check_fields(name, wanted, fields)
  for field in pairs(wanted) do
    if field ~= 1 and not fields[field] then
      refuse("event-field", name, tostring(field), refusals.instead(field, fields))
    end
  end
end

-- --- relations -----------------------------------------------------------------------------------------

local function find_relation(state, name, endpoint, wanted)
  local found
  for _, relation in ipairs(state.relations) do
    if relation.endpoint == endpoint and (wanted == nil or relation.id == wanted) then
      if found then refuse("event-which-relation", name, endpoint) end
      found = relation
    end
  end
  if not found and wanted then refuse("event-relation", name, tostring(wanted), endpoint) end
  return found or refuse("event-no-relation", name, endpoint)
end

local function has_unit(relation, unit)
  for _, member in ipairs(relation.units) do
    if member == unit then return true end
  end
  return false
end

local unit_rules <const> = {
  ["relation-created"] = function(name, _, unit)
    if unit then refuse("event-has-unit", name) end
  end,
  ["relation-joined"] = function(name, relation, unit)
    if not unit then refuse("event-needs-unit", name) end
    if not has_unit(relation, unit) then refuse("event-unit-absent", name, unit, relation.id) end
  end,
  ["relation-changed"] = function(name, relation, unit)
    if unit and not has_unit(relation, unit) then refuse("event-unit-absent", name, unit, relation.id) end
  end,
  ["relation-departed"] = function(name, relation, unit)
    if not unit then refuse("event-needs-unit", name) end
    if check.app_of(unit) ~= relation.app then refuse("event-departed-unit", name, unit, relation.app) end
    if has_unit(relation, unit) then refuse("event-departed-there", name, unit, relation.id) end
  end,
  ["relation-broken"] = function(name, relation, unit)
    if unit then refuse("event-has-unit", name) end
    if relation.units[1] then refuse("event-broken-units", name, relation.id, relation.units[1]) end
  end,
}

local function add_relation(event, state, kind, endpoint, wanted)
  local declared = check.endpoint(endpoint)
  if not declared then
    refuse("event-undeclared", event.name, "endpoint", endpoint, refusals.instead(endpoint, charm.endpoints))
  end
  if kind == "relation-broken" and declared.role == "peers" then refuse("event-peer-broken", event.name) end
  local relation = find_relation(state, event.name, endpoint, wanted.relation)
  unit_rules[kind](event.name, relation, wanted.unit)
  event.relation_id, event.remote_app, event.remote_unit = relation.id, relation.app, wanted.unit
  if kind == "relation-departed" then event.departing_unit = wanted.departing or wanted.unit end
  return kind == "relation-broken" and relation.id or nil
end

-- --- secrets -------------------------------------------------------------------------------------------

local function revision_of(secret, number)
  for _, revision in ipairs(secret.revisions) do
    if revision.revision == number then return revision end
  end
  return nil
end

local function latest(secret) return secret.revisions[#secret.revisions].revision end

local function check_owner(state, name, secret)
  local app = check.app_of(state.unit)
  local is_ours = secret.owner == state.unit or secret.owner == app
  if name == "secret-changed" then
    if is_ours then refuse("event-secret-own", name, secret.label or secret.id) end
    return
  end
  if not is_ours then refuse("event-secret-foreign", name, secret.owner) end
  if secret.owner == app and not state.leader then refuse("event-secret-leader", name) end
end

local function check_revision(state, name, secret, number)
  local what = secret.label or secret.id
  local revision = revision_of(secret, number)
  if not revision then refuse("event-revision", name, what, tostring(number)) end
  if name == "secret-expired" and (not revision.expire or revision.expire > state.now) then
    refuse("event-not-expired", number, what)
  end
  if name == "secret-remove" and number == latest(secret) then
    refuse("event-latest-revision", number, what)
  end
end

local function add_secret(event, state, wanted)
  if wanted.secret == nil then refuse("event-no-secret", event.name) end
  local secret = state:secret(wanted.secret)
  if not secret then refuse("event-secret", event.name, tostring(wanted.secret)) end
  check_owner(state, event.name, secret)
  if event.name == "secret-rotate" and (secret.rotate or "never") == "never" then
    refuse("event-no-rotation", secret.label or secret.id)
  end
  if event.name == "secret-expired" or event.name == "secret-remove" then
    event.secret_revision = wanted.revision or
      (event.name == "secret-expired" and latest(secret) or secret.revisions[1].revision)
    check_revision(state, event.name, secret, event.secret_revision)
  end
  local reader = secret.readers[state.unit]
  event.secret_id, event.secret_uri = secret.id, "secret:" .. secret.id
  event.secret_label = event.name == "secret-changed" and reader and reader.label or secret.label
end

-- --- the others ----------------------------------------------------------------------------------------

local function add_storage(event, state, name, wanted)
  if not charm.storages[name] then
    refuse("event-undeclared", event.name, "storage", name, refusals.instead(name, charm.storages))
  end
  for _, storage in ipairs(state.storage) do
    if storage.name == name and (wanted.storage == nil or storage.id == wanted.storage) then
      event.storage_id, event.storage_kind = storage.id, storage.kind
      event.storage_location = storage.location
      return
    end
  end
  refuse("event-storage", event.name, tostring(wanted.storage or name))
end

local function add_pebble(event, kind, container, wanted)
  if not charm.containers[container] then
    refuse("event-undeclared", event.name, "container", container,
      refusals.instead(container, charm.containers))
  end
  if kind:match "check" then
    if type(wanted.check) ~= "string" then refuse("event-check", event.name) end
    event.check_name = wanted.check
  elseif kind:match "notice" then
    local notice = wanted.notice
    if type(notice) ~= "table" or not notice.id or not notice.type or not notice.key then
      refuse("event-notice", event.name)
    end
    event.notice_id, event.notice_type, event.notice_key = notice.id, notice.type, notice.key
  end
end

local function check_unit_event(state, name)
  if name == "leader-elected" and not state.leader then refuse "event-elected" end
  if name == "leader-settings-changed" and state.leader then refuse "event-not-leader" end
  if name ~= "remove" then return end
  for _, relation in ipairs(state.relations) do
    if check.endpoint(relation.endpoint).role ~= "peers" then refuse("event-remove-related", relation.id) end
  end
end

local function encode(event)
  event.hook, event.name = event.name, nil
  return json.encode(event)
end

local function encode_action(event, wanted)
  local name = event.name:match "^actions/(.*)$"
  check_fields(event.name, wanted, action_fields)
  if not charm.actions[name] then refuse("event-action", name, refusals.instead(name, charm.actions)) end
  local params, message = core.action_params(name, json.encode(wanted.params or {}))
  if not params then refuse("event-params", message) end
  event.action_id = "1"
  return encode(event), params
end

local function unknown(name)
  local names = {}
  for known in pairs(units) do names[known] = true end
  for endpoint in pairs(charm.endpoints) do
    for kind in pairs(kinds) do
      if kind:match "^relation" then names[endpoint .. "-" .. kind] = true end
    end
  end
  refuse("event-unknown", name, refusals.instead(name, names))
end

---The document of an event (runtime/juju/fake.h).
---@param state charm.testing.State
---@param wanted string|table
---@return string document
---@return string? params JSON, of an action
---@return string? broken the id of the relation that is broken with this event
function M.encode(state, wanted)
  if type(wanted) == "string" then wanted = { wanted } end
  if type(wanted) ~= "table" or type(wanted[1]) ~= "string" then
    errors.misuse("an event is a name or { NAME, field = ... }, not a %s", errors.kind(wanted))
  end
  local name <const> = wanted[1]
  local event = { name = name }
  if name:match "^actions/" then return encode_action(event, wanted) end
  local kind, prefix = split(name)
  if not kind and not units[name] then unknown(name) end
  check_fields(name, wanted, kind and kinds[kind] or units[name])
  local broken
  if not kind then
    check_unit_event(state, name)
    if name:match "^secret%-" then add_secret(event, state, wanted) end
  elseif kind:match "^relation" then
    broken = add_relation(event, state, kind, prefix, wanted)
  elseif kind:match "^storage" then
    add_storage(event, state, prefix, wanted)
  else
    add_pebble(event, kind, prefix, wanted)
  end
  return encode(event), nil, broken
end

return M
