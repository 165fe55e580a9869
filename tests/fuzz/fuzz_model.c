/* The model's database as somebody else made it: the verbs that look at a model show it or refuse
 * it, and so does the agent when it asks what is next.
 *
 * Byte 0 of the input chooses the verb. Then come changes to a whole database, five bytes and a
 * text each: of a cell (table, row, column, kind, length), or of the file (page, two bytes of
 * place, kind, length). */
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/cmd.h"
#include "fuzz.h"
#include "model/queue.h"

static const char *const verbs[][4] = {
    { "status" },
    { "status", "--json" },
    { "show-unit", "web/0" },
    { "show-unit", "web/0", "--json" },
    { "secrets" },
    { "secrets", "--json" },
    { "show-secret", "d4jp41vmp25c765qk0l0", "--reveal" },
    { "show-secret", "key", "--json" },
    { "debug-log" },
    { "timeline" },
    { "timeline", "--json" },
    { "config", "web" },
};

/* A row or two of everything. */
static const char content[] =
    "INSERT INTO model VALUES (1, '1c53bc58-9e61-407b-8db3-f8e040c1e7da', 'local', '3.6.26',"
    " 1767225600, 3, 7);"
    "INSERT INTO sequence VALUES ('machine', 2), ('relation', 2), ('unit/web', 1);"
    "INSERT INTO application VALUES"
    " ('ca', 'ca', '/charms/ca', 1, 0, 0, 'active', '', 1767225600, '1.0', 'ca/0', 1),"
    " ('web', 'web', '/charms/web', 1, 0, 0, NULL, '', 1767225600, '', 'web/0', 0);"
    "INSERT INTO setting VALUES ('web', 'port', '443');"
    "INSERT INTO leader_setting VALUES ('web', 'a', 'b');"
    "INSERT INTO resource VALUES ('web', 'image', '/tmp/image');"
    "INSERT INTO unit VALUES"
    " ('ca/0', 'ca', 0, 1, 0, 1, 1, 1, 0, 1, 0, -1, '{}', NULL, 0, 0, 'failed',"
    "  '{\"kind\":\"config-changed\",\"config\":\"{}\",\"relation\":-1}', 1, 1767225660, 'error',"
    "  'hook failed', 1767225600),"
    " ('web/0', 'web', 0, 0, 0, 1, 1, 1, 0, 1, 0, -1, '{}', NULL, 0, 0, 'running',"
    "  '{\"kind\":\"relation-changed\",\"endpoint\":\"certificates\",\"remote-app\":\"ca\","
    "\"remote-unit\":\"ca/0\",\"relation\":1,\"version\":2}', 0, 0, 'active', 'ready', 1767225600);"
    "INSERT INTO state VALUES ('web/0', 'luacharm', '{\"announced\":{}}');"
    "INSERT INTO port VALUES ('web/0', '', 'tcp', 443, 443), ('web/0', '', 'udp', 80, 90);"
    "INSERT INTO container VALUES ('web/0', 'nginx', 1);"
    "INSERT INTO storage VALUES ('data/0', 'web/0', 'data', 'filesystem', '/storage', 1);"
    "INSERT INTO relation VALUES (0, 'web-replicas', 0), (1, 'tls-certificates', 0);"
    "INSERT INTO endpoint VALUES (0, 'web', 'replicas', 'peers'),"
    " (1, 'web', 'certificates', 'requires'), (1, 'ca', 'certificates', 'provides');"
    "INSERT INTO bag VALUES (0, 'web/0', 1), (1, 'web/0', 1), (1, 'web', 0), (1, 'ca', 2);"
    "INSERT INTO bag_value VALUES (1, 'web/0', 'certificate_signing_requests', '[]'),"
    " (1, 'ca', 'certificates', '[]');"
    "INSERT INTO scope VALUES (0, 'web/0', 1, 0), (1, 'web/0', 1, 1), (1, 'ca/0', 1, 0);"
    "INSERT INTO member VALUES (1, 'web/0', 'ca/0', 1, 0), (1, 'ca/0', 'web/0', 1, 1);"
    "INSERT INTO secret VALUES ('d4jp41vmp25c765qk0l0', 'web', 'web/0', 'key', 'a key', 'yearly',"
    " 1798761600, 2, 1767225600, 1767225600);"
    "INSERT INTO secret_revision VALUES ('d4jp41vmp25c765qk0l0', 1, 1767225600, NULL, NULL, 1, 0),"
    " ('d4jp41vmp25c765qk0l0', 2, 1767225600, 1775001600, 1775001600, 0, 0);"
    "INSERT INTO secret_value VALUES ('d4jp41vmp25c765qk0l0', 2, 'private-key', 'aGVsbG8=');"
    "INSERT INTO secret_consumer VALUES ('d4jp41vmp25c765qk0l0', 'ca/0', 'theirs', 1, 1);"
    "INSERT INTO secret_old_label VALUES ('ca/0', 'before');"
    "INSERT INTO secret_grant VALUES ('d4jp41vmp25c765qk0l0', 1, 'ca');"
    "INSERT INTO action VALUES (1, 'web/0', 'show', 'completed', '', '{\"a\":\"b\"}', 1767225600);"
    "INSERT INTO log VALUES (1, 1767225600, 'web/0', 'unit.web/0.juju-log', 2, 'hello');"
    "INSERT INTO run VALUES (1, 1767225600, 'web/0', 'install',"
    " '{\"kind\":\"install\",\"relation\":-1}', 'ok', 92, 1);"
    "INSERT INTO fault VALUES ('web/0', 'install', 1, 0);"
    "INSERT INTO hold VALUES ('ca/0', 1767225700);"
    "INSERT INTO event VALUES (1, 1, 1767225600, 'web/0', 'web/0', 'request', 'abc',"
    " '{\"common_name\":\"example.com\"}'),"
    " (2, 0, 1767225600, 'ca/0', 'web/0', 'issue', 'abc', '{\"not_after\":1775001600}');";

