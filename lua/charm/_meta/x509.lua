---@meta charm.x509
-- Keys, requests, certificates and chains, without any life cycle. Parsers return nil, message and
-- code when they fail; whatever makes something raises an error object. Objects are closed by
-- `<close>`, or when they are collected; those of one class are compared by `==`.
error("stub: not loadable")

---@class charm.x509
local x509 = {
  ---@class charm.x509.key
  key = {},
  ---@class charm.x509.csr
  csr = {},
  ---@class charm.x509.certificate
  certificate = {},
  ---@class charm.x509.chain
  chain = {},
}

-- --- keys ---------------------------------------------------------------------------------------

---@class charm.KeySpec
---@field type "rsa"|"ec"|"ed25519"|nil "rsa" when it is left out
---@field bits integer? of an RSA key, 2048 to 8192; 2048 when it is left out
---@field curve "P-256"|"P-384"|"P-521"|nil of an EC key; "P-256" when it is left out

---A new private key. Raises "usage" for what is not offered. RSA of 2048 bits is 50 to 500 ms of
---processor time, EC and Ed25519 are 0.03 ms.
---```lua
---local own = x509.key.generate { type = "ec", curve = "P-384" }
---assert(tostring(own) == "charm.Key: ec P-384 (secret)")
---```
---@param spec charm.KeySpec?
---@return charm.Key
---@nodiscard
function x509.key.generate(spec) end

---@class charm.KeyParseOptions
---@field password string|charm.Secret|nil of an encrypted key

---The first private key of a PEM text of 64 KiB at most: PKCS#1, SEC1 or PKCS#8, encrypted or not.
---Text around it does no harm. The text is never in the message.
---```lua
---local own, message, code = x509.key.parse(key:pem())
---assert(own == key)
---own, message, code = x509.key.parse "no key"
---assert(own == nil and code == "parse")
---```
---@param pem string|charm.Secret
---@param options charm.KeyParseOptions?
---@return charm.Key? key
---@return string? message
---@return charm.ErrorCode? code "parse", "password", "limit", "unsupported"
---@nodiscard
function x509.key.parse(pem, options) end

-- --- requests -----------------------------------------------------------------------------------

---@class charm.ExtensionRequest
---@field oid string dotted
---@field value string in DER, what is inside of the OCTET STRING

---What is asked for. At least one of common_name, sans_dns, sans_ip and sans_oid. "" is the same as
---left out.
---@class charm.Attributes
---@field common_name string? 64 bytes at most
---@field sans_dns string[]? ASCII: non-ASCII names as their A-labels
---@field sans_ip string[]? any spelling, without zone or prefix length
---@field sans_oid string[]? dotted
---@field email_address string?
---@field organization string?
---@field organizational_unit string?
---@field country_name string? two letters
---@field state_or_province_name string?
---@field locality_name string?
---@field is_ca boolean? a CA certificate is asked for; said beside the request, not in it. Default false
---@field add_unique_id_to_subject_name boolean? so that two requests differ. Default true, of a CA false
---@field additional_critical_extensions charm.ExtensionRequest[]? in order; no subject-alternative name

---A new request, signed by the key. Raises "usage", with the field's name, for what cannot be
---encoded.
---```lua
---local request = x509.csr.new(key, { common_name = "db.internal", sans_dns = { "db.internal" } })
---assert(request:verify())
---```
---@param key charm.Key
---@param attributes charm.Attributes
---@return charm.Csr
---@nodiscard
function x509.csr.new(key, attributes) end

---The first request of a PEM text of 1 MiB at most. Its signature is not looked at: see `verify`.
---```lua
---assert(x509.csr.parse(csr:pem()) == csr)
---```
---@param pem string
---@return charm.Csr? csr
---@return string? message
---@return charm.ErrorCode? code "parse", "limit"
---@nodiscard
function x509.csr.parse(pem) end

-- --- certificates -------------------------------------------------------------------------------

---The first certificate of a PEM text of 1 MiB at most.
---```lua
---assert(x509.certificate.parse(cert:pem()) == cert)
---```
---@param pem string
---@return charm.Certificate? certificate
---@return string? message
---@return charm.ErrorCode? code "parse", "limit"
---@nodiscard
function x509.certificate.parse(pem) end

---@class charm.CaShape
---@field validity string such as "3650d"
---@field not_before integer? seconds since the epoch; now when it is left out
---@field path_length integer? how many CAs may follow below; no limit when it is left out

---A self-signed CA certificate. Raises "usage" for attributes or a shape that make no sense.
---```lua
---local root = x509.certificate.self_signed(key, { common_name = "Our CA" }, { validity = "3650d" })
---assert(root:is_ca() and root:is_self_signed())
---```
---@param key charm.Key
---@param attributes charm.Attributes without unique identifier unless it is asked for
---@param shape charm.CaShape
---@return charm.Certificate
---@nodiscard
function x509.certificate.self_signed(key, attributes, shape) end

---@alias charm.KeyUsage
---| "digital_signature"
---| "content_commitment"
---| "key_encipherment"
---| "data_encipherment"
---| "key_agreement"
---| "key_cert_sign"
---| "crl_sign"

---@alias charm.ExtendedKeyUsage
---| "server_auth"
---| "client_auth"
---| "code_signing"
---| "email_protection"
---| "time_stamping"
---| "ocsp_signing"
---| string # a dotted OID

---@class charm.Shape
---@field validity string such as "90d"; the certificate ends with its CA at the latest
---@field not_before integer? seconds since the epoch; now when it is left out
---@field is_ca boolean? false when it is left out, whatever the request asks for
---@field path_length integer? of a CA
---@field key_usage charm.KeyUsage[]? what goes with the key when it is left out
---@field extended_key_usage charm.ExtendedKeyUsage[]? default: server_auth, client_auth; {} is none
---@field copy_extensions string[]? OIDs of the request's extensions that are taken over; default none

---Issue a certificate for a request. Raises "crypto" for a request whose signature does not verify,
---a key that is not the CA's, and a CA that is none; "usage" for a shape that makes no sense.
---```lua
---local issued = x509.certificate.issue(csr, ca, ca_key, { validity = "90d" })
---assert(issued:is_issued_by(ca) and issued:matches(csr))
---```
---@param csr charm.Csr
---@param ca charm.Certificate
---@param ca_key charm.Key
---@param shape charm.Shape
---@return charm.Certificate
---@nodiscard
function x509.certificate.issue(csr, ca, ca_key, shape) end

-- --- chains -------------------------------------------------------------------------------------

---A chain of these certificates, from the leaf upwards; 64 at most ("limit").
---```lua
---local pair = x509.chain.new { cert, ca }
---assert(#pair == 2 and pair[1] == cert)
---```
---@param certificates charm.Certificate[]|charm.Certificate|charm.Chain
---@return charm.Chain
---@nodiscard
function x509.chain.new(certificates) end

---All certificates of a PEM bundle, 64 and 1 MiB at most, in its order; text between does no harm.
---```lua
---assert(x509.chain.parse(chain:pem()) == chain)
---```
---@param pem string
---@return charm.Chain? chain
---@return string? message
---@return charm.ErrorCode? code "parse", "limit"
---@nodiscard
function x509.chain.parse(pem) end

return x509
