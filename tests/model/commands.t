#!/bin/sh
# The other hook commands: formats (SIM-14, SIM-15), exit statuses and texts (SIM-13), contexts (SIM-04).
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

echo 'the blob' >blob
quiet model new --at 2026-01-01T00:00:00Z
quiet model deploy "$charms/asker" -n 2 --resource blob=blob
quiet model deploy "$charms/giver"
quiet model integrate asker:db giver:db
quiet model settle
uuid=$(model status --json | sed -n 's/.*"uuid": "\(.*\)".*/\1/p')
unit=asker/0

# --- SIM-04, SIM-13: the client and the frame

row 'SIM-04 no context id' 1 '' 'JUJU_CONTEXT_ID not set' 'env -u JUJU_CONTEXT_ID is-leader'
row 'SIM-04 no socket' 1 '' 'JUJU_AGENT_SOCKET_ADDRESS not set' 'env -u JUJU_AGENT_SOCKET_ADDRESS is-leader'
row 'SIM-04 no network' 1 '' 'JUJU_AGENT_SOCKET_NETWORK not set' 'env -u JUJU_AGENT_SOCKET_NETWORK is-leader'
row 'SIM-04 a stale context id' 1 '' 'bad request: expected another context id' \
    'env JUJU_CONTEXT_ID=asker/0-install-0123 is-leader'
row 'SIM-13 an unknown flag' 2 '' 'option provided but not defined: --xyz' 'is-leader --xyz'
row 'SIM-13 an unknown letter' 2 '' 'option provided but not defined: -x' 'is-leader -x'
row 'SIM-13 a flag without its value' 2 '' 'option needs an argument: --format' 'is-leader --format'
row 'SIM-13 an unknown format' 2 '' 'invalid value "x" for option --format: unknown format "x"' 'is-leader --format x'
row 'SIM-13 a wrong boolean' 2 '' 'invalid boolean value "x" for option --app: strconv.ParseBool: parsing "x": invalid syntax' \
    'relation-list --app=x'
row 'SIM-13 arguments that nobody wants' 2 '' 'unrecognized args: ["a" "b"]' 'is-leader a b'
row 'the last of a repeated flag counts' 0 true '' 'is-leader --format yaml --format=json'
row 'help' 0 'Usage: is-leader [options]' '' 'is-leader --help | head -n 1'
row 'help by letter' 0 'Usage: status-set [options] <maintenance | blocked | waiting | active> [message]' '' 'status-set -h | head -n 1'
row '-o writes a file, from where the command was called' 0 'true' '' 'is-leader --format=json -o out; cat out'

# --- SIM-15, SIM-14: formats

row 'SIM-15 smart is the default' 0 True '' is-leader
row 'is-leader in yaml' 0 true '' 'is-leader --format yaml'
row 'config-get of one' 0 hello '' 'config-get text'
row 'config-get of one, json' 0 '"hello"' '' 'config-get --format=json text'
row 'SIM-14 an unknown option is null' 0 null '' 'config-get --format=json nonsense'
row 'SIM-14 one without a value is null' 0 null '' 'config-get --format=json empty'
row 'SIM-14 JSON is compact and sorted' 0 '{"count":1000000,"flag":true,"ratio":0.5,"text":"hello"}' '' 'config-get --format=json'
row 'config-get --all shows what has no value' 0 '{"count":1000000,"empty":null,"flag":true,"ratio":0.5,"text":"hello"}' '' 'config-get --format=json --all'
row 'a whole number goes through a float outside JSON' 0 '1e+06' '' 'config-get count'
row 'config-get in yaml' 0 'count: 1e+06
flag: true
ratio: 0.5
text: hello' '' 'config-get --format yaml'
row 'a boolean in smart' 0 True '' 'config-get flag'
row 'a key and --all' 2 '' 'cannot use argument --all together with key "text"' 'config-get --all text'

# --- status

