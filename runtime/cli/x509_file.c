/* PEM files, block by block. A file is read as something secret, since it may hold a key. */
#include "cli/x509_file.h"

#include <stdio.h>
#include <string.h>

#include "base/input.h"

enum found { FOUND_NONE, FOUND_BLOCK, FOUND_CUT_OFF };

static enum found next_block(const char *text, size_t len, struct x509_block *out)
{
    static const char begin_mark[] = "-----BEGIN ";
    char end_line[X509_LABEL_MAX_BYTES + 16];
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

static bool each_of_text(const char *name, const struct lc_secret *content, const char *wanted,
                         x509_block_fn each, void *context, struct lc_err *err)
{
    const char *text = content->data == NULL ? "" : content->data;
    const char *end = text + content->len;
    char other[X509_LABEL_MAX_BYTES] = "";
    struct x509_block block = { .number = 1 };
    enum found found;

    while ((found = next_block(text, (size_t)(end - text), &block)) == FOUND_BLOCK) {
        bool known = true;
        if (!each(context, &block, &known, err))
            return lc_wrap(err, "%s: number %zu", name, block.number);
        if (known)
            block.number++;
        else
            memcpy(other, block.label, sizeof(other));
        text = block.begin + block.len;
    }
    if (found == FOUND_CUT_OFF)
        return lc_fail(err, LC_EPARSE, "%s: number %zu: it is cut off: there is no end line", name,
                       block.number);
    if (block.number > 1)
        return true;
    if (*other != '\0')
        return lc_fail(err, LC_EPARSE, "%s: no %s in it, but a block called '%s'", name, wanted,
                       other);
    return lc_fail(err, LC_EPARSE, "%s: no %s in PEM in it", name, wanted);
}

bool x509_each_block(const char *file, const char *wanted, x509_block_fn each, void *context,
                     struct lc_err *err)
{
    LC_AUTO(lc_secret_release) struct lc_secret content = LC_SECRET_INIT;

    if (!lc_input_read(file, LC_SECRET_MAX_BYTES, &content, err))
        return false;
    return each_of_text(lc_input_name(file), &content, wanted, each, context, err);
}

bool x509_is_certificate(const struct x509_block *block)
{
    return strcmp(block->label, "CERTIFICATE") == 0 ||
           strcmp(block->label, "X509 CERTIFICATE") == 0;
}
