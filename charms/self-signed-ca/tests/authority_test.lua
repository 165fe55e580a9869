-- Every event that the charm handles: requests, the CA's making and renewal, the actions.
local json <const> = require "charm.json"
local testing <const> = require "charm.testing"
local x509 <const> = require "charm.x509"

local client <const> = testing.tls.requirer "certificates"

local function leader(fields)
  fields = fields or {}
  fields.leader = true
  fields.relations = { client:relation() }
  return testing.state(fields)
end

-- One request, and the charm's hook for it.
local function ask(state, attributes)
  return testing.run({ "certificates-relation-changed", unit = "client/0" }, (client:request(state,
    attributes)))
end

local NAMES <const> = { common_name = "db.internal", sans_dns = { "db.internal" } }

testing.test("a request is answered with a certificate of our CA", function()
  local after <const> = ask(leader(), NAMES)
  local issued <const> = client:certificates(after)
  testing.expect(#issued, 1)
  testing.expect(issued[1].certificate:is_issued_by(issued[1].ca), true)
  testing.expect(issued[1].certificate:matches(issued[1].csr), true)
  testing.expect(issued[1].ca:common_name(), "self-signed-certificates-operator")
  testing.expect(after, { unit_status = "active" })
end)

testing.test("the options say what the CA is called and how long a certificate is valid", function()
  local state <const> = leader { config = { ["ca-common-name"] = "our CA",
    ["certificate-validity"] = "30d" } }
  local issued <const> = client:certificates(ask(state, NAMES))[1]
  testing.expect(issued.ca:common_name(), "our CA")
  testing.expect(issued.certificate:not_after() - issued.certificate:not_before(), 30 * 86400)
end)

testing.rows({
  { "a wildcard in the common name is refused", common_name = "*.example.com" },
  { "a wildcard among the names is refused", common_name = "a.example.com",
    sans_dns = { "a.example.com", "*.example.com" } },
}, function(row)
  local state <const> = ask(leader { config = { ["allow-wildcards"] = false } },
    { common_name = row.common_name, sans_dns = row.sans_dns })
  testing.expect(client:certificates(state), {})
  testing.expect(client:denials(state)[1].denial, { code = "wildcard_not_allowed",
    message = "ask for each name" })
end)

testing.test("wildcards are issued unless the option says otherwise", function()
  testing.expect(#client:certificates(ask(leader(), { common_name = "*.example.com" })), 1)
end)

testing.test("what was issued stays, and a new request is answered beside it", function()
  local first <const> = ask(leader(), NAMES)
  local both <const> = client:certificates(ask(first, { common_name = "web.internal" }))
  testing.expect(#both, 2)
  testing.expect(both[1].certificate:serial(), client:certificates(first)[1].certificate:serial())
end)

testing.test("a request that is withdrawn takes its certificate with it", function()
  local issued <const> = ask(leader(), NAMES)
  local after <const> = testing.run({ "certificates-relation-changed", unit = "client/0" },
    client:withdraw(issued))
  testing.expect(client:certificates(after), {})
end)

testing.test("who does not lead answers nothing", function()
  local state <const> = leader():with { leader = false }
  testing.expect(client:certificates(ask(state, NAMES)), {})
end)

testing.test("a new leader answers what is outstanding", function()
  local asked <const> = ask(leader():with { leader = false }, NAMES)
  local after <const> = testing.run("leader-elected", asked:with { leader = true })
  testing.expect(#client:certificates(after), 1)
end)

testing.test("config-changed leaves what was issued alone", function()
  local before <const> = ask(leader(), NAMES)
  local after <const> = testing.run("config-changed",
    before:with { config = { ["certificate-validity"] = "10d" } })
  testing.expect(client:certificates(after)[1].certificate:serial(),
    client:certificates(before)[1].certificate:serial())
end)

-- --- the CA and its options

testing.rows({
  { "its name", option = "ca-common-name", value = "other", field = "common_name" },
  { "its organization", option = "ca-organization", value = "Org", field = "organization" },
  { "its unit", option = "ca-organizational-unit", value = "Unit", field = "organizational_unit" },
  { "its address", option = "ca-email-address", value = "ca@example.com", field = "email_address" },
  { "its country", option = "ca-country-name", value = "FI", field = "country_name" },
  { "its province", option = "ca-state-or-province-name", value = "Uusimaa",
    field = "state_or_province_name" },
  { "its locality", option = "ca-locality-name", value = "Espoo", field = "locality_name" },
}, function(row)
  local before <const> = ask(leader(), NAMES)
  local after <const> = testing.run("config-changed", before:with { config = { [row.option] = row.value } })
  local issued <const> = client:certificates(after)[1]
  testing.expect(issued.ca[row.field](issued.ca), row.value)
  testing.expect(issued.certificate:is_issued_by(issued.ca), true)
  testing.expect(after.log,
    testing.contains { level = "INFO", message = testing.contains "a new one is made" })
end)

testing.rows({
  { "weeks", "4w", 4 * 7 * 86400 }, { "days", "30d", 30 * 86400 }, { "hours", "36h", 36 * 3600 },
  { "minutes", "90m", 90 * 60 }, { "a number alone counts days", "10", 10 * 86400 },
}, function(row)
  local state <const> = leader { config = { ["certificate-validity"] = row[2] } }
  local issued <const> = client:certificates(ask(state, NAMES))[1]
  testing.expect(issued.certificate:not_after() - issued.certificate:not_before(), row[3])
end)

testing.test("the CA is valid for as long as its option says", function()
  local state <const> = leader { config = { ["root-ca-validity"] = "52w" } }
  local issued <const> = client:certificates(ask(state, NAMES))[1]
  testing.expect(issued.ca:not_after() - issued.ca:not_before(), 52 * 7 * 86400)
end)

testing.rows({
  { "a CA that does not last twice as long", config = { ["root-ca-validity"] = "100d" } },
  { "a validity that is none", config = { ["certificate-validity"] = "soon" } },
  { "a validity of nothing", config = { ["certificate-validity"] = "0d" } },
  { "a CA without a name", config = { ["ca-common-name"] = "" } },
}, function(row)
  local after <const> = ask(leader { config = row.config }, NAMES)
  testing.expect(after, { unit_status = testing.contains "blocked: options that make no sense: " })
  testing.expect(client:certificates(after), {})
  testing.expect(after.secrets, {})
  testing.expect(testing.action("get-ca-certificate", {}, after).action, { failure = testing.any })
  testing.expect(testing.action("rotate-private-key", {}, after).action, { failure = testing.any })
end)

testing.test("a requirer has so many certificates as the limit says", function()
  local state = leader { config = { ["certificate-limit"] = 2 } }
  for number = 1, 3 do state = client:request(state, { common_name = ("n%d.internal"):format(number) }) end
  state = testing.run({ "certificates-relation-changed", unit = "client/0" }, state)
  testing.expect(#client:certificates(state), 2)
  local rotated <const> = testing.action("rotate-private-key", {}, state)
  testing.expect(#client:certificates(rotated), 2)
  testing.expect(#client:certificates(testing.run("update-status",
    state:with { config = { ["certificate-limit"] = -1 } })), 3)
end)

testing.rows({ { "update-status" }, { "upgrade-charm" }, { "config-changed" } }, function(row)
  local before <const> = ask(leader(), NAMES)
  local after <const> = testing.run(row[1], before)
  testing.expect(client:certificates(after)[1].ca:serial(), client:certificates(before)[1].ca:serial())
end)

testing.test("before a certificate would outlive the CA, there is a new CA", function()
  local before <const> = ask(leader(), NAMES)
  local late <const> = testing.advance(before, "280d")
  local after <const> = client:certificates(ask(late, { common_name = "web.internal" }))
  testing.expect(after[#after].ca:not_after() >= after[#after].certificate:not_after(), true)
  testing.expect(after[#after].ca:serial(), testing.is_not(client:certificates(before)[1].ca:serial()))
end)

-- --- whom to trust

local function trusting(version)
  return testing.state {
    leader = true,
    relations = { client:relation(), {
      endpoint = "send-ca-cert", app = "truster", units = { "truster/0" },
      data = { truster = { version = version } },
    } },
  }
end

testing.rows({ { "version 1", "1" }, { "version 0", nil } }, function(row)
  local before <const> = testing.run("send-ca-cert-relation-created", trusting(row[2]))
  local after <const> = testing.run({ "send-ca-cert-relation-changed", unit = "truster/0" }, before)
  local data <const> = after:relation("send-ca-cert").data
  local ca <const> = testing.action("get-ca-certificate", {}, after).action.results["ca-certificate"]
  if row[2] then
    testing.expect(data["self-signed-ca"], { version = "1", certificates = testing.contains "BEGIN" })
  else
    testing.expect(data[after.unit],
      { version = "0", ca = ca, certificate = ca, chain = testing.contains "BEGIN" })
  end
end)

testing.test("a new CA is given to whoever trusts it", function()
  local before <const> = testing.run("send-ca-cert-relation-created", trusting())
  local after <const> = testing.action("rotate-private-key", {}, before)
  testing.expect(after:relation("send-ca-cert").data[after.unit].ca,
    testing.is_not(before:relation("send-ca-cert").data[after.unit].ca))
end)

-- --- actions

testing.test("get-ca-certificate gives the CA", function()
  local state <const> = ask(leader(), NAMES)
  testing.expect(testing.action("get-ca-certificate", {}, state).action,
    { results = { ["ca-certificate"] = client:certificates(state)[1].ca:pem() } })
end)

testing.test("get-issued-certificates lists what is issued", function()
  local state <const> = ask(leader(), NAMES)
  local results <const> = testing.action("get-issued-certificates", {}, state).action.results
  local list <const> = json.decode(results.certificates)
  local issued <const> = client:certificates(state)[1]
  testing.expect(#list, 1)
  testing.expect(x509.certificate.parse(list[1].certificate):serial(), issued.certificate:serial())
  testing.expect(x509.csr.parse(list[1].csr):common_name(), "db.internal")
  testing.expect(list[1].revoked, false)
  testing.expect(testing.action("get-issued-certificates", {}, leader()).action,
    { failure = "nothing is issued" })
end)

testing.test("rotate-private-key makes a new CA and issues everything anew", function()
  local before <const> = ask(leader(), NAMES)
  local old <const>, new <const> = client:certificates(before)[1],
    client:certificates(testing.action("rotate-private-key", {}, before))[1]
  testing.expect(new.ca:fingerprint(), testing.is_not(old.ca:fingerprint()))
  testing.expect(new.certificate:is_issued_by(new.ca), true)
end)

testing.rows({ { "get-ca-certificate" }, { "rotate-private-key" } }, function(row)
  testing.expect(testing.action(row[1], {}, leader():with { leader = false }).action,
    { failure = "only the leader has the CA" })
end)

testing.test("a unit that does not lead says so", function()
  testing.expect(testing.run("config-changed", leader():with { leader = false }),
    { unit_status = "blocked: one unit issues: this one does not lead" })
end)

testing.test("a secret that expires changes nothing while the CA is as configured", function()
  local before <const> = ask(leader(), NAMES):with {}
  local revisions <const> = before.secrets[1].revisions
  revisions[#revisions].expire = before.now
  local after <const> = testing.run({ "secret-expired", secret = before.secrets[1].id }, before)
  testing.expect(client:certificates(after)[1].ca:serial(), client:certificates(before)[1].ca:serial())
  testing.expect(after, { unit_status = "active" })
end)
