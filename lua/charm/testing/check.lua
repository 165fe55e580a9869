-- The consistency checker, of states: refuses what Juju could not produce. Events: check_event.lua.
-- Each refusal is a row of refusals.lua.
local core <const> = require "charm.testing.core"
local errors <const> = require "charm.errors"
local refusals <const> = require "charm.testing.refusals"

local M = {}

local charm <const> = core.charm()
local refuse <const> = refusals.refuse

-- --- the form, before anything is filled in --------------------------------------------------------

local types <const> = {
  unit = "string", leader = "boolean", now = "any", model = "table", juju_version = "string",
  machine_id = "string", availability_zone = "string", principal_unit = "string", planned_units = "number",
  config = "table", relations = "table", secrets = "table", storage = "table", networks = "table",
  addresses = "table", ports = "table", unit_status = "any", app_status = "any",
  workload_version = "string", stored = "table", leader_settings = "table", resources = "table",
  goal_state = "table", credential = "table", exec = "table", files = "table", links = "table",
  library = "table",
  -- What a hook did is in the state after it, and so in the next state before one.
  unit_status_history = "table", app_status_history = "table", log = "table", action = "table",
  executed = "table", storage_added = "table", reboot = "string", commands = "table",
}

-- A key that is not a text can stand in a table of fields only by mistake.
local function check_fields(fields, known, id, ...)
  for name in pairs(fields) do
    if type(name) ~= "string" or known[name] == nil then
      local words = table.pack(...)
      words[words.n + 1], words[words.n + 2] = tostring(name), refusals.instead(name, known)
      refuse(id, table.unpack(words, 1, words.n + 2))
    end
  end
end

local function check_type(name, value, wanted)
  if type(value) ~= wanted then refuse("state-type", name, wanted, errors.kind(value)) end
end

local relation_fields <const> = {
  id = "string", endpoint = "string", app = "string", units = "table", data = "table",
}
local secret_fields <const> = {
  id = "string", owner = "string", label = "string", description = "string", rotate = "string",
  content = "table", expire = "number", revisions = "table", readers = "table", grants = "table",
}

local function check_items(name, list)
  for _, item in ipairs(list) do
    if type(item) ~= "table" then refuse("list-form", name, errors.kind(item)) end
  end
  if next(list) ~= nil and #list == 0 then refuse("list-form", name, "names") end
end

local function check_item_types(what, item, fields)
  for field, value in pairs(item) do check_type(("%s: %s"):format(what, field), value, fields[field]) end
end

local function check_relation_form(relation)
  local what = ("relation '%s'"):format(tostring(relation.id or relation.endpoint))
  check_fields(relation, relation_fields, "relation-field", what)
  check_item_types(what, relation, relation_fields)
  if not relation.id and not relation.endpoint then refuse("relation-id", "nothing") end
  if relation.id and not relation.id:match "^[%a][%w_-]*:%d+$" then refuse("relation-id", relation.id) end
  check_type(what .. ": app", relation.app, "string")
end

local function check_secret_form(secret)
  check_fields(secret, secret_fields, "secret-field")
  check_item_types("a secret", secret, secret_fields)
  check_items("revisions", secret.revisions or {})
  check_items("grants", secret.grants or {})
end

local function check_storage_form(storage)
  for _, field in ipairs { "id", "name", "kind", "location" } do
    if field == "id" or storage[field] ~= nil then
      check_type("storage: " .. field, storage[field], "string")
    end
  end
  if not storage.id:match "^[a-z][a-z0-9-]*/%d+$" then refuse("storage-id", storage.id) end
end

local function check_exec_form(exec)
  for place, program in ipairs(exec) do
    local words = program.command
    if type(words) ~= "table" or type(words[1]) ~= "string" then refuse("exec-command", place) end
    for _, word in ipairs(words) do
      if type(word) ~= "string" then refuse("exec-command", place) end
    end
  end
end

local function check_time(now)
  if now ~= nil and math.type(now) ~= "integer" and (type(now) ~= "string" or not core.time(now)) then
    refuse("time", tostring(now))
  end
end

