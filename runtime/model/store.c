/* Opening, locking and closing the model's database, and what belongs to the model as a whole. */
#include "model/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "model/store_sql.h"

#define BUSY_MS 10000 /* what another process's short transaction may take */

#define LOCK_NAME     "lock"
#define DATABASE_NAME "model.db"

/* What a model keeps in its folder, for destroying it. */
static const char *const kept[] = {
    "charms",      "units",  "tools", "storage", DATABASE_NAME "-wal", DATABASE_NAME "-shm",
    DATABASE_NAME, LOCK_NAME
};

void lc_store_free(struct lc_store *store)
{
    if (store == NULL)
        return;
    sql_forget(store);
    (void)sqlite3_close(store->db);
    if (store->lock_fd != -1)
        (void)close(store->lock_fd); /* drops the lock */
    lc_free(store->folder);
    lc_free(store->uuid);
    lc_free(store->name);
    lc_free(store->juju_version);
    lc_free(store);
}

/* The name of a user: /etc/passwd and no more, since a static program has no other way. */
static void name_user(uid_t uid, char *out, size_t size)
{
    LC_AUTO(lc_free) char *users = NULL;
    struct lc_err ignored = LC_ERR_INIT;
    char field[32];

    (void)snprintf(out, size, "user %u", (unsigned)uid);
    (void)snprintf(field, sizeof(field), ":%u:", (unsigned)uid);
    if (!lc_file_read("/etc/passwd", 1024 * 1024, &users, NULL, &ignored))
        return;
    for (const char *line = users; *line != '\0'; line += strcspn(line, "\n"), line += *line != 0) {
        const size_t name_len = strcspn(line, ":\n");
        const char *password = line + name_len + (line[name_len] == ':');
        const size_t password_len = strcspn(password, ":\n");
        if (strncmp(password + password_len, field, strlen(field)) == 0) {
            (void)snprintf(out, size, "%.*s", (int)name_len, line);
            return;
        }
    }
}

static bool fail_no_model(const char *folder, struct lc_err *err)
{
    return lc_fail(err, LC_ENOTFOUND, "no model in '%s': make one with 'luacharm model new'",
                   folder);
}

/* Whose folder it is that we may not use. */
static bool fail_permission(const char *folder, const char *what, struct lc_err *err)
{
    struct stat info;
    char owner[64] = "somebody else";

    if (stat(folder, &info) == 0)
        name_user(info.st_uid, owner, sizeof(owner));
    return lc_fail(err, LC_EPERM, "cannot %s the model in '%s': permission denied: it is %s's",
                   what, folder, owner);
}

static bool make_store(const char *folder, struct lc_store **out, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = lc_alloc(1, sizeof(*store));
    char resolved[PATH_MAX];

    if (store == NULL)
        return lc_fail_memory(err);
    store->lock_fd = -1;
    if (realpath(folder, resolved) == NULL)
        return errno == ENOENT ? fail_no_model(folder, err)
                               : lc_fail_errno(err, errno, "%s", folder);
    store->folder = lc_strdup(resolved);
    if (store->folder == NULL)
        return lc_fail_memory(err);
    *out = LC_STEAL(store);
    return true;
}

char *lc_store_path(const struct lc_store *store, const char *format, ...)
{
    char relative[PATH_MAX];
    va_list args;

    va_start(args, format);
    const int len = vsnprintf(relative, sizeof(relative), format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof(relative))
        return NULL;
    return lc_path_join(store->folder, relative);
}

static bool open_lock(struct lc_store *store, const char *path, struct lc_err *err)
{
    if (store->lock_fd != -1)
        (void)close(store->lock_fd);
    store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (store->lock_fd != -1)
        return true;
    if (errno == ENOENT) /* the folder is gone */
        return fail_no_model(store->folder, err);
    return errno == EACCES ? fail_permission(store->folder, "change", err)
                           : lc_fail_errno(err, errno, "cannot lock the model: %s", path);
}

