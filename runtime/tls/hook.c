/* Names of modes. */
#include "tls/hook.h"

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
