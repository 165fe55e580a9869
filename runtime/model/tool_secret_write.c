/* secret-add, secret-set, secret-remove, secret-grant, secret-revoke: they are recorded, and done
 * when the hook has succeeded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/check.h"
#include "model/store_log.h"
#include "model/tool_secret.h"

bool lc_tool_secret_add(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_secret_args_release) struct lc_secret_args args = LC_SECRET_ARGS_INIT;
    struct lc_context *context = call->context;
    char id[LC_SECRET_ID_BYTES];
    bool leader = true;

    if (!lc_secret_read_args(call, 0, &args, err))
        return false;
    if (!args.has_content)
        return lc_fail(err, LC_EUSAGE, "missing secret value or filename");
    if (args.content.count == 0)
        return lc_fail(err, LC_ECOMMAND, "empty secret value not valid");
    if (args.app_owned && !lc_context_is_leader(context, &leader, err))
        return false;
    if (!leader)
        return lc_fail(err, LC_EPERM, "this unit is not the leader");
    if (!lc_secret_new_id(context, id, err) ||
        !lc_secret_changes_create(&context->secrets, id, &args, err))
        return false;
    if (lc_store_juju_is(context->store, "3.1"))
        lc_buf_printf(call->out, "secret://%s/%s\n", lc_store_uuid(context->store), id);
    else
        lc_buf_printf(call->out, "secret:%s\n", id);
    return true;
}

/* Juju says nothing of it; whoever tries a charm here wants to know. */
static bool warn(struct lc_context *context, const char *id, const char *what, struct lc_err *err)
{
    char text[256];

    (void)snprintf(text, sizeof(text), "secret %s: %s", id, what);
    return lc_store_log(context->store, context->unit.name, "luacharm.model", LC_LEVEL_WARNING,
                        text, err);
}

bool lc_tool_secret_set(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_secret_args_release) struct lc_secret_args args = LC_SECRET_ARGS_INIT;
    char id[LC_SECRET_ID_BYTES];
    bool foreign;

    if (!lc_secret_argument(call, id, &foreign, err) || !lc_secret_read_args(call, 1, &args, err))
        return false;
    if (!args.has_content && args.label == NULL && args.description == NULL &&
        args.rotate == NULL && args.expire_at == 0)
        return true;
    if (args.has_content && args.content.count == 0)
        return lc_fail(err, LC_ECOMMAND, "empty secret value not valid");
    const struct lc_secret_change *change = lc_secret_changes_find(&call->context->secrets, id);
    if (lc_secret_change_removes(change) &&
        !warn(call->context, id, "secret-set drops the secret-remove before it in this hook", err))
        return false;
    return lc_secret_changes_update(&call->context->secrets, id, &args,
                                    lc_store_juju_is(call->context->store, "3.5"), err);
}

bool lc_tool_secret_remove(struct lc_call *call, struct lc_err *err)
{
    const char *text = lc_flag_text(&call->flags, "revision");
    char id[LC_SECRET_ID_BYTES];
    char *end = NULL;
    bool foreign;
    const long long revision = text == NULL ? 0 : strtoll(text, &end, 10);

    if (!lc_secret_argument(call, id, &foreign, err) || !lc_flags_no_more(&call->flags, 1, err))
        return false;
    if (text != NULL && (end == text || *end != '\0'))
        return lc_fail(err, LC_EUSAGE,
                       "invalid value \"%s\" for option --revision: strconv.ParseInt: parsing"
                       " \"%s\": invalid syntax",
                       text, text);
    const struct lc_secret_change *change = lc_secret_changes_find(&call->context->secrets, id);
    if (revision > 0 && change != NULL && change->update &&
        !warn(call->context, id,
              "secret-remove --revision drops the secret-set before it in this hook", err))
        return false;
    return lc_secret_changes_remove(&call->context->secrets, id, revision,
                                    lc_store_juju_is(call->context->store, "3.6.11"), err);
}

