/* The options and content of secret-add and secret-set (juju-hooks 2.14, 3.3, 3.6). */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"
#include "model/tool_secret.h"

/* Limits in bytes (juju-hooks 3.3): since 3.6.9 of the base64, of one value and of all; before, of
 * the bytes themselves. */
#define MAX_ENCODED   1000000
#define MAX_ALL_OLD   (64u * 1024)
#define MAX_VALUE_3_3 (8u * 1024)
#define MAX_VALUE_3_0 (5u * 1024)

/* Go's time.ParseDuration, whole seconds at least: "1h30m", "1.5h", "90m". */
static bool parse_go_duration(const char *text, double *out)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = { { "ns", 1e-9 }, { "us", 1e-6 }, { "ms", 1e-3 },
                  { "s", 1 },     { "m", 60 },    { "h", 3600 } };
    const double sign = *text == '-' ? -1 : 1;
    const char *at = text + (*text == '-' || *text == '+');

    *out = 0;
    if (*at == '\0')
        return false;
    while (*at != '\0') {
        char *end;
        size_t unit = 0;
        if (!isdigit((unsigned char)*at) && *at != '.')
            return false;
        const double number = strtod(at, &end);
        const size_t name_len = strcspn(end, "0123456789.");
        while (unit < LC_COUNT(units) && (strlen(units[unit].name) != name_len ||
                                          strncmp(units[unit].name, end, name_len) != 0))
            unit++;
        if (unit == LC_COUNT(units) || end == at)
            return false;
        *out += number * units[unit].seconds;
        at = end + name_len;
    }
    *out *= sign;
    return *out < 1e12 && *out > -1e12;
}

bool lc_secret_parse_expire(const char *text, int64_t now, int64_t *out, struct lc_err *err)
{
    struct lc_err ignored = LC_ERR_INIT;
    double seconds;

    if (strlen(text) > 10 && text[10] == 'T' && lc_time_parse(text, out, &ignored))
        return true;
    if (!parse_go_duration(text, &seconds))
        return lc_fail(err, LC_EUSAGE, "expire time or duration \"%s\" not valid", text);
    if (seconds <= 0)
        return lc_fail(err, LC_EUSAGE, "negative expire duration \"%s\" not valid", text);
    *out = now + (int64_t)(seconds + 0.5);
    return true;
}

static bool check_size(const char *key, size_t len, struct lc_err *err)
{
    if (len <= MAX_ENCODED)
        return true;
    return lc_fail(err, LC_EUSAGE,
                   "base64 encoded secret content for key \"%s\" too large: %zu bytes", key, len);
}

static bool add_bytes(struct lc_content *content, const char *key, const char *bytes, size_t len,
                      struct lc_err *err)
{
    return check_size(key, (len + 2) / 3 * 4, err) &&
           lc_content_set_bytes(content, key, bytes, len, err);
}

/* The agent, which has another working folder, opens the file: only absolute names find theirs. */
static bool add_file(struct lc_content *content, const char *key, const char *path,
                     struct lc_err *err)
{
    LC_AUTO(lc_secret_release) struct lc_secret bytes = LC_SECRET_INIT;
    struct lc_err fault = LC_ERR_INIT;

    if (path[0] != '/')
        return lc_fail(err, LC_EUSAGE,
                       "reading content for secret key \"%s\": open %s: no such file or directory",
                       key, path);
    if (!lc_file_read_secret(path, &bytes, &fault))
        return lc_fail(err, LC_EUSAGE, "reading content for secret key \"%s\": open %s", key,
                       fault.message);
    return add_bytes(content, key, bytes.data == NULL ? "" : bytes.data, bytes.len, err);
}

/* "key", "key#base64" or "key#file" and its value. */
static bool add_value(struct lc_content *content, const char *name, size_t name_len,
                      const char *value, size_t value_len, bool files, struct lc_err *err)
{
    LC_AUTO(lc_free) char *key = lc_strndup(name, name_len);

    if (key == NULL)
        return lc_fail_memory(err);
    char *mark = strchr(key, '#');
    const bool encoded = mark != NULL && strcmp(mark, "#base64") == 0;
    const bool from_file = files && mark != NULL && strcmp(mark, "#file") == 0;
    if (encoded || from_file)
        *mark = '\0';
    if (!lc_content_is_key(key, strlen(key)))
        return lc_fail(err, LC_EUSAGE, "key \"%s\" not valid", key);
    if (from_file)
        return add_file(content, key, value, err);
    if (encoded)
        return check_size(key, value_len, err) &&
               lc_content_set(content, key, value, value_len, err);
    return add_bytes(content, key, value, value_len, err);
}

