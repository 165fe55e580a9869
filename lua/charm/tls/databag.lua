-- The typed view of a databag, for charms that do each step by themselves.
local core <const> = require "charm.tls.core"
local errors <const> = require "charm.errors"

local M = {}

---The requests in a databag, for charms that do each step themselves.
---@class charm.tls.RequestList
local RequestList = {}
RequestList.__index = RequestList
RequestList.__name = "charm.tls.RequestList"

local REQUESTS <const> = "certificate_signing_requests"

---What we ask for, as it stands in the databag.
---
---    for _, request in ipairs(tls.requests(relation):list()) do charm.log.info(request.csr) end
---@return { csr: string, ca: boolean }[]
---@nodiscard
function RequestList:list()
  return core.requests_load(self.bag[REQUESTS], self.where)
end

local function write(self, list)
  self.bag[REQUESTS] = core.requests_dump(list)
end

---Add a request; one that is there already is not added again.
---
---    tls.requests(relation):add(csr, { ca = false })
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
---
---    tls.requests(relation):remove(csr)
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
---
---    for _, entry in ipairs(tls.certificates(relation)) do charm.log.info(entry.certificate) end
---@param relation charm.Relation
---@return { csr: string, certificate: string, ca: string, chain: string[], revoked: boolean }[]
---@nodiscard
function M.certificates(relation)
  return core.certificates_load(relation.data[relation.app].certificates, relation.id)
end

---What the provider has refused in a relation.
---
---    for _, entry in ipairs(tls.denials(relation)) do charm.log.info(entry.denial.message) end
---@param relation charm.Relation
---@return { csr: string, denial: charm.tls.Denial }[]
---@nodiscard
function M.denials(relation)
  return core.errors_load(relation.data[relation.app].request_errors, relation.id)
end

return M
