/* The timeline: hooks and events are read as they were stored, then related to each other. */
#include "model/timeline.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/store_event.h"

struct event {
    int64_t run;
    int64_t time;
    char *unit;
    char *lane;
    char *kind;
    char *csr;
    struct lc_json *about;
    /* Of a certificate. Times; 0: never. */
    char *identity; /* equal for a certificate and its renewals */
    const struct event *renews;
    int64_t replaced;
    int64_t revoked;
    int64_t removed;
};

struct run {
    int64_t id;
    int64_t time;
    char *unit;
    char *name;
    char *hook;
    char *outcome;
    int64_t ms;
    int64_t log;
    int64_t tries;
    int64_t log_before; /* the last line of the unit's run before */
};

struct story {
    struct event *events; /* owned */
    size_t event_count;
    size_t event_capacity;
    struct run *runs; /* owned */
    size_t run_count;
    size_t run_capacity;
};

static void story_release(struct story *story)
{
    for (size_t i = 0; i < story->event_count; i++) {
        struct event *event = &story->events[i];
        lc_free(event->unit);
        lc_free(event->lane);
        lc_free(event->kind);
        lc_free(event->csr);
        lc_free(event->identity);
        lc_json_free(event->about);
    }
    for (size_t i = 0; i < story->run_count; i++) {
        struct run *run = &story->runs[i];
        lc_free(run->unit);
        lc_free(run->name);
        lc_free(run->hook);
        lc_free(run->outcome);
    }
    lc_free(story->events);
    lc_free(story->runs);
}
LC_AUTO_VALUE(struct story, story_release);

/* --- reading --------------------------------------------------------------------------------- */

static bool copy(char **out, const char *text, struct lc_err *err)
{
    *out = lc_strdup(text == NULL ? "" : text);
    return *out != NULL ? true : lc_fail_memory(err);
}

/* The same names, asked for over the same relation. */
static bool make_identity(struct event *event, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(16u * 1024 * 1024);
    struct lc_json_writer out = lc_json_writer(&text, LC_JSON_COMPACT);

    lc_json_begin_array(&out);
    lc_json_put(&out, lc_json_get(event->about, "relation"));
    lc_json_put(&out, lc_json_get(event->about, "subject"));
    lc_json_put(&out, lc_json_get(event->about, "names"));
    lc_json_end_array(&out);
    return lc_buf_take(&text, &event->identity, NULL, err);
}

static bool take_event(void *context, const struct lc_event *row, struct lc_err *err)
{
    struct story *story = context;

    if (!lc_grow(&story->events, &story->event_capacity, story->event_count,
                 sizeof(*story->events)))
        return lc_fail_memory(err);
    struct event *event = &story->events[story->event_count++];
    *event = (struct event){ .run = row->run, .time = row->time };
    const char *lane = *row->holder == '\0' ? row->unit : row->holder;
    return copy(&event->unit, row->unit, err) && copy(&event->lane, lane, err) &&
           copy(&event->kind, row->kind, err) && copy(&event->csr, row->csr, err) &&
           lc_json_parse(row->about, strlen(row->about), 0, &event->about, err) &&
           make_identity(event, err);
}

static bool take_run(void *context, const struct lc_run *row, struct lc_err *err)
{
    struct story *story = context;

    if (!lc_grow(&story->runs, &story->run_capacity, story->run_count, sizeof(*story->runs)))
        return lc_fail_memory(err);
    struct run *run = &story->runs[story->run_count++];
    *run = (struct run){
        .id = row->id, .time = row->time, .ms = row->ms, .log = row->log, .tries = 1
    };
    return copy(&run->unit, row->unit, err) && copy(&run->name, row->name, err) &&
           copy(&run->hook, row->hook, err) && copy(&run->outcome, row->outcome, err);
}

/* --- relating -------------------------------------------------------------------------------- */

/* A hook that failed is the unit's next one, too. */
static void relate_runs(struct story *story)
{
    for (size_t i = 0; i < story->run_count; i++) {
        struct run *run = &story->runs[i];
        for (size_t j = i; j-- > 0;) {
            const struct run *before = &story->runs[j];
            if (strcmp(before->unit, run->unit) != 0)
                continue;
            run->log_before = before->log;
            if (strcmp(before->outcome, "failed") == 0 && strcmp(before->hook, run->hook) == 0)
                run->tries = before->tries + 1;
            break;
        }
    }
}

static bool is_kind(const struct event *event, const char *kind)
{
    return strcmp(event->kind, kind) == 0;
}

static bool is_same_certificate(const struct event *a, const struct event *b)
{
    const char *x = lc_json_get_string(a->about, "serial");
    const char *y = lc_json_get_string(b->about, "serial");

    return x != NULL && y != NULL && strcmp(x, y) == 0 && strcmp(a->csr, b->csr) == 0;
}

