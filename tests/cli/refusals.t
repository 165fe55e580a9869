#!/bin/sh
# The consistency checker of luacharm test: each refusal's own example is refused by it, by that name;
# the list is printed; and what stands near the refused is not refused.
# shellcheck source=tests/lib/tap.sh
. "${TESTS:-tests}/lib/tap.sh"

workdir
mkdir -p sample/src sample/tests
cat >sample/charmcraft.yaml <<'YAML'
name: sample
summary: Has one of everything that Juju has.
requires:
  certificates: { interface: tls-certificates, limit: 1 }
  db: { interface: sql }
  logging: { interface: syslog, scope: container }
provides:
  api: { interface: http }
peers:
  cluster: { interface: cluster }
config:
  options:
    port: { type: int, default: 443 }
    ratio: { type: float }
    name: { type: string }
    debug: { type: boolean }
    password: { type: secret }
actions:
  backup:
    params:
      target: { type: string }
storage:
  data: { type: filesystem }
resources:
  image: { type: file, filename: image.tar }
containers:
  workload: { resource: image }
extra-bindings:
  admin:
YAML
echo 'local _ = require "charm"' >sample/src/charm.lua
cat >sample/tests/refusals_test.lua <<'LUA'
local refusals <const> = require "charm.testing.refusals"
local testing <const> = require "charm.testing"

local ids <const> = {}
for _, refusal in ipairs(refusals.list) do
  testing.test("refused: " .. refusal.id, function()
    assert(not ids[refusal.id], "the id stands twice in the list")
    ids[refusal.id] = true
    local example <const> = assert(load(refusal.example, "example", "t", { testing = testing }))
    local done <const>, err = pcall(example)
    assert(not done, "the example is not refused")
    if type(err) ~= "table" or err.refusal ~= refusal.id then error("refused otherwise: " .. tostring(err), 0) end
  end)
end

testing.test("there are forty of them", function() assert(#refusals.list >= 40, #refusals.list) end)

-- --- what is fine ----------------------------------------------------------------------------------

local db <const> = { endpoint = "db", app = "mysql", units = { "mysql/0" } }
local peers <const> = { endpoint = "cluster", app = "sample", units = { "sample/1" } }
local secret <const> = { label = "key", rotate = "daily", expire = 1767225600, content = { password = "x" } }
local two <const> = {
  label = "key", revisions = { { revision = 1, content = { password = "x" } },
    { revision = 2, content = { password = "y" } } },
}

testing.rows({
  { "a state of which nothing is said", "start", {} },
  { "options of each type", "config-changed", { config = { port = 1, ratio = 1.5, name = "x", debug = true,
    password = "secret:9m4e2mr0ui3e8a215n4g" } } },
  { "a whole number for a float", "config-changed", { config = { ratio = 1 } } },
  { "an option without a value", "config-changed", {} },
  { "a relation that is created", "db-relation-created", { relations = { db } } },
  { "a unit that joins", { "db-relation-joined", unit = "mysql/0" }, { relations = { db } } },
  { "a unit that changes", { "db-relation-changed", unit = "mysql/0" }, { relations = { db } } },
  { "an application that changes", "db-relation-changed", { relations = { db } } },
  { "a unit that has departed", { "db-relation-departed", unit = "mysql/1" }, { relations = { db } } },
  { "a relation without units that is broken", "db-relation-broken",
    { relations = { { endpoint = "db", app = "mysql" } } } },
  { "two relations of an endpoint", { "db-relation-created", relation = "db:2" },
    { relations = { { id = "db:1", app = "mysql" }, { id = "db:2", app = "postgresql" } } } },
  { "a peer that joins", { "cluster-relation-joined", unit = "sample/1" }, { relations = { peers } } },
  { "a subordinate's one unit", "logging-relation-created",
    { relations = { { endpoint = "logging", app = "rsyslog", units = { "rsyslog/0" } } } } },
  { "the relation that every charm has", "juju-info-relation-created",
    { relations = { { endpoint = "juju-info", app = "grafana-agent" } } } },
  { "databags of both sides", "db-relation-changed", { relations = { { endpoint = "db", app = "mysql",
    data = { mysql = { a = "b" }, ["mysql/3"] = { c = "d" }, sample = { e = "f" }, ["sample/0"] = { g = "h" } } } } } },
  { "an expired secret of ours", { "secret-expired", secret = "key" }, { secrets = { secret } } },
  { "a secret of ours to be rotated", { "secret-rotate", secret = "key" }, { secrets = { secret } } },
  { "an old revision to be removed", { "secret-remove", secret = "key" }, { secrets = { two } } },
  { "another's secret that changed", { "secret-changed", secret = "9m4e2mr0ui3e8a215n4g" },
    { relations = { db }, secrets = { { id = "9m4e2mr0ui3e8a215n4g", owner = "mysql", content = { password = "x" },
      grants = { { relation = "db:1", to = "sample" } } } } } },
  { "an application's secret on the leader", { "secret-rotate", secret = "key" },
    { leader = true, secrets = { { label = "key", owner = "application", rotate = "daily",
      content = { password = "x" } } } } },
  { "storage that is attached", "data-storage-attached", { storage = { { id = "data/0" } } } },
  { "pebble's events", "workload-pebble-ready", {} },
  { "pebble's notices", { "workload-pebble-custom-notice",
    notice = { id = "1", type = "custom", key = "example.com/a" } }, {} },
  { "pebble's checks", { "workload-pebble-check-recovered", check = "http" }, {} },
  { "an action", { "actions/backup", params = { target = "/srv" } }, {} },
  { "the election of the leader", "leader-elected", { leader = true } },
  { "the end, with peers", "remove", { relations = { peers } } },
  { "networks of endpoints and bindings", "start", { networks = { db = { bind_address = "10.1.0.1" }, admin = {} } } },
  { "resources and statuses", "start", { resources = { image = "/tmp/x" }, unit_status = "waiting: for it" } },
}, function(row) testing.run(row[2], row[3]) end)
LUA

"$LUACHARM" test --tap sample >out 2>err
status=$?
grep -E '^(ok|not ok)' out | sed 's/^ok [0-9]* - /ok - /; s/^not ok [0-9]* - /not ok - /' >lines
grep -A 2 '^not ok' out | sed 's/^/# /'
while read -r line; do
    case $line in
        ok*) tap_result "${line#ok - }" true ;;
        *) tap_result "${line#not ok - }" false "$(cat err)" ;;
    esac
done <lines
is 'all of it was run' "$status" 0

passes 'the list' "$LUACHARM" test --list-refusals
is 'the list has each refusal' "$(grep -c '^[a-z-]*: ' "$OUT")" "$(grep -c '^ok - refused' lines)"
has 'with its example' "$(cat "$OUT")" "config-unknown: config: the charm has no option '...'
    testing.state { config = { prot = 443 } }"
passes 'the list as JSON' "$LUACHARM" test --list-refusals --json
is 'the JSON has each refusal' "$(grep -c '"id":' "$OUT")" "$(grep -c '^ok - refused' lines)"
done_testing
