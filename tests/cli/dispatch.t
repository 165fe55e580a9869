#!/bin/sh
# luacharm dispatch: which files of a charm a hook runs, in which order, what it sends to Juju, and
# what becomes of errors.
# shellcheck source=tests/lib/hook.sh disable=SC2154 # variables of hook.sh
. "$TESTS/lib/hook.sh"

# --- handlers ----------------------------------------------------------------------------------

charm <<'EOF'
local charm <const> = require "charm"
charm.on("config-changed", function(event) charm.log.info("first " .. event.name) end)
charm.on("start", function() charm.log.info("not this one") end)
charm.on("config-changed", function() charm.log.info("second") end)
EOF
hook config-changed
is "handlers of one event run in order" "$(calls)" "juju-log -l INFO -- first config-changed~second"
is "a hook whose handlers return succeeds" "$status" 0

hook update-status
is "an event without a handler succeeds" "$status" 0
is "an event without a handler calls no hook command" "$(calls)" ""
is "an event without a handler is a debug line" "$out" "no handler for 'update-status'"

hook from-a-later-juju
is "an unknown event succeeds" "$status" 0
is "an unknown event calls no hook command" "$(calls)" ""
is "an unknown event is a debug line" "$out" "no handler for 'from-a-later-juju'"

charm <<'EOF'
local charm <const> = require "charm"
local config <const> = charm.config
local state <const> = charm.state
charm.on("install", function(event)
  assert(charm.unit == "web/0" and charm.app == "web", "unit")
  assert(charm.model.name == "prod" and charm.model.uuid:match("^cdac5656"), "model")
  assert(charm.juju_version == "3.6.26" and charm.machine_id == "3", "version")
  assert(charm.availability_zone == nil and charm.principal_unit == nil, "absent is nil")
  assert(charm.charm_dir:match("/charm$"), charm.charm_dir)
  assert(event == charm.event and event.kind == "install" and event.relation == nil, "event")
  assert(config and state)
end)
EOF
hook install
is "facts of the hook come from its environment" "$status$(calls)" 0

charm <<'EOF'
local charm <const> = require "charm"
local heard
charm.on("secret-expired", function(event)
  heard = ("%s %s %s %d"):format(event.kind, event.secret.id, event.secret.label, event.revision)
  print(heard)
end)
charm.on("data-storage-attached", function(event)
  local storage = event.storage
  print(storage.name, storage.id, storage.location, storage.kind)
end)
charm.on("app-pebble-custom-notice", function(event)
  print(event.workload, event.notice.id, event.notice.type, event.notice.key)
end)
EOF
hook secret-expired JUJU_SECRET_ID=9m4e2mr0ui3e8a215n4g JUJU_SECRET_LABEL=l JUJU_SECRET_REVISION=3
is "a secret event has its secret" "$(calls)" \
    "juju-log -l INFO -- secret-expired 9m4e2mr0ui3e8a215n4g l 3"
hook data-storage-attached JUJU_STORAGE_ID=data/0 JUJU_STORAGE_LOCATION=/srv \
    JUJU_STORAGE_KIND=filesystem
is "a storage event has its storage" "$(calls)" \
    "juju-log -l INFO -- data	data/0	/srv	filesystem"
hook app-pebble-custom-notice JUJU_WORKLOAD_NAME=app JUJU_NOTICE_ID=12 JUJU_NOTICE_TYPE=custom \
    JUJU_NOTICE_KEY=example.com/a
is "a pebble event has its container" "$(calls)" \
    "juju-log -l INFO -- app	12	custom	example.com/a"

# --- names are checked when the charm is loaded --------------------------------------------------

metadata() {
    file metadata.yaml <<'EOF'
name: web
summary: s
description: d
requires:
  certificates:
    interface: tls-certificates
peers:
  replicas:
    interface: web-peers
EOF
    file config.yaml <<'EOF'
options:
  broken: { type: boolean, description: whether the list of requests raises }
  hostname: { type: string, description: a name }
EOF
    file actions.yaml <<'EOF'
backup:
  description: make one
EOF
}