/* Who waited for a model that was destroyed meanwhile holds a lock that nobody else will see. */
static bool is_at(const char *path, int fd)
{
    struct stat named;
    struct stat opened;

    return lstat(path, &named) == 0 && fstat(fd, &opened) == 0 && named.st_ino == opened.st_ino &&
           named.st_dev == opened.st_dev;
}

/* Waits. The file stays when the lock goes: removing it would let two hold "the" lock. */
static bool take_lock(struct lc_store *store, void (*waiting)(void), struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = lc_store_path(store, LOCK_NAME);

    if (path == NULL)
        return lc_fail_memory(err);
    do {
        if (!open_lock(store, path, err))
            return false;
        if (flock(store->lock_fd, LOCK_EX | LOCK_NB) == 0)
            continue;
        if (errno != EWOULDBLOCK)
            return lc_fail_errno(err, errno, "cannot lock the model: %s", path);
        if (waiting != NULL)
            waiting();
        if (flock(store->lock_fd, LOCK_EX) == -1)
            return lc_fail_errno(err, errno, "cannot lock the model: %s", path);
    } while (!is_at(path, store->lock_fd));
    return true;
}

/* secure_delete: the content of removed secrets is overwritten. WAL with synchronous=NORMAL: a
 * killed process loses nothing that was committed, a power cut at most the last commits. */
static bool configure(struct lc_store *store, struct lc_err *err)
{
    const int code = sqlite3_busy_timeout(store->db, BUSY_MS);

    if (code != SQLITE_OK)
        return sql_fail(store, code, err);
    return sql_harden(store, err) &&
           sql_script(store,
                      "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
                      "PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;",
                      err);
}

/* A folder that we may not write to. Readers share memory through a file beside the database, which
 * cannot be made there: so the database is read as what does not change, unless its log shows that
 * somebody is at work, or was killed; then that file is there. */
static bool open_unwritable(struct lc_store *store, const char *path, struct lc_err *err)
{
    LC_AUTO(lc_free) char *wal = lc_store_path(store, DATABASE_NAME "-wal");
    LC_AUTO(lc_buf_release) struct lc_buf uri = LC_BUF_INIT(4 * PATH_MAX);
    struct stat info;

    if (wal == NULL)
        return lc_fail_memory(err);
    const bool at_work = stat(wal, &info) == 0 && info.st_size > 0;
    lc_buf_puts(&uri, "file:");
    for (const char *at = path; *at != '\0'; at++) {
        if (strchr("%?#", *at) == NULL)
            lc_buf_putc(&uri, *at);
        else
            lc_buf_printf(&uri, "%%%02x", (unsigned char)*at);
    }
    lc_buf_puts(&uri, at_work ? "" : "?immutable=1");
    if (!lc_buf_check(&uri, err))
        return false;
    sql_wipe_memory();
    const int code = sqlite3_open_v2(
        uri.data, &store->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW, NULL);
    return code == SQLITE_OK ? configure(store, err) : sql_fail(store, code, err);
}

static bool open_database(struct lc_store *store, int flags, struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = lc_store_path(store, DATABASE_NAME);

    if (path == NULL)
        return lc_fail_memory(err);
    sql_wipe_memory();
    const int code = sqlite3_open_v2(path, &store->db,
                                     flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, NULL);
    if (code != SQLITE_OK)
        return sql_fail(store, code, err);
    return configure(store, err);
}

static bool open_for(struct lc_store *store, enum lc_store_mode mode, struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = lc_store_path(store, DATABASE_NAME);

    if (path == NULL)
        return lc_fail_memory(err);
    if (access(store->folder, W_OK) == 0)
        return open_database(store, SQLITE_OPEN_READWRITE, err);
    if (mode == LC_STORE_READ)
        return open_unwritable(store, path, err);
    return errno == EACCES ? fail_permission(store->folder, "change", err)
                           : lc_fail_errno(err, errno, "cannot change the model: %s", path);
}

