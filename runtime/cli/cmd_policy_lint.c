/* luacharm policy lint: what is wrong with a policy, found in its text and by asking it about
 * requests that are made up. */
#include <stdio.h>
#include <string.h>

#include "base/input.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"
#include "cli/corpus_spec.h"
#include "cli/lua_tokens.h"
#include "cli/policy.h"
#include "tls/databag.h"

#define TEXT_MAX_BYTES (1024u * 1024)
#define DOMAINS_MAX    8

static const struct lint {
    const char *id;
    const char *text;
    const char *example;
} lints[] = {
    { "unknown_global", "a name that is nowhere made: reading it fails the decision",
      "if reqest.is_ca then" },
    { "issues_everything", "no request of those that were tried is refused by the policy itself",
      "policy { policy.profile(\"all\", function() return { validity = \"1d\" } end) }" },
    { "issues_nothing", "no request of those that were tried is issued", "policy {}" },
    { "never_asked", "a profile behind one that always answers",
      "profile(\"all\", function() return {...} end), profile(\"web\", ...)" },
    { "never_says_anything", "a rule that had nothing to say about any of them",
      "if request.is_ca and not request.is_ca then" },
    { "fails", "a rule that raised an error, which denies the request",
      "request.names[1].value where there is no name" },
    { "missing_reason", "a refusal whose message explains nothing",
      "policy.deny(\"other\", \"no\")" },
    { "not_deterministic", "the same request, decided otherwise by another run of the policy",
      "a variable outside of the rules that they change" },
    { "not_granted", "a capability that is advertised, and that the policy never grants",
      "supports_wildcard_dns: true beside policy.rules.no_wildcards()" },
    { "not_advertised", "a capability that the policy grants, and that is advertised as missing",
      "supports_ip_sans: false beside no rule about addresses" },
};

struct findings {
    struct lc_strlist lines;
    bool as_json;
};

static bool found(struct findings *out, const char *id, const char *where, const char *what,
                  struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf line = LC_BUF_INIT(TEXT_MAX_BYTES);
    const struct lint *lint = lints;

    while (strcmp(lint->id, id) != 0)
        lint++;
    if (out->as_json) {
        struct lc_json_writer json = lc_json_writer(&line, LC_JSON_COMPACT);
        lc_json_begin_object(&json);
        lc_json_member_string(&json, "lint", id);
        lc_json_member_string(&json, "where", where);
        lc_json_member_string(&json, "text", lint->text);
        lc_json_member_string(&json, "value", what);
        lc_json_end_object(&json);
    } else {
        lc_buf_printf(&line, "%s%s%s: %s: %s", where, *where == '\0' ? "" : ": ", id, lint->text,
                      what);
    }
    if (!lc_buf_check(&line, err))
        return false;
    return lc_strlist_has(&out->lines, line.data) || lc_strlist_add(&out->lines, line.data, err);
}

/* --- the text: names ------------------------------------------------------------------------- */

/* What there is in a policy's sandbox (bind/policy.h). */
static const char *const globals[] = {
    "assert", "error",        "ipairs",       "pairs",    "pcall", "xpcall",
    "select", "tonumber",     "tostring",     "type",     "print", "require",
    "math",   "string",       "table",        "utf8",     "next",  "rawequal",
    "rawlen", "setmetatable", "getmetatable", "_VERSION", "self",
};

static bool is(const struct lua_tokens *tokens, size_t at, const char *text)
{
    return at < tokens->count && lua_token_is(&tokens->items[at], text);
}

static bool add_name(const struct lua_tokens *tokens, size_t at, struct lc_strlist *out,
                     struct lc_err *err)
{
    return lc_strlist_add_len(out, tokens->items[at].text, tokens->items[at].len, err);
}

/* Names of a list "a <const>, b" from `at` on, up to what is none of its tokens. */
static bool add_names(const struct lua_tokens *tokens, size_t at, struct lc_strlist *out,
                      struct lc_err *err)
{
    for (; at < tokens->count; at++) {
        if (is(tokens, at, "<"))
            at += 2; /* the attribute and its > */
        else if (tokens->items[at].kind == LUA_NAME && !add_name(tokens, at, out, err))
            return false;
        else if (tokens->items[at].kind != LUA_NAME && !is(tokens, at, ",") &&
                 !is(tokens, at, "..."))
            return true;
    }
    return true;
}

/* All that a file makes: where it can be seen is not looked at, so that what is wrong here is
 * wrong. */
