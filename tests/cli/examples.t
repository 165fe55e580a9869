#!/bin/sh
# What the reference says of each function that authors call: there is a summary and an example, and
# every example is run, where such a thing is run: in a hook of a sample charm, in a policy's sandbox, in a
# test, in a scenario, or in a script. What names an example uses and does not make, such as `relation`,
# are there as the place has them.
# shellcheck source=tests/lib/tap.sh
. "${TESTS:-tests}/lib/tap.sh"

workdir
L=$LUACHARM

cat >write.lua <<'LUA'
-- One file for each example, in a folder by where it is run; and what is missing.
local charm <const> = require "charm"
local docs <const> = require "charm.docs"

local function place_of(name, text)
  if name:find "^charm%.scenario" then return "scenario" end
  if name:find "^charm%.testing" then return "test" end
  if name:find "^charm%.policy%.Request" or name:find "^charm%.policy%.rules" then return "rule" end
  if name == "charm.policy.profile" or name == "charm.policy.require" then return "rule" end
  if name == "charm.policy.deny" or name == "charm.policy.defer" then return "rule" end
  if name:find "^charm%.policy%.%l+_of$" then return "policy" end
  if name:find "^charm%.policy" or name:find "^charm%.Policy" then return "script" end
  if name:find "^charm%.x509" or name:find "^charm%.json" then return "script" end
  if name:find "^charm%.%u" and not name:find "^charm%.[ARJS]%l" then return "script" end
  if name:find "^charm%.Secret" then return "script" end
  if name:find "^charm%.tls%.v3" then return text:find("requires", 1, true) and "v3_load" or "v3" end
  if name:find "^charm%.tls%.Provider" or name:find "^charm%.tls%.Ca" then return "provider" end
  if name == "charm.tls.deny" or name == "charm.tls.ca" then return "provider" end
  if text:find("tls.provides", 1, true) or text:find("tls.intermediate", 1, true) then return "provider_load" end
  if text:find("tls.requires", 1, true) then return "load" end
  if name:find "^charm%.Action" then return "action" end
  if name:find "^charm%.StatusCollector" then return "status" end
  return "hook"
end

for _, chapter in ipairs(docs.chapters()) do
  for _, item in ipairs(chapter.functions) do
    if item.text == "" then print("no summary: " .. item.title) end
    if #item.examples == 0 then print("no example: " .. item.title) end
    for number, text in ipairs(item.examples) do
      local name <const> = ("%s%s"):format(item.title:gsub(":", "__"), number == 1 and "" or "_" .. number)
      local folder <const> = "examples/" .. place_of(item.title, text)
      charm.file.make_dir(folder)
      charm.file.write(folder .. "/" .. name .. ".lua", text .. "\n")
    end
  end
end
LUA
passes 'the reference is gone through' "$L" run write.lua
is 'every function has a summary and an example' "$(cat "$OUT")" ''
passes 'there are hundreds' [ "$(find examples -name '*.lua' | wc -l)" -gt 200 ]

# --- in a hook -----------------------------------------------------------------------------------------

# sample NAME ROLE: a charm that runs the example in its option.
sample() {
    mkdir -p "$1/src" "$1/tests"
    cat >"$1/charmcraft.yaml" <<YAML
name: $1
summary: Runs an example.
$2
peers:
  replicas: { interface: replicas }
config:
  options:
    example: { type: string, default: "" }
    where: { type: string, default: "" }
    hostname: { type: string, default: web.example.com }
    ca-common-name: { type: string, default: our CA }
    port: { type: int, default: 443 }
actions:
  backup: { params: { target: { type: string, default: /srv } } }
  example: { params: { target: { type: string, default: /srv } } }
storage:
  data: { type: filesystem, multiple: { range: 0- } }
resources:
  image: { type: file, filename: image.tar }
YAML
}

sample web 'requires: { certificates: { interface: tls-certificates } }'
cat >web/src/charm.lua <<'LUA'
local charm <const> = require "charm"
local tls <const> = require "charm.tls"
local x509 <const> = require "charm.x509"

local where <const> = charm.config.where
local function run(extra)
  local all <const> = setmetatable(extra or {}, { __index = _G })
  all.charm, all.tls, all.x509 = charm, tls, x509
  all.v3 = require "charm.tls.v3"
  all.key = x509.key.generate { type = "ec" }
  all.csr = x509.csr.new(all.key, { common_name = "db.internal" })
  assert(load(charm.config.example, "=example", "t", all))()
end

local certs
if where == "load" or where == "v3_load" then
  run()
elseif where == "v3" then
  certs = require "charm.tls.v3".requires "certificates"
else
  certs = tls.requires("certificates", { requests = { { common_name = "web.example.com" } } })
