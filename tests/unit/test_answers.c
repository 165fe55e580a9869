/* runtime/tls/answers: answers as they stand in a databag say what they say when each is decoded,
 * and are written as they would be then. */
#include "tls/answers.h"

#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "tls/pem_body.h"

#define PLAIN(csr)                                                                                 \
    "{\"ca\": \"A\", \"certificate_signing_request\": \"" csr                                      \
    "\", \"certificate\": \"C\", \"chain\": [\"C\", \"A\"]"
#define DENIED                                                                                     \
    "{\"csr\": \"R\", \"error\": {\"code\": 101, \"name\": \"IP_NOT_ALLOWED\", \"message\": "      \
    "\"\"}}"

static struct lc_err err;

/* --- what is read and written --------------------------------------------------------------------
 */

struct read_row {
    const char *name;
    const char *text;
};

static const struct read_row certificate_rows[] = {
    { "nothing", NULL },
    { "an empty list", "[]" },
    { "one", "[" PLAIN("R") "}]" },
    { "three", "[" PLAIN("R") "}, " PLAIN("S") "}, " PLAIN("T") "}]" },
    { "revoked", "[" PLAIN("R") ", \"revoked\": true}]" },
    { "not revoked, it says", "[" PLAIN("R") ", \"revoked\": false}]" },
    { "revoked is null", "[" PLAIN("R") ", \"revoked\": null}]" },
    { "revoked is a word", "[" PLAIN("R") ", \"revoked\": \"yes\"}]" },
    { "revoked is nonsense", "[" PLAIN("R") ", \"revoked\": \"maybe\"}]" },
    { "without a chain",
      "[{\"ca\": \"A\", \"certificate_signing_request\": \"R\", \"certificate\": \"C\"}]" },
    { "an empty chain", "[{\"ca\": \"A\", \"certificate_signing_request\": \"R\", \"certificate\": "
                        "\"C\", \"chain\": []}]" },
    { "a chain of numbers", "[{\"ca\": \"A\", \"certificate_signing_request\": \"R\", "
                            "\"certificate\": \"C\", \"chain\": [1]}]" },
    { "other white space", "[ " PLAIN("R") " } ,\n" PLAIN("S") "}\t]\n" },
    { "no white space", "[{\"ca\":\"A\",\"certificate_signing_request\":\"R\",\"certificate\":"
                        "\"C\",\"chain\":[\"C\"]}]" },
    { "another order", "[{\"certificate\": \"C\", \"chain\": [\"C\"], \"ca\": \"A\", "
                       "\"certificate_signing_request\": \"R\"}]" },
    { "a member that we do not know",
      "[" PLAIN("R") ", \"more\": {\"a\": [1]}}, " PLAIN("S") "}]" },
    { "a member twice", "[" PLAIN("R") ", \"ca\": \"B\"}]" },
    { "escapes", "[" PLAIN("a\\nb\\tc\\rd\\\"e\\\\f\\bg\\fh") "}]" },
    { "a solidus that is escaped", "[" PLAIN("a\\/b") "}]" },
    { "Unicode in escapes", "[" PLAIN("\\u00e9\\ud83d\\ude00") "}]" },
    { "Unicode as it is", "[" PLAIN("\xc3\xa9") "}]" },
    { "a NUL", "[" PLAIN("a\\u0000b") "}, " PLAIN("S") "}]" },
    { "an escape that is none", "[" PLAIN("a\\xb") "}]" },
    { "a bad entry between good ones", "[" PLAIN("R") "}, 7, " PLAIN("S") "}]" },
    { "an entry without its CSR", "[{\"ca\": \"A\", \"certificate\": \"C\", \"chain\": []}]" },
    { "the list does not end", "[" PLAIN("R") "}" },
    { "a comma too many", "[" PLAIN("R") "}, ]" },
    { "something behind it", "[" PLAIN("R") "}] x" },
    { "an object", PLAIN("R") "}" },
    { "no JSON", "nonsense" },
};

static const struct read_row error_rows[] = {
    { "no denials", NULL },
    { "one denial", "[" DENIED "]" },
    { "a denial with all that there is",
      "[{\"csr\": \"R\", \"error\": {\"code\": 999, \"name\": \"OTHER\", \"message\": \"m\", "
      "\"reason\": \"\\u00e9\", \"provider\": \"ca\", \"endpoint\": \"e\", \"more\": 1}, \"x\": "
      "2}]" },
    { "a denial by the page's name",
      "[{\"certificate_signing_request\": \"R\", \"error\": {\"code\": 1}}]" },
    { "a bad denial between good ones", "[" DENIED ", {}, " DENIED "]" },
    { "denials that are no list", "{}" },
};

static void put(struct lc_strmap *bag, const char *key, const char *text)
{
    if (text != NULL)
        assert_done(lc_strmap_set(bag, key, text, &err));
}

static void check_text(const struct lc_answers *answers, const struct lc_buf *want, size_t reserve)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 20);

    assert_done(lc_answers_dump(answers, &text, &err));
    assert_string_equal(text.data, want->data);
    assert_int_equal(answers->bytes, want->len + reserve);
}

