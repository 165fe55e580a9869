/* Hooks: names and the JSON form. */
#include "model/hook.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

static const char *const kind_names[LC_HOOK_KIND_COUNT] = {
    [LC_HOOK_NONE] = "none",
    [LC_HOOK_INSTALL] = "install",
    [LC_HOOK_START] = "start",
    [LC_HOOK_STOP] = "stop",
    [LC_HOOK_REMOVE] = "remove",
    [LC_HOOK_CONFIG_CHANGED] = "config-changed",
    [LC_HOOK_UPGRADE_CHARM] = "upgrade-charm",
    [LC_HOOK_UPDATE_STATUS] = "update-status",
    [LC_HOOK_LEADER_ELECTED] = "leader-elected",
    [LC_HOOK_LEADER_SETTINGS_CHANGED] = "leader-settings-changed",
    [LC_HOOK_SECRET_CHANGED] = "secret-changed",
    [LC_HOOK_SECRET_EXPIRED] = "secret-expired",
    [LC_HOOK_SECRET_REMOVE] = "secret-remove",
    [LC_HOOK_SECRET_ROTATE] = "secret-rotate",
    [LC_HOOK_RELATION_CREATED] = "relation-created",
    [LC_HOOK_RELATION_JOINED] = "relation-joined",
    [LC_HOOK_RELATION_CHANGED] = "relation-changed",
    [LC_HOOK_RELATION_DEPARTED] = "relation-departed",
    [LC_HOOK_RELATION_BROKEN] = "relation-broken",
    [LC_HOOK_STORAGE_ATTACHED] = "storage-attached",
    [LC_HOOK_STORAGE_DETACHING] = "storage-detaching",
    [LC_HOOK_PEBBLE_READY] = "pebble-ready",
    [LC_HOOK_PEBBLE_CUSTOM_NOTICE] = "pebble-custom-notice",
    [LC_HOOK_PEBBLE_CHECK_FAILED] = "pebble-check-failed",
    [LC_HOOK_PEBBLE_CHECK_RECOVERED] = "pebble-check-recovered",
    [LC_HOOK_ACTION] = "action",
    [LC_HOOK_EXEC] = "juju-exec",
};

static const struct {
    const char *key;
    size_t offset;
} text_fields[] = {
    { "endpoint", offsetof(struct lc_hook, endpoint) },
    { "remote-app", offsetof(struct lc_hook, remote_app) },
    { "remote-unit", offsetof(struct lc_hook, remote_unit) },
    { "departing-unit", offsetof(struct lc_hook, departing) },
    { "secret", offsetof(struct lc_hook, secret) },
    { "label", offsetof(struct lc_hook, label) },
    { "config", offsetof(struct lc_hook, config) },
    { "storage", offsetof(struct lc_hook, storage) },
    { "notice-id", offsetof(struct lc_hook, notice_id) },
    { "notice-type", offsetof(struct lc_hook, notice_type) },
    { "notice-key", offsetof(struct lc_hook, notice_key) },
    { "check", offsetof(struct lc_hook, check) },
};

static const struct {
    const char *key;
    size_t offset;
} number_fields[] = {
    { "relation", offsetof(struct lc_hook, relation) },
    { "revision", offsetof(struct lc_hook, revision) },
    { "version", offsetof(struct lc_hook, version) },
    { "action", offsetof(struct lc_hook, action) },
    { "fired", offsetof(struct lc_hook, fired) },
};

static char **text_field(struct lc_hook *hook, size_t field)
{
    return (char **)(void *)((char *)hook + text_fields[field].offset);
}

static int64_t *number_field(struct lc_hook *hook, size_t field)
{
    return (int64_t *)(void *)((char *)hook + number_fields[field].offset);
}

void lc_hook_release(struct lc_hook *hook)
{
    for (size_t i = 0; i < LC_COUNT(text_fields); i++)
        lc_free(*text_field(hook, i));
    *hook = (struct lc_hook)LC_HOOK_INIT;
}

const char *lc_hook_kind_name(enum lc_hook_kind kind)
{
    return kind_names[kind];
}

bool lc_hook_is_relation(enum lc_hook_kind kind)
{
    return kind >= LC_HOOK_RELATION_CREATED && kind <= LC_HOOK_RELATION_BROKEN;
}

