-- An author's code, looked at without running it: tokens, and what is used.
local test <const> = require "harness"
local tokens <const> = require "charm.source.tokens"
local uses <const> = require "charm.source.uses"

local function texts_of(source)
  local list = {}
  for place, token in ipairs(tokens.of(source)) do list[place] = token.text end
  return table.concat(list, " ")
end

test.rows({
  { "names and operators", "a.b:c(1)", "a . b : c ( 1 )" },
  { "numbers of all forms", "x = 0xA.8p1 + 3.5e-2 + .5 + 1 .. 3",
    "x = 0xA.8p1 + 3.5e-2 + .5 + 1 .. 3" },
  { "the longest operator", "a...b//c>>d~=e::f::", "a ... b // c >> d ~= e :: f ::" },
  { "comments are left out", "a --[==[ b\n]] ]==] c -- d\ne", "a c e" },
  { "a first line that begins with #", "#!/bin/sh\nreturn 1", "return 1" },
  { "an escaped quote", [[x = "a\"b" .. 'c\\']], [[x = "a\"b" .. 'c\\']] },
  { "a long text", "x = [=[ ]] ]=] y", "x = [=[ ]] ]=] y" },
  { "nothing", "  \n -- x", "" },
}, function(row) test.equal(texts_of(row[2]), row[3]) end)

test("a token has its place, its line and a text's content", function()
  local list <const> = tokens.of("a = [[\nx\n]]\n\n  b = 'c\\n'")
  test.same(list[3], { kind = "string", text = "[[\nx\n]]", value = "x\n", from = 5, to = 11, line = 1 })
  test.same(list[4], { kind = "name", text = "b", from = 16, to = 16, line = 5 })
  test.equal(list[6].value, "c\n")
end)

test("the tokens put together are the text again", function()
  for _, path in ipairs { "../lua/charm/testing/check.lua", "../lua/charm/scenario.lua",
    "lua/harness.lua" } do
    local text <const> = test.read(path)
    local at = 1
    for _, token in ipairs(tokens.of(text)) do
      test.equal(text:sub(token.from, token.to), token.text)
      test.equal(token.from >= at, true)
      at = token.to + 1
    end
  end
end)

-- --- uses -------------------------------------------------------------------------------------------

local function globals_of(source)
  local list = {}
  for place, use in ipairs(uses.of(source).globals) do
    list[place] = (use.is_set and "=" or "") .. use.name .. ":" .. use.line .. (use.in_function and "f" or "")
  end
  return table.concat(list, " ")
end

test.rows({
  { "one that is read", "return x", "x:1" },
  { "a local is none", "local x = 1 return x", "" },
  { "a local is none before its end", "local x = x", "x:1" },
  { "it ends with its block", "do local x = 1 end return x", "x:1" },
  { "a parameter is none", "return function(a, ...) return a end", "" },
  { "a loop's are none", "for i = 1, n do local _ = i end for k, v in p() do local _ = k, v end", "n:1 p:1" },
  { "repeat's condition sees the body's", "repeat local x = 1 until x", "" },
  { "a function knows itself", "local function f() return f() end", "" },
  { "a local of a function's value does not", "local f = function() return f end", "f:1f" },
  { "fields and keys are none", "local t = { a = 1, ['b'] = 2, c } return t.d, t:e()", "c:1" },
  { "one that is set", "x = 1", "=x:1" },
  { "several that are set", "x, y.z = 1, 2", "y:1 =x:1" },
  { "one that is set in a function", "local function f()\nx = 1\nend f()", "=x:2f" },
  { "a function that is one", "function f() end", "=f:1" },
  { "a method's object, and self", "local M = {} function M:f() return self end function N.g() end", "N:1" },
  { "labels are none", "goto done ::done::", "" },
  { "attributes are none", "local x <const>, y <close> = 1, nil return x, y", "" },
  { "after a text", "f 'a' g [[b]] h { c = 1 }", "f:1 g:1 h:1" },
}, function(row) test.equal(globals_of(row[2]), row[3]) end)

local function paths_of(source)
  local list = {}
  for place, use in ipairs(uses.of('local charm <const> = require "charm" ' .. source).paths) do
    list[place] = use.path .. (use.is_called and "(" .. (use.argument or "") .. ")" or "")
  end
  return table.concat(list, " ")
end

test.rows({
  { "a field", "return charm.config.port", "charm/config.port" },
  { "a key in brackets", "return charm.config['tls-dir']", "charm/config.tls-dir" },
  { "a key that is made up ends it", "return charm.config['a' .. b], charm.config[x]", "" },
  { "a call with a text", "charm.relation 'db' charm.relation('db', 1)",
    "charm/relation(db) charm/relation(db)" },
  { "a call without", "charm.relation(name) charm.on { }", "charm/relation() charm/on()" },
  { "a text that is part of something is none", "charm.relation('a' .. b)", "charm/relation()" },
  { "another name for it", "local c = charm.config local d = c return d.port",
    "charm/config charm/config charm/config.port" },
  { "a name that hides it", "local function f(charm) return charm.port end f()", "" },
  { "what a call gives is not known", "return charm.relation('db').data.x", "charm/relation(db)" },
  { "without a local", "return require('charm').event.action", "charm/event.action" },
  { "as an argument", "print(charm.unit)", "charm/unit" },
}, function(row) test.equal(paths_of(row[2]), row[3]) end)

test("modules, texts and what is returned", function()
  local found <const> = uses.of [[
local policy = require "charm.policy"
local helper = require("my.helper")
local function f() return policy.deny("x") end
return policy { helper, f }]]
  test.same(found.requires, { { name = "charm.policy", line = 1 }, { name = "my.helper", line = 2 } })
  test.same(found.texts, { ["charm.policy"] = true, ["my.helper"] = true, x = true })
  test.equal(found.returns, "charm.policy/")
  test.equal(found.names.deny, true)
end)

test("all of our own Lua is gone through", function()
  for _, path in ipairs { "../lua/charm/testing/check.lua", "../lua/charm/scenario.lua",
    "../lua/reference.lua",
    "../charms/web/src/nginx.lua", "lua/x509_spec.lua" } do
    local known <const> = {}
    for _, use in ipairs(uses.of(test.read(path)).globals) do
      if use.is_set then known[use.name] = true end
    end
    for _, use in ipairs(uses.of(test.read(path)).globals) do
      if rawget(_G, use.name) == nil and not known[use.name]
        and use.name ~= "arg" and use.name ~= "model" then
        error(path .. ": " .. use.name .. " in line " .. use.line)
      end
    end
  end
end)

test.done()
