/* luacharm model timeline: what happened to each unit when, as a table, JSON or a page. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/load_log.h"
#include "cli/model.h"
#include "cli/page.h"
#include "model/check.h"
#include "model/timeline.h"

#define MAX_JSON (256u * 1024 * 1024)

static const char *text_of(const struct lc_json *object, const char *key)
{
    const char *text = lc_json_get_string(object, key);

    return text == NULL ? "" : text;
}

/* "2026-01-15" of a time. */
static int day(const struct lc_json *object, const char *key)
{
    return (int)strcspn(text_of(object, key), "T");
}

static void describe_key(const struct lc_json *event, struct lc_buf *out)
{
    const char *curve = text_of(event, "curve");

    lc_buf_printf(out, "%s ", text_of(event, "type"));
    if (*curve != '\0')
        lc_buf_puts(out, curve);
    else
        lc_buf_printf(out, "%lld", (long long)lc_json_integer(lc_json_get(event, "bits")));
    lc_buf_printf(out, ", public key %.16s...", text_of(event, "public_key"));
}

static void describe_request(const struct lc_json *event, struct lc_buf *out)
{
    lc_buf_printf(out, "%s, for %s", text_of(event, "subject"), text_of(event, "lane"));
}

static void describe_denial(const struct lc_json *event, struct lc_buf *out)
{
    describe_request(event, out);
    lc_buf_printf(out, ": %s (%lld): %s", text_of(event, "name"),
                  (long long)lc_json_integer(lc_json_get(event, "code")),
                  text_of(event, "message"));
}

static void describe_certificate(const struct lc_json *event, struct lc_buf *out)
{
    const char *issuer = text_of(event, "issuer");

    describe_request(event, out);
    lc_buf_printf(out, ", %.*s to %.*s, serial %s%s%s", day(event, "not_before"),
                  text_of(event, "not_before"), day(event, "not_after"),
                  text_of(event, "not_after"), text_of(event, "serial"),
                  *issuer == '\0' ? "" : ", issuer ", issuer);
}

static void describe_serial(const struct lc_json *event, struct lc_buf *out)
{
    describe_request(event, out);
    lc_buf_printf(out, ", serial %s", text_of(event, "serial"));
}

static const struct kind {
    const char *kind;
    const char *what;
    void (*describe)(const struct lc_json *event, struct lc_buf *out);
} kinds[] = {
    { "key", "  key made", describe_key },
    { "request", "  request", describe_request },
    { "request-removed", "  request removed", describe_request },
    { "certificate", "  certificate", describe_certificate },
    { "certificate-removed", "  certificate removed", describe_serial },
    { "revocation", "  certificate revoked", describe_serial },
    { "denial", "  request denied", describe_denial },
    { "authority", "  CA first seen", describe_certificate },
};

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < LC_COUNT(kinds); i++)
        if (strcmp(kinds[i].kind, name) == 0)
            return &kinds[i];
    return NULL;
}

struct listing {
    struct model_table table;
    const char *time; /* of the row before */
};

/* The time stands where it changes. */
static bool add_row(struct listing *listing, const struct lc_json *of, const char *what,
                    const char *result, const char *details, struct lc_err *err)
{
    const char *time = text_of(of, "time");
    const bool same = listing->time != NULL && strcmp(listing->time, time) == 0;

    listing->time = time;
    return MODEL_ROW(&listing->table, err, same ? "" : time, text_of(of, "unit"), what, result,
                     details);
}

static bool add_event(struct listing *listing, const struct lc_json *event, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf details = LC_BUF_INIT(1024u * 1024);
    const struct kind *kind = find_kind(text_of(event, "kind"));
    const bool renews = lc_json_get(event, "renews") != NULL;

    if (kind == NULL)
        return true;
    kind->describe(event, &details);
    return lc_buf_check(&details, err) &&
           add_row(listing, event, renews ? "  certificate renewed" : kind->what, "", details.data,
                   err);
}

static bool add_hook(struct listing *listing, const struct lc_json *hook, struct lc_err *err)
{
    const int64_t tries = lc_json_integer(lc_json_get(hook, "try"));
    const struct lc_json *log = lc_json_get(hook, "log");
    const bool failed = strcmp(text_of(hook, "outcome"), "failed") == 0;
    char result[64];

    (void)snprintf(result, sizeof(result), "%s", text_of(hook, "outcome"));
    if (tries > 1)
        (void)snprintf(result, sizeof(result), "%.20s, try %lld", text_of(hook, "outcome"),
                       (long long)tries);
    const struct lc_json *last = lc_json_count(log) == 0 ? NULL
                                                         : lc_json_at(log, lc_json_count(log) - 1);
    return add_row(listing, hook, text_of(hook, "name"), result,
                   failed ? text_of(last, "text") : "", err);
}

