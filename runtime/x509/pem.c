/* PEM: blocks in a text. What is accepted follows the readers that the Python library uses
 * (tls-certificates 2.2): for requests and certificates the two markers count wherever they stand,
 * for keys only on lines of their own. */
#include "x509/pem.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define BEGIN_MARK "-----BEGIN "
#define END_MARK   "-----END "
#define DASHES     "-----"

/* Part of a text that has no NUL at its end. */
struct span {
    const char *at;
    const char *end;
};

static const char *find(struct span in, const char *part)
{
    return in.at >= in.end ? NULL : memmem(in.at, (size_t)(in.end - in.at), part, strlen(part));
}

/* Behind `part` where the text begins with it, else NULL. */
static const char *skip(struct span in, const char *part)
{
    const size_t len = strlen(part);

    return (size_t)(in.end - in.at) >= len && strncmp(in.at, part, len) == 0 ? in.at + len : NULL;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Only blanks stand between the mark and the line's two ends. */
static bool is_own_line(struct span text, const char *mark, const char *behind)
{
    while (mark > text.at && is_blank(mark[-1]))
        mark--;
    while (behind < text.end && is_blank(*behind))
        behind++;
    return (mark == text.at || mark[-1] == '\n') && (behind == text.end || *behind == '\n');
}

/* Which of the labels closes the begin mark whose label starts at `at`; *behind is then what
 * follows it. */
static const char *match_label(struct span at, const struct lc_pem_kind *kind, const char **behind)
{
    for (size_t i = 0; kind->labels[i] != NULL; i++) {
        const char *dashes = skip(at, kind->labels[i]);
        *behind = dashes == NULL ? NULL : skip((struct span){ dashes, at.end }, DASHES);
        if (*behind != NULL)
            return kind->labels[i];
    }
    return NULL;
}

/* The end mark with this label; *behind is what follows it. */
static const char *find_end(struct span text, const char *from, const struct lc_pem_kind *kind,
                            const char *label, const char **behind)
{
    for (struct span left = { from, text.end };;) {
        const char *mark = find(left, END_MARK);
        if (mark == NULL)
            return NULL;
        left.at = mark + strlen(END_MARK);
        const char *dashes = skip(left, label);
        *behind = dashes == NULL ? NULL : skip((struct span){ dashes, text.end }, DASHES);
        if (*behind != NULL && (!kind->own_lines || is_own_line(text, mark, *behind)))
            return mark;
    }
}

/* Lines with a colon, then an empty line: what stands before it are headers. */
static void split_headers(struct lc_pem_block *block)
{
    const char *end = block->body + block->body_len;

    if (memchr(block->body, ':', block->body_len) == NULL)
        return;
    for (const char *line = block->body; line < end;) {
        const char *feed = memchr(line, '\n', (size_t)(end - line));
        if (feed == NULL)
            return;
        const char *at = line;
        while (at < feed && is_blank(*at))
            at++;
        if (at == feed && line != block->body) { /* the first line ends the begin mark's */
            block->headers = block->body;
            block->headers_len = (size_t)(line - block->body);
            block->body = feed + 1;
            block->body_len = (size_t)(end - block->body);
            return;
        }
        line = feed + 1;
    }
}

/* The first of these labels that a block in the text has, wherever it stands; else NULL. */
static const char *find_label(struct span text, const char *const *labels)
{
    const struct lc_pem_kind any = { .labels = labels };
    const char *label = NULL;
    const char *behind;

    for (const char *mark; label == NULL && (mark = find(text, BEGIN_MARK)) != NULL;) {
        text.at = mark + strlen(BEGIN_MARK);
        label = match_label(text, &any, &behind);
    }
    return label;
}

/* Say what the text is instead, from what people give by mistake. */
static void explain_none(struct span text, const struct lc_pem_kind *kind, struct lc_err *err)
{
    static const char *const others[] = {
        "CERTIFICATE", "CERTIFICATE REQUEST",   "TRUSTED CERTIFICATE", "RSA PRIVATE KEY",
        "PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "EC PRIVATE KEY",      "PUBLIC KEY",
        "X509 CRL",    "OPENSSH PRIVATE KEY",   "DSA PRIVATE KEY",     NULL,
    };
    const char *other = find_label(text, others);
    const char *hint = "no PEM block is in it";
    struct span start = text;

    while (start.at < start.end && (is_blank(*start.at) || *start.at == '\n'))
        start.at++;
    if (start.at == start.end)
        hint = "it is empty";
    else if (skip(start, "LS0tLS1CRUdJTi") != NULL) /* base64 of -----BEGIN */
        hint = "it is base64 of a PEM text, which has to be decoded first";
    else if (find(text, DASHES "\\n") != NULL)
        hint = "its line feeds are written as the two characters \\ and n";
    else if (find_label(text, kind->labels) != NULL)
        hint = "its begin line is not a line of its own";
    else if (other != NULL)
        hint = other;
    (void)lc_fail(err, LC_EPARSE, "no %s in PEM form in the text: %s%s", kind->what,
                  hint == other ? "instead there is a block of " : "", hint);
}

enum lc_pem_find lc_pem_find(const char *text, size_t len, const struct lc_pem_kind *kind,
                             struct lc_pem_block *out, struct lc_err *err)
{
    const struct span whole = { text, text + len };
    const char *body;
    const char *rest;

    for (struct span left = whole;;) {
        const char *mark = find(left, BEGIN_MARK);
        if (mark == NULL)
            break;
        left.at = mark + strlen(BEGIN_MARK);
        const char *label = match_label(left, kind, &body);
        if (label == NULL || (kind->own_lines && !is_own_line(whole, mark, body)))
            continue;
        const char *end = find_end(whole, body, kind, label, &rest);
        if (end == NULL) {
            (void)lc_fail(err, LC_EPARSE, "the %s has no end line: it is cut off", kind->what);
            return LC_PEM_BROKEN;
        }
        *out = (struct lc_pem_block){
            .label = label, .body = body, .body_len = (size_t)(end - body), .rest = rest
        };
        split_headers(out);
        return LC_PEM_FOUND;
    }
    explain_none(whole, kind, err);
    return LC_PEM_NONE;
}

bool lc_pem_find_first(const char *text, size_t len, const struct lc_pem_kind *kind,
                       struct lc_pem_block *out, struct lc_err *err)
{
    return lc_pem_find(text, len, kind, out, err) == LC_PEM_FOUND;
}

bool lc_pem_decode(const struct lc_pem_block *block, struct lc_buf *out, struct lc_err *err)
{
    struct lc_err why = LC_ERR_INIT;

    if (lc_buf_room(out, LC_PEM_DER_MAX(block->body_len)) == NULL)
        return lc_buf_check(out, err);
    if (lc_base64_decode(block->body, block->body_len, out, &why))
        return true;
    if (why.code == LC_ENOMEM)
        return lc_fail_memory(err);
    return lc_fail(err, LC_EPARSE, "what is between the begin and end lines is not base64");
}

static size_t body_len(size_t der_len)
{
    const size_t digits = (der_len + 2) / 3 * 4;

    return digits + (digits + 63) / 64; /* a line feed for each line, full or not */
}

size_t lc_pem_len(const char *label, size_t der_len)
{
    return strlen(BEGIN_MARK DASHES END_MARK DASHES "\n") + 2 * strlen(label) + body_len(der_len);
}

void lc_pem_write(const char *label, const void *der, size_t der_len, char *out)
{
    const unsigned char *bytes = der;
    const size_t label_len = strlen(label);
    const size_t begin_len = strlen(BEGIN_MARK DASHES "\n") + label_len;

    (void)snprintf(out, begin_len + 1, BEGIN_MARK "%s" DASHES "\n", label);
    out += begin_len;
    for (size_t at = 0; at < der_len; at += 48) { /* 64 digits */
        const size_t count = der_len - at < 48 ? der_len - at : 48;
        out += EVP_EncodeBlock((unsigned char *)out, bytes + at, (int)count); /* and a NUL */
        *out++ = '\n';
    }
    (void)snprintf(out, strlen(END_MARK DASHES) + label_len + 1, END_MARK "%s" DASHES, label);
}
