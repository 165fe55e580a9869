-- charm.x509: keys, requests and certificates as Lua sees them. What is read and issued is tested in C
-- (tests/conformance); here, that it arrives. Chains are in chain_spec.lua.
local charm <const> = require "charm"
local json <const> = require "charm.json"
local test <const> = require "harness"
local x509 <const> = require "charm.x509"

local fixture <const> = test.fixture

function fixture.rsa() return x509.key.generate { type = "rsa", bits = 2048 } end

function fixture.ec() return x509.key.generate { type = "ec" } end

function fixture.ca_key() return x509.key.generate { type = "ec", curve = "P-384" } end

function fixture.ca()
  return x509.certificate.self_signed(fixture.ca_key, { common_name = "Test CA", organization = "Tests" },
    { validity = "3650d", not_before = 1700000000, path_length = 1 })
end

function fixture.csr()
  return x509.csr.new(fixture.rsa, {
    common_name = "db.internal",
    sans_dns = { "www.internal", "db.internal" },
    sans_ip = { "2001:DB8:0::1", "10.0.0.1" },
    sans_oid = { "1.2.3.4" },
    email_address = "root@db.internal",
    organization = "Tests",
    organizational_unit = "Bindings",
    country_name = "GB",
    state_or_province_name = "London",
    locality_name = "Southwark",
  })
end

function fixture.cert()
  return x509.certificate.issue(fixture.csr, fixture.ca, fixture.ca_key,
    { validity = "90d", not_before = 1700000000 })
end

local function vectors(name)
  return assert(json.decode(test.read("golden/vectors/" .. name .. ".json"))).cases
end

-- --- keys ---------------------------------------------------------------------------------------

test.rows({
  { "a key is RSA of 2048 bits unless said otherwise",
    nil, "charm.Key: rsa 2048 (secret)", "rsa", 2048, nil },
  { "an RSA key of 3072 bits", { bits = 3072 }, "charm.Key: rsa 3072 (secret)", "rsa", 3072, nil },
  { "an EC key is P-256 unless said otherwise",
    { type = "ec" }, "charm.Key: ec P-256 (secret)", "ec", 256, "P-256" },
  { "an EC key of P-521",
    { type = "ec", curve = "P-521" }, "charm.Key: ec P-521 (secret)", "ec", 521, "P-521" },
  { "an Ed25519 key", { type = "ed25519" }, "charm.Key: ed25519 (secret)", "ed25519", 256, nil },
}, function(row)
  local key <close> = x509.key.generate(row[2])
  test.equal(tostring(key), row[3])
  test.equal(key:type(), row[4])
  test.equal(key:bits(), row[5])
  test.equal(key:curve(), row[6])
  local again <close> = x509.key.parse(key:pem())
  test.equal(again, key)
  test.equal(again:fingerprint(), key:fingerprint())
  test.equal(again:pem(), key:pem())
  test.has(key:public_pem(), "-----BEGIN PUBLIC KEY-----")
end)

test.rows({
  { "refuses an unknown option", { typ = "rsa" }, "unknown option 'typ' (did you mean 'type'?)" },
  { "refuses an unknown type", { type = "dsa" }, [[type: expected "rsa", "ec" or "ed25519", got 'dsa']] },
  { "refuses a size that is not a number", { bits = "2048" }, "bits: expected a whole number, got string" },
  { "refuses a size that is not whole", { bits = 2048.5 }, "bits: expected a whole number, got number" },
  { "refuses 1024 bits", { bits = 1024 }, "2048" },
  { "refuses a size beyond an int", { bits = 1 << 40 }, "8192" },
  { "refuses a negative size", { bits = -2048 }, "8192" },
  { "refuses an unknown curve", { type = "ec", curve = "P-224" }, "P-224" },
  { "refuses a size for EC", { type = "ec", bits = 256 }, "bits: only for keys of type \"rsa\"" },
  { "refuses a curve for RSA", { curve = "P-256" }, "curve: only for keys of type \"ec\"" },
  { "refuses options that are no table", "rsa", "expected a table of options, got string" },
}, function(row)
  test.raises(row[3], "usage", x509.key.generate, row[2])
end)

