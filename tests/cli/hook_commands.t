#!/bin/sh
# All of Juju from Lua: for each hook command that Juju 3.6 has, what calls it, and with which flags.
# The table is checked against the commands that the local model answers, so that none is forgotten.
# shellcheck source=tests/lib/hook.sh disable=SC2154 # variables of hook.sh
. "$TESTS/lib/hook.sh"

id=9m4e2mr0ui3e8a215n4g
new_charm
file charmcraft.yaml <<'END'
name: web
requires:
  db: { interface: mysql }
peers:
  cluster: { interface: cluster }
storage:
  data: { type: filesystem }
resources:
  app: { type: file, filename: app.tgz }
actions:
  look: {}
extra-bindings:
  admin:
END
file src/charm.lua <<'END'
local charm <const> = require "charm"
local function row(action) return assert(load(charm.file.read "row.lua", "=row.lua"))(charm, action) end
charm.on("update-status", row)
charm.on("db-relation-joined", row)
charm.action("look", row)
END
answer is-leader true
answer config-get '{"answer":42}'
owned='{"'$id'":{"revision":2,"owner":"application"}}'
answer secret-info-get "$owned"
answer secret-get '{"password":"x"}'
answer relation-list '["mysql/0"]'
answer relation-ids '["db:7"]'
answer unit-get '"10.0.0.1"'
answer network-get '{}'
answer storage-get '{"kind":"filesystem","location":"/srv"}'
answer credential-get '{"type":"lxd","credential":{"auth-type":"certificate","attrs":{"token":"t"}}}'
answer status-get '{"status":"active","message":""}'
answer resource-get '/res/app.tgz'
answer relation-model-get '{"uuid":"cdac5656-2423-4388-8f30-41854b4cca7d"}'

covered=
# row COMMANDS KIND WORDS LUA: in a hook ("action": in an action) LUA calls just these hook commands,
# WORDS, with "~" between two. What Juju buffers is sent at the end of the hook.
row() {
    covered="$covered $1"
    printf 'local charm <const>, action <const> = ...\n%s\n' "$4" >"$charm_dir/row.lua"
    case $2 in
        action) action look ;;
        *) hook update-status ;;
    esac
    is "$1: $4" "$status $(calls | paste -sd '~')" "0 $3"
}

r='local r <const> = charm.relation "db"'
s="local s <const> = charm.secret.get { id = '$id' }"
ids='relation-ids --format=json -- db'
get="secret-get --format=json -- $id"
info="secret-info-get --format=json -- $id"

row config-get hook 'config-get --format=json' 'assert(charm.config.answer == 42)'
row config-get hook 'config-get --format=json' 'for _ in pairs(charm.config) do break end'
row is-leader hook 'is-leader --format=json' 'assert(charm.is_leader())'

row relation-ids hook "$ids" 'assert(charm.relations "db"[1].id == "db:7")'
row relation-ids hook 'relation-ids --format=json -- cluster' 'assert(charm.relation "cluster")'
row relation-list hook "$ids~relation-list --format=json -r db:7" "$r assert(#r.units == 1)"
answer relation-list '"mysql"'
row relation-list hook "$ids~relation-list --format=json --app -r db:7" "$r assert(r.app == 'mysql')"
row relation-get hook "$ids~relation-get --format=json -r db:7 -- - mysql/0" "$r assert(not r.data['mysql/0'].x)"
row relation-get hook "$ids~relation-get --format=json --app -r db:7 -- - mysql" "$r assert(not r.data.mysql.x)"
row relation-set hook "$ids~relation-set -r db:7 --file -" "$r r.data[charm.unit].x = 'y'"
row relation-set hook "$ids~is-leader --format=json~relation-set --app -r db:7 --file -" "$r r.data[charm.app].x = 'y'"
row relation-model-get hook "$ids~relation-model-get --format=json -r db:7" "$r assert(r:model_uuid())"

