/* base/input: files, pipes and standard input, read to a limit. */
#include "base/input.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "rows.h"

static struct lc_err err;

struct row {
    const char *name;
    const char *content; /* NULL: there is no such file */
    size_t max;
    enum lc_code code;
    const char *message; /* LC_OK: NULL */
};

static const struct row rows[] = {
    { "reads a file", "some text", 100, LC_OK, NULL },
    { "reads an empty file", "", 100, LC_OK, NULL },
    { "reads up to the limit", "0123456789", 10, LC_OK, NULL },
    { "refuses one byte more", "0123456789", 9, LC_ELIMIT, "file: more than 9 bytes" },
    { "tells a file that is not there", NULL, 9, LC_ENOTFOUND, "file: No such file or directory" },
};

static void check_row(void **state)
{
    const struct row *row = *state;
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_secret_release) struct lc_secret got = LC_SECRET_INIT;
    const char *path = folder_file(folder, "file");

    if (row->content != NULL)
        folder_write(folder, "file", row->content, 0600);
    if (row->code != LC_OK) {
        assert_fails(lc_input_read(path, row->max, &got, &err), row->code, row->message);
        assert_int_equal(got.len, 0);
        return;
    }
    assert_done(lc_input_read(path, row->max, &got, &err));
    assert_int_equal(got.len, strlen(row->content));
    assert_string_equal(got.data == NULL ? "" : got.data, row->content);
}

static void folders_are_refused(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_secret_release) struct lc_secret got = LC_SECRET_INIT;

    (void)state;
    assert_fails(lc_input_read(folder_path(folder), 9, &got, &err), LC_EUSAGE,
                 ": a folder, not a file");
}

/* Standard input is the reading end of a pipe meanwhile. */
static void a_dash_is_standard_input(void **state)
{
    LC_AUTO(lc_secret_release) struct lc_secret got = LC_SECRET_INIT;
    const int before = dup(STDIN_FILENO);
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "through a pipe", 14), 14);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    const bool good = lc_input_read("-", 100, &got, &err);
    if (before != -1)
        (void)dup2(before, STDIN_FILENO); /* the tests that follow do not read it */
    assert_true(good);
    assert_string_equal(got.data, "through a pipe");
    assert_string_equal(lc_input_name("-"), "standard input");
    assert_string_equal(lc_input_name("./-"), "./-");
    (void)close(ends[0]);
    (void)close(before);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, rows, check_row);
    SUITE_TEST(&suite, "refuses a folder", folders_are_refused);
    SUITE_TEST(&suite, "reads standard input, which is a pipe", a_dash_is_standard_input);
    return suite_run(&suite, "input");
}
