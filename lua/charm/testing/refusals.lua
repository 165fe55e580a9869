-- What a test cannot say, since Juju could not do it: one row for each refusal, with its name, its
-- text and an example that is refused so (tests/cli/refusals.t runs each; the manual lists them). The
-- sections say where Juju has the rule: juju-hooks by its sections, metadata by the charm's own files.
local core <const> = require "charm.core"
local failure <const> = require "charm.testing.failure"
local json <const> = require "charm.json"

local M = {}

---@class charm.testing.Refusal
---@field id string
---@field text string with string.format's places
---@field example string Lua, in which `testing` is charm.testing

---The refusals, in the order in which they are looked for.
M.list = {
  -- The form of a state.
  { id = "state-field", text = "a state has no field '%s'%s", example = [[testing.state { leadr = true }]] },
  { id = "state-type", text = "%s: expected a %s, got %s", example = [[testing.state { leader = "yes" }]] },
  { id = "unit-name", text = "unit: '%s' is not the name of a unit, such as 'web/0'",
    example = [[testing.state { unit = "web" }]] },
  { id = "model-uuid", text = "model.uuid: '%s' is no UUID",
    example = [[testing.state { model = { uuid = "1234" } }]] },
  { id = "juju-version", text = "juju_version: '%s' is no version, such as '3.6.26'",
    example = [[testing.state { juju_version = "three" }]] },
  { id = "time", text = "now: '%s' is no time, such as '2026-01-01T00:00:00Z'",
    example = [[testing.state { now = "tomorrow" }]] },
  { id = "planned-units", text = "planned_units: expected 0 or more, got %s",
    example = [[testing.state { planned_units = -1 }]] },
  { id = "principal", text = "principal_unit: only the unit of a subordinate charm has one",
    example = [[testing.state { principal_unit = "ubuntu/0" }]] },
  { id = "list-form", text = "%s: expected a list of tables, got %s in it",
    example = [[testing.state { relations = { "certificates:1" } }]] },

  -- Configuration (juju-hooks 2.8).
  { id = "config-unknown", text = "config: the charm has no option '%s'%s",
    example = [[testing.state { config = { prot = 443 } }]] },
  { id = "config-type", text = "config.%s: the option is of type %s, got %s",
    example = [[testing.state { config = { port = "443" } }]] },
  { id = "config-secret", text = "config.%s: an option of type secret is 'secret:ID', got '%s'",
    example = [[testing.state { config = { password = "hunter2" } }]] },

  -- Relations (juju-hooks 1.8, 4; the charm's metadata).
  { id = "relation-field", text = "%s has no field '%s'%s",
    example = [[testing.state { relations = { { endpoint = "db", app = "mysql", unit = "mysql/0" } } }]] },
  { id = "relation-id", text = "'%s' is not the id of a relation, such as 'certificates:7'",
    example = [[testing.state { relations = { { id = "seven", app = "mysql" } } }]] },
  { id = "relation-endpoint", text = "the charm has no endpoint '%s'%s",
    example = [[testing.state { relations = { { endpoint = "database", app = "mysql" } } }]] },
  { id = "relation-id-endpoint", text = "relation '%s' is not one of the endpoint '%s'",
    example = [[testing.state { relations = { { id = "api:7", endpoint = "db", app = "mysql" } } }]] },
  { id = "relation-id-twice", text = "two relations have the number %s",
    example = [[testing.state { relations = { { id = "db:7", app = "mysql" },
  { id = "api:7", app = "web" } } }]] },
  { id = "relation-app", text = "relation '%s': app: '%s' is not the name of an application",
    example = [[testing.state { relations = { { endpoint = "db", app = "MySQL" } } }]] },
  { id = "peer-app", text = "relation '%s': the other side of a peer relation is '%s' itself, not '%s'",
    example = [[testing.state { relations = { { endpoint = "cluster", app = "mysql" } } }]] },
  { id = "peer-count", text = "endpoint '%s': an application has one peer relation of an endpoint",
    example = [[testing.state { relations = { { endpoint = "cluster", app = "sample" },
  { endpoint = "cluster", app = "sample" } } }]] },
  { id = "relation-self", text = "relation '%s': '%s' cannot be related to itself but by a peer relation",
    example = [[testing.state { relations = { { endpoint = "db", app = "sample" } } }]] },
  { id = "relation-limit", text = "endpoint '%s' takes at most %s relations (limit in the metadata)",
    example = [[testing.state { relations = { { endpoint = "certificates", app = "ca" },
  { endpoint = "certificates", app = "vault" } } }]] },
  { id = "relation-unit", text = "relation '%s': '%s' is not a unit of '%s'",
    example = [[testing.state { relations = { { endpoint = "db", app = "mysql",
  units = { "postgresql/0" } } } }]] },
  { id = "relation-unit-twice", text = "relation '%s': '%s' stands twice in its units",
    example = [[testing.state { relations = { { endpoint = "db", app = "mysql",
  units = { "mysql/0", "mysql/0" } } } }]] },
  { id = "peer-unit-self", text = "relation '%s': a unit is not its own peer",
    example = [[testing.state { relations = { { endpoint = "cluster", app = "sample",
  units = { "sample/0" } } } }]] },
  { id = "container-units", text = "relation '%s' is of container scope: one unit of the other side, not %s",
    example = [[testing.state { relations = { { endpoint = "logging", app = "rsyslog",
  units = { "rsyslog/0", "rsyslog/1" } } } }]] },
  { id = "databag-owner", text = "relation '%s': data: '%s' is on neither side",
    example = [[testing.state { relations = { { endpoint = "db", app = "mysql",
  data = { ["postgresql/0"] = { host = "10.0.0.9" } } } } }]] },
  { id = "databag-value", text = "relation '%s': data['%s'].%s: a databag holds text, not a %s",
    example = [[testing.state { relations = { { endpoint = "db", app = "mysql",
  data = { mysql = { port = 3306 } } } } }]] },
  { id = "databag-empty", text = "relation '%s': data['%s'].%s: an empty text is a key that is not there",
    example = [[testing.state { relations = { { endpoint = "db", app = "mysql",
  data = { mysql = { host = "" } } } } }]] },

  -- Secrets (juju-hooks 3).
  { id = "secret-field", text = "a secret has no field '%s'%s",
    example = [[testing.state { secrets = { { lable = "key", content = { password = "x" } } } }]] },
  { id = "secret-id", text = "'%s' is not the id of a secret: 20 of the characters 0 to 9 and a to v",
    example = [[testing.state { secrets = { { id = "key", content = { password = "x" } } } }]] },
  { id = "secret-id-twice", text = "two secrets have the id '%s'",
    example = [[testing.state { secrets = {
  { id = "9m4e2mr0ui3e8a215n4g", content = { password = "x" } },
  { id = "9m4e2mr0ui3e8a215n4g", content = { password = "y" } } } }]] },
  { id = "secret-owner", text = "secret '%s': owner: '%s' is neither a unit nor an application",
    example = [[testing.state { secrets = { { owner = "Somebody", content = { password = "x" } } } }]] },
  { id = "secret-label-twice", text = "two secrets of '%s' have the label '%s'",
    example = [[testing.state { secrets = { { label = "key", content = { password = "x" } },
  { label = "key", content = { password = "y" } } } }]] },
  { id = "secret-content", text = "secret '%s' has no content",
    example = [[testing.state { secrets = { { label = "key" } } }]] },
  { id = "secret-key", text = "secret '%s': '%s' is no key: a lower-case letter, then letters, digits and " ..
    "inner hyphens, 3 at least",
    example = [[testing.state { secrets = { { content = { Pass = "x" } } } }]] },
  { id = "secret-value", text = "secret '%s': %s: expected a text, a key or a charm.Secret, got %s",
    example = [[testing.state { secrets = { { content = { password = 1234 } } } }]] },
  { id = "secret-revision", text = "secret '%s': revisions must ascend from 1",
    example = [[testing.state { secrets = { { revisions = { { revision = 2, content = { password = "x" } },
  { revision = 1, content = { password = "y" } } } } } }]] },
  { id = "secret-rotate", text = "secret '%s': rotate: Juju has no policy '%s'",
    example = [[testing.state { secrets = { { rotate = "often", content = { password = "x" } } } }]] },
  { id = "secret-tracked", text = "secret '%s': '%s' cannot track revision %s: the newest is %s",
    example = [[testing.state { secrets = { { content = { password = "x" },
  readers = { ["sample/0"] = { tracked = 2 } } } } }]] },
  { id = "secret-grant-relation",
    text = "secret '%s' is granted through the relation '%s', which is not there",
    example = [[testing.state { secrets = { { content = { password = "x" },
  grants = { { relation = "db:9", to = "mysql" } } } } }]] },
  { id = "secret-grant-to", text = "secret '%s' is granted to '%s', who is not in the relation '%s'",
    example = [[testing.state { relations = { { id = "db:9", app = "mysql" } },
  secrets = { { content = { password = "x" }, grants = { { relation = "db:9", to = "vault" } } } } }]] },

  -- Storage, resources, networks, ports, statuses (juju-hooks 1.11, 2.9 to 2.12; the metadata).
  { id = "storage-undeclared", text = "the charm has no storage '%s'%s",
    example = [[testing.state { storage = { { id = "logs/0" } } }]] },
  { id = "storage-id", text = "'%s' is not the id of a storage instance, such as 'data/0'",
    example = [[testing.state { storage = { { id = "data" } } }]] },
  { id = "storage-id-twice", text = "two storage instances have the id '%s'",
    example = [[testing.state { storage = { { id = "data/0" }, { id = "data/0" } } }]] },
  { id = "storage-kind", text = "storage '%s' is of type %s in the metadata, not %s",
    example = [[testing.state { storage = { { id = "data/0", kind = "block" } } }]] },
  { id = "resource-undeclared", text = "the charm has no resource '%s'%s",
    example = [[testing.state { resources = { binary = "/tmp/binary" } }]] },
  { id = "network-undeclared", text = "the charm has no endpoint or extra binding '%s'%s",
    example = [[testing.state { networks = { public = { bind_address = "10.0.0.1" } } }]] },
  { id = "network-field", text = "networks.%s: a network has no field '%s'",
    example = [[testing.state { networks = { db = { address = "10.0.0.1" } } }]] },
  { id = "port", text = "'%s' is no port, such as '443/tcp', '8000-8010/udp' or 'icmp'",
    example = [[testing.state { ports = { "https" } }]] },
  { id = "port-twice", text = "port '%s' is opened twice",
    example = [[testing.state { ports = { "443/tcp", "443/tcp" } }]] },
  { id = "status", text = "%s: Juju has no status '%s'",
    example = [[testing.state { unit_status = "ready" }]] },
  { id = "map-value", text = "%s.%s: expected a text, got %s",
    example = [[testing.state { leader_settings = { port = 443 } }]] },

  -- The machine.
  { id = "exec-command", text = "exec[%s]: expected command = { PROGRAM, ... }, a list of texts",
    example = [[testing.state { exec = { { command = "nginx -t" } } }]] },
  { id = "exec-twice", text = "exec: two answers to the same command, %s",
    example = [[testing.state { exec = { { command = { "nginx", "-t" } },
  { command = { "nginx", "-t" }, status = 1 } } }]] },
  { id = "file-path", text = "files: '%s': expected an absolute path",
    example = [[testing.state { files = { ["nginx.conf"] = "" } }]] },
  { id = "file-mode", text = "files: '%s': '%s' is no mode, such as '0644'",
    example = [[testing.state { files = { ["/etc/x"] = { content = "", mode = "rw" } } }]] },

  -- Events (juju-hooks 1.1, 1.2, 1.8 to 1.16).
  { id = "event-field", text = "event '%s': there is no field '%s' for it%s",
    example = [[testing.run { "start", unit = "mysql/0" }]] },
  { id = "event-unknown", text = "'%s' is not an event of Juju's%s",
    example = [[testing.run("config-change")]] },
  { id = "event-undeclared", text = "event '%s' never comes: the charm has no %s '%s'%s",
    example = [[testing.run("database-relation-created")]] },
  { id = "event-peer-broken", text = "event '%s' never comes: a peer relation is not broken",
    example = [[testing.run("cluster-relation-broken",
  { relations = { { endpoint = "cluster", app = "sample" } } })]] },
  { id = "event-no-relation", text = "event '%s': the state has no relation of the endpoint '%s'",
    example = [[testing.run("db-relation-created")]] },
  { id = "event-which-relation", text = "event '%s': there are several relations of '%s': say relation = ID",
    example = [[testing.run("db-relation-created",
  { relations = { { endpoint = "db", app = "mysql" }, { endpoint = "db", app = "postgresql" } } })]] },
  { id = "event-relation", text = "event '%s': there is no relation '%s' of the endpoint '%s' in the state",
    example = [[testing.run({ "db-relation-created", relation = "api:7" },
  { relations = { { id = "api:7", app = "web" }, { endpoint = "db", app = "mysql" } } })]] },
  { id = "event-needs-unit", text = "event '%s' is about one unit of the other side: say unit = NAME",
    example = [[testing.run("db-relation-joined", { relations = { { endpoint = "db", app = "mysql" } } })]] },
  { id = "event-has-unit", text = "event '%s' is about the whole relation: it has no unit",
    example = [[testing.run({ "db-relation-created", unit = "mysql/0" },
  { relations = { { endpoint = "db", app = "mysql", units = { "mysql/0" } } } })]] },
  { id = "event-unit-absent", text = "event '%s': '%s' is not among the units of '%s'",
    example = [[testing.run({ "db-relation-changed", unit = "mysql/1" },
  { relations = { { endpoint = "db", app = "mysql", units = { "mysql/0" } } } })]] },
  { id = "event-departed-there", text = "event '%s': '%s' has departed: take it out of the units of '%s'",
    example = [[testing.run({ "db-relation-departed", unit = "mysql/0" },
  { relations = { { endpoint = "db", app = "mysql", units = { "mysql/0" } } } })]] },
  { id = "event-departed-unit", text = "event '%s': '%s' is not a unit of '%s'",
    example = [[testing.run({ "db-relation-departed", unit = "postgresql/0" },
  { relations = { { endpoint = "db", app = "mysql" } } })]] },
  { id = "event-broken-units", text = "event '%s': '%s' is broken when all its units have departed: " ..
    "there is still '%s'",
    example = [[testing.run("db-relation-broken",
  { relations = { { endpoint = "db", app = "mysql", units = { "mysql/0" } } } })]] },
  { id = "event-remove-related", text = "event 'remove' comes when every relation but peers is broken: " ..
    "there is still '%s'",
    example = [[testing.run("remove", { relations = { { endpoint = "db", app = "mysql" } } })]] },
  { id = "event-no-secret", text = "event '%s' is about a secret: say secret = LABEL or ID",
    example = [[testing.run("secret-changed")]] },
  { id = "event-secret", text = "event '%s': the state has no secret '%s'",
    example = [[testing.run { "secret-changed", secret = "key" }]] },
  { id = "event-secret-own", text = "event '%s': '%s' is our own: its owner is not told of changes",
    example = [[testing.run({ "secret-changed", secret = "key" },
  { secrets = { { label = "key", content = { password = "x" } } } })]] },
  { id = "event-secret-foreign", text = "event '%s' is for the owner of the secret, which is '%s'",
    example = [[testing.run({ "secret-expired", secret = "9m4e2mr0ui3e8a215n4g", revision = 1 },
  { secrets = { { id = "9m4e2mr0ui3e8a215n4g", owner = "vault",
    content = { password = "x" } } } })]] },
  { id = "event-secret-leader", text = "event '%s' of a secret of the application is for its leader",
    example = [[testing.run({ "secret-rotate", secret = "key" },
  { secrets = { { label = "key", owner = "application", rotate = "daily",
    content = { password = "x" } } } })]] },
  { id = "event-revision", text = "event '%s': secret '%s' has no revision %s",
    example = [[testing.run({ "secret-expired", secret = "key", revision = 2 },
  { secrets = { { label = "key", expire = 1767225600, content = { password = "x" } } } })]] },
  { id = "event-not-expired",
    text = "event 'secret-expired': revision %s of '%s' has not expired at the state's time",
    example = [[testing.run({ "secret-expired", secret = "key" },
  { secrets = { { label = "key", content = { password = "x" } } } })]] },
  { id = "event-no-rotation", text = "event 'secret-rotate': '%s' has no rotation policy",
    example = [[testing.run({ "secret-rotate", secret = "key" },
  { secrets = { { label = "key", content = { password = "x" } } } })]] },
  { id = "event-latest-revision",
    text = "event 'secret-remove': revision %s of '%s' is the newest, which stays",
    example = [[testing.run({ "secret-remove", secret = "key", revision = 1 },
  { secrets = { { label = "key", content = { password = "x" } } } })]] },
  { id = "event-elected", text = "event 'leader-elected' comes to the leader: say leader = true",
    example = [[testing.run("leader-elected", { leader = false })]] },
  { id = "event-not-leader", text = "event 'leader-settings-changed' comes to those who are not the leader",
    example = [[testing.run("leader-settings-changed", { leader = true })]] },
  { id = "event-storage", text = "event '%s': the state has no storage '%s'",
    example = [[testing.run("data-storage-attached")]] },
  { id = "event-notice", text = "event '%s' is about a notice: say notice = { id =, type =, key = }",
    example = [[testing.run("workload-pebble-custom-notice")]] },
  { id = "event-check", text = "event '%s' is about a check: say check = NAME",
    example = [[testing.run("workload-pebble-check-failed")]] },
  { id = "event-action", text = "the charm has no action '%s'%s",
    example = [[testing.run("actions/restore")]] },
  { id = "event-params", text = "the parameters do not fit the action's schema: %s",
    example = [[testing.run { "actions/backup", params = { target = 3 } }]] },
}

local texts <const> = {}
for _, refusal in ipairs(M.list) do texts[refusal.id] = refusal.text end

-- The text with "..." where a refusal has a name or a value.
local function without_places(text)
  return (text:gsub("'%%s'%%s", "'...'"):gsub("%%s", "..."))
end

---The list, for people or in JSON.
---@param as_json boolean
---@return string
---@nodiscard
function M.describe(as_json)
  local items, lines = {}, {}
  for place, refusal in ipairs(M.list) do
    local text = without_places(refusal.text)
    items[place] = { id = refusal.id, text = text, example = refusal.example }
    lines[place] = ("%s: %s\n    %s\n"):format(refusal.id, text, (refusal.example:gsub("\n", "\n    ")))
  end
  return as_json and json.encode(items, { pretty = true }) .. "\n" or table.concat(lines)
end

---Refuse what a test says.
---@param id string of the list
---@param ... any for the text
function M.refuse(id, ...)
  failure.raise(("refused (%s): %s"):format(id, texts[id]:format(...)), { refusal = id })
end

---" (did you mean 'x'?)", or what there is; "" when there is nothing.
---@param name any
---@param known table by name
---@return string
---@nodiscard
function M.instead(name, known)
  local names = {}
  for there in pairs(known) do names[#names + 1] = there end
  table.sort(names)
  local nearest = core.nearest(tostring(name), names)
  if nearest then return (" (did you mean '%s'?)"):format(nearest) end
  return #names == 0 and " (it has none)" or (" (there is %s)"):format(table.concat(names, ", "))
end

return M
