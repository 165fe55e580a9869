#!/bin/sh
# X509-055: a private key never stands in an argument list, an environment or a log, over the whole
# life of a requirer: first request, certificate, renewal, rotation, removal; nor in what is shown of that
# life, statuses and what verbs print, nor in what is kept of it, the recordings of its hooks and the page
# of its timeline; nor in what policies say of a request that lies beside its key. Searched for are its PEM body, its
# DER in hex, and its PEM in base64. A control charm that leaks on purpose is caught in each of the
# places by the same search; only recordings have no control's key in them unless that is asked for.
. "${TESTS:-tests}/lib/tap.sh"
workdir
charms=$TESTS/../charms

# Patterns of a key in a PEM file, one a line: each line of its body; windows of its DER in hex; and
# windows of its PEM in base64, at each of the three places where a byte can begin.
patterns_of() {
    grep -v '^-----' "$1" | grep '..........'
    openssl pkey -in "$1" -outform DER 2>/dev/null | od -An -v -tx1 | tr -d ' \n' |
        fold -w 64 | grep '^.\{64\}$'
    for skip in 0 1 2; do
        tail -c +$((skip + 1)) "$1" | base64 -w 0 | fold -w 48 | sed -n '4,$p' | grep '^.\{48\}$'
    done
    tail -c +33 "$1" | od -An -v -tx1 | tr -d ' \n' | fold -w 64 | grep '^.\{64\}$'
}

# A verb of the model, with every program that it starts recorded.
traced() {
    strace -f -v -s 10000000 -e trace=execve -e signal=none -o trace.new "$LUACHARM" model "$@" \
        >>printed 2>&1
    traced_status=$?
    cat trace.new >>trace
    return $traced_status
}

# Newlines of an argument stand as \n in strace's output: one pattern of several lines is not searched
# for, so each line of the PEM is one.
hits() { grep -cF -f patterns "$1"; }

hits_below() { find "$1" -type f -exec cat {} + | grep -cF -f patterns; }
found() { [ "$1" -gt 0 ] && echo found; }

# life CHARM OPTIONS whole|short
life() {
    rm -rf .luacharm trace printed log tls patterns recordings page.html
    traced new && traced deploy "$charms/self-signed-ca" &&
        traced deploy "$1" web --config tls-dir="$PWD/tls" $2 &&
        traced integrate web self-signed-ca && traced settle || return 1
    patterns_of tls/key.pem >patterns
    if [ "$3" = whole ]; then
        traced advance 85d && traced run web/0 rotate-key && traced settle || return 1
        patterns_of tls/key.pem >>patterns
        traced show-unit web/0 && traced status && traced remove-relation web self-signed-ca &&
            traced settle || return 1
    fi
    traced status || return 1
    "$LUACHARM" model debug-log --replay --level TRACE >log 2>&1
    "$LUACHARM" model timeline --html page.html
}

export LUACHARM_RECORD=recordings

passes 'the life of a requirer runs under strace' \
    life "$charms/web" '--config external-hostname=web.example.com --config workload=none' whole
is 'there are patterns to look for' "$([ "$(wc -l <patterns)" -gt 100 ] && echo enough)" enough
passes 'the programs that were started are recorded' grep -q 'secret-add' trace
is 'X509-055 no key in an argument list or environment' "$(hits trace)" 0
is 'X509-055 no key in the log' "$(hits log)" 0
is 'X509-055 no key in what the verbs print' "$(hits printed)" 0
passes 'the hooks are recorded' grep -rq 'secret-add' recordings
is 'X509-055 no key in the recordings' "$(hits_below recordings)" 0
is 'X509-055 no key on the page of the timeline' "$(hits page.html)" 0
is 'no file of a secret is left behind' "$(grep -o '#file=[^"]*' trace | sed 's/^#file=//' | sort -u |
    while read -r file; do [ ! -e "$file" ] || echo "$file"; done)" ''

