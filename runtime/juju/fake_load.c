/* The fake Juju from a document: the state before a hook, and the hook's event. Shapes that make no
 * sense are LC_EUSAGE; whether Juju could ever be in such a state is not asked here. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "juju/fake_private.h"
#include "juju/fields.h"

static bool shape_error(const char *what, const struct lc_json *got, const char *expected,
                        struct lc_err *err)
{
    return lc_fail(err, LC_EUSAGE, "%s: expected %s, got %s", what, expected,
                   lc_json_type_name(lc_json_type(got)));
}

/* The text of a member; NULL where it is absent. */
static bool text_of(const struct lc_json *object, const char *key, const char **out,
                    struct lc_err *err)
{
    const struct lc_json *member = lc_json_get(object, key);

    *out = lc_json_string(member);
    return member == NULL || *out != NULL || shape_error(key, member, "a text", err);
}

static bool replace_by_member(char **slot, const struct lc_json *object, const char *key,
                              struct lc_err *err)
{
    const char *text;

    return text_of(object, key, &text, err) && (text == NULL || fake_replace(slot, text, err));
}

/* One of several members that are texts: its name, and where it goes. */
struct slot {
    const char *key;
    char **slot;
};

static bool fill_slots(const struct slot *slots, size_t count, const struct lc_json *object,
                       struct lc_err *err)
{
    for (size_t i = 0; i < count; i++)
        if (!replace_by_member(slots[i].slot, object, slots[i].key, err))
            return false;
    return true;
}

static bool add_entry(void *context, const char *key, const struct lc_json *value,
                      struct lc_err *err)
{
    const char *text = lc_json_string(value);

    return text == NULL ? shape_error(key, value, "a text", err)
                        : lc_strmap_set(context, key, text, err);
}

static bool fill_map(struct lc_strmap *out, const struct lc_json *object, const char *key,
                     struct lc_err *err)
{
    return lc_json_each(lc_json_get(object, key), add_entry, out, err);
}

static bool fill_list(struct lc_strlist *out, const struct lc_json *object, const char *key,
                      struct lc_err *err)
{
    const struct lc_json *list = lc_json_get(object, key);

    for (size_t i = 0; i < lc_json_count(list); i++) {
        const char *text = lc_json_string(lc_json_at(list, i));
        if (text == NULL)
            return shape_error(key, lc_json_at(list, i), "texts", err);
        if (!lc_strlist_add(out, text, err))
            return false;
    }
    return true;
}

/* --- relations --- */

static bool add_bag(void *context, const char *who, const struct lc_json *data, struct lc_err *err)
{
    struct fake_bag *bag;

    return fake_bag_add(context, who, &bag, err) &&
           lc_json_each(data, add_entry, &bag->committed, err) &&
           lc_strmap_copy(&bag->working, &bag->committed, err);
}

static bool put_addresses(struct lc_fake *fake, const struct fake_relation *relation,
                          struct lc_err *err)
{
    for (size_t i = 0; i < relation->members.count; i++)
        if (!fake_put_addresses(fake, relation->id, relation->members.items[i], err))
            return false;
    return fake_put_addresses(fake, relation->id, fake->env.unit, err);
}

static bool load_relation(struct lc_fake *fake, const struct lc_json *json, struct lc_err *err)
{
    struct fake_relation *relation;
    const char *id;
    const char *app;

    if (!text_of(json, "id", &id, err) || !text_of(json, "app", &app, err))
        return false;
    if (id == NULL || app == NULL)
        return lc_fail(err, LC_EUSAGE, "a relation without id or app");
    if (!fake_relation_add(fake, id, app, &relation, err) ||
        !fill_list(&relation->members, json, "units", err))
        return false;
    relation->is_broken = lc_json_boolean(lc_json_get(json, "is_broken"));
    lc_strlist_sort(&relation->members);
    return put_addresses(fake, relation, err) &&
           lc_json_each(lc_json_get(json, "data"), add_bag, relation, err);
}

/* --- secrets --- */

/* A text, or { base64 = text } for other bytes. */
static bool add_field(void *context, const char *key, const struct lc_json *value,
                      struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf bytes = LC_BUF_INIT(LC_SECRET_MAX_BYTES);
    const char *encoded = lc_json_get_string(value, "base64");

    if (lc_json_string(value) != NULL)
        return lc_secret_content_set(context, key, lc_json_string(value), lc_json_string_len(value),
                                     err);
    if (encoded == NULL)
        return shape_error(key, value, "a text or { base64 = TEXT }", err);
    return lc_base64_decode(encoded, strlen(encoded), &bytes, err) &&
           lc_secret_content_set(context, key, bytes.data, bytes.len, err);
}

static bool load_revision(struct fake_secret *secret, const struct lc_json *json,
                          struct lc_err *err)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    const int64_t number = lc_json_integer(lc_json_get(json, "revision"));

    if (number <= secret->last_number)
        return lc_fail(err, LC_EUSAGE, "secret '%s': revisions must ascend from 1", secret->id);
    secret->last_number = number - 1;
    return lc_json_each(lc_json_get(json, "content"), add_field, &content, err) &&
           fake_secret_add_revision(secret, &content, lc_json_integer(lc_json_get(json, "expire")),
                                    err);
}

