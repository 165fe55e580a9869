/* Zip files in memory. */
#include "charm/archive_memory.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static size_t length(const struct archive_memory *memory)
{
    return memory->out == NULL ? memory->len : memory->out->len - memory->start;
}

static voidpf open_memory(voidpf opaque, const void *name, int mode)
{
    (void)name;
    (void)mode;
    return opaque;
}

static uLong read_memory(voidpf opaque, voidpf stream, void *into, uLong wanted)
{
    struct archive_memory *memory = stream;
    const size_t left = length(memory) - memory->position;
    const size_t len = wanted < left ? wanted : left;

    (void)opaque;
    if (len != 0 && memory->out == NULL)
        memcpy(into, memory->bytes + memory->position, len);
    else if (len != 0)
        memcpy(into, memory->out->data + memory->start + memory->position, len);
    memory->position += len;
    return len;
}

/* The library goes back once for each entry, to put sizes into its head. */
static uLong write_memory(voidpf opaque, voidpf stream, const void *bytes, uLong len)
{
    struct archive_memory *memory = stream;
    const size_t left = length(memory) - memory->position;
    const size_t over = len < left ? len : left;

    (void)opaque;
    if (memory->out == NULL)
        return 0;
    if (over != 0)
        memcpy(memory->out->data + memory->start + memory->position, bytes, over);
    lc_buf_add(memory->out, (const char *)bytes + over, len - over);
    if (memory->out->code != LC_OK)
        return 0;
    memory->position += len;
    return len;
}

static ZPOS64_T tell_memory(voidpf opaque, voidpf stream)
{
    const struct archive_memory *memory = stream;

    (void)opaque;
    return memory->position;
}

static long seek_memory(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin)
{
    struct archive_memory *memory = stream;
    const size_t len = length(memory);
    const size_t base = origin == ZLIB_FILEFUNC_SEEK_SET   ? 0
                        : origin == ZLIB_FILEFUNC_SEEK_CUR ? memory->position
                                                           : len;

    (void)opaque;
    if (offset > len - base) /* base is at most len; no caller seeks backwards from it */
        return -1;
    memory->position = base + (size_t)offset;
    return 0;
}

static int close_memory(voidpf opaque, voidpf stream)
{
    (void)opaque;
    (void)stream;
    return 0;
}

static int memory_error(voidpf opaque, voidpf stream)
{
    const struct archive_memory *memory = stream;

    (void)opaque;
    return memory->out != NULL && memory->out->code != LC_OK;
}

zlib_filefunc64_def archive_memory_functions(struct archive_memory *memory)
{
    return (zlib_filefunc64_def){ .zopen64_file = open_memory,
                                  .zread_file = read_memory,
                                  .zwrite_file = write_memory,
                                  .ztell64_file = tell_memory,
                                  .zseek64_file = seek_memory,
                                  .zclose_file = close_memory,
                                  .zerror_file = memory_error,
                                  .opaque = memory };
}
