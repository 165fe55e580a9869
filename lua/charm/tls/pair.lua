-- A certificate with its key, and the files that a TLS server wants of them.
local core <const> = require "charm.tls.core"
local errors <const> = require "charm.errors"

local M = {}

---@alias charm.tls.Scope "unit"|"app"

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
---
---    charm.file.write("/etc/web/tls/fullchain.pem", cert:fullchain(), { mode = "0644" })
---@return string
---@nodiscard
function Pair:fullchain()
  local blocks, seen = {}, {}
  -- Whether one is a root takes long to tell, and is asked once of each.
  local function add(link, is_leaf)
    if seen[link:hash()] then return end
    seen[link:hash()] = true
    if is_leaf or not link:is_self_signed() then blocks[#blocks + 1] = link:pem() .. "\n" end
  end
  add(self.certificate, true)
  for _, link in ipairs(self.chain:items()) do add(link) end
  add(self.ca)
  return table.concat(blocks)
end

---@class charm.tls.InstallOptions
---@field dir string
---@field certificate string?
---@field key string?
---@field ca string?
---@field mode string? as in a shell: "0644" when it is left out
---@field key_mode string? "0600"

local install_options <const> = {
  dir = "string", certificate = "string", key = "string", ca = "string",
  mode = "string", key_mode = "string",
}

---Put the files of a TLS server in place, together: `dir` becomes a link to a new folder with the
---certificate and its chain, the key and the CA, in one rename, so that nobody sees a key beside
---another key's certificate. When the files hold just that already, nothing is touched.
---
---    cert:install { dir = "/etc/nginx/tls" }    -- cert.pem, key.pem, ca.pem
---
---* certificate, key, ca: other names for the files
---* mode, key_mode: as in a shell, "0644" and "0600" when not said
---@param options charm.tls.InstallOptions
---@return boolean changed
function Pair:install(options)
  options = errors.check_options("cert:install", options, install_options)
  if not options.dir then errors.misuse("cert:install: expected dir, the path of a folder") end
  if not self.key then errors.misuse("cert:install: there is no key here for this certificate") end
  local mode = options.mode or "0644"
  return core.install(options.dir, {
    { options.certificate or "cert.pem", self:fullchain(), mode },
    { options.key or "key.pem", self.key, options.key_mode or "0600" },
    { options.ca or "ca.pem", self.ca:pem() .. "\n", mode },
  })
end

---@param fields table as the core gives them
---@return charm.tls.Pair
---@nodiscard
function M.new(fields)
  return setmetatable(fields, Pair)
end

---Whether a value is one of ours.
---@param value any
---@return boolean
---@nodiscard
function M.is(value)
  return getmetatable(value) == Pair
end

return M
