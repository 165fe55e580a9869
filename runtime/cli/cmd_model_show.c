/* Verbs that look: status, show-unit, debug-log. They do not wait for a command that is at work. */
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

/* Applications, units and relations, as text or JSON; each gathers its part. */
struct shown {
    struct lc_store *store;
    struct model_table apps;
    struct model_table units;
    struct model_table relations;
    struct lc_json_writer json;
};

static void put_status(struct lc_json_writer *json, const struct lc_status *status)
{
    model_put_pair(json, "status", status->status);
    model_put_pair(json, "message", status->message);
    model_put_time(json, "since", status->since);
}

/* "443/tcp 8000-8010/udp" */
static bool list_ports(struct lc_store *store, const char *unit, struct lc_buf *out,
                       struct lc_err *err)
{
    LC_AUTO(lc_ports_release) struct lc_ports ports = LC_PORTS_INIT;

    if (!lc_store_ports(store, unit, &ports, err))
        return false;
    for (size_t i = 0; i < ports.count; i++) {
        const struct lc_port *port = &ports.items[i];
        if (port->endpoint[0] != '\0')
            continue;
        lc_buf_puts(out, out->len == 0 ? "" : " ");
        if (port->first == -1)
            lc_buf_puts(out, port->protocol);
        else if (port->first == port->last)
            lc_buf_printf(out, "%lld/%s", (long long)port->first, port->protocol);
        else
            lc_buf_printf(out, "%lld-%lld/%s", (long long)port->first, (long long)port->last,
                          port->protocol);
    }
    return lc_buf_check(out, err);
}

static const char *agent_state(const struct lc_unit *unit)
{
    if (unit->phase == LC_PHASE_RUNNING)
        return "executing";
    return unit->revision == 0 ? "allocating" : "idle";
}

static bool show_unit_row(struct shown *shown, const char *name, const char *leader,
                          struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    LC_AUTO(lc_status_release) struct lc_status status = LC_STATUS_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf ports = LC_BUF_INIT(65536);
    LC_AUTO(lc_buf_release) struct lc_buf starred = LC_BUF_INIT(512);
    const bool leads = leader != NULL && strcmp(leader, name) == 0;
    char address[LC_ADDRESS_BYTES];

    if (!lc_store_unit(shown->store, name, &unit, err) ||
        !lc_status_of_unit(shown->store, name, &status, err) ||
        !list_ports(shown->store, name, &ports, err))
        return false;
    lc_unit_address(&unit, address);
    lc_buf_printf(&starred, "%s%s", name, leads ? "*" : "");
    lc_json_key(&shown->json, name);
    lc_json_begin_object(&shown->json);
    put_status(&shown->json, &status);
    model_put_pair(&shown->json, "agent", agent_state(&unit));
    lc_json_key(&shown->json, "leader");
    lc_json_put_boolean(&shown->json, leads);
    model_put_pair(&shown->json, "life", unit.dying ? "dying" : "alive");
    model_put_pair(&shown->json, "address", address);
    model_put_pair(&shown->json, "ports", ports.data);
    lc_json_end_object(&shown->json);
    return MODEL_ROW(&shown->units, err, starred.data, status.status, agent_state(&unit), address,
                     ports.data, status.message);
}

