local charm <const> = require "charm"
charm.open_port(443)
charm.status.set("active", "started")
