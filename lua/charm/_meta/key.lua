---@meta
-- The class of private keys: made by charm.x509.key.
error("stub: not loadable")

---A private key. `tostring` tells its kind and nothing else. Two are equal when their public halves
---are.
---@class charm.Key
local Key = {}

---The key as PEM text without a line feed at the end: RSA as PKCS#1, EC as SEC1, others as PKCS#8;
---not encrypted. Lua cannot wipe a string before it is collected: give the key itself to what takes
---one.
---```lua
---assert(key:pem():find "^%-%-%-%-%-BEGIN %u+ PRIVATE KEY")
---```
---@return string pem
---@nodiscard
function Key:pem() end

---The public half as PEM (SubjectPublicKeyInfo), with a line feed at the end.
---```lua
---assert(key:public_pem():find "BEGIN PUBLIC KEY")
---```
---@return string pem
---@nodiscard
function Key:public_pem() end

---The kind of key.
---```lua
---assert(key:type() == "ec")
---```
---@return "rsa"|"ec"|"ed25519"|"other"
---@nodiscard
function Key:type() end

---Its size: of RSA the modulus, of EC the curve.
---```lua
---assert(key:bits() == 256)
---```
---@return integer bits 0 where it cannot be told
---@nodiscard
function Key:bits() end

---The curve of an EC key, such as "P-256"; nil for other kinds.
---```lua
---assert(key:curve() == "P-256")
---```
---@return string? curve nil when it is no EC key
---@nodiscard
function Key:curve() end

---SHA-256 of the public half (DER SubjectPublicKeyInfo): the same for a key, its requests and its
---certificates.
---```lua
---assert(key:fingerprint() == csr:fingerprint() and #key:fingerprint() == 64)
---```
---@return string digest 64 hex digits
---@nodiscard
function Key:fingerprint() end

---Whether a request or certificate is of this key.
---```lua
---assert(key:matches(csr) and not key:matches(ca))
---```
---@param other charm.Csr|charm.Certificate
---@return boolean
---@nodiscard
function Key:matches(other) end

return Key
