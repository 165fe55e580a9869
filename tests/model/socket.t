#!/bin/sh
# The socket of hook commands: who sends half of a request, or does not take its answer, is in nobody's way,
# and gets what it asked for once it goes on.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

# client.py KIND: half: a request in two parts, the second when it is told to go on; many: connections
# that send three bytes; deaf: asks for the whole state, and reads when it is told to; noise: what is no request.
cat >client.py <<'PY'
import os, socket, struct, sys

top = os.environ["TOP"]

def dial():
    one = socket.socket(socket.AF_UNIX)
    one.connect(os.environ["JUJU_AGENT_SOCKET_ADDRESS"])
    return one

def request(*words):
    text = b"".join(w.encode() + b"\0" for w in (os.environ["JUJU_CONTEXT_ID"], "/") + words)
    return struct.pack(">4I", 0x6C636831, len(words) + 2, len(text), 0xFFFFFFFF) + text

def say(name, text=""):
    with open(os.path.join(top, name), "w") as file:
        file.write(text)

# Two pipes with names: opening one waits for the other side.
def meet():
    say("ready", "ready")
    with open(os.path.join(top, "go")) as file:
        file.read()

def answer(one):
    got = b""
    while True:
        more = one.recv(65536)
        if not more:
            break
        got += more
    code, out, err = struct.unpack(">3I", got[4:16])
    shown = got[16:16 + min(out, 20)].decode().strip()
    return "%d %d %s" % (code, out, shown) if len(got) == 16 + out + err else "cut off"

kind = sys.argv[1]
if kind == "half":
    one, whole = dial(), request("state-get", "a")
    one.sendall(whole[:30])
    meet()
    one.sendall(whole[30:])
    say("answer", answer(one))
elif kind == "many":
    held = []
    for _ in range(200):
        held.append(dial())
        held[-1].sendall(b"lch")
    meet()
    say("answer", str(len(held)))
elif kind == "deaf":
    one = dial()
    one.sendall(request("state-get"))
    meet()
    say("answer", answer(one))
else:
    for bad in (b"", b"l", b"\0" * 16, b"lch1" + b"\xff" * 12, struct.pack(">4I", 0x6C636831, 2, 1, 0) + b"a",
                request("state-get")[:-3]):
        one = dial()
        one.sendall(bad)
        one.close()
    meet()
    say("answer", "told")
PY
cat >beside.sh <<END
export TOP="$TAP_DIR"
END
cat >>beside.sh <<'END'
cd "$TOP" || exit 1
rm -f ready go answer
mkfifo ready go
python3 client.py "$1" &
read -r ready <ready
state-set "b=$ready $(state-get a)" && status-set active "answered beside $1"
echo >go
wait
echo "$(state-get b) $(cat answer)"
END
# beside KIND: what the hook's own commands are answered meanwhile, then what the client is in the end.
beside() { as plain/0 "sh '$TAP_DIR/beside.sh' $1" 2>&1; }

quiet model new
quiet model deploy "$charms/plain"
quiet model settle
# shellcheck disable=SC2016 # expanded by the hook's shell
quiet as plain/0 'state-set a=first
for n in 1 2 3 4 5 6 7 8; do state-set "$n=$(head -c 60000 /dev/zero | tr "\0" x)"; done'
is 'half a request waits for its other half' "$(beside half)" 'ready first 0 6 first'
is 'two hundred that begin one and go no further' "$(beside many)" 'ready first 200'
is 'an answer that is not taken' "$(beside deaf)" 'ready first 0 480072 "1": xxxxxxxxxxxxxxx'
is 'what is no request' "$(beside noise)" 'ready first told'
has 'and its own commands count' "$(model status)" 'answered beside noise'
done_testing
