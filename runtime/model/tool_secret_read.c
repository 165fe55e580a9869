/* secret-get, secret-info-get, secret-ids: what a unit sees, with what it has asked for in this
 * hook (juju-hooks 3.4, 3.5, 3.7). */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "model/tool_secret.h"

enum how { TRACKED, PEEK, REFRESH };

/* Everything that a look-up by label can find, in Juju's order: what is pending, what the unit
 * manages, owner labels of its application, its own consumer labels. *out: NULL when none. */
static bool find_by_label(struct lc_context *context, const char *label, char **out,
                          struct lc_err *err)
{
    const struct lc_unit *unit = &context->unit;

    for (size_t i = 0; i < context->secrets.count; i++) {
        const struct lc_secret_change *change = &context->secrets.items[i];
        if (change->label != NULL && strcmp(change->label, label) == 0)
            return lc_hook_set(out, change->id, err);
    }
    if (!lc_store_owned_by_label(context->store, unit->app, unit->name, label, out, err))
        return false;
    if (*out == NULL && !lc_store_owned_by_label(context->store, unit->app, NULL, label, out, err))
        return false;
    return *out != NULL || lc_store_consumer_by_label(context->store, unit->name, label, out, err);
}

/* The revision to read, and the tracking that reading it leaves, at once. */
static bool choose_revision(struct lc_context *context, const struct lc_secret_meta *meta,
                            enum how how, int64_t *revision, struct lc_err *err)
{
    LC_AUTO(lc_consumer_release) struct lc_consumer consumer = LC_CONSUMER_INIT;
    bool there;

    if (!lc_store_consumer(context->store, meta->id, context->unit.name, &consumer, err))
        return false;
    *revision = consumer.there && how == TRACKED ? consumer.tracked : meta->latest;
    if (!lc_store_has_revision(context->store, meta->id, *revision, &there, err))
        return false;
    if (!there)
        return lc_fail(err, LC_ENOTFOUND, "secret revision \"%s/%lld\" not found", meta->id,
                       (long long)*revision);
    if (consumer.there && (how != REFRESH || consumer.tracked == *revision))
        return true;
    return lc_store_track(context->store, meta->id, context->unit.name, *revision, err);
}

/* secret-get ID --label L. An owner renames its own label, others get one of theirs; for the
 * application's secret and a unit that is not leader nothing happens. */
static bool set_label(struct lc_context *context, const struct lc_secret_meta *meta,
                      const char *label, struct lc_err *err)
{
    const struct lc_unit *unit = &context->unit;
    const bool same_app = strcmp(meta->app, unit->app) == 0;
    const bool app_owned = same_app && meta->unit == NULL;
    bool manages;
    bool taken;

    if (!lc_secret_manages(context, meta, &manages, err))
        return false;
    if (app_owned && !manages)
        return true;
    if (!lc_store_label_taken(context->store, unit->app, app_owned ? NULL : unit->name, label,
                              meta->id, &taken, err))
        return false;
    if (taken)
        return lc_fail(err, LC_EEXIST,
                       "getting latest secret revision: secret label \"%s\" for unit \"%s\""
                       " already exists",
                       label, unit->name);
    return manages ? lc_store_set_secret(context->store, meta->id, LC_SECRET_LABEL, label, err)
                   : lc_store_set_consumer_label(context->store, meta->id, unit->name, label, err);
}

/* From the controller: rights, tracking, label, content. */
static bool read_stored(struct lc_context *context, const char *id, const char *label, enum how how,
                        struct lc_content *out, struct lc_err *err)
{
    LC_AUTO(lc_secret_meta_release) struct lc_secret_meta meta = LC_SECRET_META_INIT;
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    int64_t revision;
    bool found;
    bool allowed;

    if (!lc_store_secret(context->store, id, &meta, &found, err))
        return false;
    if (!found)
        return lc_fail(err, LC_ENOTFOUND, "secret \"secret:%s\" not found", id);
    if (!lc_secret_may_read(context, &meta, &allowed, err))
        return false;
    if (!allowed)
        return lc_fail(err, LC_EPERM, "permission denied");
    return lc_tx_begin(&tx, context->store, err) &&
           choose_revision(context, &meta, how, &revision, err) &&
           (label == NULL || set_label(context, &meta, label, err)) &&
           lc_store_content(context->store, id, revision, out, err) && lc_tx_commit(&tx, err);
}

