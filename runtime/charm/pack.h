/* Packing: a charm's folder into one .charm archive that Juju deploys. In it are the folder's
 * files, without hidden ones, charmcraft.yaml and the top-level folders tests and build;
 * metadata.yaml, config.yaml and actions.yaml made of charmcraft.yaml where they are not there;
 * manifest.yaml with the base; and our own program as dispatch, for a charm written in Lua. The
 * same folder and program give the same bytes. */
#ifndef LC_CHARM_PACK_H
#define LC_CHARM_PACK_H

#include "base/buf.h"
#include "base/err.h"
#include "charm/archive.h"

struct lc_charm_pack_spec {
    const char *folder;
    const char *program;      /* a file: the luacharm that becomes dispatch, of any architecture */
    const char *architecture; /* this machine's: for a charm that says none and is not in Lua */
    const char *platform;     /* "ubuntu@22.04" or "ubuntu@22.04:arm64"; NULL: charmcraft.yaml's */
    const char *version;      /* of luacharm, for manifest.yaml */
};

struct lc_charm_packed_file {
    char *name;
    void *bytes; /* owned, as the name */
    size_t len;
    mode_t mode;
    size_t packed; /* bytes in the archive */
};

struct lc_charm_packed {
    char *file_name; /* "web_ubuntu-22.04-amd64.charm" */
    struct lc_buf archive;
    struct lc_charm_packed_file *files; /* in the archive's order, by name */
    size_t count;
    size_t capacity;
};

#define LC_CHARM_PACKED_INIT                                                                       \
    {                                                                                              \
        .archive = LC_BUF_INIT(LC_ARCHIVE_MAX_BYTES)                                               \
    }
void lc_charm_packed_release(struct lc_charm_packed *packed);
LC_AUTO_VALUE(struct lc_charm_packed, lc_charm_packed_release);

/* Nothing is written to disk. What lc_charm_meta_load refuses; LC_EPARSE for a base that is none;
 * LC_EUSAGE when there is none at all, when the program is for another architecture than the
 * platform, and for a charm with nothing to run.
 *
 *     LC_AUTO(lc_charm_packed_release) struct lc_charm_packed packed = LC_CHARM_PACKED_INIT;
 *     if (!lc_charm_pack(&spec, &packed, err) ||
 *         !lc_file_write(packed.file_name, packed.archive.data, packed.archive.len, 0644, err)) ...
 */
bool lc_charm_pack(const struct lc_charm_pack_spec *spec, struct lc_charm_packed *out,
                   struct lc_err *err) LC_MUST_CHECK;

#endif
