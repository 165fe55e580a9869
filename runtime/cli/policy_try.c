/* One decision of a policy, with how it came about. */
#include "cli/policy_try.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/input.h"
#include "base/mem.h"
#include "base/yaml.h"

#define NAMES_SHOWN 4

/* --- the world ------------------------------------------------------------------------------- */

static bool give_config(void *context, const struct lc_json **out, struct lc_err *err)
{
    const struct policy_world *world = context;

    (void)err;
    *out = world->config;
    return true;
}

static bool give_issuer(void *context, const struct lc_chain **out, struct lc_err *err)
{
    const struct policy_world *world = context;

    (void)err;
    *out = world->issuer.count == 0 ? NULL : &world->issuer;
    return true;
}

static bool give_others(void *context, const struct lc_policy_other **out, size_t *count_out,
                        struct lc_err *err)
{
    const struct policy_world *world = context;

    (void)err;
    *out = world->others;
    *count_out = world->other_count;
    return true;
}

void policy_world_bind(struct policy_world *world)
{
    world->world = (struct lc_policy_world){
        .context = world, .config = give_config, .issuer = give_issuer, .others = give_others
    };
}

void policy_world_release(struct policy_world *world)
{
    lc_json_free(world->config);
    lc_chain_release(&world->issuer);
}

static bool read_config(const char *path, struct policy_world *world, struct lc_err *err)
{
    LC_AUTO(lc_secret_release) struct lc_secret text = LC_SECRET_INIT;

    if (!lc_input_read(path, LC_YAML_MAX_BYTES, &text, err))
        return false;
    if (!lc_yaml_parse(text.data == NULL ? "" : text.data, text.len, 0, &world->config, err))
        return lc_wrap(err, "%s", lc_input_name(path));
    if (lc_json_type(world->config) != LC_JSON_OBJECT)
        return lc_fail(err, LC_EPARSE, "%s: expected options and their values",
                       lc_input_name(path));
    return true;
}

static bool read_issuer(const char *path, struct policy_world *world, struct lc_err *err)
{
    LC_AUTO(lc_secret_release) struct lc_secret text = LC_SECRET_INIT;

    if (!lc_input_read(path, LC_CHAIN_MAX_BYTES, &text, err))
        return false;
    if (!lc_chain_parse(text.data == NULL ? "" : text.data, text.len, &world->issuer, err))
        return lc_wrap(err, "%s", lc_input_name(path));
    return true;
}

bool policy_world_open(const struct lc_args *args, struct policy_world *world, struct lc_err *err)
{
    const struct lc_clock clock = lc_clock_system();
    const char *now = lc_args_value(args, "now");
    const char *config = lc_args_value(args, "config");
    const char *issuer = lc_args_value(args, "issuer");

    world->now_s = lc_clock_now(&clock);
    if (now != NULL && !lc_time_parse(now, &world->now_s, err)) {
        err->code = LC_EUSAGE;
        return lc_wrap(err, "--now");
    }
    if ((config != NULL && !read_config(config, world, err)) ||
        (issuer != NULL && !read_issuer(issuer, world, err)))
        return false;
    policy_world_bind(world);
    return true;
}

/* --- watching -------------------------------------------------------------------------------- */

static void step_release(struct policy_step *step)
{
    for (size_t i = 0; i < step->fact_count; i++) {
        lc_free(step->facts[i].name);
        lc_free(step->facts[i].value);
    }
    lc_free(step->facts);
    lc_free(step->message);
}

void policy_try_release(struct policy_try *try)
{
    for (size_t i = 0; i < try->step_count; i++)
        step_release(&try->steps[i]);
    lc_free(try->steps);
    lc_csr_unref(try->csr);
    lc_verdict_release(&try->verdict);
    *try = (struct policy_try)POLICY_TRY_INIT;
}

static void see_rule(void *context, size_t rule)
{
    struct policy_try *try = context;

    if (!lc_grow(&try->steps, &try->step_capacity, try->step_count, sizeof(*try->steps)))
        try->lacks_memory = true;
    else
        try->steps[try->step_count++] = (struct policy_step){ .rule = rule };
}

