/* The fake Juju without error values. */
#include "fake_juju.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void must(bool done, const struct lc_err *err)
{
    if (done)
        return;
    (void)fprintf(stderr, "fake juju: %s\n", err->message);
    exit(2);
}

/* MUST(lc_fake_join(fake->world, id, unit, &err)) */
#define MUST(call)                                                                                 \
    do {                                                                                           \
        struct lc_err err = LC_ERR_INIT;                                                           \
        must((call), &err);                                                                        \
    } while (0)

struct fake_juju *fake_juju_new(const char *unit)
{
    struct fake_juju *fake = lc_alloc(1, sizeof(*fake));
    struct lc_err err = LC_ERR_INIT;

    must(fake != NULL || lc_fail_memory(&err), &err);
    must(lc_fake_new(unit, &fake->world, &err), &err);
    return fake;
}

void fake_juju_free(struct fake_juju *fake)
{
    if (fake == NULL)
        return;
    lc_fake_free(fake->world);
    lc_free(fake);
}

const struct lc_juju *fake_juju_port(struct fake_juju *fake)
{
    return lc_fake_port(fake->world);
}

const struct lc_hook_env *fake_juju_env(struct fake_juju *fake)
{
    return lc_fake_env(fake->world);
}

const struct lc_clock *fake_juju_clock(struct fake_juju *fake)
{
    return lc_fake_clock(fake->world);
}

/* --- hooks --- */

void fake_juju_begin(struct fake_juju *fake)
{
    MUST(lc_fake_begin(fake->world, &err));
}

void fake_juju_hook(struct fake_juju *fake, const char *hook_name)
{
    MUST(lc_fake_hook(fake->world, hook_name, &err));
}

void fake_juju_relation_hook(struct fake_juju *fake, const char *hook_name, const char *relation_id,
                             const char *remote_unit)
{
    MUST(lc_fake_relation_hook(fake->world, hook_name, relation_id, remote_unit, &err));
}

void fake_juju_secret_hook(struct fake_juju *fake, const char *hook_name, const char *secret,
                           int64_t revision)
{
    MUST(lc_fake_secret_hook(fake->world, hook_name, secret, revision, &err));
}

bool fake_juju_commit(struct fake_juju *fake, struct lc_err *err)
{
    return lc_fake_commit(fake->world, err);
}

bool fake_juju_commit_secrets(struct fake_juju *fake, struct lc_err *err)
{
    return lc_fake_commit_secrets(fake->world, err);
}

void fake_juju_discard(struct fake_juju *fake)
{
    MUST(lc_fake_discard(fake->world, &err));
}

/* --- the world --- */

void fake_juju_advance(struct fake_juju *fake, int64_t seconds)
{
    lc_fake_advance(fake->world, seconds);
}

void fake_juju_set_time(struct fake_juju *fake, int64_t now_s)
{
    lc_fake_set_time(fake->world, now_s);
}

void fake_juju_lead(struct fake_juju *fake, bool is_leader)
{
    lc_fake_lead(fake->world, is_leader);
}

void fake_juju_become(struct fake_juju *fake, const char *unit)
{
    MUST(lc_fake_become(fake->world, unit, &err));
}

void fake_juju_answer(struct fake_juju *fake, const char *command, const char *answer)
{
    MUST(lc_fake_answer(fake->world, command, answer, &err));
}

void fake_juju_relate(struct fake_juju *fake, const char *relation_id, const char *app)
{
    MUST(lc_fake_relate(fake->world, relation_id, app, &err));
}

void fake_juju_join(struct fake_juju *fake, const char *relation_id, const char *unit)
{
    MUST(lc_fake_join(fake->world, relation_id, unit, &err));
}

void fake_juju_depart(struct fake_juju *fake, const char *relation_id, const char *unit)
{
    MUST(lc_fake_depart(fake->world, relation_id, unit, &err));
}

void fake_juju_break(struct fake_juju *fake, const char *relation_id)
{
    MUST(lc_fake_break(fake->world, relation_id, &err));
}

void fake_juju_remove(struct fake_juju *fake, const char *relation_id)
{
    MUST(lc_fake_remove(fake->world, relation_id, &err));
}

