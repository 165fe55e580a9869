/* secrets, show-secret. Contents are shown only with --reveal. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/model.h"
#include "model/tool_secret.h"

static bool put_revisions(struct lc_json_writer *json, struct lc_store *store, const char *id,
                          struct lc_err *err)
{
    LC_AUTO(lc_revisions_release) struct lc_revisions revisions = LC_REVISIONS_INIT;

    if (!lc_store_revisions(store, id, &revisions, err))
        return false;
    lc_json_key(json, "revisions");
    lc_json_begin_array(json);
    for (size_t i = 0; i < revisions.count; i++) {
        lc_json_begin_object(json);
        lc_json_member_integer(json, "revision", revisions.items[i].revision);
        model_put_time(json, "created", revisions.items[i].created);
        model_put_time(json, "expires", revisions.items[i].expire_at);
        lc_json_member_boolean(json, "obsolete", revisions.items[i].obsolete);
        lc_json_end_object(json);
    }
    lc_json_end_array(json);
    return true;
}

static bool put_grants(struct lc_json_writer *json, struct lc_store *store, const char *id,
                       struct lc_err *err)
{
    LC_AUTO(lc_grants_release) struct lc_grants grants = LC_GRANTS_INIT;

    if (!lc_store_grants(store, id, &grants, err))
        return false;
    lc_json_key(json, "access");
    lc_json_begin_array(json);
    for (size_t i = 0; i < grants.count; i++) {
        lc_json_begin_object(json);
        model_put_pair(json, "target", grants.items[i].subject);
        lc_json_member_integer(json, "relation", grants.items[i].relation);
        lc_json_end_object(json);
    }
    lc_json_end_array(json);
    return true;
}

/* Everything but the content. */
static bool put_meta(struct lc_json_writer *json, struct lc_store *store,
                     const struct lc_secret_meta *meta, struct lc_err *err)
{
    model_put_pair(json, "owner", meta->unit == NULL ? meta->app : meta->unit);
    model_put_pair(json, "label", meta->label);
    model_put_pair(json, "description", meta->description);
    lc_json_member_integer(json, "revision", meta->latest);
    model_put_pair(json, "rotation", meta->rotate);
    model_put_time(json, "rotates", meta->rotate_at);
    model_put_time(json, "created", meta->created);
    model_put_time(json, "updated", meta->updated);
    return put_revisions(json, store, meta->id, err) && put_grants(json, store, meta->id, err);
}

static bool show_row(struct lc_store *store, const char *id, struct model_table *table,
                     struct lc_json_writer *json, struct lc_err *err)
{
    LC_AUTO(lc_secret_meta_release) struct lc_secret_meta meta = LC_SECRET_META_INIT;
    char revision[32];
    char updated[LC_TIME_TEXT_BYTES];
    bool found;

    if (!lc_store_secret(store, id, &meta, &found, err))
        return false;
    lc_time_format(meta.updated, updated);
    (void)snprintf(revision, sizeof(revision), "%lld", (long long)meta.latest);
    lc_json_key(json, id);
    lc_json_begin_object(json);
    if (!put_meta(json, store, &meta, err))
        return false;
    lc_json_end_object(json);
    return table == NULL ||
           MODEL_ROW(table, err, id, meta.label[0] == '\0' ? "-" : meta.label,
                     meta.unit == NULL ? meta.app : meta.unit, meta.rotate, revision, updated);
}

/* table: NULL when only the JSON is wanted. */
static bool list_secrets(struct lc_store *store, struct model_table *table,
                         struct lc_json_writer *json, size_t *count_out, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;

    if (!lc_store_secrets(store, &ids, err))
        return false;
    lc_json_begin_object(json);
    for (size_t i = 0; i < ids.count; i++)
        if (!show_row(store, ids.items[i], table, json, err))
            return false;
    lc_json_end_object(json);
    *count_out = ids.count;
    return true;
}

bool model_show_secrets(struct lc_store *store, struct lc_json_writer *json, struct lc_err *err)
{
    size_t count;

    return list_secrets(store, NULL, json, &count, err);
}

static int run_secrets(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;
    LC_AUTO(lc_tx_release) struct lc_tx tx = LC_TX_INIT;
    LC_AUTO(model_table_release) struct model_table table = { .right = MODEL_COLUMN(4) };
    LC_AUTO(lc_buf_release) struct lc_buf json = LC_BUF_INIT(64u * 1024 * 1024);
    size_t count;

    struct lc_json_writer writer = lc_json_writer(&json, LC_JSON_PRETTY);
    if (!model_open(args, LC_STORE_READ, &store, err) || !lc_tx_begin_looking(&tx, store, err) ||
        !MODEL_ROW(&table, err, "ID", "Name", "Owner", "Rotation", "Revision", "Last updated") ||
        !list_secrets(store, &table, &writer, &count, err))
        return model_fail(err);
    if (lc_args_has(args, "json"))
        return model_print_json(&json, err) ? LC_EXIT_DONE : model_fail(err);
    if (count > 0)
        model_table_print(&table);
    else
        (void)printf("There are no secrets in this model\n");
    return LC_EXIT_DONE;
}

