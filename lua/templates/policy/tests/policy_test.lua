-- `luacharm test` runs these: a request, and what becomes of it.
local testing <const> = require "charm.testing"

local client <const> = testing.tls.requirer "certificates"

local function ask(attributes, options)
  local state <const> = testing.state { leader = true, relations = { client:relation() } }
  return testing.run({ "certificates-relation-changed", unit = "client/0" },
    (client:request(state, attributes, options)))
end

testing.test("a server of ours gets a certificate for thirty days", function()
  local after <const> = ask { common_name = "db.internal", sans_dns = { "db.internal" } }
  local certificate <const> = client:certificates(after)[1].certificate
  testing.expect(certificate:not_after() - certificate:not_before(), 30 * 86400)
  testing.expect(after, { unit_status = "active" })
end)

testing.rows({
  { "a wildcard", names = { "*.example.com" }, code = "wildcard_not_allowed" },
  { "a stranger's name", names = { "example.org" }, code = "domain_not_allowed" },
  { "a name of the administrators", names = { "admin.example.com" }, code = "domain_not_allowed" },
  { "a CA", names = { "ca.internal" }, options = { ca = true }, code = "other" },
}, function(row)
  local after <const> = ask({ common_name = row.names[1], sans_dns = row.names }, row.options)
  testing.expect(client:certificates(after), {})
  testing.expect(client:denials(after)[1].denial, { code = row.code })
end)

testing.test("get-ca-certificate shows the CA of the leader", function()
  local after <const> = testing.action("get-ca-certificate", {}, ask { common_name = "db.internal" })
  testing.expect(after.action,
    { results = { ["ca-certificate"] = testing.contains "BEGIN CERTIFICATE" } })
  testing.expect(testing.action("get-ca-certificate").action, { failure = "only the leader has the CA" })
end)

testing.test("who does not lead says so", function()
  testing.expect(testing.run "start", { unit_status = "active: the leader issues" })
end)
