---@meta
-- The class of requests: made by charm.x509.csr. Also names and extensions, which certificates have, too.
error("stub: not loadable")

---@class charm.Extension
---@field oid string dotted
---@field critical boolean
---@field value string in DER, what is inside of the OCTET STRING

---A certificate signing request (PKCS#10). Equal when their DER is.
---@class charm.Csr
local Csr = {}

---Canonical PEM: 64 columns, without a line feed at the end.
---```lua
---assert(csr:pem():find "^%-%-%-%-%-BEGIN CERTIFICATE REQUEST")
---```
---@return string pem
---@nodiscard
function Csr:pem() end

---SHA-256 of the canonical PEM, which names the request in labels of secrets.
---```lua
---assert(#csr:hash() == 64)
---```
---@return string digest 64 hex digits
---@nodiscard
function Csr:hash() end

---SHA-256 of the public key: see `charm.Key:fingerprint`.
---```lua
---assert(csr:fingerprint() == cert:fingerprint())
---```
---@return string digest 64 hex digits
---@nodiscard
function Csr:fingerprint() end

---Whether it is signed by its own key.
---```lua
---local good, message, code = csr:verify()
---assert(good and not message and not code)
---```
---@return true? good
---@return string? message
---@return charm.ErrorCode? code "crypto"
---@nodiscard
function Csr:verify() end

---Whether it is of this key, or a certificate of the same key.
---```lua
---assert(csr:matches(key) and csr:matches(cert))
---```
---@param other charm.Key|charm.Certificate
---@return boolean
---@nodiscard
function Csr:matches(other) end

---@class charm.NameEntry
---@field oid string dotted, "2.5.4.3"
---@field name string "commonName"; the OID where it has none
---@field type string "UTF8String", "PrintableString" ...
---@field value string UTF-8; bytes that are not text as \xNN
---@field rdn integer which part of the name it belongs to, from 1

---The subject's attributes, in its order.
---```lua
---assert(csr:subject()[1].name == "commonName")
---```
---@return charm.NameEntry[]
---@nodiscard
function Csr:subject() end

---The subject's first attribute of this kind.
---```lua
---assert(csr:common_name() == "db.internal")
---```
---@return string?
---@nodiscard
function Csr:common_name() end

---The subject's first attribute of this kind.
---```lua
---assert(csr:email_address() == nil)
---```
---@return string?
---@nodiscard
function Csr:email_address() end

---The subject's first attribute of this kind.
---```lua
---assert(csr:organization() == nil)
---```
---@return string?
---@nodiscard
function Csr:organization() end

---The subject's first attribute of this kind.
---```lua
---assert(csr:organizational_unit() == nil)
---```
---@return string?
---@nodiscard
function Csr:organizational_unit() end

---The subject's first attribute of this kind.
---```lua
---assert(csr:country_name() == nil)
---```
---@return string?
---@nodiscard
function Csr:country_name() end

---The subject's first attribute of this kind.
---```lua
---assert(csr:state_or_province_name() == nil)
---```
---@return string?
---@nodiscard
function Csr:state_or_province_name() end

---The subject's first attribute of this kind.
---```lua
---assert(csr:locality_name() == nil)
---```
---@return string?
---@nodiscard
function Csr:locality_name() end

---Whether the subject has an x500UniqueIdentifier.
---```lua
---assert(csr:has_unique_identifier())
---```
---@return boolean
---@nodiscard
function Csr:has_unique_identifier() end

---@class charm.San
---@field type "DNS"|"IP"|"OID"|"email"|"URI"|"other"
---@field value string an address in its canonical text; "other": the name's DER in hex

---All subject-alternative names, in their order.
---```lua
---assert(csr:sans()[1].type == "DNS")
---```
---@return charm.San[]
---@nodiscard
function Csr:sans() end

---The DNS names among them.
---```lua
---assert(csr:sans_dns()[1] == "db.internal")
---```
---@return string[]
---@nodiscard
function Csr:sans_dns() end

---The addresses among them, in canonical text.
---```lua
---assert(csr:sans_ip()[1] == "2001:db8::1")
---```
---@return string[]
---@nodiscard
function Csr:sans_ip() end

---The registered IDs among them.
---```lua
---assert(#csr:sans_oid() == 0)
---```
---@return string[]
---@nodiscard
function Csr:sans_oid() end

---All extensions that it asks for, as they stand.
---```lua
---assert(csr:extensions()[1].oid == "2.5.29.17")
---```
---@return charm.Extension[]
---@nodiscard
function Csr:extensions() end

---What it asks for, as `x509.csr.new` takes it.
---```lua
---assert(assert(csr:attributes()).common_name == "db.internal")
---```
---@param is_ca boolean? what stands beside the request; false when it is left out
---@return charm.Attributes? attributes
---@return string? message
---@return charm.ErrorCode? code "usage": it has neither a common name nor a DNS, IP or OID name
---@nodiscard
function Csr:attributes(is_ca) end

---Whether its own basic constraints ask for a CA, which nobody should believe.
---```lua
---assert(not csr:asks_for_ca())
---```
---@return boolean
---@nodiscard
function Csr:asks_for_ca() end

---The kind of its public key.
---```lua
---assert(csr:key_type() == "ec")
---```
---@return "rsa"|"ec"|"ed25519"|"other"
---@nodiscard
function Csr:key_type() end

---The size of its public key.
---```lua
---assert(csr:key_bits() == 256)
---```
---@return integer bits
---@nodiscard
function Csr:key_bits() end

---What it is signed with, such as "ecdsa-with-SHA256".
---```lua
---assert(csr:signature_algorithm() == "ecdsa-with-SHA256")
---```
---@return string
---@nodiscard
function Csr:signature_algorithm() end

---Some lines for a person.
---```lua
---assert(csr:describe():find "CN=db.internal")
---```
---@return string
---@nodiscard
function Csr:describe() end

return Csr
