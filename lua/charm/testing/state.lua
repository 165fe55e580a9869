-- States: filled in from what a test says, and both ways between the form that tests see and the
-- documents of the host (runtime/juju/fake.h).
local check <const> = require "charm.testing.check"
local copy <const> = require "charm.testing.copy"
local core <const> = require "charm.testing.core"
local errors <const> = require "charm.errors"
local json <const> = require "charm.json"
local network <const> = require "charm.testing.network"

local M = {}

local charm <const> = core.charm()

---A unit's or application's status. As text: "active: ready".
---@class charm.testing.Status
---@field status string
---@field message string
local Status = { __name = "charm.testing.Status" }
Status.__tostring = function(self)
  return self.message == "" and self.status or ("%s: %s"):format(self.status, self.message)
end

---A file that the charm finds or leaves behind. As text: its content.
---@class charm.testing.File
---@field content string
---@field mode string as in a shell: "0644"
local File = { __name = "charm.testing.File" }
File.__tostring = function(self) return self.content or "" end

---@class charm.testing.Relation
---@field id string "certificates:1"; numbered when it is left out
---@field endpoint string of this charm
---@field app string the application on the other side; our own for a peer relation
---@field units string[] of the other side: those that have joined
---@field data table<string, table<string, string>> databags by unit or application, of both sides

---@class charm.testing.Secret
---@field id string
---@field owner string "unit" and "application" stand for our own; or a name
---@field label string?
---@field description string?
---@field rotate charm.Rotation?
---@field content table<string, string|charm.Key|charm.Secret>? of a secret with one revision
---@field expire integer? of that revision; seconds since the epoch
---@field revisions { revision: integer, content: table<string, string>, expire: integer? }[]
---@field readers table<string, { tracked: integer?, label: string? }> by unit
---@field grants { relation: string, to: string }[]

---@class charm.testing.Storage
---@field id string "data/0"
---@field name string as in the metadata
---@field kind string?
---@field location string?

---@class charm.testing.Program
---@field command string[] the program and its first arguments: the longest that fits answers
---@field status integer?
---@field stdout string?
---@field stderr string?

---Everything a hook can see and change. Only what a test is about has to be said.
---@class charm.testing.State
---@field unit string our name; "CHARM/0" when it is left out
---@field leader boolean
---@field now integer seconds since the epoch, or a text such as "2026-01-01T00:00:00Z"
---@field model { name: string, uuid: string }
---@field juju_version string
---@field machine_id string?
---@field availability_zone string?
---@field principal_unit string? of a subordinate
---@field planned_units integer
---@field config table<string, string|number|boolean> what is set; defaults come from the charm
---@field relations charm.testing.Relation[]
---@field secrets charm.testing.Secret[]
---@field storage charm.testing.Storage[]
---@field networks table<string, table> by endpoint or binding: fields of charm.Network
---@field addresses { private: string, public: string }
---@field ports string[] "443/tcp"
---@field unit_status charm.testing.Status a text such as "active: ready" will do
---@field app_status charm.testing.Status
---@field workload_version string?
---@field stored table<string, any> charm.state
---@field leader_settings table<string, string>
---@field resources table<string, string> paths
---@field goal_state table? made from the relations and planned units when it is left out
---@field credential table?
---@field exec charm.testing.Program[] answers to programs that the charm may run
---@field files table<string, charm.testing.File> by path; a text will do
---
---Found in the state after a hook only:
---@field unit_status_history charm.testing.Status[] what this hook has set
---@field app_status_history charm.testing.Status[]
---@field log { level: string, message: string }[]
---@field action { results: table<string, string>, log: string[], failure: string? }
---@field executed { command: string[], stdin: string?, directory: string? }[]
---@field storage_added string[] "data=1"
---@field reboot string? "now", "after the hook"
---@field commands string[] hook commands, without values
local State = { __name = "charm.testing.State" }
State.__index = State

---A new state with these fields instead.
---
---    local later = state:with { leader = true }
---@param changes table
---@return charm.testing.State
---@nodiscard
function State:with(changes)
  local fields = copy.copy(self)
  for name, value in pairs(changes) do fields[name] = value end
  return M.new(setmetatable(fields, nil))