/* Cells may become NULL where they must not be: as when a page is damaged. */
static const char loosen[] =
    "CREATE TEMP TABLE kept AS SELECT name AS its, sql AS was FROM main.sqlite_schema;"
    "PRAGMA writable_schema = ON;"
    "UPDATE main.sqlite_schema SET sql = replace(sql, 'NOT NULL', '') WHERE sql IS NOT NULL;"
    "PRAGMA writable_schema = RESET;";
static const char tighten[] = "PRAGMA writable_schema = ON;"
                              "UPDATE main.sqlite_schema SET sql ="
                              " (SELECT was FROM temp.kept WHERE its = name);"
                              "PRAGMA writable_schema = RESET;";

static void run(sqlite3 *db, const char *sql)
{
    struct lc_err err = LC_ERR_INIT;

    fuzz_must(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(db), &err);
}

static char *database_in(const char *folder)
{
    char *path = lc_path_join(folder, "model.db");
    struct lc_err err = LC_ERR_INIT;

    fuzz_must(path != NULL, "out of memory", &err);
    return path;
}

/* The whole database, made once. */
static const char *whole(size_t *len_out)
{
    static char *bytes;
    static size_t len;
    const struct lc_store_new wanted = { "local", "3.6.26", 1767225600, 3 };
    struct lc_err err = LC_ERR_INIT;
    sqlite3 *db = NULL;

    if (bytes == NULL) {
        char *folder = fuzz_folder();
        LC_AUTO(lc_free) char *path = database_in(folder);
        fuzz_must(lc_store_create(folder, &wanted, &err), "no model", &err);
        fuzz_must(sqlite3_open(path, &db) == SQLITE_OK, "no database", &err);
        run(db, "DELETE FROM model");
        run(db, content);
        run(db, "VACUUM");
        (void)sqlite3_close(db); /* its log becomes part of it */
        fuzz_must(lc_file_read(path, SIZE_MAX / 2, &bytes, &len, &err), "no bytes", &err);
        fuzz_folder_end(folder);
    }
    *len_out = len;
    return bytes;
}

