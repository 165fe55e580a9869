/* The journal of a policy's decisions, and the policy that is kept against lock-outs. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "tls/provider_policy.h"

/* --- the journal ----------------------------------------------------------------------------- */

static const char *rule_name(const struct lc_policy *policy, size_t rule)
{
    return rule == LC_POLICY_NO_RULE ? NULL : lc_policy_rule(policy, rule)->name;
}

static void put_request(struct lc_json_writer *line, const struct lc_policy_request *request)
{
    char time[LC_TIME_TEXT_BYTES];

    lc_time_format(request->now_s, time);
    lc_json_member_string(line, "time", time);
    lc_json_member_string(line, "endpoint", request->endpoint);
    lc_json_member_string(line, "relation", request->relation_id);
    lc_json_member_string(line, "app", request->remote_app);
    lc_json_member_string(line, "unit", request->remote_unit);
    lc_json_member_string(line, "by", request->unit);
    lc_json_member_boolean(line, "ca", request->is_ca);
    if (strlen(lc_csr_pem(request->csr)) <= LC_JOURNAL_CSR_BYTES)
        lc_json_member_string(line, "csr", lc_csr_pem(request->csr));
    lc_json_member_string(line, "csr_sha256", lc_csr_hash(request->csr));
}

static void put_refusal(struct lc_json_writer *line, const struct lc_verdict *verdict,
                        struct lc_buf *message)
{
    if (verdict->kind == LC_VERDICT_ISSUE)
        return;
    if (verdict->kind == LC_VERDICT_DENY) {
        lc_json_member_integer(line, "code", lc_verdict_code(verdict));
    }
    lc_verdict_message(verdict, message);
    lc_json_member_string(line, "message", message->data);
}

static void put_more(struct lc_json_writer *line, const struct lc_verdict *verdict)
{
    if (verdict->warnings.count != 0) {
        lc_json_key(line, "warnings");
        lc_json_begin_array(line);
        for (size_t i = 0; i < verdict->warnings.count; i++)
            lc_json_put_string(line, verdict->warnings.items[i]);
        lc_json_end_array(line);
    }
    if (verdict->shape.labels.count != 0) {
        lc_json_key(line, "labels");
        lc_json_begin_object(line);
        for (size_t i = 0; i < verdict->shape.labels.count; i++)
            lc_json_member_string(line, verdict->shape.labels.entries[i].key,
                                  verdict->shape.labels.entries[i].value);
        lc_json_end_object(line);
    }
    lc_json_member_string(line, "failure", verdict->failure);
}

static void put_shadow(struct lc_json_writer *line, const struct lc_policy_shadow *shadow)
{
    if (shadow == NULL || shadow->verdict == NULL)
        return;
    lc_json_key(line, "shadow");
    lc_json_begin_object(line);
    lc_json_member_string(line, "decision", lc_verdict_name(shadow->verdict->kind));
    lc_json_member_string(line, "rule", shadow->rule);
    lc_json_member_string(line, "policy", shadow->hash);
    lc_json_end_object(line);
}

bool lc_policy_journal(const char *path, const struct lc_policy *policy, const char *hash,
                       const struct lc_policy_request *request, const struct lc_verdict *verdict,
                       const struct lc_policy_shadow *shadow, const struct lc_json *config,
                       struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_JOURNAL_MAX_BYTES);
    LC_AUTO(lc_buf_release) struct lc_buf message = LC_BUF_INIT(LC_JOURNAL_MAX_BYTES);
    struct lc_json_writer line = lc_json_writer(&text, LC_JSON_COMPACT);

    lc_json_begin_object(&line);
    put_request(&line, request);
    lc_json_member_string(&line, "decision", lc_verdict_name(verdict->kind));
    lc_json_member_string(&line, "rule", rule_name(policy, verdict->rule));
    put_refusal(&line, verdict, &message);
    put_more(&line, verdict);
    lc_json_member_string(&line, "policy", hash);
    if (config != NULL) {
        lc_json_key(&line, "config");
        lc_json_put(&line, config);
    }
    put_shadow(&line, shadow);
    lc_json_end_object(&line);
    lc_buf_putc(&text, '\n');
    if (!lc_buf_check(&text, err) || !lc_buf_check(&message, err))
        return lc_wrap(err, "%s: a decision", path);
    return lc_file_append(path, text.data, text.len, LC_JOURNAL_MAX_BYTES, 0600, err);
}

/* --- the policy that is kept ----------------------------------------------------------------- */

void lc_kept_policy_release(struct lc_kept_policy *kept)
{
    lc_strmap_release(&kept->sources);
    lc_free(kept->main);
    lc_free(kept->hash);
    *kept = (struct lc_kept_policy)LC_KEPT_POLICY_INIT;
}

