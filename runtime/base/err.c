/* The error value: formatting that cannot fail. */
#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const code_names[LC_CODE_COUNT] = {
    [LC_OK] = "ok",
    [LC_EUSAGE] = "usage",
    [LC_EPARSE] = "parse",
    [LC_ELIMIT] = "limit",
    [LC_ECRYPTO] = "crypto",
    [LC_EPASSWORD] = "password",
    [LC_ENOTFOUND] = "not_found",
    [LC_EPERM] = "permission",
    [LC_EEXIST] = "exists",
    [LC_EIO] = "io",
    [LC_ETIMEOUT] = "timeout",
    [LC_ECOMMAND] = "command",
    [LC_ESCRIPT] = "script",
    [LC_ESTATE] = "state",
    [LC_EUNSUPPORTED] = "unsupported",
    [LC_ENOMEM] = "memory",
    [LC_EINTERNAL] = "internal",
};

const char *lc_code_name(enum lc_code code)
{
    assert(code < LC_CODE_COUNT);
    return code_names[code];
}

enum lc_code lc_code_from_name(const char *name)
{
    for (int code = LC_OK + 1; code < LC_CODE_COUNT; code++)
        if (strcmp(code_names[code], name) == 0)
            return (enum lc_code)code;
    return LC_OK;
}

/* Copy raw to message, control bytes as \xNN, "..." at the end where it was cut. */
static void store_message(struct lc_err *err, const char *raw, bool was_cut)
{
    const size_t room = sizeof(err->message) - sizeof("...");
    size_t at = 0;

    for (const unsigned char *p = (const unsigned char *)raw; *p != '\0'; p++) {
        const bool control = *p < 0x20 || *p == 0x7f;
        if (at + (control ? 4 : 1) > room) {
            was_cut = true;
            break;
        }
        if (control)
            at += (size_t)snprintf(err->message + at, 5, "\\x%02x", *p);
        else
            err->message[at++] = (char)*p;
    }
    err->message[at] = '\0';
    if (was_cut)
        memcpy(err->message + at, "...", sizeof("..."));
}

/* raw: LC_ERR_MESSAGE_BYTES with the context in it. A reason is short, and what is in front of it,
 * such as a path, may not push it out: then that is cut. False when the end is cut all the same. */
static bool add_suffix(char *raw, const char *suffix)
{
    const size_t suffix_len = strlen(suffix);
    const size_t room = LC_ERR_MESSAGE_BYTES - sizeof("...") - sizeof("...: ");
    size_t used = strlen(raw);
    const bool too_long = suffix_len < LC_ERR_MESSAGE_BYTES / 4 && used > room - suffix_len;

    if (too_long)
        used = room - suffix_len;
    const int more = snprintf(raw + used, LC_ERR_MESSAGE_BYTES - used, "%s: %s",
                              too_long ? "..." : "", suffix);
    return more >= 0 && (size_t)more < LC_ERR_MESSAGE_BYTES - used;
}

__attribute__((format(printf, 3, 0))) static void format_message(struct lc_err *err,
                                                                 const char *suffix,
                                                                 const char *format, va_list args)
{
    char raw[LC_ERR_MESSAGE_BYTES];
    int length = vsnprintf(raw, sizeof(raw), format, args);
    bool cut = length < 0 || (size_t)length >= sizeof(raw);

    if (length >= 0 && suffix != NULL)
        cut = !add_suffix(raw, suffix);
    store_message(err, length < 0 ? format : raw, cut);
}

void lc_err_set(struct lc_err *err, enum lc_code code, const char *format, ...)
{
    va_list args;

    err->code = code;
    va_start(args, format);
    format_message(err, NULL, format, args);
    va_end(args);
}

static enum lc_code code_of_errno(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return LC_ENOTFOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return LC_EPERM;
    case EEXIST:
        return LC_EEXIST;
    case ENOMEM:
        return LC_ENOMEM;
    case ETIMEDOUT:
        return LC_ETIMEOUT;
    default:
        return LC_EIO;
    }
}

void lc_err_set_errno(struct lc_err *err, int number, const char *format, ...)
{
    va_list args;

    err->code = code_of_errno(number);
    va_start(args, format);
    format_message(err, strerror(number), format, args);
    va_end(args);
}

void lc_err_wrap(struct lc_err *err, const char *format, ...)
{
    char inner[LC_ERR_MESSAGE_BYTES];
    va_list args;

    memcpy(inner, err->message, sizeof(inner));
    va_start(args, format);
    format_message(err, inner, format, args);
    va_end(args);
}
