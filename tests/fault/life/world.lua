-- What a model holds, in words that two runs of the same hook have in common, whatever keys they made.
-- usage: luacharm run world.lua BEFORE NOW FOLDER [OUTPUT...]
--
-- BEFORE and NOW are dumps (dump in life.sh), of the model before the hook and as it is. What was there
-- before is named by its own text, so that another key, request or certificate in its place is seen; what
-- is new is told by what it is: a request by its names and whose key it has, a certificate by its names,
-- times, key and issuer. FOLDER is where the requirer puts its files. What must hold in every state is
-- looked at on the way: each thing that does not is a line "VIOLATION: ...", also a private key of the
-- model in one of the OUTPUTs.
local json <const> = require "charm.json"
local x509 <const> = require "charm.x509"

local letters <const> = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local pem_pattern <const> = "%-%-%-%-%-BEGIN ([A-Z ]+)%-%-%-%-%-.-%-%-%-%-%-END [A-Z ]+%-%-%-%-%-"

local function read(path)
  local file <const> = assert(io.open(path, "rb"))
  local text <const> = file:read "a"
  file:close()
  return text
end

local function from_base64(text)
  local bits, count = 0, 0
  return (text:gsub("=", ""):gsub(".", function(letter)
    bits, count = (bits << 6 | letters:find(letter, 1, true) - 1) & 0xffffff, count + 6
    if count < 8 then return "" end
    count = count - 8
    return string.char(bits >> count & 255)
  end))
end

-- Line feeds are "\n" in a dump, as in JSON.
local function load_dump(path)
  return (read(path):gsub("(secret|[^\n]*|)([%w+/=]+)\n", function(front, value)
    return front .. from_base64(value):gsub("\n", "\\n") .. "\n"
  end))
end

local function plain(pem) return (pem:gsub("\\n", "\n")) end

local before <const>, now <const>, folder <const> = load_dump(arg[1]), load_dump(arg[2]), arg[3]
local violations <const> = {}

