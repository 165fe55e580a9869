-- Issues by a policy, with a CA whose key is made quickly.
local tls <const> = require "charm.tls"

tls.provides("certificates", {
  issuer = tls.ca { common_name = "our CA", validity = "3650d", key = { type = "ec", curve = "P-256" } },
  policy = "policy.lua",
})
