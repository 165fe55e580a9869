/* The file that says which requests a corpus has. */
#include "cli/corpus_spec.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX_BYTES 4096

const char *corpus_spec_domain(const struct lc_json *spec)
{
    return lc_json_get_string(spec, "domain");
}

bool corpus_make_kind(struct lc_corpus *corpus, const char *kind, corpus_each_fn each,
                      void *context, struct lc_err *err)
{
    const struct lc_corpus_kind *known;

    if (strcmp(kind, "hostile") == 0) {
        for (size_t i = 0; (known = lc_corpus_kind(i)) != NULL; i++)
            if (!corpus_make_kind(corpus, known->name, each, context, err))
                return false;
        return true;
    }
    LC_AUTO(lc_buf_release) struct lc_buf pem = LC_BUF_INIT(LC_CORPUS_PEM_BYTES);
    return lc_corpus_hostile(corpus, kind, &pem, err) && each(context, kind, &pem, err);
}

/* --- one entry ------------------------------------------------------------------------------- */

struct entry {
    struct lc_corpus *corpus;
    size_t place; /* in the list, from 1 */
    int64_t n;    /* which of the entry's requests, from 1 */
    struct lc_attrs *attrs;
};

static bool fail(const struct entry *entry, const char *member, const char *expected,
                 struct lc_err *err)
{
    return lc_fail(err, LC_EUSAGE, "requests, number %zu: '%s': expected %s", entry->place, member,
                   expected);
}

/* <n> and <random> in a text. */
static bool fill_in(const struct entry *entry, const char *text, struct lc_buf *out,
                    struct lc_err *err)
{
    char name[64];
    uint64_t random;

    while (*text != '\0') {
        if (strncmp(text, "<n>", 3) == 0) {
            lc_buf_printf(out, "%" PRId64, entry->n);
            text += 3;
        } else if (strncmp(text, "<random>", 8) == 0) {
            (void)snprintf(name, sizeof(name), "random %zu %" PRId64, entry->place, entry->n);
            if (!lc_corpus_number(entry->corpus, name, &random, err))
                return false;
            lc_buf_printf(out, "%08" PRIx64, random >> 32);
            text += 8;
        } else {
            lc_buf_putc(out, *text++);
        }
    }
    return lc_buf_check(out, err);
}

static bool set_text(const struct entry *entry, const char *member, const char *text, bool is_item,
                     struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf filled = LC_BUF_INIT(TEXT_MAX_BYTES);

    if (!fill_in(entry, text, &filled, err))
        return false;
    return is_item ? lc_attrs_add_text(entry->attrs, member, filled.data, filled.len, err)
                   : lc_attrs_set_text(entry->attrs, member, filled.data, filled.len, err);
}

static bool set_member(void *context, const char *member, const struct lc_json *value,
                       struct lc_err *err)
{
    static const char *const others[] = { "kind", "count", "key", "keys", "key_number" };
    const struct entry *entry = context;

    for (size_t i = 0; i < LC_COUNT(others); i++)
        if (strcmp(member, others[i]) == 0)
            return true;
    if (lc_json_type(value) == LC_JSON_STRING)
        return set_text(entry, member, lc_json_string(value), false, err);
    if (lc_json_type(value) != LC_JSON_ARRAY)
        return fail(entry, member, "a text or a list of texts", err);
    for (size_t i = 0; i < lc_json_count(value); i++) {
        const char *text = lc_json_string(lc_json_at(value, i));
        if (text == NULL)
            return fail(entry, member, "a text or a list of texts", err);
        if (!set_text(entry, member, text, true, err))
            return false;
    }
    return true;
}

static bool read_number(const struct entry *entry, const struct lc_json *json, const char *member,
                        int64_t *out, struct lc_err *err)
{
    const struct lc_json *number = lc_json_get(json, member);

    if (number == NULL)
        return true;
    *out = lc_json_integer(number);
    if (lc_json_type(number) != LC_JSON_INTEGER || *out < 1 || *out > CORPUS_MAX_REQUESTS)
        return fail(entry, member, "a number from 1 to 1000000", err);
    return true;
}

