/* action-get, action-set, action-fail (juju-hooks 2.15). */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/tools.h"

static bool need_action(const struct lc_call *call, struct lc_err *err)
{
    return call->context->hook->kind == LC_HOOK_ACTION
               ? true
               : lc_fail(err, LC_ESTATE, "not running an action");
}

bool lc_tool_action_get(struct lc_call *call, struct lc_err *err)
{
    const struct lc_json *value = call->context->params;
    const char *path = lc_call_arg(call, 0);

    if (!lc_flags_no_more(&call->flags, 1, err) || !need_action(call, err))
        return false;
    while (path != NULL && value != NULL) {
        const size_t len = strcspn(path, ".");
        LC_AUTO(lc_free) char *key = lc_strndup(path, len);
        if (key == NULL)
            return lc_fail_memory(err);
        value = lc_json_get(value, key);
        path = path[len] == '.' ? path + len + 1 : NULL;
    }
    return lc_out_put_tree(call->out, call->format, value, err);
}

/* One segment of a key. */
static bool check_segment(const char *segment, size_t len, struct lc_err *err)
{
    static const char *const reserved[] = { "stdout", "stdout-encoding", "stderr",
                                            "stderr-encoding" };
    static const char edge[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    bool good = len > 0 && strchr(edge, segment[0]) != NULL &&
                strchr(edge, segment[len - 1]) != NULL;

    for (size_t i = 0; good && i < len; i++)
        good = segment[i] == '-' || strchr(edge, segment[i]) != NULL;
    if (!good)
        return lc_fail(err, LC_EUSAGE,
                       "key \"%.*s\" must start and end with lowercase alphanumeric, and contain"
                       " only lowercase alphanumeric and hyphens",
                       (int)(len < 200 ? len : 200), segment);
    for (size_t i = 0; i < LC_COUNT(reserved); i++)
        if (strlen(reserved[i]) == len && strncmp(reserved[i], segment, len) == 0)
            return lc_fail(err, LC_EUSAGE, "cannot set reserved action key \"%s\"", reserved[i]);
    return true;
}

static bool parse_result(const char *word, struct lc_strmap *out, struct lc_err *err)
{
    const char *equals = strchr(word, '=');

    if (equals == NULL || equals == word)
        return lc_fail(err, LC_EUSAGE, "argument \"%s\" must be of the form key...=value", word);
    LC_AUTO(lc_free) char *path = lc_strndup(word, (size_t)(equals - word));
    if (path == NULL)
        return lc_fail_memory(err);
    for (const char *at = path; at != NULL;) {
        const size_t len = strcspn(at, ".");
        if (!check_segment(at, len, err))
            return false;
        at = at[len] == '.' ? at + len + 1 : NULL;
    }
    return lc_strmap_set(out, path, equals + 1, err);
}

/* Whether one path leads through the other: "a" and "a.b". */
static bool overlaps(const char *a, const char *b)
{
    const size_t a_len = strlen(a);
    const size_t b_len = strlen(b);

    return a_len < b_len ? strncmp(a, b, a_len) == 0 && b[a_len] == '.'
                         : strncmp(a, b, b_len) == 0 && a[b_len] == '.';
}

/* The later write counts, also where it makes a map of a text or the reverse. */
static bool add_result(struct lc_strmap *results, const char *path, const char *value,
                       struct lc_err *err)
{
    for (size_t i = results->count; i > 0; i--)
        if (overlaps(results->entries[i - 1].key, path))
            (void)lc_strmap_remove(results, results->entries[i - 1].key); /* it is there */
    return lc_strmap_set(results, path, value, err);
}

bool lc_tool_action_set(struct lc_call *call, struct lc_err *err)
{
    for (size_t i = 0; i < call->flags.arg_count; i++) {
        LC_AUTO(lc_strmap_release) struct lc_strmap one = LC_STRMAP_INIT;
        if (!parse_result(call->flags.args[i], &one, err))
            return false;
    }
    if (!need_action(call, err))
        return false;
    for (size_t i = 0; i < call->flags.arg_count; i++) {
        LC_AUTO(lc_strmap_release) struct lc_strmap one = LC_STRMAP_INIT;
        if (!parse_result(call->flags.args[i], &one, err) ||
            !add_result(&call->context->results, one.entries[0].key, one.entries[0].value, err))
            return false;
    }
    return true;
}

bool lc_tool_action_fail(struct lc_call *call, struct lc_err *err)
{
    const char *message = lc_call_arg(call, 0);

    if (!lc_flags_no_more(&call->flags, 1, err) || !need_action(call, err))
        return false;
    call->context->action_failed = true;
    return lc_hook_set(
        &call->context->action_message,
        message != NULL ? message : "action failed without reason given, check action for errors",
        err);
}