local function check_status_form(name, value)
  if value ~= nil and type(value) ~= "string" and (type(value) ~= "table" or
    type(value.status) ~= "string") then
    refuse("state-type", name, "text such as 'active: ready'", errors.kind(value))
  end
end

---Names and types of what a test says.
---@param fields any
function M.form(fields)
  check_type("a state", fields, "table")
  check_fields(fields, types, "state-field")
  for name, value in pairs(fields) do
    if types[name] ~= "any" then check_type(name, value, types[name]) end
  end
  check_time(fields.now)
  check_status_form("unit_status", fields.unit_status)
  check_status_form("app_status", fields.app_status)
  for _, name in ipairs { "relations", "secrets", "storage", "exec" } do
    check_items(name, fields[name] or {})
  end
  for _, relation in ipairs(fields.relations or {}) do check_relation_form(relation) end
  for _, secret in ipairs(fields.secrets or {}) do check_secret_form(secret) end
  for _, storage in ipairs(fields.storage or {}) do check_storage_form(storage) end
  check_exec_form(fields.exec or {})
end

-- --- the unit --------------------------------------------------------------------------------------

local APP <const> = "^%l[%l%d]*"

-- juju-hooks 0: each part behind a hyphen has a letter in it.
local function is_app_name(text)
  if not text:match(APP .. "[%l%d-]*$") or text:match "%-$" then return false end
  for part in text:gmatch "[^-]+" do
    if not part:match "%l" then return false end
  end
  return not text:find("--", 1, true)
end

---The application of a unit's name; nil for what is none.
---@param text string
---@return string?
---@nodiscard
function M.app_of(text)
  local app, number = text:match "^(.*)/(%d+)$"
  if app and is_app_name(app) and (number == "0" or number:sub(1, 1) ~= "0") then return app end
  return nil
end

local function check_unit(state)
  if not M.app_of(state.unit) then refuse("unit-name", state.unit) end
  local hex <const> = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$"
  if not tostring(state.model.uuid):match(hex) then refuse("model-uuid", tostring(state.model.uuid)) end
  if not state.juju_version:match "^%d+%.%d+" then refuse("juju-version", state.juju_version) end
  if math.type(state.planned_units) ~= "integer" or state.planned_units < 0 then
    refuse("planned-units", tostring(state.planned_units))
  end
  if state.principal_unit and not charm.subordinate then refuse "principal" end
end

-- --- configuration -----------------------------------------------------------------------------------

local config_types <const> = {
  string = function(value) return type(value) == "string" end,
  secret = function(value) return type(value) == "string" end,
  boolean = function(value) return type(value) == "boolean" end,
  int = function(value) return math.type(value) == "integer" end,
  float = function(value) return type(value) == "number" end,
}

local function check_config(state)
  for name, value in pairs(state.config) do
    local option = charm.options[name]
    if not option then refuse("config-unknown", tostring(name), refusals.instead(name, charm.options)) end
    if not config_types[option.type](value) then
      local got = ("%s (a %s)"):format(tostring(value), math.type(value) or type(value))
      refuse("config-type", name, option.type, got)
    end
    if option.type == "secret" and not value:match "^secret:" then refuse("config-secret", name, value) end
  end
end

-- --- relations ---------------------------------------------------------------------------------------

-- Every charm has this one without saying so.
local implicit <const> = { role = "provides", limit = 0, in_container = false }

---@param name string
---@return table? endpoint as in the metadata
---@nodiscard
function M.endpoint(name)
  return charm.endpoints[name] or (name == "juju-info" and implicit or nil)
end

