-- Scenarios for the local model: what the file of `luacharm model play FILE` finds as globals. Each
-- verb of the model is a function of its name; it prints a line, and raises what the model refuses,
-- which ends the scenario. As on the command line, verbs that change the model run no hook: settle does,
-- and advance, run, exec and fire do before and after. Paths are relative to the scenario's file, and
-- os.time() is the model's time.
--
--     deploy("charms/ca")
--     deploy("charms/web", { units = 2, config = { ["external-hostname"] = "web.example.com" } })
--     integrate("web:certificates", "ca:certificates")
--     settle()
--     expect_equal(status().applications.web.status, "active", "web has its certificate")
local core <const> = package.loaded["charm.scenario.core"]
  or error("charm.scenario is there in `luacharm model play FILE` only", 0)

local errors <const> = require "charm.errors"
local expectations <const> = require "charm.scenario.expect"
local json <const> = require "charm.json"
local raise <const> = require "charm.core".raise

local M = {
  expect = expectations.expect,
  expect_equal = expectations.expect_equal,
  expect_error = expectations.expect_error,
}

-- "deploy      web from charms/web, 2 units"
local function say(verb, format, ...)
  core.note(("%-11s %s"):format(verb, format:format(...)))
end

local function count(number, noun)
  return ("%d %s%s"):format(number, noun, number == 1 and "" or "s")
end

local function hooks()
  return count(core.take_hooks(), "hook")
end

-- What an action or a command has set going, if anything.
local function and_hooks()
  local number = core.take_hooks()
  return number == 0 and "" or ", " .. count(number, "hook")
end

