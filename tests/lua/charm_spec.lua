-- The module charm outside of a hook: what still works there, what says that it does not, and what
-- authors get wrong. Inside a hook: tests/cli/dispatch.t, tests/cli/hook_data.t.
local charm <const> = require "charm"
local test <const> = require "harness"
local tls <const> = require "charm.tls"
local x509 <const> = require "charm.x509"

local folder <const> = charm.exec({ "mktemp", "-d" }).stdout:match("^[^\n]+")

-- --- outside of a hook ---------------------------------------------------------------------------

local some_relation <const> = require("charm.relation").by_id("db:7")

test.rows({
  { "charm.unit", function() return charm.unit end },
  { "charm.app", function() return charm.app end },
  { "charm.model", function() return charm.model end },
  { "charm.event", function() return charm.event end },
  { "charm.charm_dir", function() return charm.charm_dir end },
  { "charm.config", function() return charm.config.name end },
  { "charm.config", function() return (pairs(charm.config)) end },
  { "charm.is_leader", function() return (charm.is_leader()) end },
  { "charm.relations", function() return (charm.relations "db") end },
  { "charm.relations", function() return (charm.relation "db") end },
  { "relation.app", function() return some_relation.app end },
  { "relation.units", function() return some_relation.units end },
  { "relation.data", function() return some_relation.data.mysql.x end },
  { "charm.secret.add", function() return (charm.secret.add { content = { password = "x" } }) end },
  { "charm.secret.get", function() return (charm.secret.get { label = "x" }) end },
  { "charm.state", function() return charm.state.x end },
  { "charm.state", function() charm.state.x = 1 end },
  { "charm.status", function() charm.status.set("active") end },
  { "charm.open_port", function() charm.open_port(443) end },
  { "charm.network", function() return (charm.network "db") end },
  { "charm.goal_state", function() return (charm.goal_state()) end },
  { "charm.storage.list", function() return (charm.storage.list()) end },
  { "charm.resource", function() return (charm.resource "x") end },
  { "charm.reboot", function() charm.reboot() end },
}, function(row)
  local err <const> = test.raises(row[1] .. " is only there in a hook", "state", row[2])
  test.has(err.message, "luacharm model exec")
  test.has(err.where, "charm_spec.lua:")
end)

test("what stands in another module is charm's own once it was asked for", function()
  test.equal(charm.planned_units, rawget(charm, "planned_units"))
  test.equal(charm.planned_units, require("charm.machine").planned_units)
end)

test("a charm can be loaded anywhere: registering asks nothing", function()
  charm.on("config-changed", print)
  charm.on("db-relation-joined", print)
  charm.action("backup", print)
  charm.collect_status(print)
  charm.collect_app_status(print)
end)

-- --- the module ------------------------------------------------------------------------------------

test.rows({
  { "a field that is not there is an error",
    "charm: unknown name 'confg' (did you mean 'config'?)", function() return charm.confg end },
  { "so is a module that is taken for a field", 'require "charm.tls"', function() return charm.tls end },
  { "nor has charm.tls other names", "charm.tls: unknown name 'require' (did you mean 'requires'?)",
    function() return tls.require end },
  { "charm cannot be assigned to", "charm.unit cannot be assigned to", function() charm.unit = "x" end },
  { "nor can charm.config", "charm.config is read-only", function() charm.config.x = 1 end },
  { "nor a relation", "a relation has no field 'x'", function() some_relation.x = 1 end },
  { "an event that Juju does not have", "is not an event of Juju's",
    function() charm.on("relation-changed", print) end },
  { "an event is a text", "on: text expected, got nil", function() charm.on(nil, print) end },
  { "a handler is a function", "expected a function as handler, got nil",
    function() charm.on("start") end },
  { "an action's handler is a function", "expected a function as handler, got table",
    function() charm.action("x", {}) end },
  { "a collector is a function", "charm.collect_status: expected a function",
    function() charm.collect_status() end },
  { "an action has one handler", "has a handler already", function()
    charm.action("twice", print)
    charm.action("twice", print)
  end },
  { "a port is a number or a text", "expected a port", function() charm.open_port(4.5) end },
  { "options of a port", "charm.open_port: unknown option 'endpoint' (did you mean 'endpoints'?)",
    function() charm.open_port(443, { endpoint = "db" }) end },
  { "a secret has an id or a label", "expected an id or a label",
    function() return (charm.secret.get {}) end },
  { "refresh and peek exclude each other", "exclude each other",
    function() return (charm.secret.get { id = "x", refresh = true, peek = true }) end },
  { "an address is private or public", 'expected "private" or "public"',
    function() return (charm.address "local") end },
  { "a network is seen from a relation", "expected a relation, got string",
    function() return (charm.network("db", "db:7")) end },
  { "the library's own state", "the library's own", function() return charm.state["luacharm-x"] end },
  { "a key of the state is a text", "a key is a text", function() return charm.state[1] end },
}, function(row)
  local err <const> = test.raises(row[2], "usage", row[3])
  test.has(err.where, "charm_spec.lua:")
end)

-- --- programs ----------------------------------------------------------------------------------------

test("a program's output and status come back", function()
  local result <const> = charm.exec { "sh", "-c", "printf out; printf err >&2" }
  test.same(result, { status = 0, stdout = "out", stderr = "err" })
end)

test("words are not for a shell", function()
  test.equal(charm.exec({ "printf", "%s|", "a b", "$HOME", 5 }).stdout, "a b|$HOME|5|")
end)

test("a failure is an error that quotes the last line", function()
  local err <const> = test.raises("sh: exit status 3: second", "command", function()
    charm.exec { "sh", "-c", "echo first >&2; echo second >&2; exit 3" }
  end)
  test.lacks(err.message, "first")
end)

