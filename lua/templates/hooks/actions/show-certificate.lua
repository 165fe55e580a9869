local action <const> = require "charm".event.action
local certs <const> = require "lifecycle".certs

local pair <const> = certs:assigned()
if pair then
  action:set { certificate = pair.certificate:describe() }
else
  action:fail "no certificate yet"
end
