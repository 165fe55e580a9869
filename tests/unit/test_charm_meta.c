/* charm/meta and charm/folder: what is read from a charm's folder, and which mistakes are named. */
#include "charm/meta.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/strlist.h"
#include "charm/folder.h"
#include "rows.h"

/* A folder with these files; removed with drop_charm. */
static char *make_charm(const char *const files[][2], size_t count)
{
    struct lc_err err = LC_ERR_INIT;
    char *folder = NULL;

    assert_done(lc_dir_temporary("test-charm", &folder, &err));
    for (size_t i = 0; i < count && files[i][0] != NULL; i++) {
        LC_AUTO(lc_free) char *path = lc_path_join(folder, files[i][0]);
        LC_AUTO(lc_free) char *parent = lc_strdup(path);
        *strrchr(parent, '/') = '\0';
        assert_done(lc_dir_make(parent, 0755, &err));
        assert_done(lc_file_create(path, files[i][1], strlen(files[i][1]), 0644, &err));
    }
    return folder;
}

static void drop_charm(char *folder)
{
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_dir_remove_tree(folder, &err));
    lc_free(folder);
}

static const char unified[] = "name: web\nsummary: a server\n"
                              "requires:\n  certificates:\n    interface: tls-certificates\n"
                              "    limit: 1\n  db: mysql\n"
                              "provides:\n  http: {interface: http}\n"
                              "peers:\n  cluster: {interface: web-peers}\n"
                              "containers: {nginx: {resource: image}}\n"
                              "resources:\n  image: {type: oci-image}\n"
                              "  blob: {type: file, filename: b.tgz}\n"
                              "storage:\n  data: {type: filesystem, multiple: {range: \"0-2\"}}\n"
                              "  logs: {type: block}\n"
                              "extra-bindings: {admin: null}\n"
                              "config:\n  options:\n    port: {type: int, default: 80}\n"
                              "    host: {type: string}\n"
                              "actions:\n  backup:\n    description: do it\n"
                              "    params: {to: {type: string}}\n    required: [to]\n";

static void reads_charmcraft(void **state)
{
    const char *const files[][2] = { { "charmcraft.yaml", unified } };
    char *folder = make_charm(files, 1);
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_charm_meta_load(folder, &meta, &err));
    drop_charm(folder);
    assert_string_equal(meta->name, "web");
    assert_string_equal(meta->summary, "a server");
    assert_int_equal(meta->endpoint_count, 4);
    const struct lc_charm_endpoint *endpoint = lc_charm_meta_endpoint(meta, "certificates");
    assert_string_equal(endpoint->interface, "tls-certificates");
    assert_int_equal(endpoint->limit, 1);
    assert_int_equal(endpoint->role, LC_CHARM_REQUIRES);
    assert_string_equal(lc_charm_meta_endpoint(meta, "db")->interface, "mysql");
    assert_int_equal(lc_charm_meta_endpoint(meta, "cluster")->role, LC_CHARM_PEERS);
    assert_int_equal(lc_json_integer(lc_charm_meta_option(meta, "port")->default_value), 80);
    assert_null(lc_charm_meta_option(meta, "host")->default_value);
    assert_int_equal(lc_json_count(lc_charm_meta_action(meta, "backup")->required), 1);
    assert_int_equal(lc_charm_meta_storage(meta, "data")->least, 0);
    assert_int_equal(lc_charm_meta_storage(meta, "logs")->least, 1);
    assert_string_equal(lc_charm_meta_resource(meta, "blob")->filename, "b.tgz");
    assert_true(lc_charm_meta_has_container(meta, "nginx"));
    assert_string_equal(meta->bindings[0], "admin");
    assert_false(meta->has_metadata_yaml);
}

static void older_files_count(void **state)
{
    const char *const files[][2] = {
        { "metadata.yaml", "name: old\nprovides: {db: {interface: mysql}}\n" },
        { "config.yaml", "options: {size: {type: float, default: 2}}\n" },
        { "actions.yaml", "restart: {}\nreport: {additionalProperties: true}\n" },
        { "charmcraft.yaml", unified },
    };
    char *folder = make_charm(files, 4);
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_charm_meta_load(folder, &meta, &err));
    drop_charm(folder);
    assert_string_equal(meta->name, "old");
    assert_int_equal(meta->option_count, 1);
    assert_int_equal(meta->action_count, 2);
    assert_true(lc_charm_meta_action(meta, "report")->additional);
    assert_null(lc_charm_meta_endpoint(meta, "http"));
}

struct refusal {
    const char *name;
    const char *const files[2][2];
    enum lc_code code;
    const char *part;
};