/* What this unit may grant: its own, its application's as leader, and what it adds in this hook. */
static bool check_grantable(struct lc_context *context, const char *id, struct lc_err *err)
{
    LC_AUTO(lc_secret_meta_release) struct lc_secret_meta meta = LC_SECRET_META_INIT;
    const struct lc_secret_change *change = lc_secret_changes_find(&context->secrets, id);
    bool good = false;

    if (change != NULL && change->create)
        return true;
    if (!lc_store_secret(context->store, id, &meta, &good, err))
        return false;
    if (good && !lc_secret_manages(context, &meta, &good, err))
        return false;
    return good ? true : lc_fail(err, LC_ENOTFOUND, "secret \"%s\" not found", id);
}

static bool is_unit_of(const char *unit, const char *app)
{
    const size_t len = strlen(app);

    return strncmp(unit, app, len) == 0 && unit[len] == '/';
}

/* Granting to an application while one of its units has a grant of its own. */
static bool check_no_unit_grants(struct lc_context *context, const char *id, const char *app,
                                 struct lc_err *err)
{
    LC_AUTO(lc_grants_release) struct lc_grants grants = LC_GRANTS_INIT;
    const struct lc_secret_change *change = lc_secret_changes_find(&context->secrets, id);
    bool found = false;

    if (!lc_store_grants(context->store, id, &grants, err))
        return false;
    for (size_t i = 0; i < grants.count; i++) {
        const char *subject = grants.items[i].subject;
        const bool revoked = change != NULL && lc_strlist_has(&change->revokes, subject);
        found = found || (is_unit_of(subject, app) && !revoked);
    }
    for (size_t i = 0; change != NULL && i < change->grant_count; i++)
        found = found || (is_unit_of(change->grants[i].subject, app) &&
                          !lc_strlist_has(&change->revokes, change->grants[i].subject));
    if (found)
        return lc_fail(err, LC_ESTATE,
                       "any unit level grants need to be revoked before granting access to the"
                       " corresponding application");
    return true;
}

static bool check_unit_name(const char *unit, struct lc_err *err)
{
    return lc_check_is_unit_name(unit) ? true
                                       : lc_fail(err, LC_EUSAGE, "unit \"%s\" not valid", unit);
}

bool lc_tool_secret_grant(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_relation_release) struct lc_relation relation = LC_RELATION_INIT;
    struct lc_context *context = call->context;
    const char *unit = lc_flag_text(&call->flags, "unit");
    char id[LC_SECRET_ID_BYTES];
    bool foreign;

    if (!lc_secret_argument(call, id, &foreign, err) ||
        !lc_call_need_relation(call, &relation, err) || !lc_flags_no_more(&call->flags, 1, err) ||
        (unit != NULL && !check_unit_name(unit, err)))
        return false;
    if (unit != NULL && !is_unit_of(unit, relation.remote_app))
        return lc_fail(err, LC_EUSAGE,
                       "cannot specify unit \"%s\" in relation to application \"%s\"", unit,
                       relation.remote_app);
    if (!check_grantable(context, id, err) ||
        (unit == NULL && !check_no_unit_grants(context, id, relation.remote_app, err)))
        return false;
    return lc_secret_changes_grant(&context->secrets, id, relation.id,
                                   unit == NULL ? relation.remote_app : unit, err);
}

bool lc_tool_secret_revoke(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_relation_release) struct lc_relation relation = LC_RELATION_INIT;
    const char *app = lc_flag_text(&call->flags, "app");
    const char *unit = lc_flag_text(&call->flags, "unit");
    char id[LC_SECRET_ID_BYTES];
    bool foreign;
    bool given;

    if (!lc_secret_argument(call, id, &foreign, err) ||
        !lc_call_relation(call, &relation, &given, err) ||
        !lc_flags_no_more(&call->flags, 1, err) || (unit != NULL && !check_unit_name(unit, err)))
        return false;
    if (!given && app == NULL && unit == NULL)
        return lc_fail(err, LC_EUSAGE, "missing relation or application or unit");
    if (app != NULL && unit != NULL)
        return lc_fail(err, LC_EUSAGE, "specify only one of application or unit");
    if (app != NULL && given)
        return lc_fail(err, LC_EUSAGE, "do not specify both relation and app");
    return lc_secret_changes_revoke(&call->context->secrets, id,
                                    unit != NULL  ? unit
                                    : app != NULL ? app
                                                  : relation.remote_app,
                                    err);
}
