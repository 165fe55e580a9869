/* A provider's answers, kept as the text that they are in a databag. */
#include "tls/answers.h"

#include <string.h>

#include "base/mem.h"
#include "tls/databag_private.h"

/* Of one answer; a list's is looked at where it is put into one. */
#define ANSWER_MAX_BYTES (2u * LC_DATABAG_MAX_BYTES)

/* --- found where they stand ------------------------------------------------------------------- */

static bool scan_member(struct lc_json_scan *scan, const char *before, struct lc_json_span *out)
{
    return lc_json_scan_word(scan, before) && lc_json_scan_string(scan, out);
}

/* As it is written (1.2), so that it can stay as it stands; anything else is no error here. */
static bool scan_certificate(struct lc_json_scan *scan, struct lc_answer *out)
{
    struct lc_json_span span;

    *out = (struct lc_answer){ .text = scan->at, .plain = true };
    if (!scan_member(scan, "{\"ca\": ", &span) ||
        !scan_member(scan, ", \"certificate_signing_request\": ", &out->csr) ||
        !scan_member(scan, ", \"certificate\": ", &out->certificate) ||
        !lc_json_scan_word(scan, ", \"chain\": ["))
        return false;
    if (!lc_json_scan_word(scan, "]")) {
        do {
            if (!lc_json_scan_string(scan, &span))
                return false;
        } while (lc_json_scan_word(scan, ", "));
        if (!lc_json_scan_word(scan, "]"))
            return false;
    }
    if (lc_json_scan_word(scan, ", \"revoked\": ")) {
        out->revoked = lc_json_scan_word(scan, "true");
        if (!out->revoked && !lc_json_scan_word(scan, "false"))
            return false;
    }
    if (!lc_json_scan_word(scan, "}"))
        return false;
    out->len = (size_t)(scan->at - out->text);
    return true;
}

/* A string that we have written, whatever it holds. */
static void find_string(const char **at, struct lc_json_span *out)
{
    *out = (struct lc_json_span){ .begin = ++*at, .has_escapes = true };
    while (**at != '"')
        *at += **at == '\\' ? 2 : 1;
    out->len = (size_t)((*at)++ - out->begin);
}

/* In a text of ours with letters that are not plain, or with members that we do not know. */
static void find_in_certificate(struct lc_answer *answer, bool revoked)
{
    const char *at = answer->owned + strlen("{\"ca\": ");
    struct lc_json_span span;

    find_string(&at, &span);
    at += strlen(", \"certificate_signing_request\": ");
    find_string(&at, &answer->csr);
    at += strlen(", \"certificate\": ");
    find_string(&at, &answer->certificate);
    answer->revoked = revoked;
}

/* --- one answer ------------------------------------------------------------------------------- */

void lc_answer_release(struct lc_answer *answer)
{
    lc_free(answer->owned);
    *answer = (struct lc_answer){ .text = NULL };
}

size_t lc_answer_bytes(const struct lc_answer *answer)
{
    const bool can_be_revoked = answer->certificate.begin != NULL && !answer->revoked;

    if (answer->text == NULL)
        return 0;
    return answer->len + strlen(", ") + (can_be_revoked ? strlen(", \"revoked\": true") : 0);
}

/* The text of one object, which begins a list of its own. */
static bool take_text(struct lc_buf *text, struct lc_answer *out, struct lc_err *err)
{
    *out = (struct lc_answer){ .text = NULL };
    if (!lc_buf_take(text, &out->owned, &out->len, err))
        return false;
    out->text = out->owned;
    return true;
}

bool lc_answer_of_certificate(const struct lc_certificate_entry *entry, struct lc_answer *out,
                              struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(ANSWER_MAX_BYTES);
    struct lc_json_writer writer = lc_json_writer(&text, LC_JSON_PYTHON);
    struct lc_answer plain;

    lc_databag_put_certificate(&writer, entry);
    if (!take_text(&text, out, err))
        return false;
    struct lc_json_scan scan = { .at = out->text, .end = out->text + out->len };
    if (scan_certificate(&scan, &plain) && plain.len == out->len) {
        plain.owned = out->owned;
        *out = plain;
    } else {
        find_in_certificate(out, entry->revoked);
    }
    return true;
}

bool lc_answer_of_error(const struct lc_error_entry *entry, struct lc_answer *out,
                        struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(ANSWER_MAX_BYTES);
    struct lc_json_writer writer = lc_json_writer(&text, LC_JSON_PYTHON);

    lc_databag_put_error(&writer, entry);
    if (!take_text(&text, out, err))
        return false;
    const char *at = out->owned + strlen("{\"csr\": ");
    find_string(&at, &out->csr);
    return true;
}

/* What we have looked through or written is JSON, and in the shape that is read. */
static bool parse(const struct lc_answer *answer, struct lc_json **out, struct lc_err *err)
{
    return lc_json_parse(answer->text, answer->len, LC_JSON_LAST_KEY_COUNTS, out, err);
}

bool lc_answer_certificate(const struct lc_answer *answer, struct lc_certificate_entry *out,
                           struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *object = NULL;

    return parse(answer, &object, err) && lc_databag_read_certificate(object, out, err);
}

bool lc_answer_error(const struct lc_answer *answer, struct lc_error_entry *out, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *object = NULL;

    return parse(answer, &object, err) && lc_databag_read_error(object, out, err);
}

bool lc_answer_dup_pem(const struct lc_answer *answer, char **out, struct lc_err *err)
{
    LC_AUTO(lc_certificate_entry_release) struct lc_certificate_entry entry = { .ca = NULL };

    if (answer->plain) {
        *out = lc_json_span_dup(&answer->certificate);
        return *out == NULL ? lc_fail_memory(err) : true;
    }
    if (!lc_answer_certificate(answer, &entry, err))
        return false;
    *out = LC_STEAL(entry.certificate);
    return true;
}