struct change {
    uint8_t at[3];
    uint8_t kind;
    const char *text;
    size_t len;
};

/* The name number n, round and round; NULL when there is none. */
static char *pick(sqlite3 *db, const char *sql, const char *of, uint8_t n)
{
    sqlite3_stmt *statement = NULL;
    char *name = NULL;
    int count = 0;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        return NULL;
    (void)sqlite3_bind_text(statement, 1, of, -1, SQLITE_STATIC);
    while (sqlite3_step(statement) == SQLITE_ROW)
        count++;
    (void)sqlite3_reset(statement);
    for (int i = 0; count > 0 && i <= n % count; i++)
        (void)sqlite3_step(statement);
    if (count > 0)
        name = sqlite3_mprintf("%s", (const char *)sqlite3_column_text(statement, 0));
    (void)sqlite3_finalize(statement);
    return name;
}

static void bind(sqlite3_stmt *statement, const struct change *change)
{
    sqlite3_int64 number = 0;

    switch (change->kind % 4) {
    case 0:
        (void)sqlite3_bind_null(statement, 1);
        break;
    case 1:
        memcpy(&number, change->text, change->len < sizeof(number) ? change->len : sizeof(number));
        (void)sqlite3_bind_int64(statement, 1, number);
        break;
    case 2:
        (void)sqlite3_bind_text(statement, 1, change->text, (int)change->len, SQLITE_STATIC);
        break;
    default:
        (void)sqlite3_bind_blob(statement, 1, change->text, (int)change->len, SQLITE_STATIC);
    }
}

/* What the schema still refuses stays as it was. */
static void change_cell(sqlite3 *db, const struct change *change)
{
    char *table = pick(db, "SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name",
                       NULL, change->at[0]);
    char *column = pick(db, "SELECT name FROM pragma_table_info(?)", table, change->at[2]);
    char *first = pick(db, "SELECT name FROM pragma_table_info(?)", table, 0);
    char *sql = sqlite3_mprintf("UPDATE OR REPLACE \"%w\" SET \"%w\" = ? WHERE \"%w\" ="
                                " (SELECT \"%w\" FROM \"%w\" LIMIT 1 OFFSET %d)",
                                table, column, first, first, table, change->at[1] % 4);
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK) {
        bind(statement, change);
        (void)sqlite3_step(statement);
    }
    (void)sqlite3_finalize(statement);
    sqlite3_free(sql);
    sqlite3_free(first);
    sqlite3_free(column);
    sqlite3_free(table);
}

#define PAGE_BYTES 4096u

static void change_page(char *bytes, size_t len, const struct change *change)
{
    const size_t page = change->at[0] % (len / PAGE_BYTES);
    const size_t place = (change->at[1] * 256u + change->at[2]) % PAGE_BYTES;
    const size_t room = len - page * PAGE_BYTES - place;

    memcpy(bytes + page * PAGE_BYTES + place, change->text,
           change->len < room ? change->len : room);
}

/* False at the end of the input. */
static bool next(const uint8_t **at, const uint8_t *end, struct change *out)
{
    if (end - *at < 5)
        return false;
    const size_t left = (size_t)(end - *at) - 5;
    memcpy(out->at, *at, 3);
    out->kind = (*at)[3];
    out->len = (*at)[4] < left ? (*at)[4] : left;
    out->text = (const char *)*at + 5;
    *at += 5 + out->len;
    return true;
}

