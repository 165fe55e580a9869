/* Short ways to call the fake Juju, shared by its tests. */
#ifndef TESTS_UNIT_FAKE_CALLS_H
#define TESTS_UNIT_FAKE_CALLS_H

#include <string.h>

#include "base/mem.h"
#include "fake_juju.h"
#include "rows.h"

#define CALL(fake, ...) lc_juju_call(fake_juju_port(fake), __VA_ARGS__)

static struct lc_err err;

static inline void set(struct fake_juju *fake, const char *relation_id, bool app, const char *key,
                       const char *value)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;

    assert_done(lc_strmap_set(&changes, key, value, &err));
    assert_done(CALL(fake, relation_set, relation_id, app, &changes, &err));
}

static inline void fill(struct lc_secret_content *content, const char *value)
{
    assert_done(lc_secret_content_set(content, "value", value, strlen(value), &err));
}

static inline bool try_add(struct fake_juju *fake, const char *label, bool app_owned,
                           int64_t expire_s, char **id)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    const struct lc_secret_spec spec = {
        .label = label, .app_owned = app_owned, .expire_s = expire_s, .content = &content
    };

    fill(&content, "one");
    return CALL(fake, secret_add, &spec, id, &err);
}

/* A unit's secret "one" in the making. */
static inline char *add(struct fake_juju *fake, const char *label)
{
    char *id = NULL;

    assert_done(try_add(fake, label, false, 0, &id));
    return id;
}

static inline void change(struct fake_juju *fake, const char *id, const char *value,
                          int64_t expire_s)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    const struct lc_secret_spec spec = { .expire_s = expire_s,
                                         .content = value == NULL ? NULL : &content };

    if (value != NULL)
        fill(&content, value);
    assert_done(CALL(fake, secret_set, id, &spec, &err));
}

static inline void assert_reads(struct fake_juju *fake, const char *id, enum lc_secret_read how,
                                const char *wanted)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;

    assert_done(CALL(fake, secret_get, id, NULL, how, &content, &err));
    assert_string_equal(lc_secret_content_get(&content, "value")->data, wanted);
}

static inline bool try_read(struct fake_juju *fake, const char *id, const char *label)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;

    return CALL(fake, secret_get, id, label, LC_SECRET_TRACKED, &content, &err);
}

static inline void commit(struct fake_juju *fake)
{
    assert_done(fake_juju_commit(fake, &err));
}

static inline void remove_revision(struct fake_juju *fake, const char *id, int64_t revision)
{
    assert_done(CALL(fake, secret_remove, id, revision, &err));
}

#endif
