---@meta
-- Bytes that are secret, as a value. (A secret of Juju's is charm.JujuSecret.)
error("stub: not loadable")

---Bytes that are secret: they are cleansed when the object is collected or closed, and `tostring`
---shows nothing of them. Sinks (`charm.file.write`, `charm.secret.add`, `x509.key.parse`) take the
---object. Two are equal when their bytes are.
---@class charm.Secret
local Secret = {}

---The bytes as a string. Lua cannot wipe a string before it is collected: prefer to pass the object.
---```lua
---local path = os.tmpname()
---charm.file.write(path, key)
---local secret <close> = assert(charm.file.read_secret(path))
---charm.file.remove(path)
---assert(secret:reveal() == key:pem() and tostring(secret) == "charm.Secret (redacted)")
---```
---@return string bytes
---@nodiscard
function Secret:reveal() end

return Secret
