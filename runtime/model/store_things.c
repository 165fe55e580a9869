/* What a unit owns: state, ports, storage, containers. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "model/store_app.h"
#include "model/store_sql.h"

bool lc_store_state(struct lc_store *store, const char *unit, struct lc_strmap *out,
                    struct lc_err *err)
{
    return sql_get_map(store, "SELECT key, value FROM state WHERE unit = ?", SQL_ARGS(SQL_T(unit)),
                       out, err);
}

bool lc_store_set_state(struct lc_store *store, const char *unit, const struct lc_strmap *state,
                        struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    if (!lc_tx_begin(&tx, store, err) ||
        !sql_run(store, "DELETE FROM state WHERE unit = ?", SQL_ARGS(SQL_T(unit)), err))
        return false;
    for (size_t i = 0; i < state->count; i++)
        if (!sql_run(
                store, "INSERT INTO state (unit, key, value) VALUES (?, ?, ?)",
                SQL_ARGS(SQL_T(unit), SQL_T(state->entries[i].key), SQL_T(state->entries[i].value)),
                err))
            return false;
    return lc_tx_commit(&tx, err);
}

void lc_ports_release(struct lc_ports *ports)
{
    for (size_t i = 0; i < ports->count; i++) {
        lc_free(ports->items[i].unit);
        lc_free(ports->items[i].endpoint);
        lc_free(ports->items[i].protocol);
    }
    lc_free(ports->items);
    *ports = (struct lc_ports)LC_PORTS_INIT;
}

static bool add_port(struct sql_rows *rows, struct lc_ports *out, struct lc_err *err)
{
    if (!lc_grow(&out->items, &out->capacity, out->count, sizeof(*out->items)))
        return lc_fail_memory(err);
    struct lc_port *port = &out->items[out->count];
    *port = (struct lc_port){ .first = sql_number(rows, 3), .last = sql_number(rows, 4) };
    out->count++; /* released with the list, whatever is copied */
    return sql_copy(rows, 0, &port->unit, err) && sql_copy(rows, 1, &port->endpoint, err) &&
           sql_copy(rows, 2, &port->protocol, err);
}

bool lc_store_ports(struct lc_store *store, const char *unit, struct lc_ports *out,
                    struct lc_err *err)
{
    struct sql_rows rows;
    bool good = true;

    if (!sql_query(store,
                   "SELECT unit, endpoint, protocol, first, last FROM port WHERE unit = ?"
                   " ORDER BY protocol, first, last, endpoint",
                   SQL_ARGS(SQL_T(unit)), &rows, err))
        return false;
    while (good && sql_next(&rows))
        good = add_port(&rows, out, err);
    return sql_end(&rows, err) && good;
}

bool lc_store_set_ports(struct lc_store *store, const char *unit, const struct lc_ports *ports,
                        struct lc_err *err)
{
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;

    if (!lc_tx_begin(&tx, store, err) ||
        !sql_run(store, "DELETE FROM port WHERE unit = ?", SQL_ARGS(SQL_T(unit)), err))
        return false;
    for (size_t i = 0; i < ports->count; i++)
        if (!sql_run(store,
                     "INSERT INTO port (unit, endpoint, protocol, first, last)"
                     " VALUES (?, ?, ?, ?, ?)",
                     SQL_ARGS(SQL_T(unit), SQL_T(ports->items[i].endpoint),
                              SQL_T(ports->items[i].protocol), SQL_N(ports->items[i].first),
                              SQL_N(ports->items[i].last)),
                     err))
            return false;
    return lc_tx_commit(&tx, err);
}

void lc_storages_release(struct lc_storages *storages)
{
    for (size_t i = 0; i < storages->count; i++) {
        lc_free(storages->items[i].id);
        lc_free(storages->items[i].name);
        lc_free(storages->items[i].kind);
        lc_free(storages->items[i].location);
    }
    lc_free(storages->items);
    *storages = (struct lc_storages)LC_STORAGES_INIT;
}

