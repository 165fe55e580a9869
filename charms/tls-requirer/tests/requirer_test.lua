-- Every event that the charm handles: what its options ask for, what it got, the actions.
local json <const> = require "charm.json"
local testing <const> = require "charm.testing"
local x509 <const> = require "charm.x509"

local ca <const> = testing.tls.provider "certificates"

local function related(config, fields)
  local state <const> = { leader = true, relations = { ca:relation() }, config = config }
  for name, value in pairs(fields or {}) do state[name] = value end
  return testing.state(state)
end

local function requests(config, fields)
  return ca:requests(testing.run("certificates-relation-created", related(config, fields)))
end

-- --- what is asked for

testing.rows({
  { "by itself", nil, "^cert%-0%.unit%-0%.tls%-requirer%.", 1 },
  { "of the application", { mode = "app" }, "^cert%-0%.tls%-requirer%.", 1 },
  { "several", { num_certificates = 3 }, "^cert%-[012]%.unit%-0%.tls%-requirer%.", 3 },
  { "several of the application", { mode = "app", num_certificates = 2 }, "^cert%-[01]%.tls%-requirer%.", 2 },
}, function(row)
  local list <const> = requests(row[2])
  testing.expect(#list, row[4])
  for _, request in ipairs(list) do
    testing.expect(request.csr:common_name(), testing.like(row[3]))
    testing.expect(request.csr:sans_dns(), { request.csr:common_name() })
    testing.expect(request.ca, false)
  end
end)

testing.rows({
  { "organization_name", "Org", "organization" },
  { "email_address", "a@example.com", "email_address" },
  { "country_name", "FI", "country_name" },
  { "state_or_province_name", "Uusimaa", "state_or_province_name" },
  { "locality_name", "Espoo", "locality_name" },
}, function(row)
  local csr <const> = requests({ [row[1]] = row[2] })[1].csr
  testing.expect(csr[row[3]](csr), row[2])
  local without <const> = requests({ [row[1]] = "" })[1].csr
  testing.expect(without[row[3]](without), testing.absent)
end)

testing.test("names that are said, with blanks around them", function()
  local csr <const> = requests({
    common_name = "web.example.com", sans_dns = "a.example.com, b.example.com",
  })[1].csr
  testing.expect(csr:common_name(), "web.example.com")
  testing.expect(csr:sans_dns(), { "a.example.com", "b.example.com" })
end)

testing.test("a CA's certificate", function() testing.expect(requests({ is_ca = true })[1].ca, true) end)

testing.rows({
  { "common_name", { common_name = "web.example.com" } },
  { "sans_dns", { sans_dns = "web.example.com" } },
  { "mode app", { mode = "app" } },
}, function(row)
  testing.expect(#requests(row[2]), 1)
  testing.expect(requests(row[2], { leader = false }), {})
end)

testing.rows({
  { "one name for two certificates", { common_name = "a.example.com", num_certificates = 2 },
    "common_name: there is one name, and more than one certificate" },
  { "a mode that is none", { mode = "sideways" }, "mode: expected unit or app, got 'sideways'" },
}, function(row)
  local after <const> = testing.run("config-changed", related(row[2]))
  testing.expect(after, { unit_status = "blocked: " .. row[3] })
  testing.expect(ca:requests(after), {})
  testing.expect(testing.action("get-certificate", {}, after).action, { failure = row[3] })
  testing.expect(testing.action("rotate-private-key", {}, after).action, { failure = row[3] })
end)

testing.test("other options are another request", function()
  local before <const> = ca:establish(related())
  local after <const> = testing.run("config-changed", before:with { config = { organization_name = "Org" } })
  testing.expect(#ca:requests(after), 1)
  testing.expect(ca:requests(after)[1].csr:organization(), "Org")
  testing.expect(after, { unit_status = "active: 0 of 1 certificates" })
end)

-- --- what it says

testing.test("without a provider it is active, and says so", function()
  testing.expect(testing.run "install", { unit_status = "active: no provider is related" })
  testing.expect(testing.run "update-status", { unit_status = "active: no provider is related" })
end)

testing.test("it counts what there is", function()
  local asked <const> = testing.run("certificates-relation-created", related { num_certificates = 2 })
  testing.expect(asked, { unit_status = "active: 0 of 2 certificates" })
  local after <const> = testing.run("certificates-relation-changed", ca:issue(asked))
  testing.expect(after, {
    unit_status = "active: 2 of 2 certificates",
    log = testing.contains { level = "INFO", message = testing.like "^certificate %x+ for cert%-0" },
  })
end)

testing.test("a refusal blocks it, with the provider's words", function()
  local asked <const> = testing.run("certificates-relation-created", related())
  local refused <const> = ca:deny(asked, "domain_not_allowed", "not ours")
  testing.expect(testing.run("certificates-relation-changed", refused),
    { unit_status = "blocked: not ours" })
end)

testing.test("in mode app a unit that does not lead is blocked", function()
  testing.expect(testing.run("certificates-relation-created", related({ mode = "app" }, { leader = false })),
    { unit_status = "blocked: in mode app one unit asks: this one does not lead" })
end)

testing.test("when the relation ends, nothing is left", function()
  local left <const> = ca:establish(related()):with {}
  left:relation("certificates").units = {}
  local after <const> = testing.run("certificates-relation-broken",
    testing.run({ "certificates-relation-departed", unit = "ca/0" }, left))
  testing.expect(after.secrets, {})
end)

-- --- actions

testing.test("get-certificate shows certificate, CA and request", function()
  local state <const> = ca:establish(related())
  local list <const> = json.decode(testing.action("get-certificate", {}, state).action.results.certificates)
  local certificate <const> = x509.certificate.parse(list[1].certificate)
  testing.expect(#list, 1)
  testing.expect(certificate:is_issued_by(x509.certificate.parse(list[1]["ca-certificate"])), true)
  testing.expect(certificate:matches(x509.csr.parse(list[1].csr)), true)
end)

testing.test("get-certificate says which is not there", function()
  local wanted <const> = related { common_name = "a.example.com" }
  local state <const> = testing.run("certificates-relation-created", wanted)
  testing.expect(testing.action("get-certificate", {}, state).action,
    { failure = "no certificate yet: a.example.com", results = { certificates = "[]" } })
end)

testing.test("rotate-private-key asks for a certificate for another key", function()
  local before <const> = ca:establish(related())
  local after <const> = testing.action("rotate-private-key", {}, before)
  testing.expect(after.action, { results = { result = testing.contains "a new private key" } })
  local requests_after <const> = ca:requests(after)
  testing.expect(requests_after[#requests_after].csr:fingerprint(),
    testing.is_not(ca:requests(before)[1].csr:fingerprint()))
end)

testing.test("rotate-private-key of the application is the leader's", function()
  local state <const> = related({ mode = "app" }, { leader = false })
  testing.expect(testing.action("rotate-private-key", {}, state).action,
    { failure = "in mode app the leader has the key" })
end)

-- --- whom to trust

local A <const>, B <const> = ca.ca:pem(), testing.tls.provider("certificates").ca:pem()

local function trusting(data)
  return testing.state { leader = true, relations = { {
    endpoint = "certificate_transfer", app = "giver", units = { "giver/0" }, data = data,
  } } }
end

testing.rows({
  { "version 1", { giver = { version = "1", certificates = json.encode { A, B, A } } }, "2" },
  { "version 0", { ["giver/0"] = { certificate = A, ca = A, chain = json.encode { A, B } } }, "2" },
  { "version 0 without a chain", { ["giver/0"] = { ca = A } }, "1" },
  { "what cannot be read is passed over", { ["giver/0"] = { ca = A, chain = "not JSON" } }, "1" },
}, function(row)
  local results <const> = testing.action("get-trusted-ca-certificates", {}, trusting(row[2])).action.results
  testing.expect(results, { count = row[3], ["ca-certificates"] = testing.contains "BEGIN CERTIFICATE" })
end)

testing.test("nobody gives anything", function()
  testing.expect(testing.action("get-trusted-ca-certificates", {}, trusting {}).action,
    { failure = "nobody gave us a CA to trust" })
end)

testing.rows({
  { "certificate_transfer-relation-created" }, { "leader-elected" }, { "upgrade-charm" },
}, function(row)
  local after <const> = testing.run(row[1], trusting {})
  testing.expect(after:relation("certificate_transfer").data["tls-requirer"], { version = "1" })
  local follower <const> = trusting({}):with { leader = false }
  if row[1] ~= "leader-elected" then
    testing.expect(testing.run(row[1], follower):relation("certificate_transfer").data["tls-requirer"],
      testing.absent)
  end
end)
