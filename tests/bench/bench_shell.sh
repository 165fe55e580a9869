#!/bin/sh
# The same hook in POSIX sh with the openssl command: a key, a request, its secret, and the request into
# the databag, with the hook commands that ours starts. They are in both: what is left without them, too.
# shellcheck source=tests/bench/lib.sh
. "$BENCH/lib.sh"
# shellcheck source=tests/bench/hooks.sh
. "$BENCH/hooks.sh"
workdir
charms
mkdir shell
cat >shell/dispatch <<'END'
#!/bin/sh
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
relation-get --format=json -r "$JUJU_RELATION_ID" -- - "$JUJU_UNIT_NAME" >"$folder/own"
relation-ids --format=json -- certificates >"$folder/ids"
relation-get --format=json --app -r "$JUJU_RELATION_ID" -- - ca >"$folder/answers"
secret-get --format=json --refresh --label key >"$folder/secret" 2>"$folder/none" || {
    openssl ecparam -name prime256v1 -genkey -noout -out "$folder/key"
    secret-add --owner=unit --label key "private-key#file=$folder/key" >"$folder/id"
}
openssl req -new -key "$folder/key" -subj /CN=web.example.com -addext subjectAltName=DNS:web.example.com \
    -out "$folder/request"
hash=$(openssl dgst -sha256 -r "$folder/request" | cut -d ' ' -f 1)
echo "csr: $hash" | state-set --file -
{
    printf 'certificate_signing_requests: |-\n  [{"certificate_signing_request": "'
    awk '{ printf "%s\\n", $0 }' "$folder/request"
    printf '", "ca": false}]\n'
} | relation-set -r "$JUJU_RELATION_ID" --file -
END
chmod +x shell/dispatch

world requirer requirer
hook requirer requirer certificates-relation-created || exit 1
in_ours=$IN_HOOK
hook requirer requirer certificates-relation-created
# The shell's own programs are behind the hook commands.
in_shell=$(echo "$in_ours" | sed "s,PATH=$PWD/commands,&:/usr/bin:/bin,")
# beside NAME WHAT FLOOR: prints the lines, and keeps the processor time of what, and of its floor
beside() {
    name=$1
    shift
    # shellcheck disable=SC2086 # words
    $in_shell "$PROGRAMS/pair" "$name" $((BENCH_RUNS * 7)) 0 "$@" >lines || exit 1
    took=$(awk -F '\t' '/: processor/ { print $4 - $5 }' lines)
}
cp requirer/record record
beside ours "$LUACHARM" dispatch -- "$PROGRAMS/floor" "$PWD/record"
ours=$took
beside shell "$PWD/shell/dispatch" -- "$PROGRAMS/floor" "$PWD/record"
report '(k) the same without the hook commands of both: processor' ms "$ours" "$took"
beside '(k) sh and openssl, first request, beside ours' "$PWD/shell/dispatch" -- "$LUACHARM" dispatch
cat lines
