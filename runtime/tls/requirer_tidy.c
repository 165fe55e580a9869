/* What is left over and belongs to nobody any more: databags of a mode that is not used, secrets of
 * a unit that is no longer leader, everything when the relation is gone. */
#include <string.h>

#include "base/mem.h"
#include "tls/requirer_private.h"

/* --- databags of other modes (REQ-086) -------------------------------------------------------- */

/* The requests of a unit that the application asks for now: what v3 kept of them goes when there is
 * a successor (UPG-017, UPG-021). */
static bool leave_over(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       const struct lc_strmap *bag, struct lc_err *err)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;

    if (!lc_databag_load_requests(bag, hook->unit, NULL, &entries, err))
        return false;
    for (size_t i = 0; i < entries.count; i++) {
        LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
        const char *pem = entries.items[i].csr;
        struct lc_err why = LC_ERR_INIT;
        if (!lc_csr_parse(pem, strlen(pem), &csr, &why)) {
            if (why.code == LC_ENOMEM)
                return lc_fail_memory(err);
            continue; /* nobody can have answered it */
        }
        if (!lc_memory_knows(&requirer->memory, lc_csr_hash(csr)) &&
            !lc_memory_leave_over(&requirer->memory, lc_csr_hash(csr), err))
            return false;
    }
    return true;
}

static bool clean_bag(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                      enum lc_tls_scope scope, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    const bool app = scope == LC_TLS_APP;

    if (app) { /* each unit its own, the leader the application's */
        bool leader;
        if (!lc_juju_call(hook->juju, is_leader, &leader, err))
            return false;
        if (!leader)
            return true;
    }
    if (!lc_juju_call(hook->juju, relation_get, requirer->view.relation_id, app,
                      app ? hook->app : hook->unit, &bag, err))
        return false;
    if (lc_strmap_get(&bag, LC_KEY_REQUESTS) == NULL)
        return true;
    return (app || leave_over(requirer, hook, &bag, err)) &&
           lc_requirer_set_requests(requirer, hook, scope, "", err);
}

static bool clean_bags(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                       struct lc_err *err)
{
    if (!lc_requirer_find_relation(requirer, hook, err))
        return false;
    if (requirer->view.relation_id == NULL)
        return true;
    for (int scope = 0; scope < LC_TLS_SCOPES; scope++)
        if (!lc_tls_mode_has(requirer->mode, (enum lc_tls_scope)scope) &&
            !clean_bag(requirer, hook, (enum lc_tls_scope)scope, err))
            return false;
    return true;
}

/* Each look costs a hook command: they are looked at where a change of mode can come from, and once
 * where we remember another mode, or none. */
static bool tidy_bags(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                      const struct lc_reason *reason, struct lc_err *err)
{
    struct lc_memory *memory = &requirer->memory;
    const char *mode = lc_tls_mode_name(requirer->mode);
    const bool is_known = memory->was_read && lc_memory_is_mode(memory, mode);

    if (requirer->mode == LC_TLS_MODE_APP_AND_UNIT)
        return memory->relation_id == NULL || lc_memory_set_mode(memory, mode, err);
    if ((reason->may_be_new_leader || (memory->was_read && !is_known) ||
         (reason->may_be_new_mode && !is_known)) &&
        !clean_bags(requirer, hook, err))
        return false;
    if (requirer->view.relation_id == NULL || (!memory->was_read && memory->relation_id == NULL))
        return true;
    return lc_memory_set_mode(memory, mode, err);
}

/* --- secrets ---------------------------------------------------------------------------------- */

/* Whether a secret of ours is to go; text is its label. */
typedef bool (*goes_fn)(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                        const struct lc_label *label, const char *text, bool *goes,
                        struct lc_err *err);

static bool sweep_one(struct lc_requirer *requirer, const struct lc_tls_hook *hook, const char *id,
                      goes_fn goes, struct lc_err *err)
{
    const struct lc_label_owner owner = lc_label_owner(hook, requirer->endpoint);
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;
    struct lc_err why = LC_ERR_INIT;
    bool remove = false;

    if (!lc_juju_call(hook->juju, secret_info, id, NULL, &info, &why)) {
        if (why.code == LC_ENOTFOUND)
            return true;
        *err = why;
        return false;
    }
    const struct lc_label label = lc_label_parse(&owner, info.label);
    if (label.kind == LC_LABEL_OTHER)
        return true;
    return goes(requirer, hook, &label, info.label, &remove, err) &&
           (!remove || lc_juju_call(hook->juju, secret_remove, id, 0, err));
}

static bool sweep(struct lc_requirer *requirer, const struct lc_tls_hook *hook, goes_fn goes,
                  struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;

    if (!lc_juju_call(hook->juju, secret_ids, &ids, err))
        return false;
    for (size_t i = 0; i < ids.count; i++)
        if (!sweep_one(requirer, hook, ids.items[i], goes, err))
            return false;
    return true;
}

