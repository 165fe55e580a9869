-- The module `charm.testing`, for tests/*_test.lua of a charm, which `luacharm test` runs: a state, one
-- event, and the state after it. Nothing of the machine is touched: Juju is made up, programs only
-- answer, files are in a temporary folder.
--
--     local testing <const> = require "charm.testing"
--
--     testing.test("opens its port", function()
--       local after = testing.run("start", testing.state { leader = true })
--       testing.expect(after, { ports = { "443/tcp" } })
--     end)
local has_core <const>, core <const> = pcall(require, "charm.testing.core")
if not has_core then error("charm.testing is only there under 'luacharm test'", 2) end

local errors <const> = require "charm.errors"
local event <const> = require "charm.testing.event"
local failure <const> = require "charm.testing.failure"
local match <const> = require "charm.testing.match"
local runner <const> = require "charm.testing.runner"
local states <const> = require "charm.testing.state"

---@class charm.testing
local M = { tls = require "charm.testing.tls" }

---A test, run when the file has been loaded.
---
---    testing.test("opens its port", function()
---      testing.expect(testing.run "start", { ports = { "443/tcp" } })
---    end)
---@param name string what it shows
---@param body fun()
function M.test(name, body)
  errors.check_text("testing.test", name)
  errors.check_function("testing.test", body)
  runner.add(name, body)
end

---One test for each row of a table; its name is row.name or row[1].
---
---    testing.rows({
---      { name = "a wildcard is refused", cn = "*.example.com", code = "wildcard_not_allowed" },
---    }, function(row) testing.expect(#row.code > 0, true) end)
---@param rows table[]
---@param body fun(row: table)
function M.rows(rows, body)
  errors.check_function("testing.rows", body)
  for _, row in ipairs(rows) do
    local name = row.name or row[1]
    errors.check_text("testing.rows: the name of a row", name)
    runner.add(name, function() body(row) end)
  end
end

---A state from what a test is about; all else has the value that a new unit has. What Juju could not
---be in is refused.
---
---    local state <const> = testing.state { leader = true, config = { port = 8443 } }
---@param fields table? as charm.testing.State
---@return charm.testing.State
---@nodiscard
function M.state(fields)
  return states.new(fields or {})
end

-- The event, the state and what came of it.
local function try(what, wanted, state)
  if not states.is(state) then state = states.new(state or {}) end
  local document, action_params, broken = event.encode(state, wanted)
  local state_text, machine_text, why = core.run(states.encode(state, action_params, broken), document)
  return states.decode(state, state_text, machine_text, broken), why, what
end

local function describe(why)
  local lines = {}
  for line in why.traceback:gmatch "[^\n]+" do lines[#lines + 1] = line end
  return ("the charm failed: %s%s"):format(why.message, failure.indented(lines))
end

---Run the charm for one event. The state that is given stays as it is; the one that is returned has
---what the hook changed. A hook that fails fails the test.
---
---    local state = { config = { port = 8443 }, relations = { ca:relation() } }
---    local after = testing.run("config-changed", state)
---    after = testing.run({ "certificates-relation-joined", unit = "ca/0" }, after)
---
---An event is its name, or a table with the name and what it is about: `relation` (an id; when there
---are several), `unit`, `secret` (a label or id), `revision`, `storage`, `params` (of an action,
---"actions/NAME"), `notice`, `check`.
---@param wanted string|table
---@param state charm.testing.State|table|nil
---@return charm.testing.State
function M.run(wanted, state)
  local after, why = try("testing.run", wanted, state)
  if why then failure.raise(describe(why), { after = after, why = why }) end
  return after
end

---The same for a hook that is to fail: why it did, and the state after it. What Juju buffers is lost
---then, statuses and log lines stay.
---
---    local why <const> = testing.fails("stop")
---    testing.expect(why.message, testing.contains "no way out")
---@param wanted string|table
---@param state charm.testing.State|table|nil
---@return { code: charm.ErrorCode, message: string, traceback: string } why
---@return charm.testing.State after
function M.fails(wanted, state)
  local after, why = try("testing.fails", wanted, state)
  if not why then failure.raise("the charm did not fail") end
  return why, after
end

---Run an action.
---
---    local after = testing.action("backup", { target = "/srv" }, state)
---    testing.expect(after.action, { results = { size = "3" } })
---@param name string
---@param params table?
---@param state charm.testing.State|table|nil
---@return charm.testing.State
function M.action(name, params, state)
  return M.run({ "actions/" .. name, params = params }, state)
end

---Run a recorded hook again (`luacharm replay --to-test`); the test fails where the charm now does
---something else.
---
---    testing.replay "tests/recordings/start.json"
---@param path string of the recording, from the charm's folder
function M.replay(path)
  errors.check_text("testing.replay", path)
  local difference = core.replay(path)
  if difference then failure.raise("the charm differs from the recording at " .. difference) end
end

---The same state some time later.
---
---    local later <const> = testing.advance(state, "80d")
---    testing.expect(later.now - state.now, 80 * 86400)
---@param state charm.testing.State
---@param duration string "80d"
---@return charm.testing.State
---@nodiscard
function M.advance(state, duration)
  return state:with { now = state.now + core.duration(duration) }
end

---Compare: a value, a table with some of the fields, or a matcher. A list is compared as a whole, and
---an empty table stands for an empty one. All that differs is listed.
---
---    testing.expect(after, {
---      unit_status = "blocked: set external-hostname",
---      ports = {},
---      log = testing.contains { level = "WARNING" },
---    })
---@param got any
---@param wanted any
function M.expect(got, wanted)
  local differences = match.differences(got, wanted)
  if #differences == 0 then return end
  failure.raise(#differences == 1 and differences[1] or
    ("%d things differ:%s"):format(#differences, failure.indented(differences)))
end

---A function that raises; what it raised, as text.
---
---    testing.raises("is refused", function() error "this is refused" end)
---@param part string of the text
---@param body fun(...)
---@param ... any
---@return string
function M.raises(part, body, ...)
  local done, err = pcall(body, ...)
  if done then failure.raise("nothing was raised: expected " .. part) end
  local text = tostring(err)
  if not text:find(part, 1, true) then
    failure.raise(("expected an error with '%s', got: %s"):format(part, text))
  end
  return text
end

-- --- matchers --------------------------------------------------------------------------------------

---Anything but nil.
M.any = match.new("anything", function(value) return value ~= nil end)

---Nil.
M.absent = match.new("nothing", function(value) return value == nil end)

---A text with this part in it; or a list or table, one of whose items is as expected.
---
---    testing.expect({ "443/tcp", "80/tcp" }, testing.contains "80/tcp")
---@param part any
---@return charm.testing.Matcher
---@nodiscard
function M.contains(part)
  local shown = require("charm.testing.copy").show(part)
  return match.new("something with " .. shown .. " in it", function(value)
    if type(value) ~= "table" or (getmetatable(value) or {}).__tostring then
      return value ~= nil and tostring(value):find(tostring(part), 1, true) ~= nil
    end
    for _, item in pairs(value) do
      if match.matches(item, part) then return true end
    end
    return false
  end)
end

---A text that fits a pattern of Lua's.
---
---    testing.expect("until 2026-04-01", testing.like "%d+-%d+-%d+$")
---@param pattern string
---@return charm.testing.Matcher
---@nodiscard
function M.like(pattern)
  return match.new(("a text like '%s'"):format(pattern), function(value)
    return value ~= nil and tostring(value):find(pattern) ~= nil
  end)
end

---Not as expected.
---
---    testing.expect(testing.run("start", state).ports, testing.is_not {})
---@param wanted any
---@return charm.testing.Matcher
---@nodiscard
function M.is_not(wanted)
  return match.new("other than " .. require("charm.testing.copy").show(wanted), function(value)
    return not match.matches(value, wanted)
  end)
end

---What a function says yes to.
---
---    testing.expect(8443, testing.satisfies("a high port", function(port) return port > 1024 end))
---@param description string what is expected, for the message
---@param accepts fun(value: any): boolean
---@return charm.testing.Matcher
---@nodiscard
function M.satisfies(description, accepts)
  errors.check_function("testing.satisfies", accepts)
  return match.new(description, accepts)
end

return M
