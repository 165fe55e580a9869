-- Rules for the common cases, `policy.rules.…` of `charm.policy`: a first policy is a list of them.
local answers <const> = require "charm.policy.answers"

---@class charm.policy.rules
local R = {}

local deny <const>, misuse <const> = answers.deny, answers.misuse

local function is_listed(list, value)
  for _, item in ipairs(list) do
    if item == value then return true end
  end
  return false
end

local function check_list(what, list)
  if type(list) ~= "table" or #list == 0 then misuse("policy.rules.%s: expected a list of texts", what) end
  for place, value in ipairs(list) do
    if type(value) ~= "string" then
      misuse("policy.rules.%s: item %d: expected a text, got %s", what, place, type(value))
    end
  end
  return list
end

local function check_count(what, count)
  if math.type(count) ~= "integer" or count < 1 then
    misuse("policy.rules.%s: expected a whole number from 1, got %s", what, tostring(count))
  end
  return count
end

-- Only known options of a table.
local function check_options(what, options, known)
  if options == nil then return {} end
  if type(options) ~= "table" then
    misuse("policy.rules.%s: expected a table of options, got %s", what, type(options))
  end
  for name in pairs(options) do
    if not known[name] then misuse("policy.rules.%s: unknown option '%s'", what, tostring(name)) end
  end
  return options
end

---Every name lies within one of the domains: DNS names, common names, hosts of e-mail addresses and
---URIs. Addresses are another rule's.
---
---    policy.rules.domains { "example.com", "internal" }
---@param domains string[]
---@return charm.policy.Rule
---@nodiscard
function R.domains(domains)
  check_list("domains", domains)
  return answers.require("our domains", function(request)
    local strangers <const> = request:names_outside(domains)
    if #strangers > 0 then
      return deny("domain_not_allowed", "not within " .. table.concat(domains, ", ") .. ": "
        .. table.concat(strangers, ", "))
    end
  end)
end

---No name lies within one of the domains, such as one that is somebody else's.
---
---    policy.rules.not_domains { "admin.example.com" }
---@param domains string[]
---@return charm.policy.Rule
---@nodiscard
function R.not_domains(domains)
  check_list("not_domains", domains)
  return answers.require("not these domains", function(request)
    local found <const> = request:names_within(domains)
    if #found > 0 then
      return deny("domain_not_allowed", "not to be had here: " .. table.concat(found, ", "))
    end
  end)
end

---No wildcards.
---
---    policy.rules.no_wildcards()
---@return charm.policy.Rule
---@nodiscard
function R.no_wildcards()
  return answers.require("no wildcards", function(request)
    if request:has_wildcard() then return deny("wildcard_not_allowed", "ask for each name") end
  end)
end

---Every address lies in one of the networks.
---
---    policy.rules.networks { "10.0.0.0/8", "fd00::/8" }
---@param networks string[] such as "10.0.0.0/8"
---@return charm.policy.Rule
---@nodiscard
function R.networks(networks)
  check_list("networks", networks)
  return answers.require("our networks", function(request)
    local strangers <const> = request:addresses_outside(networks)
    if #strangers > 0 then
      return deny("ip_not_allowed", "not within " .. table.concat(networks, ", ") .. ": "
        .. table.concat(strangers, ", "))
    end
  end)
end

---No addresses.
---
---    policy.rules.no_addresses()
---@return charm.policy.Rule
---@nodiscard
function R.no_addresses()
  return answers.require("no addresses", function(request)
    if #request.ips > 0 then return deny("ip_not_allowed", "ask for names, not addresses") end
  end)
end

---No CA certificates.
---
---    policy.rules.no_ca()
---@return charm.policy.Rule
---@nodiscard
function R.no_ca()
  return answers.require("no CA certificates", function(request)
    if request.is_ca then return deny("other", "CA certificates are not issued") end
  end)
end