charm <<'EOF'
require "charm".on("cofig-changed", function() end)
EOF
hook start
is "an event that Juju does not have fails the hook" "$status" 1
has "and its place is told" "$(calls)" \
    "start: src/charm.lua:1: on: 'cofig-changed' is not an event of Juju's"

charm <<'EOF'
require "charm".on("certs-relation-changed", function() end)
EOF
metadata
hook start
has "an endpoint that the metadata lacks is refused" "$(calls)" \
    "src/charm.lua:1: the metadata has no endpoint 'certs' (it has 'certificates', 'replicas')"
is "which fails the hook" "$status" 1

charm <<'EOF'
require "charm".on("replicas-relation-broken", function() end)
EOF
metadata
hook start
has "a peer relation is never broken" "$(calls)" \
    "'replicas-relation-broken' never comes: a peer relation is not broken"

charm <<'EOF'
require "charm".action("bakcup", function() end)
EOF
metadata
hook start
has "an action that the metadata lacks is refused" "$(calls)" \
    "the metadata has no action 'bakcup': did you mean 'backup'? It has 'backup'"

# name_error LUA MESSAGE: what is said of a name that the metadata does not have
name_error() {
    printf 'local charm <const> = require "charm"\ncharm.on("start", function() %s end)\n' "$1" | charm
    metadata
    cat >>"$charm_dir/metadata.yaml" <<'EOF'
storage:
  data: { type: filesystem }
resources:
  tarball: { type: file, filename: app.tgz }
extra-bindings:
  admin:
EOF
    hook start
    has "$1" "$(calls)" "start: src/charm.lua:2: $2"
}
name_error 'return charm.config.hostnmae == 1' "the metadata has no option 'hostnmae': did you mean 'hostname'? It has 'broken', 'hostname'"
name_error 'return charm.config.port == 1' "the metadata has no option 'port' (it has 'broken', 'hostname')"
name_error 'return #charm.relations "certificate" == 0' "the metadata has no endpoint 'certificate': did you mean 'certificates'?"
name_error 'return charm.resource "tarbal" == 1' "the metadata has no resource 'tarbal': did you mean 'tarball'?"
name_error 'return #charm.storage.list "dta" == 1' "the metadata has no storage 'dta': did you mean 'data'?"
name_error 'charm.storage.add "dat"' "the metadata has no storage 'dat': did you mean 'data'?"
name_error 'return charm.network "admn" == 1' "the metadata has no endpoint or extra binding 'admn': did you mean 'admin'?"
name_error 'charm.on("cofig-changed", print)' "on: 'cofig-changed' is not an event of Juju's: did you mean 'config-changed'?"
name_error 'charm.on("certificates-relation-chnged", print)' \
    "on: 'certificates-relation-chnged' is not an event of Juju's: did you mean 'certificates-relation-changed'?"
name_error 'charm.on("certificate-relation-changed", print)' "the metadata has no endpoint 'certificate': did you mean 'certificates'?"
name_error 'charm.on("nonsense", print)' "on: 'nonsense' is not an event of Juju's: expected a name such as 'config-changed'"
hook start
charm <<'EOF'
require "charm".on("start", function() assert(require "charm".config.hostname == nil) end)
EOF
metadata
hook start
is "an option that has no value is nil" "$status" 0

charm <<'EOF'
local charm <const> = require "charm"
charm.on("certificates-relation-created", print)
charm.on("replicas-relation-changed", print)
charm.action("backup", print)
charm.action("backup", print)
EOF
metadata
hook start
has "an action has one handler" "$(calls)" \
    "src/charm.lua:5: action: the action 'backup' has a handler already"

