-- Who may have a certificate: every rule is asked, and all that they refuse is told. Then the first
-- profile that answers says what is issued.
local policy <const> = require "charm.policy"

return policy {
  policy.rules.no_ca(),
  policy.rules.no_wildcards(),
  policy.rules.no_addresses(),
  policy.rules.domains { "example.com", "internal" },

  policy.require("no names of other teams", function(request)
    for _, name in ipairs(request.dns) do
      if name:sub(1, 6) == "admin." then
        return policy.deny("domain_not_allowed", "ask the administrators for " .. name)
      end
    end
  end),

  policy.profile("servers", function()
    return { validity = "30d", extended_key_usage = { "server_auth" } }
  end),
}
