-- A web server with TLS in the way of charms on the v3 library: it makes and keeps its key and its
-- request, and sends and renews it, all by itself. The next revision is charms/web.
local charm <const> = require "charm"
local nginx <const> = require "nginx"
local v3 <const> = require "charm.tls.v3"
local x509 <const> = require "charm.x509"

local certificates <const> = v3.requires("certificates", { expiry_notification_time = 240 })

local function bag()
  local peers = charm.relation "replicas"
  return peers and peers.data[charm.unit]
end

-- The three places where charms of that time kept their keys: how to have it from there, and how to
-- put it there.
local SECRET <const> = "private-key"
local stores <const> = {
  peer = {
    get = function() return bag().private_key and x509.key.parse(bag().private_key) end,
    put = function(key) bag().private_key = key:pem() end,
  },
  file = {
    get = function()
      local pem = charm.file.read_secret(nginx.file "v3.key")
      return pem and x509.key.parse(pem)
    end,
    put = function(key)
      charm.file.make_dir(nginx.file "")
      charm.file.write(nginx.file "v3.key", key)
    end,
  },
  secret = {
    get = function()
      local secret = charm.secret.get { label = SECRET }
      return secret and x509.key.parse(secret:content()["private-key"])
    end,
    put = function(key) charm.secret.add { label = SECRET, content = { ["private-key"] = key } } end,
  },
}

local function key()
  local store <const> = stores[charm.config["keep-key-in"]]
  local found = store.get()
  if found then return found end
  local made <const> = v3.generate_private_key()
  store.put(made)
  return made
end

local function new_csr()
  local host = charm.config["external-hostname"]
  local csr = v3.generate_csr { private_key = key(), subject = host, sans_dns = { host, "www." .. host } }
  bag().csr = csr:pem()
  return csr
end

-- When all that it needs is there, in whatever order it came.
local function request()
  if not charm.config["external-hostname"] or not charm.relation "certificates" or not bag() or bag().csr then
    return
  end
  certificates:request_certificate_creation(new_csr())
end

local function renew(event)
  if not bag() or event.csr:pem() ~= bag().csr then return end
  certificates:request_certificate_renewal(event.csr, new_csr())
end

for _, event in ipairs { "certificates-relation-created", "config-changed" } do charm.on(event, request) end

certificates:on("certificate_available", function(event)
  if event.csr:pem() ~= bag().csr then return end
  event.key = key()
  event:install { dir = nginx.tls_dir() }
  nginx.serve(event.certificate:hash())
end)

certificates:on("certificate_expiring", renew)
certificates:on("certificate_invalidated", renew)
certificates:on("all_certificates_invalidated", function()
  if bag() then bag().csr = nil end
end)

for _, event in ipairs { "start", "config-changed", "update-status" } do
  charm.on(event, function() nginx.serve() end)
end

charm.on("stop", nginx.stop)

charm.collect_status(function(status)
  if not charm.config["external-hostname"] then status:blocked("set external-hostname") end
  if #certificates:get_assigned_certificates() == 0 then status:waiting("no certificate yet") end
  nginx.report(status)
  status:active()
end)
