/* model/tool_secret and content: times, rotation, keys (juju-hooks 3.3, 3.6). */
#include "model/tool_secret.h"

#include <string.h>

#include "base/clock.h"
#include "rows.h"

#define NOW "2026-01-31T10:00:00Z"

static int64_t at(const char *text)
{
    struct lc_err err = LC_ERR_INIT;
    int64_t time;

    assert_done(lc_time_parse(text, &time, &err));
    return time;
}

struct expire_row {
    const char *name; /* what is given */
    const char *want; /* a time; NULL: it is refused with the words in part */
    const char *part;
};

static const struct expire_row expire_rows[] = {
    { "2026-03-01T06:06:06Z", "2026-03-01T06:06:06Z", NULL },
    { "2026-03-01T06:06:06+02:00", "2026-03-01T04:06:06Z", NULL },
    { "2026-03-01T06:06:06.9Z", "2026-03-01T06:06:06Z", NULL },
    { "2026-03-01T06:06:06", "2026-03-01T06:06:06Z", NULL },
    { "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z", NULL },
    { "24h", "2026-02-01T10:00:00Z", NULL },
    { "90m", "2026-01-31T11:30:00Z", NULL },
    { "1h30m", "2026-01-31T11:30:00Z", NULL },
    { "1.5h", "2026-01-31T11:30:00Z", NULL },
    { "90s500ms", "2026-01-31T10:01:31Z", NULL },
    { "+1h", "2026-01-31T11:00:00Z", NULL },
    { "90d", NULL, "expire time or duration \"90d\" not valid" },
    { "2026-03-01", NULL, "not valid" },
    { "h", NULL, "not valid" },
    { "1", NULL, "not valid" },
    { "1hm", NULL, "not valid" },
    { "", NULL, "not valid" },
    { "-1h", NULL, "negative expire duration \"-1h\" not valid" },
    { "0s", NULL, "negative expire duration \"0s\" not valid" },
};

static void check_expire(void **state)
{
    const struct expire_row *row = *state;
    struct lc_err err = LC_ERR_INIT;
    int64_t got;

    if (row->want == NULL) {
        assert_fails(lc_secret_parse_expire(row->name, at(NOW), &got, &err), LC_EUSAGE, row->part);
        return;
    }
    assert_done(lc_secret_parse_expire(row->name, at(NOW), &got, &err));
    assert_int_equal(got, at(row->want));
}

struct rotation_row {
    const char *name; /* the policy */
    const char *from;
    const char *want; /* NULL: never */
};

static const struct rotation_row rotation_rows[] = {
    { "never", NOW, NULL },
    { "hourly", NOW, "2026-01-31T11:00:00Z" },
    { "daily", NOW, "2026-02-01T10:00:00Z" },
    { "weekly", NOW, "2026-02-07T10:00:00Z" },
    { "monthly", "2026-01-15T10:00:00Z", "2026-02-15T10:00:00Z" },
    { "monthly", NOW, "2026-03-03T10:00:00Z" }, /* Go's AddDate runs over the end of February */
    { "monthly", "2026-12-15T10:00:00Z", "2027-01-15T10:00:00Z" },
    { "quarterly", "2026-11-15T10:00:00Z", "2027-02-15T10:00:00Z" },
    { "yearly", "2024-02-29T10:00:00Z", "2025-03-01T10:00:00Z" },
};

static void check_rotation(void **state)
{
    const struct rotation_row *row = *state;

    assert_true(lc_secret_is_policy(row->name));
    assert_int_equal(lc_secret_next_rotation(row->name, at(row->from)),
                     row->want == NULL ? 0 : at(row->want));
}

struct key_row {
    const char *name; /* what is tried */
    bool want;
};

static const struct key_row key_rows[] = {
    { "abc", true },   { "a-bc", true },   { "ab-c", true },  { "private-key", true },
    { "a1b2", true },  { "ab", false },    { "a-b", false },  { "1abc", false },
    { "Abc", false },  { "a_bc", false },  { "a.bc", false }, { "abc-", false },
    { "-abc", false }, { "a--bc", false }, { "", false },
};

static void check_key(void **state)
{
    const struct key_row *row = *state;

    assert_int_equal(lc_content_is_key(row->name, strlen(row->name)), row->want);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    for (size_t i = 0; i < LC_COUNT(expire_rows); i++)
        suite_addf(&suite, check_expire, (void *)(uintptr_t)&expire_rows[i], "--expire '%s'",
                   expire_rows[i].name);
    for (size_t i = 0; i < LC_COUNT(rotation_rows); i++)
        suite_addf(&suite, check_rotation, (void *)(uintptr_t)&rotation_rows[i], "%s from %s",
                   rotation_rows[i].name, rotation_rows[i].from);
    for (size_t i = 0; i < LC_COUNT(key_rows); i++)
        suite_addf(&suite, check_key, (void *)(uintptr_t)&key_rows[i], "key '%s' %s",
                   key_rows[i].name, key_rows[i].want ? "is one" : "is none");
    return suite_run(&suite, "model_secret");
}
