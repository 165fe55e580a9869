-- Every event that the charm handles: start, config-changed, the life of its certificate, the actions.
local testing <const> = require "charm.testing"
local x509 <const> = require "charm.x509"

local ca <const> = testing.tls.provider "certificates"
local HERE <const> = "/var/lib/juju/agents/unit-web-0/charm/workload/"
local FOLDER <const> = HERE .. "tls/"

-- Without a server: the files are kept for another.
local function related(config)
  local state = { relations = { ca:relation() }, config = { ["external-hostname"] = "web.example.com",
    workload = "none" } }
  for name, value in pairs(config or {}) do state.config[name] = value end
  return testing.state(state)
end

local function installed(state)
  return assert(x509.certificate.parse(tostring(state.files[FOLDER .. "cert.pem"])))
end

testing.test("without a hostname it is blocked and asks for nothing", function()
  local after <const> = testing.run("certificates-relation-created",
    testing.state { relations = { ca:relation() } })
  testing.expect(after, { unit_status = "blocked: set external-hostname" })
  testing.expect(ca:requests(after), {})
end)

testing.test("without a relation it waits", function()
  testing.expect(testing.run("config-changed", related():with { relations = {} }),
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
  local after <const> = ca:establish(related { ["tls-dir"] = "/srv/tls" })
  testing.expect(after.files, {
    ["/srv/tls/cert.pem"] = testing.any, [FOLDER .. "cert.pem"] = testing.absent,
  })
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
    before:with { config = { ["external-hostname"] = "shop.example.com", workload = "none" } })
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
  testing.expect(testing.action("show-certificate", {}, related()).action, { failure = "no certificate yet" })
end)

testing.test("rotate-key asks with another key, and serves the old pair until it is answered", function()
  local before <const> = ca:establish(related())
  local rotated <const> = testing.action("rotate-key", {}, before)
  testing.expect(rotated, { unit_status = "active", files = before.files })
  local after <const> = testing.run("certificates-relation-changed", ca:issue(rotated))
  testing.expect(after.files[FOLDER .. "key.pem"], testing.is_not(before.files[FOLDER .. "key.pem"]))
  testing.expect(installed(after):matches(ca:requests(after)[1].csr), true)
end)

-- --- the server ----------------------------------------------------------------------------------

local NGINX <const> = "/usr/sbin/nginx"

-- With nginx installed.
local function served(taken_ports)
  return related { workload = "nginx" }:with {
    files = { [NGINX] = { content = "", mode = "0755" } },
    exec = {
      { command = { NGINX } },
      { command = { "readlink", "/proc/4711/exe" }, stdout = NGINX .. "\n" },
      { command = { "cat", "/proc/net/tcp" }, stdout = taken_ports },
    },
  }
end

-- With its master's process there.
local function running(state)
  state.files[HERE .. "nginx.pid"] = { content = "4711\n", mode = "0644" }
  return state
end

local function commands_of_nginx(state)
  local last = {}
  for _, program in ipairs(state.executed) do
    if program.command[1] == NGINX then last[#last + 1] = program.command[#program.command] end
  end
  return last
end

testing.test("nginx that is not installed blocks it, once it has a certificate", function()
  testing.expect(ca:establish(related { workload = "nginx" }),
    { unit_status = "blocked: nginx is not installed; or set workload=none" })
end)

testing.test("the first certificate starts the server", function()
  local after <const> = ca:establish(served())
  testing.expect(after, {
    unit_status = "active: serving 127.0.0.1:20443", ports = { "20443/tcp" },
    files = { [HERE .. "nginx.conf"] = testing.contains "listen 127.0.0.1:20443 ssl;" },
  })
  testing.expect(commands_of_nginx(after), { HERE .. "nginx.conf" })
end)

testing.test("a port that is taken is passed over", function()
  local taken <const> = "  0: 0100007F:4FDB 00000000:0000 0A\n" -- 20443
  testing.expect(ca:establish(served(taken)), { ports = { "20444/tcp" } })
end)

testing.test("a new certificate reloads it", function()
  local before <const> = running(ca:establish(served()))
  local after <const> = testing.run("certificates-relation-changed", ca:renew(testing.advance(before, "1d")))
  testing.expect(commands_of_nginx(after), { "reload" })
end)

testing.rows({ { "start" }, { "config-changed" }, { "update-status" } }, function(row)
  local before <const> = ca:establish(served())
  testing.expect(commands_of_nginx(testing.run(row[1], before)), { HERE .. "nginx.conf" })
end)

testing.test("stop ends it", function()
  local before <const> = running(ca:establish(served()))
  testing.expect(commands_of_nginx(testing.run("stop", before)), { "stop" })
end)

testing.test("a server that does not start fails the hook, so that Juju tries again", function()
  local asked <const> = testing.run("certificates-relation-created", served())
  local exec <const> = { { command = { NGINX }, status = 1, stderr = "no permission" },
    { command = { "cat", "/proc/net/tcp" } } }
  local why <const> = testing.fails("certificates-relation-changed", ca:issue(asked):with { exec = exec })
  testing.expect(why.message, testing.contains "nginx cannot start: no permission")
end)

testing.test("upgrade-charm takes the old revision's key out of the databag", function()
  local before <const> = ca:establish(related())
  before.relations[2] = {
    id = "replicas:9", endpoint = "replicas", app = "web", units = {},
    data = { ["web/0"] = { private_key = "old", csr = "old", other = "stays" } },
  }
  local after <const> = testing.run("upgrade-charm", before)
  testing.expect(after:relation "replicas".data["web/0"],
    { private_key = testing.absent, csr = testing.absent, other = "stays" })
end)