/* Events stand under the hook that brought them; both lists are in the order of hooks. */
static bool fill(struct listing *listing, const struct lc_json *story, struct lc_err *err)
{
    const struct lc_json *hooks = lc_json_get(story, "hooks");
    const struct lc_json *events = lc_json_get(story, "events");
    const size_t hook_count = lc_json_count(hooks);
    size_t next = 0;

    if (!MODEL_ROW(&listing->table, err, "Time", "Unit", "What", "Result", "Details"))
        return false;
    for (size_t i = 0; i <= hook_count; i++) {
        const struct lc_json *hook = lc_json_at(hooks, i);
        const int64_t id = hook == NULL ? INT64_MAX : lc_json_integer(lc_json_get(hook, "id"));
        for (; next < lc_json_count(events); next++) {
            const struct lc_json *event = lc_json_at(events, next);
            if (lc_json_integer(lc_json_get(event, "hook")) >= id)
                break;
            if (!add_event(listing, event, err))
                return false;
        }
        if (hook != NULL && !add_hook(listing, hook, err))
            return false;
    }
    return true;
}

static bool print_listing(const struct lc_buf *json, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *story = NULL;
    struct listing listing = { .time = NULL };

    if (!lc_json_parse(json->data, json->len, 0, &story, err))
        return false;
    const bool good = fill(&listing, story, err);
    if (good && lc_json_count(lc_json_get(story, "hooks")) == 0)
        (void)printf("Nothing has happened in this model\n");
    else if (good)
        model_table_print(&listing.table);
    if (good && lc_json_get(story, "load") != NULL) {
        (void)printf("\n");
        load_chart_print(lc_json_get(story, "load"));
    }
    model_table_release(&listing.table);
    return good;
}

static bool write_page(const char *path, const char *model, const struct lc_buf *json,
                       struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf title = LC_BUF_INIT(4096);

    lc_buf_printf(&title, "Timeline of model %s", model);
    const struct page page = {
        .name = "timeline", .title = title.data, .data = json->data, .data_len = json->len
    };
    return lc_buf_check(&title, err) && page_write(path, &page, err);
}

/* A unit that is gone has its story, too; one that never was is a slip. */
static bool find_units(const struct lc_args *args, struct lc_store *store, struct lc_strlist *out,
                       struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist there = LC_STRLIST_INIT;

    if (!lc_args_values(args, "unit", out, err) || !lc_timeline_units(store, &there, err))
        return false;
    for (size_t i = 0; i < out->count; i++)
        if (!lc_strlist_has(&there, out->items[i]))
            return lc_check_fail_unknown(err, "unit or application", out->items[i], &there);
    return true;
}

/* The story with what a client saw, as its member `load`. */
static bool add_load(const char *path, const struct lc_buf *story, struct lc_json_writer *out,
                     struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    const struct lc_json *value;
    const char *key;
    void *at = NULL;

    if (!lc_json_parse(story->data, story->len, 0, &json, err))
        return false;
    lc_json_begin_object(out);
    while (lc_json_next(json, &at, &key, &value)) {
        lc_json_key(out, key);
        lc_json_put(out, value);
    }
    lc_json_key(out, "load");
    if (!load_log_put(path, out, err))
        return false;
    lc_json_end_object(out);
    return lc_buf_check(out->buf, err);
}

static bool tell(struct lc_store *store, const struct lc_strlist *units, const char *load,
                 struct lc_json_writer *out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf story = LC_BUF_INIT(MAX_JSON);
    struct lc_json_writer plain = lc_json_writer(&story, LC_JSON_COMPACT);

    if (load == NULL)
        return lc_timeline_put(store, units, out, err);
    return lc_timeline_put(store, units, &plain, err) && add_load(load, &story, out, err);
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf json = LC_BUF_INIT(MAX_JSON);
    const char *path = lc_args_value(args, "html");
    const bool as_json = lc_args_has(args, "json");
    struct lc_json_writer out = lc_json_writer(&json, as_json ? LC_JSON_PRETTY : LC_JSON_COMPACT);

    if (path != NULL && as_json) {
        (void)lc_fail(err, LC_EUSAGE, "--json and --html: one of them");
        return LC_EXIT_USAGE;
    }
    if (!model_open(args, LC_STORE_READ, &store, err) || !lc_tx_begin_looking(&tx, store, err) ||
        !find_units(args, store, &units, err) ||
        !tell(store, &units, lc_args_value(args, "load"), &out, err))
        return model_fail(err);
    if (as_json)
        return model_print_json(&json, err) ? LC_EXIT_DONE : model_fail(err);
    if (path == NULL)
        return print_listing(&json, err) ? LC_EXIT_DONE : model_fail(err);
    if (!write_page(path, lc_store_name(store), &json, err))
        return model_fail(err);
    (void)printf("Wrote %s\n", path);
    return LC_EXIT_DONE;
}

static const struct lc_opt options[] = {
    { "html", 0, "FILE", "as one self-contained page, for a browser" },
    { "load", 0, "FILE",
      "beside it what a client saw: a log of handshakes (tests/load/tls_load.c)" },
    { "unit", 'u', "UNIT", "only this unit, or application; may be repeated" },
    JSON_OPTION,
    MODEL_OPTION,
    END_OF_OPTIONS,
};

const struct lc_cmd model_cmd_timeline = {
    .name = "timeline",
    .synopsis = "",
    .summary = "what happened to each unit when: hooks, keys, requests, certificates",
    .options = options,
    .run = run,
};