end
charm.on("config-changed", function()
  if where ~= "hook" and where ~= "v3" then return end
  run {
    certs = certs, relation = charm.relation "certificates", secret = charm.secret.get { label = "password" },
    cert = where == "hook" and certs:assigned() or nil,
  }
end)
charm.action("example", function(action) run { action = action } end)
charm.collect_status(function(status) if where == "status" then run { status = status } end end)
LUA
cat >web/tests/examples_test.lua <<'LUA'
local testing <const> = require "charm.testing"
local examples <const> = require "examples"
local ca <const> = testing.tls.provider("certificates", { capabilities = { supports_ip_sans = true } })

local function state(text, where)
  local secrets <const> = {
    { label = "password", owner = "web", content = { password = "xyz" } },
  }
  return {
    leader = true, secrets = secrets, config = { example = text, where = where },
    relations = { ca:relation() }, resources = { image = "/srv/image.tar" }, storage = { { id = "data/0" } },
    exec = { { command = { "nginx", "-t" } } },
    files = { ["/etc/web/password"] = "xyz", ["/etc/hostname"] = "web" },
  }
end

for _, example in ipairs(examples) do
  testing.test(example.name, function()
    if example.where == "hook" then
      local before <const> = ca:establish(state("", "hook"))
      testing.run("config-changed", before:with { config = { example = example.text, where = "hook" } })
    elseif example.where == "action" then
      testing.action("example", {}, state(example.text, "action"))
    else
      testing.run("config-changed", state(example.text, example.where))
    end
  end)
end
LUA

sample ca 'provides: { certificates: { interface: tls-certificates } }
requires: { upstream: { interface: tls-certificates } }'
cat >ca/src/charm.lua <<'LUA'
local charm <const> = require "charm"
local tls <const> = require "charm.tls"

local is_load <const> = charm.config.where == "provider_load"
local authority, provider
local function run()
  local all <const> = setmetatable({ charm = charm, tls = tls, authority = authority, provider = provider },
    { __index = _G })
  assert(load(charm.config.example, "=example", "t", all))()
end

if is_load then
  run()
else
  authority = tls.ca { common_name = "our CA" }
  provider = tls.provides("certificates", { issuer = authority, policy = function() return {} end })
end
charm.on("config-changed", function() if not is_load then run() end end)
charm.on("certificates-relation-changed", function() end)
LUA
echo 'local policy <const> = require "charm.policy" return policy { policy.rules.servers() }' >ca/src/policy.lua
cat >ca/tests/examples_test.lua <<'LUA'
local testing <const> = require "charm.testing"
local client <const> = testing.tls.requirer "certificates"

for _, example in ipairs(require "examples") do
  testing.test(example.name, function()
    local before = testing.state {
      leader = true, relations = { client:relation() },
      config = { example = example.text, where = example.where },
    }
    before = client:request(before, { common_name = "db.internal" })
    if example.where == "provider" then
      before = testing.run({ "certificates-relation-changed", unit = "client/0" }, before)
    end
    testing.run("config-changed", before)
  end)
end
LUA

# The examples of some places, as a module of a charm's tests.
cat >module.lua <<'LUA'
local charm <const> = require "charm"
print "return {"
for number = 1, #arg do
  local place <const> = arg[number]
  local done <const>, names <const> = pcall(charm.exec, { "ls", "examples/" .. place })
  for name in (done and names.stdout or ""):gmatch "[^\n]+" do
    local text <const> = charm.file.read("examples/" .. place .. "/" .. name)
    print(("  { name = %q, where = %q, text = %q },"):format(name:gsub("%.lua$", ""), place, text))
  end
end
print "}"
LUA
"$L" run module.lua hook action status load v3 v3_load >web/tests/examples.lua
"$L" run module.lua provider provider_load >ca/tests/examples.lua

# in_tests CHARM: each test is one of ours.
in_tests() {
    "$L" test --tap "$1" >tap 2>&1
    while read -r line; do
        case $line in
            'ok '*) tap_result "the example of ${line#* - }" true ;;
            'not ok '*) tap_result "the example of ${line#* - }" false "$(grep -A 3 -xF "$line" tap)" ;;
        esac
    done <tap
    passes "$1: the examples have been run" grep -q '^1\.\.[1-9]' tap
}
in_tests web
in_tests ca

# --- in a test -------------------------------------------------------------------------------------------

mkdir -p tested/src tested/tests
cat >tested/charmcraft.yaml <<'YAML'
name: tested
summary: What examples of tests look at.
requires: { certificates: { interface: tls-certificates } }
config: { options: { port: { type: int, default: 443 } } }
actions: { backup: { params: { target: { type: string } } } }
YAML
cat >tested/src/charm.lua <<'LUA'
local charm <const> = require "charm"
require "charm.tls".requires("certificates", { requests = { { common_name = "web.example.com" } } })
charm.on("start", function() charm.open_port(443) end)
charm.on("stop", function() error "no way out" end)
charm.on("config-changed", function() charm.log.warning "set external-hostname" end)
charm.action("backup", function() return { size = "3" } end)
charm.collect_status(function(status) status:blocked "set external-hostname" end)
LUA
cat >tested/tests/examples_test.lua <<'LUA'
local testing <const> = require "charm.testing"