static void see_fact(void *context, const char *name, const char *value)
{
    struct policy_try *try = context;

    if (try->step_count == 0 || try->lacks_memory)
        return;
    struct policy_step *step = &try->steps[try->step_count - 1];
    for (size_t i = 0; i < step->fact_count; i++)
        if (strcmp(step->facts[i].name, name) == 0 && strcmp(step->facts[i].value, value) == 0)
            return;
    if (!lc_grow(&step->facts, &step->fact_capacity, step->fact_count, sizeof(*step->facts))) {
        try->lacks_memory = true;
        return;
    }
    struct policy_fact *fact = &step->facts[step->fact_count++];
    *fact = (struct policy_fact){ .name = lc_strdup(name), .value = lc_strdup(value) };
    try->lacks_memory = fact->name == NULL || fact->value == NULL;
}

static void see_answer(void *context, size_t rule, const struct lc_policy_answer *answer)
{
    struct policy_try *try = context;

    if (try->step_count == 0 || try->steps[try->step_count - 1].rule != rule)
        return;
    struct policy_step *step = &try->steps[try->step_count - 1];
    step->answer = answer->kind;
    step->code = answer->refusal.code;
    if (answer->refusal.message != NULL && step->message == NULL)
        step->message = lc_strdup(answer->refusal.message);
}

bool policy_try_case(const struct bind_policy *policy, const struct policy_case *item,
                     const struct policy_world *world, bool with_steps, struct policy_try *out,
                     struct lc_err *err)
{
    const struct lc_policy_observer observer = {
        .context = out, .rule = see_rule, .fact = see_fact, .answer = see_answer
    };
    struct policy_world then = *world; /* with what was configured when it was asked */
    struct lc_policy_request request = {
        .is_ca = item->is_ca,
        .endpoint = item->endpoint,
        .relation_id = item->relation_id,
        .remote_app = item->remote_app,
        .remote_unit = item->remote_unit,
        .now_s = item->now_s != 0 ? item->now_s : world->now_s,
        .world = &then.world,
    };
    if (item->config != NULL)
        then.config = item->config;
    policy_world_bind(&then);

    if (!lc_policy_decide_text(bind_policy_engine(policy), item->text, item->text_len, &request,
                               with_steps ? &observer : NULL, &out->csr, &out->verdict, err))
        return lc_wrap(err, "%s", item->source);
    return !out->lacks_memory || lc_fail_memory(err);
}

/* --- in words -------------------------------------------------------------------------------- */

const char *policy_try_rule(const struct bind_policy *policy, const struct policy_try *try)
{
    return try->verdict.rule == LC_POLICY_NO_RULE
               ? LC_POLICY_NO_PROFILE
               : lc_policy_rule(bind_policy_engine(policy), try->verdict.rule)->name;
}

const char *policy_try_where(const struct bind_policy *policy, const struct policy_try *try)
{
    return try->verdict.rule == LC_POLICY_NO_RULE
               ? ""
               : lc_policy_rule(bind_policy_engine(policy), try->verdict.rule)->where;
}

void policy_put_clean(struct lc_buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            lc_buf_printf(out, "\\x%02x", (unsigned char)*text);
        else
            lc_buf_putc(out, *text);
    }
}

static void put_issue(const struct lc_policy_shape *shape, struct lc_buf *out)
{
    char text[LC_TIME_TEXT_BYTES];

    lc_duration_format(shape->validity_s, text);
    lc_buf_printf(out, "%s%s", shape->is_ca ? "a CA, " : "",
                  shape->validity_s == 0 ? "the issuer's validity" : text);
    for (size_t i = 0; i < shape->extended_key_usage.count; i++)
        lc_buf_printf(out, ", %s", shape->extended_key_usage.items[i]);
}

void policy_try_reason(const struct policy_try *try, struct lc_buf *out)
{
    const struct lc_verdict *verdict = &try->verdict;

    if (verdict->kind == LC_VERDICT_ISSUE) {
        put_issue(&verdict->shape, out);
        return;
    }
    if (verdict->failure != NULL) {
        lc_buf_add(out, verdict->failure, strcspn(verdict->failure, "\n"));
        return;
    }
    for (size_t i = 0; i < verdict->refusal_count; i++) {
        const struct lc_refusal *refusal = &verdict->refusals[i];
        if (i > 0)
            lc_buf_puts(out, "; ");
        if (verdict->kind == LC_VERDICT_DENY)
            lc_buf_printf(out, "%lld ", (long long)refusal->code);
        policy_put_clean(out, refusal->message);
    }
}

