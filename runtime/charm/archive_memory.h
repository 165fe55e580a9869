/* Zip files in memory, for the zip library. */
#ifndef LC_CHARM_ARCHIVE_MEMORY_H
#define LC_CHARM_ARCHIVE_MEMORY_H

#include <minizip/ioapi.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Where the library reads from, or writes to. */
struct archive_memory {
    const char *bytes;  /* reading: borrowed */
    size_t len;         /* reading */
    struct lc_buf *out; /* writing: borrowed; NULL when reading */
    size_t start;       /* writing: what was in out before */
    size_t position;
};

/* memory: borrowed, as long as the library has the file open. */
zlib_filefunc64_def archive_memory_functions(struct archive_memory *memory);

#endif
