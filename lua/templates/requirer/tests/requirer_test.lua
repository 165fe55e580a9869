-- `luacharm test` runs these: a state, an event, and what the state is like afterwards.
local testing <const> = require "charm.testing"

local ca <const> = testing.tls.provider("certificates", { validity = "90d" })

local function state()
  return testing.state {
    now = "2026-01-01T00:00:00Z",
    config = { hostname = "web.example.com" },
    relations = { ca:relation() },
  }
end

testing.test("without a hostname it says what is missing", function()
  testing.expect(testing.run "config-changed", { unit_status = "blocked: set hostname" })
end)

testing.test("it asks for its hostname, and waits", function()
  local after <const> = testing.run("certificates-relation-created", state())
  testing.expect(ca:requests(after)[1].csr:common_name(), "web.example.com")
  testing.expect(after, { unit_status = "waiting: no certificate yet" })
end)

testing.test("the certificate is put in place", function()
  local after <const> = ca:establish(state())
  testing.expect(after, { unit_status = "active: a certificate until 2026-04-01" })
  local places <const> = {}
  for path in pairs(after.files) do places[path:match "[^/]+$"] = true end
  testing.expect(places, { ["cert.pem"] = true, ["key.pem"] = true, ["ca.pem"] = true })
end)

testing.test("a refusal is told in the provider's words", function()
  local asked <const> = testing.run("certificates-relation-created", state())
  local after <const> = testing.run("certificates-relation-changed",
    ca:deny(asked, "domain_not_allowed", "not one of ours"))
  testing.expect(after, { unit_status = "blocked: not one of ours" })
end)

testing.test("show-certificate shows it, and fails when there is none", function()
  testing.expect(testing.action("show-certificate", {}, ca:establish(state())).action,
    { results = { certificate = testing.contains "web.example.com" } })
  testing.expect(testing.action("show-certificate", {}, state()).action, { failure = "no certificate yet" })
end)
