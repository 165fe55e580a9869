/* Statuses as Juju shows them: of a unit, with errors; of an application, made of its units' when
 * it has none of its own. */
#ifndef LC_MODEL_STATUS_H
#define LC_MODEL_STATUS_H

#include "model/store_app.h"

struct lc_status {
    char *status;
    char *message;
    int64_t since;
};

#define LC_STATUS_INIT                                                                             \
    {                                                                                              \
        .status = NULL                                                                             \
    }

void lc_status_release(struct lc_status *status);
LC_AUTO_VALUE(struct lc_status, lc_status_release);

/* out: initialised; its old content goes. A failed hook shows as "error". */
bool lc_status_of_unit(struct lc_store *store, const char *unit, struct lc_status *out,
                       struct lc_err *err) LC_MUST_CHECK;
bool lc_status_of_app(struct lc_store *store, const char *app, struct lc_status *out,
                      struct lc_err *err) LC_MUST_CHECK;

#endif
