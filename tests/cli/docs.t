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

sed 's/---@param/---@parm/' "$TESTS/../lua/charm/tls/pair.lua" >broken.lua
fails 'an annotation that cannot be read fails the build' 1 'broken.lua:' \
    lua5.4 "$TESTS/../lua/reference.lua" broken.lua
done_testing
