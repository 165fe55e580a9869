---@meta
-- What a policy's rules get: the request. Its fields are read when they are first asked for, and cannot be
-- written; reading one that there is not raises. Also charm.Policy, a policy in its sandbox.
error("stub: not loadable")

---An attribute of the subject.
---@class charm.policy.Attribute
---@field oid string
---@field field string? "common_name" ...
---@field name string "commonName"; the OID where it has none
---@field type string "UTF8String" ...
---@field value string bytes that are not text as \xNN
---@field rdn integer which part of the subject it belongs to, from 1

---A name that is asked for.
---@class charm.policy.Name
---@field kind "dns"|"ip"|"email"|"uri"|"oid"|"other"
---@field value string "other": the name's DER in hex
---@field tag integer of the GeneralName
---@field from "san"|"subject" the subject's e-mail address stands among the names of a certificate

---A requested extension.
---@class charm.policy.Extension
---@field oid string
---@field name string? "extended_key_usage" ...; nil: not known here, or malformed
---@field critical boolean
---@field der string in hex
---@field values string[] what it says: "server_auth", "ca", "path_length=0", "permitted DNS:example.com" ...

---The key.
---@class charm.policy.Key
---@field type "rsa"|"ec"|"ed25519"|"other"
---@field bits integer
---@field curve string? "P-256" ...
---@field exponent integer? of an RSA key
---@field fingerprint string SHA-256 of the public key in hex

---Who signs.
---@class charm.policy.Issuer
---@field common_name string?
---@field key_type string
---@field signature_algorithm string
---@field not_after integer seconds since the epoch
---@field remaining integer? seconds until then
---@field name_constraints charm.policy.Extension[] of it and of those above it
---@field chain_length integer

---How many other requests there are, with a certificate (issued) and without (outstanding).
---@class charm.policy.History
---@field issued integer
---@field outstanding integer
---@field relation_issued integer of the same relation
---@field relation_outstanding integer
---@field asker_issued integer of the same unit, or the application
---@field asker_outstanding integer

---Another request that the provider knows of.
---@class charm.policy.Other
---@field relation_id string
---@field remote_app string
---@field remote_unit string?
---@field issued boolean

---A request. Everything in it is from the bytes that would be signed, or from Juju; who asks may have
---written anything into the former. Fields that are not known (outside of a hook) are nil.
---@class charm.policy.Request
---@field common_name string? the first
---@field common_names string[]
---@field subject charm.policy.Attribute[] all of it, in order
---@field dns string[]
---@field ips string[] in canonical text
---@field emails string[] the subject's too
---@field uris string[]
---@field oids string[] registered IDs
---@field unrecognised { tag: integer, der: string }[] names of other kinds
---@field names charm.policy.Name[] all of them
---@field extensions charm.policy.Extension[]
---@field attributes string[] OIDs of other attributes of the CSR, such as a challenge password
---@field key charm.policy.Key
---@field signature_algorithm string
---@field signature_valid boolean
---@field hash string SHA-256 of the canonical PEM, in hex
---@field is_ca boolean whether a CA certificate is asked for
---@field csr_is_ca boolean what the CSR itself says of that, which nobody should believe
---@field endpoint string?
---@field relation_id string?
---@field remote_app string?
---@field remote_unit string? nil: asked for the application
---@field mode "unit"|"app"|nil
---@field unit string? ours
---@field app string?
---@field model string?
---@field now integer? seconds since the epoch
---@field config table<string, any> the charm's configuration
---@field issuer charm.policy.Issuer?
---@field history charm.policy.History
local Request = {}

---Addresses, common names that are addresses too, that lie in none of the networks.
---```lua
---policy.require("our network", function(request)
---  local strangers <const> = request:addresses_outside { "10.0.0.0/8" }
---  if #strangers > 0 then return policy.deny("ip_not_allowed", table.concat(strangers, ", ")) end
---end)
---```
---@param networks string[] such as "10.0.0.0/8"
---@return string[]
---@nodiscard
function Request:addresses_outside(networks) end

