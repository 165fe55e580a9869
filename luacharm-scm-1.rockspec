rockspec_format = "3.0"
package = "luacharm"
version = "scm-1"
source = { url = "git+file://." }
description = {
  summary = "Juju charms in Lua, with TLS certificates done for them",
  detailed = [[The modules of luacharm that work without Juju, for a plain Lua: keys, certificate
requests and certificates (charm.x509), certificate policies (charm.policy), and canonical JSON
(charm.json). The program itself, which
runs charms, is built by `make`.]],
  license = "MIT",
}
supported_platforms = { "linux" }
dependencies = { "lua >= 5.4, < 5.5" }
build = {
  type = "make",
  build_target = "module",
  install_target = "install-module",
  install_variables = { LUADIR = "$(LUADIR)", LIBDIR = "$(LIBDIR)" },
}
