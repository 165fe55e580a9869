/* The parameters of an action against its schema (juju-hooks 1.16). */
#include "charm/action.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/strlist.h"

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

static bool is_in_enum(const struct lc_json *list, const struct lc_json *value, bool *out,
                       struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf wanted = LC_BUF_INIT(65536);
    LC_AUTO(lc_buf_release) struct lc_buf one = LC_BUF_INIT(65536);

    struct lc_json_writer writer = lc_json_writer(&wanted, LC_JSON_COMPACT);
    lc_json_put(&writer, value);
    *out = false;
    for (size_t i = 0; i < lc_json_count(list) && !*out; i++) {
        lc_buf_clear(&one);
        writer = lc_json_writer(&one, LC_JSON_COMPACT);
        lc_json_put(&writer, lc_json_at(list, i));
        if (!lc_buf_check(&wanted, err) || !lc_buf_check(&one, err))
            return false;
        *out = strcmp(one.data, wanted.data) == 0;
    }
    return true;
}

static bool check_value(const char *action, const char *param, const struct lc_json *schema,
                        const struct lc_json *value, struct lc_err *err)
{
    const char *type = lc_json_get_string(schema, "type");
    const struct lc_json *choices = lc_json_get(schema, "enum");
    bool is_listed = true;
    char why[128];

    if (type != NULL && !has_type(value, type)) {
        (void)snprintf(why, sizeof(why), "expected %.40s, got %s", type,
                       lc_json_type_name(lc_json_type(value)));
        return fail_param(err, action, param, why);
    }
    if (choices != NULL && !is_in_enum(choices, value, &is_listed, err))
        return false;
    return is_listed ||
           fail_param(err, action, param, "not one of the values that the schema lists");
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

bool lc_charm_action_complete(const struct lc_charm_action *action, struct lc_json *params,
                              struct lc_err *err)
{
    return fill_defaults(action, params, err) && check_params(action, params, err);
}