test("check = false returns it", function()
  test.equal(charm.exec({ "sh", "-c", "exit 3", check = false }).status, 3)
  test.equal(charm.exec({ "sh", "-c", "kill -9 $$", check = false }).status, 137)
end)

test("a program that takes too long is killed", function()
  test.raises("sleep: timed out", "timeout", function()
    charm.exec { "sleep", "10", timeout = "1s", check = false }
  end)
end)

test("standard input takes text, a secret or a key", function()
  local key <const> = x509.key.generate { type = "ed25519" }
  charm.file.write(folder .. "/secret", "s3cret")
  local secret <const> = assert(charm.file.read_secret(folder .. "/secret"))
  test.equal(charm.exec({ "cat", stdin = "text" }).stdout, "text")
  test.equal(charm.exec({ "cat", stdin = secret }).stdout, "s3cret")
  test.equal(charm.exec({ "cat", stdin = key }).stdout, key:pem())
  test.equal(charm.exec({ "cat" }).stdout, "")
end)

test("env adds to the environment, directory is where it runs", function()
  local result <const> = charm.exec { "sh", "-c", "echo $A $B; [ -n \"$PATH\" ] && pwd",
    env = { A = "a", B = 2 }, directory = folder }
  test.equal(result.stdout, "a 2\n" .. folder .. "\n")
end)

test.rows({
  { "no program", "expected a program", function() charm.exec {} end },
  { "no table", "expected { PROGRAM, ARGUMENT, ... }, got string", function() charm.exec "ls" end },
  { "a table as a word", "word 2 of a command must be a text, not a table",
    function() charm.exec { "ls", {} } end },
  { "a secret as a word", "word 2 of a command must be a text, not a userdata", function()
    charm.exec { "echo", assert(charm.file.read_secret(folder .. "/secret")) }
  end },
  { "a secret in the environment", "env: A: expected a text, got userdata", function()
    charm.exec { "echo", env = { A = assert(charm.file.read_secret(folder .. "/secret")) } }
  end },
  { "an unknown option", "unknown option 'chekc' (did you mean 'check'?)",
    function() charm.exec { "true", chekc = false } end },
  { "a number as time", 'timeout: expected a duration such as "90d"',
    function() charm.exec { "true", timeout = 5 } end },
}, function(row)
  test.raises(row[2], "usage", row[3])
end)

-- --- files -------------------------------------------------------------------------------------------

test("a file is written whole, ours alone unless asked", function()
  local path <const> = folder .. "/file"
  charm.file.write(path, "a\0b")
  test.equal(charm.file.read(path), "a\0b")
  test.equal(charm.exec({ "stat", "-c", "%a", path }).stdout, "600\n")
  charm.file.write(path, "again", { mode = "0644" })
  test.equal(charm.exec({ "stat", "-c", "%a", path }).stdout, "644\n")
end)

test("a key and a secret are written as they are", function()
  local key <const> = x509.key.generate { type = "ed25519" }
  charm.file.write(folder .. "/key.pem", key)
  test.equal(charm.file.read(folder .. "/key.pem"), key:pem())
  local secret <const> = assert(charm.file.read_secret(folder .. "/key.pem"))
  test.equal(tostring(secret), "charm.Secret (redacted)")
  charm.file.write(folder .. "/copy.pem", secret)
  test.equal(charm.file.read(folder .. "/copy.pem"), key:pem())
end)

test("a file that is not there is nil, a message and a code", function()
  test.fails("nowhere", "not_found", charm.file.read(folder .. "/nowhere"))
  test.fails("nowhere", "not_found", charm.file.read_secret(folder .. "/nowhere"))
end)

test("folders are made, files removed, both again without complaint", function()
  charm.file.make_dir(folder .. "/a/b", { mode = "0700" })
  charm.file.make_dir(folder .. "/a/b")
  test.equal(charm.file.exists(folder .. "/a/b"), true)
  charm.file.write(folder .. "/a/b/c", "")
  charm.file.remove(folder .. "/a/b/c")
  charm.file.remove(folder .. "/a/b/c")
  test.equal(charm.file.exists(folder .. "/a/b/c"), false)
end)

test.rows({
  { "a mode is a text", "mode: expected a string, got number", "usage",
    function() charm.file.write(folder .. "/x", "", { mode = 644 }) end },
  { "a mode is octal", "mode: expected one as in a shell", "usage",
    function() charm.file.write(folder .. "/x", "", { mode = "rw-" }) end },
  { "bytes are text, a key or a secret", "got table", "usage",
    function() charm.file.write(folder .. "/x", {}) end },
  { "a folder that is not there", folder .. "/none/x", "not_found",
    function() charm.file.write(folder .. "/none/x", "") end },
  { "a path is a text", "text expected, got nil", "usage", function() return (charm.file.read(nil)) end },
}, function(row)
  test.raises(row[2], row[3], row[4])
  test.equal(charm.file.exists(folder .. "/x"), false)
end)

-- --- secrets as values -------------------------------------------------------------------------------

test("a secret shows itself only when asked to", function()
  local secret <const> = assert(charm.file.read_secret(folder .. "/secret"))
  test.equal(secret:reveal(), "s3cret")
  test.equal(secret, assert(charm.file.read_secret(folder .. "/secret")))
  test.equal(getmetatable(secret), "charm.Secret")
  test.lacks(("%s"):format(tostring(secret)), "s3cret")
  test.raises("", nil, function() return secret .. "" end)
  test.raises("", nil, function() return #secret end)
end)

charm.exec { "rm", "-rf", folder }
test.done()
