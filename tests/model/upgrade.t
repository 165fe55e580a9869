#!/bin/sh
# From v3 to v4 without one failed handshake: scenarios (tests/model/upgrade/) while a TLS client goes
# on at a fixed rate, a table of what it saw, and two charms that do it wrong, which must be seen to.
# PROOF=1 runs every scenario in every variant; N: handshakes in each (make upgrade-proof).
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

scenarios=$TESTS/model/upgrade
TLS_LOAD=${TLS_LOAD:-$TESTS/../build/tests/load/tls_load}
UPGRADE_TABLE=$TAP_DIR/table
export TLS_LOAD UPGRADE_TABLE UPGRADE_DIR VARIANT PLACE WEB RETRIES RATE N
number=0

# What a scenario that failed has left running.
stop_what_runs() {
    for pid_file in "$TAP_DIR"/run-*/*.pid "$TAP_DIR"/run-*/model/units/*/charm/workload/nginx.pid; do
        [ ! -f "$pid_file" ] || kill "$(cat "$pid_file")" 2>/dev/null
    done
}
trap 'stop_what_runs; rm -rf "$TAP_DIR"' EXIT
trap 'exit 130' INT TERM

# Run a scenario in a model of its own.
play() {
    number=$((number + 1))
    UPGRADE_DIR=$TAP_DIR/run-$number
    mkdir "$UPGRADE_DIR"
    quiet "$LUACHARM" model new --model "$UPGRADE_DIR/model"
    "$LUACHARM" model play --model "$UPGRADE_DIR/model" "$scenarios/$1.lua"
}

# scenario NAME VARIANT
scenario() {
    VARIANT=$2
    passes "$1, provider $2" play "$1"
}

if [ -n "${PROOF:-}" ]; then
    variants='prompt late denying failing'
    kills=10
    killed_wanted=50
else
    variants='prompt adverse'
    kills=3
    killed_wanted=3
fi

for variant in $variants; do
    for name in refresh renewal regeneration ca_rotation provider_swap provider_refresh; do
        scenario $name "$variant"
    done
    for PLACE in peer file secret; do
        [ "$variant" = prompt ] || [ $PLACE = peer ] || continue
        scenario adopted "$variant"
    done
done
PLACE=
RATE=150
scenario two_units prompt
RATE=

# --- the charm is killed, each hook up to $kills times, at random moments

mkdir kills
cp -r "$TESTS/../charms/web" killed
cat >killed/dispatch <<END
#!/bin/sh
hook=\${JUJU_DISPATCH_PATH##*/}
case \$hook in
    upgrade-charm | config-changed | *-changed) ;; # those of the refresh
    *) exec "$LUACHARM" dispatch ;;
esac
run=\$(cat "$TAP_DIR/kills/\$hook" 2>/dev/null || echo 0)
[ "\$run" -lt $kills ] || exec "$LUACHARM" dispatch
echo \$((run + 1)) >"$TAP_DIR/kills/\$hook"
"$LUACHARM" dispatch &
pid=\$!
sleep "\$(awk -v seed="\$pid" -v hook="\$hook" 'BEGIN {
    srand(seed)
    print rand() * (hook == "upgrade-charm" ? 0.3 : 0.08) }')"
kill -9 \$pid 2>/dev/null
wait \$pid
code=\$?
[ \$code -ne 137 ] || echo "\$hook" >>"$TAP_DIR/kills/all"
exit \$code
END
chmod +x killed/dispatch
WEB=$TAP_DIR/killed
RETRIES=$((kills + 2))
touch kills/all
round=0
while [ "$(wc -l <kills/all)" -lt "$killed_wanted" ] && [ $round -lt 40 ]; do
    round=$((round + 1))
    rm -f kills/[!a]* # how often each hook has run
    scenario refresh prompt
done
passes "the charm was killed $(wc -l <kills/all) times" [ "$(wc -l <kills/all)" -ge "$killed_wanted" ]
RETRIES=

# --- charms that do it wrong

# wrong NAME SCRIPT-FOR-NGINX SCRIPT-FOR-CHARM: charms/web, changed by sed
wrong() {
    cp -r "$TESTS/../charms/web" "$1"
    sed -i "$2" "$1/src/nginx.lua"
    sed -i "$3" "$1/src/charm.lua"
    if cmp -s "$1/src/nginx.lua" "$TESTS/../charms/web/src/nginx.lua"; then
        tap_result "$1 differs from charms/web" false ''
    fi
    WEB=$TAP_DIR/$1
    VARIANT=prompt
    play regeneration >"$OUT" 2>&1
    sed -i "\$s/^new key  /$(printf '%-9s' "$1")/" "$UPGRADE_TABLE"
    has "a charm that is wrong ($1) is seen to fail" "$(cat "$OUT")" 'FAILED      no handshake has failed'
}

wrong restart 's/check(nginx("-s", "reload"), "reload")/M.stop() start()/' ''
# Its server reads the files at each handshake, and other work comes between key and certificate.
cat >key-first.charm <<'END'
s|cert:install { dir = nginx.tls_dir() }|(function()\
    if not charm.file.exists(nginx.tls_dir()) then return cert:install { dir = nginx.tls_dir() } end\
    charm.file.write(nginx.tls_dir() .. "/key.pem", cert.key)\
    charm.exec { "sleep", "0.2" }\
    charm.file.write(nginx.tls_dir() .. "/cert.pem", cert:fullchain(), { mode = "0644" })\
    return true\
  end)()|
END
cat >key-first.nginx <<'END'
s|^worker_processes.*|&\nuser root;|
s|^  access_log off;|&\n  map $ssl_server_name $late { default ""; }|
s|/cert.pem;|$late&|
s|/key.pem;|$late&|
END
wrong key-first "$(cat key-first.nginx)" "$(cat key-first.charm)"
WEB=

passes 'both web charms run the same nginx' \
    cmp "$TESTS/../charms/web/src/nginx.lua" "$TESTS/../charms/web-v3/src/nginx.lua"

# --- the table: from the change to the first handshake with the new serial, and the longest time
# without a handshake that succeeded; a rate under the wanted one is this machine's, busy elsewhere

printf '# %-30s %-8s %6s %5s %7s %8s %7s\n' scenario provider made 'per s' failed 'new ms' 'gap ms'
sed 's/^/# /' table
[ -z "${PROOF:-}" ] || cp table "${PROOF_TABLE:-/dev/null}"
is 'nothing failed but where it had to' "$(awk '!/^(restart|key-first)/ && $(NF - 2) != 0' table)" ''
done_testing
