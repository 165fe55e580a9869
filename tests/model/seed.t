#!/bin/sh
# What Juju leaves open is open with a seed, and repeats with the same one (SIM-10); Kubernetes charms.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

try() { # SEED...: all hooks of a deployment, in their order
    rm -rf .luacharm trace
    model new --at 2026-01-01T00:00:00Z "$@" >/dev/null &&
        model deploy "$charms/asker" -n 2 >/dev/null && model deploy "$charms/giver" -n 2 >/dev/null &&
        model integrate asker:db giver:db >/dev/null && model integrate asker:db giver:other >/dev/null &&
        model integrate asker:spare giver:spare >/dev/null && model settle >/dev/null && trace
}
on asker install <<'END'
is-leader >>"$TOP/leaders"
END
plain=$(try)
is 'SIM-10 without a seed the order is always the same' "$(try)" "$plain"
is 'without one the leader knows it in install' "$(sort leaders | uniq -c | tr -s ' ')" ' 2 False
 2 True'
rm -f leaders
seven=$(try --seed 7)
is 'SIM-10 a seed repeats' "$(try --seed 7)" "$seven"
orders=$(for seed in 1 2 3 4 5 6; do try --seed $seed | cksum; done | sort -u | wc -l)
tap_result 'SIM-10 seeds differ' "$([ "$orders" -gt 3 ] && echo true)" "$orders orders of 6"
is 'SIM-10 but each unit hears the same' "$(try --seed 9 | sort)" "$(printf '%s\n' "$plain" | sort)"
has 'SIM-10 a leader may not know it in install' "$(sort -u leaders | tr '\n' ' ')" 'False '
for seed in 1 2 3 4 5 6 7 8 9; do
    try --seed $seed >one
    awk '$2 == "start" { started[$1] = 1 }
         $2 ~ /-relation-(joined|changed)/ && !started[$1] { print "early: " $0 }
         $2 ~ /-joined/ { joined[$1 $2 $3] = 1 }' one
done >early
is 'SIM-10 no joined or changed before start' "$(cat early)" ''
for n in 1 2 3 4 5 6 7 8; do
    as giver/0 secret-add a-key=$n >/dev/null
done
orders=$(for _ in 1 2 3 4; do as giver/0 'state-set x=1; secret-ids' | cksum; done | sort -u | wc -l)
tap_result 'SIM-10 secret-ids come in any order' "$([ "$orders" -gt 1 ] && echo true)" "$orders"

# --- Kubernetes

quiet model destroy --force
quiet model new
quiet model deploy "$charms/pod"
quiet model settle
is 'a sidecar: storage and pebble-ready after start' "$(trace)" 'pod/0 install
pod/0 leader-elected
pod/0 config-changed
pod/0 start
pod/0 app-pebble-ready
pod/0 data-storage-attached'
on pod app-pebble-ready <<'END'
echo "$JUJU_WORKLOAD_NAME:$JUJU_MACHINE_ID:" >"$TOP/workload"
END
quiet model refresh pod
quiet model settle
is 'refresh replaces the pod' "$(trace)" 'pod/0 stop
pod/0 upgrade-charm
pod/0 config-changed
pod/0 start
pod/0 app-pebble-ready'
is 'with the container'\''s name, and no machine' "$(cat workload)" app::
unit=pod/0
row 'no port ranges' 1 '' 'port ranges are not supported for k8s applications, please specify a single port' 'open-port 80-90'
quiet model fire pod/0 app-pebble-custom-notice --notice example.com/x
quiet model fire pod/0 app-pebble-check-failed --check up
is 'other pebble events by hand' "$(trace)" 'pod/0 app-pebble-custom-notice
pod/0 app-pebble-check-failed'
done_testing
