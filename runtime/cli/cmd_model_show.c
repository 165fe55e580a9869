/* Verbs that look: show-unit, debug-log; status has a file of its own. They do not wait for a
 * command that is at work. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/model.h"
#include "model/check.h"
#include "model/context.h"
#include "model/status.h"
#include "model/store_log.h"

static const struct lc_opt json_options[] = { JSON_OPTION, MODEL_OPTION, END_OF_OPTIONS };

static void put_map(struct lc_json_writer *json, const char *key, const struct lc_strmap *map)
{
    lc_json_key(json, key);
    lc_json_begin_object(json);
    for (size_t i = 0; i < map->count; i++)
        model_put_pair(json, map->entries[i].key, map->entries[i].value);
    lc_json_end_object(json);
}

static bool put_bag(struct lc_json_writer *json, struct lc_store *store, int64_t relation,
                    const char *label, const char *holder, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;

    if (!lc_store_bag(store, relation, holder, &bag, err))
        return false;
    put_map(json, label, &bag);
    return true;
}

static bool put_relation(struct lc_json_writer *json, struct lc_store *store,
                         const struct lc_unit *unit, const struct lc_relation *relation,
                         struct lc_err *err)
{
    LC_AUTO(lc_members_release) struct lc_members members = LC_MEMBERS_INIT;

    lc_json_begin_object(json);
    lc_json_member_integer(json, "relation-id", relation->id);
    model_put_pair(json, "endpoint", relation->endpoint);
    model_put_pair(json, "related-application", relation->remote_app);
    model_put_pair(json, "related-endpoint", relation->remote_endpoint);
    model_put_pair(json, "interface", relation->interface);
    if (!lc_store_members(store, relation->id, unit->name, &members, err) ||
        !put_bag(json, store, relation->id, "local-unit-data", unit->name, err) ||
        !put_bag(json, store, relation->id, "local-application-data", unit->app, err) ||
        !put_bag(json, store, relation->id, "application-data", relation->remote_app, err))
        return false;
    lc_json_key(json, "related-units");
    lc_json_begin_object(json);
    for (size_t i = 0; i < members.count; i++)
        if (!put_bag(json, store, relation->id, members.items[i].unit, members.items[i].unit, err))
            return false;
    lc_json_end_object(json);
    lc_json_end_object(json);
    return true;
}

bool model_show_unit(struct lc_store *store, const struct lc_unit *unit,
                     struct lc_json_writer *json, struct lc_err *err)
{
    LC_AUTO(lc_app_release) struct lc_app app = LC_APP_INIT;
    LC_AUTO(lc_status_release) struct lc_status status = LC_STATUS_INIT;
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap state = LC_STRMAP_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf ports = LC_BUF_INIT(65536);
    char address[LC_ADDRESS_BYTES];

    if (!lc_store_app(store, unit->app, &app, err) ||
        !lc_status_of_unit(store, unit->name, &status, err) ||
        !lc_store_relations(store, unit->app, &relations, err) ||
        !lc_store_state(store, unit->name, &state, err) ||
        !model_list_ports(store, unit->name, &ports, err))
        return false;
    lc_unit_address(unit, address);
    lc_json_begin_object(json);
    model_put_status(json, &status);
    lc_json_member_boolean(json, "leader",
                           app.leader != NULL && strcmp(app.leader, unit->name) == 0);
    model_put_pair(json, "life", unit->dying ? "dying" : "alive");
    model_put_pair(json, "address", address);
    model_put_pair(json, "opened-ports", ports.data);
    put_map(json, "state", &state);
    lc_json_key(json, "relation-info");
    lc_json_begin_array(json);
    for (size_t i = 0; i < relations.count; i++)
        if (!put_relation(json, store, unit, &relations.items[i], err))
            return false;
    lc_json_end_array(json);
    lc_json_end_object(json);
    return true;
}

static int run_show_unit(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf json = LC_BUF_INIT(64u * 1024 * 1024);

    struct lc_json_writer writer = lc_json_writer(&json, LC_JSON_PRETTY);
    if (!model_open(args, LC_STORE_READ, &store, err) ||
        !lc_check_unit(store, args->positionals[0], &unit, err))
        return model_fail(err);
    lc_json_begin_object(&writer);
    lc_json_key(&writer, unit.name);
    if (!model_show_unit(store, &unit, &writer, err))
        return model_fail(err);
    lc_json_end_object(&writer);
    return model_print(args, &json, err) ? LC_EXIT_DONE : model_fail(err);
}

const struct lc_cmd model_cmd_show_unit = {
    .name = "show-unit",
    .synopsis = "UNIT",
    .summary = "one unit: status, databags, ports, stored state",
    .options = json_options,
    .min = 1,
    .max = 1,
    .run = run_show_unit,
};

/* "unit-web-0: 2026-01-15T12:00:00Z INFO unit.web/0.juju-log text" */
static bool print_log(void *context, const struct lc_log_line *line, struct lc_err *err)
{
    char time[LC_TIME_TEXT_BYTES];
    const char *slash = strchr(line->unit, '/');

    (void)context;
    (void)err;
    lc_time_format(line->time, time);
    if (slash == NULL)
        (void)printf("controller-0: ");
    else
        (void)printf("unit-%.*s-%s: ", (int)(slash - line->unit), line->unit, slash + 1);
    (void)printf("%s %s %s %s\n", time, lc_level_name(line->level), line->module, line->text);
    return true;
}