static bool show_app(struct shown *shown, const char *name, struct lc_err *err)
{
    LC_AUTO(lc_app_release) struct lc_app app = LC_APP_INIT;
    LC_AUTO(lc_status_release) struct lc_status status = LC_STATUS_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    char scale[32];
    char revision[32];

    if (!lc_store_app(shown->store, name, &app, err) ||
        !lc_status_of_app(shown->store, name, &status, err) ||
        !lc_store_units(shown->store, name, &units, err))
        return false;
    (void)snprintf(scale, sizeof(scale), "%zu", units.count);
    (void)snprintf(revision, sizeof(revision), "%lld", (long long)app.revision);
    if (!MODEL_ROW(&shown->apps, err, name, app.version, status.status, scale, app.charm, revision,
                   status.message))
        return false;
    lc_json_key(&shown->json, name);
    lc_json_begin_object(&shown->json);
    put_status(&shown->json, &status);
    model_put_pair(&shown->json, "charm", app.charm);
    model_put_pair(&shown->json, "path", app.source);
    lc_json_key(&shown->json, "revision");
    lc_json_put_integer(&shown->json, app.revision);
    model_put_pair(&shown->json, "version", app.version);
    model_put_pair(&shown->json, "life", app.dying ? "dying" : "alive");
    lc_json_key(&shown->json, "units");
    lc_json_begin_object(&shown->json);
    for (size_t i = 0; i < units.count; i++)
        if (!show_unit_row(shown, units.items[i], app.leader, err))
            return false;
    lc_json_end_object(&shown->json);
    lc_json_end_object(&shown->json);
    return true;
}

static bool show_relation(struct shown *shown, const struct lc_relation *relation,
                          struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf provider = LC_BUF_INIT(1024);
    LC_AUTO(lc_buf_release) struct lc_buf requirer = LC_BUF_INIT(1024);
    char id[32];

    lc_buf_printf(&provider, "%s:%s", relation->remote_app, relation->remote_endpoint);
    lc_buf_printf(&requirer, "%s:%s", relation->app, relation->endpoint);
    (void)snprintf(id, sizeof(id), "%lld", (long long)relation->id);
    lc_json_begin_object(&shown->json);
    lc_json_key(&shown->json, "id");
    lc_json_put_integer(&shown->json, relation->id);
    model_put_pair(&shown->json, "provider", provider.data);
    model_put_pair(&shown->json, "requirer", requirer.data);
    model_put_pair(&shown->json, "interface", relation->interface);
    model_put_pair(&shown->json, "type", relation->peer ? "peer" : "regular");
    model_put_pair(&shown->json, "life", relation->dying ? "dying" : "alive");
    lc_json_end_object(&shown->json);
    return MODEL_ROW(&shown->relations, err, id, provider.data, requirer.data, relation->interface,
                     relation->peer ? "peer" : "regular", relation->dying ? "being removed" : "");
}

static bool gather(struct shown *shown, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist apps = LC_STRLIST_INIT;
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;

    if (!lc_store_apps(shown->store, &apps, err) ||
        !lc_store_relations(shown->store, NULL, &relations, err) ||
        !MODEL_ROW(&shown->apps, err, "App", "Version", "Status", "Scale", "Charm", "Rev",
                   "Message") ||
        !MODEL_ROW(&shown->units, err, "Unit", "Workload", "Agent", "Address", "Ports",
                   "Message") ||
        !MODEL_ROW(&shown->relations, err, "Relation", "Provider", "Requirer", "Interface", "Type",
                   "Message"))
        return false;
    lc_json_key(&shown->json, "applications");
    lc_json_begin_object(&shown->json);
    for (size_t i = 0; i < apps.count; i++)
        if (!show_app(shown, apps.items[i], err))
            return false;
    lc_json_end_object(&shown->json);
    lc_json_key(&shown->json, "relations");
    lc_json_begin_array(&shown->json);
    for (size_t i = 0; i < relations.count; i++)
        if (!show_relation(shown, &relations.items[i], err))
            return false;
    lc_json_end_array(&shown->json);
    return true;
}

static void print_tables(const struct shown *shown, int64_t now)
{
    const struct model_table *tables[] = { &shown->apps, &shown->units, &shown->relations };
    char time[LC_TIME_TEXT_BYTES];

    lc_time_format(now, time);
    (void)printf("Model  %s\nTime   %s\n", lc_store_name(shown->store), time);
    for (size_t i = 0; i < LC_COUNT(tables); i++) {
        if (tables[i]->cells.count == tables[i]->columns)
            continue; /* a heading and nothing under it */
        (void)printf("\n");
        model_table_print(tables[i]);
    }
}