static bool rename_created(struct lc_context *context, struct lc_secret_change *change,
                           const char *label, struct lc_err *err)
{
    const struct lc_secret_change *other = lc_secret_changes_created(&context->secrets, label);

    if (other != NULL && other != change)
        return lc_fail(err, LC_EEXIST, "secret with label \"%s\" already exists", label);
    return lc_hook_set(&change->label, label, err);
}

/* What is pending comes first: the content of a secret-add whatever is asked, that of a secret-set
 * only for --peek and --refresh. */
static bool read_secret(struct lc_context *context, const char *id, const char *label, enum how how,
                        struct lc_content *out, struct lc_err *err)
{
    struct lc_secret_change *change = lc_secret_changes_find(&context->secrets, id);

    if (change != NULL && change->create)
        return (label == NULL || rename_created(context, change, label, err)) &&
               lc_content_copy(out, &change->content, err);
    if (change == NULL || !change->has_content || how == TRACKED)
        return read_stored(context, id, label, how, out, err);
    change->track_latest = change->track_latest || how == REFRESH;
    return lc_content_copy(out, &change->content, err);
}

static bool put_decoded(struct lc_out *out, const struct lc_field *field, struct lc_err *err)
{
    LC_AUTO(lc_secret_release) struct lc_secret bytes = LC_SECRET_INIT;

    if (!lc_field_decode(&field->base64, &bytes, err))
        return lc_fail(err, LC_EPARSE, "illegal base64 data in key \"%s\"", field->key);
    lc_out_key(out, field->key);
    lc_out_bytes(out, bytes.data == NULL ? "" : bytes.data, bytes.len);
    return true;
}

static bool put_all(struct lc_call *call, const struct lc_content *content, struct lc_err *err)
{
    LC_AUTO(lc_out_release) struct lc_out out = { .yaml = NULL };
    size_t room = 1024;

    /* Every byte may become six in JSON; the buffer must not move while it fills. */
    for (size_t i = 0; i < content->count; i++)
        room += 6 * content->items[i].base64.len + strlen(content->items[i].key);
    (void)lc_buf_room(call->out, room); /* what fails marks the buffer */
    if (!lc_out_begin(&out, call->out, call->format, err))
        return false;
    for (size_t i = 0; i < content->count; i++)
        if (!put_decoded(&out, &content->items[i], err))
            return false;
    return lc_out_end(&out, err);
}

/* "key" or "key#base64". */
static bool put_one(struct lc_call *call, const struct lc_content *content, const char *name,
                    struct lc_err *err)
{
    const char *mark = strchr(name, '#');
    const bool encoded = mark != NULL && strcmp(mark, "#base64") == 0;
    LC_AUTO(lc_free) char *key = lc_strndup(name, encoded ? (size_t)(mark - name) : strlen(name));
    LC_AUTO(lc_secret_release) struct lc_secret bytes = LC_SECRET_INIT;

    if (key == NULL)
        return lc_fail_memory(err);
    const struct lc_secret *value = lc_content_get(content, key);
    if (value == NULL)
        return lc_fail(err, LC_ENOTFOUND, "secret key value \"%s\" not found", key);
    if (!encoded && !lc_field_decode(value, &bytes, err))
        return lc_fail(err, LC_EPARSE, "illegal base64 data in key \"%s\"", key);
    if (encoded && !lc_secret_set(&bytes, value->data, value->len, err))
        return false;
    (void)lc_buf_room(call->out, 6 * bytes.len + 16); /* what fails marks the buffer */
    return lc_out_put_string(call->out, call->format, bytes.data == NULL ? "" : bytes.data,
                             bytes.len, err);
}

bool lc_tool_secret_get(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_content_release) struct lc_content content = LC_CONTENT_INIT;
    LC_AUTO(lc_free) char *found = NULL;
    const char *label = lc_flag_text(&call->flags, "label");
    const bool peek = lc_flag_is_set(&call->flags, "peek");
    const bool refresh = lc_flag_is_set(&call->flags, "refresh");
    const enum how how = refresh ? REFRESH : peek ? PEEK : TRACKED;
    const char *address = lc_call_arg(call, 0);
    const char *key = lc_call_arg(call, 1);
    char id[LC_SECRET_ID_BYTES];
    bool foreign = false;

    if (label != NULL && label[0] == '\0')
        label = NULL;
    if (address == NULL && label == NULL)
        return lc_fail(err, LC_EUSAGE, "require either a secret URI or label");
    if (peek && refresh)
        return lc_fail(err, LC_EUSAGE, "specify one of --peek or --refresh but not both");
    if (!lc_flags_no_more(&call->flags, 2, err))
        return false;
    if (address != NULL) {
        if (!lc_secret_argument(call, id, &foreign, err))
            return false;
        if (foreign)
            return lc_fail(err, LC_ENOTFOUND, "secret \"%s\" not found", address);
        if (!read_secret(call->context, id, label, how, &content, err))
            return false;
    } else {
        if (!find_by_label(call->context, label, &found, err))
            return false;
        if (found == NULL)
            return lc_fail(err, LC_ENOTFOUND, "consumer label \"%s\" not found", label);
        if (!read_secret(call->context, found, NULL, how, &content, err))
            return false;
    }
    return key == NULL ? put_all(call, &content, err) : put_one(call, &content, key, err);
}