static bool make_plain(const struct entry *entry, const struct lc_json *json, int64_t keys,
                       corpus_each_fn each, void *context, struct lc_err *err)
{
    const char *key = lc_json_get_string(json, "key");
    int64_t first = 1;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf pem = LC_BUF_INIT(LC_CORPUS_PEM_BYTES);

    struct entry filled = *entry;

    if (!read_number(entry, json, "key_number", &first, err))
        return false;
    attrs.add_unique_id_to_subject_name = false;
    filled.attrs = &attrs;
    if (!lc_json_each(json, set_member, &filled, err) || !lc_attrs_normalise(&attrs, err) ||
        !lc_corpus_plain(entry->corpus, &attrs, key == NULL ? LC_CORPUS_KEY : key,
                         (size_t)(first - 1 + (entry->n - 1) % keys), &pem, err))
        return lc_wrap(err, "requests, number %zu", entry->place);
    return each(context, "plain", &pem, err);
}

static bool make_hostile(const struct entry *entry, const struct lc_json *json, const char *kind,
                         corpus_each_fn each, void *context, struct lc_err *err)
{
    if (lc_json_count(json) > 1u + (lc_json_get(json, "count") != NULL))
        return fail(entry, "kind", "no other member than 'count' beside it", err);
    return corpus_make_kind(entry->corpus, kind, each, context, err) ||
           lc_wrap(err, "requests, number %zu", entry->place);
}

static bool make_entry(struct entry *entry, const struct lc_json *json, corpus_each_fn each,
                       void *context, struct lc_err *err)
{
    const struct lc_json *kind = lc_json_get(json, "kind");
    int64_t count = 1;
    int64_t keys = 1;

    if (lc_json_type(json) != LC_JSON_OBJECT)
        return lc_fail(err, LC_EUSAGE, "requests, number %zu: expected attributes or a kind",
                       entry->place);
    if (kind != NULL && lc_json_string(kind) == NULL)
        return fail(entry, "kind", "a text", err);
    if (!read_number(entry, json, "count", &count, err) ||
        !read_number(entry, json, "keys", &keys, err))
        return false;
    for (entry->n = 1; entry->n <= count; entry->n++)
        if (kind != NULL ? !make_hostile(entry, json, lc_json_string(kind), each, context, err)
                         : !make_plain(entry, json, keys, each, context, err))
            return false;
    return true;
}

/* --- the whole ------------------------------------------------------------------------------- */

static bool check_member(void *context, const char *member, const struct lc_json *value,
                         struct lc_err *err)
{
    (void)context;
    if (strcmp(member, "requests") == 0 && lc_json_type(value) == LC_JSON_ARRAY)
        return true;
    if (strcmp(member, "domain") == 0 && lc_json_type(value) == LC_JSON_STRING)
        return true;
    return lc_fail(err, LC_EUSAGE, "'%s': expected 'requests' with a list and 'domain' with a text",
                   member);
}

bool corpus_spec_make(const struct lc_json *spec, struct lc_corpus *corpus, corpus_each_fn each,
                      void *context, struct lc_err *err)
{
    const struct lc_json *requests = lc_json_get(spec, "requests");

    if (lc_json_type(spec) != LC_JSON_OBJECT || requests == NULL)
        return lc_fail(err, LC_EUSAGE, "expected 'requests' with a list");
    if (!lc_json_each(spec, check_member, NULL, err))
        return false;
    for (size_t i = 0; i < lc_json_count(requests); i++)
        if (!corpus_spec_make_entry(lc_json_at(requests, i), i + 1, corpus, each, context, err))
            return false;
    return true;
}

bool corpus_spec_make_entry(const struct lc_json *json, size_t place, struct lc_corpus *corpus,
                            corpus_each_fn each, void *context, struct lc_err *err)
{
    struct entry entry = { .corpus = corpus, .place = place };

    return make_entry(&entry, json, each, context, err);
}