static int show(struct shown *shown, const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf json = LC_BUF_INIT(64u * 1024 * 1024);
    char time[LC_TIME_TEXT_BYTES];
    int64_t now;

    shown->json = lc_json_writer(&json, LC_JSON_PRETTY);
    lc_json_begin_object(&shown->json);
    if (!lc_store_now(shown->store, &now, err))
        return model_fail(err);
    lc_time_format(now, time);
    lc_json_key(&shown->json, "model");
    lc_json_begin_object(&shown->json);
    model_put_pair(&shown->json, "name", lc_store_name(shown->store));
    model_put_pair(&shown->json, "uuid", lc_store_uuid(shown->store));
    model_put_pair(&shown->json, "time", time);
    model_put_pair(&shown->json, "version", lc_store_juju_version(shown->store));
    lc_json_end_object(&shown->json);
    if (!gather(shown, err))
        return model_fail(err);
    lc_json_end_object(&shown->json);
    if (!lc_args_has(args, "json"))
        print_tables(shown, now);
    else if (!model_print_json(&json, err))
        return model_fail(err);
    return LC_EXIT_DONE;
}

static int run_status(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;
    struct shown shown = { .store = NULL };

    if (!model_open(args, LC_STORE_READ, &store, err))
        return model_fail(err);
    shown.store = store;
    const int status = show(&shown, args, err);
    model_table_release(&shown.apps);
    model_table_release(&shown.units);
    model_table_release(&shown.relations);
    return status;
}

static const struct lc_opt json_options[] = { JSON_OPTION, MODEL_OPTION, END_OF_OPTIONS };

const struct lc_cmd model_cmd_status = {
    .name = "status",
    .synopsis = "",
    .summary = "applications, units (* is the leader) and relations",
    .options = json_options,
    .run = run_status,
};

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
    lc_json_key(json, "relation-id");
    lc_json_put_integer(json, relation->id);
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

static bool put_unit(struct lc_json_writer *json, struct lc_store *store,
                     const struct lc_unit *unit, struct lc_err *err)
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
        !list_ports(store, unit->name, &ports, err))
        return false;
    lc_unit_address(unit, address);
    put_status(json, &status);
    lc_json_key(json, "leader");
    lc_json_put_boolean(json, app.leader != NULL && strcmp(app.leader, unit->name) == 0);
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
    lc_json_begin_object(&writer);
    if (!put_unit(&writer, store, &unit, err))
        return model_fail(err);
    lc_json_end_object(&writer);
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

static bool parse_level(const struct lc_args *args, enum lc_level *out, struct lc_err *err)
{
    const char *text = lc_args_value(args, "level");

    *out = LC_LEVEL_INFO;
    if (text == NULL)
        return true;
    for (int level = LC_LEVEL_TRACE; level <= LC_LEVEL_CRITICAL; level++)
        if (lc_text_equals_nocase(lc_level_name((enum lc_level)level), text)) {
            *out = (enum lc_level)level;
            return true;
        }
    return lc_fail(err, LC_EUSAGE, "--level: '%s' is not one of TRACE, DEBUG, INFO, WARNING, ERROR",
                   text);
}

static int run_debug_log(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf json = LC_BUF_INIT(256u * 1024 * 1024);
    const bool as_json = lc_args_has(args, "json");
    enum lc_level level;
    int64_t count = 50;

    struct lc_json_writer writer = lc_json_writer(&json, LC_JSON_PRETTY);
    if (!parse_level(args, &level, err) || !lc_args_values(args, "include", &units, err) ||
        !model_number(args, "lines", INT32_MAX, &count, err) ||
        !model_open(args, LC_STORE_READ, &store, err))
        return model_fail(err);
    if (lc_args_has(args, "replay"))
        count = 0;
    lc_json_begin_array(&writer);
    if (!lc_store_log_lines(store, level, &units, count, as_json ? print_log_json : print_log,
                            &writer, err))
        return model_fail(err);
    lc_json_end_array(&writer);
    return !as_json || model_print_json(&json, err) ? LC_EXIT_DONE : model_fail(err);
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