charm <<'EOF'
local charm <const> = require "charm"
charm.on("juju-info-relation-joined", print)
charm.on("start", function()
  print(#charm.relations("juju-info"), #charm.relations("certificates"))
  local _ = charm.relations("certs")
end)
EOF
metadata
hook start
has "relations are those of the metadata's endpoints" "$(calls)" \
    "src/charm.lua:5: the metadata has no endpoint 'certs' (it has 'certificates', 'replicas')"
has "and of the one that every charm provides" "$(calls)" "juju-log -l INFO -- 0	0"

charm <<'EOF'
require "charm".on("start", print)
EOF
metadata
echo 'requires: [' >"$charm_dir/metadata.yaml"
hook start
has "metadata that cannot be read is an error" "$(calls)" "src/charm.lua:1: $charm_dir: metadata.yaml: not YAML: line 2"

charm <<'EOF'
require "charm".on("start", "not a function")
EOF
hook start
has "a handler is a function" "$(calls)" \
    "src/charm.lua:1: charm.on: expected a function as handler, got string"

# --- errors --------------------------------------------------------------------------------------

charm <<'EOF'
local charm <const> = require "charm"
local function refresh()
  error("no way")
end
charm.on("start", function()
  charm.relation("db").data[charm.unit].half = "done"
  charm.state.half = "done"
  refresh()
end)
EOF
answer relation-ids '["db:1"]'
hook start
is "an error in Lua fails the hook" "$status" 1
lacks "and nothing is sent: databags" "$(calls)" "relation-set"
lacks "and nothing is sent: state" "$(calls)" "state-set"
log=$(calls | grep juju-log)
has "the error is logged with file and line" "$log" \
    "juju-log -l ERROR -- start: src/charm.lua:3: no way~"
has "the traceback names the author's functions" "$log" "src/charm.lua:3: in function 'refresh'"
lacks "the traceback leaves the library out" "$log" "[charm"
is "the error is logged once" "$(calls | grep -c 'no way')$err" 1

charm <<'EOF'
local charm <const> = require "charm"

charm.on("start", function()
  local x =
end)
EOF
hook start
is "a syntax error fails the hook" "$status" 1
has "and is told with file and line" "$(calls)" "start: src/charm.lua:5: "

charm <<'EOF'
local charm <const> = require "charm"
charm.on("start", function() error({ code = "limit", message = "too many" }) end)
charm.on("stop", function() error(nil) end)
EOF
hook start
has "an error object says its message" "$(calls)" "start: src/charm.lua:2: too many"
hook stop
has "an error without a value is told, too" "$(calls)" "the error value is nil"

new_charm
hook start
is "a folder without a charm fails the hook" "$status" 1
has "and says what was looked for" "$(calls)" \
    "$charm_dir: no charm: neither src/charm.lua nor hooks/NAME.lua"

charm <<'EOF'
EOF
run_dispatch JUJU_UNIT_NAME= "$LUACHARM" dispatch
is "a missing variable fails the hook" "$status" 1
has "and is named" "$err" "JUJU_UNIT_NAME"
status=0
err=$(env -i PATH=/usr/bin:/bin "$LUACHARM" dispatch 2>&1) || status=$?
is "dispatch outside a hook fails" "$status" 1
is "with one line" "$(printf '%s\n' "$err" | wc -l | tr -d ' ')" 1

charm <<'EOF'
local charm <const> = require "charm"
charm.on("start", function() return charm.config.x end)
EOF
rm "$tools/config-get"
hook start
is "a hook command that is missing fails the hook" "$status" 1
has "and is named, with the place of the call" "$(calls)" "start: src/charm.lua:2: config-get: "
ln -s fake "$tools/config-get"
refuse config-get "connection is shut down"
hook start
has "a hook command that fails is quoted" "$(calls)" \
    "src/charm.lua:2: config-get: connection is shut down"
rm "$record/refuse.config-get"
answer config-get 'not { json'
hook start
has "an answer that is no JSON is an error" "$(calls)" "src/charm.lua:2: config-get: "
is "which fails the hook" "$status" 1
head -c 10485760 /dev/zero | tr '\0' 'x' >"$record/answer.config-get"
hook start
has "so are 10 MB of rubbish" "$(calls)" "src/charm.lua:2: config-get: "
passes "which are not repeated in the log" test "$(calls | wc -c)" -lt 4000

charm <<'EOF'
local charm <const> = require "charm"
charm.on("start", function() error("the reason") end)
EOF
rm "$tools/juju-log"
hook start
has "without juju-log the error goes to standard error" "$err" "src/charm.lua:2: the reason"
is "and the hook still fails" "$status" 1
ln -s fake "$tools/juju-log"

# --- hook scripts --------------------------------------------------------------------------------

new_charm
file hooks/install.lua <<'EOF'
print("installing", ...)
EOF
file hooks/config-changed.lua <<'EOF'
local charm <const> = require "charm"
local lifecycle <const> = require "lifecycle"
print(charm.event.name, lifecycle.loads)
EOF
file src/lifecycle.lua <<'EOF'
local charm <const> = require "charm"
LOADS = (rawget(_G, "LOADS") or 0) + 1
charm.collect_status(function(status) status:active("fine") end)
return { loads = LOADS }
EOF
file actions/backup.lua <<'EOF'
local action <const> = require "charm".event.action
action:log("working on " .. action.name)
action:set { path = action.params.path }
EOF
hook install
is "a hook script runs, then what lifecycle.lua declared" "$(calls)" \
    "status-set -- active fine
juju-log -l INFO -- installing"
hook config-changed
has "lifecycle.lua is loaded once, also for a script that requires it" "$(calls)" \
    "juju-log -l INFO -- config-changed	1"
hook update-status
is "an event without a script still has its lifecycle" "$(calls)" "status-set -- active fine"
is "and succeeds" "$status" 0
answer action-get '{"path":"/srv"}'
action backup
is "an action has a script, too" "$(calls)" \
    "action-log -- working on backup
action-get --format=json
action-set -- path=/srv
status-set -- active fine"
hook ../src/lifecycle
is "a hook's name does not lead out of hooks/" "$status" 0

new_charm
file src/lifecycle.lua <<'EOF'
require "charm".on("start", function(event) print("started", event.name) end)
EOF
hook start
is "lifecycle.lua alone is a charm" "$(calls)" "juju-log -l INFO -- started	start"
run_dispatch "$LUACHARM" dispatch
is "without an event, as under juju exec, no handler runs" "$status $(calls)" "0 "

new_charm
file hooks/start.lua <<'EOF'
local x <const> = nil
print(x.y)
EOF
hook start
has "an error in a script has its file and line" "$(calls)" "start: hooks/start.lua:2: "
is "and fails the hook" "$status" 1

new_charm
file hooks/start.lua <<'EOF'
EOF
file src/lifecycle.lua <<'EOF'
local x = = 1
EOF
hook start
has "an error in lifecycle.lua has its file and line" "$(calls)" "src/lifecycle.lua:1:"
is "and fails every hook" "$status" 1

# --- the program as the charm's dispatch -----------------------------------------------------------

charm <<'EOF'
print("here")
EOF
ln -s "$LUACHARM" "$charm_dir/dispatch"
run_dispatch JUJU_DISPATCH_PATH=hooks/start JUJU_HOOK_NAME=start ./dispatch
is "a link named dispatch runs the charm" "$status $(calls)" "0 juju-log -l INFO -- here"
rm "$charm_dir/dispatch"
cp "$LUACHARM" "$charm_dir/dispatch"
run_dispatch JUJU_DISPATCH_PATH=hooks/start JUJU_HOOK_NAME=start "$charm_dir/dispatch"
is "and so does a copy" "$status $(calls)" "0 juju-log -l INFO -- here"

# --- where modules are found -----------------------------------------------------------------------

charm <<'EOF'
print((require "a"), (require "b.c"), (require "d"))
EOF
file src/a.lua <<'EOF'
return "from src"
EOF
file lua/b/c.lua <<'EOF'
return "from lua"
EOF
file lib/d/init.lua <<'EOF'
return "from lib"
EOF
hook start
is "modules are found in src, lua and lib" "$(calls)" \
    "juju-log -l INFO -- from src	from lua	from lib"

elsewhere=$root/elsewhere
cp -r "$charm_dir" "$elsewhere"
echo 'print(require "charm".charm_dir)' >"$elsewhere/src/charm.lua"
run_dispatch JUJU_DISPATCH_PATH=hooks/start JUJU_HOOK_NAME=start "$LUACHARM" dispatch \
    --charm "$elsewhere"
is "--charm names another folder" "$(calls)" "juju-log -l INFO -- $elsewhere"
run_dispatch JUJU_DISPATCH_PATH=hooks/start JUJU_HOOK_NAME=start "$LUACHARM" dispatch \
    --charm "$elsewhere/nowhere"
has "which has to be there" "$(calls)" "cannot enter the charm's folder"

# --- status ----------------------------------------------------------------------------------------

charm <<'EOF'
local charm <const> = require "charm"
charm.collect_status(function(status)
  status:active()
  status:waiting("for a certificate")
  status:blocked("no hostname")
  status:blocked("no address")
end)
charm.collect_status(function(status) status:maintenance("busy") end)
EOF
hook start
is "the worst status wins, the first of equals" "$(calls)" "status-set -- blocked no hostname"

charm <<'EOF'
local charm <const> = require "charm"
charm.collect_status(function(status)
  status:active("old news")
  status:waiting("w")
  status:maintenance("m")
end)
EOF
hook start
is "maintenance is worse than waiting, which is worse than active" "$(calls)" \
    "status-set -- maintenance m"

charm <<'EOF'
local charm <const> = require "charm"
charm.on("start", function() charm.status.set("active", "ready") end)
charm.on("stop", function() charm.status.set("maintenance", "going") end)
charm.collect_status(function(status) status:active("ready") end)
EOF
hook start
is "a status is not set twice" "$(calls)" "status-set -- active ready"
hook stop
is "but again when it has changed" "$(calls)" \
    "status-set -- maintenance going
status-set -- active ready"

charm <<'EOF'
local charm <const> = require "charm"
charm.collect_status(function() end)
charm.collect_app_status(function(status) status:active("the leader says") end)
EOF
hook start
is "without findings, and without leadership, no status is set" "$(calls)" "is-leader --format=json"
answer is-leader true
hook start
is "the leader collects the application's status" "$(calls)" \
    "is-leader --format=json
status-set --application -- active the leader says"

charm <<'EOF'
local charm <const> = require "charm"
charm.on("start", function() charm.status.set("fine") end)
charm.on("stop", function() error("x") end)
charm.collect_status(function(status) status:active() end)
EOF
hook start
has "a status that Juju does not have is refused" "$(calls)" \
    "src/charm.lua:2: charm.status.set: expected active, waiting, maintenance or blocked, got 'fine'"
hook stop
lacks "a failed hook collects no status" "$(calls)" "status-set"

# --- life cycles -----------------------------------------------------------------------------------

charm <<'EOF'
local charm <const> = require "charm"
local tls <const> = require "charm.tls"
local certs <const> = tls.requires("certificates", {
  requests = function()
    if charm.config.broken then error("no requests today") end
    return { { common_name = "web.example.com", sans_dns = { "web.example.com" } } }
  end,
})
charm.on("certificates-relation-created", function(event)
  print("handler after the life cycle", event.relation.data[charm.unit].certificate_signing_requests ~= nil)
end)
charm.collect_status(function(status)
  if not certs:assigned() then status:waiting("no certificate yet") end
end)
EOF
metadata
answer relation-ids '["certificates:1"]'
relation_hook certificates-relation-created certificates:1 ca
is "a life cycle works before the handlers" "$(calls | grep juju-log | cut -c1-55)" \
    "juju-log -l INFO -- handler after the life cycle	true"
is "it adds one key" "$(calls | grep -c '^secret-add')" 1
has "which goes out as a file" "$(said secret-add)" "PRIVATE KEY-----"
lacks "and stands nowhere else" "$(calls)$out$err$(said relation-set)$(said state-set)" "PRIVATE KEY"
is "its requests are one relation-set" "$(calls | grep '^relation-set')" \
    "relation-set -r certificates:1 --file -"
has "which has a request" "$(said relation-set)" "BEGIN CERTIFICATE REQUEST"
has "the status is collected from it" "$(calls)" "status-set -- waiting no certificate yet"
answer config-get '{"broken":true}'
relation_hook certificates-relation-created certificates:1 ca
is "an error in the author's function fails the hook" "$status" 1
has "with its place" "$(calls)" \
    "certificates-relation-created: src/charm.lua:5: no requests today~    src/charm.lua:5: in function <src/charm.lua:4>"
lacks "and nothing is sent" "$(calls)" "relation-set"

answer config-get '{}'
refuse relation-ids "connection is shut down"
hook config-changed
has "a hook command that fails for a life cycle is told with its endpoint" "$(calls)" \
    "config-changed: endpoint 'certificates': relation-ids: connection is shut down"

# --- actions -----------------------------------------------------------------------------------------

charm <<'EOF'
local charm <const> = require "charm"
charm.action("show", function(action)
  action:log("looking")
  assert(action.id == "8" and action.name == "show")
  return {
    text = "a b", number = 3, ratio = 0.5, yes = true, empty = {},
    chain = { "x", "y", length = 2, deeper = { still = "here" } },
    given = action.params.count,
  }
end)
charm.action("refuse", function(action)
  if action.params.count ~= 3 then return action:fail("count it again") end
end)
charm.action("crash", function() error("it broke") end)
charm.action("leak", function() return { secret = charm.secret.get { label = "l" } :content().password } end)
charm.action("wrong", function() return { Bad_Key = 1 } end)
charm.action("odd", function() return "text" end)
charm.on("start", function() end)
EOF
answer action-get '{"count":3}'
action show
is "results are flattened, and sent once" "$(calls)" \
    "action-log -- looking
action-get --format=json
action-set -- chain.1=x chain.2=y chain.deeper.still=here chain.length=2 given=3 number=3 ratio=0.5 text=a b yes=true"
is "an action that returns has succeeded" "$status" 0
action refuse
is "an action that does not fail says nothing" "$(calls)" "action-get --format=json"
answer action-get '{"count":4}'
action refuse
is "action:fail marks the action, the process succeeds" "$(calls)$status" \
    "action-get --format=json
action-fail -- count it again0"
action crash
is "an error fails an action" "$status" 1
has "and is shown to whoever runs it" "$err" "src/charm.lua:14: it broke"
has "and logged" "$(calls)" "juju-log -l ERROR -- crash: src/charm.lua:14: it broke"
action unheard
is "an action without a handler is marked as failed" "$(calls)" \
    "action-fail -- this charm has no handler for the action 'unheard'"
is "with the reason, which an exit status would hide" "$status" 0
answer secret-get '{"password":"hunter2"}'
action leak
is "a secret is no result" "$status" 1
has "and the error says so" "$err" \
    "action:set: 'secret': expected a text, a number, a boolean or a table, got charm.Secret"
lacks "and does not show it" "$err$(calls)" "hunter2"
action wrong
has "a key that Juju refuses is refused here" "$err" "action:set: 'Bad_Key' is no key"
action odd
has "results are a table" "$err" "action:set: expected a table of results, got string"

# --- the log -----------------------------------------------------------------------------------------

charm <<'EOF'
local charm <const> = require "charm"
charm.on("start", function()
  print("one", 2, nil)
  print("two\nthree")
  charm.log.info({} ~= nil)
  charm.log.warning("careful")
  charm.log.debug("detail")
  charm.log.error("bad")
end)
charm.on("stop", function()
  charm.log.info("before")
  charm.exec { "sh", "-c", "echo child >>$RECORD/calls" }
  charm.log.info("after")
end)
EOF
hook start
is "lines of one level are one juju-log" "$(calls)" \
    "juju-log -l INFO -- one	2	nil~two~three~true
juju-log -l WARNING -- careful
juju-log -l ERROR -- bad"
is "debug lines go to standard output" "$out" "detail"
hook stop
is "what was logged is sent before a program runs" "$(calls)" \
    "juju-log -l INFO -- before
child
juju-log -l INFO -- after"

# --- in a local model ------------------------------------------------------------------------------

charm <<'EOF'
local charm <const> = require "charm"
charm.on("update-status", function() print("it is " .. os.time()) end)
EOF
metadata
model() { (cd "$root" && "$LUACHARM" model "$@" 2>&1); }
out=$(model new && model deploy "$charm_dir" && model settle && model fire web/0 update-status)
today=$(model debug-log | sed -n 's/.*it is //p' | tail -n 1)
model advance 80d >/dev/null
model fire web/0 update-status >/dev/null
later=$(model debug-log | sed -n 's/.*it is //p' | tail -n 1)
is "a hook in a local model runs at the model's time" "$(((later - today) / 86400))" 80

done_testing
