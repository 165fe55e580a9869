-- What Juju answers to a charm of the benches, and what it answers after a hook: `luacharm run worlds.lua
-- VERB ...`. A world is a folder that answer.c answers from, with its state in world.json.
--
--     new WORLD requirer           the unit web/0, related to ca by certificates:7
--     new WORLD provider UNITS ec|rsa    the leader ca/0, related to so many units of web, a request in each
--     fold WORLD                   what the hook has written (WORLD/record) is what it is answered next
--     join WORLD ec|rsa            one more unit of web, with a request
--     ask REQUIRER PROVIDER        what the requirer asks for reaches the provider, as one more unit
--     answer PROVIDER REQUIRER     and what the provider answers the requirer
--     crowd REQUIRER WORLD COUNT   the same requirer, and before its answer so many others'
--     pack FILE WORLD...           worlds into one file
--     unpack FILE WORLD            one of them, into the folder of its name
local json <const> = require "charm.json"
local x509 <const> = require "charm.x509"

local relation <const> = "certificates:7"

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

local function write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(text))
end

local function encoded(value) return next(value) and json.encode(value) or "{}" end

-- --- a world and its files ----------------------------------------------------------------------

local function answer(folder, call, text)
  write(("%s/answers/%s"):format(folder, call:gsub("/", "_")), text .. "\n")
end

local function answer_secrets(folder, world)
  for _, secret in ipairs(world.secrets) do
    local info <const> = json.encode {
      [secret.id] = { label = secret.label, owner = secret.owner, revision = 1, rotation = "never",
        expiry = secret.expiry },
    }
    for _, name in ipairs { "-- " .. secret.id, "--label " .. secret.label } do
      for _, how in ipairs { "", "--refresh ", "--peek " } do
        answer(folder, "secret-get --format=json " .. how .. name, json.encode(secret.content))
      end
      answer(folder, "secret-info-get --format=json " .. name, info)
    end
  end
end

