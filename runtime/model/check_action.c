/* The parameters of an action against its schema (juju-hooks 1.16). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/yaml.h"
#include "model/check.h"

static bool add_name(void *context, const char *key, const struct lc_json *value,
                     struct lc_err *err)
{
    (void)value;
    return lc_strlist_add(context, key, err);
}

static bool fail_param(struct lc_err *err, const char *action, const char *param, const char *why)
{
    return lc_fail(err, LC_EPARSE, "cannot run \"%s\" action: parameter '%s': %s", action, param,
                   why);
}

static bool has_type(const struct lc_json *value, const char *type)
{
    switch (lc_json_type(value)) {
    case LC_JSON_STRING:
        return strcmp(type, "string") == 0;
    case LC_JSON_INTEGER:
        return strcmp(type, "integer") == 0 || strcmp(type, "number") == 0;
    case LC_JSON_REAL:
        return strcmp(type, "number") == 0 ||
               (strcmp(type, "integer") == 0 &&
                lc_json_number(value) == floor(lc_json_number(value)));
    case LC_JSON_BOOLEAN:
        return strcmp(type, "boolean") == 0;
    case LC_JSON_ARRAY:
        return strcmp(type, "array") == 0;
    case LC_JSON_OBJECT:
        return strcmp(type, "object") == 0;
    case LC_JSON_NULL:
        return strcmp(type, "null") == 0;
    case LC_JSON_NONE:
        break;
    }
    return false;
}

static bool is_in_enum(const struct lc_json *list, const struct lc_json *value)
{
    LC_AUTO(lc_buf_release) struct lc_buf wanted = LC_BUF_INIT(65536);
    LC_AUTO(lc_buf_release) struct lc_buf one = LC_BUF_INIT(65536);

    struct lc_json_writer writer = lc_json_writer(&wanted, LC_JSON_COMPACT);
    lc_json_put(&writer, value);
    for (size_t i = 0; i < lc_json_count(list); i++) {
        lc_buf_clear(&one);
        writer = lc_json_writer(&one, LC_JSON_COMPACT);
        lc_json_put(&writer, lc_json_at(list, i));
        if (strcmp(one.data, wanted.data) == 0)
            return true;
    }
    return false;
}

static bool check_value(const char *action, const char *param, const struct lc_json *schema,
                        const struct lc_json *value, struct lc_err *err)
{
    const char *type = lc_json_get_string(schema, "type");
    const struct lc_json *choices = lc_json_get(schema, "enum");
    char why[128];

    if (type != NULL && !has_type(value, type)) {
        (void)snprintf(why, sizeof(why), "expected %.40s, got %s", type,
                       lc_json_type_name(lc_json_type(value)));
        return fail_param(err, action, param, why);
    }
    if (choices != NULL && !is_in_enum(choices, value))
        return fail_param(err, action, param, "not one of the values that the schema lists");
    return true;
}

/* One word into the tree of parameters; dotted keys make objects. Trees are not changed in place:
 * the words are gathered by key and built from the leaves. */
static bool build(const struct lc_strmap *words, size_t from, size_t to, size_t prefix,
                  struct lc_json **out, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *object = lc_json_new_object();

    if (object == NULL)
        return lc_fail_memory(err);
    for (size_t i = from, next; i < to; i = next) {
        const char *key = words->entries[i].key + prefix;
        const size_t len = strcspn(key, ".");
        LC_AUTO(lc_free) char *name = lc_strndup(key, len);
        struct lc_json *value = NULL;
        bool good;
        for (next = i + 1; next < to && strncmp(words->entries[next].key + prefix, key, len) == 0 &&
                           words->entries[next].key[prefix + len] == '.' && key[len] == '.';)
            next++;
        if (name == NULL)
            return lc_fail_memory(err);
        if (key[len] == '.')
            good = build(words, i, next, prefix + len + 1, &value, err);
        else
            good = lc_yaml_parse(words->entries[i].value, strlen(words->entries[i].value), 0,
                                 &value, err) ||
                   lc_wrap(err, "parameter '%s'", words->entries[i].key);
        if (!good)
            return false;
        if (!lc_json_take_member(object, name, value))
            return lc_fail_memory(err);
    }
    *out = LC_STEAL(object);
    return true;
}

static bool gather(const struct lc_strlist *given, struct lc_strmap *out, struct lc_err *err)
{
    for (size_t i = 0; i < given->count; i++) {
        const char *equals = strchr(given->items[i], '=');
        if (equals == NULL || equals == given->items[i])
            return lc_fail(err, LC_EUSAGE, "'%s': expected a parameter as key=value",
                           given->items[i]);
        LC_AUTO(lc_free)
        char *key = lc_strndup(given->items[i], (size_t)(equals - given->items[i]));
        if (key == NULL)
            return lc_fail_memory(err);
        if (!lc_strmap_set(out, key, equals + 1, err))
            return false;
    }
    return true;
}

static bool fill_defaults(const struct lc_charm_action *action, struct lc_json *params,
                          struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;

    if (action->params == NULL)
        return true;
    if (!lc_json_each(action->params, add_name, &names, err))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        const struct lc_json *initial = lc_json_get(lc_json_get(action->params, names.items[i]),
                                                    "default");
        if (initial == NULL || lc_json_get(params, names.items[i]) != NULL)
            continue;
        if (!lc_json_take_member(params, names.items[i], lc_json_dup(initial)))
            return lc_fail_memory(err);
    }
    return true;
}

static bool check_params(const struct lc_charm_action *action, const struct lc_json *params,
                         struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;

    if (!lc_json_each(params, add_name, &names, err))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        const struct lc_json *schema = lc_json_get(action->params, names.items[i]);
        if (schema == NULL && !action->additional)
            return fail_param(err, action->name, names.items[i], "not in the action's schema");
        if (schema != NULL && !check_value(action->name, names.items[i], schema,
                                           lc_json_get(params, names.items[i]), err))
            return false;
    }
    for (size_t i = 0; i < lc_json_count(action->required); i++) {
        const char *name = lc_json_string(lc_json_at(action->required, i));
        if (name != NULL && lc_json_get(params, name) == NULL)
            return fail_param(err, action->name, name, "required, and not given");
    }
    return true;
}

bool lc_check_action(const struct lc_charm_meta *meta, const char *name,
                     const struct lc_strlist *given, struct lc_json **out, struct lc_err *err)
{
    const struct lc_charm_action *action = lc_charm_meta_action(meta, name);
    LC_AUTO(lc_strmap_release) struct lc_strmap words = LC_STRMAP_INIT;
    LC_AUTO(lc_json_free) struct lc_json *params = NULL;

    if (action == NULL) {
        LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(1500);
        for (size_t i = 0; i < meta->action_count; i++)
            lc_buf_printf(&list, "%s%s", i == 0 ? "" : ", ", meta->actions[i].name);
        return lc_fail(err, LC_ENOTFOUND, "charm '%s' has no action '%s': there is %s", meta->name,
                       name, meta->action_count == 0 ? "none" : list.data);
    }
    if (!gather(given, &words, err) || !build(&words, 0, words.count, 0, &params, err) ||
        !fill_defaults(action, params, err) || !check_params(action, params, err))
        return false;
    *out = LC_STEAL(params);
    return true;
}