void fake_juju_put(struct fake_juju *fake, const char *relation_id, const char *who,
                   const char *key, const char *value)
{
    MUST(lc_fake_put(fake->world, relation_id, who, key, value, &err));
}

void fake_juju_put_state(struct fake_juju *fake, const char *key, const char *value)
{
    MUST(lc_fake_put_state(fake->world, key, value, &err));
}

const char *fake_juju_add_secret(struct fake_juju *fake, const char *owner,
                                 const struct lc_secret_spec *spec)
{
    const char *id = NULL;

    MUST(lc_fake_add_secret(fake->world, owner, spec, &id, &err));
    return id;
}

const char *fake_juju_add_secret_text(struct fake_juju *fake, const char *owner, const char *label,
                                      const char *key, const char *value)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    const struct lc_secret_spec spec = { .label = label, .content = &content };

    MUST(lc_secret_content_set(&content, key, value, strlen(value), &err));
    return fake_juju_add_secret(fake, owner, &spec);
}

void fake_juju_set_secret_text(struct fake_juju *fake, const char *secret, const char *key,
                               const char *value)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;

    MUST(lc_secret_content_set(&content, key, value, strlen(value), &err));
    MUST(lc_fake_add_revision(fake->world, secret, &content, &err));
}

void fake_juju_grant(struct fake_juju *fake, const char *secret, const char *relation_id,
                     const char *subject)
{
    MUST(lc_fake_grant(fake->world, secret, relation_id, subject, &err));
}

/* --- reading back --- */

const char *fake_juju_data(struct fake_juju *fake, const char *relation_id, const char *who,
                           const char *key)
{
    return lc_fake_data(fake->world, relation_id, who, key);
}

const struct lc_strmap *fake_juju_bag(struct fake_juju *fake, const char *relation_id,
                                      const char *who)
{
    return lc_fake_bag(fake->world, relation_id, who);
}

const char *fake_juju_state(struct fake_juju *fake, const char *key)
{
    return lc_fake_state(fake->world, key);
}

const char *fake_juju_status(struct fake_juju *fake, bool app)
{
    return lc_fake_status(fake->world, app);
}

const char *fake_juju_version(struct fake_juju *fake)
{
    return lc_fake_version(fake->world);
}

const struct lc_strlist *fake_juju_ports(struct fake_juju *fake)
{
    return lc_fake_ports(fake->world);
}

const struct lc_strlist *fake_juju_log(struct fake_juju *fake)
{
    return lc_fake_log(fake->world);
}

const struct lc_strmap *fake_juju_results(struct fake_juju *fake)
{
    return lc_fake_results(fake->world);
}

const char *fake_juju_failure(struct fake_juju *fake)
{
    return lc_fake_failure(fake->world);
}

bool fake_juju_secret(struct fake_juju *fake, const char *secret, struct lc_fake_secret *out)
{
    return lc_fake_secret(fake->world, secret, out);
}

size_t fake_juju_secret_count(struct fake_juju *fake)
{
    return lc_fake_secret_count(fake->world);
}

bool fake_juju_secret_at(struct fake_juju *fake, size_t index, struct lc_fake_secret *out)
{
    return lc_fake_secret_at(fake->world, index, out);
}

const char *fake_juju_secret_text(struct fake_juju *fake, const char *secret, const char *key)
{
    return lc_fake_secret_text(fake->world, secret, key);
}

bool fake_juju_is_granted(struct fake_juju *fake, const char *secret, const char *subject)
{
    return lc_fake_is_granted(fake->world, secret, subject);
}

/* --- the journal --- */

const struct lc_strlist *fake_juju_journal(struct fake_juju *fake)
{
    return lc_fake_journal(fake->world);
}

size_t fake_juju_count(struct fake_juju *fake, const char *begin)
{
    return lc_fake_count(fake->world, begin);
}

size_t fake_juju_total(struct fake_juju *fake)
{
    return lc_fake_total(fake->world);
}

void fake_juju_fail(struct fake_juju *fake, const char *command, unsigned nth, enum lc_code code)
{
    MUST(lc_fake_fail(fake->world, command, nth, code, &err));
}

void fake_juju_fail_clear(struct fake_juju *fake)
{
    lc_fake_fail_clear(fake->world);
}
