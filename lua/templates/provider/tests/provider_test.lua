-- `luacharm test` runs these: a state, an event, and what the state is like afterwards.
local testing <const> = require "charm.testing"

local client <const> = testing.tls.requirer "certificates"

-- One request of a client's, and the charm's hook for it.
local function ask(name, fields)
  fields = fields or { leader = true }
  fields.relations = { client:relation() }
  local state <const> = client:request(testing.state(fields), { common_name = name, sans_dns = { name } })
  return testing.run({ "certificates-relation-changed", unit = "client/0" }, state)
end

testing.test("a name in the domain gets a certificate of our CA", function()
  local after <const> = ask "db.example.com"
  local issued <const> = client:certificates(after)
  testing.expect(#issued, 1)
  testing.expect(issued[1].certificate:is_issued_by(issued[1].ca), true)
  testing.expect(issued[1].certificate:not_after() - issued[1].certificate:not_before(), 90 * 86400)
  testing.expect(issued[1].ca:common_name(), "{{name}}")
  testing.expect(after, { unit_status = "active" })
end)

testing.test("another name is refused, with a reason", function()
  local after <const> = ask "db.example.org"
  testing.expect(client:certificates(after), {})
  testing.expect(client:denials(after)[1].denial,
    { code = "domain_not_allowed", message = "not ours: db.example.org" })
end)

testing.test("who does not lead issues nothing", function()
  local after <const> = ask("db.example.com", { leader = false })
  testing.expect(client:certificates(after), {})
  testing.expect(after, { unit_status = "active: the leader issues" })
end)

testing.test("get-ca-certificate shows the CA of the leader", function()
  local after <const> = testing.action("get-ca-certificate", {}, ask "db.example.com")
  testing.expect(after.action,
    { results = { ["ca-certificate"] = testing.contains "BEGIN CERTIFICATE" } })
  testing.expect(testing.action("get-ca-certificate").action, { failure = "only the leader has the CA" })
end)
