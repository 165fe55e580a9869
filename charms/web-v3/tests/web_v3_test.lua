-- Every event that the charm handles: its request, its certificate, the renewal, start and stop.
local testing <const> = require "charm.testing"
local x509 <const> = require "charm.x509"

local ca <const> = testing.tls.provider "certificates"
local FOLDER <const> = "/srv/tls/"

local function state(config)
  local all <const> = { ["external-hostname"] = "web.example.com", ["tls-dir"] = "/srv/tls",
    ["state-dir"] = "/srv/state", workload = "none" }
  for option, value in pairs(config or {}) do all[option] = value end
  return testing.state {
    unit = "web/0", leader = true, config = all,
    relations = { ca:relation(), { endpoint = "replicas", app = "web" } },
  }
end

local function asked(config) return testing.run("certificates-relation-created", state(config)) end

local function answered(config)
  return testing.run({ "certificates-relation-changed", unit = "ca/0" }, ca:issue(asked(config)))
end

testing.test("without a hostname it asks for nothing, and says so", function()
  local relations <const> = { ca:relation(), { endpoint = "replicas", app = "web" } }
  local after <const> = testing.run("config-changed",
    { unit = "web/0", config = { workload = "none" }, relations = relations })
  testing.expect(ca:requests(after), {})
  testing.expect(after, { unit_status = "blocked: set external-hostname" })
end)

testing.rows({
  { "it asks once, with a key kept in the peer relation", place = "peer" },
  { "it asks once, with a key kept in a file", place = "file" },
  { "it asks once, with a key kept in a secret", place = "secret" },
}, function(row)
  local first <const> = asked { ["keep-key-in"] = row.place }
  testing.expect(ca:requests(first)[1].csr:common_name(), "web.example.com")
  testing.expect(first, { unit_status = "waiting: no certificate yet" })
  local again <const> = testing.run("config-changed", first)
  testing.expect(#ca:requests(again), 1)
  testing.expect(ca:requests(again)[1].csr:pem(), ca:requests(first)[1].csr:pem())
end)

testing.test("the certificate is put in place with its key", function()
  local after <const> = answered()
  local certificate <const> = assert(x509.certificate.parse(tostring(after.files[FOLDER .. "cert.pem"])))
  local key <const> = assert(x509.key.parse(tostring(after.files[FOLDER .. "key.pem"])))
  testing.expect(certificate:matches(key), true)
  testing.expect(after, { unit_status = "active" })
end)

testing.test("near its end another one is asked for", function()
  local before <const> = answered()
  local late <const> = testing.advance(before, "88d")
  local expiring
  for _, secret in ipairs(late.secrets) do
    if secret.revisions[#secret.revisions].expire then expiring = secret.id end
  end
  local after <const> = testing.run({ "secret-expired", secret = expiring }, late)
  testing.expect(ca:requests(after)[1].csr:pem() ~= ca:requests(before)[1].csr:pem(), true)
end)

testing.test("start, update-status and stop without a server leave all as it is", function()
  local before <const> = answered()
  for _, event in ipairs { "start", "update-status", "stop" } do
    testing.expect(testing.run(event, before).files, before.files)
  end
end)
