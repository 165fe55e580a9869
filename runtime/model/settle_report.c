/* What is kept of the hooks of a settle, and what is said when it cannot come to its end. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "model/settle_private.h"

#define SHOWN 4 /* of what changes each time */

void tallies_release(struct tallies *tallies)
{
    for (size_t i = 0; i < tallies->count; i++)
        lc_free(tallies->items[i].what);
    lc_free(tallies->items);
    *tallies = (struct tallies){ .items = NULL };
}

bool tallies_add(struct tallies *tallies, const char *what, int64_t *count_out, struct lc_err *err)
{
    *count_out = 0;
    for (size_t i = 0; i < tallies->count; i++)
        if (strcmp(tallies->items[i].what, what) == 0) {
            *count_out = ++tallies->items[i].count;
            return true;
        }
    if (tallies->count == SETTLE_TALLIES)
        return true;
    LC_AUTO(lc_free) char *copy = lc_strdup(what);
    if (copy == NULL ||
        !lc_grow(&tallies->items, &tallies->capacity, tallies->count, sizeof(*tallies->items)))
        return lc_fail_memory(err);
    tallies->items[tallies->count++] = (struct tally){ .what = LC_STEAL(copy), .count = 1 };
    *count_out = 1;
    return true;
}

bool settle_turn(struct settle *settle, const char *unit, size_t *out, struct lc_err *err)
{
    *out = lc_index_get(&settle->index, unit, strlen(unit));
    if (*out != LC_INDEX_NONE)
        return true;
    LC_AUTO(lc_free) char *copy = lc_strdup(unit);
    if (copy == NULL ||
        !lc_grow(&settle->turns, &settle->capacity, settle->count, sizeof(*settle->turns)))
        return lc_fail_memory(err);
    if (!lc_index_put(&settle->index, copy, strlen(copy), settle->count, NULL, err))
        return false;
    *out = settle->count++;
    settle->turns[*out] = (struct turn){ .unit = LC_STEAL(copy) };
    return true;
}

static bool note_failure(struct turn *turn, const struct lc_report *report, const char *name,
                         struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf why = LC_BUF_INIT(2000);

    lc_buf_printf(&why, "hook \"%s\" failed (%s)%s%s", name, report->why,
                  report->last_line[0] == '\0' ? "" : ": ", report->last_line);
    lc_free(turn->why);
    turn->why = NULL;
    turn->tries++;
    return lc_buf_take(&why, &turn->why, NULL, err);
}

/* Whether it is the first of its kind since the clock moved counts for all units. */
static bool note_news(struct settle *settle, const struct lc_report *report, const char *name,
                      struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist key = LC_STRLIST_INIT;
    const struct lc_hook *hook = report->hook;

    if (!lc_strlist_addf(
            &key, err, "%s %s %lld %s %s %s", report->unit, name, (long long)hook->relation,
            hook->remote_unit == NULL ? "" : hook->remote_unit,
            hook->secret == NULL ? "" : hook->secret, hook->storage == NULL ? "" : hook->storage))
        return false;
    if (lc_index_get(&settle->told_index, key.items[0], strlen(key.items[0])) != LC_INDEX_NONE)
        return true;
    if (!lc_strlist_add(&settle->told, key.items[0], err))
        return false;
    const char *kept = settle->told.items[settle->told.count - 1];
    settle->news++;
    return lc_index_put(&settle->told_index, kept, strlen(kept), settle->told.count, NULL, err);
}

void settle_forget(struct settle *settle)
{
    lc_index_release(&settle->told_index);
    lc_strlist_release(&settle->told);
    settle->news++;
    for (size_t i = 0; i < settle->count; i++)
        settle->turns[i].ever = 0;
}

bool settle_is_restless(const struct settle *settle, const struct turn *turn)
{
    return (turn->news == settle->news && turn->hooks >= LC_SETTLE_MAX_HOOKS) ||
           turn->ever >= LC_SETTLE_MAX_EVER;
}

static bool note_recent(struct settle *settle, struct turn *turn, const char *name,
                        struct lc_err *err)
{
    if (turn->hooks < LC_SETTLE_MAX_HOOKS - SETTLE_RECENT &&
        turn->ever < LC_SETTLE_MAX_EVER - SETTLE_RECENT)
        return true;
    settle->agent->explain = true;
    if (turn->recent == NULL)
        turn->recent = lc_alloc(SETTLE_RECENT, sizeof(*turn->recent));
    if (turn->recent == NULL)
        return lc_fail_memory(err);
    (void)snprintf(turn->recent[turn->ever % SETTLE_RECENT], LC_HOOK_NAME_BYTES, "%s", name);
    return true;
}