static bool add_storage(struct sql_rows *rows, struct lc_storages *out, struct lc_err *err)
{
    if (!lc_grow(&out->items, &out->capacity, out->count, sizeof(*out->items)))
        return lc_fail_memory(err);
    struct lc_storage *storage = &out->items[out->count];
    *storage = (struct lc_storage){ .attached = sql_number(rows, 4) != 0 };
    out->count++; /* released with the list, whatever is copied */
    return sql_copy(rows, 0, &storage->id, err) && sql_copy(rows, 1, &storage->name, err) &&
           sql_copy(rows, 2, &storage->kind, err) && sql_copy(rows, 3, &storage->location, err);
}

bool lc_store_storages(struct lc_store *store, const char *unit, struct lc_storages *out,
                       struct lc_err *err)
{
    struct sql_rows rows;
    bool good = true;

    if (!sql_query(store,
                   "SELECT id, name, kind, location, attached FROM storage WHERE unit = ?"
                   " ORDER BY id",
                   SQL_ARGS(SQL_T(unit)), &rows, err))
        return false;
    while (good && sql_next(&rows))
        good = add_storage(&rows, out, err);
    return sql_end(&rows, err) && good;
}

bool lc_store_add_storage(struct lc_store *store, const char *unit, const char *name,
                          const char *kind, const char *location, char **location_out,
                          struct lc_err *err)
{
    char series[256];
    char id[512];
    int64_t number = 0;

    (void)snprintf(series, sizeof(series), "storage/%s", name);
    if (!lc_store_sequence(store, series, &number, err))
        return false;
    (void)snprintf(id, sizeof(id), "%s/%lld", name, (long long)number);
    LC_AUTO(lc_free)
    char *place = location != NULL
                      ? lc_strdup(location)
                      : lc_store_path(store, "storage/%s-%lld", name, (long long)number);
    if (place == NULL)
        return lc_fail_memory(err);
    if (!sql_run(store,
                 "INSERT INTO storage (id, unit, name, kind, location) VALUES (?, ?, ?, ?, ?)",
                 SQL_ARGS(SQL_T(id), SQL_T(unit), SQL_T(name), SQL_T(kind), SQL_T(place)), err))
        return false;
    *location_out = LC_STEAL(place);
    return true;
}

bool lc_store_set_attached(struct lc_store *store, const char *id, struct lc_err *err)
{
    return sql_run(store, "UPDATE storage SET attached = 1 WHERE id = ?", SQL_ARGS(SQL_T(id)), err);
}

bool lc_store_remove_storage(struct lc_store *store, const char *id, struct lc_err *err)
{
    return sql_run(store, "DELETE FROM storage WHERE id = ?", SQL_ARGS(SQL_T(id)), err);
}

bool lc_store_unready_containers(struct lc_store *store, const char *unit, struct lc_strlist *out,
                                 struct lc_err *err)
{
    return sql_get_list(store,
                        "SELECT name FROM container WHERE unit = ? AND ready = 0 ORDER BY name",
                        SQL_ARGS(SQL_T(unit)), out, err);
}

bool lc_store_unready_all(struct lc_store *store, const char *unit, struct lc_err *err)
{
    return sql_run(store, "UPDATE container SET ready = 0 WHERE unit = ?", SQL_ARGS(SQL_T(unit)),
                   err);
}

bool lc_store_set_container(struct lc_store *store, const char *unit, const char *name, bool ready,
                            struct lc_err *err)
{
    return sql_run(store, "INSERT OR REPLACE INTO container (unit, name, ready) VALUES (?, ?, ?)",
                   SQL_ARGS(SQL_T(unit), SQL_T(name), SQL_N(ready)), err);
}

bool lc_store_folders(struct lc_store *store, const char *folder, struct lc_strlist *out,
                      struct lc_err *err)
{
    const char *sql = strcmp(folder, "charms") == 0
                          ? "SELECT name || '-' || revision FROM application UNION"
                            " SELECT app || '-' || revision FROM unit"
                      : strcmp(folder, "units") == 0 ? "SELECT app || '-' || number FROM unit"
                                                     : "SELECT replace(id, '/', '-') FROM storage";

    return sql_get_list(store, sql, NULL, out, err);
}