static bool list_made(const struct lua_tokens *tokens, struct lc_strlist *out, struct lc_err *err)
{
    for (size_t i = 0; i < tokens->count; i++) {
        size_t names = tokens->count;
        if (is(tokens, i, "local"))
            names = is(tokens, i + 1, "function") ? i + 2 : i + 1;
        else if (is(tokens, i, "for"))
            names = i + 1;
        else if (is(tokens, i, "function"))
            for (names = i; names < tokens->count && !is(tokens, names, "(");)
                names++;
        if (names < tokens->count && is(tokens, names, "("))
            names++;
        if (!add_names(tokens, names, out, err))
            return false;
    }
    return true;
}

static bool is_read(const struct lua_tokens *tokens, size_t at)
{
    if (tokens->items[at].kind != LUA_NAME)
        return false;
    if (at > 0 &&
        (is(tokens, at - 1, ".") || is(tokens, at - 1, ":") || is(tokens, at - 1, "goto") ||
         is(tokens, at - 1, "::") || is(tokens, at - 1, "<")))
        return false;
    /* A key of a table. */
    return !(is(tokens, at + 1, "=") && at > 0 &&
             (is(tokens, at - 1, "{") || is(tokens, at - 1, ",") || is(tokens, at - 1, ";")));
}

static bool lint_names(const struct lc_strmap_entry *file, struct findings *out, struct lc_err *err)
{
    LC_AUTO(lua_tokens_release) struct lua_tokens tokens = LUA_TOKENS_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist made = LC_STRLIST_INIT;

    for (size_t i = 0; i < LC_COUNT(globals); i++)
        if (!lc_strlist_add(&made, globals[i], err))
            return false;
    if (!lua_tokenize(file->value, strlen(file->value), &tokens, err) ||
        !list_made(&tokens, &made, err))
        return lc_wrap(err, "%s", file->key);
    for (size_t i = 0; i < tokens.count; i++) {
        char name[128];
        char where[512];
        const struct lua_token *token = &tokens.items[i];
        (void)snprintf(name, sizeof(name), "%.*s", (int)token->len, token->text);
        (void)snprintf(where, sizeof(where), "%s:%d", file->key, token->line);
        if (is_read(&tokens, i) && !lc_strlist_has(&made, name) &&
            !found(out, "unknown_global", where, name, err))
            return false;
    }
    return true;
}

/* --- probes ---------------------------------------------------------------------------------- */

/* What a rule said over all of them. */
struct voice {
    size_t asked;
    size_t heard;
};

struct probing {
    const struct bind_policy *policy;
    const struct bind_policy *again; /* the same in another VM */
    struct policy_world *world;
    struct lc_policy_other other; /* somebody else who has the RSA probes' key */
    struct policy_cases cases;
    struct voice *voices; /* one for each rule */
    size_t issued;
    size_t refused; /* by the policy's own rules */
    struct findings *out;
};

static bool keep(void *context, const char *kind, const struct lc_buf *pem, struct lc_err *err)
{
    struct probing *probing = context;
    const bool is_plain = strcmp(kind, "plain") == 0;

    /* As a unit, as an application, and as a CA. */
    for (int way = 0; way < (is_plain ? 3 : 1); way++) {
        struct policy_case item = { .is_ca = way == 2, .text_len = pem->len };
        item.source = lc_strdup(kind);
        item.text = lc_strndup(pem->data, pem->len);
        item.endpoint = lc_strdup("certificates");
        item.relation_id = lc_strdup("1");
        item.remote_app = lc_strdup("probe");
        item.remote_unit = way == 1 ? NULL : lc_strdup("probe/0");
        const bool done = item.source != NULL && item.text != NULL && item.endpoint != NULL &&
                          item.relation_id != NULL && item.remote_app != NULL &&
                          policy_cases_take(&probing->cases, &item, err);
        policy_case_release(&item);
        if (!done)
            return lc_fail_memory(err);
    }
    return true;
}

