-- Each verb of the model, once, with natural arguments.
local helper <const> = require "helper"

model { at = "2026-01-01T00:00:00Z", seed = 3, juju_version = "3.6.26", name = "verbs" }
expect_equal(status().model.name, "verbs", "the model is the one that was asked for")
expect_equal(now(), 1767225600, "its time is the one that was asked for")
expect_equal(os.time(), now(), "os.time is the model's time")

step "deploy"
expect_equal(deploy("charms/note"), "note", "the name is the charm's")
deploy("charms/note", { name = "other", units = 2, config = { text = "a b=c", count = 7, flag = true } })
settle()
expect_equal(helper.statuses(), { ["note/0"] = "hello", ["other/0"] = "a b=c", ["other/1"] = "a b=c" },
  "statuses")
expect_equal(config "other", { text = "a b=c", count = 7, flag = true }, "options as they are in force")
config("other", { text = "@config.txt", count = 8 })
settle()
expect_equal(config("other").text, "from a file\n", "an option out of a file beside the scenario")
reset_config("other", "text", "flag")
expect_equal(config "other", { text = "hello", count = 8, flag = false }, "options are reset")

step "relations"
local id <const> = integrate("other:ask", "note:give")
settle()
expect(tonumber(relation_data("other/0", "ask").seen) > 0, "a databag by its endpoint")
expect_equal(relation_data("other/0", id), relation_data("other/0", "ask"), "and by its number")
local bag, message, code = relation_data("other", "nope")
expect_equal({ bag, message, code }, { nil, "'other' has no relation on endpoint 'nope'", "not_found" },
  "or none")

step "units"
expect_equal(add_unit("note", 2), { "note/1", "note/2" }, "new units are named")
settle()
set_leader "note/1"
settle()
expect(status().applications.note.units["note/1"].leader, "another leader")
remove_unit("note/0", "note/2")
settle()
expect_equal(unit "note/0", nil, "a unit that is gone is nil")
expect_equal(unit("note/1").life, "alive", "one that is there is a table")

step "actions and commands"
local results = run("note/1", "show", { who = "a: b", times = 3, deep = { er = "x" } })
expect_equal({ results.who, results.times, results.deep }, { "a: b", "3", "x" }, "an action's results")
local none, why, partial = run("note/1", "fail", {}, { may_fail = true })
expect_equal({ none, why, partial.half }, { nil, "as asked", "done" }, "an action that may fail")
expect_error(function() run("note/1", "fail") end, "action 'fail' failed: as asked")
expect_equal(exec("note/1", "echo one; echo two >&2"), "one\n", "a line of shell")
expect_equal(exec("note/1", { "printf", "%s|", "a b", "$HOME" }), "a b|$HOME|", "a program and its arguments")
expect_equal(exec("note/1", "relation-list", { relation = id }), "other/0\nother/1\n", "about a relation")
local out, failed, stdout, stderr = exec("note/1", "echo x; echo y >&2; exit 3", { may_fail = true })
expect_equal({ out, failed, stdout, stderr }, { nil, "exit status 3", "x\n", "y\n" },
  "a command that may fail")
expect_error(function() exec("note/1", "echo no luck >&2; exit 3") end, "note/1: exit status 3: no luck")

step "time"
exec("note/1", "secret-add --label short --owner unit --expire 10m a-key=1")
advance "1h30m"
expect_equal(now(), 1767225600 + 5400, "the clock is turned")
local labels = {}
for _, secret in pairs(secrets()) do labels[#labels + 1] = secret.label end
expect_equal(labels, { "short" }, "secrets by their labels")
expect(exec("note/1", "cat trace"):find "secret%-expired", "what was due on the way has run")
advance("5m", { update_status = true })
fire("other/0", "update-status")
local lines = {}
for _, line in ipairs(log { unit = "other/0", level = "info" }) do
  if line.module:find "juju%-log" then lines[#lines + 1] = line.message end
end
expect_equal(lines, { "looked around", "looked around" }, "lines of the log")
expect_equal(#log { lines = 1, unit = "note" }, 1, "the last one")

step "the end"
remove_relation("other:ask", "note:give")
refresh "note"
refresh("other", { path = "charms/note" })
settle()
expect_equal(status().applications.other.revision, 2, "a newer charm")
remove_application("note", "other")
settle()
expect_equal(next(status().applications), nil, "nothing is left")