/* Kinds from 128 are of the file, and come after those of cells. */
static void make(const char *folder, const uint8_t *changes, size_t changes_len)
{
    LC_AUTO(lc_free) char *path = database_in(folder);
    LC_AUTO(lc_free) char *bytes = NULL;
    const uint8_t *end = changes + changes_len;
    struct lc_err err = LC_ERR_INIT;
    struct change change;
    sqlite3 *db = NULL;
    size_t len;
    const char *from = whole(&len);

    fuzz_file(folder, "model.db", (const uint8_t *)from, len);
    fuzz_must(sqlite3_open(path, &db) == SQLITE_OK, "no database", &err);
    run(db, "PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON");
    run(db, loosen);
    for (const uint8_t *at = changes; next(&at, end, &change);)
        if (change.kind < 128)
            change_cell(db, &change);
    run(db, tighten);
    (void)sqlite3_close(db); /* its log becomes part of it */
    fuzz_must(lc_file_read(path, SIZE_MAX / 2, &bytes, &len, &err), "no bytes", &err);
    for (const uint8_t *at = changes; next(&at, end, &change);)
        if (change.kind >= 128)
            change_page(bytes, len, &change);
    fuzz_must(lc_file_remove(path, &err), "the database stays", &err);
    fuzz_file(folder, "model.db", (const uint8_t *)bytes, len);
}

static void look(const char *folder, uint8_t verb, bool unchanged)
{
    const char *const *words = verbs[verb % LC_COUNT(verbs)];
    const struct lc_cmd *cmd = lc_cmd_find(lc_cmd_model.subcommands, words[0]);
    char *argv[8] = { NULL };
    int argc = 0;
    LC_AUTO(lc_args_release) struct lc_args args = { .cmd = cmd };
    struct lc_err err = LC_ERR_INIT;

    argv[argc++] = (char *)(uintptr_t) "--model";
    argv[argc++] = (char *)(uintptr_t)folder;
    for (size_t i = 1; i < LC_COUNT(verbs[0]) && words[i] != NULL; i++)
        argv[argc++] = (char *)(uintptr_t)words[i];
    fuzz_must(lc_args_parse(cmd, argc, argv, &args, &err), "not understood", &err);
    if (cmd->run(&args, &err) == LC_EXIT_DONE)
        return;
    fuzz_must(!unchanged, "the whole database is refused", &err);
    fuzz_refused(&err);
}

/* As an agent that would run one hook of each unit. */
static void work(const char *folder)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;
    LC_AUTO(lc_charms_release) struct lc_charms charms = LC_CHARMS_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    struct lc_err err = LC_ERR_INIT;
    int64_t due;

    if (!lc_store_open(folder, LC_STORE_WORK, NULL, &store, &err) ||
        !lc_store_units(store, NULL, &units, &err) || !lc_queue_due(store, &due, &err)) {
        fuzz_refused(&err);
        return;
    }
    for (size_t i = 0; i < units.count; i++) {
        LC_AUTO(lc_hook_release) struct lc_hook hook = LC_HOOK_INIT;
        if (!lc_queue_next(store, &charms, units.items[i], &hook, &err))
            fuzz_refused(&err);
    }
}

static const char charm[] = "name: web\ntype: charm\nbases: [{name: ubuntu, channel: '24.04'}]\n"
                            "peers: {replicas: {interface: web-replicas}}\n"
                            "requires: {certificates: {interface: tls-certificates}}\n"
                            "config: {options: {port: {type: int, default: 80}}}\n";

static void make_charms(const char *folder)
{
    static const char *const names[] = { "charms", "charms/web-1", "charms/ca-1" };
    struct lc_err err = LC_ERR_INIT;

    for (size_t i = 0; i < LC_COUNT(names); i++) {
        LC_AUTO(lc_free) char *path = lc_path_join(folder, names[i]);
        fuzz_must(path != NULL && lc_dir_make(path, 0700, &err), "no folder", &err);
        if (i > 0)
            fuzz_file(path, "charmcraft.yaml", (const uint8_t *)charm, sizeof(charm) - 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (len == 0)
        return 0;
    const int shown = fuzz_silence();
    char *folder = fuzz_folder();
    make(folder, bytes + 1, len - 1);
    make_charms(folder);
    look(folder, bytes[0], len == 1);
    work(folder);
    fuzz_folder_end(folder);
    fuzz_speak(shown);
    return 0;
}
