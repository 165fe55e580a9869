/* NAME_test.yaml beside a policy: read, or refused with its file and test. */
#include "base/file.h"
#include "base/mem.h"
#include "cli/policy_tests.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    LC_AUTO(policy_tests_release) struct policy_tests tests = { .document = NULL };
    struct lc_err err = LC_ERR_INIT;
    char *folder = fuzz_folder();
    LC_AUTO(lc_free) char *path = lc_path_join(folder, "web_test.yaml");

    fuzz_file(folder, "web_test.yaml", bytes, len);
    fuzz_must(path != NULL, "out of memory", &err);
    if (!policy_tests_load(path, &tests, &err))
        fuzz_refused(&err);
    fuzz_folder_end(folder);
    return 0;
}
