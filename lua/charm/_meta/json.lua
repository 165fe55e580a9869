---@meta charm.json
-- Canonical JSON: the same value always gives the same text (keys sorted by byte, exact integers, no
-- white space), and what was decoded is encoded again as it was.
error("stub: not loadable")

---@class charm.json
---@field null lightuserdata JSON's null, both ways; `cjson.null`. Neither nil nor false: compare by `==`
local json = {}

---A list, as `json.array` marks it and `json.decode` makes it.
---@class charm.json.Array: any[]

---@class charm.json.EncodeOptions
---@field pretty boolean? two blanks a level, one member a line

---The text of a value. Strings must be UTF-8. A table is an array when it is marked by `json.array`,
---or has only the keys 1 to its length and is not empty; else its keys must be strings. Integers and
---floats stay what they are: 3 is `3`, 3.0 is `3.0`. Metamethods are not asked. nil is `null`.
---
---Raises "usage", with the place in the value, for what has no form in JSON: functions, coroutines,
---objects, numbers that are not finite, lists with gaps, more than 512 levels; "limit" for more than
---64 MiB.
---```lua
---assert(json.encode { b = { 1, 2.0, json.null }, a = json.array {} } == '{"a":[],"b":[1,2.0,null]}')
---```
---@param value any
---@param options charm.json.EncodeOptions?
---@return string text
---@nodiscard
function json.encode(value, options) end

---The value of a text: one document of RFC 8259 in UTF-8, without a repeated key, of at most 512
---levels and 64 MiB. null is `json.null`, also inside of tables, so that nothing is lost. Numbers
---with a fraction or an exponent are floats, others integers, exact to 64 bits. Arrays are marked.
---Nothing of the text is in the message.
---```lua
---local reply = assert(json.decode '{"ports": [443], "note": null}')
---assert(reply.ports[1] == 443 and reply.note == json.null)
---local value, message, code = json.decode "{"
---assert(value == nil and code == "parse" and message:find "line 1")
---```
---@param text string
---@return any value nil when it failed
---@return string? message
---@return charm.ErrorCode? code "parse", "limit"
---@nodiscard
function json.decode(text) end

---Mark a table as a list, so that it is an array though it may be empty. The mark is its metatable;
---a table that has another one is refused ("usage").
---```lua
---assert(json.encode { empty = json.array() } == '{"empty":[]}')
---```
---@param list table? a new one when it is left out
---@return charm.json.Array list the same table
function json.array(list) end

---Whether a value is a table with that mark.
---```lua
---assert(json.is_array(json.decode "[]") and not json.is_array {})
---```
---@param value any
---@return boolean
---@nodiscard
function json.is_array(value) end

return json
