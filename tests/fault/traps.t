#!/bin/sh
# What Juju accepts while a hook runs and refuses when it has ended (juju-hooks 1.5, 3.7): the hook avoids
# it, or fails, and the next one heals. The model is changed under the hook, between its end and the commit.
# shellcheck source=tests/fault/life.sh disable=SC2154 # variables of life.sh
. "$TESTS/fault/life.sh"
count=0

# first UNIT COMMAND [WITHOUT]: the first hook of the unit, no action, with this hook command and without
# that one
first() {
    n=1
    while [ $n -le "$last" ]; do
        case $(name $n) in
            "$1 "*) grep -q '^settle ' "hooks/$n/command" && calls_of $n | grep -qxF "$2" && ! calls_of $n | grep -qxF "${3:-none}" && echo $n && return ;;
        esac
        n=$((n + 1))
    done
}

sql() { sqlite3 -cmd '.timeout 5000' -cmd 'PRAGMA foreign_keys = ON' "$db" "$1"; }

# under HOOK SQL: the hook, and then this before its commit. @SET is the secret that it has set.
under() {
    # shellcheck disable=SC2016 # for the hook
    plan "sql='$(printf %s "$2" | sed "s/'/'\\\\''/g")'" '"$subject" dispatch
        status=$?
        set=$(sed -n "s/^secret-set  *[0-9]* \([0-9a-v]*\) .*/\1/p" "$top/calls" | head -n 1)
        printf %s "$sql" | sed "s/@SET/'\''$set'\''/g" |
            sqlite3 -cmd ".timeout 5000" -cmd "PRAGMA foreign_keys = ON" "$top/.luacharm/model.db" || status=99
        exit $status'
    once "$1"
    count=$((count + 1))
}

heals() { # NAME HOOK: the next hook ends as the undisturbed one did
    again "$2"
    is "$1: the next hook goes through" "$outcome" ok
    same "$2"
    is "$1: and ends as the undisturbed one" "$why" ''
}

refused() { # NAME HOOK TEXT
    is "$1: the hook fails" "$outcome" failed
    has "$1: as Juju says" "$(cat log)" "$3"
    passes "$1: and nothing is broken" whole "$2"
}

life

# --- avoided: set and remove --revision of one secret in one hook, after which the set is gone

both=
n=1
while [ $n -le "$last" ]; do
    both=$both$(awk '$1 == "secret-set" { set[$3] = 1 }
        $1 == "secret-remove" && $4 == "revision" { removed[$3] = 1 }
        END { for (id in set) if (id in removed) print id }' "hooks/$n/calls")
    n=$((n + 1))
done
is 'no hook sets a secret and removes a revision of it' "$both" ''
is 'a hook sets secrets at all' "$(cat hooks/*/calls | grep -c '^secret-set ' | grep -c '[1-9]')" 1
is 'and one removes revisions' "$(cat hooks/*/calls | grep '^secret-remove ' | grep -c revision | grep -c '[1-9]')" 1

# --- a label that is taken by the time of the commit: by what an earlier commit has done, half of it

n=$(first site/0 secret-add)
under "$n" "ATTACH '$PWD/hooks/$((n + 1))/model/model.db' AS other;
    INSERT INTO secret SELECT * FROM other.secret WHERE unit = 'site/0';
    INSERT INTO secret_revision SELECT * FROM other.secret_revision
        WHERE secret IN (SELECT id FROM other.secret WHERE unit = 'site/0');
    INSERT INTO secret_value SELECT * FROM other.secret_value
        WHERE secret IN (SELECT id FROM other.secret WHERE unit = 'site/0');"
refused 'a label that is taken' "$n" 'already exists'
again "$n"
is 'a label that is taken: the next hook goes through' "$outcome" ok
world "hooks/$n/before" now >world
# It has read the key that it found, and so tracks it.
is 'a label that is taken: and ends as the undisturbed one, with that key' \
    "$(grep -v '^reads|' world)" "$(grep -v '^reads|' "hooks/$n/world")"

# --- a secret that is gone

n=$(first site/0 secret-set secret-add)
under "$n" "DELETE FROM secret WHERE id = @SET;"
refused 'a secret that is gone' "$n" 'not found'
again "$n"
is 'a secret that is gone: the next hook goes through' "$outcome" ok
passes 'a secret that is gone: and nothing is broken by it' whole "$n"
is 'a secret that is gone: it is there again' "$(grep -c '^owner|' now)" "$(grep -c '^owner|' "hooks/$n/after")"

# --- a secret that is no longer ours

n=$(first site/0 secret-set secret-add)
under "$n" "UPDATE secret SET app = 'office', unit = 'office/0' WHERE id = @SET;"
refused 'a secret that one may not change' "$n" 'permission denied'
sql "UPDATE secret SET app = 'site', unit = 'site/0' WHERE unit = 'office/0'"
heals 'a secret that one may not change' "$n"

# --- leadership that is lost between is-leader and the commit

n=$(first office/0 secret-add)
under "$n" "UPDATE application SET leader = NULL WHERE name = 'office';"
refused 'leadership that is lost' "$n" 'creating secrets: permission denied'
sql "UPDATE application SET leader = 'office/0' WHERE name = 'office'"
heals 'leadership that is lost' "$n"
n=$(first office/0 relation-set secret-add)
under "$n" "UPDATE application SET leader = NULL WHERE name = 'office';"
refused 'leadership that is lost before databags are written' "$n" 'leader'
sql "UPDATE application SET leader = 'office/0' WHERE name = 'office'"
heals 'leadership that is lost before databags are written' "$n"

echo "# fault: $count commits that Juju refuses"
done_testing