end

---The only relation of an endpoint, or that with this id.
---
---    local bag <const> = state:relation("certificates").data
---@param name string "certificates" or "certificates:1"
---@return charm.testing.Relation
---@nodiscard
function State:relation(name)
  local found
  for _, relation in ipairs(self.relations) do
    if relation.id == name then return relation end
    if relation.endpoint == name then
      if found then errors.misuse("there are several relations of '%s': say which by its id", name) end
      found = relation
    end
  end
  return found or errors.misuse("the state has no relation '%s'", tostring(name))
end

---The secret with this label or id; nil when there is none.
---
---    local secret <const> = state:secret "password"
---@param name string
---@return charm.testing.Secret?
---@nodiscard
function State:secret(name)
  for _, secret in ipairs(self.secrets) do
    local reader = secret.readers[self.unit]
    if secret.id == name or secret.label == name or (reader and reader.label == name) then return secret end
  end
  return nil
end

---@param value any
---@return boolean
---@nodiscard
function M.is(value) return getmetatable(value) == State end

-- --- filling in ----------------------------------------------------------------------------------

local defaults <const> = {
  leader = false,
  now = 1767225600, -- 2026-01-01T00:00:00Z
  juju_version = "3.6.26",
  machine_id = "0",
  planned_units = 1,
}

local lists <const> = { "relations", "secrets", "storage", "ports", "exec" }
local maps <const> = { "config", "networks", "stored", "leader_settings", "resources", "files", "links",
  "library" }

local function status(value)
  if type(value) == "table" then
    return setmetatable({ status = value.status, message = value.message or "" }, Status)
  end
  local name, message = value:match "^([^:]*): (.*)$"
  return setmetatable({ status = name or value, message = message or "" }, Status)
end

local function fill_relations(state)
  local used = {}
  for _, relation in ipairs(state.relations) do
    if relation.id then used[tonumber(relation.id:match ":(%d+)$")] = true end
  end
  local number = 1
  for _, relation in ipairs(state.relations) do
    if not relation.id then
      while used[number] do number = number + 1 end
      used[number] = true
      relation.id = ("%s:%d"):format(relation.endpoint, number)
    end
    relation.endpoint = relation.endpoint or relation.id:match "^(.*):"
    relation.units = relation.units or {}
    relation.data = relation.data or {}
  end
end

local function reveal(content)
  for key, value in pairs(content) do
    local kind = errors.kind(value)
    if kind == "charm.Key" then content[key] = value:pem() end
    if kind == "charm.Secret" then content[key] = value:reveal() end
  end
end

local function fill_secret(state, secret, number)
  secret.id = secret.id or ("c%018dg"):format(number)
  if secret.owner == "unit" or secret.owner == nil then secret.owner = state.unit end
  if secret.owner == "application" then secret.owner = state.unit:match "^(.*)/" end
  if secret.content then
    secret.revisions = { { revision = 1, content = secret.content, expire = secret.expire } }
    secret.content, secret.expire = nil, nil
  end
  secret.readers = secret.readers or {}
  secret.grants = secret.grants or {}
  for _, revision in ipairs(secret.revisions or {}) do reveal(revision.content or {}) end
end

local function fill_storage(storage)
  storage.name = storage.name or (storage.id and storage.id:match "^(.*)/")
  storage.kind = storage.kind or charm.storages[storage.name] or "filesystem"
  storage.location = storage.location or ("/var/lib/juju/storage/%s"):format(storage.id)
end

local function fill_files(files)
  for path, file in pairs(files) do
    if type(file) == "string" then file = { content = file } end
    if type(file) == "table" then
      file.mode = file.mode or "0644"
      files[path] = setmetatable(file, File)
    end
  end
end

