rockspec_format = "3.0"
package = "luacharm"
version = "scm-1"
source = { url = "git+file://." }
description = {
  summary = "Juju charms in Lua, with TLS certificates done for them",
  detailed = [[The program `luacharm`: a Lua-scriptable charm runtime in C with the whole life cycle of
the tls-certificates interface, a local model to try charms in, and tools for keys and certificates.]],
  license = "MIT",
}
supported_platforms = { "linux" }
dependencies = { "lua >= 5.4, < 5.5" }
build = {
  type = "make",
  build_target = "all",
  install_target = "install",
  install_variables = { PREFIX = "$(PREFIX)" },
}
