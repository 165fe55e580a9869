/* The fake Juju: its life, hooks and their commit, the journal, failures on demand. */
#include "juju/fake.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "juju/fake_private.h"

#define STATE_MAX_BYTES ((size_t)2 * 1024 * 1024) /* the controller's default (juju-hooks 2.13) */

bool fake_replace(char **slot, const char *text, struct lc_err *err)
{
    char *copy = text == NULL ? NULL : lc_strdup(text);

    if (text != NULL && copy == NULL)
        return lc_fail_memory(err);
    lc_free(*slot);
    *slot = copy;
    return true;
}

static bool replace_len(char **slot, const char *text, size_t len, struct lc_err *err)
{
    char *copy = lc_strndup(text, len);

    if (copy == NULL)
        return lc_fail_memory(err);
    lc_free(*slot);
    *slot = copy;
    return true;
}

bool fake_is_unit(const char *who)
{
    return strchr(who, '/') != NULL;
}

bool fake_is_own_unit(const struct lc_fake *fake, const char *unit)
{
    const size_t app_len = strlen(fake->env.app);

    return strncmp(unit, fake->env.app, app_len) == 0 && unit[app_len] == '/';
}

/* --- the journal and failures --- */

static bool is_due(struct fake_fault *fault, const char *line)
{
    const size_t len = strcspn(line, " ");

    if (fault->left == 0)
        return false;
    if (fault->command != NULL &&
        (strlen(fault->command) != len || strncmp(fault->command, line, len) != 0))
        return false;
    return --fault->left == 0;
}

bool fake_enter(struct lc_fake *fake, struct lc_err *err, const char *format, ...)
{
    char line[1024];
    va_list args;
    bool good = true;

    va_start(args, format);
    (void)vsnprintf(line, sizeof(line), format, args); /* cut where a test is that verbose */
    va_end(args);
    if (!lc_strlist_add(&fake->journal, line, err))
        return false;
    for (size_t i = 0; i < fake->fault_count; i++)
        if (is_due(&fake->faults[i], line) && good)
            good = lc_fail(err, fake->faults[i].code, "%.*s: failed by the test",
                           (int)strcspn(line, " "), line);
    return good;
}

bool fake_note(struct lc_fake *fake, const char *word, struct lc_err *err)
{
    char **line = &fake->journal.items[fake->journal.count - 1];
    LC_AUTO(lc_buf_release) struct lc_buf longer = LC_BUF_INIT(64u * 1024);

    lc_buf_printf(&longer, "%s %s", *line, word);
    char *text;
    if (!lc_buf_take(&longer, &text, NULL, err))
        return false;
    lc_free(*line);
    *line = text;
    return true;
}

const struct lc_strlist *lc_fake_journal(struct lc_fake *fake)
{
    return &fake->journal;
}

size_t lc_fake_count(struct lc_fake *fake, const char *begin)
{
    const size_t len = strlen(begin);
    size_t count = 0;

    for (size_t i = 0; i < fake->journal.count; i++) {
        const char *line = fake->journal.items[i];
        count += strncmp(line, begin, len) == 0 && (line[len] == '\0' || line[len] == ' ');
    }
    return count;
}

size_t lc_fake_total(struct lc_fake *fake)
{
    return fake->journal.count;
}

bool lc_fake_fail(struct lc_fake *fake, const char *command, unsigned nth, enum lc_code code,
                  struct lc_err *err)
{
    struct fake_fault fault = { .left = nth, .code = code };

    if (!lc_grow(&fake->faults, &fake->fault_capacity, fake->fault_count, sizeof(*fake->faults)))
        return lc_fail_memory(err);
    if (!fake_replace(&fault.command, command, err))
        return false;
    fake->faults[fake->fault_count++] = fault;
    return true;
}

void lc_fake_fail_clear(struct lc_fake *fake)
{
    for (size_t i = 0; i < fake->fault_count; i++)
        lc_free(fake->faults[i].command);
    fake->fault_count = 0;
}

/* --- life and hooks --- */

