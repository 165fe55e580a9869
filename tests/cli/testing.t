#!/bin/sh
# What a test can say and see (charm.testing): each part of a state goes into a hook and comes out of it.
# shellcheck source=tests/lib/tap.sh
. "${TESTS:-tests}/lib/tap.sh"

workdir
mkdir -p sample/src sample/tests sample/templates
echo 'from the charm' >sample/templates/x.conf
cat >sample/charmcraft.yaml <<'YAML'
name: sample
summary: Does what its configuration says.
requires: { db: { interface: sql } }
peers: { cluster: { interface: cluster } }
config: { options: { code: { type: string, default: "return" }, port: { type: int, default: 443 } } }
actions: { run: { params: { level: { type: integer, default: 3 } } } }
storage: { data: { type: filesystem } }
resources: { image: { type: file, filename: x } }
extra-bindings: { admin: null }
YAML
# The test says what the charm does.
cat >sample/src/charm.lua <<'LUA'
local charm <const> = require "charm"
local function act(event) return assert(load(charm.config.code, "code", "t"))(charm, event) end
for _, event in ipairs { "start", "db-relation-changed", "db-relation-broken", "secret-changed" } do
  charm.on(event, function(what) act(what) end)
end
charm.action("run", function(action) return act(action) end)
LUA
cat >sample/tests/state_test.lua <<'LUA'
local testing <const> = require "charm.testing"
local x509 <const> = require "charm.x509"

local function start(code, state)
  state = state or {}
  state.config = { code = "local charm, event = ...; " .. code }
  return testing.run("start", state)
end

-- Each row: what the charm does, in which state, what is there afterwards.
testing.rows({
  { "options have their defaults", "charm.state.port = charm.config.port", {}, { stored = { port = 443 } } },
  { "stored state comes and goes", "charm.state.n = charm.state.n + 1", { stored = { n = 1, m = { 1, 2 } } },
    { stored = { n = 2, m = { 1, 2 } } } },
  { "leadership", "charm.state.leads = charm.is_leader()", { leader = true }, { stored = { leads = true } } },
  { "ports are opened and closed", "charm.open_port(443); charm.close_port(80)", { ports = { "80/tcp" } },
    { ports = { "443/tcp" } } },
  { "statuses have a history", "charm.status.set('waiting', 'a'); charm.status.set('active')", {},
    { unit_status = "active", unit_status_history = { "waiting: a", "active" } } },
  { "the application's status is the leader's", "charm.status.set_app('blocked', 'x')", { leader = true },
    { app_status = "blocked: x" } },
  { "the version", "charm.version_set '1.2'", {}, { workload_version = "1.2" } },
  { "log lines", "charm.log.warning 'careful'", {},
    { log = testing.contains { level = "WARNING", message = "careful" } } },
  { "networks", "charm.state.at = charm.network('admin').bind_address",
    { networks = { admin = { bind_address = "10.9.9.9" } } }, { stored = { at = "10.9.9.9" } } },
  { "storage", "charm.state.at = charm.storage.get('data/0').location; charm.storage.add('data', 2)",
    { storage = { { id = "data/0", location = "/srv" } } },
    { stored = { at = "/srv" }, storage_added = { "data=2" } } },
  { "resources", "charm.state.at = charm.resource 'image'", { resources = { image = "/r/x" } },
    { stored = { at = "/r/x" } } },
  { "time stands still", "charm.state.now = os.time()", { now = "2030-01-01T00:00:00Z" },
    { stored = { now = 1893456000 } } },
  { "a reboot", "charm.reboot()", {}, { reboot = "after the hook" } },
  { "goal state", "charm.state.n = (function() local n = 0 for _ in pairs(charm.goal_state().units) do n = n + 1 end" ..
    " return n end)()", { planned_units = 3 }, { stored = { n = 3 } } },
  { "databags", "charm.relation('db').data[charm.unit].a = charm.relation('db').data.mysql.b",
    { relations = { { endpoint = "db", app = "mysql", data = { mysql = { b = "c" } } } } },
    { relations = { { data = { ["sample/0"] = { a = "c" } } } } } },
  { "secrets", "charm.secret.add { label = 'new', owner = 'unit', content = { password = 'x' } }", {},
    { secrets = { { label = "new", owner = "sample/0", revisions = { { revision = 1, content = { password = "x" } } } } } } },
  { "a program with an answer", "charm.state.out = charm.exec({ 'nginx', '-t' }).stdout",
    { exec = { { command = { "nginx" }, stdout = "other" }, { command = { "nginx", "-t" }, stdout = "fine" } } },
    { stored = { out = "fine" }, executed = { { command = { "nginx", "-t" } } } } },
  { "files", "charm.file.write('/etc/a', charm.file.read '/etc/b', { mode = '0640' })",
    { files = { ["/etc/b"] = "text" } }, { files = { ["/etc/a"] = { content = "text", mode = "0640" } } } },
  { "files of the charm's own", "charm.state.text = charm.file.read 'templates/x.conf'", {},
    { stored = { text = "from the charm\n" } } },
  { "io is where files are", "local f = io.open('/etc/a', 'w') f:write 'x' f:close()", {},
    { files = { ["/etc/a"] = "x" } } },
  { "a file does not leave the test", "charm.file.write('/../../etc/a', 'x')", {}, { files = { ["/etc/a"] = "x" } } },
}, function(row) testing.expect(start(row[2], row[3]), row[4]) end)