static bool add_argument(struct lc_content *content, const char *word, struct lc_err *err)
{
    const char *equals = strchr(word, '=');

    /* What does not look like key=value may be a secret that was given wrongly: only its key is
     * told. */
    if (equals == NULL)
        return lc_fail(err, LC_EUSAGE, "key value without \"=\" not valid");
    if (equals[1] == '\0')
        return lc_fail(err, LC_EUSAGE, "key value \"%s\" not valid", word);
    return add_value(content, word, (size_t)(equals - word), equals + 1, strlen(equals + 1), true,
                     err);
}

static bool add_member(void *context, const char *key, const struct lc_json *value,
                       struct lc_err *err)
{
    if (lc_json_type(value) != LC_JSON_STRING)
        return lc_fail(err, LC_EUSAGE, "key \"%s\": expected a string", key);
    return add_value(context, key, strlen(key), lc_json_string(value), lc_json_string_len(value),
                     false, err);
}

static bool add_content_file(struct lc_content *content, const char *path, struct lc_err *err)
{
    LC_AUTO(lc_secret_release) struct lc_secret text = LC_SECRET_INIT;
    LC_AUTO(lc_json_free) struct lc_json *tree = NULL;
    struct lc_err fault = LC_ERR_INIT;

    if (path[0] != '/')
        return lc_fail(err, LC_EUSAGE, "open %s: no such file or directory", path);
    if (!lc_file_read_secret(path, &text, &fault))
        return lc_fail(err, LC_EUSAGE, "open %s", fault.message);
    /* The reader's own words could quote what stands there. */
    if (!lc_yaml_parse(text.data == NULL ? "" : text.data, text.len, LC_YAML_TEXT_ONLY, &tree,
                       &fault) ||
        lc_json_type(tree) != LC_JSON_OBJECT)
        return lc_fail(err, LC_EUSAGE, "%s: not a mapping of keys to values", path);
    return lc_json_each(tree, add_member, content, err);
}

static bool check_old_sizes(const struct lc_call *call, const struct lc_content *content,
                            struct lc_err *err)
{
    const size_t max = lc_store_juju_is(call->context->store, "3.3") ? MAX_VALUE_3_3
                                                                     : MAX_VALUE_3_0;
    size_t total = 0;

    for (size_t i = 0; i < content->count; i++) {
        const size_t len = content->items[i].base64.len / 4 * 3;
        total += len;
        if (len > max + 2) /* the padding is not known here */
            return lc_fail(err, LC_EUSAGE, "secret content for key \"%s\" too large: %zu bytes",
                           content->items[i].key, len);
    }
    return total <= MAX_ALL_OLD
               ? true
               : lc_fail(err, LC_EUSAGE, "secret content too large: %zu bytes", total);
}

static bool read_content(struct lc_call *call, size_t from, struct lc_secret_args *out,
                         struct lc_err *err)
{
    const char *file = lc_flag_text(&call->flags, "file");
    size_t total = 0;

    for (size_t i = from; i < call->flags.arg_count; i++)
        if (!add_argument(&out->content, call->flags.args[i], err))
            return false;
    if (file != NULL && file[0] != '\0' && !add_content_file(&out->content, file, err))
        return false;
    for (size_t i = 0; i < out->content.count; i++)
        total += out->content.items[i].base64.len;
    if (!lc_store_juju_is(call->context->store, "3.6.9") &&
        !check_old_sizes(call, &out->content, err))
        return false;
    if (total > MAX_ENCODED)
        return lc_fail(err, LC_EUSAGE, "base64 encoded secret content too large: %zu bytes", total);
    out->has_content = call->flags.arg_count > from || (file != NULL && file[0] != '\0');
    return true;
}

/* "" means that it was not given. */
static const char *given(const struct lc_call *call, const char *name)
{
    const char *text = lc_flag_text(&call->flags, name);

    return text == NULL || text[0] == '\0' ? NULL : text;
}

bool lc_secret_read_args(struct lc_call *call, size_t from, struct lc_secret_args *out,
                         struct lc_err *err)
{
    const char *owner = given(call, "owner");
    const char *expire = given(call, "expire");
    int64_t now;

    out->label = given(call, "label");
    out->description = given(call, "description");
    out->rotate = given(call, "rotate");
    out->app_owned = owner == NULL || strcmp(owner, "application") == 0;
    if (!out->app_owned && strcmp(owner, "unit") != 0)
        return lc_fail(err, LC_EUSAGE, "secret owner \"%s\" not valid", owner);
    if (out->rotate != NULL && !lc_secret_is_policy(out->rotate))
        return lc_fail(err, LC_EUSAGE, "rotate policy \"%s\" not valid", out->rotate);
    if (!lc_store_now(call->context->store, &now, err))
        return false;
    if (expire != NULL && !lc_secret_parse_expire(expire, now, &out->expire_at, err))
        return false;
    return read_content(call, from, out, err);
}