static bool format_key(const char *endpoint, struct lc_buf *out, struct lc_err *err)
{
    lc_buf_printf(out, "luacharm-policy-%s", endpoint);
    return lc_buf_check(out, err);
}

static bool add_source(void *context, const char *key, const struct lc_json *value,
                       struct lc_err *err)
{
    struct lc_kept_policy *kept = context;
    const char *text = lc_json_string(value);

    return text == NULL || lc_strmap_set(&kept->sources, key, text, err);
}

static bool parse_kept(const char *text, struct lc_kept_policy *out, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    LC_AUTO(lc_kept_policy_release) struct lc_kept_policy kept = LC_KEPT_POLICY_INIT;
    struct lc_err why = LC_ERR_INIT;

    if (!lc_json_parse(text, strlen(text), 0, &json, &why))
        return why.code != LC_ENOMEM || lc_fail_memory(err);
    const char *main = lc_json_get_string(json, "main");
    const char *hash = lc_json_get_string(json, "hash");
    if (main == NULL || hash == NULL || lc_json_type(lc_json_get(json, "files")) != LC_JSON_OBJECT)
        return true;
    kept.main = lc_strdup(main);
    kept.hash = lc_strdup(hash);
    if (kept.main == NULL || kept.hash == NULL)
        return lc_fail_memory(err);
    if (!lc_json_each(lc_json_get(json, "files"), add_source, &kept, err))
        return false;
    *out = kept;
    kept = (struct lc_kept_policy)LC_KEPT_POLICY_INIT;
    return true;
}

bool lc_kept_policy_load(const struct lc_tls_hook *hook, const char *endpoint,
                         struct lc_kept_policy *out, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap state = LC_STRMAP_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf key = LC_BUF_INIT(1024);

    lc_kept_policy_release(out);
    if (!format_key(endpoint, &key, err) || !lc_juju_call(hook->juju, state_get, &state, err))
        return false;
    const char *text = lc_strmap_get(&state, key.data);
    return text == NULL || parse_kept(text, out, err);
}

bool lc_kept_policy_store(const struct lc_tls_hook *hook, const char *endpoint, const char *main,
                          const struct lc_strmap *sources, const char *hash, bool *kept_out,
                          struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf key = LC_BUF_INIT(1024);
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_KEPT_MAX_BYTES);
    struct lc_json_writer out = lc_json_writer(&text, LC_JSON_COMPACT);

    lc_json_begin_object(&out);
    lc_json_member_string(&out, "main", main);
    lc_json_member_string(&out, "hash", hash);
    lc_json_key(&out, "files");
    lc_json_begin_object(&out);
    for (size_t i = 0; i < sources->count; i++)
        lc_json_member_string(&out, sources->entries[i].key, sources->entries[i].value);
    lc_json_end_object(&out);
    lc_json_end_object(&out);
    *kept_out = text.code == LC_OK;
    if (text.code == LC_ENOMEM)
        return lc_fail_memory(err);
    if (!format_key(endpoint, &key, err))
        return false;
    if (!*kept_out) /* nothing is better than the one before the one before */
        return lc_juju_call(hook->juju, state_delete, key.data, err);
    return lc_strmap_set(&changes, key.data, text.data, err) &&
           lc_juju_call(hook->juju, state_set, &changes, err);
}

/* --- lock-outs ------------------------------------------------------------------------------- */

static bool is_issued_by(const struct lc_policy *policy, const struct lc_policy_request *request,
                         bool *issued, struct lc_err *err)
{
    LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;

    if (!lc_policy_decide(policy, request, NULL, &verdict, err))
        return false;
    *issued = verdict.kind == LC_VERDICT_ISSUE;
    return true;
}

bool lc_policy_locked_out(struct lc_provider_world *world, const char *endpoint, const char *model,
                          const struct lc_policy *before, const struct lc_policy *after,
                          struct lc_strlist *out, struct lc_err *err)
{
    struct lc_provider_cursor cursor = { 0 };
    struct lc_provider_item item;

    while (lc_provider_next(world->provider, LC_PROVIDER_REQUESTS, NULL, &cursor, &item)) {
        const char *who = item.request.remote_unit == NULL ? item.request.remote_app
                                                           : item.request.remote_unit;
        struct lc_policy_request request = lc_provider_policy_request(world, &item.request,
                                                                      endpoint, model);
        bool issued = false;
        if (!item.served || lc_strlist_has(out, who))
            continue;
        request.signature = LC_SIGNATURE_VALID; /* or it would not have its certificate */
        if (!is_issued_by(after, &request, &issued, err))
            return false;
        if (issued)
            continue;
        if (!is_issued_by(before, &request, &issued, err) ||
            (issued && !lc_strlist_add(out, who, err)))
            return false;
    }
    return true;
}
