/* What Juju would refuse: names, relations, values. Each function fails with the reason, in Juju's
 * words where they are known, and lists what would have been possible. */
#ifndef LC_MODEL_CHECK_H
#define LC_MODEL_CHECK_H

#include "base/json.h"
#include "charm/meta.h"
#include "model/store_app.h"
#include "model/store_relation.h"

/* [a-z0-9][a-z0-9-]*, as juju/names has it. LC_EUSAGE. */
bool lc_check_model_name(const char *text, struct lc_err *err) LC_MUST_CHECK;

/* "web/0"; "web". */
bool lc_check_is_unit_name(const char *text);
bool lc_check_app_name(const char *text, struct lc_err *err) LC_MUST_CHECK;

/* LC_ENOTFOUND with those that are there: "unit 'web/9' not found: there is web/0". Always false.
 */
bool lc_check_fail_unknown(struct lc_err *err, const char *what, const char *name,
                           const struct lc_strlist *there);

/* The folder of an application's charm, its revision: freed with lc_free. NULL when out of memory.
 */
char *lc_app_charm_folder(const struct lc_store *store, const char *app, int64_t revision);
char *lc_unit_charm_folder(const struct lc_store *store, const struct lc_unit *unit);

/* The application and the metadata of its charm. LC_ENOTFOUND names it and those that are there. */
bool lc_check_app(struct lc_store *store, const char *name, struct lc_app *app,
                  struct lc_charm_meta **meta, struct lc_err *err) LC_MUST_CHECK;
bool lc_check_unit(struct lc_store *store, const char *name, struct lc_unit *unit,
                   struct lc_err *err) LC_MUST_CHECK;

/* Which endpoints "A[:ep]" and "B[:ep]" mean. The first end is the requirer. Fails when there is
 * none, more than one, a relation of the two already, or no room for one more (limit). */
struct lc_chosen_end {
    char *app;
    char *endpoint;
};
struct lc_choice {
    struct lc_chosen_end requirer;
    struct lc_chosen_end provider;
    char *interface;
};
void lc_choice_release(struct lc_choice *choice);
LC_AUTO_VALUE(struct lc_choice, lc_choice_release);
bool lc_check_integrate(struct lc_store *store, const char *a, const char *b, struct lc_choice *out,
                        struct lc_err *err) LC_MUST_CHECK;
/* The relation that the two words mean. */
bool lc_check_relation(struct lc_store *store, const char *a, const char *b, int64_t *out,
                       struct lc_err *err) LC_MUST_CHECK;

/* A config value for an option, as JSON text: *out is freed with lc_free. */
bool lc_check_setting(const struct lc_charm_meta *meta, const char *option, const char *text,
                      char **out, struct lc_err *err) LC_MUST_CHECK;

/* The parameters of an action: schema, required ones, defaults filled in. given: "key[.key]=value"
 * words; values are YAML. */
bool lc_check_action(const struct lc_charm_meta *meta, const char *name,
                     const struct lc_strlist *given, struct lc_json **out, struct lc_err *err)
    LC_MUST_CHECK;

/* Whether a new charm can replace the one that is there: it keeps the endpoints that have
 * relations. */
bool lc_check_refresh(struct lc_store *store, const char *app, const struct lc_charm_meta *fresh,
                      struct lc_err *err) LC_MUST_CHECK;

#endif
