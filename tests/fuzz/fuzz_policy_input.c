/* What `luacharm policy` is given: PEM files, databags, output of juju, journals. What cannot be
 * read is a complaint. */
#include "base/file.h"
#include "base/mem.h"
#include "cli/policy_input.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    LC_AUTO(policy_cases_release) struct policy_cases cases = POLICY_CASES_INIT;
    LC_AUTO(policy_cases_release) struct policy_cases noted = POLICY_CASES_INIT;
    struct lc_err err = LC_ERR_INIT;
    char *folder = fuzz_folder();
    LC_AUTO(lc_free) char *path = lc_path_join(folder, "input");

    fuzz_file(folder, "input", bytes, len);
    fuzz_must(path != NULL && policy_cases_read(&cases, path, &err), "not read", &err);
    if (!policy_cases_read_journal(&noted, path, &err))
        fuzz_refused(&err);
    fuzz_folder_end(folder);
    return 0;
}
