/* The parameters of an action, as a user gives them (juju-hooks 1.16). */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/yaml.h"
#include "charm/action.h"
#include "model/check.h"

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
        !lc_charm_action_complete(action, params, err))
        return false;
    *out = LC_STEAL(params);
    return true;
}