static const struct refusal refusals[] = {
    { "refuses a folder without metadata", { { "README.md", "" } }, LC_ENOTFOUND, "not a charm" },
    { "refuses a charm without a name",
      { { "metadata.yaml", "summary: x\n" } },
      LC_EPARSE,
      "metadata.yaml: name: expected a string" },
    { "refuses a bad name",
      { { "metadata.yaml", "name: Web\n" } },
      LC_EPARSE,
      "'Web' is not a charm's name" },
    { "refuses what is not YAML",
      { { "metadata.yaml", "name: [\n" } },
      LC_EPARSE,
      "metadata.yaml: not YAML: line" },
    { "refuses a list at the top",
      { { "metadata.yaml", "- name\n" } },
      LC_EPARSE,
      "metadata.yaml: expected a mapping" },
    { "names the key of a wrong type",
      { { "charmcraft.yaml", "name: a\nrequires: {db: {interface: 3}}\n" } },
      LC_EPARSE,
      "charmcraft.yaml: requires.db.interface: expected a string, got an integer" },
    { "refuses a storage that would lie elsewhere",
      { { "metadata.yaml", "name: a\nstorage: {../../data: {type: filesystem}}\n" } },
      LC_EPARSE,
      "metadata.yaml: storage.../../data: expected a name without '/', got '../../data'" },
    { "refuses a resource that would lie elsewhere",
      { { "metadata.yaml", "name: a\nresources: {..: {type: file}}\n" } },
      LC_EPARSE,
      "metadata.yaml: resources...: expected a name without '/', got '..'" },
    { "refuses a resource's file that would lie elsewhere",
      { { "metadata.yaml", "name: a\nresources: {r: {type: file, filename: ../../r.tar}}\n" } },
      LC_EPARSE,
      "metadata.yaml: resources.r.filename: expected a name without '/', got '../../r.tar'" },
    { "refuses a resource's file without a name",
      { { "metadata.yaml", "name: a\nresources: {r: {type: file, filename: ''}}\n" } },
      LC_EPARSE,
      "metadata.yaml: resources.r.filename: expected a name without '/', got ''" },
    { "refuses an endpoint without interface",
      { { "metadata.yaml", "name: a\nprovides: {db: {}}\n" } },
      LC_EPARSE,
      "metadata.yaml: provides.db.interface: expected a name" },
    { "refuses two endpoints of one name",
      { { "metadata.yaml", "name: a\nprovides: {db: x}\nrequires: {db: x}\n" } },
      LC_EPARSE,
      "provides.db: there is another endpoint" },
    { "refuses a bad endpoint name",
      { { "metadata.yaml", "name: a\nprovides: {-db: x}\n" } },
      LC_EPARSE,
      "'-db' is not an endpoint's name" },
    { "refuses a section that is a list",
      { { "metadata.yaml", "name: a\nprovides: [db]\n" } },
      LC_EPARSE,
      "metadata.yaml: provides: expected a mapping of names, got an array" },
    { "refuses an unknown option type",
      { { "metadata.yaml", "name: a\n" }, { "config.yaml", "options: {p: {type: port}}\n" } },
      LC_EPARSE,
      "config.yaml: options.p.type: expected string, int" },
    { "refuses a default of another type",
      { { "metadata.yaml", "name: a\n" },
        { "config.yaml", "options: {p: {type: int, default: x}}\n" } },
      LC_EPARSE,
      "config.yaml: options.p.default: expected an integer, got a string" },
    { "refuses a bad action name",
      { { "metadata.yaml", "name: a\n" }, { "actions.yaml", "Back-up: {}\n" } },
      LC_EPARSE,
      "actions.yaml: actions: 'Back-up' is not an action's name" },
    { "refuses action parameters that are no mapping",
      { { "metadata.yaml", "name: a\n" }, { "actions.yaml", "b: {params: [x]}\n" } },
      LC_EPARSE,
      "actions.yaml: actions.b.params: expected an object, got an array" },
    { "refuses a storage of unknown type",
      { { "metadata.yaml", "name: a\nstorage: {d: {type: tape}}\n" } },
      LC_EPARSE,
      "metadata.yaml: storage.d.type: expected filesystem or block" },
};

static void check_refusal(void **state)
{
    const struct refusal *row = *state;
    char *folder = make_charm(row->files, 2);
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;
    struct lc_err err;

    assert_fails(lc_charm_meta_load(folder, &meta, &err), row->code, row->part);
    drop_charm(folder);
}

struct hook_row {
    const char *name; /* the hook's */
    bool want;
};

static const struct hook_row hook_rows[] = {
    { "install", true },
    { "secret-expired", true },
    { "update-status", true },
    { "certificates-relation-changed", true },
    { "db-relation-broken", true },
    { "cluster-relation-departed", true },
    { "cluster-relation-broken", false },
    { "data-storage-attached", true },
    { "nginx-pebble-ready", true },
    { "nginx-relation-changed", false },
    { "strange-relation-changed", false },
    { "-relation-changed", false },
    { "relation-changed", false },
    { "backup", false },
    { "", false },
};

static void check_hook(void **state)
{
    const struct hook_row *row = *state;
    const char *const files[][2] = { { "charmcraft.yaml", unified } };
    char *folder = make_charm(files, 1);
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_charm_meta_load(folder, &meta, &err));
    drop_charm(folder);
    assert_int_equal(lc_charm_meta_can_fire(meta, row->name), row->want);
}

