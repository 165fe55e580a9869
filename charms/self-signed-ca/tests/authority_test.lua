-- Every event that the charm handles: requests, the CA's making and renewal, the actions.
local testing <const> = require "charm.testing"

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
  testing.expect(issued[1].ca:common_name(), "self-signed-ca")
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
  local state <const> = ask(leader(), { common_name = row.common_name, sans_dns = row.sans_dns })
  testing.expect(client:certificates(state), {})
  testing.expect(client:denials(state)[1].denial, { code = "wildcard_not_allowed",
    message = "ask for each name" })
end)

testing.test("wildcards are issued when the option allows them", function()
  local state <const> = leader { config = { ["allow-wildcards"] = true } }
  testing.expect(#client:certificates(ask(state, { common_name = "*.example.com" })), 1)
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

testing.test("show-ca gives the CA", function()
  local state <const> = ask(leader(), NAMES)
  testing.expect(testing.action("show-ca", {}, state).action, {
    results = { certificate = client:certificates(state)[1].ca:pem(),
      words = testing.contains "self-signed-ca" },
  })
end)

testing.test("rotate-ca makes a new CA and issues everything anew", function()
  local before <const> = ask(leader(), NAMES)
  local old <const>, new <const> = client:certificates(before)[1],
    client:certificates(testing.action("rotate-ca", {}, before))[1]
  testing.expect(new.ca:fingerprint(), testing.is_not(old.ca:fingerprint()))
  testing.expect(new.certificate:is_issued_by(new.ca), true)
end)

testing.rows({ { "show-ca" }, { "rotate-ca" } }, function(row)
  testing.expect(testing.action(row[1], {}, leader():with { leader = false }).action,
    { failure = "only the leader has the CA" })
end)
