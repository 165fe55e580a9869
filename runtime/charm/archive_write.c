/* Writing a .charm archive. */
#include <limits.h>
#include <minizip/zip.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "charm/archive.h"
#include "charm/archive_memory.h"

/* APPNOTE.TXT 4.4.2: made by Unix (3), so that the upper half of the external attributes is a
 * mode; version 3.0 of the format. */
#define MADE_BY_UNIX  ((3u << 8) | 30u)
#define UTF8_NAMES    (1u << 11)  /* 4.4.4, bit 11 */
#define FIRST_OF_1980 0x00210000u /* 4.4.6: MS-DOS date and time; the earliest there is */
#define WRITE_AT_ONCE (1u << 30)

/* 4.3.7 and 4.5.3: what stands before an entry's content, without its name. */
#define HEAD_MAX_BYTES (30u + 20u)

static void close_zip(zipFile *slot)
{
    if (*slot != NULL)
        (void)zipClose(*slot, NULL); /* on failure: what was written is dropped */
}

static bool fail_zip(const struct lc_buf *out, const char *name, struct lc_err *err)
{
    if (!lc_buf_check(out, err))
        return lc_wrap(err, "%s", name);
    return lc_fail(err, LC_ENOMEM, "%s: cannot be packed", name);
}

static bool write_entry(zipFile zip, const struct lc_archive_entry *entry, struct lc_buf *out,
                        struct lc_err *err)
{
    const zip_fileinfo info = { .dosDate = FIRST_OF_1980, .external_fa = (uLong)entry->mode << 16 };
    const char *bytes = entry->bytes;

    if (entry->name[0] == '\0' || strlen(entry->name) > LC_ARCHIVE_MAX_NAME_BYTES)
        return lc_fail(err, LC_EUSAGE, "'%s': expected a name of at most %u bytes", entry->name,
                       LC_ARCHIVE_MAX_NAME_BYTES);
    /* The library loses memory when there is no room for an entry's head. */
    if (lc_buf_room(out, HEAD_MAX_BYTES + strlen(entry->name)) == NULL)
        return lc_buf_check(out, err);
    if (zipOpenNewFileInZip4_64(zip, entry->name, &info, NULL, 0, NULL, 0, NULL, Z_DEFLATED,
                                Z_DEFAULT_COMPRESSION, 0, -MAX_WBITS, DEF_MEM_LEVEL,
                                Z_DEFAULT_STRATEGY, NULL, 0, MADE_BY_UNIX, UTF8_NAMES,
                                entry->len >= UINT_MAX) != ZIP_OK)
        return lc_fail_memory(err);
    for (size_t done = 0; done < entry->len;) {
        const size_t left = entry->len - done;
        const unsigned step = (unsigned)(left < WRITE_AT_ONCE ? left : WRITE_AT_ONCE);
        if (zipWriteInFileInZip(zip, bytes + done, step) != ZIP_OK)
            return lc_fail_memory(err);
        done += step;
    }
    return zipCloseFileInZip(zip) == ZIP_OK ? true : lc_fail_memory(err);
}

bool lc_archive_write(const struct lc_archive_entry *entries, size_t count, struct lc_buf *out,
                      size_t *packed_out, struct lc_err *err)
{
    struct archive_memory memory = { .out = out, .start = out->len };
    zlib_filefunc64_def functions = archive_memory_functions(&memory);
    __attribute__((cleanup(close_zip)))
    zipFile zip = zipOpen2_64("", APPEND_STATUS_CREATE, NULL, &functions);

    if (zip == NULL)
        return lc_fail_memory(err);
    if (count > LC_ARCHIVE_MAX_ENTRIES)
        return lc_fail(err, LC_ELIMIT, "%zu files: an archive holds at most %u", count,
                       LC_ARCHIVE_MAX_ENTRIES);
    for (size_t i = 0; i < count; i++) {
        const size_t before = out->len;
        if (!write_entry(zip, &entries[i], out, err))
            return err->code == LC_EUSAGE ? false : fail_zip(out, entries[i].name, err);
        if (packed_out != NULL)
            packed_out[i] = out->len - before;
    }
    zipFile whole = LC_STEAL(zip);
    return zipClose(whole, NULL) == ZIP_OK ? true : fail_zip(out, "the list of files", err);
}