static bool fill_env(struct lc_hook_env *env, struct lc_err *err)
{
    return fake_replace(&env->model_name, "lab", err) &&
           fake_replace(&env->model_uuid, "cdac5656-2423-4388-8f30-41854b4cca7d", err) &&
           fake_replace(&env->charm_dir, "/var/lib/juju/agents/unit/charm", err) &&
           fake_replace(&env->juju_version, "3.6.26", err) &&
           fake_replace(&env->machine_id, "0", err);
}

bool lc_fake_new(const char *unit, struct lc_fake **out, struct lc_err *err)
{
    LC_AUTO(lc_fake_free) struct lc_fake *fake = lc_alloc(1, sizeof(*fake));

    if (fake == NULL)
        return lc_fail_memory(err);
    fake->port = (struct lc_juju){ .ops = &fake_operations, .context = fake };
    fake->now_s = LC_FAKE_START_S;
    fake->clock = lc_clock_fixed(&fake->now_s);
    if (!fill_env(&fake->env, err) || !lc_fake_become(fake, unit, err) ||
        !lc_fake_hook(fake, "config-changed", err))
        return false;
    *out = LC_STEAL(fake);
    return true;
}

void lc_fake_free(struct lc_fake *fake)
{
    if (fake == NULL)
        return;
    lc_hook_env_release(&fake->env);
    for (size_t i = 0; i < fake->relation_count; i++)
        fake_relation_release(&fake->relations[i]);
    lc_free(fake->relations);
    for (size_t i = 0; i < fake->secret_count; i++)
        fake_secret_free(fake->secrets[i]);
    lc_free(fake->secrets);
    lc_strmap_release(&fake->state);
    lc_strmap_release(&fake->working_state);
    for (size_t i = 0; i < fake->state_count; i++) {
        lc_free(fake->states[i].unit);
        lc_strmap_release(&fake->states[i].state);
    }
    lc_free(fake->states);
    lc_strmap_release(&fake->leader_settings);
    lc_strlist_release(&fake->ports);
    lc_strlist_release(&fake->working_ports);
    lc_strmap_release(&fake->answers);
    lc_free(fake->status[OF_UNIT]);
    lc_free(fake->status[OF_APP]);
    lc_strlist_release(&fake->history[OF_UNIT]);
    lc_strlist_release(&fake->history[OF_APP]);
    lc_strlist_release(&fake->storage_added);
    lc_strlist_release(&fake->working_storage);
    lc_free(fake->reboot);
    lc_free(fake->version);
    lc_strlist_release(&fake->log);
    lc_strmap_release(&fake->results);
    lc_free(fake->failure);
    lc_strlist_release(&fake->journal);
    lc_fake_fail_clear(fake);
    lc_free(fake->faults);
    lc_free(fake);
}

const struct lc_juju *lc_fake_port(struct lc_fake *fake)
{
    return &fake->port;
}

const struct lc_hook_env *lc_fake_env(struct lc_fake *fake)
{
    return &fake->env;
}

const struct lc_clock *lc_fake_clock(struct lc_fake *fake)
{
    return &fake->clock;
}

bool lc_fake_discard(struct lc_fake *fake, struct lc_err *err)
{
    fake_secrets_discard(fake);
    fake->was_told_not_leader = false;
    for (size_t i = 0; i < fake->relation_count; i++)
        for (size_t j = 0; j < fake->relations[i].bag_count; j++) {
            struct fake_bag *bag = &fake->relations[i].bags[j];
            if (!lc_strmap_copy(&bag->working, &bag->committed, err))
                return false;
        }
    return lc_strmap_copy(&fake->working_state, &fake->state, err) &&
           lc_strlist_copy(&fake->working_storage, &fake->storage_added, err) &&
           lc_strlist_copy(&fake->working_ports, &fake->ports, err);
}

bool lc_fake_begin(struct lc_fake *fake, struct lc_err *err)
{
    lc_strlist_release(&fake->journal);
    return lc_fake_discard(fake, err);
}

