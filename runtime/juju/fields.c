/* The texts of environment and event, by name. */
#include "juju/fields.h"

#include <string.h>

#include "base/mem.h"

#define ENV(field)                                                                                 \
    {                                                                                              \
#field, offsetof(struct lc_hook_env, field)                                                \
    }
#define EVENT(field)                                                                               \
    {                                                                                              \
#field, offsetof(struct lc_event, field)                                                   \
    }

const struct lc_text_field lc_env_fields[] = {
    ENV(unit),           ENV(app),        ENV(unit_number),
    ENV(model_name),     ENV(model_uuid), ENV(charm_dir),
    ENV(juju_version),   ENV(machine_id), ENV(availability_zone),
    ENV(principal_unit), { NULL, 0 },
};

const struct lc_text_field lc_event_fields[] = {
    EVENT(name),         EVENT(endpoint),       EVENT(relation_id),      EVENT(remote_app),
    EVENT(remote_unit),  EVENT(departing_unit), EVENT(secret_id),        EVENT(secret_uri),
    EVENT(secret_label), EVENT(storage_id),     EVENT(storage_location), EVENT(storage_kind),
    EVENT(notice_id),    EVENT(notice_type),    EVENT(notice_key),       EVENT(check_name),
    EVENT(action_id),    { NULL, 0 },
};

const char *lc_field_text(const void *from, const struct lc_text_field *field)
{
    const char *text;

    memcpy(&text, (const char *)from + field->offset, sizeof(text));
    return text;
}

void lc_fields_put(const void *from, const struct lc_text_field *fields, struct lc_json_writer *out)
{
    for (; fields->name != NULL; fields++) {
        const char *text = lc_field_text(from, fields);
        if (text == NULL)
            continue;
        lc_json_member_string(out, fields->name, text);
    }
}

static bool take(void *into, const struct lc_text_field *field, const struct lc_json *member,
                 struct lc_err *err)
{
    char *old;

    if (lc_json_string(member) == NULL)
        return lc_fail(err, LC_EUSAGE, "%s: expected a text, got %s", field->name,
                       lc_json_type_name(lc_json_type(member)));
    char *fresh = lc_strdup(lc_json_string(member));
    if (fresh == NULL)
        return lc_fail_memory(err);
    memcpy(&old, (const char *)into + field->offset, sizeof(old));
    lc_free(old);
    memcpy((char *)into + field->offset, &fresh, sizeof(fresh));
    return true;
}

bool lc_fields_take(void *into, const struct lc_text_field *fields, const struct lc_json *object,
                    struct lc_err *err)
{
    for (; fields->name != NULL; fields++) {
        const struct lc_json *member = lc_json_get(object, fields->name);
        if (member != NULL && !take(into, fields, member, err))
            return false;
    }
    return true;
}