row 'status-set and status-get' 0 active '' 'status-set active "all is well"; status-get'
row 'status-get, json' 0 '{"status":"active"}' '' 'status-get --format=json'
row 'status-get --include-data' 0 '{"message":"all is well","status":"active","status-data":{}}' '' 'status-get --include-data --format=json'
row 'the first answer holds for the hook' 0 'active
active' '' 'status-get; status-set blocked no; status-get'
row 'no status' 2 '' 'invalid args, require <status> [message]' status-set
row 'an unknown status' 2 '' 'invalid status "error", expected one of [maintenance blocked waiting active]' 'status-set error'
row 'a message is one word' 2 '' 'unrecognized args: ["c"]' 'status-set active b c'
row 'status-set --application' 0 '' '' 'status-set --application active "as one"'
row 'status-get --application' 0 '{"application-status":{"status":"active","units":{"asker/0":{"status":"blocked"},"asker/1":{"status":"unknown"}}}}' '' \
    'status-get --application --format=json'
unit=asker/1
row 'not by another unit' 1 '' 'this unit is not the leader' 'status-set --application active'
row 'nor status-get' 1 '' 'finding application status: this unit is not the leader' 'status-get --application'

# --- leadership

row 'leader-set not by another unit' 1 '' 'cannot write leadership settings: cannot write settings: not the leader' 'leader-set a=b'
unit=asker/0
row 'leader-set, leader-get' 0 '{"a":"b"}' '' 'leader-set a=b c=; leader-get --format=json'
row 'leader-get of one that is not there' 0 null '' 'leader-get --format=json none'
row 'leader-get key with =' 2 '' 'invalid key "a=b"' 'leader-get a=b'

# --- state

row 'SIM-14 no state is null' 0 null '' 'state-get --format=json'
row 'and {} in smart' 0 '{}' '' 'state-get'
row 'SIM-12 state keeps the empty text' 0 '{"a":"1","b":""}' '' 'state-set a=1 b=; state-get --format=json'
row 'SIM-14 a missing key is the empty text' 0 '""' '' 'state-get --format=json none'
row 'and an error with --strict' 1 '' '"none" not found' 'state-get --strict none'
row 'state-set from standard input' 0 ' x ' '' 'echo "k: \" x \"" | state-set --file -; state-get k'
row 'state-delete' 0 null '' 'state-delete a; state-delete b; state-delete k; state-delete none; state-get --format=json'
row 'a key that is too long' 1 '' 'max allowed key length (256) exceeded' 'state-set $(head -c 257 /dev/zero | tr "\0" k)=v'
row 'the longest key' 0 v '' 'k=$(head -c 256 /dev/zero | tr "\0" k); state-set $k=v; state-get $k; state-delete $k'
row 'the longest value' 0 65536 '' 'head -c 65536 /dev/zero | tr "\0" v | sed "s/^/k: /" | state-set --file -; state-get k | tr -d "\n" | wc -c; state-delete k'
row 'a value that is too long' 1 '' 'max allowed value length (65536) exceeded' 'head -c 65537 /dev/zero | tr "\0" v | sed "s/^/k: /" | state-set --file -'

# --- ports

row 'open-port, opened-ports' 0 '["80/tcp","443/tcp","8000-8010/udp"]' '' 'open-port 443; open-port 80/TCP; open-port 8000-8010/udp; opened-ports --format=json'
row 'opened-ports --endpoints' 0 '["80/tcp (*)","443/tcp (*)","8000-8010/udp (*)"]' '' 'opened-ports --endpoints --format=json'
row 'close-port of one endpoint' 0 '80/tcp (cluster, spare)' '' 'close-port --endpoints db 80; opened-ports --endpoints | head -n 1'
row 'closing what is not open' 0 '' '' 'close-port 9999'
row 'the same again is fine' 0 '' '' 'open-port 443'
row 'an overlap' 1 '' 'cannot open 440-450/tcp (unit "asker/0"): port range conflicts with 443/tcp (unit "asker/0")' 'open-port 440-450'
row 'an overlap with this hook' 1 '' 'cannot open 90-92/tcp (unit "asker/0"): port range conflicts with 91/tcp (unit "asker/0") requested earlier' 'open-port 91; open-port 90-92'
row 'no port' 2 '' 'no port or range specified' open-port
row 'not a port' 2 '' 'invalid port "x": strconv.Atoi: parsing "x": invalid syntax' 'open-port x'
row 'not a range' 2 '' 'invalid port range "1-2-3"' 'open-port 1-2-3'
row 'not a protocol' 2 '' 'invalid protocol "sctp", expected "tcp", "udp", or "icmp"' 'open-port 80/sctp'
row 'backwards' 2 '' 'invalid port range 20-10/tcp' 'open-port 20-10'
row 'out of bounds' 2 '' 'port range bounds must be between 0 and 65535, got 0-70000' 'open-port 0-70000'
row 'icmp' 0 '' '' 'open-port icmp; opened-ports | grep -q icmp; close-port icmp'
has 'status shows the ports' "$(model status)" '443/tcp 8000-8010/udp'

