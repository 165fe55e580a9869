/* The Lua VM that charms run in: which libraries it has, its memory and instruction limits, the
 * modules that can be required. */
#ifndef LC_BIND_VM_H
#define LC_BIND_VM_H

#include <stddef.h>

/* The Lua half of the library, compiled by the build (lua/embed.lua); ends with a NULL name. */
struct bind_lua_module {
    const char *name; /* "charm.tls" */
    const unsigned char *chunk;
    size_t chunk_len;
};

extern const struct bind_lua_module bind_lua_modules[];

#endif
