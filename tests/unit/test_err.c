/* base/err: messages stay one line, bounded, and carry their context. */
#include "base/err.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "rows.h"

static void control_bytes_are_escaped(void **state)
{
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_false(lc_fail(&err, LC_EPARSE, "unit '%s'", "a\nb\x1b[31m\x7f"));
    assert_string_equal(err.message, "unit 'a\\x0ab\\x1b[31m\\x7f'");
    assert_int_equal(err.code, LC_EPARSE);
}

static void long_messages_are_cut(void **state)
{
    struct lc_err err = LC_ERR_INIT;
    char text[3 * LC_ERR_MESSAGE_BYTES];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_false(lc_fail(&err, LC_EIO, "%s", text));
    assert_true(strlen(err.message) < sizeof(err.message));
    assert_string_equal(err.message + strlen(err.message) - 4, "x...");
    assert_false(lc_wrap(&err, "%s", text));
    assert_true(strlen(err.message) < sizeof(err.message));
}

/* A path of any length in front of it leaves the reason. */
static void a_reason_is_not_cut(void **state)
{
    struct lc_err err = LC_ERR_INIT;
    char text[3 * LC_ERR_MESSAGE_BYTES];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    for (size_t len = 0; len < sizeof(text); len += len < 1900 || len > 2100 ? 100 : 1) {
        assert_false(lc_fail_errno(&err, EIO, "%.*s", (int)len, text));
        assert_true(strstr(err.message, "x...: Input/output error") != NULL ||
                    strspn(err.message, "x") == len);
        assert_true(lc_text_has_suffix(err.message, ": Input/output error"));
        assert_false(lc_fail(&err, LC_EIO, "Input/output error"));
        assert_false(lc_wrap(&err, "%.*s", (int)len, text));
        assert_true(lc_text_has_suffix(err.message, ": Input/output error"));
        assert_true(strlen(err.message) < sizeof(err.message));
    }
}

static void wrap_keeps_the_code(void **state)
{
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    (void)lc_fail(&err, LC_ENOTFOUND, "no such secret");
    assert_false(lc_wrap(&err, "unit '%s'", "web/0"));
    assert_string_equal(err.message, "unit 'web/0': no such secret");
    assert_int_equal(err.code, LC_ENOTFOUND);
}

struct errno_row {
    const char *name;
    int number;
    enum lc_code want;
};

static const struct errno_row errno_rows[] = {
    { "ENOENT is not_found", ENOENT, LC_ENOTFOUND },
    { "EACCES is permission", EACCES, LC_EPERM },
    { "EEXIST is exists", EEXIST, LC_EEXIST },
    { "ENOMEM is memory", ENOMEM, LC_ENOMEM },
    { "ENOSPC is io", ENOSPC, LC_EIO },
};

static void check_errno(void **state)
{
    const struct errno_row *row = *state;
    struct lc_err err = LC_ERR_INIT;

    assert_false(lc_fail_errno(&err, row->number, "%s", "/etc/x"));
    assert_int_equal(err.code, row->want);
    assert_non_null(strstr(err.message, strerror(row->number)));
}

static void every_code_has_a_name(void **state)
{
    (void)state;
    for (int code = 0; code < LC_CODE_COUNT; code++)
        assert_int_equal(lc_code_from_name(lc_code_name((enum lc_code)code)), code);
    assert_int_equal(lc_code_from_name("no such code"), LC_OK);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "control bytes in a message are escaped", control_bytes_are_escaped);
    SUITE_TEST(&suite, "a message that is too long is cut", long_messages_are_cut);
    SUITE_TEST(&suite, "a reason is not cut off", a_reason_is_not_cut);
    SUITE_TEST(&suite, "wrapping keeps the code", wrap_keeps_the_code);
    SUITE_ROWS(&suite, errno_rows, check_errno);
    SUITE_TEST(&suite, "every code has a name that leads back to it", every_code_has_a_name);
    return suite_run(&suite, "err");
}
