-- Everything but wildcards.
local policy <const> = require "charm.policy"

return policy {
  policy.require("no wildcards", function(request)
    if request:has_wildcard() then return policy.deny("wildcard_not_allowed", "ask for each name") end
  end),
  policy.profile("servers", function() return { validity = "30d" } end),
}
