/* The fake Juju: its life, hooks and their commit, the journal, failures on demand. */
#include "fake_juju.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "fake_juju_private.h"

#define STATE_MAX_BYTES ((size_t)2 * 1024 * 1024) /* the controller's default (juju-hooks 2.13) */

void fake_give_up(const char *what, const char *text)
{
    (void)fprintf(stderr, "fake juju: %s: %s\n", what, text);
    exit(2);
}

void fake_must(bool done, const struct lc_err *err)
{
    if (!done)
        fake_give_up("a helper failed", err->message);
}

bool fake_replace(char **slot, const char *text, struct lc_err *err)
{
    char *copy = text == NULL ? NULL : lc_strdup(text);

    if (text != NULL && copy == NULL)
        return lc_fail_memory(err);
    lc_free(*slot);
    *slot = copy;
    return true;
}

void fake_set(char **slot, const char *text)
{
    struct lc_err err = LC_ERR_INIT;

    fake_must(fake_replace(slot, text, &err), &err);
}

bool fake_is_unit(const char *who)
{
    return strchr(who, '/') != NULL;
}

bool fake_is_own_unit(const struct fake_juju *fake, const char *unit)
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

bool fake_enter(struct fake_juju *fake, struct lc_err *err, const char *format, ...)
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

bool fake_note(struct fake_juju *fake, const char *word, struct lc_err *err)
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

const struct lc_strlist *fake_juju_journal(struct fake_juju *fake)
{
    return &fake->journal;
}

size_t fake_juju_count(struct fake_juju *fake, const char *begin)
{
    const size_t len = strlen(begin);
    size_t count = 0;

    for (size_t i = 0; i < fake->journal.count; i++) {
        const char *line = fake->journal.items[i];
        count += strncmp(line, begin, len) == 0 && (line[len] == '\0' || line[len] == ' ');
    }
    return count;
}

size_t fake_juju_total(struct fake_juju *fake)
{
    return fake->journal.count;
}

void fake_juju_fail(struct fake_juju *fake, const char *command, unsigned nth, enum lc_code code)
{
    if (nth == 0 ||
        !lc_grow(&fake->faults, &fake->fault_capacity, fake->fault_count, sizeof(*fake->faults)))
        fake_give_up("cannot set a failure", command == NULL ? "any" : command);
    struct fake_fault *fault = &fake->faults[fake->fault_count++];
    *fault = (struct fake_fault){ .left = nth, .code = code };
    fake_set(&fault->command, command);
}

void fake_juju_fail_clear(struct fake_juju *fake)
{
    for (size_t i = 0; i < fake->fault_count; i++)
        lc_free(fake->faults[i].command);
    fake->fault_count = 0;
}

/* --- life and hooks --- */

struct fake_juju *fake_juju_new(const char *unit)
{
    struct fake_juju *fake = lc_alloc(1, sizeof(*fake));

    if (fake == NULL)
        fake_give_up("out of memory", unit);
    fake->port = (struct lc_juju){ .ops = &fake_operations, .context = fake };
    fake->now_s = FAKE_JUJU_START_S;
    fake->clock = lc_clock_fixed(&fake->now_s);
    fake_set(&fake->env.model_name, "lab");
    fake_set(&fake->env.model_uuid, "cdac5656-2423-4388-8f30-41854b4cca7d");
    fake_set(&fake->env.charm_dir, "/var/lib/juju/agents/unit/charm");
    fake_set(&fake->env.juju_version, "3.6.26");
    fake_set(&fake->env.machine_id, "0");
    fake_juju_become(fake, unit);
    fake_juju_hook(fake, "config-changed");
    return fake;
}

void fake_juju_free(struct fake_juju *fake)
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
    lc_strlist_release(&fake->ports);
    lc_strlist_release(&fake->working_ports);
    lc_strmap_release(&fake->answers);
    lc_free(fake->status[OF_UNIT]);
    lc_free(fake->status[OF_APP]);
    lc_free(fake->version);
    lc_strlist_release(&fake->log);
    lc_strmap_release(&fake->results);
    lc_free(fake->failure);
    lc_strlist_release(&fake->journal);
    fake_juju_fail_clear(fake);
    lc_free(fake->faults);
    lc_free(fake);
}

