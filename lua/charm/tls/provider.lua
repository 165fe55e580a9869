-- The provider: who may have a certificate and of what shape, and who signs it.
local call <const> = require("charm.core").call
local charm_core <const> = require "charm.core"
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
---* key: as x509.key.generate takes it; RSA 2048 when not said, which is 50 to 500 ms of processor time
---  when the CA is made and when it is rotated; { type = "ec" } is 0.03 ms, and signs twice as fast
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
---
---    charm.log.info(authority:certificate():common_name())
---@return charm.Certificate
---@nodiscard
function Ca:certificate()
  return authority(self):certificate()
end

---A new key and a new certificate. Follow it with provider:reissue_all().
---
---    authority:rotate()
---    provider:reissue_all()
function Ca:rotate()
  authority(self):rotate()
end

---An issuer whose certificate comes from elsewhere: an intermediate CA that a requirer of the same charm
---asked for (`ca = true` with is_ca requests).
---
---    local root = tls.requires("certificates-upstream", { mode = "app", requests = {
---      { common_name = "our CA", is_ca = true } } })
---    tls.provides("certificates", { issuer = tls.intermediate(root), policy = "policy.lua" })
---@class charm.tls.Intermediate
---@field requirer charm.tls.Requirer
---@field validity string
local Intermediate = {}
Intermediate.__index = Intermediate
Intermediate.__name = "charm.tls.Intermediate"

---The issuer that signs with the key and certificate of a requirer; until they are there, requests
---wait. Only for a provider with a policy.
---
---    local upstream <const> = tls.requires("upstream", {
---      mode = "app", requests = { { common_name = "our CA", is_ca = true } },
---    })
---    tls.provides("certificates", { issuer = tls.intermediate(upstream), policy = "policy.lua" })
---@param requirer charm.tls.Requirer
---@param options { validity: string? }? of what it issues where the policy does not say; "90d"
---@return charm.tls.Intermediate
---@nodiscard
function M.intermediate(requirer, options)
  options = errors.check_options("tls.intermediate", options, { validity = "string" })
  if type(requirer) ~= "table" or type(requirer.assigned) ~= "function" then
    errors.misuse("tls.intermediate: expected what tls.requires returns, got %s", errors.kind(requirer))
  end
  return setmetatable({ requirer = requirer, validity = options.validity or "90d" }, Intermediate)
end

---The certificate of the CA and those above it, nearest first.
---
---    local upstream <const> = tls.requires("upstream", {
---      mode = "app", requests = { { common_name = "our CA", is_ca = true } },
---    })
---    local issuer <const> = tls.intermediate(upstream)
---    charm.collect_status(function(status)
---      if not issuer:certificate() then status:waiting "no CA certificate yet" end
---    end)
---@return charm.Certificate? certificate nil: it is not there yet
---@return charm.Chain? chain
---@nodiscard
function Intermediate:certificate()
  local pair = self.requirer:assigned()
  if not pair then return nil end
  return pair.certificate, pair.chain
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

-- Where decisions are written down: beside the charm's folder, which a refresh replaces.
local function journal_path(self)
  if self.journal ~= nil then return self.journal or nil end
  local folder <const>, unit <const> = os.getenv "JUJU_CHARM_DIR", os.getenv "JUJU_UNIT_NAME"
  if not folder or not unit then return nil end
  return ("%s/../luacharm-%s-%s.jsonl"):format(folder, unit:gsub("/", "-"), self.endpoint)
end

-- Which policy is at work in this hook: the file's, or the one before it when that one locks out. It is
-- kept for the next refresh in hooks that have time for it, or else when the first of them has come too
-- late.
local function at_work(self, keep)
  if not self.chosen or keep then
    local override = self.lockout
    if type(override) == "function" then override = override() end
    local is_new <const> = self.locked_out == nil
    self.chosen, self.locked_out = core.choose_policy(self.engine:core(), self.core, self.endpoint,
      override == "replace", keep)
    if self.locked_out and is_new then
      charm_core.log("warning", ("the policy has changed and would refuse to renew the certificates of %s: "
        .. "the one before it stays at work"):format(table.concat(self.locked_out, ", ")))
    end
  end
  return self.chosen
end

