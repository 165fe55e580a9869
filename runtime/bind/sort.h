/* Sorting a table the same way each time: stable, and without the random pivots of Lua's own. */
#ifndef LC_BIND_SORT_H
#define LC_BIND_SORT_H

#include <lua.h>
#include <stdbool.h>

/* Whether the value at the top of the stack comes before the one below it; leaves both. May raise.
 */
typedef bool (*bind_before_fn)(lua_State *L, int context);

/* Sort elements 1 to count of the table at index, raw. context: passed on. May raise. */
void bind_sort(lua_State *L, int index, lua_Integer count, bind_before_fn before, int context);

#endif
