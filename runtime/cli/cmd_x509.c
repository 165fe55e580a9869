/* luacharm x509 show: what is in PEM files. */
#include <stdio.h>
#include <string.h>

#include "base/input.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/x509_file.h"
#include "cli/x509_show.h"

#define OUTPUT_MAX_BYTES (256u * 1024 * 1024)

struct output {
    const char *file; /* its name */
    struct lc_buf text;
    struct lc_json_writer json;
    bool as_json;
};

/* *known_out: whether blocks with this label are looked at. */
static bool read_block(const struct x509_block *block, struct lc_shown *out, bool *known_out,
                       struct lc_err *err)
{
    if (lc_text_has_suffix(block->label, "CERTIFICATE REQUEST"))
        return lc_csr_parse(block->begin, block->len, &out->csr, err);
    if (x509_is_certificate(block))
        return lc_cert_parse(block->begin, block->len, &out->cert, err);
    if (!lc_text_has_suffix(block->label, "PRIVATE KEY")) {
        *known_out = false;
        return true;
    }
    /* An encrypted one is shown as such. */
    return lc_key_parse(block->begin, block->len, NULL, &out->key, err) ||
           err->code == LC_EPASSWORD;
}

static void put(struct output *output, const struct lc_shown *shown)
{
    if (output->as_json) {
        lc_shown_put_json(shown, &output->json);
        return;
    }
    if (output->text.len > 0)
        lc_buf_putc(&output->text, '\n');
    lc_shown_put_text(shown, &output->text);
}

static bool show_block(void *context, const struct x509_block *block, bool *known_out,
                       struct lc_err *err)
{
    struct output *output = context;
    LC_AUTO(lc_shown_release)
    struct lc_shown shown = { .file = output->file, .number = block->number };

    if (!read_block(block, &shown, known_out, err))
        return false;
    if (*known_out)
        put(output, &shown);
    return true;
}

/* A file that cannot be shown does not keep the others from it. */
static int run_show(const struct lc_args *args, struct lc_err *err)
{
    struct output output = { .as_json = lc_args_has(args, "json") };
    int status = LC_EXIT_DONE;

    lc_buf_init(&output.text, OUTPUT_MAX_BYTES);
    output.json = lc_json_writer(&output.text, LC_JSON_PRETTY);
    if (output.as_json)
        lc_json_begin_array(&output.json);
    for (size_t i = 0; i < args->count; i++) {
        struct lc_err failure = LC_ERR_INIT;
        output.file = lc_input_name(args->positionals[i]);
        if (x509_each_block(args->positionals[i], "key, request or certificate", show_block,
                            &output, &failure))
            continue;
        lc_cmd_print_error(&failure);
        status = LC_EXIT_FAILED;
    }
    if (output.as_json)
        lc_json_end_array(&output.json);
    if (lc_buf_check(&output.text, err))
        (void)printf("%s%s", output.text.data, output.as_json ? "\n" : "");
    else
        status = LC_EXIT_FAILED;
    lc_buf_release(&output.text);
    return status;
}

static const struct lc_opt show_options[] = {
    { "json", 0, NULL, "as a JSON array" },
    { NULL, 0, NULL, NULL },
};

static const struct lc_cmd show = {
    .name = "show",
    .synopsis = "[--json] FILE...",
    .summary = "keys, requests and certificates in words, never a private key's secrets; - is "
               "standard input",
    .options = show_options,
    .min = 1,
    .max = LC_ANY,
    .run = run_show,
};

static const struct lc_cmd *const verbs[] = { &show, &x509_cmd_lint, NULL };

const struct lc_cmd lc_cmd_x509 = {
    .name = "x509",
    .synopsis = "VERB [WORD...]",
    .summary = "look at keys, requests and certificates, and what is wrong with them",
    .subcommands = verbs,
};