static void note_first(int64_t *slot, int64_t time)
{
    if (*slot == 0)
        *slot = time;
}

/* What became of a certificate, by what was recorded after it. */
static void follow(struct story *story, struct event *certificate, size_t from)
{
    for (size_t i = from; i < story->event_count; i++) {
        struct event *later = &story->events[i];
        if (is_kind(later, "revocation") && is_same_certificate(certificate, later))
            note_first(&certificate->revoked, later->time);
        else if (is_kind(later, "certificate-removed") && is_same_certificate(certificate, later))
            note_first(&certificate->removed, later->time);
        else if (is_kind(later, "certificate") && certificate->replaced == 0 &&
                 strcmp(later->lane, certificate->lane) == 0 &&
                 (strcmp(later->csr, certificate->csr) == 0 ||
                  strcmp(later->identity, certificate->identity) == 0)) {
            certificate->replaced = later->time;
            later->renews = certificate;
        }
    }
}

/* "web" and "web/0" are of one application. */
static bool is_of(const char *lane, const char *unit)
{
    const size_t len = strlen(lane);

    return strncmp(lane, unit, len) == 0 && (unit[len] == '\0' || unit[len] == '/');
}

/* With its relation a certificate goes, and nobody writes so. */
static bool follow_broken(const struct story *story, struct event *certificate, struct lc_err *err)
{
    for (size_t i = 0; i < story->run_count && certificate->removed == 0; i++) {
        const struct run *run = &story->runs[i];
        LC_AUTO(lc_json_free) struct lc_json *hook = NULL;
        if (run->id <= certificate->run || !lc_text_has_suffix(run->name, "-relation-broken") ||
            !is_of(certificate->lane, run->unit))
            continue;
        if (!lc_json_parse(run->hook, strlen(run->hook), 0, &hook, err))
            return false;
        if (lc_json_integer(lc_json_get(hook, "relation")) ==
            lc_json_integer(lc_json_get(certificate->about, "relation")))
            certificate->removed = run->time;
    }
    return true;
}

static bool relate_events(struct story *story, struct lc_err *err)
{
    for (size_t i = 0; i < story->event_count; i++) {
        if (!is_kind(&story->events[i], "certificate"))
            continue;
        follow(story, &story->events[i], i + 1);
        if (!follow_broken(story, &story->events[i], err))
            return false;
    }
    return true;
}

/* --- writing --------------------------------------------------------------------------------- */

static void put_time(struct lc_json_writer *out, const char *key, int64_t time)
{
    char text[LC_TIME_TEXT_BYTES];

    lc_time_format(time, text);
    lc_json_member_string(out, key, text);
}

/* What the event says of itself, its times as text. */
static void put_about(struct lc_json_writer *out, const struct event *event)
{
    void *at = NULL;
    const char *key;
    const struct lc_json *value;

    while (lc_json_next(event->about, &at, &key, &value)) {
        if (strcmp(key, "not_before") == 0 || strcmp(key, "not_after") == 0) {
            put_time(out, key, lc_json_integer(value));
            continue;
        }
        lc_json_key(out, key);
        lc_json_put(out, value);
    }
}

static bool is_wanted(const struct lc_strlist *units, const char *name)
{
    for (size_t i = 0; i < units->count; i++)
        if (is_of(units->items[i], name))
            return true;
    return units->count == 0;
}

static bool put_line(void *context, const char *level, const char *text, struct lc_err *err)
{
    struct lc_json_writer *out = context;

    (void)err; /* the buffer keeps it */
    lc_json_begin_object(out);
    lc_json_member_string(out, "level", level);
    lc_json_member_string(out, "text", text);
    lc_json_end_object(out);
    return true;
}

static bool put_hooks(struct lc_store *store, const struct story *story,
                      const struct lc_strlist *units, struct lc_json_writer *out,
                      struct lc_err *err)
{
    lc_json_key(out, "hooks");
    lc_json_begin_array(out);
    for (size_t i = 0; i < story->run_count; i++) {
        const struct run *run = &story->runs[i];
        if (!is_wanted(units, run->unit))
            continue;
        lc_json_begin_object(out);
        lc_json_member_integer(out, "id", run->id);
        put_time(out, "time", run->time);
        lc_json_member_string(out, "unit", run->unit);
        lc_json_member_string(out, "name", run->name);
        lc_json_member_string(out, "outcome", run->outcome);
        lc_json_member_integer(out, "ms", run->ms);
        lc_json_member_integer(out, "try", run->tries);
        lc_json_key(out, "log");
        lc_json_begin_array(out);
        if (!lc_store_run_lines(store, run->unit, run->log_before, run->log, LC_TIMELINE_LINES,
                                put_line, out, err))
            return false;
        lc_json_end_array(out);
        lc_json_end_object(out);
    }
    lc_json_end_array(out);
    return true;
}

