/* status: applications, units and relations, laid out as juju's. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/model.h"
#include "model/context.h"
#include "model/hook.h"

#define WATCH_S 2 /* unless it is said */

/* As text or JSON; each part of the model gathers its own. */
struct shown {
    struct lc_store *store;
    struct model_table apps;
    struct model_table units;
    struct model_table relations;
    struct lc_json_writer json;
};

static void shown_release(struct shown *shown)
{
    model_table_release(&shown->apps);
    model_table_release(&shown->units);
    model_table_release(&shown->relations);
}
LC_AUTO_VALUE(struct shown, shown_release);

void model_put_status(struct lc_json_writer *json, const struct lc_status *status)
{
    model_put_pair(json, "status", status->status);
    model_put_pair(json, "message", status->message);
    model_put_time(json, "since", status->since);
}

bool model_list_ports(struct lc_store *store, const char *unit, struct lc_buf *out,
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

static const char *life(bool dying)
{
    return dying ? "dying" : "alive";
}

static void add_words(struct lc_buf *out, const char *before, const char *words, const char *after)
{
    const char *blank = out->len == 0 || words[0] == '\0' ? "" : " ";

    lc_buf_printf(out, "%s%s%s%s", blank, before, words, after);
}

/* "(dying) (config-changed) waiting for a certificate": what is going on, then what was said. */
static bool make_message(const struct lc_unit *unit, const char *said, struct lc_buf *out,
                         struct lc_err *err)
{
    LC_AUTO(lc_hook_release) struct lc_hook hook = LC_HOOK_INIT;
    char name[LC_HOOK_NAME_BYTES];

    if (unit->dying)
        add_words(out, "(", "dying", ")");
    if (unit->phase == LC_PHASE_RUNNING) {
        if (!lc_hook_decode(unit->hook, &hook, err))
            return false;
        lc_hook_name(&hook, name);
        add_words(out, "(", name, ")");
    }
    add_words(out, "", said, "");
    return lc_buf_check(out, err);
}

static bool show_unit(struct shown *shown, const char *name, const char *leader, struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit unit = LC_UNIT_INIT;
    LC_AUTO(lc_status_release) struct lc_status status = LC_STATUS_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf ports = LC_BUF_INIT(65536);
    LC_AUTO(lc_buf_release) struct lc_buf starred = LC_BUF_INIT(512);
    LC_AUTO(lc_buf_release) struct lc_buf message = LC_BUF_INIT(1024 * 1024);
    const bool leads = leader != NULL && strcmp(leader, name) == 0;
    char address[LC_ADDRESS_BYTES];

    if (!lc_store_unit(shown->store, name, &unit, err) ||
        !lc_status_of_unit(shown->store, name, &status, err) ||
        !model_list_ports(shown->store, name, &ports, err) ||
        !make_message(&unit, status.message, &message, err))
        return false;
    lc_unit_address(&unit, address);
    lc_buf_printf(&starred, "%s%s", name, leads ? "*" : "");
    lc_json_key(&shown->json, name);
    lc_json_begin_object(&shown->json);
    model_put_status(&shown->json, &status);
    model_put_pair(&shown->json, "agent", agent_state(&unit));
    lc_json_member_boolean(&shown->json, "leader", leads);
    model_put_pair(&shown->json, "life", life(unit.dying));
    model_put_pair(&shown->json, "address", address);
    model_put_pair(&shown->json, "ports", ports.data);
    lc_json_end_object(&shown->json);
    return MODEL_ROW(&shown->units, err, starred.data, status.status, agent_state(&unit), address,
                     ports.data, message.data);
}

static bool show_app_row(struct shown *shown, const struct lc_app *app,
                         const struct lc_status *status, size_t unit_count, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf message = LC_BUF_INIT(1024 * 1024);
    char scale[32];
    char revision[32];

    (void)snprintf(scale, sizeof(scale), "%zu", unit_count);
    (void)snprintf(revision, sizeof(revision), "%lld", (long long)app->revision);
    if (app->dying)
        add_words(&message, "(", "dying", ")");
    add_words(&message, "", status->message, "");
    return lc_buf_check(&message, err) &&
           MODEL_ROW(&shown->apps, err, app->name, app->version, status->status, scale, app->charm,
                     revision, message.data);
}

static bool show_app(struct shown *shown, const char *name, struct lc_err *err)
{
    LC_AUTO(lc_app_release) struct lc_app app = LC_APP_INIT;
    LC_AUTO(lc_status_release) struct lc_status status = LC_STATUS_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;

    if (!lc_store_app(shown->store, name, &app, err) ||
        !lc_status_of_app(shown->store, name, &status, err) ||
        !lc_store_units(shown->store, name, &units, err) ||
        !show_app_row(shown, &app, &status, units.count, err))
        return false;
    lc_json_key(&shown->json, name);
    lc_json_begin_object(&shown->json);
    model_put_status(&shown->json, &status);
    model_put_pair(&shown->json, "charm", app.charm);
    model_put_pair(&shown->json, "path", app.source);
    lc_json_member_integer(&shown->json, "revision", app.revision);
    model_put_pair(&shown->json, "version", app.version);
    model_put_pair(&shown->json, "life", life(app.dying));
    lc_json_key(&shown->json, "units");
    lc_json_begin_object(&shown->json);
    for (size_t i = 0; i < units.count; i++)
        if (!show_unit(shown, units.items[i], app.leader, err))
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

    lc_buf_printf(&provider, "%s:%s", relation->remote_app, relation->remote_endpoint);
    lc_buf_printf(&requirer, "%s:%s", relation->app, relation->endpoint);
    lc_json_begin_object(&shown->json);
    lc_json_member_integer(&shown->json, "id", relation->id);
    model_put_pair(&shown->json, "provider", provider.data);
    model_put_pair(&shown->json, "requirer", requirer.data);
    model_put_pair(&shown->json, "interface", relation->interface);
    model_put_pair(&shown->json, "type", relation->peer ? "peer" : "regular");
    model_put_pair(&shown->json, "life", life(relation->dying));
    lc_json_end_object(&shown->json);
    return MODEL_ROW(&shown->relations, err, provider.data, requirer.data, relation->interface,
                     relation->peer ? "peer" : "regular", relation->dying ? "(dying)" : "");
}

static bool add_headings(struct shown *shown, struct lc_err *err)
{
    shown->apps.right = MODEL_COLUMN(3) | MODEL_COLUMN(5);
    shown->apps.coloured = MODEL_COLUMN(2);
    shown->units.coloured = MODEL_COLUMN(1) | MODEL_COLUMN(2);
    return MODEL_ROW(&shown->apps, err, "App", "Version", "Status", "Scale", "Charm", "Rev",
                     "Message") &&
           MODEL_ROW(&shown->units, err, "Unit", "Workload", "Agent", "Address", "Ports",
                     "Message") &&
           MODEL_ROW(&shown->relations, err, "Integration provider", "Requirer", "Interface",
                     "Type", "Message");
}

static bool gather(struct shown *shown, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist apps = LC_STRLIST_INIT;
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;

    if (!lc_store_apps(shown->store, &apps, err) ||
        !lc_store_relations(shown->store, NULL, &relations, err) || !add_headings(shown, err))
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

static bool is_empty(const struct model_table *table)
{
    return table->cells.count == table->columns; /* a heading and nothing under it */
}

static bool print_tables(const struct shown *shown, const char *time, struct lc_err *err)
{
    LC_AUTO(model_table_release) struct model_table head = { .columns = 0 };
    const struct model_table *tables[] = { &shown->apps, &shown->units, &shown->relations };

    if (!MODEL_ROW(&head, err, "Model", "Version", "Timestamp") ||
        !MODEL_ROW(&head, err, lc_store_name(shown->store), lc_store_juju_version(shown->store),
                   time))
        return false;
    model_table_print(&head);
    for (size_t i = 0; i < LC_COUNT(tables); i++) {
        if (is_empty(tables[i]))
            continue;
        (void)printf("\n");
        model_table_print(tables[i]);
    }
    if (is_empty(&shown->apps))
        (void)printf("\nModel \"%s\" is empty.\n", lc_store_name(shown->store));
    return true;
}

static bool gather_all(struct shown *shown, char *time, struct lc_err *err)
{
    int64_t now;

    if (!lc_store_now(shown->store, &now, err))
        return false;
    lc_time_format(now, time);
    lc_json_begin_object(&shown->json);
    lc_json_key(&shown->json, "model");
    lc_json_begin_object(&shown->json);
    model_put_pair(&shown->json, "name", lc_store_name(shown->store));
    model_put_pair(&shown->json, "uuid", lc_store_uuid(shown->store));
    model_put_pair(&shown->json, "time", time);
    model_put_pair(&shown->json, "version", lc_store_juju_version(shown->store));
    lc_json_end_object(&shown->json);
    if (!gather(shown, err))
        return false;
    lc_json_end_object(&shown->json);
    return true;
}

bool model_show_status(struct lc_store *store, struct lc_json_writer *json, struct lc_err *err)
{
    LC_AUTO(shown_release) struct shown shown = { .store = store, .json = *json };
    char time[LC_TIME_TEXT_BYTES];

    if (!gather_all(&shown, time, err))
        return false;
    *json = shown.json;
    return true;
}

static bool show(struct lc_store *store, bool as_json, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(shown_release) struct shown shown = { .store = store };
    LC_AUTO(lc_buf_release) struct lc_buf json = LC_BUF_INIT(64u * 1024 * 1024);
    char time[LC_TIME_TEXT_BYTES];

    shown.json = lc_json_writer(&json, LC_JSON_PRETTY);
    if (!lc_tx_begin_looking(&tx, store, err) || !gather_all(&shown, time, err))
        return false;
    return as_json ? model_print_json(&json, err) : print_tables(&shown, time, err);
}

static bool look(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;

    return model_open(args, LC_STORE_READ, &store, err) &&
           show(store, lc_args_has(args, "json"), err);
}

/* Ctrl-C is waited for, instead of being caught: it ends the wait, never a look. */
static bool wait_for_end(const sigset_t *ends, int64_t seconds)
{
    const struct timespec timeout = { .tv_sec = seconds };

    return sigtimedwait(ends, NULL, &timeout) != -1;
}

/* Again and again, until Ctrl-C or until nobody reads any more. */
static bool watch(const struct lc_args *args, int64_t seconds, struct lc_err *err)
{
    sigset_t ends;

    (void)sigemptyset(&ends); /* these cannot fail on a valid set */
    (void)sigaddset(&ends, SIGINT);
    (void)sigaddset(&ends, SIGTERM);
    if (sigprocmask(SIG_BLOCK, &ends, NULL) == -1)
        return lc_fail_errno(err, errno, "cannot wait for Ctrl-C");
    do {
        (void)printf("%s", lc_cmd_on_terminal ? "\033[H\033[2J" : "");
        if (!look(args, err))
            return false;
        (void)printf("%s", lc_cmd_on_terminal ? "" : "\n");
        if (fflush(stdout) == EOF)
            return true; /* main tells it */
    } while (!wait_for_end(&ends, seconds));
    return true;
}

static int run_status(const struct lc_args *args, struct lc_err *err)
{
    const char *every = lc_args_value(args, "watch");
    int64_t seconds = WATCH_S;

    if (every == NULL)
        return look(args, err) ? LC_EXIT_DONE : model_fail(err);
    if (lc_args_has(args, "json"))
        (void)lc_fail(err, LC_EUSAGE, "--watch is for people, --json for programs: choose one");
    else if (every[0] != '\0' && !lc_duration_parse(every, &seconds, err))
        (void)lc_wrap(err, "--watch");
    else
        return watch(args, seconds, err) ? LC_EXIT_DONE : model_fail(err);
    return LC_EXIT_USAGE;
}

static const struct lc_opt status_options[] = {
    { "watch", 0, "[DURATION]", "again and again, every so often (default: 2s), until Ctrl-C" },
    JSON_OPTION,
    MODEL_OPTION,
    END_OF_OPTIONS,
};

const struct lc_cmd model_cmd_status = {
    .name = "status",
    .synopsis = "",
    .summary = "applications, units (* is the leader) and relations",
    .options = status_options,
    .run = run_status,
};