for _, case in ipairs(vectors "pem-keys") do
  test("a key from: " .. case.name, function()
    local key, message, code = x509.key.parse(case.input)
    if case.library.ok then
      assert(key, message)
      local canonical = case.library.value.canonical
      if canonical.ok then test.equal(key:pem(), canonical.value) end
      test.lacks(tostring(key), "BEGIN")
    else
      test.fails("", case.name:find "encrypted" and "password" or "parse", key, message, code)
      test.lacks(message, "MII")
    end
  end)
end

test("a key is read from a charm.Secret", function()
  local path = os.tmpname()
  charm.file.write(path, fixture.ec)
  local secret = charm.file.read_secret(path)
  charm.file.remove(path)
  test.equal(x509.key.parse(secret), fixture.ec)
  test.equal(tostring(secret), "charm.Secret (redacted)")
  test.equal(secret:reveal(), fixture.ec:pem())
end)

-- Made with: openssl genpkey -algorithm ed25519 -aes256 -pass pass:moth
local encrypted <const> = [[
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhLr64qSySRJgICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEPzZlUfDzWO1CIYsKHJ3C/sEQHPx
KdyEfvRcpk8ak0Z7qxFrKiA3fOAqQtvrOHIvJrjzyFh13CZS8Db87pyYGMLeHvz2
JBvtrzfNayJP6gQt1ys=
-----END ENCRYPTED PRIVATE KEY-----
]]

test("an encrypted key is read with its password", function()
  local key = assert(x509.key.parse(encrypted, { password = "moth" }))
  test.equal(key:type(), "ed25519")
end)

test.rows({
  { "an encrypted key without a password", nil },
  { "an encrypted key with a wrong password", { password = "butterfly" } },
}, function(row)
  local key, message, code = x509.key.parse(encrypted, row[2])
  test.fails("password", "password", key, message, code)
  test.lacks(message, "butterfly")
end)

test.rows({
  { "parse takes no number", "bad argument #1 (PEM text or charm.Secret expected, got number)", 7 },
  { "parse takes no other object", "expected, got charm.Key)", "ec" },
  { "parse refuses an unknown option", "unknown option 'passwort'", "x", { passwort = "x" } },
  { "parse refuses a password that is no text",
    "password: expected a text or charm.Secret", "x", { password = 7 } },
}, function(row)
  test.raises(row[2], "usage", x509.key.parse, row[3] == "ec" and fixture.ec or row[3], row[4])
end)