static bool note_changes(struct settle *settle, const struct lc_report *report, struct lc_err *err)
{
    char what[600];
    int64_t ignored; /* how often by now */

    for (size_t i = 0; i < report->changes.count; i++) {
        (void)snprintf(what, sizeof(what), "%s writes %s", report->unit, report->changes.items[i]);
        if (!tallies_add(&settle->changes, what, &ignored, err))
            return false;
    }
    return true;
}

bool settle_note(struct settle *settle, const struct lc_report *report, struct lc_err *err)
{
    char name[LC_HOOK_NAME_BYTES];
    size_t place;

    if (!settle_turn(settle, report->unit, &place, err))
        return false;
    struct turn *turn = &settle->turns[place];
    lc_hook_name(report->hook, name);
    if (!note_news(settle, report, name, err))
        return false;
    if (turn->news != settle->news)
        turn->hooks = 0;
    turn->news = settle->news;
    if (!note_recent(settle, turn, name, err) || !note_changes(settle, report, err))
        return false;
    turn->hooks++;
    turn->ever++;
    settle->progress.done++;
    if (report->outcome == LC_OUTCOME_FAILED)
        return note_failure(turn, report, name, err);
    turn->tries = 0;
    return true;
}

/* "certificates-relation-changed (32 of the last 64)": what the last hooks were. */
static void describe_recent(const struct turn *turn, struct lc_buf *out)
{
    for (size_t i = 0; i < SETTLE_RECENT; i++) {
        int count = 0;
        bool seen = false;
        for (size_t j = 0; j < SETTLE_RECENT; j++) {
            const bool same = strcmp(turn->recent[i], turn->recent[j]) == 0;
            count += same;
            seen = seen || (same && j < i);
        }
        if (!seen && count > 1)
            lc_buf_printf(out, "%s%s (%d of the last %d)", out->len == 0 ? "" : ", ",
                          turn->recent[i], count, SETTLE_RECENT);
    }
}

/* The most frequent first. */
static void describe_changes(const struct tallies *changes, struct lc_buf *out)
{
    bool shown[SETTLE_TALLIES] = { false };

    for (int n = 0; n < SHOWN; n++) {
        size_t best = SETTLE_TALLIES;
        for (size_t i = 0; i < changes->count; i++)
            if (!shown[i] && changes->items[i].count > 1 &&
                (best == SETTLE_TALLIES || changes->items[i].count > changes->items[best].count))
                best = i;
        if (best == SETTLE_TALLIES)
            return;
        shown[best] = true;
        lc_buf_printf(out, "%s%s (%lld times)", n == 0 ? "; what changes each time: " : ", ",
                      changes->items[best].what, (long long)changes->items[best].count);
    }
}

bool settle_fail_restless(const struct settle *settle, const struct turn *turn, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf names = LC_BUF_INIT(1000);
    LC_AUTO(lc_buf_release) struct lc_buf changes = LC_BUF_INIT(1000);

    describe_recent(turn, &names);
    describe_changes(&settle->changes, &changes);
    return lc_fail(err, LC_ESTATE,
                   "%s does not come to rest: %lld hooks without time passing; what repeats: %s%s",
                   turn->unit, (long long)turn->ever, names.data, changes.data);
}

/* "3 tries", "3 tries now, 6 in all". */
static bool describe_tries(const struct settle *settle, const struct turn *turn, char text[80],
                           struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;

    if (!lc_store_unit(settle->agent->store, turn->unit, &unit, err))
        return false;
    const int len = snprintf(text, 80, "%lld %s", (long long)turn->tries,
                             turn->tries == 1 ? "try" : "tries");
    if (unit.tries > turn->tries)
        (void)snprintf(text + len, (size_t)(80 - len), " now, %lld in all", (long long)unit.tries);
    return true;
}

bool settle_check_failed(struct settle *settle, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_ERR_MESSAGE_BYTES - 200);
    size_t failed = 0;

    for (size_t i = 0; i < settle->count; i++) {
        const struct turn *turn = &settle->turns[i];
        char tries[80];
        if (turn->tries < settle->max_tries)
            continue;
        if (!describe_tries(settle, turn, tries, err))
            return false;
        lc_buf_printf(&text, "%s%s: %s, %s", failed == 0 ? "" : "; ", turn->unit, turn->why, tries);
        failed++;
    }
    if (failed == 0)
        return true;
    (void)lc_fail(err, LC_ECOMMAND, "%s%s; 'luacharm model debug-log' has more", text.data,
                  text.code == LC_OK ? "" : " ...");
    return failed == 1 ? false : lc_wrap(err, "%zu units are in error", failed);
}
