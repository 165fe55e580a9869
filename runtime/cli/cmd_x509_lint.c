/* luacharm x509 lint: what is wrong with certificates. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/input.h"
#include "base/json.h"
#include "cli/cmd.h"
#include "cli/x509_file.h"
#include "x509/chain.h"
#include "x509/lint.h"

#define OUTPUT_MAX_BYTES (256u * 1024 * 1024)

/* The certificates of a file, as texts: what cannot be read otherwise can be linted too. */
struct lint_input {
    struct lc_strlist texts;
    struct lc_chain readable; /* those that can */
};

#define LINT_INPUT_INIT                                                                            \
    {                                                                                              \
        .texts = LC_STRLIST_INIT, .readable = LC_CHAIN_INIT                                        \
    }

static void lint_input_release(struct lint_input *input)
{
    lc_strlist_release(&input->texts);
    lc_chain_release(&input->readable);
}
LC_AUTO_VALUE(struct lint_input, lint_input_release);

struct lint_output {
    struct lc_buf text;
    struct lc_json_writer json;
    bool as_json;
    size_t certificates;
    size_t counts[LC_LINT_ERROR + 1]; /* of findings, by severity */
};

/* --- reading --------------------------------------------------------------------------------- */

static bool add_certificate(void *context, const struct x509_block *block, bool *known_out,
                            struct lc_err *err)
{
    struct lint_input *input = context;
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    struct lc_err why = LC_ERR_INIT; /* one that is unreadable is linted all the same */

    *known_out = x509_is_certificate(block);
    if (!*known_out)
        return true;
    if (!lc_strlist_add_len(&input->texts, block->begin, block->len, err))
        return false;
    if (lc_cert_parse(block->begin, block->len, &cert, &why))
        return lc_chain_add(&input->readable, cert, err);
    return why.code != LC_ENOMEM || lc_fail_memory(err);
}

static const struct lc_cert *find_by_name(const struct lc_chain *chain, const struct lc_name *name)
{
    for (size_t i = 0; i < chain->count; i++)
        if (lc_name_equals(lc_cert_subject(chain->items[i]), name))
            return chain->items[i];
    return NULL;
}

/* From the same file, then from --issuer: by name, and where no name fits, what was given. *out
 * stays NULL when there is none. */
static bool find_issuer(const char *text, const struct lc_chain *file, const struct lc_chain *given,
                        const struct lc_cert **out, struct lc_err *err)
{
    LC_AUTO(lc_cert_unref) struct lc_cert *cert = NULL;
    struct lc_err why = LC_ERR_INIT;

    if (!lc_cert_parse(text, strlen(text), &cert, &why))
        return why.code != LC_ENOMEM || lc_fail_memory(err);
    *out = find_by_name(file, lc_cert_issuer(cert));
    if (*out == NULL)
        *out = find_by_name(given, lc_cert_issuer(cert));
    if (*out == NULL && given->count > 0)
        *out = given->items[0];
    return true;
}

/* --- writing --------------------------------------------------------------------------------- */

static void put_rule_members(struct lc_json_writer *json, const struct lc_lint_rule *rule)
{
    lc_json_member_string(json, "rule", rule->id);
    lc_json_member_string(json, "severity", lc_lint_severity_name(rule->severity));
    lc_json_member_string(json, "source", rule->source);
    lc_json_member_string(json, "text", rule->text);
}

static void put_json(struct lint_output *output, const char *file, size_t number,
                     const struct lc_lint_findings *found)
{
    struct lc_json_writer *json = &output->json;

    lc_json_begin_object(json);
    lc_json_member_string(json, "file", file);
    lc_json_member_integer(json, "number", (int64_t)number);
    lc_json_key(json, "findings");
    lc_json_begin_array(json);
    for (size_t i = 0; i < found->count; i++) {
        lc_json_begin_object(json);
        put_rule_members(json, found->items[i].rule);
        lc_json_member_string(json, "value", found->items[i].value);
        lc_json_end_object(json);
    }
    lc_json_end_array(json);
    lc_json_end_object(json);
}

static void put_text(struct lint_output *output, const char *file, size_t number,
                     const struct lc_lint_findings *found)
{
    struct lc_buf *text = &output->text;

    lc_buf_printf(text, "%s: certificate", file);
    if (number > 1)
        lc_buf_printf(text, " (number %zu in the file)", number);
    lc_buf_puts(text, found->count == 0 ? ": nothing is wrong\n" : "\n");
    for (size_t i = 0; i < found->count; i++) {
        const struct lc_lint_rule *rule = found->items[i].rule;
        const char *value = found->items[i].value;
        lc_buf_printf(text, "  %-8s %s: %s%s%s (%s)\n", lc_lint_severity_name(rule->severity),
                      rule->id, rule->text, *value == '\0' ? "" : ": ", value, rule->source);
    }
}

static void put(struct lint_output *output, const char *file, size_t number,
                const struct lc_lint_findings *found)
{
    output->certificates++;
    for (size_t i = 0; i < found->count; i++)
        output->counts[found->items[i].rule->severity]++;
    if (output->as_json)
        put_json(output, file, number, found);
    else
        put_text(output, file, number, found);
}

