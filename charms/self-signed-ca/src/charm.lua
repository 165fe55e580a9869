-- A certificate authority of one's own, with the options and actions of the public charm
-- self-signed-certificates. The runtime keeps the CA's key in a secret and answers requests; who may
-- have a certificate, and for how long, is said here.
local charm <const> = require "charm"
local json <const> = require "charm.json"
local tls <const> = require "charm.tls"
local transfer <const> = require "transfer"
local x509 <const> = require "charm.x509"

local units <const> = { [""] = 86400, m = 60, h = 3600, d = 86400, w = 7 * 86400 }

-- "90d", "10w"; a number alone counts days. nil for what is no time.
local function seconds_of(option)
  local number <const>, unit <const> = (charm.config[option] or ""):match "^(%d+)([mhdw]?)$"
  local seconds <const> = math.tointeger(number) and math.tointeger(number) * units[unit]
  return seconds and seconds > 0 and seconds or nil
end

-- The options that make no sense as they are; nothing is issued until they do.
local function invalid_options()
  local invalid <const> = {}
  if (charm.config["ca-common-name"] or "") == "" then table.insert(invalid, "ca-common-name") end
  local leaf <const>, root <const> = seconds_of "certificate-validity", seconds_of "root-ca-validity"
  if not leaf or not root or root < 2 * leaf then
    table.insert(invalid, "certificate-validity")
    table.insert(invalid, "root-ca-validity")
  end
  return invalid
end

-- What the CA is called: fields of its subject by option.
local subject <const> = {
  common_name = "ca-common-name",
  organization = "ca-organization",
  organizational_unit = "ca-organizational-unit",
  email_address = "ca-email-address",
  country_name = "ca-country-name",
  state_or_province_name = "ca-state-or-province-name",
  locality_name = "ca-locality-name",
}

local function text_of(option)
  local text <const> = charm.config[option]
  if text ~= "" then return text end
end

local options <const> = {
  validity = function() return ("%ds"):format(seconds_of "root-ca-validity") end,
  leaf_validity = function() return ("%ds"):format(seconds_of "certificate-validity") end,
}
for field, option in pairs(subject) do
  options[field] = function() return text_of(option) end
end
local authority <const> = tls.ca(options)

local function has_wildcard(csr)
  for _, name in ipairs { csr:common_name() or "", table.unpack(csr:sans_dns()) } do
    if name:find("*", 1, true) then return true end
  end
  return false
end

local provider
local given <const> = {} -- by relation: how many certificates it has, and for which requests

local function given_to(relation_id)
  if not given[relation_id] then
    local had <const> = { count = 0 }
    for _, entry in ipairs(provider:issued(relation_id)) do
      local csr <const> = x509.csr.parse(entry.csr)
      if csr then had[csr:pem()] = true end
      had.count = had.count + 1
    end
    given[relation_id] = had
  end
  return given[relation_id]
end

local function is_within_limit(request)
  local limit <const> = charm.config["certificate-limit"] or -1
  if limit <= 0 then return true end
  local had <const>, pem <const> = given_to(request.relation_id), request.csr:pem()
  if had[pem] then return true end -- another certificate in place of the one it has
  if had.count >= limit then return false end
  had[pem], had.count = true, had.count + 1
  return true
end

provider = tls.provides("certificates", {
  issuer = authority,
  policy = function(request)
    if #invalid_options() > 0 then return tls.defer end
    if not charm.config["allow-wildcards"] and has_wildcard(request.csr) then
      return tls.deny("wildcard_not_allowed", "ask for each name")
    end
    if not is_within_limit(request) then return tls.defer end
    return {}
  end,
  capabilities = function()
    return {
      supports_ip_sans = true,
      supports_wildcard_dns = charm.config["allow-wildcards"],
      supports_ca_certificates = true,
      provider_type = "self-signed",
    }
  end,
})

local function is_as_configured(certificate)
  for field, option in pairs(subject) do
    if certificate[field](certificate) ~= text_of(option) then return false end
  end
  return certificate:not_after() - certificate:not_before() == seconds_of "root-ca-validity"
end

local function renew_all()
  authority:rotate()
  provider:reissue_all()
end

-- The CA is as the options say, and who is to trust it has it.
local function configure()
  if not charm.is_leader() or #invalid_options() > 0 then return end
  if not is_as_configured(authority:certificate()) then
    charm.log.info "the CA is not as configured: a new one is made"
    renew_all()
  end
  transfer.provide("send-ca-cert", { authority:certificate() })
end

for _, event in ipairs { "config-changed", "leader-elected", "upgrade-charm", "update-status",
  "secret-expired", "certificates-relation-changed", "send-ca-cert-relation-created",
  "send-ca-cert-relation-changed" } do
  charm.on(event, configure)
end

charm.collect_status(function(status)
  if not charm.is_leader() then
    return status:blocked "one unit issues: this one does not lead"
  end
  local invalid <const> = invalid_options()
  if #invalid > 0 then
    return status:blocked("options that make no sense: " .. table.concat(invalid, ", "))
  end
  status:active()
end)

charm.action("get-ca-certificate", function(action)
  if not charm.is_leader() then return action:fail "only the leader has the CA" end
  if #invalid_options() > 0 then return action:fail "there is no CA yet: see the unit's status" end
  return { ["ca-certificate"] = authority:certificate():pem() }
end)

charm.action("get-issued-certificates", function(action)
  local issued <const> = provider:issued()
  if #issued == 0 then return action:fail "nothing is issued" end
  local list <const> = json.array {}
  for place, entry in ipairs(issued) do
    list[place] = {
      csr = entry.csr, certificate = entry.certificate, ca = entry.ca, chain = json.array(entry.chain),
      revoked = entry.revoked,
    }
  end
  return { certificates = json.encode(list) }
end)

charm.action("rotate-private-key", function(action)
  if not charm.is_leader() then return action:fail "only the leader has the CA" end
  if #invalid_options() > 0 then return action:fail "the options make no sense: see the unit's status" end
  renew_all()
  transfer.provide("send-ca-cert", { authority:certificate() })
  return { result = "a new key and a new CA; every certificate is issued anew" }
end)
