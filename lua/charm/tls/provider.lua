-- The provider: who may have a certificate and of what shape, and who signs it.
local call <const> = require("charm.core").call
local core <const> = require "charm.tls.core"
local errors <const> = require "charm.errors"

local M = {}

---A request that waits for a decision.
---@class charm.tls.Incoming
---@field csr charm.Csr
---@field is_ca boolean whether a CA certificate is asked for
---@field relation_id string
---@field remote_app string
---@field remote_unit string? nil: it came in the application's databag

---@alias charm.tls.DenialCode
---| "ip_not_allowed" # 101 on the wire
---| "domain_not_allowed" # 102
---| "wildcard_not_allowed" # 103
---| "server_not_available" # 201: not now
---| "other" # 999

---A refusal, made with tls.deny.
---@class charm.tls.Refusal
local Refusal = {}
Refusal.__index = Refusal
Refusal.__name = "charm.tls.Refusal"

---Refuse a request: the result of a policy.
---
---    return tls.deny("wildcard_not_allowed", "ask for each name")
---@param code charm.tls.DenialCode
---@param message string for the one who asked
---@param reason string? more of it
---@return charm.tls.Refusal
---@nodiscard
function M.deny(code, message, reason)
  errors.check_text("tls.deny", code)
  errors.check_text("tls.deny", message)
  local number = core.error_code(code)
  if not number then
    errors.misuse("tls.deny: '%s' is none of ip_not_allowed, domain_not_allowed, wildcard_not_allowed, "
      .. "server_not_available, other", code)
  end
  return setmetatable({ code = number, message = message, reason = reason }, Refusal)
end

---Answer later: the request is asked about again in the next hook. The result of a policy.
M.defer = setmetatable({}, {
  __name = "charm.tls.Defer",
  __tostring = function() return "tls.defer" end,
})

---A certificate authority of the application's own, in a Juju secret.
---@class charm.tls.Ca
---@field options table
local Ca = {}
Ca.__index = Ca
Ca.__name = "charm.tls.Ca"

local ca_fields <const> = {
  "common_name", "organization", "organizational_unit", "email_address", "country_name",
  "state_or_province_name", "locality_name",
}
local ca_options <const> = { key = "table", validity = "any", leaf_validity = "any" }
for _, field in ipairs(ca_fields) do ca_options[field] = "any" end

---A certificate authority: key and certificate are made when they are first needed and kept in a
---secret of the application. The fields of the subject and the validities are texts, or functions that
---give them; such as change the CA only when it is rotated.
---
---    tls.ca { common_name = function() return charm.config["ca-common-name"] end, validity = "3650d" }
---
---* common_name and the other fields of a subject
---* key: as x509.key.generate takes it; RSA 2048 when not said
---* validity: of the CA itself, "3650d" when not said
---* leaf_validity: of what it issues where the policy does not say, "90d" when not said
---@param options table as above
---@return charm.tls.Ca
function M.ca(options)
  options = errors.check_options("tls.ca", options, ca_options)
  if not options.common_name then errors.misuse("tls.ca: expected common_name, a text or a function") end
  return setmetatable({ options = options }, Ca)
end

local function value_of(option)
  if type(option) ~= "function" then return option end
  return (call(option))
end

-- The C half, once the subject can be known.
local function authority(self)
  if self.core then return self.core end
  if not self.endpoint then
    errors.misuse("this certificate authority is no issuer of a tls.provides")
  end
  local subject = { add_unique_id_to_subject_name = false }
  for _, field in ipairs(ca_fields) do
    subject[field] = value_of(self.options[field])
  end
  local options = {
    key = self.options.key, validity = value_of(self.options.validity),
    leaf_validity = value_of(self.options.leaf_validity),
  }
  self.core = core.ca(self.endpoint, subject, options)
  return self.core
end

---Its own certificate. Only the leader has it.
---@return charm.Certificate
---@nodiscard
function Ca:certificate()
  return authority(self):certificate()
end

---A new key and a new certificate. Follow it with provider:reissue_all().
function Ca:rotate()
  authority(self):rotate()
end

---Requests of one endpoint, and our answers.
---@class charm.tls.Provider
---@field endpoint string
local Provider = {}
Provider.__index = Provider
Provider.__name = "charm.tls.Provider"

