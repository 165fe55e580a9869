-- Options in tables: what every function that takes them refuses, and how it says so.
local json <const> = require "charm.json"
local test <const> = require "harness"
local x509 <const> = require "charm.x509"

function test.fixture.key() return x509.key.generate { type = "ec" } end

function test.fixture.chain()
  return x509.chain.new {
    x509.certificate.self_signed(test.fixture.key, { common_name = "x" }, { validity = "1d" }),
  }
end

local function encode(options) return json.encode({}, options) end

local function request(options) return x509.csr.new(test.fixture.key, options) end

local function self_sign(options)
  return x509.certificate.self_signed(test.fixture.key, { common_name = "x" }, options)
end

local function verify(options) return test.fixture.chain:verify(options) end

test.rows({
  { "a letter too many",
    encode, { prettty = true }, "encode: unknown option 'prettty' (did you mean 'pretty'?)" },
  { "a letter too few", encode, { prety = true }, "(did you mean 'pretty'?)" },
  { "a wrong letter", encode, { preddy = true }, "(did you mean 'pretty'?)" },
  { "two letters swapped", encode, { prtety = true }, "(did you mean 'pretty'?)" },
  { "the plural", request, { common_names = "x" }, "(did you mean 'common_name'?)" },
  { "another spelling", request, { organisation = "x" }, "(did you mean 'organization'?)" },
  { "the nearest of several", request, { sans_ipp = {} }, "(did you mean 'sans_ip'?)" },
  { "a capital", request, { Common_name = "x" }, "(did you mean 'common_name'?)" },
}, function(row)
  test.raises(row[4], "usage", row[2], row[3])
end)

test("nothing is suggested for what is like nothing", function()
  local err = test.raises("unknown option 'indentation'", "usage", encode, { indentation = 2 })
  test.lacks(err.message, "did you mean")
end)

test("a name of any length is refused", function()
  test.raises("unknown option 'aaaa", "usage", encode, { [("a"):rep(1000)] = 2 })
end)

test("control characters of a name are shown, not sent", function()
  local err = test.raises("unknown option 'a\\x1b[0m'", "usage", encode, { ["a\27[0m"] = 2 })
  test.lacks(err.message, "\27")
end)

test.rows({
  { "options that are a text", encode, "pretty", "expected a table of options, got string" },
  { "options that are a number", encode, 1, "expected a table of options, got number" },
  { "options that are an object", encode, io.stdout, "expected a table of options, got FILE*" },
  { "an option that has a number for a name", encode, { true }, "there is one under a number" },
  { "an option that has a table for a name", encode, { [{}] = 1 }, "there is one under a table" },
  { "a boolean as text", encode, { pretty = "yes" }, "pretty: expected true or false, got string" },
  { "a boolean as number", encode, { pretty = 1 }, "pretty: expected true or false, got number" },
  { "a text as number", request, { common_name = 1 }, "common_name: expected a text, got number" },
  { "a text as boolean", request, { common_name = true }, "common_name: expected a text, got boolean" },
  { "a list as text", request, { sans_dns = "x" }, "sans_dns: expected a list of texts, got one text" },
  { "a list as number", request, { sans_dns = 1 }, "sans_dns: expected a list of texts, got number" },
  { "a list of lists", request, { sans_dns = { {} } }, "sans_dns[1]: expected a text, got table" },
  { "a list of numbers", request, { sans_dns = { 1 } }, "sans_dns[1]: expected a text, got number" },
  { "a list from 0",
    request, { sans_dns = { [0] = "x" } }, "sans_dns: expected a list of texts without gaps" },
  { "a duration as number", self_sign, { validity = 90 }, "validity: expected a duration such as" },
  { "a duration without a unit", self_sign, { validity = "90" }, "validity: '90' is not a duration" },
  { "a duration that is negative", self_sign, { validity = "-1d" }, "validity: '-1d' is not a duration" },
  { "a duration beyond all limits", self_sign, { validity = "99999999999999999999d" }, "validity: " },
  { "a whole number as text", verify, { trusted = {}, at = "1" }, "at: expected a whole number, got string" },
  { "a whole number that is not",
    verify, { trusted = {}, at = 1.5 }, "at: expected a whole number, got number" },
}, function(row)
  test.raises(row[4], "usage", row[2], row[3])
end)

test("a value in the wrong place is not shown", function()
  local err = test.raises("type: expected", "usage", x509.key.generate, { type = "hunter2" })
  test.has(err.message, "'hunter2'") -- a word of a closed list is
  err = test.raises("validity: expected", "usage", self_sign, { validity = 12345678 })
  test.lacks(err.message, "12345678")
end)

test.rows({
  { "no options are fine", nil },
  { "empty options are fine", {} },
  { "a whole number may be written as a float", { at = 1700000000.0, trusted = {} }, verify },
}, function(row)
  local ok, err = pcall(row[3] or encode, row[2])
  assert(ok, tostring(err))
end)

test("metamethods of an options table do not count", function()
  local function asked() error "asked" end
  local sly = setmetatable({}, { __index = asked, __pairs = asked, __len = asked })
  test.equal(encode(sly), "{}")
end)

test.done()
