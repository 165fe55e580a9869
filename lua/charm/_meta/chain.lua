---@meta
-- The class of chains: made by charm.x509.chain.
error("stub: not loadable")

---A list of certificates: `chain[1]` is the leaf, `#chain` the count; ipairs walks upwards. Equal
---when their certificates are, in order.
---@class charm.Chain
---@operator len: integer
---@field [integer] charm.Certificate
local Chain = {}

---PEM blocks one after another, each with a line feed at its end.
---```lua
---assert(chain:pem() == cert:pem() .. "\n" .. ca:pem() .. "\n")
---```
---@return string pem
---@nodiscard
function Chain:pem() end

---Whether each was issued by the next one; fewer than two are in order.
---```lua
---assert(chain:has_valid_order())
---```
---@return boolean
---@nodiscard
function Chain:has_valid_order() end

---@class charm.ChainVerifyOptions
---@field trusted charm.Certificate|charm.Chain|charm.Certificate[] need not be self-signed
---@field leaf charm.Certificate? the chain's first when it is left out
---@field at integer? seconds since the epoch; now when it is left out

---Whether the leaf verifies up to a trusted certificate, with the help of the others: signatures,
---dates, CA flags, path lengths, usages, name constraints.
---```lua
---assert(chain:verify { trusted = ca })
---local good, message, code = chain:verify { trusted = ca, at = 0 }
---assert(not good and code == "crypto")
---```
---@param options charm.ChainVerifyOptions
---@return true? good
---@return string? message whom it is about, and why
---@return charm.ErrorCode? code "crypto"
---@nodiscard
function Chain:verify(options) end

---Its certificates, as a new table.
---```lua
---assert(#chain:items() == 2)
---```
---@return charm.Certificate[]
---@nodiscard
function Chain:items() end

return Chain
