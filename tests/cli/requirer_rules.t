#!/bin/sh
# What an author may say of certificates beside what is asked for: renew, accept, and requests with the
# network and the configuration (tls.requires). The charm's tests run under luacharm test; how many hook
# commands the network costs is counted with recorded ones.
# shellcheck source=tests/lib/hook.sh disable=SC2154 # variables of hook.sh
. "$TESTS/lib/hook.sh"

charm <<'LUA'
local charm <const> = require "charm"
local tls <const> = require "charm.tls"

local function whole_days(text) return (tonumber(text) or 0) * 86400 end

local certs
certs = tls.requires("certificates", {
  requests = function(_, network, config)
    local request = { common_name = config.name or "web.internal" }
    if config["with-address"] then request.sans_ip = { network.ingress_address } end
    return { request }
  end,
  accept = function(cert, request)
    if charm.config.forgets then return end
    if charm.config.syncs then certs:sync() end
    local wanted <const> = whole_days(charm.config["least-days"])
    if cert.certificate:not_after() - cert.certificate:not_before() < wanted then
      return false, "too short for " .. request.common_name
    end
    return true
  end,
  renew = function(cert, now)
    local said <const> = charm.config["renew-before"]
    if said == "now" then return true end
    if said == "never" then return now * 2 end
    if said == "nonsense" then return "soon" end
    return said and cert.certificate:not_after() - whole_days(said)
  end,
})
certs:on("available", function() charm.state.available = (charm.state.available or 0) + 1 end)
certs:on("denied", function(_, denial) charm.state.denied = denial.code .. ": " .. denial.message end)
certs:on("renewing", function() charm.state.renewing = (charm.state.renewing or 0) + 1 end)
charm.collect_status(function(status)
  local denial <const> = certs:denial()
  if denial then status:blocked(denial.message) end
  status:active(certs:assigned() and certs:assigned().certificate:serial() or "none")
end)
LUA
file charmcraft.yaml <<'YAML'
name: web
requires:
  certificates:
    interface: tls-certificates
config:
  options:
    name: { type: string }
    with-address: { type: boolean }
    least-days: { type: string }
    renew-before: { type: string }
    forgets: { type: boolean }
    syncs: { type: boolean }
YAML
file tests/rules_test.lua <<'LUA'
local testing <const> = require "charm.testing"
local ca <const> = testing.tls.provider "certificates"

local DAY <const> = 86400

local function related(config)
  return testing.state { relations = { ca:relation() }, config = config }
end

local function answered(state) return testing.run("certificates-relation-changed", ca:issue(state)) end
local function asked(config) return testing.run("certificates-relation-created", related(config)) end

local function log_lines(state, part)
  local count = 0
  for _, line in ipairs(state.log) do
    if line.message:find(part, 1, true) then count = count + 1 end
  end
  return count
end

-- --- requests

testing.test("requests knows the configuration", function()
  testing.expect(ca:requests(asked { name = "db.internal" })[1].csr:common_name(), "db.internal")
end)

