-- Files and programs of the machine. These work outside a hook, too. Sinks take keys and secrets
-- themselves, so that they never become Lua strings.
local core <const> = require "charm.core"
local errors <const> = require "charm.errors"

local M = {}

---@class charm.file
M.file = {}

---Replace or make a file: whole or not at all, with its mode from the start.
---
---    charm.file.write("/etc/web/web.conf", "listen 443\n", { mode = "0644" })
---@param path string
---@param bytes string|charm.Key|charm.Secret
---@param options { mode: string? }? mode as in a shell: "0644"; "0600" when it is left out
function M.file.write(path, bytes, options)
  core.file_write(path, bytes, errors.check_options("charm.file.write", options, { mode = "string" }).mode)
end

---A whole file, of 64 MiB at most.
---
---    local text <const> = charm.file.read "/etc/hostname" or "none"
---@param path string
---@return string? bytes
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function M.file.read(path)
  return core.file_read(path)
end

---A whole file that is secret, such as a key; of 1,000,000 bytes at most, as a secret of Juju's.
---
---    local password <const> = charm.file.read_secret "/etc/web/password"
---    if password then charm.secret.add { label = "copy", content = { password = password } } end
---@param path string
---@return charm.Secret? secret
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function M.file.read_secret(path)
  return core.file_read_secret(path)
end

---Remove a file or a link; one that is not there is fine.
---
---    charm.file.remove "/etc/web/old.conf"
---@param path string
function M.file.remove(path)
  core.file_remove(path)
end

---Whether there is something of this name: a file, a folder, anything.
---
---    if not charm.file.exists "/etc/web/tls" then charm.log.info "the first run" end
---@param path string
---@return boolean
---@nodiscard
function M.file.exists(path)
  return core.file_exists(path)
end

---Make a folder and those above it; one that is there is fine.
---
---    charm.file.make_dir("/etc/web/conf.d", { mode = "0755" })
---@param path string
---@param options { mode: string? }? "0755" when it is left out
function M.file.make_dir(path, options)
  core.dir_make(path, errors.check_options("charm.file.make_dir", options, { mode = "string" }).mode)
end

---@class charm.Command
---@field [integer] string|number the program and its arguments: never through a shell
---@field check boolean? false: a failure is in the result instead of an error
---@field stdin string|charm.Key|charm.Secret|nil
---@field timeout string? such as "30s"; no limit when it is left out
---@field env table<string, string|number>? variables to add; never for secrets
---@field directory string? where it runs

---@class charm.CommandResult
---@field status integer exit status; 128 and the number of the signal that ended it
---@field stdout string
---@field stderr string

---Run a program and wait for it. It raises an error when the program fails, unless check = false;
---and always when it cannot be run, takes too long or writes more than 16 MiB.
---
---    local result <const> = charm.exec { "nginx", "-t", check = false }
---    if result.status ~= 0 then charm.log.warning(result.stderr) end
---@param command charm.Command
---@return charm.CommandResult
function M.exec(command)
  if type(command) ~= "table" then
    errors.misuse("charm.exec: expected { PROGRAM, ARGUMENT, ... }, got %s", errors.kind(command))
  end
  local argv, options = {}, {}
  for key, value in pairs(command) do
    local part = math.type(key) == "integer" and argv or options
    part[key] = value
  end
  return core.exec(argv, options)
end

return M