static void put_time(struct lc_out *out, const char *key, int64_t time)
{
    char text[LC_TIME_TEXT_BYTES];

    if (time == 0)
        return;
    lc_time_format(time, text);
    lc_out_key(out, key);
    lc_out_string(out, text);
}

/* "application-web", "unit-web-0". */
static bool put_target(struct lc_out *out, const char *subject, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf tag = LC_BUF_INIT(1024);

    lc_buf_printf(&tag, "%s-%s", strchr(subject, '/') == NULL ? "application" : "unit", subject);
    if (!lc_buf_check(&tag, err))
        return false;
    char *slash = strchr(tag.data, '/');
    if (slash != NULL)
        *slash = '-';
    lc_out_string(out, tag.data);
    return true;
}

static bool put_grant(struct lc_out *out, struct lc_context *context, const struct lc_grant *grant,
                      struct lc_err *err)
{
    LC_AUTO(lc_relation_release) struct lc_relation relation = LC_RELATION_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf scope = LC_BUF_INIT(2048);
    const struct lc_unit *unit = &context->unit;

    if (!lc_store_relation(context->store, grant->relation, unit->app, &relation, err))
        return false;
    if (relation.peer)
        lc_buf_printf(&scope, "relation-%s.%s", unit->app, relation.endpoint);
    else if (strcmp(relation.role, "requires") == 0)
        lc_buf_printf(&scope, "relation-%s.%s#%s.%s", unit->app, relation.endpoint,
                      relation.remote_app, relation.remote_endpoint);
    else
        lc_buf_printf(&scope, "relation-%s.%s#%s.%s", relation.remote_app, relation.remote_endpoint,
                      unit->app, relation.endpoint);
    lc_out_begin_object(out);
    lc_out_key(out, "target");
    if (!put_target(out, grant->subject, err))
        return false;
    lc_out_key(out, "scope");
    lc_out_string(out, scope.data);
    lc_out_key(out, "role");
    lc_out_string(out, "view");
    lc_out_end_object(out);
    return lc_buf_check(&scope, err);
}

static bool put_access(struct lc_out *out, struct lc_context *context, const char *id,
                       struct lc_err *err)
{
    LC_AUTO(lc_grants_release) struct lc_grants grants = LC_GRANTS_INIT;

    if (!lc_store_grants(context->store, id, &grants, err))
        return false;
    if (grants.count == 0 || !lc_store_juju_is(context->store, "3.3"))
        return true;
    lc_out_key(out, "access");
    lc_out_begin_array(out);
    for (size_t i = 0; i < grants.count; i++)
        if (!put_grant(out, context, &grants.items[i], err))
            return false;
    lc_out_end_array(out);
    return true;
}

static void put_text(struct lc_out *out, const char *key, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    lc_out_key(out, key);
    lc_out_string(out, value);
}

/* meta: of a secret that is only pending, revision 1 and nothing else. */
static bool put_info(struct lc_call *call, const struct lc_secret_meta *meta,
                     const struct lc_secret_change *change, struct lc_err *err)
{
    LC_AUTO(lc_out_release) struct lc_out out = { .yaml = NULL };
    const bool create = change != NULL && change->create;
    const char *label = change != NULL && change->label != NULL ? change->label : meta->label;
    const char *description = change != NULL && change->description != NULL ? change->description
                                                                            : meta->description;
    const char *rotate = change != NULL && change->rotate != NULL ? change->rotate : meta->rotate;
    const bool app_owned = create ? change->app_owned : meta->unit == NULL;
    int64_t expire = 0;

    if (!lc_store_revision_expire(call->context->store, meta->id, meta->latest, &expire, err))
        return false;
    if (change != NULL && change->expire_at != 0)
        expire = change->expire_at;
    if (!lc_out_begin(&out, call->out, call->format, err))
        return false;
    lc_out_key(&out, meta->id);
    lc_out_begin_object(&out);
    lc_out_key(&out, "revision");
    lc_out_number(&out, create ? 1 : meta->latest);
    lc_out_key(&out, "label");
    lc_out_string(&out, label == NULL ? "" : label);
    lc_out_key(&out, "owner");
    lc_out_string(&out, app_owned ? "application" : "unit");
    put_text(&out, "description", description);
    put_text(&out, "rotation", rotate);
    put_time(&out, "expiry", expire);
    put_time(&out, "rotates", meta->rotate_at);
    if (!put_access(&out, call->context, meta->id, err))
        return false;
    lc_out_end_object(&out);
    return lc_out_end(&out, err);
}

