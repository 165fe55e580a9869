#!/bin/sh
# What authors get wrong: each is one clear line that has the place in their code first, and exit
# status 1; in a hook it is told to Juju's log once, and to nobody else.
# shellcheck source=tests/lib/hook.sh disable=SC2154 # variables of hook.sh
. "$TESTS/lib/hook.sh"

describe() {
    cat >"$charm_dir/charmcraft.yaml" <<'END'
name: web
summary: s
requires:
  certificates: { interface: tls-certificates }
provides:
  issued: { interface: tls-certificates }
config:
  options:
    hostname: { type: string }
actions:
  look: {}
END
}

# bad NAME MESSAGE LUA: what a handler says whose body is LUA, from line 3 on: in src/charm.lua, in a
# hook script, and, unless the name ends in "(hook)", in a script of one's own. The script's place in
# MESSAGE is "PLACE".
bad() {
    body=$(printf 'local charm <const>, tls <const> = require "charm", require "charm.tls"')
    new_charm
    describe
    printf '%s\ncharm.on("start", function(event)\n%s\nend) local _ = tls\n' "$body" "$3" >"$charm_dir/src.lua"
    file src/charm.lua <"$charm_dir/src.lua"
    hook start
    told "$1: in src/charm.lua" "start: $(echo "$2" | sed 's,PLACE,src/charm.lua,')"
    new_charm
    describe
    printf '%s\nlocal function handler()\n%s\nend local _, _ = handler(), tls\n' "$body" "$3" >"$charm_dir/src.lua"
    file hooks/start.lua <"$charm_dir/src.lua"
    hook start
    told "$1: in a hook script" "start: $(echo "$2" | sed 's,PLACE,hooks/start.lua,')"
    case $1 in *'(hook)') return ;; esac
    cp "$charm_dir/src.lua" "$root/script.lua"
    (cd "$root" && "$LUACHARM" run script.lua) >"$root/out" 2>"$root/err"
    is "$1: in a script" "$? $(head -n 1 "$root/err")" "1 luacharm: $(echo "$2" | sed 's,PLACE,script.lua,')"
}

# told NAME TEXT: the hook failed, and said so in one entry of the log, which begins with TEXT
told() {
    is "$1" "$status $(calls | grep juju-log | cut -d '~' -f 1) $(calls | grep -c 'juju-log -l ERROR') $out$err" \
        "1 juju-log -l ERROR -- $2 1 "
}

bad 'a misspelt option' "PLACE:3: exec: unknown option 'chekc' (did you mean 'check'?)" \
    'charm.exec { "true", chekc = false }'
bad 'a misspelt option of the Lua half' "PLACE:3: charm.file.write: unknown option 'mdoe' (did you mean 'mode'?)" \
    'charm.file.write("/nonexistent", "", { mdoe = "0600" })'
bad 'a misspelt configuration option (hook)' \
    "PLACE:3: the metadata has no option 'hostnmae': did you mean 'hostname'? It has 'hostname'" \
    'return charm.config.hostnmae == ""'
bad 'a wrong type' 'PLACE:3: charm.open_port: expected a port such as 443 or "8000-8010/udp", got table' \
    'charm.open_port {}'
bad 'a wrong type in an option' 'PLACE:3: exec: timeout: expected a duration such as "90d", got number' \
    'charm.exec { "true", timeout = 5 }'
bad 'a missing endpoint (hook)' \
    "PLACE:3: the metadata has no endpoint 'certificate': did you mean 'certificates'? It has 'certificates', 'issued'" \
    'return #charm.relations "certificate" == 0'
bad 'an endpoint of the wrong kind (hook)' \
    "PLACE:3: endpoint 'issued' provides the interface 'tls-certificates'; it should be one that requires 'tls-certificates'" \
    'tls.requires("issued", { requests = {} })'
bad 'a handler that raises a table' 'PLACE:3: no' 'error { message = "no" }'
bad 'a handler that raises an empty table' 'PLACE:3: the error value is a table without a message' 'error {}'
bad 'a handler that raises nil' 'PLACE:3: the error value is nil' 'error()'
bad 'a handler that raises several lines' 'PLACE:3: one two' 'error "one\n  two"'
bad 'a handler that yields' "PLACE:3: yield: there is no coroutine here to yield from: what Juju is to do in a later hook, charm.state can remember" \
    'coroutine.yield()'
bad 'recursion without end' 'PLACE:3: stack overflow' 'local function f() return 1 + f() end return f()'
bad 'recursion without end through C' 'PLACE:3: C stack overflow' \
    'local t = setmetatable({}, { __index = function(t, k) return t[k] end }) return t.x == 1'
bad 'a string of 1 GiB' 'PLACE:3: the script needs more than 262144 KiB of memory' 'return #("x"):rep(1 << 30) == 0'
bad 'a string that doubles' 'PLACE:3: the script needs more than 262144 KiB of memory' \
    'local s = "x" while true do s = s .. s end'