-- { "key=value" } of { key = value }, sorted, each value made text by `encode`.
local function words(what, map, encode)
  local list = {}
  for key, value in pairs(map or {}) do
    errors.check_text(what .. ": a name", key)
    list[#list + 1] = ("%s=%s"):format(key, encode(("%s: %s"):format(what, key), value))
  end
  table.sort(list)
  return list
end

local function plain(what, value)
  local kind = type(value)
  if kind ~= "string" and kind ~= "number" and kind ~= "boolean" then
    errors.misuse("%s: expected a text, a number or a boolean, got %s", what, errors.kind(value))
  end
  return tostring(value)
end

local function as_json(_, value)
  return json.encode(value)
end

-- Whether it worked; with may_fail, hooks that fail are an answer. Anything else is raised.
local function attempt(options, body, ...)
  if not options.may_fail then
    body(...)
    return true
  end
  local worked, err = pcall(body, ...)
  if not worked and (type(err) ~= "table" or err.code ~= "command") then error(err, 0) end
  return worked, err and err.message
end

---@class charm.scenario.Model
---@field name string?
---@field at string? what time it is: "2026-01-01T00:00:00Z"; now when it is left out
---@field seed integer? what Juju leaves open happens in an order drawn from it
---@field juju_version string? "3.6.26"

---Make the scenario's own model. Without it, the first verb makes one. What the command line gives
---(--at, --seed, --juju-version) counts more.
---
---    model { at = "2026-01-01T00:00:00Z" }
---@param options charm.scenario.Model
function M.model(options)
  core.new(errors.check_options("model", options,
    { name = "string", at = "string", seed = "number", juju_version = "string" }))
  say("model", "%s", os.date("!%Y-%m-%dT%H:%M:%SZ", core.now()))
end

---@class charm.scenario.Deploy
---@field name string? the application's; the charm's when it is left out
---@field units integer? 1 when it is left out
---@field config table<string, string|number|boolean>? a text "@FILE" is what that file holds
---@field resources table<string, string>? file by name
---@field trust boolean? let the charm ask for the cloud's credentials

---Put a charm into the model.
---
---    deploy("charms/web", { name = "site", units = 2, config = { hostname = "web.example.com" } })
---@param folder string a charm's folder, or a .charm
---@param options charm.scenario.Deploy?
---@return string application
function M.deploy(folder, options)
  errors.check_text("deploy", folder)
  options = errors.check_options("deploy", options,
    { name = "string", units = "number", config = "table", resources = "table", trust = "boolean" })
  local name = core.deploy {
    folder = folder, name = options.name, units = options.units, trust = options.trust,
    config = words("deploy: config", options.config, plain),
    resources = words("deploy: resources", options.resources, plain),
  }
  say("deploy", "%s from %s, %s", name, folder, count(options.units or 1, "unit"))
  return name
end

---Replace an application's charm with a newer one.
---
---    refresh("web", { path = "charms/web" })
---@param app string
---@param options { path: string? }? where it was deployed from when it is left out
function M.refresh(app, options)
  errors.check_text("refresh", app)
  options = errors.check_options("refresh", options, { path = "string" })
  core.refresh(app, options.path)
  say("refresh", "%s%s", app, options.path and " from " .. options.path or "")
end

---More units of an application.
---
---    add_unit("web", 2)
---@param app string
---@param number integer? 1 when it is left out
---@return string[] units
function M.add_unit(app, number)
  errors.check_text("add_unit", app)
  local units = core.add_unit(app, number)
  say("add_unit", "%s", table.concat(units, ", "))
  return units
end

---Relate two applications.
---
---    integrate("web:certificates", "ca:certificates")
---@param a string "web" or "web:certificates"
---@param b string
---@return integer id the relation's number
function M.integrate(a, b)
  errors.check_text("integrate", a)
  errors.check_text("integrate", b)
  local id, requirer, provider = core.integrate(a, b)
  say("integrate", "%s %s, relation %d", requirer, provider, id)
  return id
end

---End a relation.
---
---    remove_relation("web", "ca")
---@param a string "web" or "web:certificates"
---@param b string
function M.remove_relation(a, b)
  errors.check_text("remove_relation", a)
  errors.check_text("remove_relation", b)
  core.remove_relation(a, b)
  say("remove_relation", "%s %s", a, b)
end

local function for_each(verb, ...)
  for _, name in ipairs { ... } do
    errors.check_text(verb, name)
    core[verb](name)
    say(verb, "%s", name)
  end
end

---Take units out.
---
---    remove_unit "web/0"
---@param ... string
function M.remove_unit(...)
  for_each("remove_unit", ...)
end

---Take applications out, with their units and relations.
---
---    remove_application "web"
---@param ... string
function M.remove_application(...)
  for_each("remove_application", ...)
end

---Make a unit its application's leader.
---
---    add_unit "web"
---    settle()
---    set_leader "web/1"
---@param unit string
function M.set_leader(unit)
  for_each("set_leader", unit)
end

---An application's options: the values in force, or set some.
---
---    config("web", { hostname = "shop.example.com" })
---    expect_equal(config("web").hostname, "shop.example.com", "it is set")
---@param app string
---@param settings table<string, string|number|boolean>? a text "@FILE" is what that file holds
---@return table<string, any>? config without settings
function M.config(app, settings)
  errors.check_text("config", app)
  if settings == nil then return core.config(app) end
  if type(settings) ~= "table" then
    errors.misuse("config: expected { OPTION = VALUE }, got %s", errors.kind(settings))
  end
  local list = words("config", settings, plain)
  core.set_config(app, list, {})
  say("config", "%s %s", app, table.concat(list, " "))
end

---Options back to their defaults.
---
---    reset_config("web", "hostname")
---@param app string
---@param ... string names of options
function M.reset_config(app, ...)
  errors.check_text("reset_config", app)
  core.set_config(app, {}, { ... })
  say("reset_config", "%s %s", app, table.concat({ ... }, " "))
end

---@class charm.scenario.Settle
---@field may_fail boolean? a hook that keeps failing is returned instead of raised
---@field retries integer? tries of a hook that fails

local settle_options <const> = { may_fail = "boolean", retries = "number" }

---Run hooks until nothing is pending. A hook that keeps failing is an error, unless it may.
---
---    settle()
---@param options charm.scenario.Settle?
---@return boolean settled
---@return string? message of the hook that failed
function M.settle(options)
  options = errors.check_options("settle", options, settle_options)
  local settled, message = attempt(options, core.settle, options.retries)
  say("settle", "%s%s", hooks(), settled and "" or ": " .. message)
  return settled, message
end

---@class charm.scenario.Advance: charm.scenario.Settle
---@field update_status boolean? update-status on every unit when the time is reached
---@field update_status_every string? and so often on the way, as Juju does every "5m"

---Turn the model's clock, and settle at all that is due on the way.
---
---    advance "30d"
---@param duration string "80d", "1d12h", "20s"
---@param options charm.scenario.Advance?
---@return boolean settled
---@return string? message
function M.advance(duration, options)
  errors.check_text("advance", duration)
  options = errors.check_options("advance", options,
    { may_fail = "boolean", retries = "number", update_status = "boolean", update_status_every = "string" })
  local settled, message = attempt(options, core.advance, duration, options.update_status, options.retries,
    options.update_status_every)
  say("advance", "%s: it is %s, %s%s", duration, os.date("!%Y-%m-%dT%H:%M:%SZ", core.now()), hooks(),
    settled and "" or ": " .. message)
  return settled, message
end

---Run an action.
---
---    run("web/0", "show-certificate", {}, { may_fail = true })
---@param unit string
---@param action string
---@param params table<string, any>?
---@param options { may_fail: boolean? }?
---@return table? results nil when it failed, and may
---@return string? message why it failed
---@return table? partial what it had set by then
function M.run(unit, action, params, options)
  errors.check_text("run", unit)
  errors.check_text("run", action)
  options = errors.check_options("run", options, { may_fail = "boolean" })
  if params ~= nil and type(params) ~= "table" then
    errors.misuse("run: expected { PARAMETER = VALUE }, got %s", errors.kind(params))
  end
  local results, message = core.run(unit, action, words("run", params, as_json))
  say("run", "%s %s%s%s", unit, action, and_hooks(), message and ": failed: " .. message or "")
  if not message then return results end
  if not options.may_fail then
    raise("command", ("action '%s' failed: %s"):format(action, message))
  end
  return nil, message, results
end

---A command as the unit, with hook commands at hand.
---
---    expect_equal(exec("web/0", "echo here"), "here\n", "what it prints")
---@param unit string
---@param command string|string[] a line of shell, or a program and its arguments
---@param options { may_fail: boolean?, relation: integer? }? relation: what hook commands are about
---@return string? stdout nil when it failed, and may
---@return string message standard error; when it failed, why
---@return string? stdout when it failed
---@return string? stderr when it failed
function M.exec(unit, command, options)
  errors.check_text("exec", unit)
  options = errors.check_options("exec", options, { may_fail = "boolean", relation = "number" })
  if type(command) == "string" then command = { command } end
  local stdout, stderr, message = core.exec(unit, command, options.relation)
  say("exec", "%s %s%s%s", unit, table.concat(command, " "), and_hooks(),
    message and ": failed: " .. message or "")
  if not message then return stdout, stderr end
  if not options.may_fail then
    local last = stderr:match "([^\n]+)\n*$"
    raise("command", ("%s: %s%s"):format(unit, message, last and ": " .. last or ""))
  end
  return nil, message, stdout, stderr
end

---@class charm.scenario.Fire
---@field relation string? of a relation event: "certificates:1"
---@field remote string? a unit, of joined, changed and departed
---@field secret string? an id, or the owner's label
---@field revision integer? of secret-expired and secret-remove
---@field storage string?
---@field notice string?
---@field check string?
---@field may_fail boolean?

---Run one hook out of turn, such as update-status.
---
---    fire("web/0", "update-status")
---@param unit string
---@param event string
---@param about charm.scenario.Fire?
---@return boolean settled
---@return string? message
function M.fire(unit, event, about)
  errors.check_text("fire", unit)
  errors.check_text("fire", event)
  about = errors.check_options("fire", about, {
    relation = "string", remote = "string", secret = "string", revision = "number", storage = "string",
    notice = "string", check = "string", may_fail = "boolean",
  })
  local settled, message = attempt(about, core.fire, unit, event, about)
  say("fire", "%s %s, %s%s", unit, event, hooks(), settled and "" or ": " .. message)
  return settled, message
end

---A failed hook is tried again with the next settle, without waiting.
---
---    fail_next("web/0", "update-status", 100)
---    fire("web/0", "update-status", { may_fail = true })
---    resolved "web/0"
---@param unit string
---@param options { no_retry: boolean? }? no_retry: it counts as done, without running
function M.resolved(unit, options)
  errors.check_text("resolved", unit)
  options = errors.check_options("resolved", options, { no_retry = "boolean" })
  core.resolved(unit, options.no_retry)
  say("resolved", "%s", unit)
end

---Make a unit's next runs of a hook fail. As any hook that fails, it is tried again, so that `settle`
---gets past fewer failures than it has tries.
---
---    fail_next("web/0", "config-changed")
---@param unit string
---@param hook string? "certificates-relation-changed"; of any hook when it is left out
---@param times integer? 1 when it is left out; 0 takes it back
---@param options { after_run: boolean? }? after_run: the hook runs and fails at its end, so that what
---  it did to the world stays and what Juju buffers is dropped; else it fails without having run
function M.fail_next(unit, hook, times, options)
  errors.check_text("fail_next", unit)
  options = errors.check_options("fail_next", options, { after_run = "boolean" })
  core.fail_next(unit, hook, times or 1, options.after_run)
  say("fail_next", "%s %s, %s", unit, hook or "any hook", count(times or 1, "time"))
end

---Hold a unit's queue back: it runs no hook, as if its machine were slow or gone, until unpause.
---
---    pause("web/0", "20s")
---@param unit string
---@param duration string? for so long, in the model's time: "20s"
function M.pause(unit, duration)
  errors.check_text("pause", unit)
  core.pause(unit, duration)
  say("pause", "%s%s", unit, duration and " for " .. duration or "")
end

---The unit runs hooks again.
---
---    pause "web/0"
---    unpause "web/0"
---@param unit string
function M.unpause(unit)
  for_each("unpause", unit)
end

---The model's time, in seconds since the epoch.
---
---    local before <const> = now()
---    advance "1d"
---    expect_equal(now() - before, 86400, "a day has passed")
---@return integer
---@nodiscard
function M.now()
  return core.now()
end

---What `luacharm model status --json` shows.
---
---    expect(status().applications.web, "the application is there")
---@return table
---@nodiscard
function M.status()
  return core.status()
end

---What `luacharm model show-unit` shows.
---
---    expect_equal(unit("web/0").status, "blocked", "it says what it lacks")
---@param name string
---@return table? unit
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function M.unit(name)
  errors.check_text("unit", name)
  return core.unit(name)
end

---What a unit or an application has written into a relation's databag.
---
---    local id <const> = integrate("web", "ca")
---    settle()
---    expect(relation_data("web/0", id), "there is a databag")
---@param holder string "web/0", "ca"
---@param relation string|integer the holder's endpoint, or the relation's number
---@return table<string, string>? data
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function M.relation_data(holder, relation)
  errors.check_text("relation_data", holder)
  return core.relation_data(holder, relation)
end

---The model's secrets, by id: owner, label, revisions, who may read them; not what is in them.
---
---    expect(secrets(), "the secrets by their ids")
---@return table<string, table>
---@nodiscard
function M.secrets()
  return core.secrets()
end

---@class charm.scenario.LogLine
---@field time string
---@field unit string
---@field level string
---@field module string
---@field message string

---What hooks have logged, oldest first.
---
---    expect(#log { unit = "web/0", level = "DEBUG" } > 0, "it has logged something")
---@param options { level: string?, unit: string?, lines: integer? }? only this level and above (INFO
---  when it is left out), this unit's or application's, the last so many
---@return charm.scenario.LogLine[]
---@nodiscard
function M.log(options)
  return core.log(errors.check_options("log", options,
    { level = "string", unit = "string", lines = "number" }))
end

---What `luacharm model timeline --json` shows: hooks, events and certificates.
---
---    expect(timeline(), "what happened, as luacharm model timeline has it")
---@return table
---@nodiscard
function M.timeline()
  return core.timeline()
end

---A heading for what follows.
---
---    step "the first month"
---@param text string
function M.step(text)
  errors.check_text("step", text)
  say("step", "%s", text)
end

---A line of the scenario's own among the results.
---
---    print("units: " .. 1)
---@param ... any
function M.print(...)
  local texts = table.pack(...)
  for index = 1, texts.n do texts[index] = tostring(texts[index]) end
  core.note(table.concat(texts, "\t"))
end

-- A name that nothing was given to is a slip of the pen: said where it is, with the nearest one.
local function refuse(_, name)
  local known = {}
  for global in pairs(_G) do known[#known + 1] = type(global) == "string" and global or nil end
  local nearest = core.nearest(tostring(name), known)
  errors.misuse("there is no '%s'%s", tostring(name),
    nearest and (" (did you mean '%s'?)"):format(nearest) or ": nothing has that name")
end

-- What `luacharm model play` calls: all of the above become globals.
function M.install()
  for name, value in pairs(M) do
    if name ~= "install" then rawset(_G, name, value) end
  end
  setmetatable(_G, { __index = refuse })
end

return M
