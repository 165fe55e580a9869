#!/bin/sh
# luacharm x509 show: what is in PEM files, and never a private key's secrets.
. "${TESTS:-tests}/lib/tap.sh"

workdir
L=$LUACHARM

cat >make.lua <<'LUA'
local x509 <const> = require "charm.x509"
local function write(name, ...)
  local file <close> = io.open(name, "w")
  file:write(...)
end
local key <const> = x509.key.generate()
local ec <const> = x509.key.generate { type = "ec" }
local ed <const> = x509.key.generate { type = "ed25519" }
local ca <const> = x509.certificate.self_signed(ec, { common_name = "Test CA" },
  { validity = "3650d", not_before = 1700000000 })
local csr <const> = x509.csr.new(key, { common_name = "db.internal", sans_dns = { "db.internal" } })
local cert <const> = x509.certificate.issue(csr, ca, ec, { validity = "90d", not_before = 1700000000 })
write("rsa.pem", key:pem(), "\n")
write("ec.pem", ec:pem(), "\n")
write("ed.pem", ed:pem(), "\n")
write("csr.pem", csr:pem(), "\n")
write("cert.pem", cert:pem(), "\n")
write("ca.pem", ca:pem(), "\n")
write("bundle.pem", "a comment\n", cert:pem(), "\r\nanother\n", ca:pem(), "\n", key:pem(), "\njunk at the end")
write("public.pem", key:public_pem())
LUA
"$L" run make.lua || exit 1

# --- words -------------------------------------------------------------------------------------

passes 'a certificate in words' "$L" x509 show cert.pem
shown=$(cat "$OUT")
has 'says what it is' "$shown" 'cert.pem: certificate'
has 'says whom it is for' "$shown" 'CN=db.internal'
has 'says who issued it' "$shown" 'CN=Test CA'
has 'says until when' "$shown" '2024-02-12 22:13:20 (UTC)'
has 'says for which names' "$shown" 'DNS:db.internal'
has 'says what its key is' "$shown" 'RSA 2048'
fingerprint=$(openssl x509 -in cert.pem -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -d ' ' -f 1)
has 'says which key, as OpenSSL does' "$shown" "SHA-256 $fingerprint"
passes 'a request in words' "$L" x509 show csr.pem
has 'says that it verifies' "$(cat "$OUT")" 'verifies'
has 'says which key it is of' "$(cat "$OUT")" "SHA-256 $fingerprint"
for kind in 'rsa RSA 2048' 'ec EC P-256' 'ed Ed25519'; do
    file=${kind%% *}.pem
    passes "a key in words: $file" "$L" x509 show "$file"
    has "says what it is: $file" "$(cat "$OUT")" "${kind#* }"
    lacks "and nothing of its inside: $file" "$(cat "$OUT")" "$(sed -n 2p "$file" | cut -c 1-20)"
    is "in three lines: $file" "$(wc -l <"$OUT")" 3
done
passes 'several objects in a file' "$L" x509 show bundle.pem
is 'each is shown' "$(grep -c '^bundle.pem: ' "$OUT")" 3
has 'with its number' "$(cat "$OUT")" 'bundle.pem: private key (number 3 in the file)'
lacks 'text between is not' "$(cat "$OUT")" 'junk'
passes 'several files' "$L" x509 show csr.pem ca.pem
is 'are shown in order' "$(grep -c '' "$OUT")" "$(($("$L" x509 show csr.pem | grep -c '') + $("$L" x509 show ca.pem | grep -c '') + 1))"

is 'standard input' "$("$L" x509 show - <ca.pem | head -n 1)" 'standard input: certificate'
is 'a pipe' "$(cat ca.pem | "$L" x509 show /dev/fd/0 | head -n 1)" '/dev/fd/0: certificate'
mkfifo pipe
cat ca.pem >pipe &
is 'a pipe with a name' "$("$L" x509 show pipe | head -n 1)" 'pipe: certificate'
wait
is 'standard input beside files' "$(cat ca.pem | "$L" x509 show csr.pem - | grep -c '^[a-z].*: ')" 2

# --- encrypted keys ----------------------------------------------------------------------------

openssl pkey -in ec.pem -aes256 -passout pass:moth -out encrypted.pem 2>/dev/null
openssl rsa -in rsa.pem -aes256 -traditional -passout pass:moth -out legacy.pem 2>/dev/null
for file in encrypted.pem legacy.pem; do
    passes "an encrypted key is one: $file" "$L" x509 show "$file"
    has "and not looked at: $file" "$(cat "$OUT")" "$file: encrypted private key"
