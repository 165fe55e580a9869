local charm <const> = require "charm"
local tls <const> = require "charm.tls"

local authority <const> = tls.ca { common_name = function() return charm.config["ca-common-name"] end }

local provider <const> = tls.provides("certificates", {
  issuer = authority,
  policy = function()
    if charm.config.answer == "deny" then return tls.deny("other", "not today") end
    return { validity = "90d" }
  end,
})

-- Those that were refused are asked about again when the answer is another.
charm.on("config-changed", function()
  if charm.config.answer ~= "issue" then return end
  for _, request in ipairs(provider:outstanding()) do provider:answer(request) end
end)

charm.action("show-ca", function() return { certificate = authority:certificate():pem() } end)

charm.action("rotate-ca", function()
  authority:rotate()
  provider:reissue_all()
end)
