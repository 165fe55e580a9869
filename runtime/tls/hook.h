/* What the tls layer is given of a hook, and the few words that both sides share: scopes, modes,
 * events. No Lua, no processes, no clock of its own. */
#ifndef LC_TLS_HOOK_H
#define LC_TLS_HOOK_H

#include "base/clock.h"
#include "base/log.h"
#include "juju/ops.h"

/* Everything is borrowed for the length of a call. juju is a session: it remembers and gathers. */
struct lc_tls_hook {
    const struct lc_juju *juju;
    const struct lc_event *event;
    const char *unit; /* "web/0" */
    const char *app;  /* "web" */
    const struct lc_clock *clock;
    const struct lc_log *log;
    /* Every endpoint of the charm that has a life cycle; ends with NULL. Labels of older versions
     * do not say whose they are. NULL: the one that is worked is the only one. */
    const char *const *endpoints;
};

/* Whose request it is: the unit's databag and key, or the application's. */
enum lc_tls_scope { LC_TLS_UNIT, LC_TLS_APP };
#define LC_TLS_SCOPES 2

enum lc_tls_mode { LC_TLS_MODE_UNIT, LC_TLS_MODE_APP, LC_TLS_MODE_APP_AND_UNIT };

const char *lc_tls_mode_name(enum lc_tls_mode mode); /* "unit", "app", "app_and_unit"; static */
bool lc_tls_mode_has(enum lc_tls_mode mode, enum lc_tls_scope scope);

/* "certificates:7" is older than "certificates:12": Juju counts relations, and lists them as texts.
 */
long lc_tls_relation_number(const char *relation_id);

/* The text that begins every secret label of this interface's libraries, v2 to v4. */
#define LC_TLS_LIBID "afd8c2bccf834997afce12c2706d2ede"

#endif
