/* Verbs that change the model and run no hook: new, destroy, deploy, refresh, config, integrate,
 * remove-relation, add-unit, remove-unit, remove-application, set-leader, resolved. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/model.h"
#include "model/check.h"
#include "model/context.h"
#include "model/verbs.h"

/* "3.6", "3.6.26", "3.6-rc1". */
bool model_check_version(const char *version, struct lc_err *err)
{
    const size_t digits = strspn(version, "0123456789.");
    const bool good = (version[0] == '3' || version[0] == '4') && version[1] == '.' && digits > 2;

    return good ? true
                : lc_fail(err, LC_EUSAGE, "Juju version '%s' is not one such as 3.6.26", version);
}

bool model_read_new(const struct lc_args *args, struct lc_store_new *out, struct lc_err *err)
{
    const char *at = lc_args_value(args, "at");
    const char *version = lc_args_value(args, "juju-version");

    if (at != NULL && !lc_time_parse(at, &out->now, err)) {
        err->code = LC_EUSAGE;
        return lc_wrap(err, "--at");
    }
    if (version != NULL && !model_check_version(version, err))
        return lc_wrap(err, "--juju-version");
    out->juju_version = version == NULL ? out->juju_version : version;
    return model_number(args, "seed", INT64_MAX, &out->seed, err);
}

static int run_new(const struct lc_args *args, struct lc_err *err)
{
    const struct lc_clock clock = lc_clock_system();
    struct lc_store_new wanted = { .name = args->count > 0 ? args->positionals[0] : "local",
                                   .juju_version = LC_MODEL_JUJU_VERSION,
                                   .now = lc_clock_now(&clock) };

    if (!lc_check_model_name(wanted.name, err) || !model_read_new(args, &wanted, err) ||
        !lc_store_create(model_folder(args), &wanted, err))
        return model_fail(err);
    (void)printf("Made model '%s' in %s\n", wanted.name, model_folder(args));
    return LC_EXIT_DONE;
}

static const struct lc_opt new_options[] = {
    MODEL_OPTION,
    { "seed", 0, "N", "what Juju leaves open happens in an order drawn from N" },
    NEW_OPTIONS,
    END_OF_OPTIONS,
};

const struct lc_cmd model_cmd_new = {
    .name = "new",
    .synopsis = "[NAME]",
    .summary = "make an empty model",
    .options = new_options,
    .max = 1,
    .run = run_new,
};

bool model_remove_applications(struct lc_store *store, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist apps = LC_STRLIST_INIT;
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    if (!lc_tx_begin(&tx, store, err) || !lc_store_apps(store, &apps, err))
        return false;
    for (size_t i = 0; i < apps.count; i++)
        if (!lc_verb_remove_app(store, apps.items[i], err))
            return false;
    return lc_tx_commit(&tx, err);
}

/* As juju does without --force: the last hooks of all units, so that what a charm has started on
 * this machine is stopped. One that fails is told, and keeps nothing. A model that cannot be worked
 * in has no hooks to run; lc_store_destroy tells whether it is one. */
static bool run_last_hooks(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(model_work_release) struct model_work work = { .store = NULL };
    LC_AUTO(lc_store_free) struct lc_store *looked_at = NULL;
    struct lc_err why = LC_ERR_INIT;

    /* Looking leaves no trace in a folder that is no model; work begins with a lock. */
    if (!model_open(args, LC_STORE_READ, &looked_at, &why))
        return true;
    lc_store_free(LC_STEAL(looked_at));
    if (!model_work_open(args, false, &work, &why))
        return why.code == LC_EUSAGE ? lc_fail(err, LC_EUSAGE, "%s", why.message) : true;
    if (model_remove_applications(work.store, &why) && model_settle(args, &work, NULL, &why))
        return true;
    if (model_interrupted() != 0) {
        *err = why;
        return false;
    }
    lc_cmd_print_error(&why);
    return true;
}

static int run_destroy(const struct lc_args *args, struct lc_err *err)
{
    bool left;

    if (!lc_args_has(args, "force") && !run_last_hooks(args, err))
        return model_fail(err);
    if (!lc_store_destroy(model_folder(args), model_say_waiting, &left, err))
        return model_fail(err);
    (void)printf("Destroyed the model in %s%s\n", model_folder(args),
                 left ? ", and left what was not its own" : "");
    return LC_EXIT_DONE;
}