bool lc_fake_hook(struct lc_fake *fake, const char *hook_name, struct lc_err *err)
{
    struct lc_event *event = &fake->env.event;
    size_t prefix_len;

    if (!lc_fake_begin(fake, err))
        return false;
    lc_event_release(event);
    if (lc_text_has_prefix(hook_name, "actions/")) {
        event->kind = LC_EVENT_ACTION;
        return fake_replace(&event->name, hook_name + strlen("actions/"), err) &&
               fake_replace(&event->action_id, "1", err);
    }
    event->kind = lc_event_kind_of(hook_name, &prefix_len);
    return fake_replace(&event->name, hook_name, err) &&
           (prefix_len == 0 || replace_len(&event->endpoint, hook_name, prefix_len, err));
}

bool lc_fake_relation_hook(struct lc_fake *fake, const char *hook_name, const char *relation_id,
                           const char *remote_unit, struct lc_err *err)
{
    const struct fake_relation *relation = fake_relation_find(fake, relation_id);
    struct lc_event *event = &fake->env.event;

    if (relation == NULL)
        return fake_no_relation(relation_id, err);
    if (!lc_fake_hook(fake, hook_name, err) ||
        !fake_replace(&event->relation_id, relation_id, err) ||
        !fake_replace(&event->remote_app, relation->app, err) ||
        !fake_replace(&event->remote_unit, remote_unit, err))
        return false;
    return event->kind != LC_EVENT_RELATION_DEPARTED ||
           fake_replace(&event->departing_unit, remote_unit, err);
}

bool lc_fake_secret_hook(struct lc_fake *fake, const char *hook_name, const char *secret,
                         int64_t revision, struct lc_err *err)
{
    const struct fake_secret *found = fake_secret_named(fake, secret);
    struct lc_event *event = &fake->env.event;

    if (found == NULL)
        return fake_no_secret(secret, err);
    if (!lc_fake_hook(fake, hook_name, err))
        return false;
    event->secret_revision = revision;
    return fake_replace(&event->secret_id, found->id, err) &&
           fake_replace(&event->secret_uri, found->id, err) &&
           fake_replace(&event->secret_label, found->label, err);
}

static bool check_rest(struct lc_fake *fake, struct lc_err *err)
{
    size_t bytes = 0;

    for (size_t i = 0; i < fake->working_state.count; i++)
        bytes += strlen(fake->working_state.entries[i].key) +
                 strlen(fake->working_state.entries[i].value);
    if (bytes > STATE_MAX_BYTES)
        return lc_fail(err, LC_ECOMMAND, "cannot apply changes: max allowed size (%zu) exceeded",
                       STATE_MAX_BYTES);
    for (size_t i = 0; i < fake->relation_count && !fake->is_leader; i++)
        for (size_t j = 0; j < fake->relations[i].bag_count; j++) {
            const struct fake_bag *bag = &fake->relations[i].bags[j];
            if (!fake_is_unit(bag->who) && !lc_strmap_equals(&bag->working, &bag->committed))
                return lc_fail(err, LC_ECOMMAND,
                               "cannot apply changes: cannot write relation settings: not the "
                               "leader");
        }
    return true;
}

static bool apply_rest(struct lc_fake *fake, struct lc_err *err)
{
    for (size_t i = 0; i < fake->relation_count; i++)
        for (size_t j = 0; j < fake->relations[i].bag_count; j++) {
            struct fake_bag *bag = &fake->relations[i].bags[j];
            if (!lc_strmap_copy(&bag->committed, &bag->working, err))
                return false;
        }
    return lc_strmap_copy(&fake->state, &fake->working_state, err) &&
           lc_strlist_copy(&fake->storage_added, &fake->working_storage, err) &&
           lc_strlist_copy(&fake->ports, &fake->working_ports, err);
}

static bool finish(struct lc_fake *fake, bool good, struct lc_err *err)
{
    struct lc_err ignored = LC_ERR_INIT;

    return lc_fake_discard(fake, good ? err : &ignored) && good; /* what is committed stays */
}

