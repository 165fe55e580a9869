/* Statuses of units and applications. */
#include "model/status.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "model/hook.h"

void lc_status_release(struct lc_status *status)
{
    lc_free(status->status);
    lc_free(status->message);
    *status = (struct lc_status)LC_STATUS_INIT;
}

static bool set(struct lc_status *out, const char *status, const char *message, int64_t since,
                struct lc_err *err)
{
    out->since = since;
    return lc_hook_set(&out->status, status, err) && lc_hook_set(&out->message, message, err);
}

bool lc_status_of_unit(struct lc_store *store, const char *unit, struct lc_status *out,
                       struct lc_err *err)
{
    LC_AUTO(lc_unit_release) struct lc_unit row = LC_UNIT_INIT;
    LC_AUTO(lc_hook_release) struct lc_hook hook = LC_HOOK_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf message = LC_BUF_INIT(1024);
    char name[LC_HOOK_NAME_BYTES];

    if (!lc_store_unit(store, unit, &row, err))
        return false;
    /* A hook that was killed has not failed: it is run again. */
    if (row.phase != LC_PHASE_FAILED || row.tries == 0)
        return set(out, row.status, row.message, row.since, err);
    if (!lc_hook_decode(row.hook, &hook, err))
        return false;
    lc_hook_name(&hook, name);
    lc_buf_printf(&message, "hook failed: \"%s\"", name);
    return lc_buf_check(&message, err) && set(out, "error", message.data, row.since, err);
}

/* The worst wins, in the order of Juju's core/status DeriveStatus. */
static int severity(const char *status)
{
    static const char *const order[] = { "unknown", "terminated", "active", "maintenance",
                                         "waiting", "blocked",    "error" };

    for (size_t i = 0; i < LC_COUNT(order); i++)
        if (strcmp(order[i], status) == 0)
            return (int)i;
    return -1;
}

bool lc_status_of_app(struct lc_store *store, const char *app, struct lc_status *out,
                      struct lc_err *err)
{
    LC_AUTO(lc_app_release) struct lc_app row = LC_APP_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;

    if (!lc_store_app(store, app, &row, err))
        return false;
    if (row.status != NULL)
        return set(out, row.status, row.message, row.since, err);
    if (!lc_store_units(store, app, &units, err) || !set(out, "unknown", "", row.since, err))
        return false;
    for (size_t i = 0; i < units.count; i++) {
        LC_AUTO(lc_status_release) struct lc_status status = LC_STATUS_INIT;
        if (!lc_status_of_unit(store, units.items[i], &status, err))
            return false;
        if ((i == 0 || severity(status.status) > severity(out->status)) &&
            !set(out, status.status, status.message, status.since, err))
            return false;
    }
    return true;
}
