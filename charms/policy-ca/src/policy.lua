-- Who may have a certificate of this CA. Try a change on real requests before it is deployed:
-- `luacharm policy explain` and `luacharm policy diff`.
local policy <const> = require "charm.policy"

return policy {
  policy.rules.no_ca(),
  policy.rules.no_wildcards(),
  policy.rules.networks { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7" },
  policy.rules.most_names(20),

  policy.require("our domain", function(request)
    local domain <const> = request.config.domain or "example.com"
    local strangers <const> = request:names_outside { domain }
    if #strangers > 0 then
      return policy.deny("domain_not_allowed",
        ("not within %s: %s"):format(domain, table.concat(strangers, ", ")))
    end
  end),

  policy.require("a key of one's own", function(request)
    for _, other in ipairs(request:others_with_key()) do
      if other.remote_app ~= request.remote_app then
        return policy.deny("other", "this key is also that of " .. other.remote_app)
      end
    end
  end),

  policy.profile("applications", function(request)
    if request.mode ~= "app" then return nil end
    return { validity = "7d", extended_key_usage = { "server_auth", "client_auth" } }
  end),

  policy.profile("units", function()
    return { validity = "30d", extended_key_usage = { "server_auth" } }
  end),
}