-- A request for the policy to decide, as the core takes it; what it decides it adds.
local function by_policy(self, request)
  local issuer <const> = self.issuer
  local asked = {
    by_policy = at_work(self), shadow = self.shadow and self.shadow:core(), provider = self.core,
    endpoint = self.endpoint, relation_id = request.relation_id, remote_app = request.remote_app,
    remote_unit = request.remote_unit, is_ca = request.is_ca, journal = journal_path(self),
  }
  if getmetatable(issuer) == Ca then
    asked.ca = authority(issuer)
  else
    local pair = issuer.requirer:assigned()
    if pair then
      asked.key, asked.certificate, asked.chain = pair.key, pair.certificate, pair.chain
      asked.validity = issuer.validity
    end
  end
  self.asked[#self.asked + 1] = asked
  return asked
end

local function decide(self, request)
  if self.engine then return by_policy(self, request) end
  local shape = {}
  if self.policy then shape = call(self.policy, request) end
  return settle(self, request, shape)
end

local provides_options <const> = {
  issuer = "any", policy = "any", capabilities = "any", policy_version = "string",
  provider_name = "string", shadow = "any", lockout = "any", journal = "any", provider_type = "string",
}

-- "policy.lua" beside the charm's own file, or what charm.policy made.
local function policy_of(what, value)
  local policies <const> = require "charm.policy"
  if type(value) == "string" then
    local beside <const> = (policies.source() or ""):match "^(.*/)" or ""
    return policies.load(value:sub(1, 1) == "/" and value or beside .. value)
  end
  if not policies.is_policy(value) then
    errors.misuse("tls.provides: %s: expected a policy or the name of its file, got %s", what,
      errors.kind(value))
  end
  return value
end

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
---* policy: a policy of charm.policy, or the name of its file beside the charm's own; or a
---  function(request) that returns the shape of the certificate as x509.certificate.issue takes it,
---  tls.deny(...) or tls.defer; without one, every request is issued
---* capabilities: a table, or a function that returns one: what requirers may ask for; with a policy
---  it is found out from it
---
---With a policy of charm.policy also:
---
---* shadow: another one, or its file, that is asked too; where it would decide otherwise is logged
---* lockout: "keep" (also when not said): a policy that changed, and would refuse to renew what is in
---  use, does not replace the one before it; "replace": it does; or a function that returns either
---* journal: where decisions are written down; false: nowhere. Beside the charm's folder when not said
---* provider_type: the hint among the capabilities
---* policy_version: when it changes, refused requests are decided again
---@param endpoint string
---@param options table as above
---@return charm.tls.Provider
function M.provides(endpoint, options)
  errors.check_text("tls.provides", endpoint)
  options = errors.check_options("tls.provides", options, provides_options)
  local issuer = options.issuer
  local is_intermediate <const> = getmetatable(issuer) == Intermediate
  if getmetatable(issuer) ~= Ca and not is_intermediate and type(issuer) ~= "function" then
    errors.misuse("tls.provides: issuer: expected tls.ca {...} or a function, got %s", errors.kind(issuer))
  end
  local engine, shadow
  if options.policy ~= nil and type(options.policy) ~= "function" then
    engine = policy_of("policy", options.policy)
    shadow = options.shadow ~= nil and policy_of("shadow", options.shadow) or nil
    if type(issuer) == "function" then
      errors.misuse("tls.provides: issuer: with a policy of charm.policy expected tls.ca {...} or "
        .. "tls.intermediate(...)")
    end
  elseif is_intermediate then
    errors.misuse("tls.provides: issuer: tls.intermediate needs a policy of charm.policy")
  end
  local capabilities = options.capabilities
  if capabilities == nil and engine then
    capabilities = function() return engine:capabilities(options.provider_type) end
  end
  if type(capabilities) == "table" then
    local fixed = capabilities
    capabilities = function() return fixed end
  elseif type(capabilities) == "function" then
    local said = capabilities
    capabilities = function() return (call(said)) end
  end
  local provider = setmetatable({
    endpoint = endpoint, issuer = issuer, policy = options.policy, engine = engine, shadow = shadow,
    lockout = options.lockout, journal = options.journal, asked = {},
  }, Provider)
  if getmetatable(issuer) == Ca then issuer.endpoint = endpoint end
  provider.core = core.provider(
    {
      endpoint = endpoint, policy_version = options.policy_version or engine and engine:hash(),
      provider_name = options.provider_name,
    },
    function(request) return decide(provider, request) end, capabilities)
  if engine then
    for _, event in ipairs { "config-changed", "upgrade-charm", "leader-elected" } do
      charm_core.on(event, function()
        if charm_core.is_leader() then at_work(provider, true) end
      end)
    end
  end
  return provider
end

---@param relation charm.Relation|string|nil nil: of all relations
local function id_of(relation)
  return type(relation) == "table" and relation.id or relation
end

---All requests, answered or not.
---
---    for _, request in ipairs(provider:requests()) do charm.log.info(request.remote_app) end
---@param relation charm.Relation|string|nil
---@return charm.tls.Incoming[]
---@nodiscard
function Provider:requests(relation) return self.core:list("requests", id_of(relation)) end

---Requests that have no certificate: new ones, refused ones, revoked ones.
---
---    charm.log.info(#provider:outstanding() .. " wait")
---@param relation charm.Relation|string|nil
---@return charm.tls.Incoming[]
---@nodiscard
function Provider:outstanding(relation) return self.core:list("outstanding", id_of(relation)) end

---Requests that wait because the databag of their relation has no room for another answer, or is too long
---to be read (128 MiB): a warning says so, what is there stays, and they are answered when there is room.
---
---    charm.log.info(#provider:without_room() .. " find no room")
---@param relation charm.Relation|string|nil
---@return charm.tls.Incoming[]
---@nodiscard
function Provider:without_room(relation) return self.core:list("without_room", id_of(relation)) end

---What is issued and not revoked, in PEM.
---
---    for _, entry in ipairs(provider:issued()) do charm.log.info(entry.certificate) end
---@param relation charm.Relation|string|nil
---@return table[]
---@nodiscard
function Provider:issued(relation) return self.core:list("issued", id_of(relation)) end

---Certificates whose request is gone.
---
---    charm.log.info(#provider:unsolicited() .. " nobody asks for any more")
---@param relation charm.Relation|string|nil
---@return table[]
---@nodiscard
function Provider:unsolicited(relation) return self.core:list("unsolicited", id_of(relation)) end

---Refusals that stand.
---
---    for _, entry in ipairs(provider:errors()) do charm.log.info(entry.csr) end
---@param relation charm.Relation|string|nil
---@return table[]
---@nodiscard
function Provider:errors(relation) return self.core:list("errors", id_of(relation)) end

---Requests that the policy put off in this hook, with the reason.
---
---    for _, entry in ipairs(provider:deferred()) do charm.log.info(entry.message) end
---@return { relation_id: string, remote_app: string, remote_unit: string?, message: string }[]
---@nodiscard
function Provider:deferred()
  local list = {}
  for _, asked in ipairs(self.asked) do
    if asked.decision == "defer" then list[#list + 1] = asked end
  end
  return list
end

---Who would be locked out by the policy that came with a refresh, while the one before it stays at work;
---nil when the policy of the file is at work. For the status.
---
---    local names <const> = provider:locked_out_by_policy()
---    if names then charm.log.warning("not to be renewed: " .. table.concat(names, ", ")) end
---@return string[]? units and applications
---@nodiscard
function Provider:locked_out_by_policy()
  if not self.engine then return nil end
  at_work(self)
  return self.locked_out
end

---The decisions that the journal holds, one line of JSON each; "" when there are none.
---
---    charm.file.write("/var/log/decisions.json", provider:decisions())
---@return string
---@nodiscard
function Provider:decisions()
  local path <const> = journal_path(self)
  local file <close> = path and io.open(path, "rb")
  return file and file:read "a" or ""
end

---Answer a request now: with a shape, tls.deny(...), or nothing to have the policy decide.
---
---    for _, request in ipairs(provider:outstanding()) do provider:answer(request, { validity = "30d" }) end
---@param request charm.tls.Incoming
---@param decision table|charm.tls.Refusal|nil
function Provider:answer(request, decision)
  local settled
  if decision == nil then settled = decide(self, request) else settled = settle(self, request, decision) end
  self.core:answer(request.relation_id, request.csr, settled)
end

---Mark certificates as revoked: of one request, or all of them.
---
---    for _, request in ipairs(provider:requests()) do provider:revoke(request) end
---@param request charm.tls.Incoming?
function Provider:revoke(request)
  if request then self.core:revoke(request.relation_id, request.csr) else self.core:revoke() end
end

---Decide every request anew: after the CA or the policy has changed.
---
---    provider:reissue_all()
function Provider:reissue_all()
  self.core:reissue_all()
end

---Look again now.
---
---    provider:sync()
function Provider:sync()
  self.core:sync()
end

return M