/* The honest ones, in a domain. */
static const char spec_text[] =
    "requests:\n"
    "- {common_name: web.$domain, sans_dns: [web.$domain]}\n"
    "- {common_name: a.b.$domain, sans_dns: [a.b.$domain, www.$domain, $domain]}\n"
    "- {common_name: $domain, sans_dns: [$domain]}\n"
    "- {common_name: '*.$domain', sans_dns: ['*.$domain']}\n"
    "- {common_name: web.$domain, sans_dns: [web.$domain], sans_ip: [10.0.0.1]}\n"
    "- {common_name: web.$domain, sans_dns: [web.$domain], sans_ip: [198.51.100.1, "
    "'2001:db8::1']}\n"
    "- {common_name: web.$domain, sans_dns: [web.$domain], sans_oid: [1.2.3.4]}\n"
    "- {common_name: web.$domain, organization: Probe, sans_dns: [web.$domain]}\n"
    "- {common_name: web.$domain, sans_dns: [web.$domain], key: rsa-2048}\n"
    "- {common_name: web.$domain, sans_dns: [web.$domain], key: ed25519}\n"
    "- {sans_dns: [n1.$domain, n2.$domain, n3.$domain, n4.$domain, n5.$domain, n6.$domain, "
    "n7.$domain, n8.$domain, n9.$domain, n10.$domain, n11.$domain, n12.$domain, n13.$domain, "
    "n14.$domain, n15.$domain, n16.$domain, n17.$domain, n18.$domain, n19.$domain, n20.$domain, "
    "n21.$domain, n22.$domain, n23.$domain, n24.$domain, n25.$domain]}\n";

static bool make_probes(struct probing *probing, const char *domain, bool with_hostile,
                        struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(TEXT_MAX_BYTES);
    LC_AUTO(lc_json_free) struct lc_json *spec = NULL;
    LC_AUTO(lc_corpus_free) struct lc_corpus *corpus = NULL;
    struct lc_err unusual = LC_ERR_INIT;

    for (const char *at = spec_text; *at != '\0';) {
        const char *next = strstr(at, "$domain");
        lc_buf_add(&text, at, next == NULL ? strlen(at) : (size_t)(next - at));
        if (next == NULL)
            break;
        lc_buf_puts(&text, domain);
        at = next + strlen("$domain");
    }
    if (!lc_corpus_new(1, domain, &corpus, &unusual)) /* what no name can be made in */
        return unusual.code != LC_ENOMEM || lc_fail_memory(err);
    return lc_buf_check(&text, err) && lc_yaml_parse(text.data, text.len, 0, &spec, err) &&
           corpus_spec_make(spec, corpus, keep, probing, err) &&
           (!with_hostile || corpus_make_kind(corpus, "hostile", keep, probing, err));
}

/* The first probe with an RSA key is also another application's. */
static bool make_other(struct probing *probing, struct lc_csr **csr, struct lc_err *err)
{
    for (size_t i = 0; i < probing->cases.count; i++) {
        const struct policy_case *item = &probing->cases.items[i];
        LC_AUTO(lc_csr_unref) struct lc_csr *read = NULL;
        if (!lc_csr_parse(item->text, item->text_len, &read, err))
            return false;
        if (lc_csr_key_type(read) != LC_KEY_RSA)
            continue;
        *csr = LC_STEAL(read);
        probing->other = (struct lc_policy_other){
            .csr = *csr, .relation_id = "2", .remote_app = "another", .issued = true
        };
        probing->world->others = &probing->other;
        probing->world->other_count = 1;
        return true;
    }
    return true;
}

static void see_domain(void *context, const char *kind, const char *value)
{
    struct lc_strlist *domains = context;
    struct lc_err ignored = LC_ERR_INIT;

    if (strcmp(kind, "domain") != 0 || domains->count == DOMAINS_MAX ||
        lc_strlist_has(domains, value))
        return;
    if (!lc_strlist_add(domains, value, &ignored))
        lc_strlist_release(domains); /* without memory there are fewer probes */
}

/* The domains that its rules compare names with, as the first probe is decided. */
static bool find_domains(const struct probing *probing, struct lc_strlist *out, struct lc_err *err)
{
    const struct lc_policy_observer observer = { .context = out, .sample = see_domain };
    const struct policy_case *item = probing->cases.items;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;

    if (item == NULL)
        return lc_fail(err, LC_EINTERNAL, "there are no probes of strangers");
    struct lc_policy_request request = { .endpoint = item->endpoint,
                                         .relation_id = item->relation_id,
                                         .remote_app = item->remote_app,
                                         .remote_unit = item->remote_unit,
                                         .now_s = probing->world->now_s,
                                         .world = &probing->world->world };
    return lc_policy_decide_text(bind_policy_engine(probing->policy), item->text, item->text_len,
                                 &request, &observer, &csr, &verdict, err);
}

static bool look_at_answers(struct probing *probing, const struct policy_try *try,
                            struct lc_err *err)
{
    const struct lc_policy *engine = bind_policy_engine(probing->policy);