static bool check(struct lc_store *store, struct lc_err *err)
{
    bool is_new;

    if (!sql_check(store, &is_new, err))
        return false;
    return !is_new || fail_no_model(store->folder, err);
}

static bool load_head(struct lc_store *store, struct lc_err *err)
{
    struct sql_rows rows;
    bool good = true;

    if (!sql_query(store, "SELECT uuid, name, juju_version, seed FROM model", NULL, &rows, err))
        return false;
    if (sql_next(&rows)) {
        good = sql_copy(&rows, 0, &store->uuid, err) && sql_copy(&rows, 1, &store->name, err) &&
               sql_copy(&rows, 2, &store->juju_version, err);
        store->seed = sql_number(&rows, 3);
    }
    if (!sql_end(&rows, err) || !good)
        return false;
    return store->uuid != NULL ? true
                               : lc_fail(err, LC_EPARSE, "%s/model.db is damaged", store->folder);
}

/* Juju counts a hook during which the agent died as failed (juju-hooks 1.4). */
static bool recover(struct lc_store *store, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    return lc_tx_begin(&tx, store, err) &&
           sql_run(store,
                   "INSERT INTO log (time, unit, module, level, text)"
                   " SELECT (SELECT now FROM model), name, 'juju.worker.uniter', 4,"
                   " 'the agent was stopped while a hook ran: the hook counts as failed'"
                   " FROM unit WHERE phase = 'running'",
                   NULL, err) &&
           sql_run(store,
                   "UPDATE unit SET phase = 'failed', tries = tries + 1,"
                   " retry_at = (SELECT now FROM model) WHERE phase = 'running'",
                   NULL, err) &&
           sql_run(store,
                   "UPDATE action SET status = 'failed', message = 'action terminated'"
                   " WHERE status = 'running'",
                   NULL, err) &&
           lc_tx_commit(&tx, err);
}

bool lc_store_open(const char *folder, enum lc_store_mode mode, void (*waiting)(void),
                   struct lc_store **out, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;

    if (!make_store(folder, &store, err))
        return false;
    LC_AUTO(lc_free) char *path = lc_store_path(store, DATABASE_NAME);
    if (path == NULL)
        return lc_fail_memory(err);
    if (access(path, R_OK) == -1)
        return errno == EACCES ? fail_permission(folder, "use", err) : fail_no_model(folder, err);
    if (mode == LC_STORE_WORK && !take_lock(store, waiting, err))
        return false;
    if (!lc_file_exists(path)) /* it was destroyed while we waited */
        return fail_no_model(folder, err);
    if (!open_for(store, mode, err) || !check(store, err) || !load_head(store, err))
        return false;
    if (mode == LC_STORE_WORK && !recover(store, err))
        return false;
    *out = LC_STEAL(store);
    return true;
}