# --- network

row 'network-get' 0 '{"bind-addresses":[{"mac-address":"","interface-name":"eth0","addresses":[{"hostname":"","value":"10.1.0.2","cidr":"10.1.0.0/24"}]}],"egress-subnets":["10.1.0.2/32"],"ingress-addresses":["10.1.0.2"]}' '' 'network-get --format=json db'
row 'one selector gives its value' 0 '"10.1.0.2"' '' 'network-get --ingress-address --format=json db'
row 'several an object' 0 '{"bind-address":"10.1.0.2","egress-subnets":["10.1.0.2/32"]}' '' 'network-get --bind-address --egress-subnets --format=json db'
row 'extra bindings' 0 10.1.0.2 '' 'network-get --primary-address admin'
row 'an unknown binding' 1 '' 'no network config found for binding "x"' 'network-get x'
row 'no binding' 2 '' 'no arguments specified' network-get
row 'an empty binding' 2 '' 'no binding name specified' 'network-get ""'
row 'unit-get' 0 '"10.1.0.2"' '' 'unit-get --format=json private-address'
row 'unit-get of something else' 2 '' 'unknown setting "x"' 'unit-get x'

# --- the log

row 'juju-log' 0 '' '' 'juju-log -l warning -- --two words'
has 'it is in debug-log' "$(model debug-log -n 1)" '2026-01-01T00:00:00Z WARNING unit.asker/0.juju-log --two words'
row 'an unknown level is told, and is INFO' 0 '' '' 'juju-log -l loud hello'
has 'with a warning' "$(model debug-log -n 2)" 'Specified log level of "loud" is not valid'
row 'no words' 2 '' 'no message specified' juju-log
row 'no version' 2 '' 'no version specified' application-version-set
row 'a version' 0 '' '' 'application-version-set 2.0'
has 'status shows it' "$(model status)" 2.0

# --- resources, credentials, goal state

row 'resource-get' 0 'the blob' '' 'cat "$(resource-get blob)"'
row 'no line feed' 0 0 '' 'resource-get blob | wc -l'
row 'no name' 2 '' 'missing required resource name' resource-get
cp blob whole
truncate -s 1073741825 blob
row 'one that is too large' 1 '' "could not download resource: $PWD/blob: more than 1073741824 bytes" 'resource-get blob'
mv whole blob
row 'an unknown one' 1 '' 'could not download resource: HTTP request failed: resource#asker/x not found' 'resource-get x'
row 'credentials are not for everybody' 1 '' 'cannot access cloud credentials: permission denied' credential-get
row 'SIM-15 goal-state is yaml' 0 'relations:
  db:
    giver:
      since: 2026-01-01 00:00:00Z
      status: joined
    giver/0:
      since: 2026-01-01 00:00:00Z
      status: unknown
units:
  asker/0:
    since: 2026-01-01 00:00:00Z
    status: blocked
  asker/1:
    since: 2026-01-01 00:00:00Z
    status: unknown' '' goal-state
row 'and has no smart' 2 '' 'invalid value "smart" for option --format: unknown format "smart"' 'goal-state --format=smart'
row 'storage-list' 0 '[]' '' 'storage-list --format=json'
row 'storage-get without one' 2 '' 'no storage instance specified' storage-get
row 'storage-get of none' 2 '' 'invalid value "data/0" for option -s: invalid storage ID "data/0"' 'storage-get -s data/0'
row 'storage-add of none' 2 '' 'storage add requires a storage directive' storage-add
row 'the clock of the model' 0 1767225600 '' luacharm-model-clock
is 'SIM-04 after the hook there is no socket' "$(find .luacharm -name agent.socket)" ''
has 'the uuid' "$uuid" -
done_testing