static const struct lc_opt model_only[] = { MODEL_OPTION, END_OF_OPTIONS };

static const struct lc_opt destroy_options[] = {
    MODEL_OPTION,
    { "force", 0, NULL, "at once, without the last hooks of its units" },
    SETTLE_OPTIONS,
    END_OF_OPTIONS,
};

const struct lc_cmd model_cmd_destroy = {
    .name = "destroy",
    .synopsis = "[--force]",
    .summary = "remove the model and all that is in it, after its units' last hooks",
    .options = destroy_options,
    .run = run_destroy,
};

static bool absolute(const char *path, char out[PATH_MAX], struct lc_err *err)
{
    return realpath(path, out) != NULL ? true : lc_fail_errno(err, errno, "%s", path);
}

/* "name=FILE" with the file's whole path: hooks run elsewhere. */
static bool absolute_resources(const struct lc_args *args, struct lc_strlist *out,
                               struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist given = LC_STRLIST_INIT;

    if (!lc_args_values(args, "resource", &given, err))
        return false;
    for (size_t i = 0; i < given.count; i++) {
        const char *equals = strchr(given.items[i], '=');
        char path[PATH_MAX];
        if (equals == NULL)
            return lc_fail(err, LC_EUSAGE, "--resource: '%s' is not name=FILE", given.items[i]);
        if (!absolute(equals + 1, path, err) ||
            !lc_strlist_addf(out, err, "%.*s=%s", (int)(equals - given.items[i]), given.items[i],
                             path))
            return false;
    }
    return true;
}

static int run_deploy(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;
    LC_AUTO(lc_strlist_release) struct lc_strlist config = LC_STRLIST_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist resources = LC_STRLIST_INIT;
    LC_AUTO(lc_free) char *name = NULL;
    char path[PATH_MAX];
    struct lc_deploy wanted = { .path = path,
                                .name = args->count > 1 ? args->positionals[1] : NULL,
                                .units = 1,
                                .config = &config,
                                .resources = &resources,
                                .trusted = lc_args_has(args, "trust") };

    if (!model_number(args, "num-units", LC_UNITS_MAX, &wanted.units, err) ||
        !lc_args_values(args, "config", &config, err) ||
        !absolute_resources(args, &resources, err) ||
        !model_open(args, LC_STORE_WORK, &store, err) ||
        !absolute(args->positionals[0], path, err) || !lc_verb_deploy(store, &wanted, &name, err))
        return model_fail(err);
    (void)printf("Deployed '%s' from %s, %lld unit%s\n", name, args->positionals[0],
                 (long long)wanted.units, wanted.units == 1 ? "" : "s");
    return LC_EXIT_DONE;
}

static const struct lc_opt deploy_options[] = {
    { "num-units", 'n', "N", "how many units (default: 1)" },
    { "config", 0, "KEY=VALUE", "an option's value, or KEY=@FILE; may be repeated" },
    { "resource", 0, "NAME=FILE", "a resource's file; may be repeated" },
    { "trust", 0, NULL, "let the charm ask for the cloud's credentials" },
    MODEL_OPTION,
    END_OF_OPTIONS,
};

const struct lc_cmd model_cmd_deploy = {
    .name = "deploy",
    .synopsis = "DIR|FILE.charm [NAME]",
    .summary = "put a charm into the model; 'settle' then runs its hooks",
    .options = deploy_options,
    .min = 1,
    .max = 2,
    .run = run_deploy,
};

static int run_refresh(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;
    const char *given = lc_args_value(args, "path");
    char path[PATH_MAX];

    if ((given != NULL && !absolute(given, path, err)) ||
        !model_open(args, LC_STORE_WORK, &store, err) ||
        !lc_verb_refresh(store, args->positionals[0], given == NULL ? NULL : path, err))
        return model_fail(err);
    (void)printf("Refreshed '%s'\n", args->positionals[0]);
    return LC_EXIT_DONE;
}

static const struct lc_opt refresh_options[] = {
    { "path", 0, "DIR|FILE", "the new charm or .charm (default: where it was deployed from)" },
    MODEL_OPTION,
    END_OF_OPTIONS,
};

const struct lc_cmd model_cmd_refresh = {
    .name = "refresh",
    .synopsis = "APP",
    .summary = "replace an application's charm with a newer one",
    .options = refresh_options,
    .min = 1,
    .max = 1,
    .run = run_refresh,
};

