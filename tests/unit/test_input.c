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

/* What may be read at all: a piece that is read does not reach past it. */
static void the_most_is_read(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_secret_release) struct lc_secret got = LC_SECRET_INIT;
    const char *path = folder_file(folder, "file");

    (void)state;
    folder_write(folder, "file", "", 0600);
    assert_int_equal(truncate(path, LC_SECRET_BUFFER_BYTES), 0);
    assert_done(lc_input_read(path, LC_SECRET_BUFFER_BYTES, &got, &err));
    assert_int_equal(got.len, LC_SECRET_BUFFER_BYTES);
    assert_int_equal(truncate(path, LC_SECRET_BUFFER_BYTES + 1), 0);
    assert_fails(lc_input_read(path, LC_SECRET_BUFFER_BYTES, &got, &err), LC_ELIMIT,
                 "file: more than 8388608 bytes");
    assert_int_equal(got.len, LC_SECRET_BUFFER_BYTES); /* as before */
}

/* --- what was found in a folder --- */

struct found_row {
    const char *name;
    const char *target; /* of a link that stands there; "" for a file, NULL for a pipe */
    enum lc_code code;
    const char *message; /* LC_OK: NULL */
};

static const struct found_row found_rows[] = {
    { "finds a file", "", LC_OK, NULL },
    { "finds a link to a file", "other", LC_OK, NULL },
    { "does not wait for a pipe", NULL, LC_EUSAGE, "found: not a regular file" },
    { "does not open a device", "/dev/null", LC_EUSAGE, "found: not a regular file" },
    { "finds a link to a folder", ".", LC_EUSAGE, "found: not a regular file" },
    { "finds a link to nowhere", "nowhere", LC_ENOTFOUND, "found: No such file" },
    { "finds a link to itself", "found", LC_EIO, "found: Too many levels of symbolic links" },
};

static void put_found(struct folder *folder, const char *target)
{
    const char *path = folder_file(folder, "found");

    if (target == NULL)
        assert_int_equal(mkfifo(path, 0600), 0);
    else if (*target == '\0')
        folder_write(folder, "found", "text", 0600);
    else
        assert_int_equal(symlink(target, path), 0);
}

static void check_found(void **state)
{
    const struct found_row *row = *state;
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_secret_release) struct lc_secret got = LC_SECRET_INIT;
    const char *path = folder_file(folder, "found");

    folder_write(folder, "other", "text", 0600);
    put_found(folder, row->target);
    if (row->code != LC_OK) {
        assert_fails(lc_input_read_found(path, 4, &got, &err), row->code, row->message);
        return;
    }
    assert_done(lc_input_read_found(path, 4, &got, &err));
    assert_string_equal(got.data, "text");
    assert_fails(lc_input_read_found(path, 3, &got, &err), LC_ELIMIT, "found: more than 3 bytes");
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
    SUITE_TEST(&suite, "reads the most that may be", the_most_is_read);
    SUITE_ROWS(&suite, found_rows, check_found);
    SUITE_TEST(&suite, "reads standard input, which is a pipe", a_dash_is_standard_input);
    return suite_run(&suite, "input");
}
