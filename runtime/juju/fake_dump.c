/* The fake Juju as a document: the state after a hook, and what the hook did besides. */
#include <string.h>

#include "base/text.h"
#include "juju/fake_private.h"

static void put_map(struct lc_json_writer *out, const struct lc_strmap *map)
{
    lc_json_begin_object(out);
    for (size_t i = 0; i < map->count; i++)
        lc_json_member_string(out, map->entries[i].key, map->entries[i].value);
    lc_json_end_object(out);
}

static void put_relation(struct lc_json_writer *out, const struct fake_relation *relation)
{
    lc_json_begin_object(out);
    lc_json_member_string(out, "id", relation->id);
    lc_json_member_string(out, "app", relation->app);
    if (relation->is_broken) {
        lc_json_member_boolean(out, "is_broken", true);
    }
    lc_json_member_strings(out, "units", &relation->members);
    lc_json_key(out, "data");
    lc_json_begin_object(out);
    for (size_t i = 0; i < relation->bag_count; i++) {
        lc_json_key(out, relation->bags[i].who);
        put_map(out, &relation->bags[i].committed);
    }
    lc_json_end_object(out);
    lc_json_end_object(out);
}

/* --- secrets --- */

static bool put_field(struct lc_json_writer *out, const struct lc_secret_field *field,
                      struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf encoded = LC_BUF_INIT(2 * LC_SECRET_MAX_BYTES);
    const char *data = field->value.data == NULL ? "" : field->value.data;

    lc_json_key(out, field->key);
    if (lc_text_is_utf8(data, field->value.len)) {
        lc_json_put_string_len(out, data, field->value.len);
        return true;
    }
    lc_base64_encode(data, field->value.len, &encoded);
    lc_json_begin_object(out);
    lc_json_member_string(out, "base64", encoded.data);
    lc_json_end_object(out);
    return lc_buf_check(&encoded, err);
}

static bool put_revision(struct lc_json_writer *out, const struct fake_revision *revision,
                         struct lc_err *err)
{
    lc_json_begin_object(out);
    lc_json_member_integer(out, "revision", revision->number);
    if (revision->expire_s != 0) {
        lc_json_member_integer(out, "expire", revision->expire_s);
    }
    lc_json_key(out, "content");
    lc_json_begin_object(out);
    for (size_t i = 0; i < revision->content.count; i++)
        if (!put_field(out, &revision->content.fields[i], err))
            return false;
    lc_json_end_object(out);
    lc_json_end_object(out);
    return true;
}

static void put_readers(struct lc_json_writer *out, const struct fake_secret *secret)
{
    lc_json_key(out, "readers");
    lc_json_begin_array(out);
    for (size_t i = 0; i < secret->consumer_count; i++) {
        lc_json_begin_object(out);
        lc_json_member_string(out, "unit", secret->consumers[i].unit);
        lc_json_member_string(out, "label", secret->consumers[i].label);
        lc_json_member_integer(out, "tracked", secret->consumers[i].tracked);
        lc_json_end_object(out);
    }
    lc_json_end_array(out);
}

static void put_grants(struct lc_json_writer *out, const struct fake_secret *secret)
{
    lc_json_key(out, "grants");
    lc_json_begin_array(out);
    for (size_t i = 0; i < secret->grant_count; i++) {
        lc_json_begin_object(out);
        lc_json_member_string(out, "relation", secret->grants[i].relation_id);
        lc_json_member_string(out, "to", secret->grants[i].subject);
        lc_json_end_object(out);
    }
    lc_json_end_array(out);
}

static bool put_secret(struct lc_json_writer *out, const struct fake_secret *secret,
                       struct lc_err *err)
{
    lc_json_begin_object(out);
    lc_json_member_string(out, "id", secret->id);
    lc_json_member_string(out, "owner", secret->owner);
    lc_json_member_string(out, "label", secret->label);
    lc_json_member_string(out, "description", secret->description);
    lc_json_member_string(out, "rotate", secret->rotation);
    lc_json_key(out, "revisions");
    lc_json_begin_array(out);
    for (size_t i = 0; i < secret->revision_count; i++)
        if (!put_revision(out, &secret->revisions[i], err))
            return false;
    lc_json_end_array(out);
    put_readers(out, secret);
    put_grants(out, secret);
    lc_json_end_object(out);
    return true;
}

static bool put_secrets(struct lc_json_writer *out, const struct lc_fake *fake, struct lc_err *err)
{
    lc_json_key(out, "secrets");
    lc_json_begin_array(out);
    for (size_t i = 0; i < fake->secret_count; i++)
        if (fake->secrets[i]->is_committed && !put_secret(out, fake->secrets[i], err))
            return false;
    lc_json_end_array(out);
    return true;
}

/* --- the document --- */

static void put_unit(struct lc_json_writer *out, const struct lc_fake *fake)
{
    lc_json_member_string(out, "unit_status", fake->status[OF_UNIT]);
    lc_json_member_string(out, "app_status", fake->status[OF_APP]);
    lc_json_member_strings(out, "unit_status_history", &fake->history[OF_UNIT]);
    lc_json_member_strings(out, "app_status_history", &fake->history[OF_APP]);
    lc_json_member_string(out, "workload_version", fake->version);
    lc_json_key(out, "stored");
    put_map(out, &fake->state);
    lc_json_key(out, "leader_settings");
    put_map(out, &fake->leader_settings);
    lc_json_member_strings(out, "ports", &fake->ports);
    lc_json_member_strings(out, "storage_added", &fake->storage_added);
    lc_json_member_string(out, "reboot", fake->reboot);
}

static void put_doings(struct lc_json_writer *out, const struct lc_fake *fake)
{
    lc_json_member_strings(out, "log", &fake->log);
    lc_json_key(out, "results");
    put_map(out, &fake->results);
    lc_json_member_string(out, "failure", fake->failure);
    lc_json_member_strings(out, "commands", &fake->journal);
}

bool lc_fake_dump(const struct lc_fake *fake, struct lc_buf *text, struct lc_err *err)
{
    struct lc_json_writer out = lc_json_writer(text, LC_JSON_COMPACT);

    lc_json_begin_object(&out);
    put_unit(&out, fake);
    lc_json_key(&out, "relations");
    lc_json_begin_array(&out);
    for (size_t i = 0; i < fake->relation_count; i++)
        put_relation(&out, &fake->relations[i]);
    lc_json_end_array(&out);
    if (!put_secrets(&out, fake, err))
        return false;
    put_doings(&out, fake);
    lc_json_end_object(&out);
    return lc_buf_check(text, err);
}
