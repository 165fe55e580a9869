local action <const> = require "charm".event.action
local certs <const> = require "lifecycle".certs
local pair <const> = certs:assigned()
if pair then action:set { serial = pair.certificate:serial() } else action:fail "no certificate yet" end