/* Only secrets that this unit manages, by owner label. */
static bool find_managed(struct lc_call *call, const char *label, char **out, struct lc_err *err)
{
    struct lc_context *context = call->context;
    const struct lc_unit *unit = &context->unit;
    bool leader;

    for (size_t i = 0; i < context->secrets.count; i++) {
        const struct lc_secret_change *change = &context->secrets.items[i];
        if (change->label != NULL && strcmp(change->label, label) == 0)
            return lc_hook_set(out, change->id, err);
    }
    if (!lc_store_owned_by_label(context->store, unit->app, unit->name, label, out, err) ||
        !lc_context_is_leader(context, &leader, err))
        return false;
    return *out != NULL || !leader ||
           lc_store_owned_by_label(context->store, unit->app, NULL, label, out, err);
}

bool lc_tool_secret_info_get(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_secret_meta_release) struct lc_secret_meta meta = LC_SECRET_META_INIT;
    LC_AUTO(lc_free) char *id = NULL;
    const char *label = lc_flag_text(&call->flags, "label");
    const char *asked = label != NULL && label[0] != '\0' ? label : lc_call_arg(call, 0);
    char parsed[LC_SECRET_ID_BYTES];
    bool foreign = false;
    bool found = false;

    if (asked == label && label != NULL && lc_call_arg(call, 0) != NULL)
        return lc_fail(err, LC_EUSAGE, "specify either a secret URI or label but not both");
    if (asked == NULL)
        return lc_fail(err, LC_EUSAGE, "require either a secret URI or label");
    if (asked == label) {
        if (!find_managed(call, label, &id, err))
            return false;
    } else if (!lc_secret_argument(call, parsed, &foreign, err) ||
               !lc_hook_set(&id, foreign ? NULL : parsed, err)) {
        return false;
    }
    if (!lc_flags_no_more(&call->flags, 1, err))
        return false;
    const struct lc_secret_change *change =
        id == NULL ? NULL : lc_secret_changes_find(&call->context->secrets, id);
    if (change != NULL && change->create)
        return lc_hook_set(&meta.id, id, err) && put_info(call, &meta, change, err);
    if (id != NULL && !lc_store_secret(call->context->store, id, &meta, &found, err))
        return false;
    if (found && !lc_secret_manages(call->context, &meta, &found, err))
        return false;
    if (!found || lc_secret_change_removes(change))
        return lc_fail(err, LC_ENOTFOUND, "secret \"%s\" not found",
                       asked == label || id == NULL ? asked : id);
    return put_info(call, &meta, change, err);
}

/* The order is open in Juju: with a seed, any. */
static void shuffle(struct lc_context *context, struct lc_strlist *list)
{
    for (size_t i = list->count; i > 1 && lc_store_seed(context->store) != 0; i--) {
        const size_t other = lc_context_random(context, i);
        char *swapped = list->items[i - 1];
        list->items[i - 1] = list->items[other];
        list->items[other] = swapped;
    }
}

bool lc_tool_secret_ids(struct lc_call *call, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist stored = LC_STRLIST_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;
    struct lc_context *context = call->context;
    bool leader;

    if (!lc_flags_no_more(&call->flags, 0, err) || !lc_context_is_leader(context, &leader, err) ||
        !lc_store_owned_secrets(context->store, context->unit.app, context->unit.name, leader,
                                &stored, err))
        return false;
    for (size_t i = 0; i < stored.count; i++)
        if (!lc_secret_change_removes(lc_secret_changes_find(&context->secrets, stored.items[i])) &&
            !lc_strlist_add(&ids, stored.items[i], err))
            return false;
    for (size_t i = 0; i < context->secrets.count; i++)
        if (context->secrets.items[i].create &&
            !lc_strlist_add(&ids, context->secrets.items[i].id, err))
            return false;
    shuffle(context, &ids);
    if (ids.count == 0)
        return lc_out_put_null(call->out, call->format, err);
    return lc_out_put_list(call->out, call->format, &ids, err);
}