-- What a policy said, and who signs, as the core takes a decision.
local function settle(self, request, shape)
  if shape == M.defer or getmetatable(shape) == Refusal then
    if shape == M.defer then return nil end
    return { code = shape.code, message = shape.message, reason = shape.reason }
  end
  if type(shape) ~= "table" then
    local where = self.policy and core.place(self.policy) .. ": " or ""
    errors.misuse("%sthe policy of '%s': expected the shape of a certificate, tls.deny(...) or "
      .. "tls.defer, got %s", where, self.endpoint, errors.kind(shape))
  end
  local issuer = self.issuer
  if type(issuer) == "function" then return (call(issuer, request, shape)) end
  local filled = { is_ca = request.is_ca, validity = value_of(issuer.options.leaf_validity) or "90d" }
  for key, value in pairs(shape) do filled[key] = value end
  return { sign_by = authority(issuer), shape = filled }
end

local function decide(self, request)
  local shape = {}
  if self.policy then shape = call(self.policy, request) end
  return settle(self, request, shape)
end

local provides_options <const> = {
  issuer = "any", policy = "any", capabilities = "any", policy_version = "string", provider_name = "string",
}

---Issue certificates on an endpoint.
---
---    tls.provides("certificates", {
---      issuer = tls.ca { common_name = "our CA" },
---      policy = function(request)
---        if request.is_ca then return tls.deny("other", "no CA certificates here") end
---        return { validity = "30d" }
---      end,
---    })
---
---* issuer: a tls.ca, or a function(request, shape) that signs elsewhere and returns
---  { certificate =, ca =, chain = }, or nil to answer later
---* policy: a function(request) that returns the shape of the certificate as
---  x509.certificate.issue takes it, tls.deny(...) or tls.defer; without one, every request is issued
---* capabilities: a table, or a function that returns one: what requirers may ask for
---* policy_version: when it changes, refused requests are decided again
---@param endpoint string
---@param options table as above
---@return charm.tls.Provider
function M.provides(endpoint, options)
  errors.check_text("tls.provides", endpoint)
  options = errors.check_options("tls.provides", options, provides_options)
  local issuer = options.issuer
  if getmetatable(issuer) ~= Ca and type(issuer) ~= "function" then
    errors.misuse("tls.provides: issuer: expected tls.ca {...} or a function, got %s", errors.kind(issuer))
  end
  if options.policy ~= nil and type(options.policy) ~= "function" then
    errors.misuse("tls.provides: policy: expected a function, got %s", errors.kind(options.policy))
  end
  local capabilities = options.capabilities
  if type(capabilities) == "table" then
    local fixed = capabilities
    capabilities = function() return fixed end
  elseif type(capabilities) == "function" then
    local said = capabilities
    capabilities = function() return (call(said)) end
  end
  local provider = setmetatable({ endpoint = endpoint, issuer = issuer, policy = options.policy }, Provider)
  if getmetatable(issuer) == Ca then issuer.endpoint = endpoint end
  provider.core = core.provider(
    { endpoint = endpoint, policy_version = options.policy_version, provider_name = options.provider_name },
    function(request) return decide(provider, request) end, capabilities)
  return provider
end

---@param relation charm.Relation|string|nil nil: of all relations
local function id_of(relation)
  return type(relation) == "table" and relation.id or relation
end

---All requests, answered or not.
---@param relation charm.Relation|string|nil
---@return charm.tls.Incoming[]
---@nodiscard
function Provider:requests(relation) return self.core:list("requests", id_of(relation)) end

---Requests that have no certificate: new ones, refused ones, revoked ones.
---@param relation charm.Relation|string|nil
---@return charm.tls.Incoming[]
---@nodiscard
function Provider:outstanding(relation) return self.core:list("outstanding", id_of(relation)) end

---What is issued and not revoked, in PEM.
---@param relation charm.Relation|string|nil
---@return table[]
---@nodiscard
function Provider:issued(relation) return self.core:list("issued", id_of(relation)) end

---Certificates whose request is gone.
---@param relation charm.Relation|string|nil
---@return table[]
---@nodiscard
function Provider:unsolicited(relation) return self.core:list("unsolicited", id_of(relation)) end

---Refusals that stand.
---@param relation charm.Relation|string|nil
---@return table[]
---@nodiscard
function Provider:errors(relation) return self.core:list("errors", id_of(relation)) end

---Answer a request now: with a shape, tls.deny(...), or nothing to have the policy decide.
---@param request charm.tls.Incoming
---@param decision table|charm.tls.Refusal|nil
function Provider:answer(request, decision)
  local settled
  if decision == nil then settled = decide(self, request) else settled = settle(self, request, decision) end
  self.core:answer(request.relation_id, request.csr, settled)
end

---Mark certificates as revoked: of one request, or all of them.
---@param request charm.tls.Incoming?
function Provider:revoke(request)
  if request then self.core:revoke(request.relation_id, request.csr) else self.core:revoke() end
end

---Decide every request anew: after the CA or the policy has changed.
function Provider:reissue_all()
  self.core:reissue_all()
end

---Look again now.
function Provider:sync()
  self.core:sync()
end

return M
