#!/bin/sh
# What a charm reads from Juju and writes to it: configuration, databags, secrets, state; how many
# hook commands that takes, and what they are given.
# shellcheck source=tests/lib/hook.sh disable=SC2154 # variables of hook.sh
. "$TESTS/lib/hook.sh"

# --- configuration -----------------------------------------------------------------------------

charm <<'EOF'
local charm <const> = require "charm"
charm.on("config-changed", function()
  local config <const> = charm.config
  assert(config.name == "x" and config.port == 443 and math.type(config.port) == "integer")
  assert(config.ratio == 0.5 and config.on == true and config.off == false)
  assert(config.absent == nil)
  local names = {}
  for name in pairs(config) do names[#names + 1] = name end
  table.sort(names)
  print(table.concat(names, " "))
end)
charm.on("start", function() charm.config.name = "y" end)
EOF
answer config-get '{"name":"x","port":443,"ratio":0.5,"on":true,"off":false}'
hook config-changed
is "options have the types that Juju gives them, and are read once" "$(calls)" \
    "config-get --format=json
juju-log -l INFO -- name off on port ratio"
hook start
has "the configuration is read-only" "$(calls)" "src/charm.lua:12: charm.config is read-only"

# --- databags -----------------------------------------------------------------------------------

charm <<'EOF'
local charm <const> = require "charm"
charm.on("db-relation-changed", function(event)
  local relation <const> = event.relation
  assert(relation.id == "db:7" and relation.name == "db")
  assert(event.remote_app == "mysql" and event.remote_unit == "mysql/0")
  local theirs <const> = relation.data[event.remote_unit]
  assert(theirs.host == "10.0.0.1" and theirs.nothing == nil)
  local ours <const> = relation.data[charm.unit]
  ours.name = "web"
  ours.same = "as before"
  ours.gone = nil
  ours.name = ours.name .. " one"
  assert(ours.name == "web one" and ours.gone == nil)
  local keys = {}
  for key, value in pairs(ours) do keys[#keys + 1] = key .. "=" .. value end
  table.sort(keys)
  print(table.concat(keys, " "))
end)
charm.on("db-relation-joined", function(event)
  local ours <const> = event.relation.data[charm.unit]
  ours.same = ours.same
  ours.gone = "y"
  ours.gone = "x"
end)
charm.on("db-relation-created", function(event)
  print(event.relation.app, #event.relation.units, event.relation.units[2])
  event.relation.data[charm.app].a = "1"
  event.relation.data[charm.unit].u = "2"
end)
EOF
answer relation-get.mysql_0 '{"host":"10.0.0.1"}'
answer relation-get.web_0 '{"same":"as before","gone":"x"}'
relation_hook db-relation-changed db:7 mysql mysql/0
is "a databag is read once, and written once, at the end" "$(calls)" \
    "relation-get --format=json -r db:7 -- - mysql/0
relation-get --format=json -r db:7 -- - web/0
relation-set -r db:7 --file -
juju-log -l INFO -- name=web one same=as before"
is "only what differs is sent, as JSON on standard input" "$(said relation-set)" \
    '{"gone":"","name":"web one"}'
relation_hook db-relation-joined db:7 mysql mysql/0
is "a value that is there already is not sent" "$(calls)" \
    "relation-get --format=json -r db:7 -- - web/0"
answer is-leader true
answer relation-list '["mysql/0","mysql/1"]'
relation_hook db-relation-created db:7 mysql
has "the application's name comes from the environment" "$(calls)" \
    "juju-log -l INFO -- mysql	2	mysql/1"
lacks "and asks no command for it" "$(calls)" "relation-list --format=json --app"
is "each databag is one relation-set" "$(calls | grep -c relation-set)" 2
has "the application's databag has its own" "$(calls)" "relation-set --app -r db:7 --file -"

charm <<'EOF'
local charm <const> = require "charm"
local function attempt(what, write)
  local good, problem = pcall(write)
  print(what, good, good or problem.code, tostring(problem))
end
charm.on("start", function()
  local data <const> = charm.relation("db").data
  attempt("theirs", function() data["mysql/0"].x = "1" end)
  attempt("number", function() data[charm.unit].x = 1 end)
  attempt("table", function() data[charm.unit].x = {} end)
  attempt("key", function() data[charm.unit][1] = "x" end)
  attempt("nobody", function() return data[nil] end)
  attempt("whole", function() data[charm.unit] = { x = "1" } end)
  attempt("bytes", function() data[charm.unit].x = "\xff" end)
  attempt("leader", function() data[charm.app].x = "1" end)
  attempt("endpoint", function() local _ = charm.relations() end)
end)
EOF
answer relation-ids '["db:1"]'
hook start
log=$(calls | grep juju-log | tr '~' '\n')
has "another's databag cannot be written" "$log" \
    "theirs	false	usage	src/charm.lua:8: the databag of 'mysql/0' is not ours to write"
has "a number is no text" "$log" \
    "number	false	usage	src/charm.lua:9: relation.data['web/0']['x']: a databag holds text: expected a string or nil, got number"
has "a table is no text" "$log" "table	false	usage	src/charm.lua:10: "
has "a key is a text" "$log" "key	false	usage	src/charm.lua:11: relation.data['web/0']: a key is"
has "a databag has a name" "$log" "nobody	false	usage	src/charm.lua:12: relation.data: expected"
has "a databag is not replaced as a whole" "$log" "whole	false	usage	src/charm.lua:13: "
has "bytes that are no text are refused" "$log" "bytes	false	usage	src/charm.lua:14: "
has "the application's databag is the leader's" "$log" \
    "leader	false	permission	src/charm.lua:15: only the leader writes the databag of 'web'"
has "an endpoint has a name" "$log" "endpoint	false	usage	src/charm.lua:16: relations: text expected, got nil"
lacks "none of it is sent" "$(calls)" "relation-set"

charm <<'EOF'
local charm <const> = require "charm"
charm.on("start", function()
  local ids = {}
  for place, relation in ipairs(charm.relations("db")) do ids[place] = tostring(relation) end
  print(table.concat(ids, " "), charm.relation("db").id, charm.relation("none"))
  assert(charm.relation("db") == charm.relations("db")[1], "the same object")
end)
EOF
answer relation-ids.db '["db:10","db:9"]'
hook start
is "relations come oldest first, and are asked for once" "$(calls)" \
    "relation-ids --format=json -- db
relation-ids --format=json -- none
juju-log -l INFO -- db:9 db:10	db:9	nil"

charm <<'EOF'
local charm <const> = require "charm"
charm.on("db-relation-broken", function(event)
  assert(event.relation.data[event.remote_app].x == nil)
  assert(next(event.relation.data[event.remote_app]) == nil)
end)
charm.on("start", function() return charm.relation("db").data.mysql.x end)
EOF
refuse relation-get "permission denied"
relation_hook db-relation-broken db:7 mysql
is "what a relation that goes away does not show is empty" "$status" 0
answer relation-ids '["db:7"]'
hook start
has "elsewhere it is an error" "$(calls)" "src/charm.lua:6: relation-get: permission denied"

# --- secrets -------------------------------------------------------------------------------------

charm <<'EOF'
local charm <const> = require "charm"
local x509 <const> = require "charm.x509"
charm.on("start", function()
  local key <const> = x509.key.generate { type = "ec", curve = "P-256" }
  local secret <const> = charm.secret.add {
    label = "key", description = "d", expire = "1d", rotate = "monthly", owner = "unit",
    content = { ["private-key"] = key, password = "hunter2-canary" },
  }
  print(secret.id, secret.uri, secret, secret:content().password)
  assert(secret:content()["private-key"]:reveal() == key:pem())
end)
charm.on("stop", function()
  local secret <const> = assert(charm.secret.get { label = "theirs" })
  local value <const> = secret:content().password
  assert(value == secret:content().password and tostring(value) == "charm.Secret (redacted)")
  charm.file.write("copy", value)
  charm.log.info(value)
  error("with " .. tostring(value))
end)
EOF
hook start
is "secret-add is told what was said" "$(calls | grep 'secret-add' | sed 's/ --expire [^ ]*/ --expire T/')" \
    "secret-add --owner=unit --label key --description d --expire T --rotate monthly password#file private-key#file"
has "contents go in files" "$(said secret-add)" "password=hunter2-canary"
has "a key goes in as it is" "$(said secret-add)" "private-key=-----BEGIN EC PRIVATE KEY-----"
is "which are ours alone" "$(sort -u "$record/modes")" 600
is "and are gone afterwards" \
    "$(grep -rls hunter2-canary /dev/shm/luacharm-secret* /tmp/luacharm-secret* 2>/dev/null)" ""
has "a secret knows its id and its URI" "$(calls)" \
    "9m4e2mr0ui3e8a215n4g	secret://cdac5656-2423-4388-8f30-41854b4cca7d/9m4e2mr0ui3e8a215n4g	secret:9m4e2mr0ui3e8a215n4g	charm.Secret"
lacks "what is in it does not show in the log or in argv" "$(calls)$out$err" "hunter2"
is "the label was asked for first, and the new secret is not read back" \
    "$(calls | cut -d' ' -f1 | sort -u | tr '\n' ' ')" "juju-log secret-add secret-info-get "

answer secret-get '{"password":"hunter2-canary"}'
hook stop
has "a secret of others is got by its label" "$(calls)" "secret-get --format=json --label theirs"
lacks "and shows in no error" "$(calls)$out$err" "hunter2"
is "a sink takes it" "$(cat "$charm_dir/copy") $(stat -c %a "$charm_dir/copy")" "hunter2-canary 600"
is "a secret is got once" "$(calls | grep -c secret-get)" 1

charm <<'EOF'
local charm <const> = require "charm"
charm.on("start", function()
  print(charm.secret.get { label = "none" })
  print(charm.secret.get { id = "secret:9m4e2mr0ui3e8a215n4g", label = "mine", refresh = true })
end)
charm.on("stop", function() charm.secret.add { label = "mine", content = { password = "x" } } end)
charm.on("install", function() charm.secret.add { content = { password = 5 } } end)
charm.on("update-status", function() charm.secret.get { lable = "x" } end)
charm.on("upgrade-charm", function() charm.secret.add { content = { password = "x" }, owner = "me" } end)
charm.on("remove", function() charm.secret.add { content = { ["bad key"] = "x" } } end)
charm.on("leader-elected", function()
  local theirs <const> = assert(charm.secret.get { id = "secret://11111111-2222-4333-8444-555555555555/9m4e2mr0ui3e8a215n4g" })
  print(theirs.id, theirs.uri)
  print(charm.secret.get { id = "not an id" })
end)
EOF
hook start
has "a secret that is not there is nil, a message and a code" "$(calls)" \
    "nil	secret-get: secret not found	not_found~nil	secret-get: secret not found	not_found"
has "the newest revision is asked for with --refresh" "$(calls)" "--refresh"
answer secret-get '{"password":"x"}'
hook leader-elected
has "a secret of another model is read by its URI" "$(calls)" \
    "secret-get --format=json -- secret://11111111-2222-4333-8444-555555555555/9m4e2mr0ui3e8a215n4g"
has "and keeps it" "$(calls)" "9m4e2mr0ui3e8a215n4g	secret://11111111-2222-4333-8444-555555555555/9m4e2mr0ui3e8a215n4g"
has "what is no reference is told" "$(calls)" "src/charm.lua:14: get: the id of a secret expected, got 'not an id'"
rm "$record/answer.secret-get"
answer secret-info-get '{"9m4e2mr0ui3e8a215n4g":{"revision":2,"label":"mine","owner":"unit"}}'
hook stop
has "a label that is taken is an error at once" "$(calls)" \
    "src/charm.lua:6: there is a secret with the label 'mine' already"
hook install
has "a number is no content" "$(calls)" \
    "src/charm.lua:7: add: content: 'password' must be a text, a key or a secret, not a number"
hook update-status
has "an unknown option is named" "$(calls)" "src/charm.lua:8: charm.secret.get: unknown option 'lable' (did you mean 'label'?)"
hook upgrade-charm
has "an owner is the application or the unit" "$(calls)" "src/charm.lua:9: add: owner: expected"
hook remove
has "a key that Juju refuses is refused here" "$(calls)" "src/charm.lua:10: "

charm <<'EOF'
local charm <const> = require "charm"
charm.on("start", function()
  local secret <const> = assert(charm.secret.get { label = "mine" })
  secret:set { label = "renamed" }
  secret:set { content = { password = "new-canary" } }
  secret:grant(charm.relation("db"))
  local info = secret:info()
  print(info.id, info.revision, info.owner)
  print(info.rotates, info.expire, info.access[1].target, info.access[1].role)
end)
charm.on("secret-remove", function(event) event.secret:remove(event.revision) end)
EOF
answer secret-info-get '{"9m4e2mr0ui3e8a215n4g":{"revision":2,"label":"mine","owner":"unit","rotates":"2026-01-02T00:00:00Z","access":[{"target":"application-db","scope":"relation-x","role":"view"}]}}'
answer secret-get '{"password":"old"}'
answer relation-ids '["db:7"]'
hook start
has "changes of one secret are one secret-set" "$(calls)" \
    "secret-set --label renamed -- 9m4e2mr0ui3e8a215n4g password#file"
is "sent once" "$(calls | grep -c secret-set)" 1
is "with the new content" "$(said secret-set)" "password=new-canary"
has "grants are sent, too" "$(calls)" "secret-grant -r db:7 -- 9m4e2mr0ui3e8a215n4g"
has "a manager knows about it" "$(calls)" "9m4e2mr0ui3e8a215n4g	2	unit"
has "when it is rotated, and who may read it" "$(calls)" "1767312000	nil	application-db	view"
refuse secret-get "permission denied"
hook start
has "what we may not read is no secret for us" "$(calls)" "permission denied"
rm "$record/refuse.secret-get"
rm "$record/answer.secret-info-get"
hook start
has "what is not ours is not changed" "$(calls)" \
    "src/charm.lua:4: secret:set: secret:(label mine) is not ours to manage"
hook secret-remove JUJU_SECRET_ID=secret:9m4e2mr0ui3e8a215n4g JUJU_SECRET_LABEL=mine \
    JUJU_SECRET_REVISION=1
is "a revision is removed" "$(calls)" "secret-remove --revision 1 -- 9m4e2mr0ui3e8a215n4g"

# --- state ---------------------------------------------------------------------------------------

charm <<'EOF'
local charm <const> = require "charm"
local state <const> = charm.state
charm.on("start", function()
  assert(state.absent == nil and state.plain == "not json" and state.number == 12)
  assert(state.list[2] == "b" and state.text == "12" and state["luacharm"] == nil)
  state.number = state.number + 1
  state.text = "12"
  state.list = { "b", "c" }
  state.map = { z = 1, a = true }
  state.plain = nil
  assert(state.number == 13 and state.plain == nil and state.map.a == true)
  local keys = {}
  for key in pairs(state) do keys[#keys + 1] = key end
  table.sort(keys)
  print(table.concat(keys, " "))
end)
charm.on("stop", function() state["luacharm-tls-x"] = "mine" end)
charm.on("install", function() state.f = print end)
charm.on("update-status", function() state.long = ("x"):rep(70000) end)
EOF
answer state-get \
    '{"plain":"not json","number":"12","text":"\"12\"","list":"[\"a\",\"b\"]","luacharm-tls-x":"{}"}'
hook start
is "state is read once and written once" "$(calls)" \
    "state-get --format=json
state-set --file -
state-delete -- plain
juju-log -l INFO -- list map number text"
is "as JSON, keys sorted, only what has changed" "$(said state-set)" \
    '{"list":"[\"b\",\"c\"]","map":"{\"a\":true,\"z\":1}","number":"13"}'
hook stop
has "the library's own keys are not the author's" "$(calls)" \
    "src/charm.lua:17: charm.state: keys that begin with 'luacharm-' are the library's own"
hook install
has "a function cannot be kept" "$(calls)" \
    "src/charm.lua:18: charm.state['f']: expected a text, a number, a boolean or a table, got function"
hook update-status
has "Juju's limit shows where the value is assigned" "$(calls)" "src/charm.lua:19: "

# --- the machine -----------------------------------------------------------------------------------

charm <<'EOF'
local charm <const> = require "charm"
charm.on("start", function()
  charm.open_port(443)
  charm.open_port("8000-8010/udp", { endpoints = { "db", "web" } })
  charm.close_port("80/tcp")
  charm.version_set("1.2")
  charm.storage.add("data", 2)
  charm.reboot()
end)
charm.on("stop", function()
  local network <const> = charm.network("db")
  print(network.bind_address, network.ingress_address, network.egress_subnets[1],
    network.interfaces[1].name, network.interfaces[1].addresses[1].cidr)
  print(charm.opened_ports()[1], charm.address(), charm.address("public"), charm.resource("app"))
  print(charm.storage.list("data")[1], charm.storage.get("data/0").location)
  print(charm.goal_state().units["web/0"].status, charm.credential())
  print(charm.relation("db"):model_uuid())
end)
charm.on("install", function() charm.open_port("not a port") end)
charm.on("update-status", function() print(charm.network("nowhere")) end)
EOF
hook start
is "ports, version, storage and reboot are said as asked" "$(calls)" \
    "open-port -- 443/tcp
open-port --endpoints db,web -- 8000-8010/udp
close-port -- 80/tcp
application-version-set -- 1.2
storage-add -- data=2
juju-reboot"
answer network-get '{"bind-addresses":[{"interface-name":"eth0","addresses":[{"value":"10.1.2.3","cidr":"10.1.2.0/24"}]}],"egress-subnets":["10.1.2.3/32"],"ingress-addresses":["10.1.2.4"]}'
answer opened-ports '["443/tcp"]'
answer unit-get.private-address '"10.0.0.5"'
answer unit-get.public-address '"192.0.2.5"'
printf /srv/app.bin >"$record/answer.resource-get"
answer storage-list '["data/0"]'
answer storage-get '{"kind":"filesystem","location":"/srv/data"}'
answer goal-state '{"units":{"web/0":{"status":"active"}},"relations":{}}'
refuse credential-get "cannot access cloud credentials: permission denied"
answer relation-ids '["db:7"]'
answer relation-model-get '{"uuid":"abc"}'
hook stop
is "answers come as tables and texts" "$(calls | grep juju-log | tr '~' '\n')" \
    "juju-log -l INFO -- 10.1.2.3	10.1.2.4	10.1.2.3/32	eth0	10.1.2.0/24
443/tcp	10.0.0.5	192.0.2.5	/srv/app.bin
data/0	/srv/data
active	nil	credential-get: cannot access cloud credentials: permission denied	permission
abc"
refuse open-port 'invalid port "not a port"' 2
hook install
has "what Juju refuses is an error with its words" "$(calls)" \
    'src/charm.lua:19: open-port: invalid port "not a port"'
refuse network-get 'no network config found for binding "nowhere"'
hook update-status
has "a hook command that fails otherwise raises" "$(calls)" 'network-get: no network config found'

# --- programs --------------------------------------------------------------------------------------

charm <<'EOF'
local charm <const> = require "charm"
charm.on("start", function() charm.exec { "no-such-program", check = false } end)
charm.on("stop", function() print(charm.exec { "sh", "-c", "umask; echo $JUJU_UNIT_NAME" }.stdout) end)
EOF
hook start
has "a program that is not there is an error whatever check says" "$(calls)" \
    "src/charm.lua:2: cannot run 'no-such-program': no such program in PATH"
is "which fails the hook" "$status" 1
umask 027
hook stop
is "a program has the hook's environment, and the umask that the agent gave" "$(calls)" \
    "juju-log -l INFO -- 0027~web/0~"

done_testing