static bool load_consumer(struct fake_secret *secret, const struct lc_json *json,
                          struct lc_err *err)
{
    struct fake_consumer *consumer;
    const char *unit;

    if (!text_of(json, "unit", &unit, err))
        return false;
    if (unit == NULL)
        return lc_fail(err, LC_EUSAGE, "secret '%s': a reader without unit", secret->id);
    if (!fake_consumer_add(secret, unit, &consumer, err))
        return false;
    consumer->tracked = lc_json_integer(lc_json_get(json, "tracked"));
    return replace_by_member(&consumer->label, json, "label", err);
}

static bool load_grant(struct fake_secret *secret, const struct lc_json *json, struct lc_err *err)
{
    const char *relation;
    const char *to;

    if (!text_of(json, "relation", &relation, err) || !text_of(json, "to", &to, err))
        return false;
    if (relation == NULL || to == NULL)
        return lc_fail(err, LC_EUSAGE, "secret '%s': a grant without relation or to", secret->id);
    return fake_grant_add(&secret->grants, &secret->grant_count, &secret->grant_capacity, relation,
                          to, false, err);
}

typedef bool (*load_part_fn)(struct fake_secret *secret, const struct lc_json *json,
                             struct lc_err *err);

static bool load_parts(struct fake_secret *secret, const struct lc_json *json, const char *key,
                       load_part_fn load, struct lc_err *err)
{
    const struct lc_json *list = lc_json_get(json, key);

    for (size_t i = 0; i < lc_json_count(list); i++)
        if (!load(secret, lc_json_at(list, i), err))
            return false;
    return true;
}

static bool load_secret(struct lc_fake *fake, const struct lc_json *json, struct lc_err *err)
{
    struct fake_secret *secret;
    const char *owner;
    const char *id;

    if (!text_of(json, "owner", &owner, err) || !text_of(json, "id", &id, err))
        return false;
    if (owner == NULL)
        return lc_fail(err, LC_EUSAGE, "a secret without owner");
    if (!fake_secret_new(fake, owner, &secret, err) ||
        (id != NULL && !fake_replace(&secret->id, id, err)))
        return false;
    const struct slot slots[] = { { "label", &secret->label },
                                  { "description", &secret->description },
                                  { "rotate", &secret->rotation } };
    secret->is_committed = true;
    return fill_slots(slots, LC_COUNT(slots), json, err) &&
           load_parts(secret, json, "revisions", load_revision, err) &&
           load_parts(secret, json, "readers", load_consumer, err) &&
           load_parts(secret, json, "grants", load_grant, err);
}

/* --- the document --- */

static bool load_each(struct lc_fake *fake, const struct lc_json *list,
                      bool (*load)(struct lc_fake *, const struct lc_json *, struct lc_err *),
                      struct lc_err *err)
{
    for (size_t i = 0; i < lc_json_count(list); i++)
        if (!load(fake, lc_json_at(list, i), err))
            return false;
    return true;
}

static bool load_unit(struct lc_fake *fake, const struct lc_json *state, struct lc_err *err)
{
    const struct slot slots[] = {
        { "unit_status", &fake->status[OF_UNIT] },
        { "app_status", &fake->status[OF_APP] },
        { "workload_version", &fake->version },
    };

    return fill_slots(slots, LC_COUNT(slots), state, err) &&
           fill_map(&fake->answers, state, "answers", err) &&
           fill_map(&fake->state, state, "stored", err) &&
           fill_map(&fake->leader_settings, state, "leader_settings", err) &&
           fill_list(&fake->ports, state, "ports", err);
}

bool lc_fake_load(const struct lc_json *state, struct lc_fake **out, struct lc_err *err)
{
    LC_AUTO(lc_fake_free) struct lc_fake *fake = NULL;
    const char *unit;

    if (!text_of(state, "unit", &unit, err))
        return false;
    if (unit == NULL)
        return lc_fail(err, LC_EUSAGE, "unit: expected a text, got nothing");
    if (!lc_fake_new(unit, &fake, err))
        return false;
    fake->is_leader = lc_json_boolean(lc_json_get(state, "leader"));
    if (lc_json_get(state, "now") != NULL)
        fake->now_s = lc_json_integer(lc_json_get(state, "now"));
    if (!lc_fields_take(&fake->env, lc_env_fields, state, err) || !load_unit(fake, state, err) ||
        !load_each(fake, lc_json_get(state, "relations"), load_relation, err) ||
        !load_each(fake, lc_json_get(state, "secrets"), load_secret, err) ||
        !lc_fake_begin(fake, err))
        return false;
    *out = LC_STEAL(fake);
    return true;
}

bool lc_fake_load_event(struct lc_fake *fake, const struct lc_json *json, struct lc_err *err)
{
    struct lc_event *event = &fake->env.event;
    const char *name;

    if (!text_of(json, "hook", &name, err))
        return false;
    if (name == NULL)
        return lc_fail(err, LC_EUSAGE, "hook: expected a text, got nothing");
    if (!lc_fake_hook(fake, name, err))
        return false;
    event->secret_revision = lc_json_integer(lc_json_get(json, "secret_revision"));
    return lc_fields_take(event, lc_event_fields, json, err);
}
