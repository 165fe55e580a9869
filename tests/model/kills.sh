#!/bin/sh
# kill -9 at random moments of a model's whole life: it must open, go on, and come to the same end.
# usage: tests/model/kills.sh RUNS [SEED]     $LUACHARM: the program; $TESTS: the tests' folder
#
# A life is the list in live(). In each run about every fourth command of it is started in a session of
# its own, which is killed as a whole after a random part of the time that the command took undisturbed,
# and is then given again. What the model holds is compared twice: with all alive, and at its end.
#
# Where a kill landed is told from what is left: the unit that was running, how far its hook had come
# (the charm writes that down), and whether the command had written anything. Kinds that chance has
# missed are forced afterwards: the charm waits at a place, or strace kills at a system call.
set -u

runs=${1:?how many runs}
seed=${2:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
charm=$TESTS/model/charms/life
top=$(mktemp -d "${TMPDIR:-/tmp}/luacharm-kills.XXXXXX") || exit 1
trap 'rm -rf "$top"' EXIT
trap 'exit 1' INT TERM
cd "$top" || exit 1
: >landed
db=.luacharm/model.db

kinds='opening verb begin between commit next'
words() {
    case $1 in
        opening) echo 'at opening, before anything is written' ;;
        verb) echo "in a verb's own transaction" ;;
        begin) echo 'in a hook before its first command' ;;
        between) echo 'between hook commands' ;;
        commit) echo 'in a commit' ;;
        next) echo 'between a commit and the next event' ;;
        *) echo 'after the command had come to its end' ;;
    esac
}

# The program; "left" is what is left of the time that passes, whatever the clock was killed at.
left=1767229500
model() {
    [ "$*" != 'advance left' ] || set -- advance "$((left - $(sql 'SELECT now FROM model')))s"
    exec $runner "$LUACHARM" model "$@"
}

fault() {
    echo "kills: seed $seed, run $run: $*" >&2
    exit 1
}

sql() { sqlite3 -cmd '.timeout 5000' "$db" "$1" 2>/dev/null; }

# What the model holds, without what a retry may change: ids of secrets, times, the log.
dump() {
    sql "SELECT 'app', name, revision, dying FROM application ORDER BY 1, 2;
         SELECT 'unit', name, phase, installed, started, status, message FROM unit ORDER BY 1, 2;
         SELECT 'setting', app, key, value FROM setting ORDER BY 1, 2, 3;
         SELECT 'state', unit, key, value FROM state ORDER BY 1, 2, 3;
         SELECT 'bag', relation, holder, key, CASE key WHEN 'id' THEN '-' ELSE value END
             FROM bag_value ORDER BY 1, 2, 3, 4;
         SELECT 'scope', relation, unit, created FROM scope ORDER BY 1, 2, 3;
         SELECT 'member', relation, unit, remote FROM member ORDER BY 1, 2, 3, 4;
         SELECT 'secret', s.label, s.latest, v.revision, v.key, v.value FROM secret s
             JOIN secret_value v ON v.secret = s.id ORDER BY 1, 2, 3, 4, 5;
         SELECT 'reads', c.unit, c.tracked FROM secret_consumer c ORDER BY 1, 2;
         SELECT 'grant', g.subject FROM secret_grant g ORDER BY 1, 2;
         SELECT 'time', now FROM model;"
}

# Which hook a unit is in is in its row; how far it has come, in its stage.
classify() {
    unit=$(sql "SELECT name FROM unit WHERE phase = 'running' ORDER BY name LIMIT 1")
    if [ -n "$unit" ]; then
        kind=$(sql "SELECT json_extract(hook, '\$.kind') FROM unit WHERE name = '$unit'")
        remote=$(sql "SELECT coalesce(json_extract(hook, '\$.remote_unit'), '') FROM unit WHERE name = '$unit'")
        stage=$(cat "stages/${unit%/*}-${unit#*/}" 2>/dev/null)
        case $stage in
            *"$kind $remote between") echo between ;;
            *"$kind $remote end") echo commit ;;
            *) echo begin ;;
        esac
    elif [ "$(sql "SELECT count(*) FROM action WHERE status = 'running'")" != 0 ]; then
        case $(cat stages/b-0) in
            *'turn  between') echo between ;;
            *'turn  end') echo commit ;;
            *) echo begin ;;
        esac
    elif [ "$ended" = yes ]; then
        echo after
    elif [ "$written" = no ]; then
        echo opening
    elif [ "$what" = hooks ]; then
        echo next
    elif [ -n "$done" ] && [ "$(sql "$done")" = 1 ]; then
        echo after
    else
        echo verb
    fi
}

