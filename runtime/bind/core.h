/* Private to the files of charm.core (mod_core*.c): their functions, which mod_core.c joins into
 * one table, and the checks that they share. Each function does one thing that a hook command does,
 * on plain values; the objects that authors see are made of them in lua/charm. */
#ifndef LC_BIND_CORE_H
#define LC_BIND_CORE_H

#include "bind/bind.h"

extern const luaL_Reg bind_core_relation[]; /* mod_core_relation.c */
extern const luaL_Reg bind_core_secret[];   /* mod_core_secret.c */
extern const luaL_Reg bind_core_unit[];   /* mod_core_unit.c: status, state, ports, network, ... */
extern const luaL_Reg bind_core_action[]; /* mod_core_action.c */
extern const luaL_Reg bind_core_system[]; /* mod_core_system.c: files, programs */

/* A text that can cross the port: UTF-8, no NUL. Raises an argument error for anything else. */
const char *bind_core_text(lua_State *L, int arg);

/* The same, or NULL for nil and none. */
const char *bind_core_optional_text(lua_State *L, int arg);

/* A whole number from 1; fallback for nil and none. Raises an argument error for anything else. */
lua_Integer bind_core_count(lua_State *L, int arg, lua_Integer fallback);

/* Raises an argument error for what is no table; expected: "a table of options". */
void bind_core_table(lua_State *L, int arg, const char *expected);

/* What a look-up returns: nil, message, code where what was looked for is not there or not for us
 * (LC_ENOTFOUND, LC_EPERM). Every other failure raises: a hook command that does not work is no
 * answer. */
int bind_core_absent(lua_State *L, const struct lc_err *err);

#endif
