#!/bin/sh
# Verbs that look: status, secrets, debug-log, as juju lays them out.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

quiet model new --at 2026-01-15T12:00:00Z
is 'status of an empty model' "$(model status)" 'Model  Version  Timestamp
local  3.6.26   2026-01-15T12:00:00Z

Model "local" is empty.'
quiet model deploy "$charms/asker" -n 2
quiet model deploy "$charms/giver"
quiet model integrate asker:db giver:db
has 'a unit without a charm is being allocated' "$(model status)" \
    'asker/0*  waiting   allocating  10.1.0.2         waiting for machine'
quiet model settle
quiet as asker/1 'status-set blocked "needs a näme"; open-port 443; open-port 53/udp; application-version-set 1.2'
quiet as giver/0 'status-set active'
is 'status: columns fit, the leader has a star, ports and relations as in juju' "$(model status)" \
    'Model  Version  Timestamp
local  3.6.26   2026-01-15T12:00:00Z

App    Version  Status   Scale  Charm  Rev  Message
asker  1.2      blocked      2  asker    1  needs a näme
giver           active       1  giver    1

Unit      Workload  Agent  Address   Ports           Message
asker/0*  unknown   idle   10.1.0.2
asker/1   blocked   idle   10.1.0.3  443/tcp 53/udp  needs a näme
giver/0*  active    idle   10.1.0.4

Integration provider  Requirer       Interface    Type     Message
asker:cluster         asker:cluster  asker-peers  peer
giver:db              asker:db       pair         regular'
lacks 'no colour but on a terminal' "$(model status)" "$(printf '\033')"
# shellcheck disable=SC2016 # for the unit's shell
quiet as giver/0 'status-set waiting "$(printf "two\nlines \033[31mred")"'
has 'what a terminal would act on is shown' "$(model status)" 'two\x0alines \x1b[31mred'
quiet model remove-unit asker/0
quiet model remove-relation asker giver
has 'a unit that is being removed' "$(model status)" 'asker/0   unknown   idle   10.1.0.2                  (dying)'
has 'and a relation' "$(model status)" 'pair         regular  (dying)'
quiet model remove-application giver
has 'and an application' "$(model status | sed -n '/^App/,/^$/p')" '(dying) two'
has 'as JSON' "$(model status --json)" '"life": "dying"'
on asker/1 update-status <<'END'
"$LUACHARM" model status -m "$TOP/.luacharm" >"$TOP/during"
END
sed -i "s|\"\$LUACHARM\"|'$LUACHARM'|" on/asker/1/update-status
quiet model fire --no-settle asker/1 update-status
has 'a hook that runs' "$(cat during)" 'blocked   executing  10.1.0.3  443/tcp 53/udp  (update-status) needs a näme'

# --- on a terminal

on_terminal() { script -qec "$*" /dev/null | tr -d '\r'; }
green=$(printf '\033[32midle\033[0m')
red=$(printf '\033[31mblocked\033[0m')
seen=$(TERM=xterm on_terminal "'$LUACHARM' model status")
has 'colour on a terminal: good' "$seen" "$green"
has 'colour on a terminal: bad' "$seen" "$red"
is 'which changes no column' "$(printf '%s\n' "$seen" | sed 's/\x1b\[[0-9]*m//g')" "$(model status)"
is 'NO_COLOR' "$(NO_COLOR=1 TERM=xterm on_terminal "'$LUACHARM' model status")" "$(model status)"
is 'a dumb terminal' "$(TERM=dumb on_terminal "'$LUACHARM' model status")" "$(model status)"

# --- again and again

"$LUACHARM" model status --watch 1s >watched &
watcher=$!
tries=0
while [ ! -s watched ] && [ $tries -lt 200 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
quiet model destroy
quiet model new other
while ! grep -q other watched && [ $tries -lt 400 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
has 'status --watch shows what is new' "$(cat watched)" 'Model "other" is empty.'
kill -TERM $watcher
wait $watcher
is 'status --watch ends well when it is told to' $? 0
fails 'status --watch: not a duration' 2 "--watch: '5 minutes' is not a duration" model status --watch '5 minutes'
fails 'status --watch --json' 2 'choose one' model status --watch --json

# --- secrets, debug-log

is 'no secrets' "$(model secrets)" 'There are no secrets in this model'
quiet model deploy "$charms/asker"
quiet model settle
id=$(as asker/0 'secret-add --label name --rotate daily --owner unit abc=1' | sed 's|.*/||')
is 'secrets as juju lists them' "$(model secrets | sed "s/$id/ID/; s/T..:..:..Z/T/; s/  */ /g")" \
    "ID Name Owner Rotation Revision Last updated
ID name asker/0 daily 1 $(date -u -d "$(model status --json | sed -n 's/.*"time": "\(.*\)".*/\1/p')" +%Y-%m-%dT)"
tap_result 'in less than 100 columns' "$([ "$(model secrets | wc -L)" -lt 100 ] && echo true)" "$(model secrets)"
passes 'show-secret by label' model show-secret name --reveal --revision 1
has 'shows the content' "$(cat "$OUT")" 'abc: "1"'
fails 'show-secret of a revision that is not there' 1 "secret revision \"$id/9\" not found" \
    model show-secret name --reveal --revision 9
quiet as asker/0 'juju-log hello'
for name in asker/0 asker unit-asker-0; do
    has "debug-log -i $name" "$(model debug-log -i $name)" 'INFO unit.asker/0.juju-log hello'
done
fails 'debug-log of nobody' 1 "unit or application 'nosuch' not found: there is asker/0" model debug-log -i nosuch
fails 'debug-log of a part of a name' 1 "'ask' not found" model debug-log -i asker/0 -i ask
passes 'debug-log of a unit that has said nothing yet' model debug-log -i asker/0 -l ERROR
done_testing