static void put_summary(struct lint_output *output)
{
    const char *between = "";

    lc_buf_printf(&output->text, "%zu certificate%s: ", output->certificates,
                  output->certificates == 1 ? "" : "s");
    for (int severity = LC_LINT_ERROR; severity >= LC_LINT_NOTICE; severity--) {
        const size_t count = output->counts[severity];
        lc_buf_printf(&output->text, "%s%zu %s%s", between, count,
                      lc_lint_severity_name((enum lc_lint_severity)severity),
                      count == 1 ? "" : "s");
        between = ", ";
    }
    lc_buf_putc(&output->text, '\n');
}

/* --- the command ----------------------------------------------------------------------------- */

static bool lint_file(const char *file, const struct lc_chain *given, struct lint_output *output,
                      struct lc_err *err)
{
    LC_AUTO(lint_input_release) struct lint_input input = LINT_INPUT_INIT;
    const char *name = lc_input_name(file);

    if (!x509_each_block(file, "certificate", add_certificate, &input, err))
        return false;
    for (size_t i = 0; i < input.texts.count; i++) {
        LC_AUTO(lc_lint_findings_release) struct lc_lint_findings found = LC_LINT_FINDINGS_INIT;
        const char *text = input.texts.items[i];
        const struct lc_cert *issuer = NULL;
        if (!find_issuer(text, &input.readable, given, &issuer, err) ||
            !lc_lint_pem(text, strlen(text), issuer, 0, &found, err))
            return lc_wrap(err, "%s: number %zu", name, i + 1);
        put(output, name, i + 1, &found);
    }
    return true;
}

static bool lint_files(const struct lc_args *args, struct lint_output *output, struct lc_err *err)
{
    LC_AUTO(lint_input_release) struct lint_input issuers = LINT_INPUT_INIT;
    const char *file = lc_args_value(args, "issuer");
    bool done = true;

    if (file != NULL && !x509_each_block(file, "certificate", add_certificate, &issuers, err))
        return false;
    for (size_t i = 0; i < args->count; i++) {
        struct lc_err failure = LC_ERR_INIT;
        if (lint_file(args->positionals[i], &issuers.readable, output, &failure))
            continue;
        lc_cmd_print_error(&failure); /* and the other files are looked at all the same */
        done = false;
    }
    return done;
}

static void put_rules(struct lint_output *output)
{
    const struct lc_lint_rule *rule;

    for (size_t i = 0; (rule = lc_lint_rule(i)) != NULL; i++) {
        if (!output->as_json) {
            lc_buf_printf(&output->text, "%-30s %-8s %s: %s (%s)\n", rule->id,
                          lc_lint_severity_name(rule->severity), lc_lint_scope_name(rule->scope),
                          rule->text, rule->source);
            continue;
        }
        lc_json_begin_object(&output->json);
        put_rule_members(&output->json, rule);
        lc_json_member_string(&output->json, "scope", lc_lint_scope_name(rule->scope));
        lc_json_end_object(&output->json);
    }
}

static bool write_all(const struct lc_args *args, struct lint_output *output, struct lc_err *err)
{
    bool done = true;

    if (output->as_json)
        lc_json_begin_array(&output->json);
    if (lc_args_has(args, "list"))
        put_rules(output);
    else
        done = lint_files(args, output, err);
    if (output->as_json)
        lc_json_end_array(&output->json);
    else if (output->certificates > 0)
        put_summary(output);
    if (!lc_buf_check(&output->text, err))
        return false;
    (void)printf("%s%s", output->text.data, output->as_json ? "\n" : "");
    return done;
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    struct lint_output output = { .as_json = lc_args_has(args, "json") };

    if (lc_args_has(args, "list") == (args->count > 0)) {
        (void)lc_fail(err, LC_EUSAGE, "lint: expected FILE... or --list");
        return LC_EXIT_USAGE;
    }
    lc_buf_init(&output.text, OUTPUT_MAX_BYTES);
    output.json = lc_json_writer(&output.text, LC_JSON_PRETTY);
    const bool done = write_all(args, &output, err);
    lc_buf_release(&output.text);
    return !done ? LC_EXIT_FAILED : output.counts[LC_LINT_ERROR] > 0 ? LC_EXIT_FOUND : LC_EXIT_DONE;
}

static const struct lc_opt options[] = {
    { "issuer", 0, "FILE", "certificates of issuers, beside those in the same file" },
    { "json", 0, NULL, "as a JSON array" },
    { "list", 0, NULL, "the rules, and where each comes from" },
    { NULL, 0, NULL, NULL },
};

const struct lc_cmd x509_cmd_lint = {
    .name = "lint",
    .synopsis = "[--issuer FILE] [--json] FILE... | --list",
    .summary = "what is wrong with certificates; exit 3 when something is an error; - is standard "
               "input",
    .options = options,
    .max = LC_ANY,
    .run = run,
};
