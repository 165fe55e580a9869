/* .charm archives: unpacked or refused, and nothing is made outside of the folder. */
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "charm/archive.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;
    struct lc_err err = LC_ERR_INIT;
    char *outside = fuzz_folder();
    LC_AUTO(lc_free) char *inside = lc_path_join(outside, "inside");

    fuzz_must(inside != NULL && lc_dir_make(inside, 0700, &err), "no folder", &err);
    if (!lc_archive_unpack(bytes, len, inside, &err))
        fuzz_refused(&err);
    fuzz_must(lc_dir_list(outside, &names, &err), "no list", &err);
    fuzz_must(names.count == 1 && strcmp(names.items[0], "inside") == 0, "something got out", &err);
    fuzz_folder_end(outside);
    return 0;
}
