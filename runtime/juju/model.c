/* The data that crosses the port: names, forms and limits. */
#include "juju/model.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* Hooks of endpoints, storage and containers have their name in front (juju-hooks 1.1). */
static const struct {
    const char *name;
    bool is_prefixed;
    bool is_hook;
} kinds[LC_EVENT_KIND_COUNT] = {
    [LC_EVENT_UNKNOWN] = { "unknown", false, false },
    [LC_EVENT_NONE] = { "none", false, false },
    [LC_EVENT_INSTALL] = { "install", false, true },
    [LC_EVENT_START] = { "start", false, true },
    [LC_EVENT_STOP] = { "stop", false, true },
    [LC_EVENT_REMOVE] = { "remove", false, true },
    [LC_EVENT_CONFIG_CHANGED] = { "config-changed", false, true },
    [LC_EVENT_UPGRADE_CHARM] = { "upgrade-charm", false, true },
    [LC_EVENT_UPDATE_STATUS] = { "update-status", false, true },
    [LC_EVENT_LEADER_ELECTED] = { "leader-elected", false, true },
    [LC_EVENT_LEADER_SETTINGS_CHANGED] = { "leader-settings-changed", false, true },
    [LC_EVENT_PRE_SERIES_UPGRADE] = { "pre-series-upgrade", false, true },
    [LC_EVENT_POST_SERIES_UPGRADE] = { "post-series-upgrade", false, true },
    [LC_EVENT_SECRET_CHANGED] = { "secret-changed", false, true },
    [LC_EVENT_SECRET_EXPIRED] = { "secret-expired", false, true },
    [LC_EVENT_SECRET_REMOVE] = { "secret-remove", false, true },
    [LC_EVENT_SECRET_ROTATE] = { "secret-rotate", false, true },
    [LC_EVENT_RELATION_CREATED] = { "relation-created", true, true },
    [LC_EVENT_RELATION_JOINED] = { "relation-joined", true, true },
    [LC_EVENT_RELATION_CHANGED] = { "relation-changed", true, true },
    [LC_EVENT_RELATION_DEPARTED] = { "relation-departed", true, true },
    [LC_EVENT_RELATION_BROKEN] = { "relation-broken", true, true },
    [LC_EVENT_STORAGE_ATTACHED] = { "storage-attached", true, true },
    [LC_EVENT_STORAGE_DETACHING] = { "storage-detaching", true, true },
    [LC_EVENT_PEBBLE_READY] = { "pebble-ready", true, true },
    [LC_EVENT_PEBBLE_CUSTOM_NOTICE] = { "pebble-custom-notice", true, true },
    [LC_EVENT_PEBBLE_CHECK_FAILED] = { "pebble-check-failed", true, true },
    [LC_EVENT_PEBBLE_CHECK_RECOVERED] = { "pebble-check-recovered", true, true },
    [LC_EVENT_ACTION] = { "action", false, false },
};

void lc_event_release(struct lc_event *event)
{
    char *const texts[] = {
        event->name,         event->endpoint,    event->relation_id,      event->remote_app,
        event->remote_unit,  event->secret_id,   event->departing_unit,   event->secret_uri,
        event->secret_label, event->storage_id,  event->storage_location, event->storage_kind,
        event->notice_id,    event->notice_type, event->notice_key,       event->check_name,
        event->action_id,
    };

    for (size_t i = 0; i < LC_COUNT(texts); i++)
        lc_free(texts[i]);
    *event = (struct lc_event)LC_EVENT_INIT;
}

const char *lc_event_kind_name(enum lc_event_kind kind)
{
    assert(kind < LC_EVENT_KIND_COUNT);
    return kinds[kind].name;
}

enum lc_event_kind lc_event_kind_of(const char *hook_name, size_t *prefix_len_out)
{
    const size_t len = strlen(hook_name);