---At most so many names.
---
---    policy.rules.most_names(20)
---@param count integer
---@return charm.policy.Rule
---@nodiscard
function R.most_names(count)
  check_count("most_names", count)
  return answers.require("number of our names", function(request)
    if #request.names > count then
      return deny("other", ("%d names; at most %d are taken"):format(#request.names, count))
    end
  end)
end

local key_options <const> = { rsa = true, ec = true, ed25519 = true }

---Keys of these kinds only, and of this strength.
---
---    policy.rules.keys { rsa = 3072, ec = 256, ed25519 = true }
---@param options { rsa: integer?, ec: integer?, ed25519: boolean? } the least bits; nil: not taken
---@return charm.policy.Rule
---@nodiscard
function R.keys(options)
  options = check_options("keys", options, key_options)
  return answers.require("key strength", function(request)
    local key <const> = request.key
    local least <const> = key_options[key.type] and options[key.type]
    if not least then return deny("other", key.type .. " keys are not taken") end
    if least ~= true and key.bits < least then
      return deny("other", ("the key has %d bits; %d at least are needed"):format(key.bits, least))
    end
  end)
end

---Only these applications.
---
---    policy.rules.applications { "web", "db" }
---@param apps string[]
---@return charm.policy.Rule
---@nodiscard
function R.applications(apps)
  check_list("applications", apps)
  return answers.require("our applications", function(request)
    if not is_listed(apps, request.remote_app) then
      return deny("other", "certificates are not issued to " .. tostring(request.remote_app))
    end
  end)
end

---At most so many certificates for one relation.
---
---    policy.rules.most_per_relation(100)
---@param count integer
---@return charm.policy.Rule
---@nodiscard
function R.most_per_relation(count)
  check_count("most_per_relation", count)
  return answers.require("number of certificates", function(request)
    if request.history.relation_issued >= count then
      return deny("other", ("this relation has %d certificates; at most %d are issued"):format(
        request.history.relation_issued, count))
    end
  end)
end

local profile_options <const> = {
  validity = true, extended_key_usage = true, key_usage = true, backdate = true,
}

local function leaf_profile(what, usages, options)
  options = check_options(what, options, profile_options)
  return answers.profile(what, function(request)
    if request.is_ca then return nil end
    return {
      validity = options.validity,
      backdate = options.backdate,
      key_usage = options.key_usage,
      extended_key_usage = options.extended_key_usage or usages,
    }
  end)
end

---A profile: certificates of servers, for every request that is not for a CA.
---
---    policy.rules.servers { validity = "30d" }
---@param options { validity: string?, backdate: string?, key_usage: string[]?,
--- extended_key_usage: string[]? }?
---@return charm.policy.Rule
---@nodiscard
function R.servers(options) return leaf_profile("servers", { "server_auth" }, options) end

---A profile: certificates of clients.
---
---    policy.rules.clients { validity = "30d" }
---@param options table? as for servers
---@return charm.policy.Rule
---@nodiscard
function R.clients(options) return leaf_profile("clients", { "client_auth" }, options) end

---A profile: certificates of both, as peers of a cluster have them.
---
---    policy.rules.peers { validity = "30d" }
---@param options table? as for servers
---@return charm.policy.Rule
---@nodiscard
function R.peers(options) return leaf_profile("peers", { "server_auth", "client_auth" }, options) end

local ca_options <const> = { validity = true, path_length = true, name_constraints = true }

---A profile: certificates of intermediate CAs, for requests for a CA.
---
---    policy.rules.authorities { validity = "365d", path_length = 0 }
---@param options { validity: string?, path_length: integer?, name_constraints: table? }?
---@return charm.policy.Rule
---@nodiscard
function R.authorities(options)
  options = check_options("authorities", options, ca_options)
  return answers.profile("authorities", function(request)
    if not request.is_ca then return nil end
    return {
      is_ca = true,
      validity = options.validity,
      path_length = options.path_length or 0,
      name_constraints = options.name_constraints,
    }
  end)
end

return R
