-- The module `charm.tls`: certificates over the tls-certificates interface. An author says what is in
-- a certificate, or who may have one; how it is requested, kept, renewed and revoked is the C core's
-- business, which works every life cycle that is declared here once in each hook.
local core <const> = require "charm.tls.core"
local errors <const> = require "charm.errors"

local M = {}

---@alias charm.tls.Mode "unit"|"app"|"app_and_unit"
---@alias charm.tls.Scope "unit"|"app"
---@alias charm.tls.EventName "available"|"denied"|"revoked"|"renewing"

---What is in a certificate. At least one of common_name and the sans_* must be given.
---@class charm.tls.Request: charm.x509.Attributes
---@field name string? to tell several requests apart: events and certs:assigned(name) carry it

---What the provider says that it can do; a field that is nil was not said.
---@class charm.tls.Capabilities
---@field supports_ip_sans boolean?
---@field supports_wildcard_dns boolean?
---@field supports_subdomain boolean?
---@field supports_ca_certificates boolean?
---@field allowed_domains string[]?
---@field provider_type string? a hint, such as "acme" or "self-signed"

---A refused request.
---@class charm.tls.Denial
---@field code string such as "wildcard_not_allowed"; "other" for one that has no name
---@field number integer the wire's, such as 103
---@field name string as the provider called it
---@field message string
---@field reason string?
---@field provider string?
---@field endpoint string?

-- --- a certificate and what belongs to it -------------------------------------------------------

---A certificate with its key: what events carry and certs:assigned() returns.
---@class charm.tls.Pair
---@field name string? of the request
---@field scope charm.tls.Scope
---@field key charm.Key?
---@field csr charm.Csr
---@field certificate charm.Certificate
---@field ca charm.Certificate
---@field chain charm.Chain leaf first, as the provider sent it
local Pair = {}
Pair.__index = Pair
Pair.__name = "charm.tls.Pair"

function Pair:__tostring()
  return self.certificate and tostring(self.certificate) or tostring(self.csr)
end

