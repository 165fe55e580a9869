-- Asks for a certificate, with a key that is made quickly; says what it has.
local charm <const> = require "charm"
local tls <const> = require "charm.tls"

local certs <const> = tls.requires("certificates", {
  key = { type = "ec", curve = "P-256" },
  requests = function() return { { common_name = "web.example.com", sans_dns = { "web.example.com" } } } end,
})

charm.collect_status(function(status)
  if not certs:assigned() then status:waiting "no certificate yet" end
  status:active()
end)
