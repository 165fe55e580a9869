-- A CA with a key that is made quickly.
local charm <const> = require "charm"
local tls <const> = require "charm.tls"

local authority <const> = tls.ca {
  common_name = "our CA", validity = "3650d", key = { type = "ec", curve = "P-256" },
}
local provider <const> = tls.provides("certificates", { issuer = authority, policy = "policy.lua" })

charm.action("revoke", function() provider:revoke() end)
charm.action("reissue", function() provider:reissue_all() end)
charm.action("rotate", function()
  authority:rotate()
  provider:reissue_all()
end)
