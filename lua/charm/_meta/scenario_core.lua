---@meta charm.scenario.core
-- What lua/charm/scenario is built on: the model's verbs on plain values, in `luacharm model play` only.
-- All of them raise what the model refuses.
error("stub: not loadable")

---@class charm.scenario.core
local core = {}

---@param options charm.scenario.Model
function core.new(options) end

---Lists are "key=value" and "name=file".
---@param options table folder, name, units, trust, config and resources (lists)
---@return string application
function core.deploy(options) end

---@param app string
---@param folder string?
function core.refresh(app, folder) end

---@param app string
---@param count integer?
---@return string[] units
function core.add_unit(app, count) end

---@param a string
---@param b string
---@return integer id
---@return string requirer "web:certificates"
---@return string provider
function core.integrate(a, b) end

---@param a string
---@param b string
function core.remove_relation(a, b) end

---@param unit string
function core.remove_unit(unit) end

---@param app string
function core.remove_application(app) end

---@param unit string
function core.set_leader(unit) end

---@param app string
---@param settings string[] "key=value"
---@param reset string[] keys
function core.set_config(app, settings, reset) end

---@param unit string
---@param no_retry boolean?
function core.resolved(unit, no_retry) end

---@param unit string
---@param hook string? nil: any
---@param times integer
---@param after_run boolean?
function core.fail_next(unit, hook, times, after_run) end

---@param unit string
---@param duration string? nil: until unpause
function core.pause(unit, duration) end

---@param unit string
function core.unpause(unit) end

---@param tries integer?
function core.settle(tries) end

---@param duration string
---@param update_status boolean?
---@param tries integer?
---@param update_status_every string?
function core.advance(duration, update_status, tries, update_status_every) end

---@param unit string
---@param action string
---@param params string[] "key=YAML"
---@return table results
---@return string? message when it failed
function core.run(unit, action, params) end

---@param unit string
---@param words string[]
---@param relation integer?
---@return string stdout
---@return string stderr
---@return string? message when it failed
function core.exec(unit, words, relation) end

---@param unit string
---@param event string
---@param about charm.scenario.Fire
function core.fire(unit, event, about) end

---@return integer seconds
function core.now() end

---@return table
function core.status() end

---@return table<string, table>
function core.secrets() end

---@param name string
---@return table? unit
---@return string? message
---@return charm.ErrorCode? code
function core.unit(name) end

---@param app string
---@return table<string, any>
function core.config(app) end

---@param holder string
---@param relation string|integer
---@return table<string, string>? data
---@return string? message
---@return charm.ErrorCode? code
function core.relation_data(holder, relation) end

---@param options { level: string?, unit: string?, lines: integer? }
---@return charm.scenario.LogLine[]
function core.log(options) end

---@return table
function core.timeline() end

---@param text string
function core.note(text) end

---@param met boolean
---@param text string
---@param detail string?
function core.result(met, text, detail) end

---@return integer hooks that ran since it was last asked
function core.take_hooks() end

---@param text string
---@param names string[]
---@return string? name
function core.nearest(text, names) end

return core
