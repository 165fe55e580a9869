-- charm.x509.chain: lists of certificates, their order and their verification.
local test <const> = require "harness"
local x509 <const> = require "charm.x509"

local fixture <const> = test.fixture

function fixture.key() return x509.key.generate { type = "ec" } end

function fixture.ca()
  return x509.certificate.self_signed(fixture.key, { common_name = "Test CA" },
    { validity = "3650d", not_before = 1700000000 })
end

function fixture.cert()
  return x509.certificate.issue(x509.csr.new(fixture.key, { common_name = "db.internal" }), fixture.ca,
    fixture.key, { validity = "90d", not_before = 1700000000 })
end

function fixture.chain() return x509.chain.new { fixture.cert, fixture.ca } end

test("a chain is a list", function()
  local chain <const> = fixture.chain
  test.equal(tostring(chain), "charm.Chain: 2 certificates")
  test.equal(#chain, 2)
  test.equal(chain[1], fixture.cert)
  test.equal(chain[2], fixture.ca)
  test.equal(chain[0], nil)
  test.equal(chain[3], nil)
  test.equal(chain.nonsense, nil)
  test.equal(#chain:items(), 2)
  local seen = 0
  for i, cert in ipairs(chain) do
    seen = seen + 1
    test.equal(cert, chain[i])
  end
  test.equal(seen, 2)
end)

test("a chain survives its text", function()
  local again = assert(x509.chain.parse(fixture.chain:pem()))
  test.equal(again, fixture.chain)
  assert(again ~= x509.chain.new { fixture.ca })
  test.equal(again:has_valid_order(), true)
  test.equal(x509.chain.new { fixture.ca, fixture.cert }:has_valid_order(), false)
end)

test.rows({
  { "an empty text is no chain", "" },
  { "a text without a certificate is no chain", "-----BEGIN X-----\n-----END X-----" },
}, function(row)
  local chain, message, code = x509.chain.parse(row[2])
  test.fails("", "parse", chain, message, code)
end)

test.rows({
  { "a chain verifies up to its CA", function() return { trusted = fixture.ca, at = 1700000001 } end, true },
  { "trusted may be a list", function() return { trusted = { fixture.ca }, at = 1700000001 } end, true },
  { "trusted may be a chain", function() return { trusted = fixture.chain, at = 1700000001 } end, true },
  { "another leaf may be meant",
    function() return { trusted = fixture.ca, leaf = fixture.ca, at = 1700000001 } end, true },
  { "it does not after the leaf's end",
    function() return { trusted = fixture.ca, at = 1700000000 + 91 * 86400 } end, nil, "crypto" },
  { "it does not before its beginning",
    function() return { trusted = fixture.ca, at = 1600000000 } end, nil, "crypto" },
}, function(row)
  local ok, message, code = fixture.chain:verify(row[2]())
  if row[3] then
    test.equal(ok, true, message)
  else
    test.fails("", row[4], ok, message, code)
  end
end)

test.rows({
  { "verify needs a trusted certificate", {}, "trusted: expected a charm.Certificate" },
  { "verify refuses an unknown option", { trusted = {}, att = 1 }, "unknown option 'att'" },
  { "verify refuses other things in the list",
    { trusted = { 7 } }, "trusted[1]: expected a charm.Certificate, got number" },
  { "verify refuses a leaf that is none",
    { trusted = {}, leaf = 7 }, "leaf: expected a charm.Certificate, got number" },
}, function(row)
  test.raises(row[3], "usage", fixture.chain.verify, fixture.chain, row[2])
end)

test("an empty chain has no leaf to verify", function()
  local chain = x509.chain.new {}
  test.equal(#chain, 0)
  test.equal(chain:has_valid_order(), true)
  test.equal(chain:pem(), "")
  test.raises("the chain is empty", "usage", chain.verify, chain, { trusted = {} })
end)

test.done()
