#!/bin/sh
# luacharm repl: what is typed is run, and told.
. "${TESTS:-tests}/lib/tap.sh"

workdir
export HOME="$TAP_DIR/home"
mkdir home
repl() { "$LUACHARM" repl "$@" 2>&1; }
terminal() { python3 "$TESTS/lib/terminal.py" "$@"; }

is 'an expression shows its value' "$(echo '6 * 7' | repl)" 42
is 'a statement is run' "$(printf 'x = 3\nprint(x)\n' | repl)" 3
is 'several values are several lines' "$(echo '1, "two", nil' | repl)" '1
two
nil'
is 'a table shows its fields' "$(echo '{ "a", n = 1 }' | repl)" '{
  [1] = "a",
  n = 1,
}'
is 'a statement may take several lines' "$(printf 'for i = 1, 2 do\nprint(i)\nend\n' | repl)" '1
2'
has 'an error is told, and the prompt goes on' "$(printf 'nosuch()\n1\n' | repl)" \
    "there is no variable 'nosuch'
1"
has 'so is a mistake in the syntax' "$(printf 'x = = 1\n1\n' | repl)" "near '='
1"
is 'the modules are at hand' "$(echo 'x509.key.generate { type = "ed25519" }' | repl)" \
    'charm.Key: ed25519 (secret)'
has 'describe tells of a function' "$(echo 'describe(charm.open_port)' | repl)" 'Open a port'
has 'describe tells of an object' "$(echo 'describe(x509.key.generate { type = "ed25519" })' | repl)" \
    'charm.Key:fingerprint()'
has 'describe tells of a name' "$(echo 'describe "tls.requires"' | repl)" 'Ask for certificates'
has 'what needs a hook says so' "$(echo 'charm.unit' | repl)" 'only there in a hook'

openssl req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj /CN=db.internal 2>/dev/null
chmod 600 key.pem
is 'a request is at hand' "$(echo 'csr:common_name()' | repl request.pem | tail -n 1)" db.internal
is 'a key is at hand' "$(echo 'key:matches(csr)' | repl key.pem request.pem | tail -n 1)" true
fails 'a file that is none' 1 'expected a request, a certificate or a key' \
    "$LUACHARM" repl "$TESTS/lib/tap.sh"
fails 'a file that is not there' 1 'nosuch.pem' "$LUACHARM" repl nosuch.pem

passes 'on a terminal there is a prompt' terminal "$LUACHARM" repl <<'EOT'
expect describe(x) tells
expect > 
editing
send 1 + 1\r
expect 2
expect > 
editing
send \x04
end
EOT
passes 'tab completes a name' terminal "$LUACHARM" repl <<'EOT'
expect > 
editing
send x509.key.gen\t { type = "ed25519" }\r
expect charm.Key: ed25519
expect > 
editing
send \x04
end
EOT
passes 'and a method of an object' terminal "$LUACHARM" repl <<'EOT'
expect > 
editing
send k = x509.key.generate { type = "ed25519" }\r
expect > 
editing
send k:fing\t()\r
expect erprint()
expect \n
expect > 
editing
send \x04
end
EOT
passes 'Ctrl-C stops what runs, and not the prompt' terminal "$LUACHARM" repl <<'EOT'
expect > 
editing
send print "run" while true do end\r
expect run\r\n
send \x03
expect stopped by Ctrl-C
expect > 
editing
send "still" .. "here"\r
expect stillhere
expect > 
editing
send \x04
end
EOT
is 'what was typed is kept, for its user alone' \
    "$(grep -c ed25519 home/.local/state/luacharm/history) $(stat -c %a home/.local/state/luacharm/history)" \
    '2 600'
passes 'and comes back with the arrow' terminal "$LUACHARM" repl <<'EOT'
expect > 
editing
send \x1b[A\r
expect stillhere
expect > 
editing
send \x04
end
EOT
passes 'a home that cannot be written is no obstacle' env HOME=/proc/none python3 \
    "$TESTS/lib/terminal.py" "$LUACHARM" repl <<'EOT'
expect > 
editing
send 2 + 3\r
expect 5
expect > 
editing
send \x04
end
EOT
done_testing
