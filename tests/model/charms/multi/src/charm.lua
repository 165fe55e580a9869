-- Certificates of the unit and of the application at once, and a way to change their keys.
local charm <const> = require "charm"
local tls <const> = require "charm.tls"
local certs <const> = tls.requires("certificates", {
  mode = "app_and_unit",
  requests = function()
    return {
      app = { { name = "app", common_name = "app.example.com" } },
      unit = { { name = "unit", common_name = charm.unit:gsub("/", "-") .. ".example.com" } },
    }
  end,
})
charm.action("rotate", function()
  if charm.is_leader() then certs:regenerate_key { scope = "app" } end
  certs:regenerate_key { scope = "unit" }
end)
charm.collect_status(function(status)
  local names = {}
  for _, cert in ipairs(certs:all()) do
    names[#names + 1] = cert.name .. " " .. cert.certificate:serial():sub(1, 8)
  end
  if #names == 0 then return status:waiting("nothing") end
  status:active(table.concat(names, ", "))
end)