const struct lc_juju *fake_juju_port(struct fake_juju *fake)
{
    return &fake->port;
}

const struct lc_hook_env *fake_juju_env(struct fake_juju *fake)
{
    return &fake->env;
}

const struct lc_clock *fake_juju_clock(struct fake_juju *fake)
{
    return &fake->clock;
}

void fake_juju_discard(struct fake_juju *fake)
{
    struct lc_err err = LC_ERR_INIT;

    fake_secrets_discard(fake);
    fake_must(lc_strmap_copy(&fake->working_state, &fake->state, &err), &err);
    fake_must(lc_strlist_copy(&fake->working_ports, &fake->ports, &err), &err);
    for (size_t i = 0; i < fake->relation_count; i++)
        for (size_t j = 0; j < fake->relations[i].bag_count; j++) {
            struct fake_bag *bag = &fake->relations[i].bags[j];
            fake_must(lc_strmap_copy(&bag->working, &bag->committed, &err), &err);
        }
    fake->was_told_not_leader = false;
}

void fake_juju_begin(struct fake_juju *fake)
{
    fake_juju_discard(fake);
    lc_strlist_release(&fake->journal);
}

void fake_juju_hook(struct fake_juju *fake, const char *hook_name)
{
    struct lc_event *event = &fake->env.event;
    size_t prefix_len;

    fake_juju_begin(fake);
    lc_event_release(event);
    if (lc_text_has_prefix(hook_name, "actions/")) {
        event->kind = LC_EVENT_ACTION;
        fake_set(&event->name, hook_name + strlen("actions/"));
        fake_set(&event->action_id, "1");
        return;
    }
    event->kind = lc_event_kind_of(hook_name, &prefix_len);
    fake_set(&event->name, hook_name);
    fake_set(&event->endpoint, prefix_len == 0 ? NULL : hook_name);
    if (prefix_len != 0)
        event->endpoint[prefix_len] = '\0';
}

void fake_juju_relation_hook(struct fake_juju *fake, const char *hook_name, const char *relation_id,
                             const char *remote_unit)
{
    const struct fake_relation *relation = fake_relation_find(fake, relation_id);
    struct lc_event *event = &fake->env.event;

    if (relation == NULL)
        fake_give_up("no such relation", relation_id);
    fake_juju_hook(fake, hook_name);
    fake_set(&event->relation_id, relation_id);
    fake_set(&event->remote_app, relation->app);
    fake_set(&event->remote_unit, remote_unit);
    if (event->kind == LC_EVENT_RELATION_DEPARTED)
        fake_set(&event->departing_unit, remote_unit);
}

void fake_juju_secret_hook(struct fake_juju *fake, const char *hook_name, const char *secret,
                           int64_t revision)
{
    const struct fake_secret *found = fake_secret_named(fake, secret);
    struct lc_event *event = &fake->env.event;

    if (found == NULL)
        fake_give_up("no such secret", secret);
    fake_juju_hook(fake, hook_name);
    fake_set(&event->secret_id, found->id);
    fake_set(&event->secret_uri, found->id);
    fake_set(&event->secret_label, found->label);
    event->secret_revision = revision;
}

static bool check_rest(struct fake_juju *fake, struct lc_err *err)
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

static bool apply_rest(struct fake_juju *fake, struct lc_err *err)
{
    for (size_t i = 0; i < fake->relation_count; i++)
        for (size_t j = 0; j < fake->relations[i].bag_count; j++) {
            struct fake_bag *bag = &fake->relations[i].bags[j];
            if (!lc_strmap_copy(&bag->committed, &bag->working, err))
                return false;
        }
    return lc_strmap_copy(&fake->state, &fake->working_state, err) &&
           lc_strlist_copy(&fake->ports, &fake->working_ports, err);
}