/* RFC 9562 version 4; from the seed where there is one, so that a seeded model repeats exactly. */
static bool make_uuid(int64_t seed, char text[37], struct lc_err *err)
{
    unsigned char bytes[16];
    uint64_t state = (uint64_t)seed;

    if (seed == 0 && getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return lc_fail_errno(err, errno, "cannot get random bytes");
    for (size_t i = 0; seed != 0 && i < sizeof(bytes); i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (unsigned char)(state >> 56);
    }
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    for (size_t i = 0, at = 0; i < sizeof(bytes); i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text[at++] = '-';
        at += (size_t)snprintf(text + at, 37 - at, "%02x", bytes[i]);
    }
    return true;
}

static bool fill(struct lc_store *store, const struct lc_store_new *wanted, struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    char uuid[37];

    if (!make_uuid(wanted->seed, uuid, err) ||
        !sql_script(store, "PRAGMA journal_mode = WAL", err) || !lc_tx_begin(&tx, store, err) ||
        !sql_upgrade(store, err))
        return false;
    return sql_run(store,
                   "INSERT INTO model (id, uuid, name, juju_version, now, seed, random)"
                   " VALUES (1, ?, ?, ?, ?, ?5, ?5)",
                   SQL_ARGS(SQL_T(uuid), SQL_T(wanted->name), SQL_T(wanted->juju_version),
                            SQL_N(wanted->now), SQL_N(wanted->seed)),
                   err) &&
           lc_tx_commit(&tx, err);
}

/* What a model keeps goes when it is destroyed: nothing of these names may be somebody else's. What
 * a create that was cut short has left, the lock and the database, may be there. */
static bool check_is_free(const char *folder, struct lc_err *err)
{
    for (size_t i = 0; i < LC_COUNT(kept); i++) {
        LC_AUTO(lc_free) char *path = lc_path_join(folder, kept[i]);
        if (path == NULL)
            return lc_fail_memory(err);
        if (strcmp(kept[i], LOCK_NAME) != 0 && lc_file_exists(path))
            return lc_fail(err, LC_EEXIST,
                           "'%s' has a '%s' that is not a model's: choose another folder", folder,
                           kept[i]);
    }
    return true;
}

static bool has_file(const char *folder, const char *name, bool *out, struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = lc_path_join(folder, name);

    if (path == NULL)
        return lc_fail_memory(err);
    *out = lc_file_exists(path);
    return true;
}

bool lc_store_create(const char *folder, const struct lc_store_new *wanted, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;
    int64_t version = 0;
    bool exists;

    if (!lc_dir_make(folder, 0700, err) || !has_file(folder, DATABASE_NAME, &exists, err) ||
        (!exists && !check_is_free(folder, err)))
        return lc_wrap(err, "cannot make the model");
    if (!make_store(folder, &store, err) || !take_lock(store, NULL, err))
        return false;
    const mode_t before = umask(077);
    const bool opened = open_database(store, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);
    (void)umask(before);
    if (!opened || !sql_get_number(store, "PRAGMA user_version", NULL, &version, err))
        return false;
    if (version != 0)
        return lc_fail(err, LC_EEXIST, "there is a model in '%s' already", folder);
    return fill(store, wanted, err);
}

bool lc_store_temporary_folder(char **out, struct lc_err *err)
{
    const char *parent = getenv("TMPDIR");

    return lc_dir_make_unique(parent == NULL || *parent == '\0' ? "/tmp" : parent, "luacharm-model",
                              out, err);
}

static bool remove_kept(const char *folder, struct lc_err *err)
{
    for (size_t i = 0; i < LC_COUNT(kept); i++) {
        LC_AUTO(lc_free) char *path = lc_path_join(folder, kept[i]);
        if (path == NULL)
            return lc_fail_memory(err);
        if (!lc_dir_remove_tree(path, err))
            return false;
    }
    return true;
}

bool lc_store_destroy(const char *folder, void (*waiting)(void), bool *left_out, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;
    bool locked;

    /* A newer model may be destroyed too, and one that is damaged, which its lock tells from a file
     * of somebody else; but nothing that is not a model. */
    if (!has_file(folder, LOCK_NAME, &locked, err))
        return false;
    if (!lc_store_open(folder, LC_STORE_WORK, waiting, &store, err) &&
        err->code != LC_EUNSUPPORTED && (err->code != LC_EPARSE || !locked))
        return false;
    if (!remove_kept(folder, err))
        return false;
    /* EINVAL: it is the folder that we are in, which stays. */
    if (rmdir(folder) == -1 && errno != ENOTEMPTY && errno != EEXIST && errno != EINVAL)
        return lc_fail_errno(err, errno, "%s", folder);
    *left_out = lc_dir_exists(folder);
    return true;
}

const char *lc_store_folder(const struct lc_store *store)
{
    return store->folder;
}

const char *lc_store_uuid(const struct lc_store *store)
{
    return store->uuid;
}

const char *lc_store_name(const struct lc_store *store)
{
    return store->name;
}

const char *lc_store_juju_version(const struct lc_store *store)
{
    return store->juju_version;
}

/* The next number of a version; 0 past its end. */
static long next_part(const char **at)
{
    char *end;
    const long part = strtol(*at, &end, 10);

    *at = *end == '.' ? end + 1 : end + strlen(end);
    return part;
}

bool lc_store_juju_is(const struct lc_store *store, const char *at_least)
{
    const char *ours = store->juju_version;

    while (*at_least != '\0') {
        const long wanted = next_part(&at_least);
        const long have = next_part(&ours);
        if (have != wanted)
            return have > wanted;
    }
    return true;
}

int64_t lc_store_seed(const struct lc_store *store)
{
    return store->seed;
}

bool lc_store_set_seed(struct lc_store *store, int64_t seed, struct lc_err *err)
{
    if (!sql_run(store, "UPDATE model SET seed = ?1, random = ?1", SQL_ARGS(SQL_N(seed)), err))
        return false;
    store->seed = seed;
    return true;
}

static bool begin(struct lc_tx *tx, struct lc_store *store, const char *outermost,
                  struct lc_err *err)
{
    char sql[32];

    assert(tx->store == NULL);
    (void)snprintf(sql, sizeof(sql), "SAVEPOINT s%u", store->depth);
    if (!sql_run(store, store->depth == 0 ? outermost : sql, NULL, err))
        return false;
    store->depth++;
    tx->store = store;
    return true;
}

bool lc_tx_begin(struct lc_tx *tx, struct lc_store *store, struct lc_err *err)
{
    return begin(tx, store, "BEGIN IMMEDIATE", err);
}

bool lc_tx_begin_looking(struct lc_tx *tx, struct lc_store *store, struct lc_err *err)
{
    return begin(tx, store, "BEGIN", err);
}

bool lc_tx_commit(struct lc_tx *tx, struct lc_err *err)
{
    struct lc_store *store = tx->store;
    char sql[32];

    (void)snprintf(sql, sizeof(sql), "RELEASE s%u", store->depth - 1);
    if (!sql_run(store, store->depth == 1 ? "COMMIT" : sql, NULL, err))
        return false;
    store->depth--;
    tx->store = NULL;
    return true;
}

void lc_tx_release(struct lc_tx *tx)
{
    char sql[48];

    if (tx->store == NULL)
        return;
    const unsigned depth = --tx->store->depth;
    (void)snprintf(sql, sizeof(sql), "ROLLBACK TO s%u; RELEASE s%u", depth, depth);
    /* It fails when SQLite has rolled back by itself already: the disk is full. */
    (void)sqlite3_exec(tx->store->db, depth == 0 ? "ROLLBACK" : sql, NULL, NULL, NULL);
    tx->store = NULL;
}

bool lc_store_now(struct lc_store *store, int64_t *out, struct lc_err *err)
{
    return sql_get_number(store, "SELECT now FROM model", NULL, out, err);
}

bool lc_store_set_now(struct lc_store *store, int64_t now, struct lc_err *err)
{
    return sql_run(store, "UPDATE model SET now = ?", SQL_ARGS(SQL_N(now)), err);
}

bool lc_store_sequence(struct lc_store *store, const char *name, int64_t *out, struct lc_err *err)
{
    return sql_get_number(store,
                          "INSERT INTO sequence (name, next) VALUES (?, 1)"
                          " ON CONFLICT (name) DO UPDATE SET next = next + 1 RETURNING next - 1",
                          SQL_ARGS(SQL_T(name)), out, err);
}

bool lc_store_random(struct lc_store *store, int64_t limit, int64_t *out, struct lc_err *err)
{
    int64_t state = 0;

    *out = 0;
    if (store->seed == 0 || limit < 2)
        return true;
    if (!sql_get_number(store, "SELECT random FROM model", NULL, &state, err))
        return false;
    const uint64_t next = (uint64_t)state * 6364136223846793005u + 1442695040888963407u;
    *out = (int64_t)((next >> 33) % (uint64_t)limit);
    return sql_run(store, "UPDATE model SET random = ?", SQL_ARGS(SQL_N((int64_t)next)), err);
}