testing.test("the state that is given stays as it is", function()
  local before <const> = testing.state { config = { code = "local charm = ...; charm.state.x = 1; charm.open_port(1)" } }
  local after <const> = testing.run("start", before)
  testing.expect(before, { stored = {}, ports = {} })
  testing.expect(after, { stored = { x = 1 }, ports = { "1/tcp" } })
end)

testing.test("a program without an answer fails the hook and says what to do", function()
  local why <const> = testing.fails("start", { config = { code = "local charm = ...; charm.exec { 'rm', '-rf', '/x' }" } })
  testing.expect(why.message, testing.contains 'no answer for the program { "rm", "-rf", "/x" }: add it to `exec`')
end)

testing.test("what Juju buffers is lost in a hook that fails, statuses stay", function()
  local why <const>, after <const> = testing.fails("start", { config = {
    code = "local charm = ...; charm.status.set('blocked', 'x'); charm.open_port(1); error 'no'" } })
  testing.expect(why, { code = "script", message = testing.contains "no" })
  testing.expect(after, { unit_status = "blocked: x", ports = {} })
end)

testing.test("what is for the leader fails who is none", function()
  local why <const> = testing.fails("start", { config = { code = "local charm = ...; charm.status.set_app 'active'" } })
  testing.expect(why.code, "permission")
end)

testing.test("an action: parameters, results, log, failure", function()
  local state <const> = { config = { code = "local _, action = ...; action:log 'on it'; " ..
    "if action.params.level > 3 then return action:fail 'too high' end return { level = action.params.level }" } }
  testing.expect(testing.action("run", {}, state).action,
    { results = { level = "3" }, log = { "on it" }, failure = testing.absent })
  testing.expect(testing.action("run", { level = 4 }, state).action, { failure = "too high", results = {} })
end)

testing.test("a broken relation is gone afterwards", function()
  local after <const> = testing.run("db-relation-broken", { relations = { { endpoint = "db", app = "mysql" } } })
  testing.expect(after.relations, {})
end)

testing.test("another's secret is read by who has it granted", function()
  local state <const> = testing.state {
    relations = { { endpoint = "db", app = "mysql", units = { "mysql/0" } } },
    secrets = { { id = "9m4e2mr0ui3e8a215n4g", owner = "mysql", content = { password = "x" },
      grants = { { relation = "db:1", to = "sample" } } } },
    config = { code = "local charm, event = ...; charm.state.p = event.secret:refresh().password:reveal()" },
  }
  local after <const> = testing.run({ "secret-changed", secret = "9m4e2mr0ui3e8a215n4g" }, state)
  testing.expect(after, { stored = { p = "x" }, secrets = { { readers = { ["sample/0"] = { tracked = 1 } } } } })
  state.secrets[1].grants = {}
  testing.expect(testing.fails({ "secret-changed", secret = "9m4e2mr0ui3e8a215n4g" }, state).code, "permission")
end)

testing.test("a key in a secret is given as a key", function()
  local key <const> = x509.key.generate { type = "ec" }
  local state <const> = testing.state { secrets = { { label = "k", content = { ["private-key"] = key } } } }
  testing.expect(state:secret "k".revisions[1].content["private-key"], key:pem())
end)

-- --- matchers ----------------------------------------------------------------------------------------

testing.rows({
  { "any", 1, testing.any, true }, { "any is not nothing", nil, testing.any, false },
  { "absent", nil, testing.absent, true }, { "a part of a text", "abc", testing.contains "b", true },
  { "an item of a list", { 1, 2 }, testing.contains(2), true }, { "no such item", { 1, 2 }, testing.contains(3), false },
  { "a pattern", "a1", testing.like "^%a%d$", true }, { "is not", 1, testing.is_not(2), true },
  { "a list is compared whole", { 1, 2 }, { 1 }, false }, { "a table by its fields", { a = 1, b = 2 }, { a = 1 }, true },
  { "an empty table is an empty one", { a = 1 }, {}, false },
  { "a function", 4, testing.satisfies("an even number", function(n) return n % 2 == 0 end), true },
}, function(row)
  local passed <const> = pcall(testing.expect, row[2], row[3])
  assert(passed == row[4], "it is otherwise")
end)

testing.test("a difference shows no private key", function()
  local text <const> = testing.raises("(a private key)", testing.expect, x509.key.generate { type = "ec" }:pem(), "x")
  assert(not text:find("BEGIN", 1, true))
end)
LUA
"$LUACHARM" test --tap sample >out 2>err
status=$?
grep -A 3 '^not ok' out | sed 's/^/# /'
sed -n 's/^ok [0-9]* - //p' out >good
sed -n 's/^not ok [0-9]* - //p' out >bad
while read -r name; do tap_result "$name" true; done <good
while read -r name; do tap_result "$name" false "$(cat err)"; done <bad
is 'all of it was run' "$status" 0
done_testing
