/* SQLite's memory. The model's database has the secrets of its charms in it, and so have SQLite's
 * pages, statements and rows: every block is overwritten when it is freed or moved. This is no part
 * of base/mem.h: what fails in SQLite's own hands is not ours to sweep. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "model/store_sql.h"

/* SQLite has rounded sizes up, and asks for none below 1. */
static void *block_new(int size)
{
    return malloc((size_t)size); /* lint: for SQLite, as above */
}

static int block_size(void *memory)
{
    return (int)malloc_usable_size(memory);
}

static void block_free(void *memory)
{
    if (memory == NULL)
        return;
    lc_cleanse(memory, malloc_usable_size(memory));
    free(memory); /* lint: as above */
}

static void *block_resize(void *memory, int size)
{
    void *moved = block_new(size);

    if (moved == NULL)
        return NULL;
    const size_t old = malloc_usable_size(memory);
    memcpy(moved, memory, old < (size_t)size ? old : (size_t)size);
    block_free(memory);
    return moved;
}

/* To pieces of 8, as SQLite's own does. */
static int round_up(int size)
{
    return (size + 7) & ~7;
}

static int start(void *unused)
{
    (void)unused;
    return SQLITE_OK;
}

static void stop(void *unused)
{
    (void)unused;
}

void sql_wipe_memory(void)
{
    static const sqlite3_mem_methods wiping = {
        .xMalloc = block_new,
        .xFree = block_free,
        .xRealloc = block_resize,
        .xSize = block_size,
        .xRoundup = round_up,
        .xInit = start,
        .xShutdown = stop,
    };

    /* Refused once SQLite has started, which it has from the second call on. */
    (void)sqlite3_config(SQLITE_CONFIG_MALLOC, &wiping);
}
