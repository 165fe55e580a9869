/* A charm's charmcraft.yaml, and what Juju's files are derived from it. */
#include "base/mem.h"
#include "charm/meta.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;
    struct lc_err err = LC_ERR_INIT;
    char *folder = fuzz_folder();

    fuzz_file(folder, "charmcraft.yaml", bytes, len);
    if (lc_charm_meta_load(folder, &meta, &err))
        (void)lc_charm_meta_can_fire(meta, "config-changed");
    else
        fuzz_refused(&err);
    fuzz_folder_end(folder);
    return 0;
}