static bool goes_with_leadership(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                 const struct lc_label *label, const char *text, bool *goes,
                                 struct lc_err *err)
{
    (void)requirer;
    (void)hook;
    (void)text;
    (void)err;
    *goes = label->kind == LC_LABEL_CERTIFICATE && label->scope == LC_TLS_APP;
    return true;
}

/* The certificates of the application that this unit kept while it was leader: the new leader has
 * its own (REQ-081). */
static bool drop_app_certificates(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                                  struct lc_err *err)
{
    if (!requirer->memory.kept_for_app)
        return true;
    if (!sweep(requirer, hook, goes_with_leadership, err))
        return false;
    lc_memory_set_kept_for_app(&requirer->memory, false);
    if (!lc_tls_mode_has(requirer->mode, LC_TLS_UNIT))
        lc_memory_forget_csrs(&requirer->memory);
    return true;
}

bool lc_requirer_tidy(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                      const struct lc_reason *reason, struct lc_err *err)
{
    const bool sits_out = lc_tls_mode_has(requirer->mode, LC_TLS_APP) && !requirer->view.leader;

    if (sits_out && !drop_app_certificates(requirer, hook, err))
        return false;
    return tidy_bags(requirer, hook, reason, err);
}

static bool goes_with_relation(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                               const struct lc_label *label, const char *text, bool *goes,
                               struct lc_err *err)
{
    bool elsewhere;

    if (!lc_requirer_is_elsewhere(requirer, hook, label, text, &elsewhere, err))
        return false;
    *goes = !elsewhere;
    return true;
}

bool lc_requirer_clean_up(struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                          struct lc_err *err)
{
    if (!sweep(requirer, hook, goes_with_relation, err))
        return false;
    lc_memory_forget_all(&requirer->memory);
    return true;
}

/* --- whose they are --------------------------------------------------------------------------- */

/* Of a label without a hash, v2's, the CSR in it. */
static bool hash_of(const struct lc_label *label, const char *text, char hash[LC_SHA256_HEX],
                    struct lc_err *err)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err why = LC_ERR_INIT;

    hash[0] = '\0';
    if (label->hash != NULL) {
        memcpy(hash, label->hash, LC_SHA256_HEX - 1);
        hash[LC_SHA256_HEX - 1] = '\0';
        return true;
    }
    if (text == NULL)
        return true;
    if (!lc_csr_parse(text, strlen(text), &csr, &why))
        return why.code == LC_ENOMEM ? lc_fail_memory(err) : true; /* nobody's */
    memcpy(hash, lc_csr_hash(csr), LC_SHA256_HEX);
    return true;
}

static bool bag_has(const struct lc_tls_hook *hook, const char *relation_id, bool app,
                    const char *hash, bool *found, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    struct lc_err why = LC_ERR_INIT;

    if (!lc_juju_call(hook->juju, relation_get, relation_id, app, app ? hook->app : hook->unit,
                      &bag, &why)) {
        if (why.code == LC_ENOTFOUND || why.code == LC_EPERM)
            return true; /* the application's, for units that do not lead */
        *err = why;
        return false;
    }
    if (!lc_databag_load_requests(&bag, relation_id, NULL, &entries, err))
        return false;
    for (size_t i = 0; i < entries.count && !*found; i++) {
        LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
        const char *pem = entries.items[i].csr;
        *found = lc_csr_parse(pem, strlen(pem), &csr, &why) && strcmp(lc_csr_hash(csr), hash) == 0;
        if (why.code == LC_ENOMEM)
            return lc_fail_memory(err);
    }
    return true;
}

static bool endpoint_has(const struct lc_tls_hook *hook, const char *endpoint, const char *hash,
                         bool *found, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;

    if (!lc_juju_call(hook->juju, relation_ids, endpoint, &ids, err))
        return false;
    for (size_t i = 0; i < ids.count && !*found; i++)
        if (!bag_has(hook, ids.items[i], false, hash, found, err) ||
            (!*found && !bag_has(hook, ids.items[i], true, hash, found, err)))
            return false;
    return true;
}

bool lc_requirer_is_elsewhere(const struct lc_requirer *requirer, const struct lc_tls_hook *hook,
                              const struct lc_label *label, const char *text, bool *out,
                              struct lc_err *err)
{
    char hash[LC_SHA256_HEX];

    *out = false;
    if (!lc_label_is_shared(label->kind))
        return true;
    if (!hash_of(label, text, hash, err))
        return false;
    for (const char *const *at = hook->endpoints; at != NULL && *at != NULL && !*out; at++)
        if (strcmp(*at, requirer->endpoint) != 0 && !endpoint_has(hook, *at, hash, out, err))
            return false;
    return true;
}