bool fake_juju_commit(struct fake_juju *fake, struct lc_err *err)
{
    const bool good = fake_secrets_commit(fake, err) && check_rest(fake, err) &&
                      apply_rest(fake, err);

    fake_juju_discard(fake); /* what is committed stays */
    return good;
}

/* --- the world, and reading it back --- */

void fake_juju_advance(struct fake_juju *fake, int64_t seconds)
{
    fake->now_s += seconds;
}

void fake_juju_set_time(struct fake_juju *fake, int64_t now_s)
{
    fake->now_s = now_s;
}

void fake_juju_lead(struct fake_juju *fake, bool leads)
{
    fake->is_leader = leads;
}

static struct fake_unit_state *state_of(struct fake_juju *fake, const char *unit)
{
    for (size_t i = 0; i < fake->state_count; i++)
        if (strcmp(fake->states[i].unit, unit) == 0)
            return &fake->states[i];
    if (!lc_grow(&fake->states, &fake->state_capacity, fake->state_count, sizeof(*fake->states)))
        fake_give_up("out of memory", unit);
    struct fake_unit_state *fresh = &fake->states[fake->state_count++];
    *fresh = (struct fake_unit_state){ .state = LC_STRMAP_INIT };
    fake_set(&fresh->unit, unit);
    return fresh;
}

/* Each unit has its own stored state. */
static void change_state(struct fake_juju *fake, const char *old, const char *unit)
{
    struct lc_err err = LC_ERR_INIT;

    fake_must(lc_strmap_copy(&state_of(fake, old)->state, &fake->state, &err), &err);
    fake_must(lc_strmap_copy(&fake->state, &state_of(fake, unit)->state, &err), &err);
    fake_must(lc_strmap_copy(&fake->working_state, &fake->state, &err), &err);
}

void fake_juju_become(struct fake_juju *fake, const char *unit)
{
    LC_AUTO(lc_free) char *old = LC_STEAL(fake->env.unit);
    size_t app_len;

    if (!lc_unit_name_is_valid(unit, &app_len))
        fake_give_up("not a unit", unit);
    if (old != NULL && strcmp(old, unit) == 0) {
        fake->env.unit = LC_STEAL(old);
        return;
    }
    fake_set(&fake->env.unit, unit);
    fake_set(&fake->env.app, unit);
    fake->env.app[app_len] = '\0';
    fake_set(&fake->env.unit_number, unit + app_len + 1);
    fake_relations_become(fake, old);
    if (old != NULL)
        change_state(fake, old, unit);
}

void fake_juju_answer(struct fake_juju *fake, const char *command, const char *text)
{
    struct lc_err err = LC_ERR_INIT;

    fake_must(lc_strmap_set(&fake->answers, command, text, &err), &err);
}

void fake_juju_put_state(struct fake_juju *fake, const char *key, const char *value)
{
    struct lc_err err = LC_ERR_INIT;

    fake_must(lc_strmap_set(&fake->state, key, value, &err), &err);
    fake_must(lc_strmap_set(&fake->working_state, key, value, &err), &err);
}

const char *fake_juju_state(struct fake_juju *fake, const char *key)
{
    return lc_strmap_get(&fake->state, key);
}

const char *fake_juju_status(struct fake_juju *fake, bool app)
{
    return fake->status[app ? OF_APP : OF_UNIT];
}

const char *fake_juju_version(struct fake_juju *fake)
{
    return fake->version;
}

const struct lc_strlist *fake_juju_ports(struct fake_juju *fake)
{
    return &fake->ports;
}

const struct lc_strlist *fake_juju_log(struct fake_juju *fake)
{
    return &fake->log;
}

const struct lc_strmap *fake_juju_results(struct fake_juju *fake)
{
    return &fake->results;
}

const char *fake_juju_failure(struct fake_juju *fake)
{
    return fake->failure;
}
