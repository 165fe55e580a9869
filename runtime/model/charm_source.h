/* Where a charm comes into the model from: its folder, or a .charm archive, which is unpacked
 * within the model for as long as it is looked at. */
#ifndef LC_MODEL_CHARM_SOURCE_H
#define LC_MODEL_CHARM_SOURCE_H

#include "charm/meta.h"
#include "model/store.h"

struct lc_charm_source {
    const char *folder;         /* of the charm; borrowed */
    struct lc_charm_meta *meta; /* owned */
    char *unpacked;             /* owned, with what is in it; NULL: the folder is the user's */
};

#define LC_CHARM_SOURCE_INIT                                                                       \
    {                                                                                              \
        .folder = NULL                                                                             \
    }
void lc_charm_source_release(struct lc_charm_source *source);
LC_AUTO_VALUE(struct lc_charm_source, lc_charm_source_release);

/* path: outlives the source. A charm that does nothing, ever, is a mistake. LC_ENOTFOUND, LC_EPARSE
 * (its metadata; an archive that is none, is damaged, or would write outside of its folder),
 * LC_ELIMIT, LC_EIO, LC_EPERM, LC_ENOMEM. */
bool lc_charm_source_open(const struct lc_store *store, const char *path,
                          struct lc_charm_source *out, struct lc_err *err) LC_MUST_CHECK;

#endif
