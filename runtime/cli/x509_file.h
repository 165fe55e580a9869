/* PEM files, block by block, for the verbs of `luacharm x509`. */
#ifndef LC_CLI_X509_FILE_H
#define LC_CLI_X509_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "cli/cmd.h"

#define X509_LABEL_MAX_BYTES 64

/* A block; views into the file, which may hold a private key. */
struct x509_block {
    const char *begin;
    size_t len;
    char label[X509_LABEL_MAX_BYTES]; /* "CERTIFICATE" */
    size_t number;                    /* among those of the file that were known, from 1 */
};

/* *known_out, true before the call, is false for a block that is none of those looked for. */
typedef bool (*x509_block_fn)(void *context, const struct x509_block *block, bool *known_out,
                              struct lc_err *err);

/* file: as lc_input_read takes it. wanted: "certificate", for the message where there is
 * none. LC_EPARSE: none in it, or one is cut off. Messages begin with the file's name. */
bool x509_each_block(const char *file, const char *wanted, x509_block_fn each, void *context,
                     struct lc_err *err) LC_MUST_CHECK;

extern const struct lc_cmd x509_cmd_lint; /* cmd_x509_lint.c */

bool x509_is_certificate(const struct x509_block *block);

#endif
