-- The VM: what a script has and has not, its limits, and how errors look from inside.
local json <const> = require "charm.json"
local test <const> = require "harness"

local function names(table_, ignored)
  local list = {}
  for name in pairs(table_) do
    if name ~= ignored then list[#list + 1] = name end
  end
  table.sort(list)
  return table.concat(list, " ")
end

test.rows({
  { "the globals are those of the list", _G,
    "_G _VERSION arg assert collectgarbage coroutine error getmetatable io ipairs load math next os "
    .. "package pairs pcall print rawequal rawget rawlen rawset require select setmetatable string "
    .. "table tonumber tostring type utf8 warn xpcall" },
  { "os has no execute, exit, remove or rename", os, "clock date difftime getenv time tmpname" },
  { "io has no popen", io, "close input lines open output read stderr stdin stdout tmpfile type write" },
  { "package has no loader of C", package, "config loaded preload searchers" },
}, function(row)
  test.equal(names(row[2]), row[3])
end)

test("there is no debug library behind require either", function()
  test.raises("module 'debug' not found", nil, require, "debug")
end)

-- --- load ---------------------------------------------------------------------------------------

local chunk <const> = string.dump(function() return 1 end)

test.rows({
  { "load takes text", { "return 1" }, 1 },
  { "load takes text with mode t", { "return 1", "x", "t" }, 1 },
  { "load takes text with mode bt", { "return 1", "x", "bt" }, 1 },
  { "load takes an environment", { "return y", "x", "t", { y = 7 } }, 7 },
  { "load takes an environment that is nil", { "return y", "x", nil, { y = 8 } }, 8 },
}, function(row)
  test.equal(assert(load(table.unpack(row[2], 1, 4)))(), row[3])
end)

test.rows({
  { "load refuses a compiled chunk", { chunk }, "binary chunk" },
  { "load refuses a compiled chunk with mode b", { chunk, "x", "b" }, "compiled chunks are not loaded" },
  { "load refuses a compiled chunk with mode bt", { chunk, "x", "bt" }, "binary chunk" },
  { "load refuses text with mode b", { "return 1", "x", "b" }, "compiled chunks are not loaded" },
  { "load says where a syntax error is", { "\nx = = 1", "=name" }, "name:2: unexpected symbol near '='" },
}, function(row)
  local loaded, message = load(table.unpack(row[2], 1, 3))
  test.equal(loaded, nil)
  test.has(message, row[3])
end)

test("load refuses a compiled chunk that comes in pieces", function()
  local pieces = { chunk:sub(1, 3), chunk:sub(4) }
  local loaded, message = load(function() return table.remove(pieces, 1) end)
  test.equal(loaded, nil)
  test.has(message, "binary chunk")
end)

-- --- require ------------------------------------------------------------------------------------

test("require looks beside the script, in two places", function()
  local err = test.raises("module 'no.such' not found", nil, require, "no.such")
  test.has(err, "no field package.preload['no.such']")
  test.has(err, "no/such.lua'")
  test.has(err, "no/such/init.lua'")
  test.lacks(err, "/usr")
end)

test("a module is made once", function() test.equal(require "harness", test) end)

test("a script may preload", function()
  package.preload["my.own"] = function(name, extra) return { name, extra } end
  test.same(require "my.own", { "my.own", ":preload:" })
end)

-- --- limits -------------------------------------------------------------------------------------

test("endless recursion is an error that says so", function()
  local function f() return 1 + f() end
  test.raises("stack overflow", nil, f)
end)

test("endless recursion through C is an error that says so", function()
  local t = setmetatable({}, { __index = function(t, k) return t[k .. "x"] end })
  test.raises("stack overflow", nil, function() return t.x end)
end)

test("endless pcalls end", function()
  local function f() return pcall(f) end
  test.equal(type(f()), "boolean")
end)

test("too much memory is an error, after which all is well", function()
  local ok, err = pcall(string.rep, "x", 300 * 1024 * 1024)
  test.equal(ok, false)
  test.equal(err, "not enough memory")
  test.equal(#string.rep("x", 1024 * 1024), 1024 * 1024)
end)

test("a table that grows without end is an error", function()
  local t = {}
  local ok, err = pcall(function()
    while true do t[#t + 1] = #t end
  end)
  test.equal(ok, false)
  test.equal(err, "not enough memory")
end)

-- --- coroutines ---------------------------------------------------------------------------------

test.rows({
  { "a dead coroutine", "cannot resume dead coroutine", function()
    local co = coroutine.wrap(function() end)
    co()
    co()
  end },
  { "a coroutine that resumes itself", "cannot resume non-suspended coroutine", function()
    local co
    co = coroutine.wrap(function() co() end)
    co()
  end },
  { "an error in a coroutine has its place", "vm_spec.lua:", function()
    coroutine.wrap(function() error "inside" end)()
  end },
  { "a mistake in a coroutine has its place", "vm_spec.lua:", function()
    coroutine.wrap(function() json.encode(print) end)()
  end },
}, function(row)
  test.raises(row[2], nil, row[3])
end)

test("a mistake of a coroutine without a place of its own has none", function()
  local co = coroutine.create(json.encode)
  local ok, err = coroutine.resume(co, print)
  test.equal(ok, false)
  test.equal(err.where, nil)
  test.equal(tostring(err), "JSON has no form for a function")
end)

-- --- error objects ------------------------------------------------------------------------------

local function mistake()
  local _, err = pcall(function() json.encode(print) end)
  return err
end

test("an error object has code, message and place", function()
  local err = mistake()
  test.equal(err.code, "usage")
  test.equal(err.message, "encode: JSON has no form for a function")
  assert(err.where:match "vm_spec%.lua:%d+$", err.where)
  test.equal(tostring(err), err.where .. ": " .. err.message)
  test.equal(getmetatable(err), "charm.Error")
end)

test("an error object that is thrown again stays what it is", function()
  local err = mistake()
  local ok, again = pcall(error, err)
  test.equal(ok, false)
  test.equal(again, err)
  test.equal(select(2, pcall(function() error(err, 2) end)), err)
end)

test("an error object that was tampered with can still be shown", function()
  local err = mistake()
  err.where, err.message = 7, nil
  test.equal(tostring(err), "nil")
  err.message = {}
  test.has(tostring(err), "table: ")
end)

test("print raises what a __tostring raises", function()
  local failing = setmetatable({}, { __tostring = function() error "no text" end })
  test.raises("no text", nil, print, failing)
  failing = setmetatable({}, { __tostring = function() end })
  test.raises("'__tostring' must return a string", nil, print, failing)
end)

-- --- time ---------------------------------------------------------------------------------------

test("os.time and os.date are those of the C library but for now", function()
  test.equal(os.date("!%Y-%m-%dT%H:%M:%S", 1700000000), "2023-11-14T22:13:20")
  local now = os.time()
  assert(os.time(os.date("*t", now)) == now)
  assert(math.abs(os.time() - os.time(os.date "*t")) <= 1)
  test.equal(type(os.date()), "string")
end)

test.done()
