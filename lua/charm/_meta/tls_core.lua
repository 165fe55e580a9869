---@meta charm.tls.core
-- What lua/charm/tls is built on: the life cycles of the C core as objects, and the databag's codec.
-- Authors use the module `charm.tls`. Outside a hook, everything that asks Juju raises an error of
-- code "state".
error("stub: not loadable")

---@class charm.tls.core
local core = {}

---@class charm.tls.core.Request
---@field name string?
---@field scope charm.tls.Scope
---@field attributes charm.Attributes

---Make the life cycle of an endpoint's certificates, and register it with the charm.
---@param options table endpoint, mode, key, private_key, renew_at, always, as tls.requires takes them;
---adopt, accept and renew are functions
---@param ask fun(capabilities: charm.tls.Capabilities?): charm.tls.core.Request[]
---@param deliver fun() hands out what happened, by next() and delivered()
---@return charm.tls.core.Requirer
function core.requirer(options, ask, deliver) end

---Raise what asking for these requests would raise.
---@param requests charm.tls.core.Request[]
function core.check_requests(requests) end

---A denial { code, message, reason }, { certificate, ca, chain }, or { sign_by, shape }.
---@class charm.tls.core.Decision

---Make the life cycle of an endpoint's requests, and register it with the charm.
---@param options { endpoint: string, policy_version: string?, provider_name: string? }
---@param decide fun(request: charm.tls.Incoming): charm.tls.core.Decision?
---@param capable (fun(): charm.tls.Capabilities?)?
---@return charm.tls.core.Provider
function core.provider(options, decide, capable) end

---A certificate authority in a secret of the application.
---@param endpoint string
---@param subject charm.Attributes
---@param options { key: table?, validity: string?, leaf_validity: string? }
---@return charm.tls.core.Ca
function core.ca(endpoint, subject, options) end

---The v3 way on an endpoint, registered with the charm.
---@param options { endpoint: string, notice_hours: integer? }
---@param deliver fun() hands out what happened, by next() and delivered()
---@return charm.tls.core.V3
function core.v3(options, deliver) end

---The requests in the value of a databag's key.
---@param text string?
---@param where string for log lines
---@return { csr: string, ca: boolean }[]
---@nodiscard
function core.requests_load(text, where) end

---The value of the databag's key; "" for none.
---@param requests { csr: string, ca: boolean? }[]
---@return string
---@nodiscard
function core.requests_dump(requests) end

---@param text string?
---@param where string
---@return { csr: string, certificate: string, ca: string, chain: string[], revoked: boolean }[]
---@nodiscard
function core.certificates_load(text, where) end

---The value of the databag's key; "" for none.
---@param certificates { csr: string, certificate: string, ca: string, chain: string[]?, revoked: boolean? }[]
---@return string
---@nodiscard
function core.certificates_dump(certificates) end

---@param text string?
---@param where string
---@return { csr: string, denial: charm.tls.Denial }[]
---@nodiscard
function core.errors_load(text, where) end

---The value of the databag's key; "" for none. code: the wire's number.
---@param list { csr: string, code: integer?, message: string, reason: string? }[]
---@return string
---@nodiscard
function core.errors_dump(list) end

---The value of the databag's key.
---@param capabilities charm.tls.Capabilities
---@return string
---@nodiscard
function core.capabilities_dump(capabilities) end

---The wire's number of a name such as "wildcard_not_allowed".
---@param name string
---@return integer? nil for no such name
---@nodiscard
function core.error_code(name) end

---Put files in place together: base/install.h.
---@param folder string
---@param files { [1]: string, [2]: string|charm.Key|charm.Secret, [3]: string }[] name, bytes, mode
---@return boolean changed
function core.install(folder, files) end

---Where a function begins: "src/charm.lua:12".
---@param what function
---@return string
---@nodiscard
function core.place(what) end

---Which policy is at work: this one, or the one before it when this one would refuse to renew
---certificates that are in use. The one that is at work is kept in Juju's state.
---@param policy charm.Policy
---@param provider charm.tls.core.Provider
---@param endpoint string
---@param override boolean take this one all the same
---@return charm.Policy policy
---@return string[]? locked_out whose certificates they are, when it is the one before
function core.choose_policy(policy, provider, endpoint, override) end

---@class charm.tls.core.Requirer what charm.tls.Requirer is built on, method for method
---@class charm.tls.core.Provider
---@class charm.tls.core.Ca
---@class charm.tls.core.V3 what charm.tls.v3.Requirer is built on

return core