test("two keys differ", function()
  assert(fixture.rsa ~= fixture.ec)
  assert(fixture.rsa:fingerprint() ~= fixture.ec:fingerprint())
  test.equal(#fixture.rsa:fingerprint(), 64)
end)

test("a closed key is refused, and says so", function()
  local closed
  do
    local key <close> = x509.key.generate { type = "ec" }
    closed = key
  end
  test.equal(tostring(closed), "charm.Key: closed")
  local err = test.raises("this charm.Key is closed", "usage", function() return closed:pem() end)
  test.has(err.where, "x509_spec.lua:")
  test.raises("bad argument #1 (this charm.Key is closed)", "usage", x509.csr.new, closed, {})
  assert(closed ~= fixture.ec)
end)

test("a mistake is told under the name that the author used", function()
  local ec <const>, csr <const> = fixture.ec, fixture.csr
  test.raises("generate: unknown option 'typ'", "usage", function()
    return x509.key.generate { typ = "rsa" }
  end)
  test.raises("bad argument #1 to 'new' (charm.Key expected, got table)", "usage", function()
    return x509.csr.new({}, {})
  end)
  test.raises("bad argument #1 to 'matches' (charm.Csr or charm.Certificate expected", "usage", function()
    return ec:matches(7)
  end)
  test.raises("'pem' was called on a wrong object (charm.Key expected, got table)", "usage", function()
    local stranger = { pem = ec.pem }
    return stranger:pem()
  end)
  test.raises("bad argument #1 to 'pem' (charm.Key expected, got charm.Csr)", "usage", function()
    return ec.pem(csr)
  end)
  test.raises("(charm.Key expected, got nothing)", "usage", ec.pem)
end)

test("the metatable of an object is out of reach", function()
  test.equal(getmetatable(fixture.ec), "charm.Key")
  test.raises("table expected", nil, setmetatable, fixture.ec, {})
end)

-- --- requests -----------------------------------------------------------------------------------

test("a request has what was asked for", function()
  local csr <const> = fixture.csr
  test.equal(tostring(csr), "charm.Csr: db.internal (rsa 2048)")
  test.equal(csr:common_name(), "db.internal")
  test.equal(csr:email_address(), "root@db.internal")
  test.equal(csr:organization(), "Tests")
  test.equal(csr:organizational_unit(), "Bindings")
  test.equal(csr:country_name(), "GB")
  test.equal(csr:state_or_province_name(), "London")
  test.equal(csr:locality_name(), "Southwark")
  test.equal(csr:has_unique_identifier(), true)
  test.same(csr:sans_dns(), { "db.internal", "www.internal" })
  test.same(csr:sans_ip(), { "10.0.0.1", "2001:db8::1" })
  test.same(csr:sans_oid(), { "1.2.3.4" })
  test.equal(#csr:sans(), 5)
  test.same(csr:sans()[1], { type = "DNS", value = "db.internal" })
  test.equal(csr:asks_for_ca(), false)
  test.equal(csr:key_type(), "rsa")
  test.equal(csr:key_bits(), 2048)
  test.equal(csr:signature_algorithm(), "sha256WithRSAEncryption")
  test.equal(csr:fingerprint(), fixture.rsa:fingerprint())
  test.equal(#csr:hash(), 64)
  test.equal(csr:verify(), true)
  test.has(csr:describe(), "CN=db.internal")
end)

test("a subject is a list of its attributes", function()
  local subject = fixture.csr:subject()
  test.equal(#subject, 8)
  test.same(subject[1],
    { oid = "2.5.4.3", name = "commonName", type = "UTF8String", value = "db.internal", rdn = 1 })
  test.equal(subject[8].rdn, 8)
  test.equal(subject[6].type, "PrintableString")
end)

test("extensions are there as they stand", function()
  local extensions = fixture.csr:extensions()
  test.equal(#extensions, 1)
  test.equal(extensions[1].oid, "2.5.29.17")
  test.equal(extensions[1].critical, false)
  test.equal(extensions[1].value:byte(1), 0x30)
end)

test("the attributes of a request make an equal request", function()
  local attributes = assert(fixture.csr:attributes())
  local again = x509.csr.new(fixture.rsa, attributes)
  test.same(again:attributes(), attributes)
  assert(again ~= fixture.csr, "the unique identifier is fresh")
  test.equal(fixture.csr:attributes(true).is_ca, true)
  test.raises("boolean expected", nil, fixture.csr.attributes, fixture.csr, "yes")
end)

test("a request survives its text", function()
  local again = assert(x509.csr.parse("some text\r\n" .. fixture.csr:pem():gsub("\n", "\r\n")))
  test.equal(again, fixture.csr)
  test.equal(again:pem(), fixture.csr:pem())
  test.equal(again:hash(), fixture.csr:hash())
end)

test("additional extensions are critical, in order", function()
  local attributes = {
    common_name = "x",
    additional_critical_extensions = {
      { oid = "1.3.6.1.4.1.99999.2", value = "\5\0" },
      { oid = "1.3.6.1.4.1.99999.1", value = "\4\1\0" },
    },
  }
  local csr = x509.csr.new(fixture.ec, attributes)
  local extensions = csr:extensions()
  test.equal(extensions[1].oid, "1.3.6.1.4.1.99999.2")
  test.equal(extensions[2].value, "\4\1\0")
  test.equal(extensions[2].critical, true)
  test.same(csr:attributes().additional_critical_extensions, attributes.additional_critical_extensions)
end)

test("without a unique identifier the subject has none", function()
  local csr = x509.csr.new(fixture.ec, { common_name = "x", add_unique_id_to_subject_name = false })
  test.equal(csr:has_unique_identifier(), false)
  test.equal(#csr:subject(), 1)
end)

local function with(extensions) return { common_name = "x", additional_critical_extensions = extensions } end

test.rows({
  { "X509-008 attributes without a name", {}, "" },
  { "X509-042 a text where a list is expected",
    { sans_dns = "a.b" }, "sans_dns: expected a list of texts, got one text" },
  { "a list with something else in it",
    { sans_dns = { "a", 7 } }, "sans_dns[2]: expected a text, got number" },
  { "a list with a gap", { sans_dns = { "a", nil, "c" } }, "sans_dns" },
  { "a list with a name in it",
    { sans_ip = { ipv4 = "1.2.3.4" } }, "sans_ip: expected a list of texts, got a table with 'ipv4' in it" },
  { "an unknown attribute",
    { comon_name = "x" }, "unknown option 'comon_name' (did you mean 'common_name'?)" },
  { "an option without a name", { "x" }, "options have names, but there is one under a number" },
  { "a name that is no text", { common_name = 7 }, "common_name: expected a text, got number" },
  { "X509-023 a name that is too long", { common_name = ("x"):rep(65) }, "64" },
  { "a name with a NUL", { common_name = "a\0b" }, "common_name: there is a NUL byte in it" },
  { "a list's name with a NUL", { sans_dns = { "a\0b" } }, "sans_dns[1]: there is a NUL byte in it" },
  { "a flag that is none", { common_name = "x", is_ca = "no" }, "is_ca: expected true or false, got string" },
  { "a country that is none", { common_name = "x", country_name = "GBR" }, "country_name" },
  { "an address that is none", { sans_ip = { "10.0.0.256" } }, "10.0.0.256" },
  { "attributes that are no table", "x", "expected a table such as" },
  { "an extension that is no table", with { "1.2.3" }, "additional_critical_extensions[1]: expected { oid" },
  { "extensions that are no list",
    with { oid = "1.2.3" }, "additional_critical_extensions: expected a list" },
  { "an extension without value", with { { oid = "1.2.3" } }, "it needs an oid and a value" },
  { "an extension with more",
    with { { oid = "1.2.3", value = "", critical = false } }, "unknown option 'critical'" },
  { "an extension with a bad OID",
    with { { oid = "1.2.x", value = "" } }, "additional_critical_extensions[1]: " },
}, function(row)
  local err = test.raises(row[3], "usage", x509.csr.new, fixture.ec, row[2])
  test.has(err.where, ".lua:")
end)

for _, case in ipairs(vectors "pem-csrs") do
  test("a request from: " .. case.name, function()
    local csr, message, code = x509.csr.parse(case.input)
    if case.library.ok then
      assert(csr, message)
    else
      test.fails("", "parse", csr, message, code)
    end
  end)
end

test("a request whose signature is wrong says so", function()
  for _, case in ipairs(vectors "foreign-csrs") do
    local csr = assert(x509.csr.parse(case.csr.pem))
    if case.signature_verifies then
      test.equal(csr:verify(), true)
    else
      local ok, message, code = csr:verify()
      test.fails("", "crypto", ok, message, code)
      test.raises("", "crypto", x509.certificate.issue, csr, fixture.ca, fixture.ca_key, { validity = "1d" })
    end
  end
end)

test("names from the other side cannot draw on a terminal", function()
  local csr = x509.csr.new(fixture.ec, { common_name = "a\27[31mb\n" })
  test.lacks(tostring(csr), "\27")
  test.lacks(tostring(csr), "\n")
  test.lacks(csr:describe(), "\27")
end)

-- --- certificates -------------------------------------------------------------------------------

test("a self-signed CA", function()
  local ca <const> = fixture.ca
  test.equal(tostring(ca), "charm.Certificate: Test CA (CA), until 2033-11-11T22:13:20Z")
  test.equal(ca:is_ca(), true)
  test.equal(ca:is_self_signed(), true)
  test.equal(ca:not_before(), 1700000000)
  test.equal(ca:not_after(), 1700000000 + 3650 * 86400)
  test.equal(ca:version(), 3)
  test.equal(ca:common_name(), "Test CA")
  test.equal(ca:sans_dns(), nil)
  test.same(ca:subject(), ca:issuer())
  test.equal(#ca:subject(), 2, "no unique identifier")
  test.equal(ca:key_type(), "ec")
  test.equal(ca:key_bits(), 384)
  assert(ca:matches(fixture.ca_key) and fixture.ca_key:matches(ca))
end)

test("a certificate is issued for a request", function()
  local cert <const>, csr <const> = fixture.cert, fixture.csr
  test.equal(cert:is_ca(), false)
  test.equal(cert:is_self_signed(), false)
  test.equal(cert:is_issued_by(fixture.ca), true)
  test.equal(fixture.ca:is_issued_by(cert), false)
  test.equal(cert:not_after() - cert:not_before(), 90 * 86400)
  test.same(cert:subject(), csr:subject())
  test.same(cert:issuer(), fixture.ca:subject())
  test.same(cert:sans_dns(), csr:sans_dns())
  test.same(cert:sans_ip(), csr:sans_ip())
  test.same(cert:sans_oid(), csr:sans_oid())
  test.equal(cert:email_address(), "root@db.internal")
  test.equal(cert:organization(), "Tests")
  test.equal(cert:organizational_unit(), "Bindings")
  test.equal(cert:country_name(), "GB")
  test.equal(cert:state_or_province_name(), "London")
  test.equal(cert:locality_name(), "Southwark")
  test.same(cert:missing_names(csr), {})
  test.equal(cert:fingerprint(), fixture.rsa:fingerprint())
  test.equal(cert:signature_algorithm(), "ecdsa-with-SHA256")
  test.has(cert:describe(), "server_auth")
  test.has(cert:serial(), "")
  assert(cert:serial():match "^[1-9a-f]%x*$")
  test.equal(#cert:hash(), 64)
  assert(cert:matches(csr) and csr:matches(cert))
  assert(cert:matches(fixture.rsa) and fixture.rsa:matches(cert))
  assert(csr:matches(fixture.rsa) and fixture.rsa:matches(csr))
  assert(not cert:matches(fixture.ec) and not csr:matches(fixture.ec) and not fixture.ec:matches(csr))
end)

test("names that a certificate lacks are named", function()
  local csr = x509.csr.new(fixture.rsa, { sans_dns = { "db.internal", "new.internal" } })
  test.same(fixture.cert:missing_names(csr), { "DNS:new.internal" })
end)

test("a certificate survives its text", function()
  local again = assert(x509.certificate.parse(fixture.cert:pem()))
  test.equal(again, fixture.cert)
  test.equal(again:hash(), fixture.cert:hash())
  assert(again ~= fixture.ca)
end)

test("the context's clock says when a certificate begins", function()
  local before = os.time()
  local ca = x509.certificate.self_signed(fixture.ec, { common_name = "x" }, { validity = "1h" })
  assert(ca:not_before() >= before and ca:not_before() <= os.time())
end)

local function extension(cert, oid)
  for _, entry in ipairs(cert:extensions()) do
    if entry.oid == oid then return entry end
  end
end

test("a shape is followed", function()
  local sub = x509.certificate.issue(fixture.csr, fixture.ca, fixture.ca_key,
    { validity = "10d", not_before = 1700000000, is_ca = true, path_length = 0 })
  test.equal(sub:is_ca(), true)
  test.has(sub:describe(), "path length 0")
  local leaf = x509.certificate.issue(fixture.csr, fixture.ca, fixture.ca_key, {
    validity = "10d", not_before = 1700000000, key_usage = { "digital_signature" }, extended_key_usage = {},
  })
  test.lacks(leaf:describe(), "server_auth")
  test.lacks(leaf:describe(), "key_encipherment")
  test.equal(extension(leaf, "2.5.29.37"), nil)
end)

test("extensions of a request are copied only when asked for", function()
  local oid <const> = "1.3.6.1.4.1.99999.7"
  local csr = x509.csr.new(fixture.ec, {
    common_name = "x", additional_critical_extensions = { { oid = oid, value = "\5\0" } },
  })
  local function issue(copy)
    return x509.certificate.issue(csr, fixture.ca, fixture.ca_key,
      { validity = "1d", not_before = 1700000000, copy_extensions = copy })
  end
  test.equal(extension(issue(nil), oid), nil)
  test.equal(extension(issue { oid }, oid).value, "\5\0")
end)

test.rows({
  { "a shape without validity", {}, "validity: expected a duration such as \"90d\", got nothing", "usage" },
  { "no shape at all", nil, "validity: expected a duration", "usage" },
  { "a validity that is a number",
    { validity = 90 }, "validity: expected a duration such as \"90d\", got number", "usage" },
  { "a validity that is none", { validity = "90 days" }, "validity: '90 days' is not a duration", "usage" },
  { "an unknown option",
    { validity = "1d", extended_key_usages = {} }, "(did you mean 'extended_key_usage'?)", "usage" },
  { "a usage that is none",
    { validity = "1d", extended_key_usage = { "servre_auth" } }, "servre_auth", "usage" },
  { "a usage that is a text",
    { validity = "1d", key_usage = "crl_sign" }, "key_usage: expected a list of texts, got one text",
    "usage" },
  { "a path length for a leaf",
    { validity = "1d", path_length = 0 }, "path_length: only with is_ca = true", "usage" },
  { "a path length that is negative",
    { validity = "1d", is_ca = true, path_length = -1 }, "path_length: expected 0 to 100", "usage" },
}, function(row)
  test.raises(row[3], row[4], x509.certificate.issue, fixture.csr, fixture.ca, fixture.ca_key, row[2])
end)

test.rows({
  { "X509-053 a key that is not the CA's", "csr", "ca", "ec", "crypto" },
  { "X509-053 a CA that is none", "csr", "cert", "rsa", "crypto" },
}, function(row)
  test.raises("", row[5], x509.certificate.issue, fixture[row[2]], fixture[row[3]], fixture[row[4]],
    { validity = "1d" })
end)

test.rows({
  { "issue takes the request first",
    "bad argument #1 (charm.Csr expected, got charm.Certificate)", "ca", "csr", "ca_key" },
  { "issue takes the CA second",
    "bad argument #2 (charm.Certificate expected, got charm.Key)", "csr", "ca_key", "ca" },
}, function(row)
  test.raises(row[2], "usage", x509.certificate.issue, fixture[row[3]], fixture[row[4]], fixture[row[5]], {})
end)

test("a self-signed CA takes no leaf's options", function()
  test.raises("unknown option 'is_ca'", "usage", x509.certificate.self_signed, fixture.ec,
    { common_name = "x" }, { validity = "1d", is_ca = true })
end)

for _, case in ipairs(vectors "pem-certificates") do
  test("a certificate from: " .. case.name, function()
    local cert, message, code = x509.certificate.parse(case.input)
    if case.library.ok then
      assert(cert, message)
    else
      test.fails("", "parse", cert, message, code)
    end
  end)
end

test("matches takes what can match", function()
  local key <const>, csr <const>, cert <const> = fixture.ec, fixture.csr, fixture.cert
  test.raises("charm.Key or charm.Csr expected, got charm.Certificate", "usage", cert.matches, cert, cert)
  test.raises("charm.Csr or charm.Certificate expected, got nil", "usage", key.matches, key, nil)
  test.raises("charm.Key or charm.Certificate expected, got string", "usage", csr.matches, csr, "")
end)

-- --- leaks --------------------------------------------------------------------------------------

test("errors on every way leave nothing behind", function()
  local boxes <const> = require "boxes"
  local ec <const>, csr <const> = fixture.ec, fixture.csr
  local ca <const>, ca_key <const> = fixture.ca, fixture.ca_key
  collectgarbage()
  collectgarbage()
  local before = boxes.alive()
  for _ = 1, 50 do
    pcall(x509.key.generate, { bits = 1024 })
    x509.key.parse "junk"
    x509.csr.parse "junk"
    x509.certificate.parse "junk"
    x509.chain.parse "junk"
    pcall(x509.csr.new, ec, { sans_dns = { "ok", "not ok" } })
    pcall(x509.certificate.issue, csr, ca, ca_key, { validity = "1d", extended_key_usage = { "x" } })
    pcall(x509.chain.new, { ca, 7 })
    pcall(ca.verify, ca, 7)
    for _ = 1, 3 do
      local coroutine_key = coroutine.wrap(function()
        local key <close> = x509.key.generate { type = "ec" }
        coroutine.yield(key)
      end)
      coroutine_key() -- left in the middle
    end
  end
  collectgarbage()
  collectgarbage()
  test.equal(boxes.alive(), before)
end)

test.done()
