/* luacharm x509 show: what is in PEM files. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/x509_show.h"

#define OUTPUT_MAX_BYTES (256u * 1024 * 1024)
#define LABEL_MAX_BYTES  64

/* The next block of a text; views into it. */
struct block {
    const char *begin;
    size_t len;
    char label[LABEL_MAX_BYTES];
};

enum found { FOUND_NONE, FOUND_BLOCK, FOUND_CUT_OFF };

static enum found next_block(const char *text, size_t len, struct block *out)
{
    static const char begin_mark[] = "-----BEGIN ";
    char end_line[LABEL_MAX_BYTES + 16];
    const char *end_of_text = text + len;

    out->begin = memmem(text, len, begin_mark, strlen(begin_mark));
    if (out->begin == NULL)
        return FOUND_NONE;
    const char *label = out->begin + strlen(begin_mark);
    const char *dashes = memmem(label, (size_t)(end_of_text - label), "-----", 5);
    if (dashes == NULL || (size_t)(dashes - label) >= sizeof(out->label))
        return FOUND_CUT_OFF;
    (void)snprintf(out->label, sizeof(out->label), "%.*s", (int)(dashes - label), label);
    (void)snprintf(end_line, sizeof(end_line), "-----END %s-----", out->label);
    const char *end = memmem(dashes, (size_t)(end_of_text - dashes), end_line, strlen(end_line));
    if (end == NULL)
        return FOUND_CUT_OFF;
    out->len = (size_t)(end - out->begin) + strlen(end_line);
    return FOUND_BLOCK;
}

/* *known_out: whether blocks with this label are looked at. */
static bool read_block(const struct block *block, struct lc_shown *out, bool *known_out,
                       struct lc_err *err)
{
    *known_out = true;
    if (lc_text_has_suffix(block->label, "CERTIFICATE REQUEST"))
        return lc_csr_parse(block->begin, block->len, &out->csr, err);
    if (strcmp(block->label, "CERTIFICATE") == 0 || strcmp(block->label, "X509 CERTIFICATE") == 0)
        return lc_cert_parse(block->begin, block->len, &out->cert, err);
    if (!lc_text_has_suffix(block->label, "PRIVATE KEY")) {
        *known_out = false;
        return true;
    }
    /* An encrypted one is shown as such. */
    return lc_key_parse(block->begin, block->len, NULL, &out->key, err) ||
           err->code == LC_EPASSWORD;
}

struct output {
    struct lc_buf text;
    struct lc_json_writer json;
    bool as_json;
};

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

static bool show_text(const char *file, const char *text, size_t len, struct output *output,
                      struct lc_err *err)
{
    const char *end = text + len;
    char other[LABEL_MAX_BYTES] = "";
    size_t number = 0;
    struct block block;
    enum found found;

    while ((found = next_block(text, (size_t)(end - text), &block)) == FOUND_BLOCK) {
        LC_AUTO(lc_shown_release) struct lc_shown shown = { .file = file, .number = number + 1 };
        bool known;
        if (!read_block(&block, &shown, &known, err))
            return lc_wrap(err, "%s: number %zu", file, number + 1);
        if (known) {
            number++;
            put(output, &shown);
        } else {
            memcpy(other, block.label, sizeof(other));
        }
        text = block.begin + block.len;
    }
    if (found == FOUND_CUT_OFF)
        return lc_fail(err, LC_EPARSE, "%s: number %zu: it is cut off: there is no end line", file,
                       number + 1);
    if (number > 0)
        return true;
    if (*other != '\0')
        return lc_fail(err, LC_EPARSE,
                       "%s: no key, request or certificate in it, but a block called '%s'", file,
                       other);
    return lc_fail(err, LC_EPARSE, "%s: no key, request or certificate in PEM in it", file);
}

/* Not by stdio, whose buffer would keep a key. */
static bool read_standard_input(struct lc_secret *out, struct lc_err *err)
{
    char *room;

    while ((room = lc_secret_room(out, 4096, err)) != NULL) {
        const ssize_t count = read(STDIN_FILENO, room, 4096);
        if (count == 0)
            return true;
        if (count > 0)
            lc_secret_grew(out, (size_t)count);
        else if (errno != EINTR)
            return lc_fail_errno(err, errno, "cannot read standard input");
    }
    return lc_wrap(err, "standard input");
}

static bool show_file(const char *file, struct output *output, struct lc_err *err)
{
    LC_AUTO(lc_secret_release) struct lc_secret content = LC_SECRET_INIT;
    const bool is_input = strcmp(file, "-") == 0;

    if (is_input ? !read_standard_input(&content, err) : !lc_file_read_secret(file, &content, err))
        return false;
    return show_text(is_input ? "standard input" : file, content.data == NULL ? "" : content.data,
                     content.len, output, err);
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
        if (show_file(args->positionals[i], &output, &failure))
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

static const struct lc_cmd *const verbs[] = { &show, NULL };

const struct lc_cmd lc_cmd_x509 = {
    .name = "x509",
    .synopsis = "VERB ...",
    .summary = "look at keys, requests and certificates",
    .subcommands = verbs,
};
