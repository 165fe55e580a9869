/* The .charm archive: a zip file whose entries are files and symbolic links with Unix modes. The
 * same entries give the same bytes: nothing in it depends on the time, the machine or the user.
 * The sole user of the zip library. */
#ifndef LC_CHARM_ARCHIVE_H
#define LC_CHARM_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

#define LC_ARCHIVE_MAX_BYTES          (256u * 1024 * 1024) /* the archive itself */
#define LC_ARCHIVE_MAX_UNPACKED_BYTES (1024u * 1024 * 1024)
#define LC_ARCHIVE_MAX_ENTRIES        20000u
#define LC_ARCHIVE_MAX_NAME_BYTES     1024u

/* All are views. */
struct lc_archive_entry {
    const char *name;  /* "src/charm.lua" */
    const void *bytes; /* of a link: its target */
    size_t len;
    mode_t mode; /* S_IFREG | 0755, or S_IFLNK | 0777 */
};

/* Add the archive's bytes to out, with the entries in this order. *packed_out, unless NULL, gets
 * count numbers: the bytes that each entry takes in the archive. LC_ELIMIT (out is full),
 * LC_EUSAGE (an entry's name), LC_ENOMEM. */
bool lc_archive_write(const struct lc_archive_entry *entries, size_t count, struct lc_buf *out,
                      size_t *packed_out, struct lc_err *err) LC_MUST_CHECK;

/* Fill folder, which is there and empty, with what is in an archive: files of mode 0644 or 0755,
 * folders of mode 0755, and links. Nothing is written outside: a name that is absolute or has an
 * empty part, "." or ".." is refused, as is a link that leads out, and a link is made when all
 * files are there, so that none is written through one. LC_EPARSE: not an archive, damaged, or such
 * a name; LC_ELIMIT; LC_EIO, LC_EPERM, LC_ENOMEM. On failure a part of it may be there: unpack into
 * a folder that is then removed. Limits: the four above, the last one also for a link's target.
 *
 *     if (!lc_archive_unpack(bytes, len, folder, err))
 *         return lc_wrap(err, "%s", path); */
bool lc_archive_unpack(const void *bytes, size_t len, const char *folder, struct lc_err *err)
    LC_MUST_CHECK;

#endif