static bool print_log_json(void *context, const struct lc_log_line *line, struct lc_err *err)
{
    struct lc_json_writer *json = context;
    char time[LC_TIME_TEXT_BYTES];

    (void)err; /* the buffer keeps it */
    lc_time_format(line->time, time);
    lc_json_begin_object(json);
    model_put_pair(json, "time", time);
    model_put_pair(json, "unit", line->unit);
    model_put_pair(json, "level", lc_level_name(line->level));
    model_put_pair(json, "module", line->module);
    model_put_pair(json, "message", line->text);
    lc_json_end_object(json);
    return true;
}

bool model_show_log(struct lc_store *store, enum lc_level least, const struct lc_strlist *units,
                    int64_t count, struct lc_json_writer *json, struct lc_err *err)
{
    lc_json_begin_array(json);
    if (!lc_store_log_lines(store, least, units, count, print_log_json, json, err))
        return false;
    lc_json_end_array(json);
    return true;
}

bool model_parse_level(const char *text, enum lc_level *out, struct lc_err *err)
{
    for (int level = LC_LEVEL_TRACE; level <= LC_LEVEL_CRITICAL; level++)
        if (lc_text_equals_nocase(lc_level_name((enum lc_level)level), text)) {
            *out = (enum lc_level)level;
            return true;
        }
    return lc_fail(err, LC_EUSAGE, "level '%s' is not one of TRACE, DEBUG, INFO, WARNING, ERROR",
                   text);
}

/* "web/0" and "web", also in the form that the log itself has: "unit-web-0". */
static bool normalise(const char *word, struct lc_strlist *out, struct lc_err *err)
{
    const char *name = lc_text_has_prefix(word, "unit-") ? word + strlen("unit-") : word;
    const char *hyphen = strrchr(name, '-');
    int64_t number;

    if (name == word || hyphen == NULL || !lc_text_to_number(hyphen + 1, INT32_MAX, &number))
        return lc_strlist_add(out, word, err);
    return lc_strlist_addf(out, err, "%.*s/%s", (int)(hyphen - name), name, hyphen + 1);
}

static bool is_known(const struct lc_strlist *there, const char *word)
{
    const size_t len = strlen(word);

    for (size_t i = 0; i < there->count; i++)
        if (strncmp(there->items[i], word, len) == 0 &&
            (there->items[i][len] == '\0' || there->items[i][len] == '/'))
            return true;
    return false;
}

/* What --include names; one that is nobody's would show an empty log, which says something else. */
static bool find_included(const struct lc_args *args, struct lc_store *store,
                          struct lc_strlist *out, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist given = LC_STRLIST_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist there = LC_STRLIST_INIT;

    if (!lc_args_values(args, "include", &given, err) || !lc_store_log_units(store, &there, err))
        return false;
    for (size_t i = 0; i < given.count; i++) {
        if (!normalise(given.items[i], out, err))
            return false;
        if (!is_known(&there, out->items[i]))
            return lc_check_fail_unknown(err, "unit or application", given.items[i], &there);
    }
    return true;
}

static int run_debug_log(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf json = LC_BUF_INIT(256u * 1024 * 1024);
    const bool as_json = lc_args_has(args, "json");
    const char *wanted = lc_args_value(args, "level");
    enum lc_level level = LC_LEVEL_INFO;
    int64_t count = 50;

    struct lc_json_writer writer = lc_json_writer(&json, LC_JSON_PRETTY);
    if ((wanted != NULL && !model_parse_level(wanted, &level, err)) ||
        !model_number(args, "lines", INT32_MAX, &count, err) ||
        !model_open(args, LC_STORE_READ, &store, err) || !find_included(args, store, &units, err))
        return model_fail(err);
    if (lc_args_has(args, "replay"))
        count = 0;
    const bool good = as_json
                          ? model_show_log(store, level, &units, count, &writer, err) &&
                                model_print_json(&json, err)
                          : lc_store_log_lines(store, level, &units, count, print_log, NULL, err);
    return good ? LC_EXIT_DONE : model_fail(err);
}

static const struct lc_opt log_options[] = {
    { "level", 'l', "LEVEL", "only lines of this level and above (default: INFO)" },
    { "include", 'i', "UNIT", "only this unit's, or application's; may be repeated" },
    { "lines", 'n', "N", "the last N lines (default: 50)" },
    { "replay", 0, NULL, "all lines" },
    JSON_OPTION,
    MODEL_OPTION,
    END_OF_OPTIONS,
};

const struct lc_cmd model_cmd_debug_log = {
    .name = "debug-log",
    .synopsis = "",
    .summary = "what hooks have logged",
    .options = log_options,
    .run = run_debug_log,
};
