-- What the scenarios of the refresh share: a CA and a web server, a load on the server that goes on
-- over all hooks of a change, and the ways in which the provider may be slow, unwilling or broken.
local charm <const> = require "charm"
local x509 <const> = require "charm.x509"

local M = { v3 = "../../../charms/web-v3" }

local SCRIPT <const> = 'exec sh "$TESTS/model/upgrade/load.sh" "$@"'
-- Seconds that clients' clocks are ahead. The model turns its own before a failed hook is tried again:
-- no certificate is to be of clients' future.
local AHEAD <const> = 3600

local function sh(...)
  return charm.exec { "sh", "-c", SCRIPT, "load.sh", ... }.stdout
end

---A word of the environment, in which a run is told what it is to be; nil when it says nothing.
---@param name string
---@return string?
function M.variable(name)
  return charm.exec { "printenv", name, check = false }.stdout:match("^(%S+)")
end

---charms/web, or another charm in its place.
M.web = M.variable "WEB" or "../../../charms/web"

---How the provider behaves in this run: "prompt", "late", "denying", "failing", or "adverse", all of
---these one after another.
M.variant = M.variable "VARIANT" or "prompt"

---Clients' clocks go with the model's.
function M.advance(duration, seconds)
  sh("clock", ("%d"):format(now() + seconds + AHEAD))
  advance(duration)
end

---Clients trust these applications' CAs, as they are now.
function M.trust(...)
  local texts = {}
  for _, ca in ipairs { ... } do texts[#texts + 1] = run(ca .. "/0", "show-ca").certificate .. "\n" end
  charm.exec { "sh", "-c", SCRIPT, "load.sh", "trust", stdin = table.concat(texts) }
end

---A provider of its own name, and a web server of the given revision with a certificate of it.
---@param path string M.web or M.v3
---@param options { units: integer?, config: table? }?
function M.begin(path, options)
  options = options or {}
  local settings = { ["external-hostname"] = "web.example.com" }
  for name, value in pairs(options.config or {}) do settings[name] = value end
  deploy("charms/ca", { config = { ["ca-common-name"] = "the first CA" } })
  deploy(path, { units = options.units, config = settings })
  integrate("web", "ca")
  settle()
  M.trust "ca"
  sh("clock", ("%d"):format(now() + AHEAD))
end

---What a unit serves now.
function M.serial(unit)
  return (sh("serial", unit or "web/0"):gsub("%s", ""))
end

function M.files(unit)
  return sh("files", unit or "web/0")
end

---The request and the certificate of a unit, as they stand in the databags.
function M.request(unit)
  local text = relation_data(unit or "web/0", "certificates").certificate_signing_requests or "[]"
  local list = require("charm.json").decode(text)
  return list[1] and x509.csr.parse(list[1].certificate_signing_request):hash(), #list
end

local function settle_all()
  settle { retries = tonumber(M.variable "RETRIES") }
end

-- Hooks until nothing is pending, with the provider as the variant says.
local answers <const> = {
  prompt = function(_, begin)
    begin()
    settle_all()
  end,
  late = function(ca, begin)
    begin()
    pause(ca .. "/0", "20s")
    settle_all()
    M.advance("20s", 20)
    settle_all()
  end,
  denying = function(ca, begin)
    config(ca, { answer = "deny" })
    begin()
    settle_all()
    config(ca, { answer = "issue" })
    settle_all()
  end,
  failing = function(ca, begin)
    begin()
    fail_next(ca .. "/0", nil, 2, { after_run = true })
    settle_all()
  end,
  adverse = function(ca, begin)
    config(ca, { answer = "deny" })
    begin()
    fail_next(ca .. "/0", "certificates-relation-changed", 2, { after_run = true })
    settle_all()
    config(ca, { answer = "issue" })
    pause(ca .. "/0", "20s")
    settle_all()
    M.advance("20s", 20)
    settle_all()
  end,
}

---Let the hooks of a change run.
---@param ca string? who answers, "ca" when left out
---@param begin fun()? what the provider does of itself, once it is as the variant says
function M.settle(ca, begin)
  answers[M.variant](ca or "ca", begin or function() end)
end

local function read_sums(text)
  local sums = { serials = {}, errors = {} }
  for line in text:gmatch("[^\n]+") do
    local word, rest = line:match("^(%S+) (.*)$")
    if word == "serial" then
      local serial, first, count = rest:match("^(%S+) (%d+) (%d+)$")
      table.insert(sums.serials, { serial = serial, first = tonumber(first), count = tonumber(count) })
    elseif word == "error" then
      sums.errors[#sums.errors + 1] = rest
    else
      sums[word or line] = tonumber(rest)
    end
  end
  return sums
end

-- A row of the table: from the change to the first handshake with what is served last.
local function keep_row(name, sums)
  if not M.variable "UPGRADE_TABLE" then return end
  local last = sums.serials[#sums.serials]
  local first_new = #sums.serials > 1 and ("%d"):format(last.first - sums.change_ms) or "-"
  local row = ("%-30s %-8s %6d %5.0f %7d %8s %7d\n"):format(name, M.variant, sums.handshakes,
    sums.handshakes / sums.seconds, sums.failures, first_new, sums.gap_ms)
  charm.exec { "sh", "-c", 'cat >>"$UPGRADE_TABLE"', stdin = row }
end

---Run a change while clients never let up, and say how that went.
---@param name string of the row in the table
---@param change fun()
---@param units string[]? whose servers; web/0
---@return table sums of the first of them
---@return table[] all
function M.under_load(name, change, units)
  units = units or { "web/0" }
  local all = {}
  do
    local _ <close> = setmetatable({}, { __close = function() -- also when the change fails
      for index, unit in ipairs(units) do all[index] = read_sums(sh("stop", unit)) end
    end })
    for _, unit in ipairs(units) do sh("start", unit) end
    charm.exec { "sleep", "0.4" }
    sh "mark"
    change()
    charm.exec { "sleep", "0.4" }
  end
  for index, unit in ipairs(units) do
    keep_row(#units == 1 and name or ("%s, %s"):format(name, unit), all[index])
  end
  return all[1], all
end

---No handshake has failed, and something else is served at the end, or not.
---@param sums table
---@param is_new boolean
function M.expect_served(sums, is_new)
  local wanted = tonumber(M.variable "N" or "1000")
  expect(sums.handshakes and sums.handshakes >= wanted, ("at least %d handshakes"):format(wanted))
  expect_equal(sums.failures, 0, "no handshake has failed")
  expect_equal(table.concat(sums.errors, "; "), "", "for no reason")
  expect_equal(#sums.serials > 1, is_new, is_new and "a new certificate is served" or "the same is served on")
end

return M
