/* tests/lib/rows: what is shown of texts that are not the same. */
#include "rows.h"

#include <stdio.h>
#include <string.h>

/* Both texts begin with the same letters, and end in their own. */
struct shown_row {
    const char *name;
    size_t same;
    const char *got;
    const char *wanted;
    const char *got_shown; /* how it ends */
    const char *wanted_shown;
};

#define LONG_TAIL                                                                                  \
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"  \
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"  \
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"  \
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"

static const struct shown_row shown_rows[] = {
    { "two empty texts", 0, "", "", "", "" },
    { "short ones are shown whole", 5, "a", "b", "-----a", "-----b" },
    { "one that the other begins with", 5, "", "b", "-----", "-----b" },
    { "the same, and long", 5000, "", "", "...-", "...-" },
    { "a difference far behind", 5000, "a", "b", "-a", "-b" },
    { "an end far behind", 5000, "", "b", "--", "-b" },
    { "a difference with much behind it", 5000, "a" LONG_TAIL, "b" LONG_TAIL, "-a0123", "-b0123" },
};

static void check_shown(void **state)
{
    const struct shown_row *row = *state;
    char got[8192];
    char wanted[8192];
    char got_shown[SHOWN_BYTES];
    char wanted_shown[SHOWN_BYTES];

    memset(got, '-', row->same);
    memset(wanted, '-', row->same);
    (void)snprintf(got + row->same, sizeof(got) - row->same, "%s", row->got);
    (void)snprintf(wanted + row->same, sizeof(wanted) - row->same, "%s", row->wanted);
    show_difference(got, wanted, got_shown, wanted_shown);
    assert_non_null(strstr(got_shown, row->got_shown));
    assert_non_null(strstr(wanted_shown, row->wanted_shown));
    assert_int_equal(strcmp(got_shown, wanted_shown) == 0, strcmp(got, wanted) == 0);
    assert_int_equal(strncmp(got_shown, "...", 3) == 0, row->same != 0 && row->same != 5);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, shown_rows, check_shown);
    return suite_run(&suite, "rows");
}