static const struct lc_opt json_options[] = { JSON_OPTION, MODEL_OPTION, END_OF_OPTIONS };

const struct lc_cmd model_cmd_secrets = {
    .name = "secrets",
    .synopsis = "",
    .summary = "the secrets of all applications and units; show-secret has the rest",
    .options = json_options,
    .run = run_secrets,
};

/* By any form of the id, or by an owner's label that only one secret has. */
static bool find_secret(struct lc_store *store, const char *word, struct lc_secret_meta *out,
                        struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;
    struct lc_err ignored = LC_ERR_INIT;
    char id[LC_SECRET_ID_BYTES];
    bool foreign;
    bool found = false;
    size_t count = 0;

    if (lc_secret_parse(store, word, id, &foreign, &ignored)) {
        if (!lc_store_secret(store, id, out, &found, err))
            return false;
        count = found;
    }
    if (!found && !lc_store_secrets(store, &ids, err))
        return false;
    for (size_t i = 0; i < ids.count; i++) {
        LC_AUTO(lc_secret_meta_release) struct lc_secret_meta meta = LC_SECRET_META_INIT;
        if (!lc_store_secret(store, ids.items[i], &meta, &found, err))
            return false;
        if (!found || strcmp(meta.label, word) != 0)
            continue;
        count++;
        if (!lc_store_secret(store, ids.items[i], out, &found, err))
            return false;
    }
    if (count == 1)
        return true;
    return count == 0 ? lc_fail(err, LC_ENOTFOUND, "secret '%s' not found", word)
                      : lc_fail(err, LC_ESTATE, "more than one secret has the label '%s'", word);
}

static bool put_content(struct lc_json_writer *json, struct lc_store *store, const char *id,
                        int64_t revision, struct lc_err *err)
{
    LC_AUTO(lc_content_release) struct lc_content content = LC_CONTENT_INIT;

    if (!lc_store_content(store, id, revision, &content, err))
        return false;
    lc_json_key(json, "content");
    lc_json_begin_object(json);
    for (size_t i = 0; i < content.count; i++) {
        LC_AUTO(lc_secret_release) struct lc_secret bytes = LC_SECRET_INIT;
        lc_json_key(json, content.items[i].key);
        if (!lc_field_decode(&content.items[i].base64, &bytes, err))
            return false;
        lc_json_put_string_len(json, bytes.data == NULL ? "" : bytes.data, bytes.len);
    }
    lc_json_end_object(json);
    return true;
}

static bool check_revision(struct lc_store *store, const char *id, int64_t revision,
                           struct lc_err *err)
{
    LC_AUTO(lc_revisions_release) struct lc_revisions revisions = LC_REVISIONS_INIT;

    if (!lc_store_revisions(store, id, &revisions, err))
        return false;
    for (size_t i = 0; i < revisions.count; i++)
        if (revisions.items[i].revision == revision)
            return true;
    return lc_fail(err, LC_ENOTFOUND, "secret revision \"%s/%lld\" not found", id,
                   (long long)revision);
}

static bool show_secret(const struct lc_args *args, struct lc_store *store, struct lc_buf *json,
                        struct lc_err *err)
{
    LC_AUTO(lc_secret_meta_release) struct lc_secret_meta meta = LC_SECRET_META_INIT;
    struct lc_json_writer writer = lc_json_writer(json, LC_JSON_PRETTY);
    int64_t revision = 0;

    if (!model_number(args, "revision", INT64_MAX, &revision, err) ||
        !find_secret(store, args->positionals[0], &meta, err) ||
        (revision != 0 && !check_revision(store, meta.id, revision, err)))
        return false;
    lc_json_begin_object(&writer);
    lc_json_key(&writer, meta.id);
    lc_json_begin_object(&writer);
    if (!put_meta(&writer, store, &meta, err))
        return false;
    if (lc_args_has(args, "reveal") &&
        !put_content(&writer, store, meta.id, revision == 0 ? meta.latest : revision, err))
        return false;
    lc_json_end_object(&writer);
    lc_json_end_object(&writer);
    return model_print(args, json, err);
}

static int run_show_secret(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(lc_store_free) struct lc_store *store = NULL;
    struct lc_buf json;

    if (!model_open(args, LC_STORE_READ, &store, err))
        return model_fail(err);
    lc_buf_hold(&json, 16u * 1024 * 1024); /* it may hold the content: it must not move */
    const bool good = show_secret(args, store, &json, err);
    lc_buf_wipe(&json);
    return good ? LC_EXIT_DONE : model_fail(err);
}

static const struct lc_opt show_options[] = {
    { "reveal", 0, NULL, "with its content" },
    { "revision", 0, "N", "the content of this revision (default: the latest)" },
    JSON_OPTION,
    MODEL_OPTION,
    END_OF_OPTIONS,
};

const struct lc_cmd model_cmd_show_secret = {
    .name = "show-secret",
    .synopsis = "ID|LABEL",
    .summary = "one secret: who owns it, who may read it, its revisions",
    .options = show_options,
    .min = 1,
    .max = 1,
    .run = run_show_secret,
};