void policy_try_names(const struct policy_try *try, struct lc_buf *out)
{
    const struct lc_sans *sans = try->csr == NULL ? NULL : lc_csr_sans(try->csr);
    const char *common_name = try->csr == NULL
                                  ? NULL
                                  : lc_name_get(lc_csr_subject(try->csr), LC_OID_COMMON_NAME);

    if (sans == NULL || sans->count == 0) {
        lc_buf_puts(out, common_name == NULL ? "-" : common_name);
        return;
    }
    for (size_t i = 0; i < sans->count && i < NAMES_SHOWN; i++)
        lc_buf_printf(out, "%s%.80s", i == 0 ? "" : ", ", sans->items[i].value);
    if (sans->count > NAMES_SHOWN)
        lc_buf_printf(out, ", %zu more", sans->count - NAMES_SHOWN);
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void put_text(struct lc_json_writer *out, const char *key, const char *text)
{
    lc_json_key(out, key);
    if (text == NULL)
        lc_json_put_null(out);
    else
        lc_json_put_string(out, text);
}

static void put_map(struct lc_json_writer *out, const char *key, const struct lc_strmap *map)
{
    lc_json_key(out, key);
    lc_json_begin_object(out);
    for (size_t i = 0; i < map->count; i++)
        put_text(out, map->entries[i].key, map->entries[i].value);
    lc_json_end_object(out);
}

static void put_duration(struct lc_json_writer *out, const char *key, int64_t seconds)
{
    char text[LC_TIME_TEXT_BYTES];

    lc_duration_format(seconds, text);
    put_text(out, key, seconds == 0 ? NULL : text);
}

static void put_names(struct lc_json_writer *out, const char *key, const struct lc_sans *names)
{
    lc_json_key(out, key);
    lc_json_begin_array(out);
    for (size_t i = 0; i < names->count; i++) {
        LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(64 * 1024);
        lc_buf_printf(&text, "%s:%s", lc_san_type_name(names->items[i].type),
                      names->items[i].value);
        lc_json_put_string(out, text.data);
    }
    lc_json_end_array(out);
}

void policy_try_put_shape(const struct policy_try *try, struct lc_json_writer *out)
{
    const struct lc_policy_shape *shape = &try->verdict.shape;
    LC_AUTO(lc_policy_built_release) struct lc_policy_built built = LC_POLICY_BUILT_INIT;
    struct lc_err err = LC_ERR_INIT;

    lc_json_begin_object(out);
    put_duration(out, "validity", shape->validity_s);
    put_duration(out, "backdate", shape->backdate_s);
    lc_json_member_boolean(out, "ca", shape->is_ca);
    if (shape->path_length != -1) {
        lc_json_member_integer(out, "path_length", shape->path_length);
    }
    if (shape->has_key_usage)
        lc_json_member_strings(out, "key_usage", &shape->key_usage);
    if (shape->has_extended_key_usage)
        lc_json_member_strings(out, "extended_key_usage", &shape->extended_key_usage);
    lc_json_member_strings(out, "copy_extensions", &shape->copy_extensions);
    if (lc_policy_shape_build(shape, try->csr, 0, &built, &err))
        put_names(out, "names", &built.names);
    else
        put_text(out, "cannot_be_built", err.message);
    if (shape->has_keep_subject)
        lc_json_member_strings(out, "keep_subject", &shape->keep_subject);
    lc_json_member_strings(out, "drop_subject", &shape->drop_subject);
    put_map(out, "set_subject", &shape->set_subject);
    put_names(out, "permitted", &shape->permitted);
    put_names(out, "excluded", &shape->excluded);
    put_map(out, "labels", &shape->labels);
    lc_json_end_object(out);
}

static void put_refusals(const struct bind_policy *policy, const struct policy_try *try,
                         struct lc_json_writer *out)
{
    lc_json_key(out, "refusals");
    lc_json_begin_array(out);
    for (size_t i = 0; i < try->verdict.refusal_count; i++) {
        const struct lc_refusal *refusal = &try->verdict.refusals[i];
        lc_json_begin_object(out);
        put_text(out, "rule",
                 refusal->rule == LC_POLICY_NO_RULE
                     ? LC_POLICY_NO_PROFILE
                     : lc_policy_rule(bind_policy_engine(policy), refusal->rule)->name);
        lc_json_member_integer(out, "code", refusal->code);
        put_text(out, "message", refusal->message);
        put_text(out, "reason", refusal->reason);
        lc_json_end_object(out);
    }
    lc_json_end_array(out);
}

void policy_try_put_members(const struct bind_policy *policy, const struct policy_case *item,
                            const struct policy_try *try, struct lc_json_writer *out)
{
    LC_AUTO(lc_buf_release) struct lc_buf names = LC_BUF_INIT(64 * 1024);
    LC_AUTO(lc_buf_release) struct lc_buf reason = LC_BUF_INIT(1024 * 1024);

    policy_try_names(try, &names);
    policy_try_reason(try, &reason);
    put_text(out, "source", item->source);
    put_text(out, "csr_sha256", try->csr == NULL ? NULL : lc_csr_hash(try->csr));
    put_text(out, "names", names.data);
    put_text(out, "decision", lc_verdict_name(try->verdict.kind));
    put_text(out, "rule", policy_try_rule(policy, try));
    put_text(out, "where", policy_try_where(policy, try));
    lc_json_key(out, "code");
    if (try->verdict.kind == LC_VERDICT_DENY)
        lc_json_put_integer(out, lc_verdict_code(&try->verdict));
    else
        lc_json_put_null(out);
    put_text(out, "reason", reason.data);
    put_refusals(policy, try, out);
    lc_json_member_strings(out, "warnings", &try->verdict.warnings);
    put_text(out, "failure", try->verdict.failure);
    if (try->verdict.kind == LC_VERDICT_ISSUE) {
        lc_json_key(out, "certificate");
        policy_try_put_shape(try, out);
    }
}

void policy_step_put_json(const struct lc_policy *engine, const struct policy_step *step,
                          struct lc_json_writer *out)
{
    const struct lc_policy_rule *rule = lc_policy_rule(engine, step->rule);

    lc_json_begin_object(out);
    put_text(out, "kind", lc_rule_kind_name(rule->kind));
    put_text(out, "name", rule->name);
    put_text(out, "where", rule->where);
    put_text(out, "answer", lc_answer_name(step->answer));
    lc_json_key(out, "code");
    if (step->answer == LC_ANSWER_DENY)
        lc_json_put_integer(out, step->code);
    else
        lc_json_put_null(out);
    put_text(out, "message", step->message);
    lc_json_key(out, "facts");
    lc_json_begin_array(out);
    for (size_t i = 0; i < step->fact_count; i++) {
        lc_json_begin_object(out);
        put_text(out, "name", step->facts[i].name);
        put_text(out, "value", step->facts[i].value);
        lc_json_end_object(out);
    }
    lc_json_end_array(out);
    lc_json_end_object(out);
}

/* --- the certificate ------------------------------------------------------------------------- */

/* A CA that is made for this. Its subject is the issuer's where that is known. */
static bool make_ca(const struct policy_world *world, struct lc_key **key, struct lc_cert **ca,
                    struct lc_err *err)
{
    const struct lc_key_spec spec = { .type = LC_KEY_EC };
    const char *name = world->issuer.count == 0
                           ? NULL
                           : lc_name_get(lc_cert_subject(world->issuer.items[0]),
                                         LC_OID_COMMON_NAME);
    struct lc_cert_shape shape = LC_CERT_SHAPE_INIT;
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;

    if (name == NULL)
        name = "a throw-away CA";
    shape.not_before = world->now_s - 365 * (int64_t)86400;
    shape.validity_s = 100 * 365 * (int64_t)86400;
    return lc_key_generate(&spec, key, err) &&
           lc_attrs_set_text(&attrs, "common_name", name, strlen(name), err) &&
           lc_attrs_set_flag(&attrs, "add_unique_id_to_subject_name", false, err) &&
           lc_attrs_normalise(&attrs, err) && lc_cert_self_sign(&attrs, *key, &shape, ca, err);
}

bool policy_try_certificate(const struct policy_try *try, const struct policy_world *world,
                            struct lc_cert **out, struct lc_err *err)
{
    LC_AUTO(lc_policy_built_release) struct lc_policy_built built = LC_POLICY_BUILT_INIT;
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    LC_AUTO(lc_cert_unref) struct lc_cert *ca = NULL;

    if (!make_ca(world, &key, &ca, err) ||
        !lc_policy_shape_build(&try->verdict.shape, try->csr, world->now_s, &built, err))
        return false;
    if (built.cert.validity_s == 0) /* the issuer's default, which nobody knows here */
        built.cert.validity_s = 90 * (int64_t)86400;
    return lc_cert_issue(try->csr, ca, key, &built.cert, out, err);
}