local function save(folder, world)
  write(folder .. "/world.json", json.encode(world))
  answer(folder, "is-leader", tostring(world.leads))
  answer(folder, "config-get", "{}")
  answer(folder, "relation-ids", json.encode { relation })
  answer(folder, "relation-list --format=json -r " .. relation, json.encode(world.units))
  answer(folder, "relation-list --format=json --app -r " .. relation, json.encode(world.remote))
  for who, bag in pairs(world.bags) do
    local app <const> = who:find "/" and "" or "--app "
    local call <const> = ("relation-get --format=json %s-r %s -- - %s"):format(app, relation, who)
    answer(folder, call, encoded(bag))
  end
  answer(folder, "state-get", encoded(world.state))
  answer(folder, "status-get", json.encode { status = "unknown", message = "", ["status-data"] = {} })
  answer(folder, "secret-add", "secret:9m4e2mp25ct3onaba9v" .. #world.secrets)
  answer_secrets(folder, world)
  for _, name in ipairs { "relation-set", "state-set", "state-delete", "status-set", "secret-set",
    "secret-grant", "secret-remove", "juju-log" } do
    answer(folder, name, "")
  end
end

local function load_world(folder) return json.decode(read(folder .. "/world.json")) end

-- --- making one ---------------------------------------------------------------------------------

local function addresses(number)
  local address <const> = ("10.%d.%d.%d"):format(number >> 16, number >> 8 & 255, number & 255)
  return {
    ["egress-subnets"] = address .. "/32",
    ["ingress-address"] = address,
    ["private-address"] = address,
  }
end

-- A unit's databag with one request.
local function asking(number, key_options)
  local bag <const> = addresses(number)
  local host <const> = ("web-%d.example.com"):format(number)
  local key <const> = x509.key.generate(key_options)
  local csr <const> = x509.csr.new(key, { common_name = host, sans_dns = { host } })
  bag.certificate_signing_requests =
    json.encode { { certificate_signing_request = csr:pem(), ca = false } }
  return bag
end

local key_options <const> = { ec = { type = "ec", curve = "P-256" }, rsa = { type = "rsa", bits = 2048 } }

local function add_unit(world, key_type)
  local number <const> = #world.units + 1
  world.units[number] = "web/" .. number
  world.bags["web/" .. number] = asking(number, key_options[key_type])
end

local function new(folder, role, units, key_type)
  local world <const> = { state = {}, secrets = json.array {}, units = json.array {}, bags = {} }
  if role == "requirer" then
    world.leads, world.own, world.app, world.remote = false, "web/0", "web", "ca"
    world.units[1] = "ca/0"
    world.bags = { web = {}, ca = {}, ["web/0"] = addresses(1), ["ca/0"] = addresses(2) }
  else
    world.leads, world.own, world.app, world.remote = true, "ca/0", "ca", "web"
    world.bags = { web = {}, ca = {}, ["ca/0"] = addresses(2) }
    for _ = 1, math.tointeger(units) do add_unit(world, key_type) end
  end
  save(folder, world)
end

local function join(folder, key_type)
  local world <const> = load_world(folder)
  add_unit(world, key_type)
  save(folder, world)
end

-- --- after a hook -------------------------------------------------------------------------------

-- The calls of a record: { words, files, input }.
local function calls_of(text)
  local at = 1
  local function take(pattern)
    local first <const>, last <const>, a, b = text:find(pattern, at)
    assert(first == at, "the record is not whole")
    at = last + 1
    return math.tointeger(a), math.tointeger(b)
  end
  local function take_text()
    local len <const> = take "(%d+)\n"
    local from <const> = at
    at = from + len + 1
    return text:sub(from, from + len - 1)
  end
  local calls <const> = {}
  while at <= #text do
    local words <const>, files <const> = take "(%d+) (%d+)\n"
    local call <const> = { words = {}, files = {} }
    for number = 1, words do call.words[number] = take_text() end
    for number = 1, files do call.files[number] = take_text() end
    call.input = take_text()
    calls[#calls + 1] = call
  end
  return calls
end

local function option(call, name)
  for number, word in ipairs(call.words) do
    if word == name then return call.words[number + 1] end
  end
end

local function has(call, name)
  for _, word in ipairs(call.words) do
    if word == name then return true end
  end
  return false
end

local function merge(into, text)
  for key, value in pairs(json.decode(text)) do
    into[key] = value ~= "" and value or nil
  end
end

local apply <const> = {
  ["relation-set"] = function(world, call)
    merge(world.bags[has(call, "--app") and world.app or world.own], call.input)
  end,
  ["state-set"] = function(world, call) merge(world.state, call.input) end,
  ["secret-add"] = function(world, call)
    local secret <const> = {
      id = "9m4e2mp25ct3onaba9v" .. #world.secrets,
      label = option(call, "--label"),
      owner = has(call, "--owner=application") and "application" or "unit",
      expiry = option(call, "--expire"),
      content = {},
    }
    local file = 0
    for _, word in ipairs(call.words) do
      local key <const> = word:match "^([^#]+)#file="
      if key then
        file = file + 1
        secret.content[key] = call.files[file]
      end
    end
    table.insert(world.secrets, secret)
  end,
}

local function fold(folder)
  local world <const> = load_world(folder)
  for _, call in ipairs(calls_of(read(folder .. "/record"))) do
    local change <const> = apply[call.words[1]]
    if change then change(world, call) end
  end
  save(folder, world)
end

local function ask(requirer, provider)
  local from <const>, to <const> = load_world(requirer), load_world(provider)
  if not to.bags[from.own] then table.insert(to.units, from.own) end
  to.bags[from.own] = from.bags[from.own]
  save(provider, to)
end

local function reply(provider, requirer)
  local from <const>, to <const> = load_world(provider), load_world(requirer)
  to.bags.ca = from.bags.ca
  save(requirer, to)
end

-- Answers like the first one, which is not ours, to the letter as the provider writes them; their CSRs
-- differ in the first letters.
local function crowd(requirer, folder, count)
  local world <const> = load_world(requirer)
  local text <const> = world.bags.ca.certificates
  local other <const> = text:match "%b{}"
  local list <const> = {}
  for number = 1, math.tointeger(count) do
    list[number] = other:gsub("(REQUEST%-%-%-%-%-\\n)" .. ("%w"):rep(8), ("%%1%08d"):format(number), 1)
  end
  world.bags.ca.certificates = "[" .. table.concat(list, ", ") .. ", " .. text:sub(2)
  save(folder, world)
end

-- --- keeping them -------------------------------------------------------------------------------

local function pack(path, ...)
  local worlds <const> = {}
  for _, folder in ipairs { ... } do worlds[folder:match "[^/]+$"] = load_world(folder) end
  write(path, json.encode(worlds) .. "\n")
end

local function unpack_one(path, folder)
  local world <const> = json.decode(read(path))[folder:match "[^/]+$"]
  save(folder, assert(world, path .. " has no such world"))
end

local verbs <const> = {
  new = new, join = join, fold = fold, ask = ask, answer = reply, crowd = crowd, pack = pack,
  unpack = unpack_one,
}
local verb <const> = verbs[arg[1]] or error("worlds: no verb " .. tostring(arg[1]), 0)
verb(table.unpack(arg, 2))