done

# --- JSON --------------------------------------------------------------------------------------

cat >check.lua <<'LUA'
local list <const> = assert(require "charm.json".decode(io.read "a"))
assert(#list == 4, #list)
local cert <const>, ca <const>, key <const>, csr <const> = table.unpack(list)
assert(cert.file == "bundle.pem" and cert.kind == "certificate" and cert.number == 1)
assert(cert.not_after == "2024-02-12T22:13:20Z" and cert.is_ca == false and ca.is_ca == true)
assert(cert.names[1].type == "DNS" and cert.names[1].value == "db.internal")
assert(cert.subject[1].name == "commonName" and cert.subject[1].value == "db.internal")
assert(cert.issuer[1].value == "Test CA" and ca.is_self_signed and not cert.is_self_signed)
assert(key.kind == "private key" and key.number == 3 and key.key.type == "rsa" and key.key.bits == 2048)
assert(csr.kind == "certificate request" and csr.signature_verifies and csr.file == "csr.pem")
assert(cert.public_key_sha256 == key.public_key_sha256 and key.public_key_sha256 == csr.public_key_sha256)
for _, entry in ipairs(list) do assert(entry.pem == nil and entry.private == nil) end
LUA
"$L" x509 show --json bundle.pem csr.pem >list.json
passes 'JSON has the same in it' "$L" run check.lua <list.json
lacks 'JSON has nothing of the key' "$(cat list.json)" "$(sed -n 3p rsa.pem | cut -c 1-30)"
is 'JSON of a key is the same each time' "$("$L" x509 show --json ec.pem)" "$("$L" x509 show --json ec.pem)"

# --- what cannot be shown ----------------------------------------------------------------------

: >empty.pem
echo 'no PEM here' >text.pem
head -n 4 cert.pem >truncated.pem
sed '/END/d' rsa.pem >endless.pem
sed '2s/^..../AAAA/' cert.pem >garbled.pem
printf -- '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n' >hollow.pem
printf -- '-----BEGIN ' >label.pem
fails 'a folder' 1 'luacharm: .: a folder, not a file' "$L" x509 show .
fails 'what has no end' 1 'luacharm: /dev/zero: more than 1000000 bytes' "$L" x509 show /dev/zero
fails 'an empty file' 1 'luacharm: empty.pem: no key, request or certificate in PEM in it' "$L" x509 show empty.pem
fails 'a text without PEM' 1 'text.pem: no key, request or certificate' "$L" x509 show text.pem
fails 'a truncated certificate' 1 'truncated.pem: number 1: it is cut off' "$L" x509 show truncated.pem
fails 'a key without its end' 1 'endless.pem: number 1: it is cut off' "$L" x509 show endless.pem
fails 'a certificate that is none' 1 'garbled.pem: number 1: ' "$L" x509 show garbled.pem
fails 'a block without content' 1 'hollow.pem: number 1: ' "$L" x509 show hollow.pem
fails 'a block without a label' 1 'label.pem: number 1: it is cut off' "$L" x509 show label.pem
fails 'a block of another kind' 1 "public.pem: no key, request or certificate in it, but a block called 'PUBLIC KEY'" \
    "$L" x509 show public.pem
fails 'a file that is not there' 1 'nothing.pem: No such file or directory' "$L" x509 show nothing.pem
"$L" x509 show endless.pem >out 2>&1
lacks 'a broken key is not quoted' "$(cat out)" "$(sed -n 2p rsa.pem | cut -c 1-20)"
cat public.pem cert.pem >mixed.pem
passes 'a block of another kind beside a certificate' "$L" x509 show mixed.pem
fails 'one bad file of several fails' 1 'empty.pem' "$L" x509 show empty.pem cert.pem
has 'and the others are shown' "$(cat "$OUT")" 'CN=db.internal'
fails 'standard input that is empty' 1 'luacharm: standard input: no key, request or certificate' \
    "$L" x509 show - </dev/null
head -c 9000000 /dev/zero >huge.pem
fails 'standard input that is too large' 1 'luacharm: standard input: more than 1000000 bytes' \
    sh -c '"$1" x509 show - <huge.pem' sh "$L"
fails 'a file that is too large' 1 'huge.pem: more than' "$L" x509 show huge.pem
done_testing