# A command in a session of its own, with its hooks; killed when the moment has come.
killed() { # MOMENT COMMAND...: a number of seconds, "hold STAGE" or "at SYSCALL N [PATH]"
    moment=$1
    shift
    tracer=
    case $moment in
        'at '*)
            # shellcheck disable=SC2086 # words
            set -- $moment -- "$@"
            tracer="strace -o /dev/null ${4:+-P $4} -e trace=$2 -e inject=$2:signal=KILL:when=$3"
            [ "$4" != -- ] || tracer="strace -o /dev/null -e trace=$2 -e inject=$2:signal=KILL:when=$3"
            while [ "$1" != -- ]; do shift; done
            shift
            ;;
        'hold '*) touch "hold-${moment#hold }" ;;
    esac
    rm -f stages/*
    # shellcheck disable=SC2086 # words
    (runner="setsid $tracer" && model "$@") >out 2>&1 &
    pid=$!
    case $moment in
        'at '*) wait $pid ;;
        'hold '*)
            while ! grep -q " ${moment#hold }\$" stages/* 2>/dev/null && kill -0 $pid 2>/dev/null; do
                sleep 0.01
            done
            ;;
        *) sleep "$moment" ;;
    esac 2>/dev/null
    ended=no
    kill -0 $pid 2>/dev/null || case $moment in 'at '*) ;; *) ended=yes ;; esac
    pkill -KILL -s $pid 2>/dev/null
    wait $pid 2>/dev/null
    rm -f hold-*
    # What ended while nobody looked has deleted its write-ahead log.
    [ "$ended" = no ] || [ ! -e "$db-wal" ] || ended=no
    written=no # looked at first: who opens the database next cleans it up
    [ ! -s "$db-wal" ] || written=yes
    [ -e "$db" ] || fault "no database after a kill: $*"
    landed=$(classify)
    echo "$landed" >>landed
    # SQLite 3.40.1 takes a column of a WITHOUT ROWID table that its key has moved for NULL.
    check=$(sql 'PRAGMA integrity_check; PRAGMA foreign_key_check' | grep -v '^NULL value in secret_grant.relation$')
    [ "${check:-ok}" = ok ] || fault "the database is damaged after a kill ($landed): $*: $check"
}

# step hooks|verb DONE COMMAND...: DONE: SQL that says 1 when the command need not be given again
step() {
    what=$1
    done=$2
    shift 2
    number=$((number + 1))
    moment=$(sed -n "${number}p" plan)
    if [ "$run" = reference ]; then
        before=$(date +%s%N)
        give "$@"
        echo $(($(date +%s%N) - before)) >>took
        return
    fi
    case $moment in
        -) ;;
        [0-9]*) killed "$moment" "$@" ;;
        *)
            # Until it lands where it should.
            for try in 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
                case $moment in
                    'at '*' N'*) this="${moment%% N*} $try${moment#* N}" ;;
                    *) this=$moment ;;
                esac
                killed "$this" "$@"
                [ "$landed" != "$wanted" ] || break
            done
            ;;
    esac
    give "$@"
}

give() {
    [ -n "$done" ] && [ "$(sql "$done")" = 1 ] && return
    (runner= && model "$@") >out 2>&1 || fault "it does not go on: $*: $(tail -n 3 out)"
}

live() {
    rm -rf .luacharm stages
    mkdir stages
    number=0
    (runner= && model new --at 2026-01-01T00:00:00Z) >out || fault 'no model'
    step verb "SELECT 1 FROM application WHERE name = 'a'" deploy "$charm" a -n 2
    step verb "SELECT 1 FROM application WHERE name = 'b'" deploy "$charm" b
    step hooks '' settle
    step verb "SELECT 1 FROM endpoint WHERE name = 'up'" integrate a:up b:down
    step hooks '' settle
    step verb "SELECT 1 FROM setting WHERE app = 'a'" config a text=two
    step hooks '' settle
    step hooks '' run b/0 turn
    step hooks 'SELECT now >= 1767229500 FROM model' advance left # to 01:05
    step hooks '' settle
    step verb "SELECT count(*) = 2 FROM unit WHERE app = 'b'" add-unit b
    step hooks '' settle
    step verb "SELECT revision = 2 FROM application WHERE name = 'a'" refresh a --path "$charm"
    step hooks '' settle
    step verb "SELECT count(*) = 0 FROM unit WHERE name = 'a/1' AND NOT dying" remove-unit a/1
    step hooks '' settle
    dump >"alive.$run"
    step verb "SELECT count(*) = 0 FROM application WHERE name = 'a' AND NOT dying" remove-application a
    step hooks '' settle
    step verb "SELECT count(*) = 0 FROM application WHERE name = 'b' AND NOT dying" remove-application b
    step hooks '' settle
    dump >"end.$run"
    [ "$run" = reference ] && return
    for state in alive end; do
        cmp -s $state.reference $state.$run ||
            fault "another state ($state): $(diff $state.reference $state.$run | head -n 20)"
    done
    rm -f "alive.$run" "end.$run"
}

run=reference
: >plan
: >took
live
[ -s alive.reference ] || fault 'the reference life has no state'

run=1
while [ "$run" -le "$runs" ]; do
    awk -v seed="$((seed + run))" 'BEGIN { srand(seed); for (i = 0; i < 9; i++) rand() }
        { print rand() < 0.25 ? sprintf("%.4f", rand() * 1.2 * $1 / 1e9) : "-" }' took >plan
    live
    run=$((run + 1))
done

# step NUMBER MOMENT of a life in which nothing else happens
force() {
    wanted=$1
    run=forced-$1
    awk -v number="$2" -v moment="$3" '{ print NR == number ? moment : "-" }' took >plan
    live
}
forced=
for kind in $kinds; do
    grep -qx "$kind" landed && continue
    forced="$forced $kind"
    case $kind in
        opening) force opening 5 'at flock 1' ;;
        verb) force verb 4 "at pwrite64 N $top/$db-wal" ;;
        begin) force begin 5 'hold begin' ;;
        between) force between 5 'hold between' ;;
        commit) force commit 5 "at pwrite64 N $top/$db-wal" ;;
        next) force next 5 'at write N' ;;
    esac
    grep -qx "$kind" landed || fault "no kill has landed $(words "$kind")"
done

echo "seed $seed: $runs lives, $(wc -l <landed) kills; each went on to the same end"
for kind in $kinds after; do
    case " $forced " in *" $kind "*) note=' (forced)' ;; *) note= ;; esac
    printf '%6d  %s%s\n' "$(grep -cx "$kind" landed)" "$(words "$kind")" "$note"
done