row secret-add hook 'secret-add --owner=unit key-one#file' \
    'charm.secret.add { content = { ["key-one"] = "1" }, owner = "unit" }'
rm "$record/answer.secret-info-get"
row secret-add hook "secret-info-get --format=json --label l~secret-add --owner=application --label l --description d --expire 2030-01-01T00:00:00Z --rotate daily key#file" \
    'charm.secret.add { label = "l", description = "d", expire = 1893456000, rotate = "daily", content = { key = "1" } }'
answer secret-info-get "$owned"
row secret-get hook "$get" "$s assert(s:content())"
row secret-get hook 'secret-get --format=json --label l' 'assert(charm.secret.get { label = "l" })'
row secret-get hook "secret-get --format=json --label mine -- $id" "assert(charm.secret.get { id = '$id', label = 'mine' })"
row secret-get hook "secret-get --format=json --refresh -- $id" "assert(charm.secret.get { id = '$id', refresh = true })"
row secret-get hook "secret-get --format=json --peek -- $id" "assert(charm.secret.get { id = '$id', peek = true })"
row secret-get hook "$get~secret-get --format=json --refresh -- $id" "$s assert(s:refresh())"
row secret-get hook "$get~secret-get --format=json --peek -- $id" "$s assert(s:peek())"
row secret-info-get hook "$get~$info" "$s assert(s:info().revision == 2)"
row secret-set hook "$get~$info~secret-set --label new --description d --expire 2030-01-01T00:00:00Z --rotate never -- $id key#file" \
    "$s s:set { label = 'new', description = 'd', expire = 1893456000, rotate = 'never', content = { key = '2' } }"
row secret-ids hook 'secret-ids --format=json' 'assert(#charm.secret.ids() == 0)'
row secret-grant hook "$get~$ids~$info~secret-grant -r db:7 -- $id" "$s $r s:grant(r)"
row secret-grant hook "$get~$ids~$info~secret-grant -r db:7 --unit mysql/0 -- $id" "$s $r s:grant(r, 'mysql/0')"
row secret-revoke hook "$get~$ids~$info~secret-revoke -r db:7 -- $id" "$s $r s:revoke(r)"
row secret-revoke hook "$get~$ids~$info~secret-revoke --unit mysql/0 -- $id" "$s $r s:revoke(r, 'mysql/0')"
row secret-remove hook "$get~secret-remove -- $id" "$s s:remove()"
row secret-remove hook "$get~secret-remove --revision 1 -- $id" "$s s:remove(1)"

row status-set hook 'status-set -- active' 'charm.status.set "active"'
row status-set hook 'status-set -- blocked no name' 'charm.status.set("blocked", "no name")'
row status-set hook 'status-set --application -- waiting w' 'charm.status.set_app("waiting", "w")'
row status-get hook 'status-get --format=json --include-data' 'assert(charm.status.get().status == "active")'
answer status-get '{"application-status":{"status":"active","message":"","units":{}}}'
row status-get hook 'status-get --format=json --include-data --application' 'assert(charm.status.get_app())'
for level in trace info warning error critical; do
    row juju-log hook "juju-log -l $(echo $level | tr '[:lower:]' '[:upper:]') -- text" "charm.log.$level 'text'"
done
row juju-log hook 'juju-log -l INFO -- text' 'print "text"'
row application-version-set hook 'application-version-set -- 1.2' 'charm.version_set "1.2"'

row open-port hook 'open-port -- 443/tcp' 'charm.open_port(443)'
row open-port hook 'open-port --endpoints db,cluster -- icmp' 'charm.open_port("icmp", { endpoints = { "db", "cluster" } })'
row close-port hook 'close-port -- 8000-8010/udp' 'charm.close_port "8000-8010/udp"'
row close-port hook 'close-port --endpoints db -- 80/tcp' 'charm.close_port(80, { endpoints = { "db" } })'
row opened-ports hook 'opened-ports --format=json' 'assert(#charm.opened_ports() == 0)'
answer opened-ports '["443/tcp (*)","80/udp (cluster, db)"]'
row opened-ports hook 'opened-ports --format=json --endpoints' \
    'local p <const> = charm.ports_by_endpoint() assert(p["443/tcp"][1] == "*" and p["80/udp"][2] == "db")'

