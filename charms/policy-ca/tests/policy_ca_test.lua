-- Every event that the charm handles: the CA's certificate from upstream, requests by the policy, a
-- policy that comes with a refresh, the actions.
local testing <const> = require "charm.testing"

local root <const> = testing.tls.provider("upstream", { app = "root", common_name = "the root" })
local client <const> = testing.tls.requirer("certificates", { units = 2 })

local NAMES <const> = { common_name = "www.example.com", sans_dns = { "www.example.com" } }

local function fresh(fields)
  fields = fields or {}
  if fields.leader == nil then fields.leader = true end
  fields.relations = { root:relation { id = "upstream:1" }, client:relation { id = "certificates:2" } }
  return testing.state(fields)
end

-- Its certificate has come from upstream.
local function ready(fields) return root:establish(fresh(fields)) end

local function ask(state, attributes, options)
  return testing.run({ "certificates-relation-changed", unit = "client/0" },
    (client:request(state, attributes or NAMES, options)))
end

local function days(certificate)
  return (certificate:not_after() - certificate:not_before()) // 86400
end

-- --- upstream

testing.test("it asks upstream for a CA certificate of its name", function()
  local state <const> = testing.run("upstream-relation-created",
    fresh { config = { ["ca-common-name"] = "ours" } })
  local requests <const> = root:requests(state)
  testing.expect(#requests, 1)
  testing.expect(requests[1].ca, true)
  testing.expect(requests[1].csr:common_name(), "ours")
end)

testing.test("until it comes, requests wait, and the status says so", function()
  local state <const> = ask(testing.run("upstream-relation-created", fresh()))
  testing.expect(client:certificates(state), {})
  testing.expect(state, { unit_status = "waiting: no CA certificate yet" })
end)

testing.test("what waited is answered when it comes", function()
  local waiting <const> = ask(testing.run("upstream-relation-created", fresh()))
  local state <const> = testing.run("upstream-relation-changed", root:issue(waiting))
  testing.expect(#client:certificates(state), 1)
  testing.expect(state, { unit_status = "active" })
end)

testing.test("a refusal by upstream is in the status", function()
  local asked <const> = testing.run("upstream-relation-created", fresh())
  local state <const> = testing.run("upstream-relation-changed",
    root:deny(asked, "other", "no CAs here"))
  testing.expect(state, { unit_status = "blocked: upstream refuses the CA certificate: no CAs here" })
end)

testing.test("a new CA certificate replaces what was issued under the one before", function()
  local before <const> = ask(ready())
  local after <const> = testing.run("upstream-relation-changed", root:renew(before))
  testing.expect(client:certificates(after)[1].ca:serial(),
    testing.is_not(client:certificates(before)[1].ca:serial()))
end)

testing.test("without upstream nothing is issued", function()
  local left <const> = ready()
  left:relation("upstream").units = {}
  local state = testing.run("upstream-relation-broken", left)
  state = ask(state)
  testing.expect(client:certificates(state), {})
  testing.expect(state, { unit_status = "waiting: no CA certificate yet" })
end)

-- --- requests

testing.test("a unit has thirty days, signed by the intermediate", function()
  local issued <const> = client:certificates(ask(ready()))[1]
  testing.expect(days(issued.certificate), 30)
  testing.expect(issued.ca:common_name(), "policy-ca")
  testing.expect(issued.ca:is_issued_by(root.ca), true)
  testing.expect(issued.certificate:is_issued_by(issued.ca), true)
end)

testing.test("an application has seven", function()
  local issued <const> = client:certificates(ask(ready(), NAMES, { who = "client" }))[1]
  testing.expect(days(issued.certificate), 7)
end)

testing.rows({
  { "another domain", { common_name = "www.example.org" }, "domain_not_allowed",
    "not within example.com: www.example.org" },
  { "a wildcard", { common_name = "*.example.com" }, "wildcard_not_allowed", "ask for each name" },
  { "an address that is not ours", { common_name = "a.example.com", sans_ip = { "192.0.2.1" } },
    "ip_not_allowed", "192.0.2.1" },
  { "an organization", { common_name = "a.example.com", organization = "system:masters" }, "other",
    "organization" },
}, function(row)
  local state <const> = ask(ready(), row[2])
  testing.expect(client:certificates(state), {})
  testing.expect(client:denials(state)[1].denial, { code = row[3], message = testing.contains(row[4]) })
end)

testing.test("a CA certificate is not issued", function()
  local state <const> = ask(ready(), { common_name = "sub.example.com" }, { ca = true })
  testing.expect(client:certificates(state), {})
  testing.expect(#client:denials(state), 1)
end)

testing.test("the domain is an option", function()
  local state <const> = ask(ready { config = { domain = "internal" } },
    { common_name = "db.internal", sans_dns = { "db.internal" } })
  testing.expect(#client:certificates(state), 1)
end)

testing.test("requirers are told what the policy allows", function()
  local state <const> = ask(ready())
  local said <const> = state:relation("certificates").data["policy-ca"].capabilities
  testing.expect(said, testing.contains '"supports_wildcard_dns": false')
  testing.expect(said, testing.contains "example.com")
end)

testing.rows({
  { "update-status" }, { "config-changed" }, { "upgrade-charm" }, { "leader-elected" },
}, function(row)
  local before <const> = ask(ready())
  local after <const> = testing.run(row[1], before)
  testing.expect(client:certificates(after)[1].certificate:serial(),
    client:certificates(before)[1].certificate:serial())
  testing.expect(after, { unit_status = "active" })
end)

testing.test("who does not lead answers nothing and has nothing to say", function()
  local state <const> = ask(fresh { leader = false })
  testing.expect(client:certificates(state), {})
  testing.expect(state, { unit_status = "active" })
end)

testing.test("a request that is withdrawn takes its certificate with it", function()
  local after <const> = testing.run({ "certificates-relation-changed", unit = "client/0" },
    client:withdraw(ask(ready())))
  testing.expect(client:certificates(after), {})
end)

-- --- actions

testing.test("show-ca gives the CA and those above it", function()
  local results <const> = testing.action("show-ca", {}, ready()).action.results
  testing.expect(results.certificate, testing.contains "BEGIN CERTIFICATE")
  testing.expect(results.chain, testing.contains "BEGIN CERTIFICATE")
end)

testing.rows({
  { "show-ca, who does not lead", "only the leader has the CA", function()
    return fresh { leader = false }
  end },
  { "show-ca, without upstream's answer", "no CA certificate yet", function()
    return testing.run("upstream-relation-created", fresh())
  end },
}, function(row)
  testing.expect(testing.action("show-ca", {}, row[3]()).action, { failure = row[2] })
end)

testing.test("journal gives the decisions", function()
  testing.expect(testing.action("journal", {}, ask(ready())).action.results, testing.any)
end)
