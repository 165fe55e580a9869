-- Certificates as the options say, with the options and actions of the public charm
-- tls-certificates-requirer.
local charm <const> = require "charm"
local json <const> = require "charm.json"
local tls <const> = require "charm.tls"
local transfer <const> = require "transfer"

local function text_of(option)
  local text <const> = charm.config[option]
  if text ~= "" then return text end
end

-- What is wrong with the options; nil when they make sense.
local function problem()
  local mode <const> = charm.config.mode
  if mode ~= "unit" and mode ~= "app" then
    return ("mode: expected unit or app, got '%s'"):format(tostring(mode))
  end
  if charm.config.num_certificates > 1 and text_of "common_name" then
    return "common_name: there is one name, and more than one certificate"
  end
end

local function own_name(number)
  local unit <const> = charm.config.mode == "unit" and ".unit-" .. charm.unit:match "%d+$" or ""
  return ("cert-%d%s.%s.%s"):format(number, unit, charm.app, charm.model.name)
end

local function names_of(number)
  local given <const> = text_of "sans_dns"
  if not given then return { own_name(number) } end
  local names <const> = {}
  for name in given:gmatch "[^%s,]+" do names[#names + 1] = name end
  return names
end

-- A name that is said is one for all units: the leader's.
local function is_for_leader()
  return charm.config.mode == "app" or text_of "common_name" ~= nil or text_of "sans_dns" ~= nil
end

local function wanted()
  local list <const> = {}
  if problem() or is_for_leader() and not charm.is_leader() then return list end
  for number = 0, charm.config.num_certificates - 1 do
    list[#list + 1] = {
      name = tostring(number),
      common_name = text_of "common_name" or own_name(number),
      sans_dns = names_of(number),
      organization = text_of "organization_name",
      email_address = text_of "email_address",
      country_name = text_of "country_name",
      state_or_province_name = text_of "state_or_province_name",
      locality_name = text_of "locality_name",
      is_ca = charm.config.is_ca,
    }
  end
  return list
end

local function wanted_in(mode)
  return function() return charm.config.mode == mode and wanted() or {} end
end

local certs <const> = tls.requires("certificates", {
  mode = "app_and_unit",
  requests = { app = wanted_in "app", unit = wanted_in "unit" },
})

certs:on("available", function(cert)
  charm.log.info(("certificate %s for %s is there"):format(cert.certificate:serial(),
    cert.certificate:common_name()))
end)

for _, event in ipairs { "leader-elected", "upgrade-charm", "certificate_transfer-relation-created" } do
  charm.on(event, function()
    if charm.is_leader() then transfer.ask "certificate_transfer" end
  end)
end

charm.collect_status(function(status)
  local wrong <const> = problem()
  if wrong then return status:blocked(wrong) end
  if charm.config.mode == "app" and not charm.is_leader() then
    return status:blocked "in mode app one unit asks: this one does not lead"
  end
  if not charm.relation "certificates" then return status:active "no provider is related" end
  local denial <const> = certs:denial()
  if denial then status:blocked(denial.message) end
  local requests <const> = wanted()
  local there = 0
  for _, request in ipairs(requests) do
    if certs:assigned(request.name) then there = there + 1 end
  end
  status:active(("%d of %d certificates"):format(there, #requests))
end)

charm.action("get-certificate", function(action)
  local wrong <const> = problem()
  if wrong then return action:fail(wrong) end
  local list <const> = json.array {}
  for _, request in ipairs(wanted()) do
    local pair <const> = certs:assigned(request.name)
    if pair then
      list[#list + 1] = {
        certificate = pair.certificate:pem(), ["ca-certificate"] = pair.ca:pem(), csr = pair.csr:pem(),
      }
    else
      action:fail("no certificate yet: " .. request.common_name)
    end
  end
  return { certificates = json.encode(list) }
end)

charm.action("rotate-private-key", function(action)
  local wrong <const> = problem()
  if wrong then return action:fail(wrong) end
  if charm.config.mode == "app" and not charm.is_leader() then
    return action:fail "in mode app the leader has the key"
  end
  certs:regenerate_key { scope = charm.config.mode }
  return { result = "a new private key; every certificate is asked for anew" }
end)

charm.action("get-trusted-ca-certificates", function(action)
  local bundle <const> = transfer.trusted "certificate_transfer"
  if #bundle == 0 then return action:fail "nobody gave us a CA to trust" end
  return { ["ca-certificates"] = table.concat(bundle, "\n"), count = #bundle }
end)