bool lc_fake_commit(struct lc_fake *fake, struct lc_err *err)
{
    const bool good = fake_secrets_commit(fake, err) && check_rest(fake, err) &&
                      apply_rest(fake, err);

    return finish(fake, good, err);
}

bool lc_fake_commit_secrets(struct lc_fake *fake, struct lc_err *err)
{
    const bool good = fake_secrets_commit(fake, err);

    return finish(fake, good, err);
}

/* --- the world, and reading it back --- */

void lc_fake_advance(struct lc_fake *fake, int64_t seconds)
{
    fake->now_s += seconds;
}

void lc_fake_set_time(struct lc_fake *fake, int64_t now_s)
{
    fake->now_s = now_s;
}

void lc_fake_lead(struct lc_fake *fake, bool leads)
{
    fake->is_leader = leads;
}

static bool state_of(struct lc_fake *fake, const char *unit, struct lc_strmap **out,
                     struct lc_err *err)
{
    struct fake_unit_state fresh = { .state = LC_STRMAP_INIT };

    for (size_t i = 0; i < fake->state_count; i++)
        if (strcmp(fake->states[i].unit, unit) == 0) {
            *out = &fake->states[i].state;
            return true;
        }
    if (!lc_grow(&fake->states, &fake->state_capacity, fake->state_count, sizeof(*fake->states)))
        return lc_fail_memory(err);
    if (!fake_replace(&fresh.unit, unit, err))
        return false;
    fake->states[fake->state_count] = fresh;
    *out = &fake->states[fake->state_count++].state;
    return true;
}

/* Each unit has its own stored state. */
static bool change_state(struct lc_fake *fake, const char *old, const char *unit,
                         struct lc_err *err)
{
    struct lc_strmap *state;

    return state_of(fake, old, &state, err) && lc_strmap_copy(state, &fake->state, err) &&
           state_of(fake, unit, &state, err) && lc_strmap_copy(&fake->state, state, err) &&
           lc_strmap_copy(&fake->working_state, &fake->state, err);
}

bool lc_fake_become(struct lc_fake *fake, const char *unit, struct lc_err *err)
{
    LC_AUTO(lc_free) char *old = NULL;
    size_t app_len;

    if (!lc_unit_name_is_valid(unit, &app_len))
        return lc_fail(err, LC_EUSAGE, "'%s' is not the name of a unit", unit);
    if (fake->env.unit != NULL && strcmp(fake->env.unit, unit) == 0)
        return true;
    if (!fake_replace(&old, fake->env.unit, err) || !fake_replace(&fake->env.unit, unit, err) ||
        !replace_len(&fake->env.app, unit, app_len, err) ||
        !fake_replace(&fake->env.unit_number, unit + app_len + 1, err))
        return false;
    return fake_relations_become(fake, old, err) &&
           (old == NULL || change_state(fake, old, unit, err));
}

bool lc_fake_answer(struct lc_fake *fake, const char *command, const char *text, struct lc_err *err)
{
    return lc_strmap_set(&fake->answers, command, text, err);
}

bool lc_fake_put_state(struct lc_fake *fake, const char *key, const char *value, struct lc_err *err)
{
    return lc_strmap_set(&fake->state, key, value, err) &&
           lc_strmap_set(&fake->working_state, key, value, err);
}

const char *lc_fake_state(struct lc_fake *fake, const char *key)
{
    return lc_strmap_get(&fake->state, key);
}

const char *lc_fake_status(struct lc_fake *fake, bool app)
{
    return fake->status[app ? OF_APP : OF_UNIT];
}

const char *lc_fake_version(struct lc_fake *fake)
{
    return fake->version;
}

const struct lc_strlist *lc_fake_ports(struct lc_fake *fake)
{
    return &fake->ports;
}

const struct lc_strlist *lc_fake_log(struct lc_fake *fake)
{
    return &fake->log;
}

const struct lc_strmap *lc_fake_results(struct lc_fake *fake)
{
    return &fake->results;
}

const char *lc_fake_failure(struct lc_fake *fake)
{
    return fake->failure;
}
