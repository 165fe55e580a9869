/* What Juju would refuse: names, applications, units, settings, refreshes. */
#include "model/check.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

bool lc_check_is_unit_name(const char *text)
{
    const char *slash = strchr(text, '/');
    char app[256];
    int64_t number;

    if (slash == NULL || (size_t)(slash - text) >= sizeof(app))
        return false;
    memcpy(app, text, (size_t)(slash - text));
    app[slash - text] = '\0';
    return lc_charm_is_app_name(app) && lc_text_to_number(slash + 1, INT32_MAX, &number) &&
           (slash[1] != '0' || slash[2] == '\0');
}

bool lc_check_app_name(const char *text, struct lc_err *err)
{
    if (strlen(text) > 128 || !lc_charm_is_app_name(text))
        return lc_fail(err, LC_EUSAGE,
                       "'%s' is not an application's name: lower-case letters, digits and"
                       " hyphens, as 'web' or 'self-signed-ca'",
                       text);
    return true;
}

bool lc_check_model_name(const char *text, struct lc_err *err)
{
    const size_t len = strlen(text);

    if (len > 0 && len <= 128 && text[0] != '-' &&
        strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len)
        return true;
    return lc_fail(err, LC_EUSAGE,
                   "\"%s\" is not a valid name: model names may only contain lowercase letters,"
                   " digits and hyphens",
                   text);
}

char *lc_app_charm_folder(const struct lc_store *store, const char *app, int64_t revision)
{
    return lc_store_path(store, "charms/%s-%lld", app, (long long)revision);
}

char *lc_unit_charm_folder(const struct lc_store *store, const struct lc_unit *unit)
{
    return lc_store_path(store, "units/%s-%lld/charm", unit->app, (long long)unit->number);
}

#define LISTED_MAX 20 /* names in an error */

bool lc_check_fail_unknown(struct lc_err *err, const char *what, const char *name,
                           const struct lc_strlist *there)
{
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(1500);

    for (size_t i = 0; i < there->count && i < LISTED_MAX; i++)
        lc_buf_printf(&list, "%s%.64s", i == 0 ? "" : ", ", there->items[i]);
    if (there->count > LISTED_MAX)
        lc_buf_printf(&list, " and %zu more", there->count - LISTED_MAX);
    if (there->count == 0)
        return lc_fail(err, LC_ENOTFOUND, "%s '%s' not found: there is none in this model", what,
                       name);
    return lc_fail(err, LC_ENOTFOUND, "%s '%s' not found: there is %s", what, name, list.data);
}

bool lc_check_app(struct lc_store *store, const char *name, struct lc_app *app,
                  struct lc_charm_meta **meta, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist there = LC_STRLIST_INIT;

    if (!lc_store_apps(store, &there, err))
        return false;
    if (!lc_strlist_has(&there, name))
        return lc_check_fail_unknown(err, "application", name, &there);
    if (!lc_store_app(store, name, app, err))
        return false;
    LC_AUTO(lc_free) char *folder = lc_app_charm_folder(store, name, app->revision);
    if (folder == NULL)
        return lc_fail_memory(err);
    return lc_charm_meta_load(folder, meta, err);
}

bool lc_check_unit(struct lc_store *store, const char *name, struct lc_unit *unit,
                   struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist there = LC_STRLIST_INIT;

    if (!lc_store_units(store, NULL, &there, err))
        return false;
    if (!lc_strlist_has(&there, name))
        return lc_check_fail_unknown(err, "unit", name, &there);
    return lc_store_unit(store, name, unit, err);
}

static bool encode_number(const char *type, const char *text, struct lc_json_writer *writer)
{
    char *end;

    errno = 0;
    if (strcmp(type, "int") == 0) {
        const long long number = strtoll(text, &end, 10);
        lc_json_put_integer(writer, number);
    } else {
        const double number = strtod(text, &end);
        lc_json_put_real(writer, number);
        if (!isfinite(number))
            return false;
    }
    return end != text && *end == '\0' && errno == 0;
}

bool lc_check_setting(const struct lc_charm_meta *meta, const char *option, const char *text,
                      char **out, struct lc_err *err)
{
    const struct lc_charm_option *known = lc_charm_meta_option(meta, option);
    LC_AUTO(lc_buf_release) struct lc_buf json = LC_BUF_INIT(16u * 1024 * 1024);
    bool good = true;

    if (known == NULL) {
        LC_AUTO(lc_strlist_release) struct lc_strlist there = LC_STRLIST_INIT;
        for (size_t i = 0; i < meta->option_count; i++)
            if (!lc_strlist_add(&there, meta->options[i].name, err))
                return false;
        if (there.count == 0)
            return lc_fail(err, LC_ENOTFOUND, "unknown option '%s': charm '%s' has none", option,
                           meta->name);
        return lc_check_fail_unknown(err, "option", option, &there);
    }
    if (!lc_text_is_utf8(text, strlen(text)))
        return lc_fail(err, LC_EUSAGE, "option '%s': the value is not UTF-8", option);
    struct lc_json_writer writer = lc_json_writer(&json, LC_JSON_COMPACT);
    if (strcmp(known->type, "string") == 0 || strcmp(known->type, "secret") == 0)
        lc_json_put_string(&writer, text);
    else if (strcmp(known->type, "boolean") != 0)
        good = encode_number(known->type, text, &writer);
    else if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        lc_json_put_boolean(&writer, strcmp(text, "true") == 0);
    else
        good = false;
    if (!good)
        return lc_fail(err, LC_EPARSE, "option '%s' expected %s, got '%s'", option, known->type,
                       text);
    return lc_buf_take(&json, out, NULL, err);
}

bool lc_check_refresh(struct lc_store *store, const char *app, const struct lc_charm_meta *fresh,
                      struct lc_err *err)
{
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;

    if (!lc_store_relations(store, app, &relations, err))
        return false;
    for (size_t i = 0; i < relations.count; i++) {
        const struct lc_relation *relation = &relations.items[i];
        const struct lc_charm_endpoint *endpoint = lc_charm_meta_endpoint(fresh,
                                                                          relation->endpoint);
        if (strcmp(relation->endpoint, "juju-info") == 0)
            continue;
        if (endpoint == NULL || strcmp(endpoint->interface, relation->interface) != 0 ||
            strcmp(lc_charm_role_name(endpoint->role), relation->role) != 0)
            return lc_fail(err, LC_ESTATE,
                           "cannot refresh '%s': the new charm has no endpoint '%s' (%s %s), which"
                           " relation %s:%lld uses",
                           app, relation->endpoint, relation->role, relation->interface,
                           relation->endpoint, (long long)relation->id);
    }
    return true;
}
