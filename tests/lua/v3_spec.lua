-- charm.tls.v3 and the option adopt of charm.tls: what authors give, and what they get wrong.
local test <const> = require "harness"
local tls <const> = require "charm.tls"
local v3 <const> = require "charm.tls.v3"
local x509 <const> = require "charm.x509"

function test.fixture.key() return v3.generate_private_key() end

test("a key is RSA, and its text PKCS#1", function()
  test.equal(test.fixture.key:type(), "rsa")
  test.equal(test.fixture.key:bits(), 2048)
  test.equal(test.fixture.key:pem():match("^[^\n]+"), "-----BEGIN RSA PRIVATE KEY-----")
end)

test("a request has v3's subject, and the names of both arguments", function()
  local csr = v3.generate_csr {
    private_key = test.fixture.key, subject = "a.internal", organization = "Org", sans = { "b.internal" },
    sans_dns = { "a.internal" }, sans_ip = { "10.0.0.5" },
  }
  test.equal(csr:common_name(), "a.internal")
  test.equal(table.concat(csr:sans_dns(), " "), "a.internal b.internal")
  test.equal(csr:sans_ip()[1], "10.0.0.5")
  test.equal(csr:matches(test.fixture.key), true)
end)

test("two requests of the same differ, as a renewal needs it", function()
  local options = { private_key = test.fixture.key, subject = "a.internal" }
  test.equal(v3.generate_csr(options):hash() == v3.generate_csr(options):hash(), false)
end)

local function requires_v3(options) return v3.requires("certificates", options) end

local function requires(adopt)
  return tls.requires("certificates", { requests = {}, adopt = adopt })
end

local function both()
  return tls.requires("certificates", { requests = {}, adopt = {}, private_key = test.fixture.key })
end

test.rows({
  { "no subject", v3.generate_csr, { private_key = x509.key.generate { type = "ec" } },
    "expected private_key and subject" },
  { "no key", v3.generate_csr, { subject = "x" }, "expected private_key and subject" },
  { "a text for a list", v3.generate_csr, { subject = "x", sans_dns = "x" }, "sans_dns: expected a table" },
  { "an option of the library that is not ours", v3.generate_csr, { private_key_password = "x" },
    "unknown option 'private_key_password'" },
  { "hours as a text", requires_v3, { expiry_notification_time = "240" }, "expected a number, got string" },
  { "a place that is none", requires, { databag = "x" }, "adopt: unknown option 'databag'" },
  { "a number to adopt", requires, 5, "adopt: expected a table of places or a function, got number" },
  { "a key given, and another adopted", both, nil, "one of the two" },
}, function(row)
  test.raises(row[4], "usage", row[2], row[3])
end)

test.done()