/* --- the list --------------------------------------------------------------------------------- */

size_t lc_answers_max_bytes(const struct lc_answers *answers)
{
    return answers->max_bytes == 0 ? LC_DATABAG_MAX_BYTES : answers->max_bytes;
}

void lc_answers_release(struct lc_answers *answers)
{
    for (size_t i = 0; i < answers->count; i++)
        lc_answer_release(&answers->items[i]);
    lc_free(answers->items);
    *answers = (struct lc_answers)LC_ANSWERS_INIT;
}

/* What the place held is not counted any more, what is put there is. */
static void put(struct lc_answers *answers, size_t place, const struct lc_answer *answer)
{
    struct lc_answer *slot = &answers->items[place];

    answers->bytes -= lc_answer_bytes(slot);
    answers->live -= slot->text != NULL;
    lc_answer_release(slot);
    *slot = *answer;
    answers->bytes += lc_answer_bytes(slot);
    answers->live += slot->text != NULL;
}

bool lc_answers_take(struct lc_answers *answers, struct lc_answer *answer, struct lc_err *err)
{
    if (!lc_grow(&answers->items, &answers->capacity, answers->count, sizeof(*answers->items)))
        return lc_fail_memory(err);
    answers->items[answers->count++] = (struct lc_answer){ .text = NULL };
    lc_answers_replace(answers, answers->count - 1, answer);
    return true;
}

void lc_answers_replace(struct lc_answers *answers, size_t place, struct lc_answer *answer)
{
    put(answers, place, answer);
    *answer = (struct lc_answer){ .text = NULL };
}

void lc_answers_drop(struct lc_answers *answers, size_t place)
{
    put(answers, place, &(struct lc_answer){ .text = NULL });
}

bool lc_answers_dump(const struct lc_answers *answers, struct lc_buf *text, struct lc_err *err)
{
    lc_buf_clear(text);
    for (size_t i = 0; i < answers->count; i++) {
        if (answers->items[i].text == NULL)
            continue;
        lc_buf_puts(text, text->len == 0 ? "[" : ", ");
        lc_buf_add(text, answers->items[i].text, answers->items[i].len);
    }
    if (text->len != 0)
        lc_buf_putc(text, ']');
    return lc_buf_check(text, err);
}

/* --- read ------------------------------------------------------------------------------------- */

/* A list that is written as the library and we do: nearly all of them. *plain: whether it is. */
static bool scan_certificates(const char *text, struct lc_answers *out, bool *plain,
                              struct lc_err *err)
{
    const size_t len = text == NULL ? 0 : strlen(text);
    struct lc_json_scan scan = { .at = text, .end = text + len };
    struct lc_answer answer;

    *plain = len != 0 && len <= lc_answers_max_bytes(out) && lc_json_scan_word(&scan, "[");
    while (*plain) {
        *plain = scan_certificate(&scan, &answer) && out->count < LC_DATABAG_MAX_ENTRIES;
        if (*plain && !lc_answers_take(out, &answer, err))
            return false;
        if (*plain && !lc_json_scan_word(&scan, ", "))
            break;
    }
    *plain = *plain && lc_json_scan_word(&scan, "]") && scan.at == scan.end;
    if (!*plain) {
        const size_t max_bytes = out->max_bytes;
        lc_answers_release(out);
        out->max_bytes = max_bytes;
    }
    return true;
}

static bool load_certificates(const struct lc_strmap *bag, const char *where,
                              const struct lc_log *log, struct lc_answers *out, struct lc_err *err)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = { .max_bytes = out->max_bytes };

    if (!lc_databag_load_certificates(bag, where, log, &entries, err))
        return false;
    out->skipped = entries.skipped;
    out->unreadable = entries.unreadable;
    out->over_limit = entries.over_limit;
    for (size_t i = 0; i < entries.count; i++) {
        LC_AUTO(lc_answer_release) struct lc_answer answer = { .text = NULL };
        if (!lc_answer_of_certificate(&entries.items[i], &answer, err) ||
            !lc_answers_take(out, &answer, err))
            return false;
        lc_certificate_entry_release(&entries.items[i]);
    }
    return true;
}

static bool load_errors(const struct lc_strmap *bag, const char *where, const struct lc_log *log,
                        struct lc_answers *out, struct lc_err *err)
{
    LC_AUTO(lc_error_entries_release)
    struct lc_error_entries entries = { .max_bytes = out->max_bytes };

    if (!lc_databag_load_errors(bag, where, log, &entries, err))
        return false;
    out->skipped = entries.skipped;
    out->unreadable = entries.unreadable;
    out->over_limit = entries.over_limit;
    for (size_t i = 0; i < entries.count; i++) {
        LC_AUTO(lc_answer_release) struct lc_answer answer = { .text = NULL };
        if (!lc_answer_of_error(&entries.items[i], &answer, err) ||
            !lc_answers_take(out, &answer, err))
            return false;
        lc_error_entry_release(&entries.items[i]);
    }
    return true;
}

bool lc_answers_load(const struct lc_strmap *bag, const char *key, const char *where,
                     const struct lc_log *log, struct lc_answers *out, struct lc_err *err)
{
    bool plain;

    if (strcmp(key, LC_KEY_ERRORS) == 0)
        return load_errors(bag, where, log, out, err);
    if (!scan_certificates(lc_strmap_get(bag, key), out, &plain, err))
        return false;
    return plain || load_certificates(bag, where, log, out, err);
}