local function violation(...) violations[#violations + 1] = "VIOLATION: " .. string.format(...) end

local function each_pem(text, kind)
  return coroutine.wrap(function()
    local at = 1
    while true do
      local from, to, found = text:find(pem_pattern, at)
      if not from then return end
      if found:find(kind, 1, true) then coroutine.yield(text:sub(from, to)) end
      at = to + 1
    end
  end)
end

-- --- names ------------------------------------------------------------------------------------------

local function is_old(text) return before:find(text, 1, true) ~= nil end
local function tail_of(pem) return pem:gsub("\\n", ""):match "([%w+/]+)=*%-%-%-%-%-END" end

local key_names <const> = {} -- by fingerprint
for line in now:gmatch "secret|[^\n]+" do
  local label <const>, revision <const> = line:match "^secret|[^|]*|([^|]*)|[^|]*|(%d+)|"
  for pem in each_pem(line, "PRIVATE KEY") do
    local key <const> = assert(x509.key.parse(plain(pem)))
    local age <const> = is_old(pem) and "old " .. key:fingerprint():sub(1, 12) or "new"
    key_names[key:fingerprint()] = ("%s of %s/%s"):format(age, label, revision)
  end
end

local function key_name(thing) return key_names[thing:fingerprint()] or "a key that is gone" end

local function names_of(thing)
  local subject <const> = {}
  for _, entry in ipairs(thing:subject()) do
    -- A random identifier makes each request another one.
    local is_random <const> = entry.name == "x500UniqueIdentifier" or entry.name == "uniqueIdentifier"
    subject[#subject + 1] = entry.name .. "=" .. (is_random and "*" or entry.value)
  end
  return table.concat(subject, ",") .. " for " .. table.concat(thing:sans_dns() or {}, ",")
end

local describe <const> = {
  ["PRIVATE KEY"] = function(pem) return key_name(assert(x509.key.parse(pem))) end,
  ["CERTIFICATE REQUEST"] = function(pem)
    local csr <const> = assert(x509.csr.parse(pem))
    return ("%s, key %s"):format(names_of(csr), key_name(csr))
  end,
  ["CERTIFICATE"] = function(pem)
    local cert <const> = assert(x509.certificate.parse(pem))
    local from <const>, to <const> = cert:not_before(), cert:not_after()
    return ("%s, %d to %d, key %s"):format(names_of(cert), from, to, key_name(cert))
  end,
}

local function tell_pem(pem, kind)
  if is_old(pem) then return ("<old %s %s>"):format(kind, tail_of(pem):sub(-16)) end
  local tell <const> = describe[kind:match "PRIVATE KEY" or kind]
  return ("<new %s: %s>"):format(kind, tell(plain(pem)))
end

local secret_names <const> = {} -- by id
for id, owner, label in now:gmatch "owner|([^|]*)|([^|]*)|([^|\n]*)" do
  secret_names[id] = ("<secret of %s: %s>"):format(owner, label)
end

local function tell(line)
  line = line:gsub("(%-%-%-%-%-BEGIN ([A-Z ]+)%-%-%-%-%-.-%-%-%-%-%-END [A-Z ]+%-%-%-%-%-)", tell_pem)
  line = line:gsub("%f[0-9a-v]" .. ("[0-9a-v]"):rep(20) .. "%f[^0-9a-v]", function(id)
    return not is_old(id) and secret_names[id] or nil
  end)
  line = line:gsub("%f[%x]" .. ("%x"):rep(16) .. "%x*", function(digest)
    return not is_old(digest) and ("<%d hex digits>"):format(#digest) or nil
  end)
  -- What stands in the order of such digests.
  return line:find "^state|" and line:gsub("{([^{}]*)}", function(members)
    local list <const> = {}
    for member in (members .. ","):gmatch '"[^"]*":"[^"]*",' do list[#list + 1] = member end
    table.sort(list)
    return "{" .. table.concat(list) .. "}"
  end) or line
end

-- --- what must hold ---------------------------------------------------------------------------------

local function check_requests(holder, list)
  local seen <const> = {}
  for _, entry in ipairs(list) do
    local pem <const> = entry.certificate_signing_request
    if seen[pem] then violation("%s asks twice for the same", holder) end
    seen[pem] = true
    local csr <const> = x509.csr.parse(pem)
    if not csr or not csr:verify() then violation("%s asks with no request", holder) end
  end
end

local asked <const> = before .. now
local function check_certificates(holder, list)
  local seen <const> = {}
  for _, entry in ipairs(list) do
    local pem <const> = entry.certificate_signing_request
    local csr <const>, cert <const> = x509.csr.parse(pem), x509.certificate.parse(entry.certificate)
    if not csr or not cert or not cert:matches(csr) then
      violation("%s gives a certificate that is not of its request", holder)
    elseif #cert:missing_names(csr) > 0 then
      violation("%s gives a certificate that lacks names of its request", holder)
    end
    if seen[pem] then violation("%s answers a request twice", holder) end
    seen[pem] = true
    local body <const> = pem:match "%-%-\n(.-)\n%-%-":gsub("\n", "\\n")
    local found = false
    for line in asked:gmatch "bag|[^\n]+" do
      found = found or not line:find("|" .. holder .. "|", 1, true) and line:find(body, 1, true) ~= nil
    end
    -- One that was there before may have lost its request in the hook before.
    if not found and not is_old(entry.certificate:match "%-%-\n(.-)\n") then
      violation("%s gives a certificate to nobody who asked", holder)
    end
  end
end

for holder, key, value in now:gmatch "bag|%d+|([^|]+)|([^|]+)|([^\n]+)" do
  local list <const> = value:find "^%[" and json.decode(value)
  if key == "certificate_signing_requests" and list then check_requests(holder, list) end
  if key == "certificates" and list then check_certificates(holder, list) end
end

local function check_files()
  local file <const> = io.open(folder .. "/key.pem")
  if not file then return end
  file:close()
  local key <const> = x509.key.parse(read(folder .. "/key.pem"))
  local cert <const> = x509.certificate.parse(read(folder .. "/cert.pem"))
  local ca <const> = x509.certificate.parse(read(folder .. "/ca.pem"))
  if not key or not cert or not ca or not cert:matches(key) or not cert:is_issued_by(ca) then
    violation "the files do not belong together"
  end
end
check_files()

for i = 4, #arg do
  local output <const> = read(arg[i])
  for pem in each_pem(before .. now, "PRIVATE KEY") do
    for line in plain(pem):gmatch "[^\n]+" do
      if not line:find "^%-" and #line > 20 and output:find(line, 1, true) then
        violation("a private key is in %s", arg[i]:match "[^/]+$")
      end
    end
  end
end

local lines <const> = violations
for line in now:gmatch "[^\n]+" do lines[#lines + 1] = tell(line) end
table.sort(lines)
print(table.concat(lines, "\n"))