    *prefix_len_out = 0;
    for (int kind = 0; kind < LC_EVENT_KIND_COUNT; kind++) {
        const size_t name_len = strlen(kinds[kind].name);
        if (!kinds[kind].is_hook || !lc_text_has_suffix(hook_name, kinds[kind].name))
            continue;
        if (!kinds[kind].is_prefixed && len == name_len)
            return (enum lc_event_kind)kind;
        if (!kinds[kind].is_prefixed || len < name_len + 2 || hook_name[len - name_len - 1] != '-')
            continue;
        *prefix_len_out = len - name_len - 1;
        return (enum lc_event_kind)kind;
    }
    return LC_EVENT_UNKNOWN;
}

bool lc_event_is_relation(enum lc_event_kind kind)
{
    return kind >= LC_EVENT_RELATION_CREATED && kind <= LC_EVENT_RELATION_BROKEN;
}

bool lc_event_is_secret(enum lc_event_kind kind)
{
    return kind >= LC_EVENT_SECRET_CHANGED && kind <= LC_EVENT_SECRET_ROTATE;
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* [a-z][a-z0-9]*(-[a-z0-9]*[a-z][a-z0-9]*)*: each part after a hyphen has a letter. */
static bool is_application(const char *text, size_t len)
{
    bool part_has_letter = false;

    if (len == 0 || !is_lower(text[0]))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '-') {
            if (!part_has_letter)
                return false;
            part_has_letter = false;
        } else if (is_lower(text[i])) {
            part_has_letter = true;
        } else if (!is_digit(text[i])) {
            return false;
        }
    }
    return part_has_letter;
}

bool lc_unit_name_is_valid(const char *unit, size_t *app_len_out)
{
    const char *slash = strchr(unit, '/');
    int64_t number;

    if (slash == NULL || !is_application(unit, (size_t)(slash - unit)))
        return false;
    if (!lc_text_to_number(slash + 1, INT64_MAX, &number) || (slash[1] == '0' && slash[2] != '\0'))
        return false;
    if (app_len_out != NULL)
        *app_len_out = (size_t)(slash - unit);
    return true;
}

void lc_secret_content_release(struct lc_secret_content *content)
{
    for (size_t i = 0; i < content->count; i++) {
        lc_free(content->fields[i].key);
        lc_secret_release(&content->fields[i].value);
    }
    lc_free(content->fields);
    *content = (struct lc_secret_content)LC_SECRET_CONTENT_INIT;
}

/* ^[a-z](-?[a-z0-9]){2,}$ (juju-hooks 3.3) */
static bool is_secret_key(const char *key)
{
    size_t characters = 0;

    if (!is_lower(key[0]))
        return false;
    for (const char *at = key; *at != '\0'; at++) {
        if (*at == '-' && (at[1] == '-' || at[1] == '\0'))
            return false;
        if (*at != '-' && !is_lower(*at) && !is_digit(*at))
            return false;
        characters += *at != '-';
    }
    return characters >= 3;
}

static struct lc_secret_field *find_field(const struct lc_secret_content *content, const char *key)
{
    for (size_t i = 0; i < content->count; i++)
        if (strcmp(content->fields[i].key, key) == 0)
            return &content->fields[i];
    return NULL;
}

static size_t base64_len(size_t len)
{
    return (len + 2) / 3 * 4;
}

static bool check_size(const struct lc_secret_content *content, const char *key, size_t value_len,
                       struct lc_err *err)
{
    size_t total = 0;

    for (size_t i = 0; i < content->count; i++)
        if (strcmp(content->fields[i].key, key) != 0)
            total += base64_len(content->fields[i].value.len);
    if (value_len > LC_SECRET_MAX_BYTES || total + base64_len(value_len) > LC_SECRET_MAX_BYTES)
        return lc_fail(err, LC_ELIMIT, "the content of a secret, in base64, is over %d bytes",
                       LC_SECRET_MAX_BYTES);
    return true;
}

