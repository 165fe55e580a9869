-- Every event that the charm handles: start, config-changed, the life of its certificate, the actions.
local testing <const> = require "charm.testing"
local x509 <const> = require "charm.x509"

local ca <const> = testing.tls.provider "certificates"
local config <const> = { ["external-hostname"] = "web.example.com" }
local FOLDER <const> = "/etc/luacharm-web/tls/"

local function related(fields)
  fields = fields or {}
  fields.relations = { ca:relation() }
  fields.config = fields.config or config
  return testing.state(fields)
end

local function installed(state)
  return assert(x509.certificate.parse(tostring(state.files[FOLDER .. "cert.pem"])))
end

testing.test("start opens the port", function()
  testing.expect(testing.run "start", { ports = { "443/tcp" } })
end)

testing.test("without a hostname it is blocked and asks for nothing", function()
  local after <const> = testing.run("certificates-relation-created", related { config = {} })
  testing.expect(after, { unit_status = "blocked: set external-hostname" })
  testing.expect(ca:requests(after), {})
end)

testing.test("without a relation it waits", function()
  testing.expect(testing.run("config-changed", { config = config }),
    { unit_status = "waiting: no certificate yet" })
end)

testing.test("it asks for its hostname, and for www", function()
  local after <const> = testing.run("certificates-relation-created", related())
  local requests <const> = ca:requests(after)
  testing.expect(#requests, 1)
  testing.expect(requests[1].csr:common_name(), "web.example.com")
  testing.expect(requests[1].csr:sans_dns(), { "web.example.com", "www.web.example.com" })
  testing.expect(after, { unit_status = "waiting: no certificate yet" })
end)

testing.test("a certificate is installed with its key and CA", function()
  local after <const> = ca:establish(related())
  testing.expect(after, {
    unit_status = "active",
    files = {
      [FOLDER .. "cert.pem"] = { mode = "0644" },
      [FOLDER .. "key.pem"] = { mode = "0600" },
      [FOLDER .. "ca.pem"] = ca.ca:pem() .. "\n",
    },
    log = testing.contains { level = "INFO", message = testing.like "is in place$" },
  })
  local key <const> = assert(x509.key.parse(tostring(after.files[FOLDER .. "key.pem"])))
  testing.expect(installed(after):matches(key), true)
end)

testing.test("the files go where tls-dir says", function()
  local after <const> = ca:establish(related {
    config = { ["external-hostname"] = "web.example.com", ["tls-dir"] = "/srv/tls" },
  })
  testing.expect(after.files, { ["/srv/tls/cert.pem"] = testing.any,
    [FOLDER .. "cert.pem"] = testing.absent })
end)

testing.test("a refusal blocks it, with the provider's words", function()
  local asked <const> = testing.run("certificates-relation-created", related())
  local after <const> = testing.run("certificates-relation-changed",
    ca:deny(asked, "domain_not_allowed", "not one of ours"))
  testing.expect(after, {
    unit_status = "blocked: not one of ours",
    log = testing.contains { level = "WARNING", message = testing.contains "not one of ours" },
  })
end)

testing.test("another hostname is asked for when the option changes", function()
  local before <const> = ca:establish(related())
  local after <const> = testing.run("config-changed",
    before:with { config = { ["external-hostname"] = "shop.example.com" } })
  testing.expect(ca:requests(after)[1].csr:common_name(), "shop.example.com")
  testing.expect(#ca:requests(after), 1)
end)

testing.test("near its end, the certificate is renewed with the same key", function()
  local before <const> = ca:establish(related())
  local due <const> = testing.advance(before, "82d")
  local certificates <const> = {}
  for _, secret in ipairs(due.secrets) do
    if secret.revisions[#secret.revisions].expire then certificates[#certificates + 1] = secret end
  end
  testing.expect(#certificates, 1)
  local asked <const> = testing.run({ "secret-expired", secret = certificates[1].id }, due)
  testing.expect(asked, { unit_status = "active" })
  local after <const> = testing.run("certificates-relation-changed", ca:issue(asked))
  testing.expect(installed(after):not_before(), due.now)
  testing.expect(after.files[FOLDER .. "key.pem"], before.files[FOLDER .. "key.pem"])
end)

testing.test("update-status finds nothing to do", function()
  local before <const> = ca:establish(related())
  local after <const> = testing.run("update-status", before)
  testing.expect(after.files, before.files)
  testing.expect(after.unit_status_history, before.unit_status_history)
end)

testing.test("a revoked certificate is asked for again", function()
  local before <const> = ca:establish(related())
  local after <const> = testing.run("certificates-relation-changed", ca:revoke(before))
  testing.expect(after, { unit_status = "waiting: no certificate yet" })
end)

testing.test("without the relation it waits again", function()
  local before <const> = ca:establish(related())
  local relation <const> = before:relation "certificates"
  relation.units = {}
  local after <const> = testing.run("certificates-relation-broken", before)
  testing.expect(after, { unit_status = "waiting: no certificate yet", relations = {} })
end)

testing.test("show-certificate says what is in use", function()
  local state <const> = ca:establish(related())
  testing.expect(testing.action("show-certificate", {}, state).action, {
    results = { serial = installed(state):serial(), certificate = testing.contains "web.example.com" },
    failure = testing.absent,
  })
end)

testing.test("show-certificate fails when there is none", function()
  testing.expect(testing.action("show-certificate").action, { failure = "no certificate yet" })
end)

testing.test("rotate-key asks with another key, and serves the old pair until it is answered", function()
  local before <const> = ca:establish(related())
  local rotated <const> = testing.action("rotate-key", {}, before)
  testing.expect(rotated, { unit_status = "active", files = before.files })
  local after <const> = testing.run("certificates-relation-changed", ca:issue(rotated))
  testing.expect(after.files[FOLDER .. "key.pem"], testing.is_not(before.files[FOLDER .. "key.pem"]))
  testing.expect(installed(after):matches(ca:requests(after)[1].csr), true)
end)
