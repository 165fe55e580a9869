#!/bin/sh
# The rockspec: LuaRocks builds the modules, and a plain lua5.4 requires them.
. "${TESTS:-tests}/lib/tap.sh"

workdir
tree=$TAP_DIR/tree
# luarocks make works in the folder of the rockspec.
# shellcheck disable=SC2016 # expanded by the inner shell
passes 'luarocks builds and installs the rock' sh -c '
    cd "$1" && luarocks --lua-version 5.4 --tree "$2" make --deps-mode none luacharm-scm-1.rockspec' \
    sh "$TESTS/.." "$tree"
LUA_PATH="$tree/share/lua/5.4/?.lua;$tree/share/lua/5.4/?/init.lua"
LUA_CPATH="$tree/lib/lua/5.4/?.so"
export LUA_PATH LUA_CPATH

cat >keys.lua <<'EOT'
local x509 <const> = require "charm.x509"
local key <const> = x509.key.generate { type = "ec", curve = "P-256" }
local csr <const> = x509.csr.new(key, { common_name = "db.internal", sans_dns = { "db.internal" } })
assert(csr:verify())
print(csr:pem())
EOT
passes 'a plain lua5.4 makes keys and requests' lua5.4 keys.lua
cp "$OUT" request.pem
has 'openssl reads the request' "$(openssl req -in request.pem -noout -subject -verify 2>&1)" \
    'db.internal'
cat >json.lua <<'EOT'
local json <const> = require "charm.json"
print(json.encode { b = json.array {}, a = 9007199254740993 })
EOT
is 'canonical JSON' "$(lua5.4 json.lua)" '{"a":9007199254740993,"b":[]}'
cat >policy.lua <<'EOT'
local policy <const> = require "charm.policy"
return policy {
  policy.rules.domains { "example.com" },
  policy.rules.servers { validity = "30d" },
}
EOT
cat >decide.lua <<'EOT'
local policy <const> = require "charm.policy"
local x509 <const> = require "charm.x509"
local key <const> = x509.key.generate { type = "ec", curve = "P-256" }
local mine <const> = policy.load "policy.lua"
for _, name in ipairs { "web.example.com", "web.example.org" } do
  local decision = mine:decide(x509.csr.new(key, { common_name = name, sans_dns = { name } }))
  print(name, decision.kind, decision.rule)
end
print(policy.glob("*.example.com", "a.example.com"))
EOT
is 'a policy decides' "$(lua5.4 decide.lua 2>&1)" 'web.example.com	issue	servers
web.example.org	deny	our domains
true'
cat >mistake.lua <<'EOT'
local x509 <const> = require "charm.x509"
local thread = coroutine.create(function() x509.key.generate { typ = "ec" } end)
print(select(2, coroutine.resume(thread)))
print(select(2, pcall(require, "charm.core")))
EOT
is 'a mistake is told with its place, in a coroutine too' "$(lua5.4 mistake.lua 2>&1 | head -n 1)" \
    "mistake.lua:2: generate: unknown option 'typ' (did you mean 'type'?)"
has 'what needs a hook is not there' "$(lua5.4 mistake.lua 2>&1)" "module 'charm.core' not found"
is 'no symbol is in the way of others' \
    "$(nm -D --defined-only "$tree/lib/lua/5.4/charm.so" | grep -vc ' luaopen_charm_')" 0
done_testing