bool lc_secret_content_set(struct lc_secret_content *content, const char *key, const void *value,
                           size_t value_len, struct lc_err *err)
{
    struct lc_secret_field *field = find_field(content, key);

    if (!is_secret_key(key))
        return lc_fail(err, LC_EUSAGE,
                       "'%.64s' is not a key of a secret: at least three of a-z, 0-9 and inner "
                       "hyphens, a letter first",
                       key);
    if (!check_size(content, key, value_len, err))
        return false;
    if (field != NULL)
        return lc_secret_set(&field->value, value, value_len, err);
    LC_AUTO(lc_secret_release) struct lc_secret copy = LC_SECRET_INIT;
    if (!lc_secret_set(&copy, value, value_len, err))
        return false;
    LC_AUTO(lc_free) char *key_copy = lc_strdup(key);
    if (key_copy == NULL ||
        !lc_grow(&content->fields, &content->capacity, content->count, sizeof(*content->fields)))
        return lc_fail_memory(err);
    field = &content->fields[content->count++];
    *field = (struct lc_secret_field){ .key = LC_STEAL(key_copy), .value = LC_SECRET_INIT };
    lc_secret_move(&field->value, &copy);
    return true;
}

const struct lc_secret *lc_secret_content_get(const struct lc_secret_content *content,
                                              const char *key)
{
    const struct lc_secret_field *field = find_field(content, key);

    return field == NULL ? NULL : &field->value;
}

void lc_secret_content_move(struct lc_secret_content *to, struct lc_secret_content *from)
{
    if (to == from)
        return;
    lc_secret_content_release(to);
    *to = *from;
    *from = (struct lc_secret_content)LC_SECRET_CONTENT_INIT;
}

bool lc_secret_content_copy(struct lc_secret_content *out, const struct lc_secret_content *from,
                            struct lc_err *err)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content copy = LC_SECRET_CONTENT_INIT;

    for (size_t i = 0; i < from->count; i++) {
        const struct lc_secret_field *field = &from->fields[i];
        if (!lc_secret_content_set(&copy, field->key, field->value.data, field->value.len, err))
            return false;
    }
    lc_secret_content_move(out, &copy);
    return true;
}

bool lc_secret_content_equals(const struct lc_secret_content *a, const struct lc_secret_content *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct lc_secret_field *other = find_field(b, a->fields[i].key);
        if (other == NULL || !lc_secret_equals(&a->fields[i].value, &other->value))
            return false;
    }
    return true;
}

bool lc_secret_spec_check(const struct lc_secret_spec *spec, bool is_add, struct lc_err *err)
{
    static const char *const policies[] = { "never",   "hourly",    "daily", "weekly",
                                            "monthly", "quarterly", "yearly" };
    const int64_t end_of_9999 = 253402300799;
    bool is_policy = spec->rotate == NULL;

    if (spec->content == NULL ? is_add : spec->content->count == 0)
        return lc_fail(err, LC_EUSAGE, "a secret needs content");
    if (spec->expire_s < 0 || spec->expire_s > end_of_9999)
        return lc_fail(err, LC_EUSAGE, "%lld is no time of expiry", (long long)spec->expire_s);
    for (size_t i = 0; i < LC_COUNT(policies) && !is_policy; i++)
        is_policy = strcmp(spec->rotate, policies[i]) == 0;
    if (!is_policy)
        return lc_fail(err, LC_EUSAGE, "'%.64s' is no rotation policy", spec->rotate);
    return true;
}

void lc_secret_info_release(struct lc_secret_info *info)
{
    lc_free(info->id);
    lc_free(info->label);
    lc_free(info->description);
    lc_free(info->rotation);
    lc_json_free(info->access);
    *info = (struct lc_secret_info)LC_SECRET_INFO_INIT;
}

static bool copy_text(char **out, const char *from, struct lc_err *err)
{
    *out = from == NULL ? NULL : lc_strdup(from);
    return from == NULL || *out != NULL ? true : lc_fail_memory(err);
}

