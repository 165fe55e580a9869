-- The other side of the tls-certificates interface, for tests: somebody who issues, and somebody who
-- asks. They read and write the databags of a state, so that no test builds requests, certificates or
-- databags by hand.
local copy <const> = require "charm.testing.copy"
local core <const> = require "charm.tls.core"
local errors <const> = require "charm.errors"
local x509 <const> = require "charm.x509"

local M = {}

local REQUESTS <const> = "certificate_signing_requests"
local KEY <const> = { type = "ec", curve = "P-256" }

local function own_app(state) return state.unit:match "^(.*)/" end

-- A copy of a state, and the relation of an endpoint in it.
local function open(endpoint, state)
  local changed = state:with {}
  return changed, changed:relation(endpoint)
end

local function write(relation, who, key, text)
  relation.data[who] = relation.data[who] or {}
  relation.data[who][key] = text ~= "" and text or nil
end

local function read(relation, who, key, load)
  return load((relation.data[who] or {})[key], relation.id)
end

-- --- who issues --------------------------------------------------------------------------------------

---A provider of certificates on the other side of a relation, with a CA of its own.
---@class charm.testing.tls.Provider
---@field endpoint string
---@field app string
---@field ca charm.Certificate
local Provider = { __name = "charm.testing.tls.Provider" }
Provider.__index = Provider

local provider_options <const> = {
  app = "string", common_name = "string", validity = "string", capabilities = "table",
}

---A provider for a charm that requires certificates on `endpoint`.
---
---    local ca = testing.tls.provider("certificates", { validity = "90d" })
---    local state = testing.state { relations = { ca:relation() } }
---    state = testing.run("certificates-relation-created", state)    -- the charm asks
---    state = testing.run("certificates-relation-changed", ca:issue(state))
---
---* app: "ca" when it is left out
---* common_name: of the CA
---* validity: of what it issues, "90d"
---* capabilities: what it says that it can do; it says nothing when they are left out
---@param endpoint string
---@param options { app: string?, common_name: string?, validity: string?, capabilities: table? }?
---@return charm.testing.tls.Provider
---@nodiscard
function M.provider(endpoint, options)
  errors.check_text("testing.tls.provider", endpoint)
  options = errors.check_options("testing.tls.provider", options, provider_options)
  local key = x509.key.generate(KEY)
  return setmetatable({
    endpoint = endpoint, app = options.app or "ca", key = key, validity = options.validity or "90d",
    capabilities = options.capabilities,
    -- Older and longer than any time that a test turns the clock to.
    ca = x509.certificate.self_signed(key, { common_name = options.common_name or "test CA" },
      { not_before = 0, validity = "36500d" }),
  }, Provider)
end

---The relation, for a state: one unit has joined.
---
---    local related <const> = testing.state { relations = { ca:relation() } }
---@param fields table? fields of charm.testing.Relation instead
---@return charm.testing.Relation
---@nodiscard
function Provider:relation(fields)
  local relation = {
    endpoint = self.endpoint, app = self.app, units = { self.app .. "/0" }, data = {},
  }
  if self.capabilities then
    write(relation, self.app, "capabilities", core.capabilities_dump(self.capabilities))
  end
  for name, value in pairs(fields or {}) do relation[name] = value end
  return relation
end

