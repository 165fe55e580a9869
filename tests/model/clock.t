#!/bin/sh
# The clock and what it brings: expiry and rotation (SIM-21), secret-remove (SIM-22), the forms of
# JUJU_SECRET_ID (SIM-16), retries, update-status.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

quiet model new --at 2026-01-01T00:00:30Z
quiet model deploy "$charms/asker" -n 2
quiet model deploy "$charms/giver" -n 2
quiet model integrate asker:db giver:db
quiet model settle
trace >/dev/null
now() { model status | sed -n '2s/.* //p'; }
for event in expired rotate changed remove; do
    for app in asker giver; do
        on $app secret-$event <<'END'
echo "$JUJU_DISPATCH_PATH id=$JUJU_SECRET_ID label=$JUJU_SECRET_LABEL revision=${JUJU_SECRET_REVISION-unset}" \
    >>"$TOP/events"
END
    done
done
events() { [ -f events ] && sort events | uniq -c | sed 's/^ *//' && rm events; }

# --- changed and remove

as giver/0 'secret-grant -r db:1 $(secret-add a-key=1 --label shared)'
id=$(as giver/0 secret-info-get --label shared | head -n 1 | tr -d :)
as asker/1 secret-get "$id" --label mine >/dev/null
quiet model settle
is 'SIM-22 nothing to tell of one revision' "$(trace)" ''
as giver/0 secret-set "$id" a-key=2
quiet model settle
is 'SIM-16 secret-changed: to the unit that reads it, by its own label' "$(events)" \
    "1 hooks/secret-changed id=secret:$id label=mine revision=unset"
trace >/dev/null
as asker/1 secret-get --refresh "$id" >/dev/null
quiet model settle
is 'SIM-22 secret-remove: to the owner, when nobody tracks the old revision' "$(trace)" \
    'giver/0 secret-remove shared:1'
is 'SIM-16 with revision and owner'\''s label' "$(events)" "1 hooks/secret-remove id=secret:$id label=shared revision=1"
quiet model settle
is 'SIM-22 once for each revision' "$(trace)" ''
as giver/0 "secret-set $id a-key=3"
as giver/0 "secret-set $id a-key=4"
quiet model settle
is 'SIM-22 a revision that nobody ever read goes when its successor is there' "$(trace | sort)" \
    'asker/1 secret-changed mine
giver/0 secret-remove shared:3'
rm -f events
has 'SIM-22 nothing is deleted by itself' "$(model show-secret shared --json)" '"revision": 1'

# --- expiry

as giver/0 secret-add --owner unit --label short --expire 10m a-key=1 >/dev/null
short=$(as giver/0 secret-info-get --label short | head -n 1 | tr -d :)
trace >/dev/null
quiet model advance 9m
is 'SIM-21 not before its time' "$(trace)" ''
quiet model advance 30s
is 'SIM-21 the due time is cut to the minute' "$(trace)" 'giver/0 secret-expired short:1'
is 'SIM-16 the bare id' "$(events)" "1 hooks/secret-expired id=$short label=short revision=1"
quiet model advance 14m
is 'SIM-21 again every five minutes' "$(trace)" 'giver/0 secret-expired short:1
giver/0 secret-expired short:1'
on giver/0 secret-expired <<'END'
secret-remove "$JUJU_SECRET_ID" --revision "$JUJU_SECRET_REVISION"
END
quiet model advance 5m
trace >/dev/null
quiet model advance 1h
is 'SIM-21 until the revision is gone' "$(trace)" ''
forget giver/0 secret-expired

as giver/0 secret-add --owner unit --label long --expire 2026-01-01T02:00:00Z a-key=1 >/dev/null
as giver/0 'secret-set $(secret-info-get --label long | head -n 1 | tr -d :) a-key=2'
lacks 'SIM-20 new content without --expire has no expiry' "$(as giver/0 secret-info-get --label long)" expiry
as giver/0 'secret-set $(secret-info-get --label long | head -n 1 | tr -d :) --expire 2026-01-01T04:00:00+02:00'
has 'SIM-20 --expire alone moves the latest revision'\''s' "$(as giver/0 secret-info-get --label long)" '2026-01-01T02:00:00Z'
trace >/dev/null
passes 'SIM-21 what repeats and changes nothing is put off' model advance 10d
has 'and said' "$(cat "$OUT")" 'secret-expired repeats every 5 minutes'
has 'the clock is where it was turned to' "$(now)" '2026-01-11T01'

# --- rotation

as giver/0 'secret-remove $(secret-info-get --label long | head -n 1 | tr -d :)'
as giver/0 secret-add --label turning --rotate hourly a-key=1 >/dev/null
turning=$(as giver/0 secret-info-get --label turning | head -n 1 | tr -d :)
trace >/dev/null
quiet model advance 1h
is 'SIM-21 secret-rotate: to the leader, one period later' "$(trace)" 'giver/0 secret-rotate turning'
quiet model advance 5m
is 'SIM-21 without a new revision, again after five minutes' "$(trace)" 'giver/0 secret-rotate turning'
on giver/0 secret-rotate <<'END'
secret-set "$JUJU_SECRET_ID" a-key="$(luacharm-model-clock)"
END
quiet model advance 5m
trace >/dev/null
quiet model advance 3h
is 'SIM-21 with one, a period later' "$(trace | grep -c secret-rotate)" 3
has 'secret-info-get shows when' "$(as giver/0 secret-info-get --format=json "$turning")" '"rotates":"2026-01-11T'
as giver/0 "secret-remove $turning"

# --- leadership decides who hears

as giver/0 secret-add --label led --expire 10m a-key=1 >/dev/null
quiet model set-leader giver/1
quiet model settle
trace >/dev/null
quiet model advance 10m
is 'SIM-22 the application'\''s secrets are the leader'\''s' "$(trace)" 'giver/1 secret-expired led:1'
as giver/1 'secret-remove $(secret-info-get --label led | head -n 1 | tr -d :)'

# --- update-status, retries

quiet model advance --update-status 5m
is 'update-status when asked for' "$(trace | sort)" 'asker/0 update-status
asker/1 update-status
giver/0 update-status
giver/1 update-status'
on asker/0 update-status <<'END'
luacharm-model-clock >>"$TOP/tries"
exit 1
END
model fire asker/0 update-status --retries 7 >/dev/null 2>&1
awk 'NR > 1 { printf "%s%d", (NR > 2 ? " " : ""), $1 - last } { last = $1 }' tries >waits
is 'SIM-07 retries wait 5 s, doubled up to 5 min' "$(cat waits)" '5 10 20 40 80 160 300'
fails 'no time at all' 2 'not a duration' model advance 0s
fails 'not a time' 2 'not a duration' model advance soon
done_testing