/* One value as it is, or all of them as a map. */
static int show_config(const struct lc_args *args, struct lc_store *store, struct lc_err *err)
{
    const char *app = args->positionals[0];
    const char *key = args->count > 1 ? args->positionals[1] : NULL;
    LC_AUTO(lc_app_release) struct lc_app row = LC_APP_INIT;
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;
    LC_AUTO(lc_json_free) struct lc_json *config = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(64u * 1024 * 1024);

    if (!lc_check_app(store, app, &row, &meta, err) ||
        !lc_config_effective(store, meta, app, key == NULL, &config, err))
        return model_fail(err);
    if (key != NULL && lc_charm_meta_option(meta, key) == NULL) {
        (void)lc_fail(err, LC_ENOTFOUND, "charm '%s' has no option '%s'", meta->name, key);
        return model_fail(err);
    }
    const struct lc_json *value = key == NULL ? config : lc_json_get(config, key);
    if (key != NULL && !lc_args_has(args, "json") && lc_json_type(value) == LC_JSON_STRING) {
        (void)printf("%s\n", lc_json_string(value));
        return LC_EXIT_DONE;
    }
    struct lc_json_writer writer = lc_json_writer(&text, LC_JSON_PRETTY);
    lc_json_put(&writer, value);
    return model_print(args, &text, err) ? LC_EXIT_DONE : model_fail(err);
}

static int run_config(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;
    LC_AUTO(lc_strlist_release) struct lc_strlist settings = LC_STRLIST_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist reset = LC_STRLIST_INIT;
    const char *app = args->positionals[0];
    const bool asks = !lc_args_has(args, "reset") &&
                      (args->count == 1 ||
                       (args->count == 2 && strchr(args->positionals[1], '=') == NULL));

    if (!model_open(args, asks ? LC_STORE_READ : LC_STORE_WORK, &store, err))
        return model_fail(err);
    if (asks)
        return show_config(args, store, err);
    for (size_t i = 1; i < args->count; i++)
        if (!lc_strlist_add(&settings, args->positionals[i], err))
            return model_fail(err);
    if (!lc_args_values(args, "reset", &reset, err) ||
        !lc_verb_config(store, app, &settings, &reset, err))
        return model_fail(err);
    return LC_EXIT_DONE;
}

static const struct lc_opt config_options[] = {
    { "reset", 0, "KEY", "back to the default; may be repeated" },
    JSON_OPTION,
    MODEL_OPTION,
    END_OF_OPTIONS,
};

const struct lc_cmd model_cmd_config = {
    .name = "config",
    .synopsis = "APP [KEY | KEY=VALUE...]",
    .summary = "show or set an application's options",
    .options = config_options,
    .min = 1,
    .max = LC_ANY,
    .run = run_config,
};

static int run_integrate(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;
    LC_AUTO(lc_choice_release) struct lc_choice choice = { .interface = NULL };
    int64_t id;

    if (!model_open(args, LC_STORE_WORK, &store, err) ||
        !lc_verb_integrate(store, args->positionals[0], args->positionals[1], &id, &choice, err))
        return model_fail(err);
    (void)printf("Related %s:%s and %s:%s (%s), relation %lld\n", choice.requirer.app,
                 choice.requirer.endpoint, choice.provider.app, choice.provider.endpoint,
                 choice.interface, (long long)id);
    return LC_EXIT_DONE;
}

const struct lc_cmd model_cmd_integrate = {
    .name = "integrate",
    .synopsis = "APP[:ENDPOINT] APP[:ENDPOINT]",
    .summary = "relate two applications",
    .options = model_only,
    .min = 2,
    .max = 2,
    .run = run_integrate,
};

static int run_remove_relation(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;

    if (!model_open(args, LC_STORE_WORK, &store, err) ||
        !lc_verb_remove_relation(store, args->positionals[0], args->positionals[1], err))
        return model_fail(err);
    return LC_EXIT_DONE;
}

const struct lc_cmd model_cmd_remove_relation = {
    .name = "remove-relation",
    .synopsis = "APP[:ENDPOINT] APP[:ENDPOINT]",
    .summary = "end a relation; its hooks run with 'settle'",
    .options = model_only,
    .min = 2,
    .max = 2,
    .run = run_remove_relation,
};