bool lc_secret_info_copy(struct lc_secret_info *out, const struct lc_secret_info *from,
                         struct lc_err *err)
{
    LC_AUTO(lc_secret_info_release) struct lc_secret_info copy = LC_SECRET_INFO_INIT;

    copy.revision = from->revision;
    copy.app_owned = from->app_owned;
    copy.expire_s = from->expire_s;
    copy.rotates_s = from->rotates_s;
    copy.access = lc_json_ref(from->access);
    if (!copy_text(&copy.id, from->id, err) || !copy_text(&copy.label, from->label, err) ||
        !copy_text(&copy.description, from->description, err) ||
        !copy_text(&copy.rotation, from->rotation, err))
        return false;
    lc_secret_info_release(out);
    *out = copy;
    copy = (struct lc_secret_info)LC_SECRET_INFO_INIT;
    return true;
}

/* Hexadecimal digits and hyphens in the places of a UUID. */
static bool is_uuid(const char *text, size_t len)
{
    if (len != 36)
        return false;
    for (size_t i = 0; i < len; i++) {
        const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? text[i] != '-' : strchr("0123456789abcdef", text[i]) == NULL)
            return false;
    }
    return true;
}

/* What may stand before the id: nothing, "secret:", "secret:/", and a UUID with a slash after it,
 * alone or behind "secret:" or "secret://". */
static bool is_secret_prefix(const char *text, size_t len)
{
    static const char scheme[] = "secret:";
    const size_t scheme_len = sizeof(scheme) - 1;

    if (len >= scheme_len && strncmp(text, scheme, scheme_len) == 0) {
        text += scheme_len;
        len -= scheme_len;
        if (len == 1)
            return text[0] == '/';
        if (len > 2 && strncmp(text, "//", 2) == 0) {
            text += 2;
            len -= 2;
        }
    }
    return len == 0 || (text[len - 1] == '/' && is_uuid(text, len - 1));
}

const char *lc_secret_id_of(const char *reference)
{
    const size_t id_len = 20;
    const size_t len = strlen(reference);

    if (len < id_len || !is_secret_prefix(reference, len - id_len))
        return NULL;
    const char *id = reference + len - id_len;
    for (const char *at = id; *at != '\0'; at++)
        if (!is_lower(*at) && !is_digit(*at))
            return NULL;
    return id;
}

/* Text goes to Juju as JSON, in which other bytes would be replaced in silence. */
static bool check_entry(const struct lc_strmap_entry *entry, size_t key_max, size_t value_max,
                        struct lc_err *err)
{
    const size_t key_len = strlen(entry->key);
    const size_t value_len = strlen(entry->value);

    if (key_len == 0)
        return lc_fail(err, LC_EUSAGE, "a key is empty");
    if (key_len > key_max)
        return lc_fail(err, LC_ELIMIT, "the key '%.64s...' is over %zu bytes", entry->key, key_max);
    if (!lc_text_is_utf8(entry->key, key_len))
        return lc_fail(err, LC_EUSAGE, "the key '%.64s' is not UTF-8", entry->key);
    if (value_len > value_max)
        return lc_fail(err, LC_ELIMIT, "the value of '%.64s' is over %zu bytes", entry->key,
                       value_max);
    if (!lc_text_is_utf8(entry->value, value_len))
        return lc_fail(err, LC_EUSAGE, "the value of '%.64s' is not UTF-8", entry->key);
    return true;
}

bool lc_databag_check(const struct lc_strmap *changes, struct lc_err *err)
{
    for (size_t i = 0; i < changes->count; i++)
        if (!check_entry(&changes->entries[i], LC_DATABAG_KEY_MAX_BYTES, SIZE_MAX, err))
            return false;
    return true;
}

bool lc_state_check(const struct lc_strmap *changes, struct lc_err *err)
{
    for (size_t i = 0; i < changes->count; i++)
        if (!check_entry(&changes->entries[i], LC_STATE_KEY_MAX_BYTES, LC_STATE_VALUE_MAX_BYTES,
                         err))
            return false;
    return true;
}