    for (size_t i = 0; i < try->step_count; i++) {
        const struct policy_step *step = &try->steps[i];
        const char *where = lc_policy_rule(engine, step->rule)->where;
        probing->voices[step->rule].asked++;
        probing->voices[step->rule].heard += step->answer != LC_ANSWER_NOTHING;
        if (step->rule < LC_POLICY_BUILTINS)
            continue;
        probing->refused += step->answer == LC_ANSWER_DENY || step->answer == LC_ANSWER_DEFER;
        if (step->answer == LC_ANSWER_DENY &&
            (step->message == NULL || strchr(step->message, ' ') == NULL) &&
            !found(probing->out, "missing_reason", where, lc_policy_rule(engine, step->rule)->name,
                   err))
            return false;
        if (step->answer == LC_ANSWER_FAILED &&
            !found(probing->out, "fails", where, step->message == NULL ? "" : step->message, err))
            return false;
    }
    probing->issued += try->verdict.kind == LC_VERDICT_ISSUE;
    return true;
}

static bool write_members(const struct bind_policy *policy, const struct policy_case *item,
                          const struct policy_try *try, struct lc_buf *out, struct lc_err *err)
{
    struct lc_json_writer json = lc_json_writer(out, LC_JSON_COMPACT);

    lc_json_begin_object(&json);
    policy_try_put_members(policy, item, try, &json);
    lc_json_end_object(&json);
    return lc_buf_check(out, err);
}

static bool probe(struct probing *probing, const struct policy_case *item, struct lc_buf *out,
                  struct lc_err *err)
{
    LC_AUTO(policy_try_release) struct policy_try try = POLICY_TRY_INIT;

    return policy_try_case(probing->policy, item, probing->world, true, &try, err) &&
           look_at_answers(probing, &try, err) &&
           write_members(probing->policy, item, &try, out, err);
}

/* The second VM has another hash seed, and is asked in the opposite order. */
static bool probe_all(struct probing *probing, struct lc_err *err)
{
    const size_t count = probing->cases.count;
    LC_AUTO(lc_strlist_release) struct lc_strlist first = LC_STRLIST_INIT;

    for (size_t i = 0; i < count; i++) {
        LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(64 * TEXT_MAX_BYTES);
        if (!probe(probing, &probing->cases.items[i], &text, err) ||
            !lc_strlist_add(&first, text.data, err))
            return false;
    }
    for (size_t i = count; i-- > 0;) {
        LC_AUTO(policy_try_release) struct policy_try try = POLICY_TRY_INIT;
        LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(64 * TEXT_MAX_BYTES);
        const struct policy_case *item = &probing->cases.items[i];
        if (!policy_try_case(probing->again, item, probing->world, false, &try, err) ||
            !write_members(probing->again, item, &try, &text, err))
            return false;
        if (strcmp(text.data, first.items[i]) != 0 &&
            !found(probing->out, "not_deterministic", policy_try_where(probing->again, &try),
                   item->source, err))
            return false;
    }
    return true;
}

static bool judge_rules(const struct probing *probing, struct lc_err *err)
{
    const struct lc_policy *engine = bind_policy_engine(probing->policy);

    for (size_t i = LC_POLICY_BUILTINS; i < lc_policy_rule_count(engine); i++) {
        const struct lc_policy_rule *rule = lc_policy_rule(engine, i);
        const struct voice *voice = &probing->voices[i];
        const char *id = voice->asked == 0   ? "never_asked"
                         : voice->heard == 0 ? "never_says_anything"
                                             : NULL;
        if (id != NULL && !found(probing->out, id, rule->where, rule->name, err))
            return false;
    }
    if (probing->issued == 0)
        return found(probing->out, "issues_nothing", "", bind_policy_main(probing->policy), err);
    return probing->refused > 0 ||
           found(probing->out, "issues_everything", "", bind_policy_main(probing->policy), err);
}

/* --- capabilities ---------------------------------------------------------------------------- */

static bool compare_capabilities(const struct probing *probing, const struct lc_json *advertised,
                                 struct lc_err *err)
{
    const struct lc_policy_request request = { .now_s = probing->world->now_s,
                                               .world = &probing->world->world };
    LC_AUTO(lc_capabilities_release) struct lc_capabilities real = LC_CAPABILITIES_INIT;

    if (!lc_policy_capabilities(bind_policy_engine(probing->policy), &request, &real, err))
        return false;
    const struct {
        const char *name;
        enum lc_tristate granted;
    } all[] = {
        { "supports_ip_sans", real.supports_ip_sans },
        { "supports_wildcard_dns", real.supports_wildcard_dns },
        { "supports_subdomain", real.supports_subdomain },
        { "supports_ca_certificates", real.supports_ca_certificates },
    };
    for (size_t i = 0; i < LC_COUNT(all); i++) {
        const struct lc_json *said = lc_json_get(advertised, all[i].name);
        if (lc_json_type(said) != LC_JSON_BOOLEAN)
            continue;
        const bool is_said = lc_json_boolean(said);
        if (is_said && all[i].granted == LC_NO &&
            !found(probing->out, "not_granted", "", all[i].name, err))
            return false;
        if (!is_said && all[i].granted == LC_YES &&
            !found(probing->out, "not_advertised", "", all[i].name, err))
            return false;
    }
    return true;
}

