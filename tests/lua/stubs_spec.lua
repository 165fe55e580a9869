-- The stubs of what is written in C (lua/charm/_meta) say what there is: names are compared both
-- ways, every function says what it takes and returns, and the examples are run.
local boxes <const> = require "boxes"
local charm <const> = require "charm"
local json <const> = require "charm.json"
local test <const> = require "harness"
local x509 <const> = require "charm.x509"

local fixture <const> = test.fixture

function fixture.key() return x509.key.generate { type = "ec" } end

function fixture.ca_key() return x509.key.generate { type = "ec" } end

function fixture.ca()
  return x509.certificate.self_signed(fixture.ca_key, { common_name = "Our CA" }, { validity = "3650d" })
end

function fixture.csr()
  return x509.csr.new(fixture.key, {
    common_name = "db.internal", sans_dns = { "db.internal" }, sans_ip = { "2001:db8::1" },
  })
end

function fixture.cert()
  return x509.certificate.issue(fixture.csr, fixture.ca, fixture.ca_key, { validity = "90d" })
end

function fixture.chain() return x509.chain.new { fixture.cert, fixture.ca } end

function fixture.secret()
  local path <const> = os.tmpname()
  charm.file.write(path, "moth")
  local secret = charm.file.read_secret(path)
  charm.file.remove(path)
  return secret
end

-- What a stub declares: full name of a function -> its comment.
local function declarations(file)
  local found, comment = {}, {}
  for line in test.read("../lua/charm/_meta/" .. file):gmatch "([^\n]*)\n" do
    local name = line:match "^function ([%w_.:]+)%("
    if name then found[name] = table.concat(comment, "\n") end
    if line:match "^%-%-%-" then
      comment[#comment + 1] = line
    else
      comment = {}
    end
  end
  return found
end

local function functions_of(table_, prefix, separator)
  local found = {}
  for name, value in pairs(table_) do
    if type(value) == "function" then found[prefix .. separator .. name] = true end
  end
  return found
end

local function check_names(declared, real)
  for name in pairs(real) do
    if not declared[name] then error(name .. " has no stub", 2) end
  end
  for name in pairs(declared) do
    if not real[name] then error("there is no " .. name, 2) end
  end
end

local function merge(...)
  local all = {}
  for _, part in ipairs { ... } do
    for name in pairs(part) do all[name] = true end
  end
  return all
end

local function class(object, name)
  return function() return functions_of(boxes.methods(fixture[object]), name, ":") end
end

local stubs <const> = {
  { "json.lua", function() return functions_of(json, "json", ".") end },
  { "x509.lua", function()
    return merge(functions_of(x509.key, "x509.key", "."), functions_of(x509.csr, "x509.csr", "."),
      functions_of(x509.certificate, "x509.certificate", "."), functions_of(x509.chain, "x509.chain", "."))
  end },
  { "key.lua", class("key", "Key") },
  { "csr.lua", class("csr", "Csr") },
  { "certificate.lua", class("cert", "Certificate") },
  { "chain.lua", class("chain", "Chain") },
  { "secret.lua", class("secret", "Secret") },
}

for _, stub in ipairs(stubs) do
  local file <const>, real <const> = stub[1], stub[2]
  test(file .. " names what there is", function() check_names(declarations(file), real()) end)

  test(file .. " is not loadable", function()
    local chunk = assert(load(test.read("../lua/charm/_meta/" .. file)))
    test.raises("stub: not loadable", nil, chunk)
  end)

  local declared <const>, names <const> = declarations(file), {}
  for name in pairs(declared) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local comment <const> = declared[name]
    test(("%s: %s says what it returns, and shows how it is used"):format(file, name), function()
      test.has(comment, "---@return ")
      test.has(comment, "---```lua\n")
    end)

    test(("%s: the example of %s"):format(file, name), function()
      local example = comment:match "%-%-%-```lua\n(.-)\n%-%-%-```":gsub("%f[^\n\0]%-%-%-", "")
      local env <const> = setmetatable({ x509 = x509, json = json, charm = charm }, {
        __index = function(_, key)
          if rawget(_G, key) ~= nil then return _G[key] end
          return fixture[key]
        end,
      })
      assert(load(example, "=" .. name, "t", env))()
    end)
  end
end

-- What only lua/charm uses has stubs, too, but no examples.
for file, module in pairs { ["core.lua"] = "charm.core", ["tls_core.lua"] = "charm.tls.core" } do
  test(file .. " names what there is", function()
    check_names(declarations(file), functions_of(require(module), "core", "."))
  end)
end

test.done()
