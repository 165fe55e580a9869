#!/bin/sh
# Keys, requests and certificates in the forms of the openssl program: the usual ones, which are read,
# written and verified without OpenSSL's decoders, and those that are left to it.
. "${TESTS:-tests}/lib/tap.sh"

workdir
L=$LUACHARM

cat >look.lua <<'LUA'
local x509 <const> = require "charm.x509"
local function read(name)
  local file <close> = assert(io.open(name))
  return file:read "a"
end
local what <const>, name <const>, other <const> = ...
if what == "key" then
  local key <const> = assert(x509.key.parse(read(name), { password = other }))
  io.stdout:write(key:pem(), "\n")
elseif what == "public" then
  io.stdout:write(assert(x509.key.parse(read(name))):public_pem())
elseif what == "request" then
  assert(assert(x509.csr.parse(read(name))):verify())
elseif what == "certificate" then
  local cert <const> = assert(x509.certificate.parse(read(name)))
  assert(cert:is_issued_by(assert(x509.certificate.parse(read(other)))), "not issued by it")
else
  local key <const> = x509.key.generate(load("return " .. name)())
  io.stdout:write(key:pem(), "\n")
end
LUA
look() { "$L" run look.lua "$@"; }

# same FILE COMMAND...: it prints what is in the file
same() {
    want=$1
    shift
    "$@" >got 2>&1
    diff "$want" got
}

# --- keys ------------------------------------------------------------------------------------------

# The form in which a type is written is that of `openssl rsa` and `openssl ec`; Ed25519 has PKCS #8.
while read -r name traditional make; do
    # shellcheck disable=SC2086 # words
    openssl ${make%% *} -out "$name.any" ${make#* } 2>err || { cat err; exit 1; }
    openssl pkcs8 -topk8 -nocrypt -in "$name.any" -out "$name.pkcs8"
    if [ "$traditional" = pkcs8 ]; then
        cp "$name.pkcs8" "$name.pem"
    elif [ "$traditional" = rsa ]; then
        openssl rsa -traditional -in "$name.any" -out "$name.pem" 2>err
    else
        openssl ec -in "$name.any" -out "$name.pem" 2>err
    fi
    openssl pkey -in "$name.any" -pubout -out "$name.public"
    passes "$name: PKCS #8 is read, and written as openssl does" same "$name.pem" look key "$name.pkcs8"
    passes "$name: its own form is read, and written as openssl does" same "$name.pem" look key "$name.pem"
    passes "$name: its public half" same "$name.public" look public "$name.pem"
done <<'END'
rsa2048 rsa genrsa 2048
rsa3072 rsa genrsa 3072
rsa-exponent-3 rsa genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3
rsa-of-three-primes rsa genrsa -primes 3 2048
p256 ec ecparam -name prime256v1 -genkey -noout
p384 ec ecparam -name secp384r1 -genkey -noout
p521 ec ecparam -name secp521r1 -genkey -noout
secp256k1 ec ecparam -name secp256k1 -genkey -noout
explicit ec ecparam -name prime256v1 -param_enc explicit -genkey -noout
ed25519 pkcs8 genpkey -algorithm ed25519
ed448 pkcs8 genpkey -algorithm ed448
END

for spec in '{ type = "rsa" }' '{ type = "ec", curve = "P-256" }' '{ type = "ec", curve = "P-384" }' \
    '{ type = "ec", curve = "P-521" }' '{ type = "ed25519" }'; do
    look generate "$spec" >ours.pem
    passes "a key $spec is what openssl reads and finds whole" openssl pkey -in ours.pem -check -noout
done

# A point that is not on the curve: the last byte of the text's point is changed.
openssl ec -in p256.pem -outform DER -out p256.der 2>err
len=$(wc -c <p256.der)
last=$(tail -c 1 p256.der | od -An -tu1 | tr -d ' ')
{
    head -c $((len - 1)) p256.der
    # shellcheck disable=SC2059 # an octal escape
    printf "\\$(printf '%03o' $(((last + 1) % 256)))"
} >bent.der
{ echo '-----BEGIN EC PRIVATE KEY-----'; openssl base64 -in bent.der; echo '-----END EC PRIVATE KEY-----'; } >bent.pem
fails 'a point that is not on its curve is refused' 1 'private key is malformed' look key bent.pem

for cipher in aes-128-cbc aes-192-cbc aes-256-cbc des-ede3-cbc camellia-256-cbc aria-256-cbc; do
    openssl ec -in p256.pem -"$cipher" -passout pass:sesame -out sealed.pem 2>err
    passes "a key that is sealed as PEM with $cipher is read" same p256.pem look key sealed.pem sesame
    fails "$cipher: not with another password" 1 'password' look key sealed.pem open
    openssl pkcs8 -topk8 -in p256.pem -v2 "$cipher" -passout pass:sesame -out sealed.pem
    passes "a key that is sealed as PKCS #8 with $cipher is read" same p256.pem look key sealed.pem sesame
done

# --- signatures -------------------------------------------------------------------------------------

# One byte of the signature, which comes last, is changed.
bend() {
    openssl "$1" -in "$2" -outform DER -out bent.der
    len=$(wc -c <bent.der)
    byte=$(tail -c 3 bent.der | head -c 1 | od -An -tu1 | tr -d ' ')
    {
        head -c $((len - 3)) bent.der
        # shellcheck disable=SC2059 # an octal escape
        printf "\\$(printf '%03o' $(((byte + 1) % 256)))"
        tail -c 2 bent.der
    } >bent.der2
    openssl base64 -in bent.der2 -out bent.text
    { echo "-----BEGIN $3-----"; cat bent.text; echo "-----END $3-----"; } >bent.pem
}

while read -r key options; do
    # shellcheck disable=SC2086 # words
    openssl req -new -key "$key.pem" -subj /CN=web.example.com $options -out csr.pem 2>err || { cat err; exit 1; }
    passes "a request signed by $key $options" look request csr.pem
    bend req csr.pem 'CERTIFICATE REQUEST'
    fails "$key $options: not with another signature" 1 'not signed with its own key' look request bent.pem
    # shellcheck disable=SC2086 # words
    openssl req -x509 -new -key "$key.pem" -subj /CN=ca.example.com $options -out cert.pem 2>err
    passes "a certificate signed by $key $options" look certificate cert.pem cert.pem
    bend x509 cert.pem CERTIFICATE
    fails "$key $options: not one with another signature" 1 'not issued by it' look certificate bent.pem cert.pem
done <<'END'
rsa2048 -sha256
rsa2048 -sha384
rsa2048 -sha512
rsa2048 -sha1
rsa2048 -sha224
rsa2048 -sha3-256
rsa2048 -sha256 -sigopt rsa_padding_mode:pss
p256 -sha256
p384 -sha384
p521 -sha512
p256 -sha512
p256 -sha1
explicit -sha256
secp256k1 -sha256
ed25519
ed448
END

openssl req -x509 -new -key p256.pem -subj '/CN=Ca  Example' -out upper.pem 2>err
openssl req -x509 -new -key p256.pem -subj '/CN=ca example' -out lower.pem 2>err
passes 'blanks and case of an issuer do not count, as RFC 5280 has it' look certificate upper.pem lower.pem
openssl req -x509 -new -key p384.pem -subj '/CN=ca example' -out other.pem 2>err
fails 'a key of the same name is not the issuer' 1 'not issued by it' look certificate lower.pem other.pem
done_testing