testing.test("and the network", function()
  local state <const> = asked { ["with-address"] = true }
  testing.expect(#ca:requests(state)[1].csr:sans_ip(), 1)
end)

-- --- accept

testing.test("what is accepted is handed out", function()
  local state <const> = answered(asked { ["least-days"] = "90" })
  testing.expect(state, { unit_status = testing.is_not "active: none" })
end)

testing.test("what is refused is not, and the status and the log say why", function()
  local state <const> = answered(asked { ["least-days"] = "100" })
  testing.expect(state, {
    unit_status = "blocked: the certificate is not accepted: too short for web.internal",
  })
  testing.expect(log_lines(state, "too short for web.internal: serial number"), 1)
  testing.expect(state.secrets[2], testing.absent) -- the key is the only one
end)

testing.test("a refused certificate is not asked for again, nor complained of again", function()
  local state = answered(asked { ["least-days"] = "100" })
  local first <const> = ca:requests(state)[1].csr:pem()
  for _ = 1, 3 do
    state = testing.run("update-status", testing.advance(state, "1d"))
    testing.expect(#ca:requests(state), 1)
    testing.expect(ca:requests(state)[1].csr:pem(), first)
    testing.expect(log_lines(state, "too short"), 0)
    testing.expect(state, { unit_status = testing.contains "not accepted" })
  end
end)

testing.test("a better answer to the same request is taken", function()
  local refused <const> = answered(asked { ["least-days"] = "100" })
  local state <const> = testing.run("certificates-relation-changed", ca:renew(refused, { validity = "120d" }))
  testing.expect(state, { unit_status = testing.contains "active: " })
  testing.expect(#ca:requests(state), 1)
end)

testing.test("what was accepted stays so, whatever is wanted of the next", function()
  local state <const> = testing.run("config-changed",
    answered(asked {}):with { config = { ["least-days"] = "100" } })
  testing.expect(state, { unit_status = testing.contains "active: " })
end)

testing.test("a successor that is refused leaves the certificate before it in use", function()
  local state = answered(asked {})
  local before <const> = tostring(state.unit_status)
  state = testing.run("update-status",
    testing.advance(state, "86d"):with { config = { ["least-days"] = "100" } })
  testing.expect(#ca:requests(state), 2)
  state = answered(state)
  testing.expect(#ca:requests(state), 2)
  testing.expect(tostring(state.unit_status), testing.contains "not accepted")
  state = testing.run("update-status", state)
  testing.expect(#ca:requests(state), 2)
  state = testing.run("certificates-relation-changed",
    ca:renew(state:with { config = { ["least-days"] = "" } }))
  testing.expect(#ca:requests(state), 1)
  testing.expect(tostring(state.unit_status), testing.is_not(before))
end)

testing.test("an accept that forgets to answer is told so", function()
  local err <const> = testing.fails("certificates-relation-changed",
    ca:issue(asked { forgets = true }))
  testing.expect(err.message, testing.contains "accept: expected true, or false and why, got nil")
end)

testing.test("nor may it have the requests looked at again", function()
  local err <const> = testing.fails("certificates-relation-changed", ca:issue(asked { syncs = true }))
  testing.expect(err.message, testing.contains "they cannot change anything")
end)

-- --- renew

local function expiry_of(state)
  for _, secret in ipairs(state.secrets) do
    local expire <const> = secret.revisions[#secret.revisions].expire
    if expire then return expire - state.now end
  end
end

testing.rows({
  { "as renew_at says", nil, 81 * DAY },
  { "at the time that is chosen", "30", 60 * DAY },
  { "not before half of the validity", "80", 45 * DAY },
  { "nor behind the end", "never", 90 * DAY },
}, function(row)
  local state <const> = answered(asked { ["renew-before"] = row[2] })
  testing.expect(expiry_of(state), row[3])
end)

testing.test("at the chosen time a successor is asked for, once", function()
  local state = answered(asked { ["renew-before"] = "30" })
  state = testing.run("update-status", testing.advance(state, "59d"))
  testing.expect(#ca:requests(state), 1)
  state = testing.run("update-status", testing.advance(state, "2d"))
  testing.expect(#ca:requests(state), 2)
  state = testing.run("update-status", testing.advance(state, "1d"))
  testing.expect(#ca:requests(state), 2)
end)

testing.test("always now does not loop: a fresh certificate is left alone", function()
  local state = answered(asked { ["renew-before"] = "now" })
  testing.expect(#ca:requests(state), 1)
  state = testing.run("update-status", testing.advance(state, "46d"))
  testing.expect(#ca:requests(state), 2)
  state = answered(state)
  testing.expect(#ca:requests(state), 1)
end)

testing.test("a change of mind counts in the next hook", function()
  local state = answered(asked {})
  state = testing.run("config-changed",
    testing.advance(state, "61d"):with { config = { ["renew-before"] = "30" } })
  testing.expect(#ca:requests(state), 2)
end)

testing.test("nonsense is told so", function()
  local err <const> = testing.fails("certificates-relation-changed",
    ca:issue(asked { ["renew-before"] = "nonsense" }))
  testing.expect(err.message, testing.contains "renew: expected a time in seconds, true for now, or nothing, got string")
end)
LUA

"$LUACHARM" test --tap "$root/charm" >"$root/tap" 2>&1
is 'the tests of the charm pass' "$?" 0
! grep -q '^not ok' "$root/tap" || sed 's/^/# /' "$root/tap"

# --- the network is asked for only when it is read -------------------------------------------------

answer relation-ids '["certificates:1"]'
answer network-get '{"ingress-addresses": ["10.1.2.3"], "bind-addresses": [], "egress-subnets": []}'
relation_hook certificates-relation-created certificates:1 ca
is 'a network that is not read costs no hook command' "$(calls | grep -c '^network-get')" 0
answer config-get '{"with-address": true}'
relation_hook certificates-relation-created certificates:1 ca
is 'one that is read costs one' "$(calls | grep -c '^network-get')" 1
refuse network-get 'no network config found for binding "certificates"'
relation_hook certificates-relation-created certificates:1 ca
is 'one that is not there fails the hook' "$status" 1
has 'and Juju is quoted' "$(calls)" 'network-get: no network config found'

done_testing
