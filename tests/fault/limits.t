#!/bin/sh
# Hooks of a life within limits of the system: few descriptors, files that may not grow, no room in the
# file system or in memory for temporary files. The hook fails and says why, or does without; when there
# is enough again, all is as if nothing had been.
# shellcheck source=tests/fault/life.sh disable=SC2154 # variables of life.sh

# A namespace of our own, where that can be had, so that file systems can be put over others.
if [ -z "${OWN_MOUNTS:-}" ]; then
    unshare -m mount -t tmpfs none /mnt 2>/dev/null && OWN_MOUNTS=yes exec unshare -m sh "$0"
    OWN_MOUNTS=no
fi
TMPDIR=/tmp # /dev/shm is filled
. "$TESTS/fault/life.sh"
each=${EACH:-3} # hooks for each limit
count=0

# try HOOK [LINE...]: with what the plan says, and then without
try() {
    hook=$1
    shift
    plan "$@"
    once "$hook"
    count=$((count + 1))
    case $outcome in
        ok) ;;
        failed)
            whole "$hook" || return
            if ! grep -qE 'failed .* exit status 1$|^return-code: 1$' out || ! grep -q ': ' log; then
                why="it does not say what failed: $(cat out log)"
                return 1
            fi
            again "$hook"
            [ "$outcome" = ok ] || { why="the next time: $(cat out)"; return 1; }
            ;;
        *) why="the hook ended as '$outcome': $(cat out log)"; return 1 ;;
    esac
    same "$hook"
}

# limit NAME [LINE...]: hooks of the life, as many as each says, others each time
limit() {
    what=$1
    shift
    failures=
    n=1
    while [ $n -le "$last" ]; do
        chosen $((last / each)) && { try $n "$@" || failures="$failures$(name $n): $why
"; }
        n=$((n + 1))
    done
    tap_result "$what" "$([ -z "$failures" ] && echo true)" "$failures"
}

life
for descriptors in 4 5 6 7 8 9 10 11 12 16; do
    limit "$descriptors descriptors" "ulimit -n $descriptors"
done
for blocks in 0 1; do
    limit "files of $blocks blocks" "ulimit -f $blocks"
done

# What a folder has that is full is room for names alone.
full() { # FOLDER
    mkdir -p "$1" && mount -t tmpfs -o size=16k none "$1" && { cat /dev/zero >"$1/all" 2>/dev/null || :; }
}
asks= # the first hook that makes a key
issued=
n=1
while [ $n -le "$last" ]; do
    [ -n "$asks" ] || ! calls_of $n | grep -qxF secret-add || asks=$n
    [ -L "hooks/$n/model/${tls#.luacharm/}" ] || [ ! -L "hooks/$((n + 1))/model/${tls#.luacharm/}" ] || issued=$n
    n=$((n + 1))
done
tap_result 'there is a hook that puts the first files in place' "$([ -n "$issued" ] && echo true)"
if [ "$OWN_MOUNTS" = yes ]; then
    mkdir room
    full room
    plan "export TLS_FOLDER='$PWD/room/tls'"
    once "$issued"
    is 'without room the hook that puts files in place fails' "$outcome" failed
    has 'and says why' "$(cat log)" 'No space left on device'
    is 'and leaves nothing of them' "$(ls -A room)" all
    rm room/all
    mount -o remount,size=64k room
    unit=site/0
    "$LUACHARM" model resolved $unit >out
    plan "export TLS_FOLDER='$PWD/room/tls'"
    give settle --jobs 1
    tls=room/tls
    look "$issued"
    is 'with room it does' "$outcome" ok
    passes 'and the files are those of its certificate' whole "$issued"
    is 'all of them' "$(ls room/tls)" 'ca.pem
cert.pem
key.pem'
    full /dev/shm
    tls=.luacharm/units/site-0/charm/tls
    plan
    once "$asks"
    is 'without room in memory a hook that makes a key fails' "$outcome" failed
    has 'and says why' "$(cat log)" 'secret-add: /dev/shm/luacharm-secret-files'
    is 'and leaves nothing there' "$(ls /dev/shm)" all
    rm /dev/shm/all
    again "$asks"
    passes 'with room it does' same "$asks"
    is 'and leaves nothing there either' "$(ls /dev/shm)" ''

    plan "export FAULT=kill-during FAULT_AT=$(calls_of "$asks" | grep -nxF secret-add | cut -d : -f 1)"
    once "$asks"
    has 'a hook that is killed leaves what it was giving away' "$(ls /dev/shm)" luacharm-secret-files.
    again "$asks"
    passes 'the next one does what it did not do' same "$asks"
    is 'and removes what is left' "$(ls /dev/shm)" ''
    umount /dev/shm room
else
    echo '# no mounts of our own can be had here: full file systems are not tried'
fi
echo "# fault: $count limits of the system"
done_testing
