---@meta charm.core
-- What lua/charm is built on: one function for each thing that a hook command does, on plain values.
-- Authors use the module `charm`. Outside a hook, all but on, action, collect, log, raise, exec and
-- the file functions raise an error of code "state".
error("stub: not loadable")

---@class charm.core
local core = {}

---@class charm.core.Hook
---@field unit string
---@field app string
---@field model_name string
---@field model_uuid string
---@field charm_dir string
---@field juju_version string
---@field machine_id string?
---@field availability_zone string?
---@field principal_unit string?
---@field event table<string, string|integer> what JUJU_* says of the event

---The hook, as Juju's agent put it into the environment; what: the name to tell outside of one.
---@param what string
---@return charm.core.Hook
---@nodiscard
function core.hook(what) end

---All options that have a value, as Juju types them.
---@return table<string, string|integer|number|boolean>
---@nodiscard
function core.config() end

---Call a function of the author's: positions of errors find it even when it has ended in a tail call,
---`return charm.exec {...}`.
---@param f function
---@param ... any
---@return any ... what it returns
function core.call(f, ...) end

---The name that is most like a text, for "did you mean".
---@param text string
---@param names string[]
---@return string?
---@nodiscard
function core.nearest(text, names) end

---Raise for an option that the charm's metadata does not have.
---@param name string
function core.know_option(name) end

---@return boolean
---@nodiscard
function core.is_leader() end

---@return table<string, string>
---@nodiscard
function core.leader_get() end

---At once.
---@param key string
---@param text string? nil deletes
function core.leader_set(key, text) end

---@param version string
function core.version_set(version) end

---An entry of the log for each line of the value's text.
---@param level "trace"|"debug"|"info"|"warning"|"error"|"critical"
---@param value any
function core.log(level, value) end

---Raise an error object with the place of the author's code.
---@param code charm.ErrorCode
---@param message string
function core.raise(code, message) end

---Call a function when Juju runs this hook.
---@param event string
---@param handler fun()
function core.on(event, handler) end

---Call a function when this action is run; an action has one.
---@param name string
---@param handler fun()
function core.action(name, handler) end

---Call a function when all handlers have run.
---@param handler fun()
function core.collect(handler) end

---@param endpoint string
---@return string[]
---@nodiscard
function core.relation_ids(endpoint) end

---@param id string
---@return string[]
---@nodiscard
function core.relation_units(id) end

---@param id string
---@return string? app
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function core.relation_app(id) end

---@param id string
---@return string? uuid
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function core.relation_model(id) end

---@param id string
---@param who string a unit, or an application
---@param key string
---@return string?
---@nodiscard
function core.relation_get(id, who, key) end

---@param id string
---@param who string
---@return table<string, string>
---@nodiscard
function core.relation_bag(id, who) end

---Gathered, and sent at the end of the hook.
---@param id string
---@param who string our unit or, on the leader, our application
---@param key string
---@param value string? nil deletes
function core.relation_set(id, who, key, value) end

---@param options charm.NewSecret
---@return string id
function core.secret_add(options) end

---@param id string
---@param change charm.SecretChange
function core.secret_set(id, change) end

---@param id string? any reference
---@param label string?
---@param how "tracked"|"peek"|"refresh"|nil
---@return charm.SecretContent? content
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function core.secret_get(id, label, how) end

---By id or by label, not both.
---@param id string?
---@param label string?
---@return charm.SecretInfo? info
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function core.secret_info(id, label) end

---@return string[]
---@nodiscard
function core.secret_ids() end

---@param id string
---@param relation_id string
---@param unit string? nil: the whole application
function core.secret_grant(id, relation_id, unit) end

---@param id string
---@param relation_id string
---@param unit string?
function core.secret_revoke(id, relation_id, unit) end

---@param id string
---@param revision integer? nil: all of it
function core.secret_remove(id, revision) end

---@param is_app boolean
---@param status charm.StatusName
---@param message string?
function core.status_set(is_app, status, message) end

---@param is_app boolean
---@return { status: string, message: string? }
---@nodiscard
function core.status_get(is_app) end

---@return table<string, string>
---@nodiscard
function core.state_all() end

---@param key string
---@return string?
---@nodiscard
function core.state_get(key) end

---Gathered, and sent at the end of the hook.
---@param key string
---@param text string? nil deletes
function core.state_set(key, text) end

---@param ports string
---@param endpoints string? joined by commas
function core.port_open(ports, endpoints) end

---@param ports string
---@param endpoints string?
function core.port_close(ports, endpoints) end

---@return string[]
---@nodiscard
function core.opened_ports() end

---@return table<string, string> "443/tcp" to "*" or "api, web"
---@nodiscard
function core.ports_by_endpoint() end

---@param binding string
---@param relation_id string?
---@return table? network as network-get answers
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function core.network(binding, relation_id) end

---@param is_public boolean
---@return string? address
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function core.address(is_public) end

---@param name string
---@return string? path
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function core.resource(name) end

---@param name string? nil: of all storage
---@return string[]
---@nodiscard
function core.storage_list(name) end

---@param id string
---@return { kind: string, location: string }? storage
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function core.storage_get(id) end

---@param name string
---@param count integer? 1 when it is left out
function core.storage_add(name, count) end

---@return table
---@nodiscard
function core.goal_state() end

---@return table? specification
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function core.credential() end

---@param now boolean?
function core.reboot(now) end

---@return table
---@nodiscard
function core.action_get() end

---@param results table<string, string> dotted keys
function core.action_set(results) end

---@param message string
function core.action_fail(message) end

---@param message string
function core.action_log(message) end

---@param path string
---@param bytes string|charm.Key|charm.Secret
---@param mode string? "0600" when it is left out
function core.file_write(path, bytes, mode) end

---@param path string
---@return string? bytes
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function core.file_read(path) end

---@param path string
---@return charm.Secret? secret
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function core.file_read_secret(path) end

---@param path string
function core.file_remove(path) end

---@param path string
---@return boolean
---@nodiscard
function core.file_exists(path) end

---@param path string
---@param mode string? "0755" when it is left out
function core.dir_make(path, mode) end

---@param argv (string|number)[]
---@param options { check: boolean?, stdin: any, timeout: string?, env: table?, directory: string? }
---@return charm.CommandResult
function core.exec(argv, options) end

return core
