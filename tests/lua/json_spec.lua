-- charm.json: canonical text, exact integers, and what is refused.
local json <const> = require "charm.json"
local test <const> = require "harness"

local array <const> = json.array
local null <const> = json.null

test.rows({
  { "an object's keys are sorted by byte",
    { b = 1, a = 2, B = 3, ["é"] = 4 }, '{"B":3,"a":2,"b":1,"é":4}' },
  { "a list is an array", { 1, "two", true }, '[1,"two",true]' },
  { "an empty table is an object", {}, "{}" },
  { "a marked empty table is an array", array {}, "[]" },
  { "json.array() makes an empty array", array(), "[]" },
  { "null is json.null", null, "null" },
  { "null in a list keeps its place", { 1, null, 3 }, "[1,null,3]" },
  { "false is false", false, "false" },
  { "the largest integer is exact", math.maxinteger, "9223372036854775807" },
  { "the smallest integer is exact", math.mininteger, "-9223372036854775808" },
  { "an integer past 2^53 is exact", 9007199254740993, "9007199254740993" },
  { "a float stays a float", 1.0, "1.0" },
  { "a float is as short as can be", 0.1, "0.1" },
  { "a large float has an exponent", 1e300, "1e+300" },
  { "control characters are escaped", "\0\n\t\"\\\x7f", '"\\u0000\\n\\t\\"\\\\\\u007f"' },
  { "a slash is not escaped", "a/b", '"a/b"' },
  { "text outside of ASCII stays", "é€😀", '"é€😀"' },
  { "an empty key is a key", { [""] = 1 }, '{"":1}' },
  { "levels", { a = { b = { { c = 1 } } } }, '{"a":{"b":[{"c":1}]}}' },
}, function(row)
  test.equal(json.encode(row[2]), row[3])
end)

test("nil is null", function() test.equal(json.encode(nil), "null") end)

test("pretty has one member a line", function()
  test.equal(json.encode({ b = { 1 }, a = {} }, { pretty = true }), '{\n  "a": {},\n  "b": [\n    1\n  ]\n}')
end)

test("the same value gives the same text whatever the order of insertion", function()
  local one, other = {}, {}
  for i = 1, 200 do one["k" .. i] = i end
  for i = 200, 1, -1 do other["k" .. i] = i end
  test.equal(json.encode(one), json.encode(other))
end)

local function nested(depth)
  local value = 1
  for _ = 1, depth do value = { value } end
  return value
end

local loop = {}
loop.a = { loop }

test.rows({
  { "refuses a function, and says where",
    { a = { 1, { b = print } } }, "a[2].b: JSON has no form for a function" },
  { "refuses a coroutine", coroutine.create(print), "JSON has no form for a thread" },
  { "refuses an object, by its class", { io.stdout }, "[1]: JSON has no form for a FILE*" },
  { "refuses a table that is both", { 1, a = 2 }, "both a list and names" },
  { "refuses a marked table with names", array { a = 1 }, "both a list and names" },
  { "refuses a list with gaps", { [1] = 1, [3] = 3 }, "a list with gaps" },
  { "refuses keys that are neither", { [1.5] = 1 }, "keys other than names" },
  { "refuses a key that is a boolean", { [true] = 1 }, "keys other than names" },
  { "refuses text that is not UTF-8", { "a\xff" }, "[1]: a text that is not UTF-8" },
  { "refuses a name that is not UTF-8", { ["\xff"] = 1 }, "a name that is not UTF-8" },
  { "refuses a number that is not finite", { 1 / 0 }, "not finite" },
  { "refuses a number that is not one", { 0 / 0 }, "not finite" },
  { "refuses a table that holds itself", loop, "does a table hold itself?" },
  { "refuses more levels than it reads", nested(513), "more than 512 levels" },
}, function(row)
  test.raises(row[3], "usage", json.encode, row[2])
end)

test("as many levels as are read are written", function()
  test.equal(json.encode(assert(json.decode(json.encode(nested(512))))), json.encode(nested(512)))
end)

test("an unknown option is refused with the nearest one", function()
  test.raises("unknown option 'prety' (did you mean 'pretty'?)", "usage", json.encode, {}, { prety = true })
end)

test("a call without a value is a mistake", function() test.raises("value expected", nil, json.encode) end)

test.rows({
  { "an array that is empty", "[]" },
  { "an object that is empty", "{}" },
  { "null in an array", "[null,1,null]" },
  { "null in an object", '{"a":null}' },
  { "integers at both ends", "[-9223372036854775808,9223372036854775807]" },
  { "floats", "[1.0,0.5,-1e-07]" },
  { "text", '["\\u0000é😀"]' },
  { "levels and kinds", '{"a":[{"b":[]},{}],"c":false}' },
  { "nothing but null", "null" },
  { "nothing but text", '"x"' },
}, function(row)
  test.equal(json.encode(json.decode(row[2])), row[2])
end)

test("integers are integers, floats are floats", function()
  local read = json.decode "[3, 3.0]"
  test.equal(math.type(read[1]), "integer")
  test.equal(math.type(read[2]), "float")
end)

test("null is json.null, which is cjson.null", function()
  test.equal(json.decode '{"a":null}'.a, null)
  test.equal(require "cjson".null, null)
end)

test.rows({
  { "a decoded array is one", "[1]", true },
  { "a decoded object is none", "{}", false },
}, function(row)
  test.equal(json.is_array(json.decode(row[2])), row[3])
end)

test("a list that was not marked is none", function()
  test.equal(json.is_array { 1 }, false)
  test.equal(json.is_array(array { 1 }), true)
  test.equal(json.is_array "x", false)
end)

test("json.array leaves other metatables alone", function()
  test.raises("metatable already", "usage", array, setmetatable({}, {}))
end)

test.rows({
  { "refuses an empty text", "", "parse", "line 1" },
  { "refuses two documents", "{} {}", "parse", "line 1" },
  { "refuses a trailing comma", "[1,]", "parse", "line 1" },
  { "refuses a repeated key", '{"a":1,\n"a":2}', "parse", "line 2" },
  { "refuses NaN", "[NaN]", "parse", "line 1" },
  { "refuses a byte order mark", "\xef\xbb\xbf{}", "parse", "line 1" },
  { "refuses what is not UTF-8", '["\xff"]', "parse", "line 1" },
  { "refuses an integer past 64 bits", "9223372036854775808", "parse", "line 1" },
  { "refuses too many levels", ("["):rep(513) .. ("]"):rep(513), "limit", "512" },
  { "does not quote the text", '{"secret": oops-canary', "parse", "line 1" },
}, function(row)
  local value, message, code = json.decode(row[2])
  test.fails(row[4], row[3], value, message, code)
  test.lacks(message, "canary")
end)

test("decode takes text only", function() test.raises("string expected", nil, json.decode, {}) end)

test("cjson is there as authors know it", function()
  local cjson <const> = require "cjson"
  test.equal(cjson.encode { 1, 2 }, "[1,2]")
  test.equal(cjson.decode '{"a":[true]}'.a[1], true)
  test.equal(select("#", require "cjson.safe".decode "{"), 2)
end)

test.done()
