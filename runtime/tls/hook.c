/* Modes and relation ids. */
#include "tls/hook.h"

#include <stdlib.h>
#include <string.h>

const char *lc_tls_mode_name(enum lc_tls_mode mode)
{
    static const char *const names[] = {
        [LC_TLS_MODE_UNIT] = "unit",
        [LC_TLS_MODE_APP] = "app",
        [LC_TLS_MODE_APP_AND_UNIT] = "app_and_unit",
    };

    return names[mode];
}

bool lc_tls_mode_has(enum lc_tls_mode mode, enum lc_tls_scope scope)
{
    return mode == LC_TLS_MODE_APP_AND_UNIT ||
           mode == (scope == LC_TLS_UNIT ? LC_TLS_MODE_UNIT : LC_TLS_MODE_APP);
}

long lc_tls_relation_number(const char *relation_id)
{
    const char *colon = strrchr(relation_id, ':');

    return strtol(colon == NULL ? relation_id : colon + 1, NULL, 10);
}
