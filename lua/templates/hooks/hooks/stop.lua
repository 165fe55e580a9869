local charm <const> = require "charm"

charm.close_port(443)
