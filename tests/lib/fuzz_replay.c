/* The main of a fuzz target without a fuzzer: its corpus, or the files that are named, one row
 * each. */
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "fuzz.h"

#define CASE_MAX_BYTES (16u * 1024 * 1024)

static void replay(const char *path, size_t number)
{
    struct lc_err err = LC_ERR_INIT;
    LC_AUTO(lc_free) char *bytes = NULL;
    size_t len = 0;

    fuzz_must(lc_file_read(path, CASE_MAX_BYTES, &bytes, &len, &err), "cannot read a case", &err);
    (void)LLVMFuzzerTestOneInput((const uint8_t *)bytes, len);
    printf("ok %zu - %s\n", number, strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1);
}

static size_t replay_folder(const char *folder)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;
    struct lc_err err = LC_ERR_INIT;

    fuzz_must(lc_dir_list(folder, &names, &err), "no corpus", &err);
    for (size_t i = 0; i < names.count; i++) {
        LC_AUTO(lc_free) char *path = lc_path_join(folder, names.items[i]);
        fuzz_must(path != NULL, "out of memory", &err);
        replay(path, i + 1);
    }
    return names.count;
}

int main(int argc, char **argv)
{
    LC_AUTO(lc_buf_release) struct lc_buf folder = LC_BUF_INIT(4096);
    const char *tests = getenv("TESTS");
    size_t count = 0;

    for (int i = 1; i < argc; i++)
        replay(argv[i], ++count);
    if (argc <= 1) {
        lc_buf_printf(&folder, "%s/fuzz/corpus/%s", tests == NULL ? "tests" : tests,
                      basename(argv[0]) + strlen("fuzz_"));
        count = replay_folder(folder.data);
    }
    printf("1..%zu\n", count);
    return 0;
}