row network-get hook 'network-get --format=json -- db' 'assert(charm.network "db")'
row network-get hook 'network-get --format=json -- admin' 'assert(charm.network "admin")'
row network-get hook "$ids~network-get --format=json -r db:7 -- db" "$r assert(charm.network('db', r))"
row unit-get hook 'unit-get --format=json -- private-address' 'assert(charm.address())'
row unit-get hook 'unit-get --format=json -- public-address' 'assert(charm.address "public")'

row state-get hook 'state-get --format=json' 'assert(charm.state.x == nil)'
row state-set hook 'state-set --file -' 'charm.state.x = { 1, 2 }'
row state-delete hook 'state-delete -- x' 'charm.state.x = nil'
row leader-get hook 'leader-get --format=json' 'assert(charm.leader_settings.x == nil)'
row leader-set hook 'leader-set -- x=y' 'charm.leader_settings.x = "y"'
row leader-set hook 'leader-set -- x=' 'charm.leader_settings.x = nil'

row action-get action 'action-get --format=json' 'assert(action.params.x == nil)'
row action-set action 'action-set -- a.b=1 c=text' 'action:set { a = { b = 1 }, c = "text" }'
row action-fail action 'action-fail -- no' 'action:fail "no"'
row action-log action 'action-log -- at work' 'action:log "at work"'

row goal-state hook 'goal-state --format=json' 'assert(charm.goal_state())'
answer goal-state '{"units":{"web/0":{"status":"active"},"web/1":{"status":"dying"},"web/2":{"status":"waiting"}}}'
row goal-state hook 'goal-state --format=json' 'assert(charm.planned_units() == 2)'
row credential-get hook 'credential-get --format=json' \
    'local c <const> = charm.credential() assert(c.type == "lxd" and tostring(c.credential.attrs.token) == "charm.Secret (redacted)" and c.credential.attrs.token:reveal() == "t")'
row storage-list hook 'storage-list --format=json --' 'assert(#charm.storage.list() == 0)'
row storage-list hook 'storage-list --format=json -- data' 'assert(#charm.storage.list "data" == 0)'
row storage-get hook 'storage-get --format=json -s data/0' 'assert(charm.storage.get "data/0")'
row storage-add hook 'storage-add -- data=2' 'charm.storage.add("data", 2)'
row resource-get hook 'resource-get -- app' 'assert(charm.resource "app" == "/res/app.tgz")'
row juju-reboot hook 'juju-reboot' 'charm.reboot()'
row juju-reboot hook 'juju-reboot --now' 'charm.reboot { now = true }'

# charm.log.debug costs no command: the agent logs standard output at DEBUG.
printf 'local charm <const> = ...\ncharm.log.debug "text"\n' >"$charm_dir/row.lua"
hook update-status
is 'charm.log.debug: standard output' "$out" text

# podspec charms, payloads and metrics (juju-hooks 2.19) have no charm.*: a program as any other.
ln -s fake "$tools/payload-register"
row payload-register hook 'payload-register monitoring docker 0fcgaba' \
    'charm.exec { "payload-register", "monitoring", "docker", "0fcgaba" }'

# --- none is forgotten

# shellcheck disable=SC2016 # expanded by the hook's shell
wanted=$(cd "$root" && "$LUACHARM" model new >/dev/null && "$LUACHARM" model deploy "$charm_dir" >/dev/null &&
    "$LUACHARM" model exec web/0 'ls "${PATH%%:*}"' | grep -v -e '^luacharm-' -e '^model-' | sort)
# shellcheck disable=SC2086 # words are wanted apart
is 'every hook command of the local model has a row' \
    "$(printf '%s\n' $covered | grep -v '^payload-' | sort -u)" "$wanted"
done_testing