local function check_sides(state, relation, endpoint)
  local own = M.app_of(state.unit)
  if not is_app_name(relation.app) then refuse("relation-app", relation.id, relation.app) end
  if endpoint.role == "peers" and relation.app ~= own then
    refuse("peer-app", relation.id, own, relation.app)
  end
  if endpoint.role ~= "peers" and relation.app == own then refuse("relation-self", relation.id, own) end
  if endpoint.in_container and #relation.units > 1 then
    refuse("container-units", relation.id, #relation.units)
  end
end

local function check_units(state, relation)
  local seen = {}
  for _, unit in ipairs(relation.units) do
    if type(unit) ~= "string" or M.app_of(unit) ~= relation.app then
      refuse("relation-unit", relation.id, tostring(unit), relation.app)
    end
    if unit == state.unit then refuse("peer-unit-self", relation.id) end
    if seen[unit] then refuse("relation-unit-twice", relation.id, unit) end
    seen[unit] = true
  end
end

local function check_databags(state, relation)
  local own = M.app_of(state.unit)
  for who, bag in pairs(relation.data) do
    local app = type(who) == "string" and (M.app_of(who) or who)
    if app ~= own and app ~= relation.app then refuse("databag-owner", relation.id, tostring(who)) end
    for key, value in pairs(bag) do
      if type(value) ~= "string" then
        refuse("databag-value", relation.id, who, tostring(key), errors.kind(value))
      end
      if value == "" then refuse("databag-empty", relation.id, who, key) end
    end
  end
end

local function count_relations(state)
  local counts, numbers = {}, {}
  for _, relation in ipairs(state.relations) do
    local number = relation.id:match ":(%d+)$"
    if numbers[number] then refuse("relation-id-twice", number) end
    numbers[number] = true
    counts[relation.endpoint] = (counts[relation.endpoint] or 0) + 1
  end
  for name, count in pairs(counts) do
    local endpoint = M.endpoint(name)
    if endpoint.role == "peers" and count > 1 then refuse("peer-count", name) end
    if endpoint.limit > 0 and count > endpoint.limit then refuse("relation-limit", name, endpoint.limit) end
  end
end

local function check_relations(state)
  for _, relation in ipairs(state.relations) do
    local endpoint = M.endpoint(relation.endpoint)
    if not endpoint then
      refuse("relation-endpoint", relation.endpoint, refusals.instead(relation.endpoint, charm.endpoints))
    end
    if relation.id:match "^(.*):" ~= relation.endpoint then
      refuse("relation-id-endpoint", relation.id, relation.endpoint)
    end
    check_sides(state, relation, endpoint)
    check_units(state, relation)
    check_databags(state, relation)
  end
  count_relations(state)
end

-- --- secrets -----------------------------------------------------------------------------------------

local rotations <const> = {
  never = true, hourly = true, daily = true, weekly = true, monthly = true, quarterly = true, yearly = true,
}

local function is_secret_key(key)
  return type(key) == "string" and #key >= 3 and key:match "^%l[%l%d-]*[%l%d]$" ~= nil and
    not key:find("--", 1, true)
end

local function check_content(name, content)
  if type(content) ~= "table" or next(content) == nil then refuse("secret-content", name) end
  for key, value in pairs(content) do
    if not is_secret_key(key) then refuse("secret-key", name, tostring(key)) end
    if type(value) ~= "string" and not (type(value) == "table" and value.base64) then
      refuse("secret-value", name, key, errors.kind(value))
    end
  end
end

local function check_revisions(name, secret)
  local last = 0
  if not secret.revisions or #secret.revisions == 0 then refuse("secret-content", name) end
  for _, revision in ipairs(secret.revisions) do
    local number = revision.revision
    if math.type(number) ~= "integer" or number <= last then refuse("secret-revision", name) end
    check_content(name, revision.content)
    last = number
  end
  for unit, reader in pairs(secret.readers) do
    if reader.tracked and (reader.tracked < 1 or reader.tracked > last) then
      refuse("secret-tracked", name, unit, reader.tracked, last)
    end
  end
end

local function check_grants(state, name, secret)
  for _, grant in ipairs(secret.grants) do
    local found
    for _, relation in ipairs(state.relations) do
      if relation.id == grant.relation then found = relation end
    end
    if not found then refuse("secret-grant-relation", name, tostring(grant.relation)) end
    local app = M.app_of(tostring(grant.to)) or grant.to
    if app ~= found.app and app ~= M.app_of(state.unit) then
      refuse("secret-grant-to", name, tostring(grant.to), grant.relation)
    end
  end
end

local function check_secret(state, secret)
  local name = secret.label or secret.id
  if not secret.id:match "^[0-9a-v]+$" or #secret.id ~= 20 then refuse("secret-id", secret.id) end
  if not M.app_of(secret.owner) and not is_app_name(secret.owner) then
    refuse("secret-owner", name, secret.owner)
  end
  if secret.rotate and not rotations[secret.rotate] then refuse("secret-rotate", name, secret.rotate) end
  check_revisions(name, secret)
  check_grants(state, name, secret)
end

local function check_secrets(state)
  local ids, labels = {}, {}
  for _, secret in ipairs(state.secrets) do
    check_secret(state, secret)
    if ids[secret.id] then refuse("secret-id-twice", secret.id) end
    ids[secret.id] = true
    local mine = secret.label and secret.owner .. " " .. secret.label
    if mine and labels[mine] then refuse("secret-label-twice", secret.owner, secret.label) end
    if mine then labels[mine] = true end
  end
end

-- --- the rest ------------------------------------------------------------------------------------------

local function check_storage(state)
  local ids = {}
  for _, storage in ipairs(state.storage) do
    local kind = charm.storages[storage.name]
    if not kind then
      refuse("storage-undeclared", storage.name, refusals.instead(storage.name, charm.storages))
    end
    if storage.kind ~= kind then refuse("storage-kind", storage.id, kind, storage.kind) end
    if ids[storage.id] then refuse("storage-id-twice", storage.id) end
    ids[storage.id] = true
  end
end

local network_fields <const> = {
  bind_address = true, ingress_address = true, ingress_addresses = true, egress_subnets = true,
  interfaces = true,
}

local function check_networks(state)
  for name, network in pairs(state.networks) do
    if not charm.endpoints[name] and not charm.bindings[name] then
      refuse("network-undeclared", tostring(name), refusals.instead(name, charm.endpoints))
    end
    for field in pairs(network) do
      if not network_fields[field] then refuse("network-field", name, tostring(field)) end
    end
  end
end

local function is_port(text)
  if text == "icmp" then return true end
  local from, to, protocol = tostring(text):match "^(%d+)-?(%d*)/(%l+)$"
  from, to = tonumber(from), tonumber(to) or tonumber(from)
  return from ~= nil and (protocol == "tcp" or protocol == "udp") and from >= 1 and from <= to and to <= 65535
end

local function check_ports(state)
  local seen = {}
  for _, port in ipairs(state.ports) do
    if not is_port(port) then refuse("port", tostring(port)) end
    if seen[port] then refuse("port-twice", port) end
    seen[port] = true
  end
end

-- juju-hooks 2.9, and what the agent itself sets.
local statuses <const> = {
  active = true, blocked = true, waiting = true, maintenance = true, unknown = true, error = true,
  terminated = true,
}

local function check_texts(name, map)
  for key, value in pairs(map) do
    if type(value) ~= "string" then refuse("map-value", name, tostring(key), errors.kind(value)) end
  end
end

local function check_resources(state)
  for name in pairs(state.resources) do
    if not charm.resources[name] then
      refuse("resource-undeclared", tostring(name), refusals.instead(name, charm.resources))
    end
  end
  check_texts("resources", state.resources)
  check_texts("leader_settings", state.leader_settings)
end

local function check_machine(state)
  local commands = {}
  for _, program in ipairs(state.exec) do
    local words = table.concat(program.command, " ")
    if commands[words] then refuse("exec-twice", words) end
    commands[words] = true
  end
  for path, file in pairs(state.files) do
    if type(path) ~= "string" or path:sub(1, 1) ~= "/" then refuse("file-path", tostring(path)) end
    if type(file) ~= "table" then
      refuse("state-type", "files['" .. path .. "']", "text", errors.kind(file))
    end
    if not tostring(file.mode):match "^[0-7][0-7][0-7][0-7]?$" then
      refuse("file-mode", path, tostring(file.mode))
    end
  end
end

---What is filled in.
---@param state charm.testing.State
function M.state(state)
  check_unit(state)
  check_config(state)
  check_relations(state)
  check_secrets(state)
  check_storage(state)
  check_resources(state)
  check_networks(state)
  check_ports(state)
  for _, name in ipairs { "unit_status", "app_status" } do
    if not statuses[state[name].status] then refuse("status", name, state[name].status) end
  end
  check_machine(state)
end

return M
