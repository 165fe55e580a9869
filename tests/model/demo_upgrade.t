#!/bin/sh
# make demo-upgrade's script: it shows what it says, and leaves nothing behind but its page.
. "${TESTS:-tests}/lib/tap.sh"
workdir
TLS_LOAD=${TLS_LOAD:-$TESTS/../build/tests/load/tls_load}

passes 'the demo runs' env TMPDIR="$PWD" TLS_LOAD="$TLS_LOAD" PAGE="$PWD/page.html" \
    "$TESTS/../charms/demo-upgrade.sh"
shown=$(cat "$OUT")
has 'no handshake failed' "$shown" 'handshakes, 0 failed'
has 'the old certificate served first' "$shown" 'A  serial '
has 'then the new one' "$shown" 'B  serial '
has 'what the refresh did' "$shown" 'key made'
passes 'the page has what the client saw' grep -q '"load":{"handshakes":' page.html
is 'nothing else is left behind' "$(find . -mindepth 1 -not -name '.out*' -not -name page.html)" ''
is 'no server, either' "$(find /proc -maxdepth 2 -name cmdline -exec grep -l "$PWD" {} + 2>/dev/null |
    while read -r file; do grep -aq nginx "$file" && echo "$file"; done)" ''
done_testing