static bool shows(const struct lc_strlist *units, const struct event *event)
{
    return is_wanted(units, event->unit) || is_wanted(units, event->lane);
}

static void put_events(const struct story *story, const struct lc_strlist *units,
                       struct lc_json_writer *out)
{
    lc_json_key(out, "events");
    lc_json_begin_array(out);
    for (size_t i = 0; i < story->event_count; i++) {
        const struct event *event = &story->events[i];
        if (!shows(units, event))
            continue;
        lc_json_begin_object(out);
        lc_json_member_integer(out, "hook", event->run);
        put_time(out, "time", event->time);
        lc_json_member_string(out, "unit", event->unit);
        lc_json_member_string(out, "lane", event->lane);
        lc_json_member_string(out, "kind", event->kind);
        lc_json_member_string(out, "csr", event->csr);
        put_about(out, event);
        if (event->renews != NULL)
            lc_json_member_string(out, "renews",
                                  lc_json_get_string(event->renews->about, "serial"));
        lc_json_end_object(out);
    }
    lc_json_end_array(out);
}

static int64_t earliest(int64_t a, int64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

static const char *state_of(const struct event *certificate, int64_t now)
{
    return is_kind(certificate, "authority")                                     ? "authority"
           : certificate->revoked != 0                                           ? "revoked"
           : certificate->replaced != 0                                          ? "renewed"
           : certificate->removed != 0                                           ? "withdrawn"
           : lc_json_integer(lc_json_get(certificate->about, "not_after")) < now ? "expired"
                                                                                 : "current";
}

static void put_certificates(const struct story *story, const struct lc_strlist *units, int64_t now,
                             struct lc_json_writer *out)
{
    lc_json_key(out, "certificates");
    lc_json_begin_array(out);
    for (size_t i = 0; i < story->event_count; i++) {
        const struct event *event = &story->events[i];
        const int64_t ended = earliest(earliest(event->revoked, event->replaced), event->removed);
        if (!shows(units, event) ||
            (!is_kind(event, "certificate") && !is_kind(event, "authority")))
            continue;
        lc_json_begin_object(out);
        lc_json_member_string(out, "lane", event->lane);
        put_time(out, "issued", event->time);
        lc_json_member_string(out, "by", event->unit);
        lc_json_member_string(out, "state", state_of(event, now));
        if (ended != 0)
            put_time(out, "ended", ended);
        lc_json_member_string(out, "csr", event->csr);
        put_about(out, event);
        lc_json_end_object(out);
    }
    lc_json_end_array(out);
}

static bool put_lanes(const struct story *story, const struct lc_strlist *units,
                      struct lc_json_writer *out, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist lanes = LC_STRLIST_INIT;

    for (size_t i = 0; i < story->run_count; i++)
        if (is_wanted(units, story->runs[i].unit) &&
            !lc_strlist_add(&lanes, story->runs[i].unit, err))
            return false;
    for (size_t i = 0; i < story->event_count; i++)
        if (shows(units, &story->events[i]) && !is_kind(&story->events[i], "key") &&
            !lc_strlist_add(&lanes, story->events[i].lane, err))
            return false;
    lc_strlist_unique(&lanes);
    lc_json_key(out, "lanes");
    lc_json_begin_array(out);
    for (size_t i = 0; i < lanes.count; i++)
        lc_json_put_string(out, lanes.items[i]);
    lc_json_end_array(out);
    return true;
}

static bool add_names(void *context, const struct lc_run *run, struct lc_err *err)
{
    struct lc_strlist *names = context;

    return lc_strlist_add(names, run->unit, err) &&
           lc_strlist_add_len(names, run->unit, strcspn(run->unit, "/"), err);
}

bool lc_timeline_units(struct lc_store *store, struct lc_strlist *out, struct lc_err *err)
{
    if (!lc_store_runs(store, add_names, out, err))
        return false;
    lc_strlist_unique(out);
    return true;
}

bool lc_timeline_put(struct lc_store *store, const struct lc_strlist *units,
                     struct lc_json_writer *out, struct lc_err *err)
{
    LC_AUTO(story_release) struct story story = { .events = NULL };
    int64_t now;

    if (!lc_store_now(store, &now, err) || !lc_store_runs(store, take_run, &story, err) ||
        !lc_store_events(store, take_event, &story, err))
        return false;
    relate_runs(&story);
    if (!relate_events(&story, err))
        return false;
    lc_json_begin_object(out);
    lc_json_key(out, "model");
    lc_json_begin_object(out);
    lc_json_member_string(out, "name", lc_store_name(store));
    put_time(out, "time", now);
    lc_json_end_object(out);
    if (!put_lanes(&story, units, out, err) || !put_hooks(store, &story, units, out, err))
        return false;
    put_events(&story, units, out);
    put_certificates(&story, units, now, out);
    lc_json_end_object(out);
    return lc_buf_check(out->buf, err);
}