bad 'a table without end' 'PLACE:3: the script needs more than 262144 KiB of memory' \
    'local t = {} while true do t[#t + 1] = { #t } end'
bad 'a misspelt variable' "PLACE:3: there is no variable 'chram': did you mean 'charm'?" 'chram.open_port(443)'
bad 'a module that was not required' \
    "PLACE:3: there is no variable 'x509': write local x509 <const> = require \"charm.x509\"" \
    'return x509.key.generate {} == 1'
bad 'a forgotten local' \
    "PLACE:3: 'count' is assigned to, and no variable yet: write local, or assign it first at the top level of the file" \
    'count = 1'
bad 'a misspelt name of the module' "PLACE:3: charm: unknown name 'relatons' (did you mean 'relations'?)" \
    'return charm.relatons "certificates" == 1'
bad 'nil where an object was expected (hook)' "PLACE:3: attempt to index a nil value" \
    'return charm.relation("certificates").data == 1'

# --- the last act of a function is a call of ours, `return tls.deny(...)`: Lua forgets where it was

cat >"$root/requests.lua" <<'END'
local x509 <const>, json <const> = require "charm.x509", require "charm.json"
local key <const> = x509.key.generate { type = "ec" }
local pem <const> = x509.csr.new(key, { common_name = "a.example.com", sans_dns = { "a.example.com" } }):pem()
local list <const> = json.encode { { certificate_signing_request = pem, ca = false } }
print(json.encode { certificate_signing_requests = list })
END

# last NAME EVENT MESSAGE <<src/charm.lua
last() {
    charm
    describe
    answer relation-ids '["issued:1"]'
    answer relation-list '["other/0"]'
    answer is-leader true
    "$LUACHARM" run "$root/requests.lua" >"$record/answer.relation-get.other_0"
    case $2 in
        action) action look ;;
        issued-*) relation_hook "$2" issued:1 other other/0 ;;
        *-relation-*)
            answer relation-ids '["certificates:1"]'
            relation_hook "$2" certificates:1 other
            ;;
        *) hook "$2" ;;
    esac
    has "$1" "$(calls | grep juju-log)" "$3"
}

last 'a handler that ends in a call of ours, of one line' start \
    'start: src/charm.lua:2: charm.open_port: expected a port' <<'END'
local charm <const> = require "charm"
charm.on("start", function() return charm.open_port(4.5) end)
END
last 'of several lines' start 'start: src/charm.lua:2-5: charm.open_port: expected a port' <<'END'
local charm <const> = require "charm"
charm.on("start", function()
  local port <const> = 4.5
  return charm.open_port(port)
end)
END
last 'an action' action 'look: src/charm.lua:2-4: action:fail: expected a text, got number' <<'END'
local charm <const> = require "charm"
charm.action("look", function(action)
  return action:fail(1)
end)
END
last 'a collector of statuses' start 'start: src/charm.lua:2: status:active: expected a text as message, got table' <<'END'
local charm <const> = require "charm"
charm.collect_status(function(status) return status:active {} end)
END
last 'a list of requests' certificates-relation-created "certificates-relation-created: src/charm.lua:4: charm.open_port: expected a port" <<'END'
local charm <const> = require "charm"
local tls <const> = require "charm.tls"
tls.requires("certificates", {
  requests = function() return charm.open_port(4.5) end,
})
END
last 'a policy' issued-relation-changed \
    "issued-relation-changed: src/charm.lua:5-8: tls.deny: 'misspelt' is none of ip_not_allowed" <<'END'
local charm <const> = require "charm"
local tls <const> = require "charm.tls"
tls.provides("issued", {
  issuer = tls.ca { common_name = "CA" },
  policy = function()
    charm.log.info "refused"
    return tls.deny("misspelt", "no")
  end,
})
END
last 'the last line of a file' start 'start: src/charm.lua: charm.on: expected a function as handler, got nil' <<'END'
local charm <const> = require "charm"
return charm.on("start")
END
new_charm
describe
file src/charm.lua <<'END'
local charm <const> = require "charm"
charm.on("start", require "helper")
END
file src/helper.lua <<'END'
return require "charm".open_port(4.5)
END
hook start
has 'the last line of a module' "$(calls)" 'start: src/helper.lua: charm.open_port: expected a port'

# --- globals

charm <<'END'
limit = nil
require "later"
local charm <const> = require "charm"
charm.on("start", function()
  limit = 5
  assert(rawget(_G, "nowhere") == nil)
  print(limit, shared, unpack == nil, getmetatable(_G) ~= nil)
end)
END
file src/later.lua <<'END'
shared = "by its name at the top level"
END
hook start
is 'a global is made at the top level of a file, also as nil, and seen everywhere' "$(calls)" \
    'juju-log -l INFO -- 5	by its name at the top level	true	true'
done_testing
