#!/bin/sh
# luacharm docs: what the sources say of themselves, out of the program.
. "${TESTS:-tests}/lib/tap.sh"

workdir
docs() { "$LUACHARM" docs "$@"; }

has 'the modules come first' "$(docs | head -n 1)" '  charm  '
has 'each with what it is' "$(docs | tr -s ' ')" 'charm.x509 Keys, requests, certificates and chains'
has 'a module has its functions' "$(docs charm.x509)" 'charm.x509.key.generate(spec?)'
is 'its name may be short' "$(docs x509)" "$(docs charm.x509)"
is 'a function, by the name that authors use' "$(docs charm.open_port | head -n 1)" \
    'charm.open_port(ports, options?)'
has 'with its parameters' "$(docs charm.open_port)" 'ports: charm.Ports'
has 'and what it returns' "$(docs charm.is_leader)" 'boolean'
has 'and an example' "$(docs tls.requires)" 'certs:on("available"'
has 'a method of a class in C' "$(docs charm.Key:fingerprint)" 'SHA-256 of the public half'
has 'a class has its methods' "$(docs charm.Requirer 2>&1; docs charm.tls.Requirer)" \
    'charm.tls.Requirer:assigned('
has 'an alias has its values' "$(docs charm.tls.Mode)" 'app_and_unit'
has 'a module that is there in scenarios only' "$(docs scenario)" 'charm.scenario.deploy('
fails 'a name that is none' 1 "unknown name 'charm.relatons' (did you mean 'charm.relations'?)" \
    "$LUACHARM" docs charm.relatons
fails 'nobody reads it' 1 'cannot write to standard output' sh -c '"$1" docs >/dev/full' sh "$LUACHARM"

cat >values.lua <<'EOT'
local docs <const> = require "charm.docs"
local x509 <const> = require "charm.x509"
local key <const> = x509.key.generate { type = "ed25519" }

local function first_line(value) return (docs.of_value(value):match "^[^\n]*") end
print(first_line(require "charm".on))
print(first_line(x509.csr.new))
print(first_line(key))
print(first_line(key.pem))
print(first_line(7))
print(first_line(function() end))
for _, chapter in ipairs(docs.chapters()) do
  for _, item in ipairs(chapter.functions) do
    assert(docs.of_name(item.title):find(item.title, 1, true) == 1, item.title)
  end
end
EOT
is 'a value is described by what it is' "$("$LUACHARM" run values.lua)" 'charm.on(event, handler)
charm.x509.csr.new(key, attributes)
charm.Key
charm.Key:pem()
number: 7
a function of which nothing is written'

# What the stubs say, read by the script that reads the sources, is what the sources say.
passes 'stubs for editors are written' "$LUACHARM" docs --stubs lua
passes 'and again, over those of before' "$LUACHARM" docs --stubs lua
passes 'they are Lua' find lua -name '*.lua' -exec luac5.4 -p {} +
find lua -name '*.lua' -exec lua5.4 "$TESTS/../lua/reference.lua" {} + >again.lua
cat >same.lua <<'EOT'
local docs <const>, items <const> = require "charm.docs", require "charm.reference"
local json <const> = require "charm.json"
local keys <const> = {
  "text", "params", "returns", "fields", "values", "type", "parent", "operators", "examples",
}

local function full_name(item)
  return item.kind == "function" and item.owner .. (item.method and ":" or ".") .. item.name or item.name
end

local stubs <const> = {}
for _, item in ipairs(load(io.read "a")()) do
  if item.kind ~= "module" then stubs[full_name(item)] = item end
end

local count = 0
local function compare(name, item)
  local stub = stubs[name] or error("no stub of " .. name)
  for _, key in ipairs(keys) do
    local was, is = json.encode { item[key] }, json.encode { stub[key] }
    if was ~= is then error(("%s: %s is %s, and not %s"):format(name, key, is, was)) end
  end
  count = count + 1
end

local is_public <const> = {}
for _, chapter in ipairs(docs.chapters()) do
  is_public[chapter.name] = chapter.is_class
  for _, item in ipairs(chapter.functions) do compare(item.title, item) end
end
for _, item in ipairs(items) do
  if item.kind == "alias" or is_public[item.name] and item.kind == "class" then compare(item.name, item) end
end
print(count > 300 and "the same" or count)
EOT
is 'they say what is written' "$("$LUACHARM" run same.lua <again.lua 2>&1)" 'the same'
echo 'return 1' >lua/charm.lua
fails 'a file that is no stub stays' 1 "lua/charm.lua: it is there, and no stub" "$LUACHARM" docs --stubs lua
is 'as it was' "$(cat lua/charm.lua)" 'return 1'

sed 's/---@param/---@parm/' "$TESTS/../lua/charm/tls/pair.lua" >broken.lua
fails 'an annotation that cannot be read fails the build' 1 'broken.lua:' \
    lua5.4 "$TESTS/../lua/reference.lua" broken.lua
done_testing
