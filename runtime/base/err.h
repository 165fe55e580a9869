/* The error value: a code from one closed list and one line of text, of fixed size, so that
 * reporting "out of memory" allocates nothing. Functions that can fail return bool and take a
 * `struct lc_err *` as their last parameter; it is written only on failure.
 *
 *     if (!lc_file_read(path, LC_KEY_MAX_BYTES, &text, err))
 *         return lc_wrap(err, "cannot read the key");
 *
 * The message is lower case, says what was expected, quotes outside text in single ticks and never
 * holds a secret. Control bytes in it are written as \xNN: it always stays one line. */
#ifndef LC_BASE_ERR_H
#define LC_BASE_ERR_H

#include <stdbool.h>

#include "base/attr.h"

enum lc_code {
    LC_OK = 0,
    LC_EUSAGE,       /* the caller asked for something that makes no sense */
    LC_EPARSE,       /* input is not in the form it should have */
    LC_ELIMIT,       /* input is over a stated limit */
    LC_ECRYPTO,      /* a signature or key does not fit */
    LC_EPASSWORD,    /* an encrypted key, and no or the wrong password */
    LC_ENOTFOUND,    /* no such file, secret, relation, key */
    LC_EPERM,        /* Juju or the system refuses it to us */
    LC_EEXIST,       /* it is there already */
    LC_EIO,          /* the system failed to read or write */
    LC_ETIMEOUT,     /* it did not finish in time */
    LC_ECOMMAND,     /* a child process or hook command failed otherwise */
    LC_ESCRIPT,      /* an error in the author's Lua */
    LC_ESTATE,       /* not possible here and now, such as charm.* outside a hook */
    LC_EUNSUPPORTED, /* understood, but not offered */
    LC_ENOMEM,       /* out of memory */
    LC_EINTERNAL,    /* our bug */
    LC_CODE_COUNT
};

#define LC_ERR_MESSAGE_BYTES 2048

struct lc_err {
    enum lc_code code;
    char message[LC_ERR_MESSAGE_BYTES];
};

#define LC_ERR_INIT                                                                                \
    {                                                                                              \
        .code = LC_OK, .message = ""                                                               \
    }

/* Set code and message; a message that is too long is cut and ends in "...". Of the two below, what
 * is in front of a short reason is cut, not the reason. Always false, which compilers and analyzers
 * see: that is why these are macros.
 *     bool lc_fail(struct lc_err *err, enum lc_code code, const char *format, ...); */
#define lc_fail(err, code, ...) (lc_err_set((err), (code), __VA_ARGS__), false)

/* LC_ENOMEM with the fixed text.
 *     bool lc_fail_memory(struct lc_err *err); */
#define lc_fail_memory(err) (lc_err_set((err), LC_ENOMEM, "out of memory"), false)

/* Code from errno value `number` (ENOENT: LC_ENOTFOUND, EACCES and EPERM: LC_EPERM, EEXIST:
 * LC_EEXIST, ENOMEM: LC_ENOMEM, else LC_EIO), message followed by ": " and its text.
 *     bool lc_fail_errno(struct lc_err *err, int number, const char *format, ...); */
#define lc_fail_errno(err, number, ...) (lc_err_set_errno((err), (number), __VA_ARGS__), false)

/* Put "<context>: " before the message; the code stays.
 *     bool lc_wrap(struct lc_err *err, const char *format, ...); */
#define lc_wrap(err, ...) (lc_err_wrap((err), __VA_ARGS__), false)

/* What the macros call. */
void lc_err_set(struct lc_err *err, enum lc_code code, const char *format, ...) LC_PRINTF(3, 4);
void lc_err_set_errno(struct lc_err *err, int number, const char *format, ...) LC_PRINTF(3, 4);
void lc_err_wrap(struct lc_err *err, const char *format, ...) LC_PRINTF(2, 3);

/* The code's name as Lua sees it, such as "not_found"; static storage. */
const char *lc_code_name(enum lc_code code);

/* The code with this name; LC_OK for "ok" and for any other text. */
enum lc_code lc_code_from_name(const char *name);

#endif
