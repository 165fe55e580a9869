#!/bin/sh
# make demo's script: it shows what it says, quickly, and leaves nothing behind.
. "${TESTS:-tests}/lib/tap.sh"
workdir

start=$(date +%s)
passes 'the demo runs' env TMPDIR="$PWD" "$TESTS/../charms/demo.sh"
shown=$(cat "$OUT")
is 'in under 30 seconds' "$([ $(($(date +%s) - start)) -lt 30 ] && echo yes)" yes
is 'on one screen' "$([ "$(wc -l <"$OUT")" -le 50 ] && echo yes)" yes
has 'what each hook did' "$shown" 'certificates-relation-changed'
has 'the certificate in words' "$shown" 'Names:     DNS:web.example.com, DNS:www.web.example.com'
is 'openssl verifies both certificates' "$(grep -c '^tls/cert.pem: OK' "$OUT")" 2
has 'the renewal' "$shown" 'secret-expired'
is 'nothing is left behind' "$(find . -mindepth 1 -not -name '.out*')" ''

passes 'with the timeline as a page' env TMPDIR="$PWD" TIMELINE="$PWD/page.html" "$TESTS/../charms/demo.sh"
is 'it says where at its end' "$(tail -n 1 "$OUT")" \
    "What happened when, as a page for your browser: file://$PWD/page.html"
passes 'and there it is' grep -q '<title>Timeline of model local</title>' page.html
rm -f page.html

# A runtime that does not issue is told.
cat >broken <<'EOF'
#!/bin/sh
[ "$2" = integrate ] && exit 0
exec "$REAL" "$@"
EOF
chmod +x broken
fails 'it fails when no certificate comes' 1 'web has written no certificate' \
    env TMPDIR="$PWD" REAL="$LUACHARM" LUACHARM="$PWD/broken" "$TESTS/../charms/demo.sh"
is 'and leaves nothing behind then either' "$(find . -mindepth 1 -name 'luacharm-demo*')" ''
done_testing
