#!/bin/sh
# luacharm model play: what a scenario can do, how it is counted, and what becomes of its slips.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir
scenarios=$TESTS/model/play
TMPDIR=$TAP_DIR
export TMPDIR

play() { "$LUACHARM" model play "$@"; }
last() { tail -n 1 "$OUT"; }
left() { find "$TAP_DIR" -mindepth 1 -maxdepth 1 -name 'luacharm-*'; }
# stopped SCENARIO WORD: its output when it gets SIGINT after it has printed WORD; then its status.
stopped() {
    : >stopped.out
    "$LUACHARM" model play "$scenarios/$1" >stopped.out 2>&1 &
    stopped_pid=$!
    while ! grep -q "$2" stopped.out; do kill -0 $stopped_pid || break; done
    kill -INT $stopped_pid
    wait $stopped_pid
    echo "status $?" >>stopped.out
    cat stopped.out
}

passes 'every verb, with natural arguments' play "$scenarios/verbs.lua"
has 'a line for each step with its result' "$(cat "$OUT")" 'deploy      other from charms/note, 2 units'
has 'how many hooks a settle ran' "$(cat "$OUT")" "
settle      12 hooks"
has 'a line for each expectation' "$(cat "$OUT")" 'ok          statuses'
is 'and how many were met' "$(last)" "$(grep -c '^ok ' "$OUT") passed, 0 failed"
is 'the model of its own is gone' "$(left)" ''
passes 'faults: hooks that fail, queues that are held back' play "$scenarios/faults.lua"
has 'a hook that failed is shown' "$(cat "$OUT")" \
    '    left/0  update-status  failed: made to fail, without running it'
passes 'slips in arguments are refused' play "$scenarios/options.lua"
(cd "$scenarios" && play --tap verbs.lua) >tap.out 2>&1
is 'from its own folder, as TAP' "$(tail -n 2 tap.out)" "1..$(grep -c '^ok ' tap.out)
# $(grep -c '^ok ' tap.out) passed, 0 failed"
is 'in TAP every other line is a comment' "$(grep -v -e '^ok [0-9]' -e '^# ' -e '^1\.\.' tap.out)" ''
has 'which names it' "$(play -v "$scenarios/waits.lua" 2>&1)" 'note/0  install  ok'

cat >stubs.lua <<END
local declared, real = {}, {}
for line in io.lines "$TESTS/../lua/charm/_meta/scenario_core.lua" do
  declared[line:match "^function core%.([%w_]+)" or ""] = true
end
declared[""] = nil
for name in pairs(require "charm.scenario.core") do real[name] = true end
expect_equal(declared, real, "the stubs name what there is")
END
passes 'lua/charm/_meta/scenario_core.lua is true' play stubs.lua

# --- what is not met, and what is wrong

play "$scenarios/fails.lua" >out 2>err
is 'a failed expectation: exit status 1' "$?" 1
is 'its file and line, and what differs' "$(sed "s,$scenarios/,," out)" 'ok          one is one
FAILED      nothing is something
            fails.lua:3
FAILED      tables
            fails.lua:4
            a[2]: got 2, wanted 3
            b, line 2: got "y", wanted "q"
            d: got nothing, wanted "new"
            c: got true, wanted nothing
FAILED      a text is no number
            fails.lua:5
            got "1", wanted 1
FAILED      a refusal
            fails.lua:6
            it was not refused
FAILED      this refusal
            fails.lua:7
            got: fails.lua:7: another
            wanted: refused
ok          # SKIP a hostile name
2 passed, 5 failed'
is 'nothing else is said' "$(cat err)" ''
has 'a name cannot be a directive of TAP' "$(play --tap "$scenarios/fails.lua")" 'ok 7 - \# SKIP a hostile name'

fails 'a file that is not there' 1 'nope.lua: No such file' play nope.lua
fails 'a folder' 1 'not a regular file' play "$TAP_DIR"
printf 'deploy("charms/note"\n' >syntax.lua
fails 'a syntax error: file, line, what is wrong' 1 "syntax.lua:2: ')' expected (to close '(' at line 1) near" \
    play syntax.lua
is 'counts as one that failed' "$(last)" '0 passed, 1 failed'
fails 'an error of Lua: file and line' 1 "raises.lua:3: attempt to index a nil value (local 'app')" \
    play "$scenarios/raises.lua"
has 'and how it came there' "$(cat "$OUT.err")" "raises.lua:12: in main chunk"
is 'ends the scenario' "$(cat "$OUT")" 'ok          before it
1 passed, 1 failed'
fails 'a verb that there is none of: the nearest' 1 "helper.lua:13: there is no 'depoly' (did you mean 'deploy'?)" \
    play "$scenarios/typo.lua"
fails 'what the model refuses: the place of the call' 1 "refused.lua:3: " play "$scenarios/refused.lua"
has 'and why' "$(cat "$OUT.err")" "nobody"
has 'an error is a result in TAP' "$(play --tap "$scenarios/refused.lua" 2>/dev/null)" 'not ok 1 - '
is 'the models are gone' "$(left)" ''

has 'Ctrl-C ends an endless loop, whatever it catches' "$(stopped loop.lua begun)" 'loop.lua:2: stopped by Ctrl-C'
is 'with the exit status that a shell gives it' "$(tail -n 1 stopped.out)" 'status 130'
play "$scenarios/waits.lua" >out 2>err
is 'Ctrl-C while a command runs: the same exit status' "$?" 130
has 'it is let end' "$(cat err)" 'stopping when the hooks that run have ended'
has 'and nothing comes after it' "$(cat out)" '0 passed, 1 failed'
is 'the model goes then, too' "$(left)" ''

# --- which model

kept=$(play --keep "$scenarios/refused.lua" 2>&1 | sed -n 's/.*model status --model //p')
has 'is named, and can be looked at' "$("$LUACHARM" model status --model "$kept")" 'note/0'
rm -rf "$kept"
quiet model new --at 2026-01-01T00:00:00Z
quiet model deploy "$scenarios/charms/note" there
cat >uses.lua <<'END'
settle()
expect_equal(status().applications.there.message, "hello", "the model that was given")
END
passes 'a model that is there' play --model .luacharm uses.lua
has 'keeps what was done' "$(model status)" 'active'
fails 'a model that is not there' 1 "no model in 'none'" play --model none uses.lua
fails 'what is about a new model' 2 '--at is about a model of its own' play --model .luacharm --at now uses.lua
cat >at.lua <<'END'
model { at = "2026-05-05T00:00:00Z" }
print(os.date("!%F"))
END
has 'the command line counts more than the scenario' "$(play --at 2027-01-01T00:00:00Z at.lua)" '2027-01-01
'
fails 'not a time' 1 "at.lua:1: --at: 'soon'" play --at soon at.lua
done_testing