struct name_row {
    const char *name; /* what is tried */
    bool app;
    bool endpoint;
    bool action;
};

static const struct name_row name_rows[] = {
    { "web", true, true, true },      { "web-2", false, true, true },
    { "web-v2", true, true, true },   { "w", true, true, true },
    { "", false, false, false },      { "2web", false, false, false },
    { "web-", false, false, false },  { "Web", false, true, false },
    { "a_b", false, true, false },    { "a--b", false, false, true },
    { "web/0", false, false, false }, { "a b", false, false, false },
};

static void check_name(void **state)
{
    const struct name_row *row = *state;

    assert_int_equal(lc_charm_is_app_name(row->name), row->app);
    assert_int_equal(lc_charm_is_endpoint_name(row->name), row->endpoint);
    assert_int_equal(lc_charm_is_action_name(row->name), row->action);
}

static void packing_writes_the_older_files(void **state)
{
    const char *const files[][2] = { { "charmcraft.yaml", unified } };
    char *folder = make_charm(files, 1);
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *again = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_charm_meta_load(folder, &meta, &err));
    assert_done(lc_charm_folder_complete(folder, meta, &err));
    LC_AUTO(lc_free) char *old = lc_path_join(folder, "charmcraft.yaml");
    assert_done(lc_file_remove(old, &err));
    assert_done(lc_charm_meta_load(folder, &again, &err));
    drop_charm(folder);
    assert_true(again->has_metadata_yaml);
    assert_int_equal(again->endpoint_count, meta->endpoint_count);
    assert_int_equal(again->option_count, meta->option_count);
    assert_int_equal(again->action_count, meta->action_count);
}

static void copies_what_belongs_to_the_charm(void **state)
{
    const char *const files[][2] = {
        { "metadata.yaml", "name: a\n" },
        { "hooks/install", "#!/bin/sh\n" },
        { ".git/config", "" },
        { ".luacharm/model.db", "" },
        { "old.charm", "" },
        { "models/x/model.db", "" },
    };
    char *folder = make_charm(files, 6);
    LC_AUTO(lc_strlist_release) struct lc_strlist paths = LC_STRLIST_INIT;
    LC_AUTO(lc_free) char *except = lc_path_join(folder, "models/x");
    LC_AUTO(lc_free) char *copy = lc_path_join(folder, "models/x/copy");
    LC_AUTO(lc_free) char *hook = lc_path_join(copy, "hooks/install");
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_charm_folder_list(folder, except, &paths, &err));
    assert_int_equal(paths.count, 2);
    assert_string_equal(paths.items[0], "hooks/install");
    assert_done(lc_charm_folder_copy(folder, &paths, copy, &err));
    assert_true(lc_file_exists(hook));
    assert_false(lc_file_is_executable(hook));
    drop_charm(folder);
}

struct dispatch_row {
    const char *name;
    const char *const files[2][2];
    bool want;
};

static const struct dispatch_row dispatch_rows[] = {
    { "src/charm.lua asks for our dispatch", { { "src/charm.lua", "" } }, true },
    { "hooks/NAME.lua asks for our dispatch", { { "hooks/install.lua", "" } }, true },
    { "a charm with its own dispatch does not",
      { { "dispatch", "" }, { "src/charm.lua", "" } },
      false },
    { "a charm without Lua does not", { { "src/charm.py", "" } }, false },
};

static void check_dispatch(void **state)
{
    const struct dispatch_row *row = *state;
    char *folder = make_charm(row->files, 2);
    bool answer;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_charm_folder_wants_dispatch(folder, &answer, &err));
    assert_int_equal(answer, row->want);
    drop_charm(folder);
}

static void frees_null(void **state)
{
    (void)state;
    lc_charm_meta_free(NULL);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "reads everything from charmcraft.yaml", reads_charmcraft);
    SUITE_TEST(&suite, "metadata.yaml and its fellows count before charmcraft.yaml",
               older_files_count);
    SUITE_ROWS(&suite, refusals, check_refusal);
    for (size_t i = 0; i < LC_COUNT(hook_rows); i++)
        suite_addf(&suite, check_hook, (void *)(uintptr_t)&hook_rows[i], "hook '%s' %s",
                   hook_rows[i].name, hook_rows[i].want ? "can be" : "cannot be");
    for (size_t i = 0; i < LC_COUNT(name_rows); i++)
        suite_addf(&suite, check_name, (void *)(uintptr_t)&name_rows[i], "name '%s'",
                   name_rows[i].name);
    SUITE_TEST(&suite, "packing writes metadata, config and actions",
               packing_writes_the_older_files);
    SUITE_TEST(&suite, "copying leaves out models and version control",
               copies_what_belongs_to_the_charm);
    SUITE_ROWS(&suite, dispatch_rows, check_dispatch);
    SUITE_TEST(&suite, "frees NULL", frees_null);
    return suite_run(&suite, "charm_meta");
}
