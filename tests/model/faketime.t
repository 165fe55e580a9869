#!/bin/sh
# The model's time in the programs of charms: dynamic ones by libfaketime, ours by asking the model.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

quiet model new --at 2031-05-06T07:08:09Z
quiet model deploy "$charms/plain"
quiet model settle
is 'date' "$(as plain/0 date -u +%Y-%m-%dT%H:%M)" 2031-05-06T07:08
is 'python' "$(as plain/0 /usr/bin/python3 -c 'import time; print(time.strftime("%Y-%m-%d", time.gmtime()))')" 2031-05-06
is 'and what they start' "$(as plain/0 'sh -c "date -u +%Y"')" 2031
quiet model advance 80d
is 'after 80 days' "$(as plain/0 date -u +%Y-%m-%d)" 2031-07-25
is 'our own program asks' "$(as plain/0 luacharm-model-clock)" "$(TZ=UTC date -d 2031-07-25T07:08:09Z +%s)"
now=$(date +%s)
is 'it goes on while a program runs' "$(as plain/0 'a=$(date +%s); sleep 1.1; b=$(date +%s); [ $b -gt $a ] && echo on')" on
is 'timeouts are real' "$(as plain/0 'timeout 0.2 sleep 5; echo $?')" 124
as plain/0 "echo >'$TAP_DIR/file'"
tap_result 'the times of files too' "$([ "$(stat -c %Y file)" -ge "$now" ] && [ "$(stat -c %Y file)" -lt $((now + 600)) ] && echo true)" "$(stat -c %y file)"
cat >when.lua <<'END'
print(os.time())
END
library=$(find /usr/lib* -name libfaketime.so.1 2>/dev/null | head -n 1)
is 'no variable shifts our program' \
    "$(LD_PRELOAD=$library FAKETIME=+99999999 "$LUACHARM" run when.lua 2>/dev/null | cut -c -7)" "$(date +%s | cut -c -7)"
tap_result 'as it does others' \
    "$([ "$(LD_PRELOAD=$library FAKETIME=+99999999 lua5.4 when.lua)" -gt $(($(date +%s) + 99999000)) ] && echo true)"
as plain/0 'sh -c "echo \$\$ >$JUJU_CHARM_DIR/../pid; exec date"' >out
is 'nothing is left in shared memory' "$(find /dev/shm -name "*faketime_*_$(cat .luacharm/units/plain-0/pid)")" ''
done_testing
