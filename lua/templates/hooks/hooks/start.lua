-- One event, one script.
local charm <const> = require "charm"

charm.open_port(443)
