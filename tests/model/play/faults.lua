-- Hooks that are made to fail, and units whose queue is held back.
model { at = "2026-01-01T00:00:00Z", seed = 3 }
deploy("charms/note", { name = "left" })
deploy("charms/note", { name = "right" })
integrate("left:ask", "right:give")
settle()

local function trace(unit, event)
  local _, count = exec(unit, "cat trace"):gsub(event .. "\n", "")
  return count
end

step "a hook fails before it runs"
local start <const> = now()
fail_next("left/0", "update-status", 2)
fire("left/0", "update-status")
expect_equal(trace("left/0", "update%-status"), 1, "it runs the third time only")
expect_equal(now() - start, 5 + 10, "after the waits of its retries")
fire("left/0", "update-status")
expect_equal(trace("left/0", "update%-status"), 2, "and then as ever")

step "a hook fails at its end"
local seen <const> = tonumber(relation_data("left/0", "ask").seen)
local told <const> = trace("left/0", "ask%-relation%-changed")
fail_next("left/0", "ask-relation-changed", 1, { after_run = true })
exec("right/0", "relation-set k=v", { relation = 0 })
expect_equal(trace("left/0", "ask%-relation%-changed"), told + 2, "what it did to the world, it did twice")
expect_equal(tonumber(relation_data("left/0", "ask").seen), seen + 1, "what is buffered took effect once")

step "any hook"
fail_next "right/0"
fire("right/0", "config-changed")
fail_next("right/0", nil, 5)
fail_next("right/0", nil, 0)
expect_equal({ fire("right/0", "config-changed", { may_fail = true }) }, { true }, "a fault is taken back")
fail_next("right/0", "config-changed", 9)
local settled, why = fire("right/0", "config-changed", { may_fail = true })
expect_equal(settled, false, "a hook that keeps failing is told")
expect(why:find(
  'right/0: hook "config-changed" failed (made to fail, without running it), 3 tries', 1, true), why)
expect_error(settle, "3 tries", "and settle raises it")
fail_next("right/0", "config-changed", 0)
resolved "right/0"
settle()
expect_equal(status().applications.right.status, "active", "it is well again")
expect_error(function() fail_next("left/0", "give-relation-nope") end,
  "can have no event 'give-relation-nope'")
expect_error(function() fail_next("left/7", "start") end, "left/7")

step "a queue is held back"
pause "right/0"
config("right", { text = "late" })
settle()
advance "1d"
expect_equal(status().applications.right.message, "hello", "nothing runs")
unpause "right/0"
settle()
expect_equal(status().applications.right.message, "late", "until it is let go")
pause("right/0", "20s")
config("right", { text = "later" })
settle()
advance "19s"
expect_equal(status().applications.right.message, "late", "nothing runs for so long")
advance "1s"
expect_equal(status().applications.right.message, "later", "and then it does")
fail_next("right/0", "update-status")
pause("right/0", "1h")
expect_equal({ fire("right/0", "update-status") }, { true },
  "a failed hook of a unit that is held waits, too")
advance "1h"
expect_equal(trace("right/0", "update%-status"), 1, "and is tried again when it is let go")
expect_error(function() pause("right/0", "soon") end, "not a duration")