static bool lint_capabilities(const struct lc_args *args, const struct probing *probing,
                              struct lc_err *err)
{
    const char *path = lc_args_value(args, "capabilities");
    LC_AUTO(lc_secret_release) struct lc_secret text = LC_SECRET_INIT;
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;

    if (path == NULL)
        return true;
    if (!lc_input_read(path, LC_YAML_MAX_BYTES, &text, err))
        return false;
    if (!lc_yaml_parse(text.data == NULL ? "" : text.data, text.len, 0, &json, err))
        return lc_wrap(err, "%s", path);
    return compare_capabilities(probing, json, err);
}

/* --- the command ----------------------------------------------------------------------------- */

static bool probe_policy(const struct lc_args *args, struct probing *probing, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist domains = LC_STRLIST_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *other = NULL;
    const size_t rules = lc_policy_rule_count(bind_policy_engine(probing->policy));

    probing->voices = lc_alloc(rules, sizeof(*probing->voices));
    if (probing->voices == NULL)
        return lc_fail_memory(err);
    if (!make_probes(probing, "strangers.test", false, err) || !make_other(probing, &other, err) ||
        !find_domains(probing, &domains, err) ||
        (domains.count == 0 && !lc_strlist_add(&domains, LC_CORPUS_DOMAIN, err)))
        return false;
    for (size_t i = 0; i < domains.count; i++)
        if (!make_probes(probing, domains.items[i], i == 0, err))
            return false;
    return probe_all(probing, err) && judge_rules(probing, err) &&
           lint_capabilities(args, probing, err);
}

static bool lint(const struct lc_args *args, struct findings *out, struct lc_err *err)
{
    LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
    LC_AUTO(bind_policy_free) struct bind_policy *again = NULL;
    LC_AUTO(policy_world_release) struct policy_world world = { .config = NULL };
    const char *path = args->positionals[0];

    if (!policy_world_open(args, &world, err) || !bind_policy_load(path, NULL, &policy, err) ||
        !bind_policy_load(path, NULL, &again, err))
        return false;
    const struct lc_strmap *sources = bind_policy_sources(policy);
    for (size_t i = 0; i < sources->count; i++)
        if (!lint_names(&sources->entries[i], out, err))
            return false;
    struct probing probing = {
        .policy = policy, .again = again, .world = &world, .cases = POLICY_CASES_INIT, .out = out
    };
    const bool done = probe_policy(args, &probing, err);
    policy_cases_release(&probing.cases);
    lc_free(probing.voices);
    return done;
}

static int list_lints(void)
{
    for (size_t i = 0; i < LC_COUNT(lints); i++)
        (void)printf("%-20s %s\n%-20s such as: %s\n", lints[i].id, lints[i].text, "",
                     lints[i].example);
    return LC_EXIT_DONE;
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    struct findings out = { .lines = LC_STRLIST_INIT, .as_json = lc_args_has(args, "json") };

    if (lc_args_has(args, "list"))
        return list_lints();
    if (args->count == 0) {
        (void)lc_fail(err, LC_EUSAGE, "lint: expected POLICY or --list");
        return LC_EXIT_USAGE;
    }
    const bool done = lint(args, &out, err);
    for (size_t i = 0; i < out.lines.count; i++)
        (void)printf("%s\n", out.lines.items[i]);
    const size_t count = out.lines.count;
    lc_strlist_release(&out.lines);
    return !done ? LC_EXIT_FAILED : count > 0 ? LC_EXIT_FOUND : LC_EXIT_DONE;
}

static const struct lc_opt options[] = {
    { "json", 0, NULL, "a line of JSON for each finding" },
    { "list", 0, NULL, "what is looked for, each with an example" },
    { "capabilities", 0, "FILE", "what the charm advertises, as YAML or JSON" },
    POLICY_WORLD_OPTIONS,
    { NULL, 0, NULL, NULL },
};

const struct lc_cmd policy_cmd_lint = {
    .name = "lint",
    .synopsis = "POLICY | --list",
    .summary = "what is wrong with a policy: rules that are never heard, names that are nowhere "
               "made, and so on; exit 3 when something is",
    .options = options,
    .max = 1,
    .run = run,
};