---The certificate and those that stand between it and a root, in PEM: what a TLS server sends. A
---self-signed root at the end is left out.
---@return string
---@nodiscard
function Pair:fullchain()
  local blocks, seen = {}, {}
  local function add(link)
    if seen[link:hash()] then return end
    seen[link:hash()] = true
    blocks[#blocks + 1] = link:pem() .. "\n"
  end
  add(self.certificate)
  for _, link in ipairs(self.chain:items()) do
    if not link:is_self_signed() then add(link) end
  end
  if not self.ca:is_self_signed() then add(self.ca) end
  return table.concat(blocks)
end

---@class charm.tls.InstallOptions
---@field dir string
---@field certificate string?
---@field key string?
---@field ca string?
---@field mode integer?
---@field key_mode integer?

local install_options <const> = {
  dir = "string", certificate = "string", key = "string", ca = "string",
  mode = "number", key_mode = "number",
}

---Put the files of a TLS server in place, together: `dir` becomes a link to a new folder with the
---certificate and its chain, the key and the CA, in one rename, so that nobody sees a key beside
---another key's certificate. When the files hold just that already, nothing is touched.
---
---    cert:install { dir = "/etc/nginx/tls" }    -- cert.pem, key.pem, ca.pem
---
---* certificate, key, ca: other names for the files
---* mode, key_mode: 0644 and 0600 when not said
---@param options charm.tls.InstallOptions
---@return boolean changed
function Pair:install(options)
  options = errors.check_options("cert:install", options, install_options)
  if not options.dir then errors.misuse("cert:install: expected dir, the path of a folder") end
  if not self.key then errors.misuse("cert:install: there is no key here for this certificate") end
  local mode = options.mode or 420 -- 0644
  return core.install(options.dir, {
    { options.certificate or "cert.pem", self:fullchain(), mode },
    { options.key or "key.pem", self.key, options.key_mode or 384 }, -- 0600
    { options.ca or "ca.pem", self.ca:pem() .. "\n", mode },
  })
end

local function new_pair(fields)
  return setmetatable(fields, Pair)
end

-- --- the requirer -------------------------------------------------------------------------------

---The certificates of one endpoint.
---@class charm.tls.Requirer
---@field endpoint string
local Requirer = {}
Requirer.__index = Requirer
Requirer.__name = "charm.tls.Requirer"

local event_names <const> = { available = true, denied = true, revoked = true, renewing = true }

---Call a function for what happens to our certificates; each change once.
---
---* "available": a certificate is there, new or changed, with its key
---* "denied": the provider refuses; the second argument says why
---* "revoked": a certificate was revoked; it is not handed out any more, and a new one is asked for
---* "renewing": a successor was asked for; until it is there this one is handed out
---
---An error in a handler fails the hook, and the event comes again when Juju retries it.
---@param name charm.tls.EventName
---@param handler fun(cert: charm.tls.Pair, denial: charm.tls.Denial?)
function Requirer:on(name, handler)
  if not event_names[name] then
    errors.misuse("certs:on: '%s' is none of available, denied, revoked, renewing", tostring(name))
  end
  errors.check_function("certs:on", handler)
  local handlers = self.handlers[name] or {}
  self.handlers[name] = handlers
  handlers[#handlers + 1] = handler
end

---The certificate and key to be used now: the first, or that of the request with this name.
---@param name string?
---@return charm.tls.Pair? pair
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function Requirer:assigned(name)
  local pair, message, code = self.core:assigned(name)
  if not pair then return nil, message, code end
  return new_pair(pair)
end

---All of them, in the order of the requests.
---@return charm.tls.Pair[]
---@nodiscard
function Requirer:all()
  local pairs_found = {}
  while true do
    local pair = self.core:assigned_at(#pairs_found + 1)
    if not pair then return pairs_found end
    pairs_found[#pairs_found + 1] = new_pair(pair)
  end
end

---Why the provider refuses a request of ours; nil when it does not.
---@param name string?
---@return charm.tls.Denial?
---@nodiscard
function Requirer:denial(name)
  return self.core:denial(name)
end

---What the provider says that it can do; nil when it has not said anything.
---@return charm.tls.Capabilities?
---@nodiscard
function Requirer:capabilities()
  return self.core:capabilities()
end

-- Hand out what has happened, one event after another; a handler that makes more of them happen has
-- them handed out after its own.
local function deliver(certs)
  if certs.delivering then return end
  certs.delivering = true
  local _ <close> = setmetatable({}, { __close = function() certs.delivering = false end })
  while true do
    local name, pair, denial = certs.core:next()
    if not name then return end
    pair = new_pair(pair)
    for _, handler in ipairs(certs.handlers[name] or {}) do handler(pair, denial) end
    certs.core:delivered()
  end
end

---Look again now: after something that the requests depend on has changed.
function Requirer:sync()
  self.core:sync()
  deliver(self)
end

---Ask for a successor now, with the same key.
---@param pair charm.tls.Pair|charm.Certificate
function Requirer:renew(pair)
  self.core:renew(getmetatable(pair) == Pair and pair.certificate or pair)
  deliver(self)
end

local rotate_options <const> = { scope = "string", drop_old = "boolean" }

---Make a new key and ask for new certificates. The old ones are handed out until then, unless
---`drop_old` says that the old key must not be used any more.
---@param options { scope: charm.tls.Scope?, drop_old: boolean? }?
function Requirer:regenerate_key(options)
  options = errors.check_options("certs:regenerate_key", options, rotate_options)
  self.core:regenerate_key(options.scope or self.scope, options.drop_old)
  deliver(self)
end

local import_options <const> = { scope = "string" }

---Use this key from now on, kept in the secret as a generated one is.
---@param key charm.Key
---@param options { scope: charm.tls.Scope? }?
function Requirer:import_key(key, options)
  options = errors.check_options("certs:import_key", options, import_options)
  self.core:import_key(options.scope or self.scope, key)
  deliver(self)
end

---The id of the secret that holds our key; nil when the charm gives the key itself.
---@param scope charm.tls.Scope?
---@return string?
---@nodiscard
function Requirer:key_secret_id(scope)
  return self.core:key_secret_id(scope or self.scope)
end

local function check_list(what, list)
  if type(list) ~= "table" then
    errors.misuse("%s: expected a list of requests, got %s", what, errors.kind(list))
  end
  if next(list) ~= nil and #list == 0 then
    errors.misuse("%s: expected a list of requests, such as { { common_name = \"...\" } }", what)
  end
  return list
end

-- One request as the core takes it: the name and the scope beside the attributes.
local function split_request(what, request, scope)
  if type(request) ~= "table" then
    errors.misuse("%s: a request is a table such as { common_name = \"...\" }, got %s", what,
      errors.kind(request))
  end
  local attributes = {}
  for key, value in pairs(request) do
    if key ~= "name" then attributes[key] = value end
  end
  return { name = request.name, scope = scope, attributes = attributes }
end

local function add_requests(into, what, list, scope)
  for place, request in ipairs(check_list(what, list)) do
    into[#into + 1] = split_request(("%s[%d]"):format(what, place), request, scope)
  end
end

local function call_if_function(requests, capabilities)
  if type(requests) ~= "function" then return requests end
  local list = requests(capabilities) -- no tail call, which would take its name from the traceback
  return list
end

-- What the author gave as one list for the core. call: what becomes of a function, call_if_function
-- or, when nothing may be called, one that gives an empty list.
local function ask_for(what, mode, requests, call, capabilities)
  requests = call(requests, capabilities)
  local list = {}
  if mode ~= "app_and_unit" then
    add_requests(list, what, requests, mode)
    return list
  end
  if type(requests) ~= "table" or (requests.app == nil and requests.unit == nil and next(requests)) then
    errors.misuse("%s: mode app_and_unit takes { app = {...}, unit = {...} }", what)
  end
  for _, scope in ipairs { "app", "unit" } do
    add_requests(list, ("%s.%s"):format(what, scope), call(requests[scope] or {}, capabilities), scope)
  end
  return list
end

-- What can be told before any hook: lists are checked when the charm is loaded.
local function nothing_if_function(requests)
  return type(requests) == "function" and {} or requests
end

local modes <const> = { unit = true, app = true, app_and_unit = true }
local requires_options <const> = {
  mode = "string", requests = "any", key = "table", private_key = "any", renew_at = "number",
  always = "boolean",
}

---Ask for certificates on an endpoint. `requests` is a list, or a function of what the provider says
---it can do (nil when it has not said anything), called whenever requests are looked at; in mode
---"app_and_unit" { app = ..., unit = ... }, each a list or a function.
---
---    local certs = tls.requires("certificates", {
---      requests = { { common_name = "web.example.com", sans_dns = { "web.example.com" } } },
---    })
---    certs:on("available", function(cert) cert:install { dir = "/etc/web/tls" } end)
---
---* key: what to generate, as x509.key.generate takes it; RSA 2048 when not said. A provider may not
---  know other types.
---* private_key: a charm.Key of the charm's own, which is then not kept by us
---* renew_at: at which part of its validity a certificate is renewed, above 0.5 to 1; 0.9
---* always: announce what is available in each hook, changed or not
---@param endpoint string
---@param options table as above
---@return charm.tls.Requirer
function M.requires(endpoint, options)
  errors.check_text("tls.requires", endpoint)
  options = errors.check_options("tls.requires", options, requires_options)
  local mode = options.mode or "unit"
  if not modes[mode] then
    errors.misuse("tls.requires: mode: expected unit, app or app_and_unit, got '%s'", mode)
  end
  local what = ("requests of '%s'"):format(endpoint)
  local requests = options.requests
  if type(requests) ~= "function" and type(requests) ~= "table" then
    errors.misuse("tls.requires: requests: expected a list or a function, got %s", errors.kind(requests))
  end
  core.check_requests(ask_for(what, mode, requests, nothing_if_function))
  local scope = mode == "app" and "app" or "unit" -- whose key is meant when nobody says
  local certs = setmetatable({ endpoint = endpoint, handlers = {}, scope = scope }, Requirer)
  certs.core = core.requirer({
    endpoint = endpoint, mode = mode, key = options.key, private_key = options.private_key,
    renew_at = options.renew_at, always = options.always,
  }, function(capabilities)
    return ask_for(what, mode, requests, call_if_function, capabilities)
  end, function()
    deliver(certs)
  end)
  return certs
end

-- --- the provider -------------------------------------------------------------------------------

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
local ca_options <const> = { key = "table", validity = "string", leaf_validity = "string" }
for _, field in ipairs(ca_fields) do ca_options[field] = "any" end

---A certificate authority: key and certificate are made when they are first needed and kept in a
---secret of the application. The fields of the subject are texts, or functions that give them.
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

-- The C half, once the subject can be known.
local function authority(self)
  if self.core then return self.core end
  if not self.endpoint then
    errors.misuse("this certificate authority is no issuer of a tls.provides")
  end
  local subject = { add_unique_id_to_subject_name = false }
  for _, field in ipairs(ca_fields) do
    local value = self.options[field]
    if type(value) == "function" then value = value() end
    subject[field] = value
  end
  local options = { key = self.options.key, validity = self.options.validity }
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
    errors.misuse("policy of '%s': expected the shape of a certificate, tls.deny(...) or tls.defer, got %s",
      self.endpoint, errors.kind(shape))
  end
  local issuer = self.issuer
  if type(issuer) == "function" then return issuer(request, shape) end
  local filled = { is_ca = request.is_ca, validity = issuer.options.leaf_validity or "90d" }
  for key, value in pairs(shape) do filled[key] = value end
  return { sign_by = authority(issuer), shape = filled }
end

local function decide(self, request)
  local shape = {}
  if self.policy then shape = self.policy(request) end
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

-- --- the databag, step by step ------------------------------------------------------------------

---The requests in a databag, for charms that do each step themselves.
---@class charm.tls.RequestList
local RequestList = {}
RequestList.__index = RequestList
RequestList.__name = "charm.tls.RequestList"

local REQUESTS <const> = "certificate_signing_requests"

---@return { csr: string, ca: boolean }[]
---@nodiscard
function RequestList:list()
  return core.requests_load(self.bag[REQUESTS], self.where)
end

local function write(self, list)
  self.bag[REQUESTS] = core.requests_dump(list)
end

---Add a request; one that is there already is not added again.
---@param csr charm.Csr
---@param options { ca: boolean? }?
function RequestList:add(csr, options)
  options = errors.check_options("tls.requests:add", options, { ca = "boolean" })
  local list = self:list()
  for _, entry in ipairs(list) do
    if entry.csr == csr:pem() then return end
  end
  list[#list + 1] = { csr = csr:pem(), ca = options.ca or false }
  write(self, list)
end

---Withdraw a request.
---@param csr charm.Csr
function RequestList:remove(csr)
  local kept = {}
  for _, entry in ipairs(self:list()) do
    if entry.csr ~= csr:pem() then kept[#kept + 1] = entry end
  end
  write(self, kept)
end

local view_options <const> = { app = "boolean" }

---Our own requests in a relation: of the unit, or with { app = true } of the application.
---
---    tls.requests(relation):add(csr, { ca = false })
---@param relation charm.Relation
---@param options { app: boolean? }?
---@return charm.tls.RequestList
function M.requests(relation, options)
  local charm <const> = require "charm"
  options = errors.check_options("tls.requests", options, view_options)
  local who = options.app and charm.app or charm.unit
  return setmetatable({ bag = relation.data[who], where = ("%s, %s"):format(relation.id, who) }, RequestList)
end

---What the provider has answered in a relation, in PEM.
---@param relation charm.Relation
---@return { csr: string, certificate: string, ca: string, chain: string[], revoked: boolean }[]
---@nodiscard
function M.certificates(relation)
  return core.certificates_load(relation.data[relation.app].certificates, relation.id)
end

---What the provider has refused in a relation.
---@param relation charm.Relation
---@return { csr: string, denial: charm.tls.Denial }[]
---@nodiscard
function M.denials(relation)
  return core.errors_load(relation.data[relation.app].request_errors, relation.id)
end

return M