local ca <const> = testing.tls.provider "certificates"
local client <const> = testing.tls.requirer "certificates"
local registered <const> = testing.test

for _, example in ipairs(require "examples") do
  registered(example.name, function()
    local state <const> = testing.state {
      relations = { ca:relation() }, secrets = { { label = "password", owner = "tested", content = { password = "x" } } },
    }
    local asked <const> = testing.run("certificates-relation-created", testing.state { relations = { ca:relation() } })
    local env <const> = setmetatable({
      testing = setmetatable({
        test = function(_, body) body() end,
        rows = function(rows, body) for _, row in ipairs(rows) do body(row) end end,
      }, { __index = testing }),
      ca = ca, client = client, state = state, asked = asked,
      related = testing.state { leader = true, relations = { client:relation { endpoint = "certificates" } } },
      after = testing.run("config-changed", {}),
    }, { __index = _G })
    assert(load(example.text, "=example", "t", env))()
  end)
end
LUA
mkdir tested/tests/recordings
"$L" model new >"$OUT"
LUACHARM_RECORD=recorded "$L" model deploy tested >"$OUT"
LUACHARM_RECORD=recorded "$L" model settle >"$OUT"
"$L" model destroy >"$OUT"
mv recorded/*-start*.json tested/tests/recordings/start.json
"$L" run module.lua test >tested/tests/examples.lua
in_tests tested

# --- policies --------------------------------------------------------------------------------------------

openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem \
    -subj /CN=db.internal -addext subjectAltName=DNS:db.internal 2>/dev/null
for file in examples/rule/*.lua; do
    {
        echo 'local policy <const> = require "charm.policy"'
        echo 'return policy {'
        echo 'policy.profile("all", function() return {} end),'
        cat "$file"
        echo '}'
    } >policy.lua
    "$L" policy eval policy.lua request.pem >out 2>&1
    code=$?
    name=$(basename "$file" .lua)
    tap_result "the example of $name" "$([ $code -eq 0 ] || [ $code -eq 3 ] && ! grep -q 'fail' out && echo true)" "$(cat out policy.lua)"
done
for file in examples/policy/*.lua; do
    { echo 'local policy <const> = require "charm.policy"' && cat "$file"; } >policy.lua
    passes "the example of $(basename "$file" .lua)" "$L" policy eval policy.lua request.pem
done

# --- scripts -----------------------------------------------------------------------------------------------

cat >policy.lua <<'LUA'
local policy <const> = require "charm.policy"
return policy { policy.rules.servers { validity = "30d" } }
LUA
cat >script.lua <<'LUA'
local charm <const> = require "charm"
local x509 <const> = require "charm.x509"

local made <const> = {}
local function make(name, maker) made[name] = maker end
local env <const> = setmetatable({ charm = charm, x509 = x509, json = require "charm.json" }, {
  __index = function(env, name)
    local value <const> = made[name] and made[name](env)
    if value ~= nil then rawset(env, name, value) end
    return value == nil and _G[name] or value
  end,
})
make("policy", function() return require "charm.policy" end)
make("key", function() return x509.key.generate { type = "ec" } end)
make("ca_key", function() return x509.key.generate { type = "ec" } end)
make("csr", function(e)
  return x509.csr.new(e.key, { common_name = "db.internal", sans_dns = { "db.internal" }, sans_ip = { "2001:db8::1" } })
end)
make("ca", function(e) return x509.certificate.self_signed(e.ca_key, { common_name = "Our CA" }, { validity = "3650d" }) end)
make("cert", function(e) return x509.certificate.issue(e.csr, e.ca, e.ca_key, { validity = "90d" }) end)
make("chain", function(e) return x509.chain.new { e.cert, e.ca } end)
make("secret", function() return charm.file.read_secret "key.pem" end)
assert(load(charm.file.read(arg[1]), "=example", "t", env))()
LUA
for file in examples/script/*.lua; do
    passes "the example of $(basename "$file" .lua)" "$L" run script.lua "$file"
done

# --- scenarios -----------------------------------------------------------------------------------------------

mkdir -p scene/charms
"$L" init scene/charms/web >/dev/null
"$L" init scene/charms/ca --template provider >/dev/null
cd scene || exit 1
for file in ../examples/scenario/*.lua; do
    name=$(basename "$file" .lua)
    {
        [ "$name" = charm.scenario.model ] || echo 'model { at = "2026-01-01T00:00:00Z" }'
        echo 'deploy "charms/web" deploy "charms/ca"'
        case $name in *remove_relation) echo 'integrate("web", "ca")' ;; esac
        [ "$name" = charm.scenario.model ] || echo 'settle()'
    } >play.lua
    if [ "$name" = charm.scenario.model ]; then
        { cat "$file" play.lua && echo 'settle()'; } >played.lua
    else
        cat play.lua "$file" >played.lua
    fi
    passes "the example of $name" "$L" model play played.lua
done
done_testing