static int run_add_unit(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    int64_t count = 1;

    if (!model_number(args, "num-units", LC_UNITS_MAX, &count, err))
        return model_fail(err);
    if (count == 0) {
        (void)lc_fail(err, LC_EUSAGE, "--num-units: at least 1");
        return model_fail(err);
    }
    if (!model_open(args, LC_STORE_WORK, &store, err) ||
        !lc_verb_add_units(store, args->positionals[0], count, &units, err))
        return model_fail(err);
    for (size_t i = 0; i < units.count; i++)
        (void)printf("%s\n", units.items[i]);
    return LC_EXIT_DONE;
}

static const struct lc_opt add_unit_options[] = {
    { "num-units", 'n', "N", "how many (default: 1)" },
    MODEL_OPTION,
    END_OF_OPTIONS,
};

const struct lc_cmd model_cmd_add_unit = {
    .name = "add-unit",
    .synopsis = "APP",
    .summary = "more units of an application",
    .options = add_unit_options,
    .min = 1,
    .max = 1,
    .run = run_add_unit,
};

/* Verbs that do one thing to each of their words, or nothing when one of them is wrong. said: what
 * is said of each, as juju does; NULL: nothing. */
static int run_for_each(const struct lc_args *args, enum lc_store_mode mode, const char *said,
                        bool (*verb)(struct lc_store *store, const char *name, struct lc_err *err),
                        struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    if (!model_open(args, mode, &store, err) || !lc_tx_begin(&tx, store, err))
        return model_fail(err);
    for (size_t i = 0; i < args->count; i++)
        if (!verb(store, args->positionals[i], err))
            return model_fail(err);
    if (!lc_tx_commit(&tx, err))
        return model_fail(err);
    for (size_t i = 0; said != NULL && i < args->count; i++)
        (void)printf("%s %s\n", said, args->positionals[i]);
    if (mode == LC_STORE_WORK)
        model_sweep(store); /* an application without units is gone at once */
    return LC_EXIT_DONE;
}

static int run_remove_unit(const struct lc_args *args, struct lc_err *err)
{
    return run_for_each(args, LC_STORE_WORK, "will remove unit", lc_verb_remove_unit, err);
}

const struct lc_cmd model_cmd_remove_unit = {
    .name = "remove-unit",
    .synopsis = "UNIT...",
    .summary = "take units out; their last hooks run with 'settle'",
    .options = model_only,
    .min = 1,
    .max = LC_ANY,
    .run = run_remove_unit,
};

static int run_remove_application(const struct lc_args *args, struct lc_err *err)
{
    return run_for_each(args, LC_STORE_WORK, "will remove application", lc_verb_remove_app, err);
}

const struct lc_cmd model_cmd_remove_application = {
    .name = "remove-application",
    .synopsis = "APP...",
    .summary = "take applications out, with their units and relations",
    .options = model_only,
    .min = 1,
    .max = LC_ANY,
    .run = run_remove_application,
};

/* Beside a hook that runs, so that leadership can be lost in the middle of one, as in Juju. */
static int run_set_leader(const struct lc_args *args, struct lc_err *err)
{
    return run_for_each(args, LC_STORE_BESIDE, NULL, lc_verb_set_leader, err);
}

const struct lc_cmd model_cmd_set_leader = {
    .name = "set-leader",
    .synopsis = "UNIT",
    .summary = "make a unit its application's leader, at once, even while a hook runs",
    .options = model_only,
    .min = 1,
    .max = 1,
    .run = run_set_leader,
};

static int run_resolved(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;

    if (!model_open(args, LC_STORE_WORK, &store, err) ||
        !lc_verb_resolved(store, args->positionals[0], lc_args_has(args, "no-retry"), err))
        return model_fail(err);
    return LC_EXIT_DONE;
}

static const struct lc_opt resolved_options[] = {
    { "no-retry", 0, NULL, "the failed hook counts as done, without running it" },
    MODEL_OPTION,
    END_OF_OPTIONS,
};

const struct lc_cmd model_cmd_resolved = {
    .name = "resolved",
    .synopsis = "UNIT",
    .summary = "the failed hook is tried again with the next 'settle', without waiting",
    .options = resolved_options,
    .min = 1,
    .max = 1,
    .run = run_resolved,
};
