---@meta
-- The class of certificates: made by charm.x509.certificate.
error("stub: not loadable")

---A certificate (X.509). Equal when their DER is.
---@class charm.Certificate
local Certificate = {}

---Canonical PEM: 64 columns, without a line feed at the end.
---```lua
---assert(cert:pem():find "^%-%-%-%-%-BEGIN CERTIFICATE")
---```
---@return string pem
---@nodiscard
function Certificate:pem() end

---SHA-256 of the canonical PEM.
---```lua
---assert(#cert:hash() == 64)
---```
---@return string digest 64 hex digits
---@nodiscard
function Certificate:hash() end

---SHA-256 of the public key: see `charm.Key:fingerprint`.
---```lua
---assert(ca:fingerprint() == ca_key:fingerprint())
---```
---@return string digest 64 hex digits
---@nodiscard
function Certificate:fingerprint() end

---The serial number, in hex.
---```lua
---assert(cert:serial():find "^%x+$")
---```
---@return string serial lower-case hex, without leading zeros
---@nodiscard
function Certificate:serial() end

---Its version, 3 for all that have extensions.
---```lua
---assert(cert:version() == 3)
---```
---@return integer
---@nodiscard
function Certificate:version() end

---From when it is valid, in seconds since the epoch.
---```lua
---assert(cert:not_before() <= os.time())
---```
---@return integer seconds since the epoch
---@nodiscard
function Certificate:not_before() end

---Until when it is valid, in seconds since the epoch.
---```lua
---assert(cert:not_after() - cert:not_before() == 90 * 86400)
---```
---@return integer seconds since the epoch
---@nodiscard
function Certificate:not_after() end

---Its basic constraints; false without.
---```lua
---assert(ca:is_ca() and not cert:is_ca())
---```
---@return boolean
---@nodiscard
function Certificate:is_ca() end

---Whether it is signed with its own key.
---```lua
---assert(ca:is_self_signed())
---```
---@return boolean
---@nodiscard
function Certificate:is_self_signed() end

---Whether a CA has issued it directly: the names are equal and the signature verifies. Nothing else
---is looked at: see `charm.Chain:verify`.
---```lua
---assert(cert:is_issued_by(ca) and not ca:is_issued_by(cert))
---```
---@param issuer charm.Certificate
---@return boolean
---@nodiscard
function Certificate:is_issued_by(issuer) end

---Whether it is of this key, or of a request of the same key.
---```lua
---assert(cert:matches(key) and cert:matches(csr))
---```
---@param other charm.Key|charm.Csr
---@return boolean
---@nodiscard
function Certificate:matches(other) end

---The names of a request that it lacks, such as "DNS:www.example.com".
---```lua
---assert(#cert:missing_names(csr) == 0)
---```
---@param csr charm.Csr
---@return string[]
---@nodiscard
function Certificate:missing_names(csr) end

---The subject's attributes, in its order.
---```lua
---assert(cert:subject()[1].value == "db.internal")
---```
---@return charm.NameEntry[]
---@nodiscard
function Certificate:subject() end

---The issuer's attributes, in its order.
---```lua
---assert(cert:issuer()[1].value == "Our CA")
---```
---@return charm.NameEntry[]
---@nodiscard
function Certificate:issuer() end

---The subject's first attribute of this kind.
---```lua
---assert(cert:common_name() == "db.internal")
---```
---@return string?
---@nodiscard
function Certificate:common_name() end

---The subject's first attribute of this kind.
---```lua
---assert(cert:email_address() == nil)
---```
---@return string?
---@nodiscard
function Certificate:email_address() end

---The subject's first attribute of this kind.
---```lua
---assert(cert:organization() == nil)
---```
---@return string?
---@nodiscard
function Certificate:organization() end

---The subject's first attribute of this kind.
---```lua
---assert(cert:organizational_unit() == nil)
---```
---@return string?
---@nodiscard
function Certificate:organizational_unit() end

---The subject's first attribute of this kind.
---```lua
---assert(cert:country_name() == nil)
---```
---@return string?
---@nodiscard
function Certificate:country_name() end

---The subject's first attribute of this kind.
---```lua
---assert(cert:state_or_province_name() == nil)
---```
---@return string?
---@nodiscard
function Certificate:state_or_province_name() end

---The subject's first attribute of this kind.
---```lua
---assert(cert:locality_name() == nil)
---```
---@return string?
---@nodiscard
function Certificate:locality_name() end

---All subject-alternative names, in their order.
---```lua
---assert(cert:sans()[1].value == "db.internal" and #ca:sans() == 0)
---```
---@return charm.San[]
---@nodiscard
function Certificate:sans() end

---The DNS names among them.
---```lua
---assert(cert:sans_dns()[1] == "db.internal" and ca:sans_dns() == nil)
---```
---@return string[]? names nil when it has no subject-alternative names at all
---@nodiscard
function Certificate:sans_dns() end

---The addresses among them, in canonical text.
---```lua
---assert(cert:sans_ip()[1] == "2001:db8::1")
---```
---@return string[]? names nil when it has no subject-alternative names at all
---@nodiscard
function Certificate:sans_ip() end

---The registered IDs among them.
---```lua
---assert(#cert:sans_oid() == 0)
---```
---@return string[]? names nil when it has no subject-alternative names at all
---@nodiscard
function Certificate:sans_oid() end

---All extensions, as they stand.
---```lua
---assert(cert:extensions()[1].oid == "2.5.29.35")
---```
---@return charm.Extension[]
---@nodiscard
function Certificate:extensions() end

---The kind of its public key.
---```lua
---assert(cert:key_type() == "ec")
---```
---@return "rsa"|"ec"|"ed25519"|"other"
---@nodiscard
function Certificate:key_type() end

---The size of its public key.
---```lua
---assert(cert:key_bits() == 256)
---```
---@return integer bits
---@nodiscard
function Certificate:key_bits() end

---What it is signed with, such as "sha256WithRSAEncryption".
---```lua
---assert(cert:signature_algorithm() == "ecdsa-with-SHA256")
---```
---@return string
---@nodiscard
function Certificate:signature_algorithm() end

---Some lines for a person.
---```lua
---assert(cert:describe():find "server_auth")
---```
---@return string
---@nodiscard
function Certificate:describe() end

return Certificate