---What a test says, with all that it does not say; nothing of it is kept. Its types are right.
---@param fields table
---@return charm.testing.State
local function fill(fields)
  local state = setmetatable(copy.copy(fields), State)
  state.unit = state.unit or charm.name .. "/0"
  for name, value in pairs(defaults) do
    if state[name] == nil then state[name] = value end
  end
  for _, name in ipairs(lists) do state[name] = state[name] or {} end
  for _, name in ipairs(maps) do state[name] = state[name] or {} end
  state.model = state.model or {}
  state.model.name = state.model.name or "lab"
  state.model.uuid = state.model.uuid or "cdac5656-2423-4388-8f30-41854b4cca7d"
  if charm.subordinate then state.principal_unit = state.principal_unit or "principal/0" end
  if type(state.now) == "string" then state.now = core.time(state.now) end
  state.addresses = state.addresses or {}
  state.addresses.private = state.addresses.private or "10.0.0.1"
  state.addresses.public = state.addresses.public or state.addresses.private
  state.unit_status = status(state.unit_status or "unknown")
  state.app_status = status(state.app_status or "unknown")
  fill_relations(state)
  for number, secret in ipairs(state.secrets) do fill_secret(state, secret, number) end
  for _, storage in ipairs(state.storage) do fill_storage(storage) end
  fill_files(state.files)
  return state
end

---A state from what a test says; refuses what Juju could not be in.
---@param fields table
---@return charm.testing.State
---@nodiscard
function M.new(fields)
  check.form(fields)
  local state = fill(fields)
  check.state(state)
  return state
end

-- --- to the host ---------------------------------------------------------------------------------

local function config_text(state)
  local config = {}
  for name, option in pairs(charm.options) do config[name] = option.default end
  for name, value in pairs(state.config) do config[name] = value end
  return json.encode(config)
end

-- What Juju says of a unit or application in goal-state (juju-hooks 2.21).
local function member() return { status = "active", since = "2026-01-01 00:00:00Z" } end

local function goal_state(state)
  if state.goal_state then return state.goal_state end
  local app = state.unit:match "^(.*)/"
  local goal = { units = {}, relations = {} }
  for number = 0, state.planned_units - 1 do goal.units[("%s/%d"):format(app, number)] = member() end
  goal.units[state.unit] = member()
  for _, relation in ipairs(state.relations) do
    local names = goal.relations[relation.endpoint] or {}
    goal.relations[relation.endpoint] = names
    names[relation.app] = member()
    for _, unit in ipairs(relation.units) do names[unit] = member() end
  end
  return goal
end