export LUACHARM_RECORD_SECRETS=yes
passes 'the control runs' life "$TESTS/conformance/charms/leaky" '' short
is 'the control is found in an argument list' \
    "$([ "$(grep -F 'execve' trace | grep -F '["true", ' | grep -cF -f patterns)" -gt 0 ] && echo found)" found
is 'the control is found in an environment' \
    "$([ "$(grep -F 'LEAK=' trace | grep -cF -f patterns)" -gt 0 ] && echo found)" found
is 'the control is found in the log' "$([ "$(hits log)" -gt 0 ] && echo found)" found
is 'the control is found in a status, which a verb prints' "$(found "$(hits printed)")" found
is 'the control is found on the page of the timeline' "$(found "$(hits page.html)")" found
is 'and in the recordings, where their owner wants secrets' "$(found "$(hits_below recordings)")" found

# A model keeps the secrets of its charms, for its owner alone.
is 'the control is found in the database of the model' "$(found "$(hits_below .luacharm)")" found
is 'whose folder nobody else may enter' "$(stat -c %a .luacharm)" 700
is 'nor read the database itself' "$(stat -c %a .luacharm/model.db)" 600

# --- policies

cat >pair.lua <<'EOF'
local x509 <const> = require "charm.x509"
local key <const> = x509.key.generate { type = "rsa", bits = 2048 }
local request <const> = x509.csr.new(key, { common_name = "web.example.com", sans_dns = { "web.example.com" } })
print(request:pem() .. "\n" .. key:pem())
EOF
cat >policy.lua <<'EOF'
local policy <const> = require "charm.policy"
return policy {
  policy.rules.domains { "example.com" },
  policy.rules.servers { validity = "30d" },
}
EOF
"$LUACHARM" run pair.lua >pair.pem
sed -n '/PRIVATE/,/PRIVATE/p' pair.pem >key.pem
patterns_of key.pem >patterns
is 'there is a key beside a request' "$(found "$(hits pair.pem)")" found

# judge POLICY: what is printed and written of it.
judge() {
    rm -f said page.html
    "$LUACHARM" policy eval --html page.html "$1" pair.pem >said 2>&1
    "$LUACHARM" policy eval --json "$1" pair.pem >>said 2>&1
    "$LUACHARM" policy explain "$1" pair.pem >>said 2>&1
    "$LUACHARM" x509 show pair.pem >>said 2>&1
}
judge policy.lua
has 'the request is judged' "$(cat said)" web.example.com
is 'X509-055 no key in what is printed of a decision' "$(hits said)" 0
is 'X509-055 no key on the page of decisions' "$(hits page.html)" 0
sed "s|policy.rules.servers.*|policy.require('leaky', function() return policy.deny('other', '$(sed -n 3p key.pem)') end)|" \
    policy.lua >leaky.lua
judge leaky.lua
is 'a policy with a key in it is found in what is printed' "$(found "$(hits said)")" found
is 'and on the page' "$(found "$(hits page.html)")" found

# --- core files

# core COMMAND...: whether the system dumps it when it aborts, once it has printed a line.
core() {
    python3 -c 'import os, resource, signal, subprocess, sys
resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE)[1:] * 2)
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
child.stdout.readline()
child.send_signal(signal.SIGABRT)
print("dumped" if os.WCOREDUMP(os.waitpid(child.pid, 0)[1]) else "not dumped")' "$@" 2>&1
}
echo 'for line in io.lines "/proc/self/limits" do print(line) end' >limits.lua
has 'the program leaves no core file' "$("$LUACHARM" run limits.lua | tr -s ' ')" 'Max core file size 0 0'
echo 'print "up"; io.stdout:flush(); while true do end' >loop.lua
is 'and none is dumped when it aborts' "$(core "$LUACHARM" run loop.lua)" 'not dumped'
# "dumped", unless this machine allows nobody a core.
echo "# another program that aborts: $(core sh -c 'echo up; exec sleep 10')"
done_testing
