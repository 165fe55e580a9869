#!/bin/sh
# X509-055 again, in memory: no piece of a private key is in memory that anything in our processes frees,
# and none is left when a process ends, neither on the heap nor on the stack. The program is linked with a
# watch on its memory (tests/canary/watch.c), and lives through a requirer's and a provider's life with it;
# so do the hook commands and the model, whose database has the secrets. A control frees one copy of each
# key as it is and keeps one, and is found. What a charm turns into text and hands on is its own business,
# and found, too; so is what `model show-secret --reveal` prints.
. "${TESTS:-tests}/lib/tap.sh"
charms=$TESTS/../charms
watched=$TESTS/../build/tests/canary/watch
workdir
umask 077

# begin NAME: a folder of its own, with the program in it, and what the watch says beside that.
begin() {
    mkdir "$TAP_DIR/$1" && cd "$TAP_DIR/$1" && cp "$watched" luacharm || exit 1
}
model() { ./luacharm model "$@"; }

# What was found, the place of each once.
found() {
    [ ! -e found ] || grep -E '^(freed|resized|kept)' found | sed 's/ at [0-9]* of [0-9]* bytes//' | sort | uniq -c
}
tap_more() { [ ! -e found ] || head -n 40 found | sed 's/^/# /'; }

# life CHARM OPTION...
life() {
    charm=$1
    shift
    model new && model deploy "$charms/self-signed-ca" && model deploy "$charm" web "$@" &&
        model integrate web self-signed-ca && model settle
}

begin whole
passes 'a requirer and a provider live with a watch on their memory' \
    life "$charms/web" --config "tls-dir=$PWD/tls" --config external-hostname=web.example.com --config workload=none
passes 'keys were made while it looked on' grep -q '[^[:cntrl:]]' needles
passes 'a renewal' model advance 85d
passes 'another key' model run web/0 rotate-key
passes 'another CA' model run self-signed-ca/0 rotate-private-key
passes 'and their certificates' model settle
secret=$(model secrets | awk '/ web/ { print $1; exit }')
passes 'a secret is told of' model show-secret "$secret"
passes 'the timeline' model timeline --html page.html
passes 'the end of the relation' model remove-relation web self-signed-ca
passes 'and of the certificates' model settle
passes 'and of the model' model destroy
is 'X509-055 no key is in memory that is freed, or left at the end' "$(found)" ''

passes 'a model' model new
passes 'with a secret' model deploy "$charms/self-signed-ca"
passes 'of a CA' model settle
secret=$(model secrets | awk '/ self/ { print $1; exit }')
passes 'is shown on demand' model show-secret --reveal "$secret"
has 'which is found' "$(found)" 'freed: PEM (./luacharm model show-secret'
lacks 'and nothing else' "$(found | grep -v 'show-secret')" freed:

begin kinds
cat >kinds.lua <<'END'
local x509 <const> = require "charm.x509"
for _, kind in ipairs { { type = "rsa", bits = 2048 }, { type = "ec", curve = "P-256" }, { type = "ec", curve = "P-384" },
  { type = "ec", curve = "P-521" }, { type = "ed25519" } } do
  local key <const> = x509.key.generate(kind)
  assert(x509.csr.new(key, { common_name = "kinds.example.com" }):verify())
  local pem <const> = key:pem()
  local again <const> = assert(x509.key.parse(pem))
  assert(again:fingerprint() == key:fingerprint())
  assert(#pem:rep(3):upper():reverse():gsub("A", "B") > #pem) -- copies, as an author may make them
end
END
passes 'keys of each kind are made, used, written and read in Lua' ./luacharm run kinds.lua
is 'X509-055 none is left, nor any text that Lua made of it' "$(found)" ''

begin leaky
passes 'a charm that hands its key to programs and logs' life "$TESTS/conformance/charms/leaky" --config "tls-dir=$PWD/tls"
tap_more() { :; }
has 'is found: such texts are as much in sight as it wants them' "$(found)" 'freed: PEM ('"$PWD/.luacharm/units/web-0"
lacks 'and nobody else' "$(found)" self-signed-ca

begin control
touch leak
passes 'the control runs' life "$charms/web" --config "tls-dir=$PWD/tls" --config external-hostname=web.example.com --config workload=none
has 'the control is found in a requirer' "$(found)" 'freed: DER ('"$PWD/.luacharm/units/web-0"
has 'which has one left at its end, too' "$(found)" 'kept in [heap]: DER ('"$PWD/.luacharm/units/web-0"
has 'and in a provider' "$(found)" 'freed: DER ('"$PWD/.luacharm/units/self-signed-ca-0"
has 'with who allocated it' "$(cat found)" 'dispatch(__wrap_EVP_PKEY_Q_keygen'
done_testing