bool lc_hook_is_secret(enum lc_hook_kind kind)
{
    return kind >= LC_HOOK_SECRET_CHANGED && kind <= LC_HOOK_SECRET_ROTATE;
}

bool lc_hook_is_pebble(enum lc_hook_kind kind)
{
    return kind >= LC_HOOK_PEBBLE_READY && kind <= LC_HOOK_PEBBLE_CHECK_RECOVERED;
}

static bool has_prefix_name(enum lc_hook_kind kind)
{
    return kind >= LC_HOOK_RELATION_CREATED && kind <= LC_HOOK_PEBBLE_CHECK_RECOVERED;
}

enum lc_hook_kind lc_hook_kind_of(const char *name, size_t *prefix_len)
{
    const size_t len = strlen(name);

    *prefix_len = 0;
    for (int kind = LC_HOOK_INSTALL; kind < LC_HOOK_ACTION; kind++) {
        const size_t kind_len = strlen(kind_names[kind]);
        if (!has_prefix_name((enum lc_hook_kind)kind)) {
            if (strcmp(name, kind_names[kind]) == 0)
                return (enum lc_hook_kind)kind;
        } else if (len > kind_len + 1 && lc_text_has_suffix(name, kind_names[kind]) &&
                   name[len - kind_len - 1] == '-') {
            *prefix_len = len - kind_len - 1;
            return (enum lc_hook_kind)kind;
        }
    }
    return LC_HOOK_NONE;
}

void lc_hook_name(const struct lc_hook *hook, char *text)
{
    if (hook->kind == LC_HOOK_ACTION)
        (void)snprintf(text, LC_HOOK_NAME_BYTES, "%s", hook->endpoint);
    else if (has_prefix_name(hook->kind))
        (void)snprintf(text, LC_HOOK_NAME_BYTES, "%s-%s", hook->endpoint, kind_names[hook->kind]);
    else
        (void)snprintf(text, LC_HOOK_NAME_BYTES, "%s", kind_names[hook->kind]);
}

bool lc_hook_set(char **slot, const char *value, struct lc_err *err)
{
    char *copy = value == NULL ? NULL : lc_strdup(value);

    if (value != NULL && copy == NULL)
        return lc_fail_memory(err);
    lc_free(*slot);
    *slot = copy;
    return true;
}

bool lc_hook_encode(const struct lc_hook *hook, char **out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf buf = LC_BUF_INIT(16u * 1024 * 1024);
    struct lc_hook view = *hook; /* the field look-ups are not const */

    struct lc_json_writer writer = lc_json_writer(&buf, LC_JSON_COMPACT);
    lc_json_begin_object(&writer);
    lc_json_member_string(&writer, "kind", kind_names[hook->kind]);
    for (size_t i = 0; i < LC_COUNT(text_fields); i++) {
        if (*text_field(&view, i) == NULL)
            continue;
        lc_json_member_string(&writer, text_fields[i].key, *text_field(&view, i));
    }
    for (size_t i = 0; i < LC_COUNT(number_fields); i++) {
        lc_json_member_integer(&writer, number_fields[i].key, *number_field(&view, i));
    }
    lc_json_end_object(&writer);
    return lc_buf_take(&buf, out, NULL, err);
}

bool lc_hook_decode(const char *json, struct lc_hook *out, struct lc_err *err)
{
    LC_AUTO(lc_hook_release) struct lc_hook hook = LC_HOOK_INIT;
    LC_AUTO(lc_json_free) struct lc_json *tree = NULL;

    if (!lc_json_parse(json, strlen(json), 0, &tree, err))
        return lc_wrap(err, "a stored hook is damaged");
    const char *kind = lc_json_get_string(tree, "kind");
    for (int i = 0; i < LC_HOOK_KIND_COUNT; i++)
        if (kind != NULL && strcmp(kind_names[i], kind) == 0)
            hook.kind = (enum lc_hook_kind)i;
    for (size_t i = 0; i < LC_COUNT(text_fields); i++)
        if (!lc_hook_set(text_field(&hook, i), lc_json_get_string(tree, text_fields[i].key), err))
            return false;
    for (size_t i = 0; i < LC_COUNT(number_fields); i++)
        *number_field(&hook, i) = lc_json_integer(lc_json_get(tree, number_fields[i].key));
    lc_hook_release(out);
    *out = hook;
    hook = (struct lc_hook)LC_HOOK_INIT;
    return true;
}