-- Of the unit, and of the application.
local function requests_of(state, relation)
  local list = read(relation, state.unit, REQUESTS, core.requests_load)
  for _, request in ipairs(read(relation, own_app(state), REQUESTS, core.requests_load)) do
    list[#list + 1] = request
  end
  return list
end

---What the charm asks for.
---
---    testing.expect(ca:requests(asked)[1].csr:common_name(), "web.example.com")
---@param state charm.testing.State
---@return { csr: charm.Csr, ca: boolean }[]
---@nodiscard
function Provider:requests(state)
  local list = {}
  for place, request in ipairs(requests_of(state, state:relation(self.endpoint))) do
    list[place] = { csr = assert(x509.csr.parse(request.csr)), ca = request.ca }
  end
  return list
end

---What stands in the databag, in PEM.
---
---    testing.expect(#ca:certificates(ca:issue(asked)), 1)
---@param state charm.testing.State
---@return { csr: string, certificate: string, ca: string, chain: string[], revoked: boolean }[]
---@nodiscard
function Provider:certificates(state)
  return read(state:relation(self.endpoint), self.app, "certificates", core.certificates_load)
end

local function sign(self, state, request, validity)
  local csr = assert(x509.csr.parse(request.csr))
  local certificate = assert(x509.certificate.issue(csr, self.ca, self.key,
    { validity = validity or self.validity, not_before = state.now, is_ca = request.ca }))
  return {
    csr = request.csr, certificate = certificate:pem(), ca = self.ca:pem(),
    chain = { certificate:pem(), self.ca:pem() },
  }
end

-- The answers that stay: those whose request is still there, which is not to be answered anew.
local function kept(entries, requests, anew)
  local wanted, list, answered = {}, {}, {}
  for _, request in ipairs(requests) do wanted[request.csr] = true end
  for _, entry in ipairs(entries) do
    if wanted[entry.csr] and not entry.revoked and not anew then
      list[#list + 1], answered[entry.csr] = entry, true
    end
  end
  return list, answered
end

local function without_errors(self, relation, requests)
  local gone, left = {}, {}
  for _, request in ipairs(requests) do gone[request.csr] = true end
  for _, entry in ipairs(read(relation, self.app, "request_errors", core.errors_load)) do
    if not gone[entry.csr] then
      left[#left + 1] = { csr = entry.csr, code = entry.denial.number, message = entry.denial.message }
    end
  end
  write(relation, self.app, "request_errors", core.errors_dump(left))
end

local function issue(self, state, validity, anew)
  local changed, relation = open(self.endpoint, state)
  local requests = requests_of(changed, relation)
  local list, answered = kept(self:certificates(changed), requests, anew)
  for _, request in ipairs(requests) do
    if not answered[request.csr] then list[#list + 1] = sign(self, changed, request, validity) end
  end
  without_errors(self, relation, requests)
  write(relation, self.app, "certificates", core.certificates_dump(list))
  return changed
end

local issue_options <const> = { validity = "string" }

---The state in which every request that has no certificate has one, valid from the state's time on.
---
---    local after <const> = testing.run("certificates-relation-changed",
---      ca:issue(asked, { validity = "30d" }))
---@param state charm.testing.State
---@param options { validity: string? }? of these certificates
---@return charm.testing.State
---@nodiscard
function Provider:issue(state, options)
  return issue(self, state, errors.check_options("provider:issue", options, issue_options).validity, false)
end

---The same for all requests, also those that have a certificate.
---
---    local after <const> = testing.run("certificates-relation-changed", ca:renew(ca:issue(asked)))
---@param state charm.testing.State
---@param options { validity: string? }?
---@return charm.testing.State
---@nodiscard
function Provider:renew(state, options)
  return issue(self, state, errors.check_options("provider:renew", options, issue_options).validity, true)
end

---The state in which every request is refused.
---
---    local denied <const> = testing.run("certificates-relation-changed",
---      ca:deny(asked, "domain_not_allowed", "not one of ours"))
---@param state charm.testing.State
---@param code string such as "domain_not_allowed"
---@param message string
---@return charm.testing.State
---@nodiscard
function Provider:deny(state, code, message)
  local number = core.error_code(code)
  if not number then errors.misuse("provider:deny: the interface has no code '%s'", tostring(code)) end
  local changed, relation = open(self.endpoint, state)
  local list = {}
  for place, request in ipairs(requests_of(changed, relation)) do
    list[place] = { csr = request.csr, code = number, message = message }
  end
  write(relation, self.app, "certificates", "")
  write(relation, self.app, "request_errors", core.errors_dump(list))
  return changed
end

---The state in which what was issued is marked as revoked.
---
---    local after <const> = testing.run("certificates-relation-changed", ca:revoke(ca:issue(asked)))
---@param state charm.testing.State
---@return charm.testing.State
---@nodiscard
function Provider:revoke(state)
  local changed, relation = open(self.endpoint, state)
  local list = copy.copy(self:certificates(changed))
  for _, entry in ipairs(list) do entry.revoked = true end
  write(relation, self.app, "certificates", core.certificates_dump(list))
  return changed
end

---What a state is like once the charm has its certificates: it has seen the relation and asked, got an
---answer and taken it.
---
---    local with_certificate <const> = ca:establish { relations = { ca:relation() } }
---@param state charm.testing.State|table
---@return charm.testing.State
---@nodiscard
function Provider:establish(state)
  local testing <const> = require "charm.testing"
  local asked = testing.run(self.endpoint .. "-relation-created", state)
  return testing.run(self.endpoint .. "-relation-changed", self:issue(asked))
end

-- --- who asks ------------------------------------------------------------------------------------------

---A requirer of certificates on the other side of a relation.
---@class charm.testing.tls.Requirer
---@field endpoint string
---@field app string
local Requirer = { __name = "charm.testing.tls.Requirer" }
Requirer.__index = Requirer

local requirer_options <const> = { app = "string", units = "number" }

---A requirer for a charm that provides certificates on `endpoint`.
---
---    local client = testing.tls.requirer "certificates"
---    local state = testing.state { leader = true, relations = { client:relation() } }
---    state = client:request(state, { common_name = "web.example.com" })
---    state = testing.run({ "certificates-relation-changed", unit = "client/0" }, state)
---    local answer = client:certificates(state)[1]
---
---* app: "client" when it is left out
---* units: how many have joined, 1
---@param endpoint string
---@param options { app: string?, units: integer? }?
---@return charm.testing.tls.Requirer
---@nodiscard
function M.requirer(endpoint, options)
  errors.check_text("testing.tls.requirer", endpoint)
  options = errors.check_options("testing.tls.requirer", options, requirer_options)
  return setmetatable({
    endpoint = endpoint, app = options.app or "client", units = options.units or 1,
  }, Requirer)
end

---The relation, for a state: its units have joined.
---
---    local state <const> = testing.state { leader = true, relations = { client:relation() } }
---@param fields table? fields of charm.testing.Relation instead
---@return charm.testing.Relation
---@nodiscard
function Requirer:relation(fields)
  local relation = { endpoint = self.endpoint, app = self.app, units = {}, data = {} }
  for number = 0, self.units - 1 do relation.units[number + 1] = ("%s/%d"):format(self.app, number) end
  for name, value in pairs(fields or {}) do relation[name] = value end
  return relation
end

local request_options <const> = { who = "string", ca = "boolean", key = "any" }

---The state in which a unit asks for a certificate, too.
---
---    local asked, csr = client:request(related, { common_name = "db.internal" })
---@param state charm.testing.State
---@param attributes charm.Attributes
---@param options { who: string?, ca: boolean?, key: charm.Key? }? who: the first unit when it is left
---out, or the application
---@return charm.testing.State
---@return charm.Csr
function Requirer:request(state, attributes, options)
  options = errors.check_options("requirer:request", options, request_options)
  local changed, relation = open(self.endpoint, state)
  local who = options.who or relation.units[1] or self.app
  local csr = x509.csr.new(options.key or x509.key.generate(KEY), attributes)
  local list = read(relation, who, REQUESTS, core.requests_load)
  list[#list + 1] = { csr = csr:pem(), ca = options.ca or false }
  write(relation, who, REQUESTS, core.requests_dump(list))
  return changed, csr
end

---The state in which nothing is asked for any more.
---
---    local nothing <const> = client:withdraw((client:request(related, { common_name = "db.internal" })))
---@param state charm.testing.State
---@return charm.testing.State
---@nodiscard
function Requirer:withdraw(state)
  local changed, relation = open(self.endpoint, state)
  for _, bag in pairs(relation.data) do bag[REQUESTS] = nil end
  return changed
end

---What the charm has answered.
---
---    testing.expect(client:certificates(related), {})
---@param state charm.testing.State
---@return { csr: charm.Csr, certificate: charm.Certificate, ca: charm.Certificate, revoked: boolean }[]
---@nodiscard
function Requirer:certificates(state)
  local list = read(state:relation(self.endpoint), own_app(state), "certificates", core.certificates_load)
  for _, entry in ipairs(list) do
    entry.csr = assert(x509.csr.parse(entry.csr))
    entry.certificate = assert(x509.certificate.parse(entry.certificate))
    entry.ca = assert(x509.certificate.parse(entry.ca))
  end
  return list
end

---What the charm has refused.
---
---    testing.expect(client:denials(related), {})
---@param state charm.testing.State
---@return { csr: charm.Csr, denial: charm.tls.Denial }[]
---@nodiscard
function Requirer:denials(state)
  local list = read(state:relation(self.endpoint), own_app(state), "request_errors", core.errors_load)
  for _, entry in ipairs(list) do entry.csr = assert(x509.csr.parse(entry.csr)) end
  return list
end

return M