static void check_certificates(void **state)
{
    const struct read_row *row = *state;
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_answers_release) struct lc_answers answers = LC_ANSWERS_INIT;
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 20);
    size_t reserve = 0;

    put(&bag, LC_KEY_CERTIFICATES, row->text);
    assert_done(lc_databag_load_certificates(&bag, "ca", NULL, &entries, &err));
    assert_done(lc_answers_load(&bag, LC_KEY_CERTIFICATES, "ca", NULL, &answers, &err));
    assert_int_equal(answers.live, entries.count);
    assert_int_equal(answers.skipped, entries.skipped);
    assert_int_equal(answers.unreadable, entries.unreadable);
    for (size_t i = 0; i < answers.count; i++) {
        LC_AUTO(lc_certificate_entry_release) struct lc_certificate_entry entry = { .ca = NULL };
        LC_AUTO(lc_free) char *pem = NULL;
        assert_done(lc_answer_certificate(&answers.items[i], &entry, &err));
        assert_string_equal(entry.csr, entries.items[i].csr);
        assert_done(lc_answer_dup_pem(&answers.items[i], &pem, &err));
        assert_string_equal(pem, entries.items[i].certificate);
        assert_int_equal(answers.items[i].revoked, entries.items[i].revoked);
        reserve += entry.revoked ? 0 : strlen(", \"revoked\": true");
    }
    assert_done(lc_databag_dump_certificates(&entries, &text, &err));
    check_text(&answers, &text, reserve);
}

static void check_errors(void **state)
{
    const struct read_row *row = *state;
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_answers_release) struct lc_answers answers = LC_ANSWERS_INIT;
    LC_AUTO(lc_error_entries_release) struct lc_error_entries entries = LC_ERROR_ENTRIES_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 20);

    put(&bag, LC_KEY_ERRORS, row->text);
    assert_done(lc_databag_load_errors(&bag, "ca", NULL, &entries, &err));
    assert_done(lc_answers_load(&bag, LC_KEY_ERRORS, "ca", NULL, &answers, &err));
    assert_int_equal(answers.live, entries.count);
    assert_int_equal(answers.skipped, entries.skipped);
    assert_int_equal(answers.unreadable, entries.unreadable);
    for (size_t i = 0; i < answers.count; i++) {
        LC_AUTO(lc_error_entry_release) struct lc_error_entry entry = { .csr = NULL };
        assert_done(lc_answer_error(&answers.items[i], &entry, &err));
        assert_string_equal(entry.csr, entries.items[i].csr);
        assert_int_equal(entry.code, entries.items[i].code);
    }
    assert_done(lc_databag_dump_errors(&entries, &text, &err));
    check_text(&answers, &text, 0);
}

/* --- changes -------------------------------------------------------------------------------------
 */

static void bytes_follow_each_change(void **state)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_answers_release) struct lc_answers answers = LC_ANSWERS_INIT;
    LC_AUTO(lc_answer_release) struct lc_answer answer = { .text = NULL };
    LC_AUTO(lc_certificate_entry_release) struct lc_certificate_entry entry = { .ca = NULL };
    LC_AUTO(lc_buf_release) struct lc_buf want = LC_BUF_INIT(4096);

    (void)state;
    put(&bag, LC_KEY_CERTIFICATES, "[" PLAIN("R") "}, " PLAIN("S") "}]");
    assert_done(lc_answers_load(&bag, LC_KEY_CERTIFICATES, "ca", NULL, &answers, &err));
    assert_done(lc_answer_certificate(&answers.items[1], &entry, &err));
    entry.revoked = true;
    assert_done(lc_answer_of_certificate(&entry, &answer, &err));
    lc_answers_replace(&answers, 1, &answer);
    lc_answers_drop(&answers, 0);
    assert_null(answer.text);
    assert_int_equal(answers.live, 1);
    lc_buf_puts(&want, "[" PLAIN("S") ", \"revoked\": true}]");
    check_text(&answers, &want, 0);
    lc_answers_drop(&answers, 1);
    lc_answers_drop(&answers, 1);
    lc_buf_clear(&want);
    check_text(&answers, &want, 0);
}

/* --- bodies --------------------------------------------------------------------------------------
 */

static const struct read_row body_rows[] = {
    { "the body of PEM", "-----BEGIN X-----\\nAB\\nCD\\n-----END X-----\\n" },
    { "the body behind another text", "text - more\\n-----BEGIN X-----\\nAB\\n-----END X-----" },
    { "the body with carriage returns", "-----BEGIN X-----\\r\\nAB\\r\\nCD\\r\\n-----END X-----" },
    { "the body with blanks and tabs", "-----BEGIN X-----\\n A B\\t\\n CD \\n-----END X-----" },
    { "the body on one line", "-----BEGIN X-----AB-----END X-----" },
    { "no body", "-----BEGIN X-----\\n-----END X-----" },
    { "the body has no end", "-----BEGIN X-----\\nAB" },
    { "the body has no beginning", "AB\\n-----END X-----" },
    { "the beginning does not end", "-----BEGIN X" },
    { "the body of nothing", "" },
};

static void check_body(void **state)
{
    const struct read_row *row = *state;
    const struct lc_json_span span = { .begin = row->text,
                                       .len = strlen(row->text),
                                       .has_escapes = true };
    LC_AUTO(lc_free) char *text = lc_json_span_dup(&span);
    LC_AUTO(lc_buf_release) struct lc_buf want = LC_BUF_INIT(4096);
    LC_AUTO(lc_buf_release) struct lc_buf got = LC_BUF_INIT(4096);

    lc_pem_body(text, &want);
    lc_buf_puts(&got, "what was there before");
    lc_pem_body_of_span(&span, &got);
    assert_string_equal(got.data, want.data);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, certificate_rows, check_certificates);
    SUITE_ROWS(&suite, error_rows, check_errors);
    SUITE_ROWS(&suite, body_rows, check_body);
    SUITE_TEST(&suite, "bytes follow each change", bytes_follow_each_change);
    return suite_run(&suite, "answers");
}