local function add_storage(answers, state)
  local all, by_name = {}, {}
  for name in pairs(charm.storages) do by_name[name] = {} end
  for _, storage in ipairs(state.storage) do
    all[#all + 1] = storage.id
    by_name[storage.name][#by_name[storage.name] + 1] = storage.id
    answers["storage-get " .. storage.id] = json.encode { kind = storage.kind, location = storage.location }
  end
  answers["storage-list"] = json.encode(json.array(all))
  for name, ids in pairs(by_name) do answers["storage-list " .. name] = json.encode(json.array(ids)) end
end

local function answers_of(state, action_params)
  local answers = {
    ["config-get"] = config_text(state),
    ["goal-state"] = json.encode(goal_state(state)),
    ["action-get"] = action_params,
    ["unit-get private-address"] = state.addresses.private,
    ["unit-get public-address"] = state.addresses.public,
  }
  if state.credential then answers["credential-get"] = json.encode(state.credential) end
  for name in pairs(charm.endpoints) do answers["network-get " .. name] = network.encode(state, name) end
  for name in pairs(charm.bindings) do answers["network-get " .. name] = network.encode(state, name) end
  for name, path in pairs(state.resources) do answers["resource-get " .. name] = path end
  for _, relation in ipairs(state.relations) do
    answers["relation-model-get " .. relation.id] = state.model.uuid
  end
  add_storage(answers, state)
  return answers
end

local function secrets_of(state)
  local secrets = json.array {}
  for place, secret in ipairs(state.secrets) do
    local readers = json.array {}
    for _, unit in ipairs(copy.keys(secret.readers)) do
      local reader = secret.readers[unit]
      readers[#readers + 1] = { unit = unit, tracked = reader.tracked or 0, label = reader.label }
    end
    secrets[place] = {
      id = secret.id, owner = secret.owner, label = secret.label, description = secret.description,
      rotate = secret.rotate, revisions = secret.revisions, readers = readers, grants = secret.grants,
    }
  end
  return secrets
end

local function stored_of(state)
  local stored = copy.copy(state.library)
  for key, value in pairs(state.stored) do stored[key] = json.encode(value) end
  return stored
end

---The document of a state.
---@param state charm.testing.State
---@param action_params string? JSON
---@param broken string? the id of the relation that is being broken
---@return string
---@nodiscard
function M.encode(state, action_params, broken)
  local relations = {}
  for place, relation in ipairs(state.relations) do
    relations[place] = {
      id = relation.id, app = relation.app, units = relation.units, data = relation.data,
      is_broken = relation.id == broken or nil,
    }
  end
  return json.encode {
    unit = state.unit, leader = state.leader, now = state.now,
    model_name = state.model.name, model_uuid = state.model.uuid,
    charm_dir = ("/var/lib/juju/agents/unit-%s/charm"):format((state.unit:gsub("/", "-"))),
    juju_version = state.juju_version, machine_id = state.machine_id,
    availability_zone = state.availability_zone, principal_unit = state.principal_unit,
    answers = answers_of(state, action_params), relations = relations, secrets = secrets_of(state),
    unit_status = tostring(state.unit_status), app_status = tostring(state.app_status),
    workload_version = state.workload_version, stored = stored_of(state),
    leader_settings = state.leader_settings, ports = state.ports,
    exec = state.exec, files = state.files, links = state.links,
  }
end

-- --- from the host -------------------------------------------------------------------------------

local RESERVED <const> = "luacharm-" -- lua/charm/state.lua

local function take_stored(state, stored)
  state.stored, state.library = {}, {}
  for key, text in pairs(stored) do
    if key:sub(1, #RESERVED) == RESERVED then
      state.library[key] = text
    else
      local value, message = json.decode(text)
      state.stored[key] = (value == nil and message) and text or value
    end
  end
end

local function take_log(state, lines)
  state.log = {}
  for _, line in ipairs(lines) do
    local level, message = line:match "^(%u+) (.*)$"
    if level == "ACTION" then
      state.action.log[#state.action.log + 1] = message
    else
      state.log[#state.log + 1] = { level = level, message = message }
    end
  end
end

local function take_secrets(state, secrets)
  for _, secret in ipairs(secrets) do
    local readers = {}
    for _, reader in ipairs(secret.readers) do
      readers[reader.unit] = { tracked = reader.tracked ~= 0 and reader.tracked or nil, label = reader.label }
    end
    secret.readers = readers
  end
  state.secrets = secrets
end

local function take_relations(state, relations, broken)
  state.relations = {}
  for _, relation in ipairs(relations) do
    relation.endpoint = relation.id:match "^(.*):"
    relation.is_broken = nil
    -- Once the hook has ended, the relation is no more (juju-hooks 1.8).
    if relation.id ~= broken then state.relations[#state.relations + 1] = relation end
  end
end

---The state after a hook.
---@param before charm.testing.State
---@param state_text string
---@param machine_text string
---@param broken string? the id of the relation that was broken
---@return charm.testing.State
---@nodiscard
function M.decode(before, state_text, machine_text, broken)
  local after = copy.copy(before)
  local dump, machine = json.decode(state_text), json.decode(machine_text)
  after.action = { results = dump.results, log = {}, failure = dump.failure }
  after.unit_status, after.app_status = status(dump.unit_status), status(dump.app_status)
  for _, name in ipairs { "unit_status_history", "app_status_history" } do
    for place, text in ipairs(dump[name]) do dump[name][place] = status(text) end
  end
  for _, name in ipairs { "unit_status_history", "app_status_history", "workload_version",
    "leader_settings", "ports", "storage_added", "reboot", "commands" } do
    after[name] = dump[name]
  end
  take_stored(after, dump.stored)
  take_log(after, dump.log)
  take_secrets(after, dump.secrets)
  take_relations(after, dump.relations, broken)
  after.executed = machine.executed
  after.files, after.links = machine.machine.files, machine.machine.links
  fill_files(after.files)
  return after
end

return M