---A requested extension by its name or OID.
---```lua
---policy.require("no name constraints", function(request)
---  if request:extension "name_constraints" then return policy.deny("other", "no constraints") end
---end)
---```
---@param name string
---@return charm.policy.Extension?
---@nodiscard
function Request:extension(name) end

---Whether a DNS name or common name has an asterisk.
---```lua
---policy.require("each name by itself", function(request)
---  if request:has_wildcard() then return policy.deny("wildcard_not_allowed", "ask for each name") end
---end)
---```
---@return boolean
---@nodiscard
function Request:has_wildcard() end

---Names that lie within none of the domains: DNS names, common names, hosts of e-mail addresses and URIs.
---```lua
---policy.require("ours", function(request)
---  local strangers <const> = request:names_outside { "example.com", "internal" }
---  if #strangers > 0 then return policy.deny("domain_not_allowed", table.concat(strangers, ", ")) end
---end)
---```
---@param domains string[]
---@return string[]
---@nodiscard
function Request:names_outside(domains) end

---Those that do.
---```lua
---policy.require("not the administrators'", function(request)
---  if #request:names_within { "admin.example.com" } > 0 then return policy.deny("other", "not ours") end
---end)
---```
---@param domains string[]
---@return string[]
---@nodiscard
function Request:names_within(domains) end

---Other requests with the same key.
---```lua
---policy.require("a key of one's own", function(request)
---  if #request:others_with_key() > 0 then return policy.deny("other", "this key is somebody else's") end
---end)
---```
---@return charm.policy.Other[]
---@nodiscard
function Request:others_with_key() end

---Other requests with this name, whatever its kind.
---```lua
---policy.require("one for each name", function(request)
---  for _, name in ipairs(request.dns) do
---    if #request:others_with_name(name) > 0 then return policy.deny("other", name .. " is taken") end
---  end
---end)
---```
---@param name string
---@return charm.policy.Other[]
---@nodiscard
function Request:others_with_name(name) end

---All values of an attribute of the subject.
---```lua
---policy.require("our organization", function(request)
---  for _, value in ipairs(request:subject_values "organization") do
---    if value ~= "Example" then return policy.deny("other", "not ours: " .. value) end
---  end
---end)
---```
---@param field string "organization" ..., or an OID
---@return string[]
---@nodiscard
function Request:subject_values(field) end

---DNS names and common names with an asterisk.
---```lua
---policy.require("few wildcards", function(request)
---  if #request:wildcards() > 1 then return policy.deny("wildcard_not_allowed", "one is enough") end
---end)
---```
---@return string[]
---@nodiscard
function Request:wildcards() end

---A policy in its sandbox; `policy.load` and `tls.provides` hold one.
---@class charm.Policy
local Policy = {}

---What requirers may be told; nil: not even a plain name is granted.
---```lua
---local can <const> = policy.load("policy.lua"):core():capabilities "acme"
---```
---@param provider_type string?
---@return charm.tls.Capabilities?
---@nodiscard
function Policy:capabilities(provider_type) end

---What it would decide.
---```lua
---local verdict <const> = policy.load("policy.lua"):core():decide(csr, { remote_app = "web" })
---assert(verdict.kind == "issue")
---```
---@param csr charm.Csr
---@param facts table?
---@return table
---@nodiscard
function Policy:decide(csr, facts) end

---SHA-256 over its files, in hex.
---```lua
---print(policy.load("policy.lua"):core():hash())
---```
---@return string
---@nodiscard
function Policy:hash() end

---Its rules: { kind, name, where }.
---```lua
---print(#policy.load("policy.lua"):core():rules())
---```
---@return table[]
---@nodiscard
function Policy:rules() end

return { Request = Request, Policy = Policy }
