/* Secret labels: one table of forms, written and read. */
#include "tls/labels.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#define HASH_LEN 64

/* In a form, %n is the unit number, %e the endpoint, %h the hash. */
static const struct form {
    enum lc_label_kind kind;
    enum lc_tls_scope scope;
    const char *text;
} forms[] = {
    { LC_LABEL_KEY, LC_TLS_UNIT, "-private-key-%n-%e" },
    { LC_LABEL_KEY, LC_TLS_APP, "-private-key-app-%e" },
    { LC_LABEL_KEY_OLD, LC_TLS_APP, "-private-key-%e" },
    { LC_LABEL_CERTIFICATE, LC_TLS_UNIT, "-certificate-%n-%e-%h" },
    { LC_LABEL_CERTIFICATE, LC_TLS_APP, "-certificate-%e-%h" },
    { LC_LABEL_CERTIFICATE_OLD, LC_TLS_UNIT, "-certificate-%n-%h" },
    { LC_LABEL_CERTIFICATE_OLD, LC_TLS_APP, "-certificate-%h" },
    { LC_LABEL_CERTIFICATE_V3, LC_TLS_UNIT, "-%h" },
};

static bool has_endpoint(const struct lc_tls_hook *hook, const char *endpoint)
{
    for (const char *const *at = hook->endpoints; at != NULL && *at != NULL; at++)
        if (strcmp(*at, endpoint) == 0)
            return true;
    return false;
}

/* "-private-key-app-x" is the older label of "app-x" and today's of "x" (D-37). */
static bool is_claimed(const struct lc_tls_hook *hook, const char *endpoint)
{
    return lc_text_has_prefix(endpoint, "app-") &&
           (hook->endpoints == NULL || has_endpoint(hook, endpoint + strlen("app-")));
}

struct lc_label_owner lc_label_owner(const struct lc_tls_hook *hook, const char *endpoint)
{
    const char *slash = strrchr(hook->unit, '/');

    return (struct lc_label_owner){ .unit_number = slash == NULL ? hook->unit : slash + 1,
                                    .endpoint = endpoint,
                                    .has_no_old_key = is_claimed(hook, endpoint) };
}

bool lc_label_is_shared(enum lc_label_kind kind)
{
    return kind == LC_LABEL_CERTIFICATE_OLD || kind == LC_LABEL_CERTIFICATE_V3 ||
           kind == LC_LABEL_CERTIFICATE_V2;
}

/* The text that a letter of a form stands for; NULL for the hash. */
static const char *part_text(const struct lc_label_owner *owner, char letter)
{
    return letter == 'n' ? owner->unit_number : letter == 'e' ? owner->endpoint : NULL;
}

static bool is_hash(const char *text)
{
    return strspn(text, "0123456789abcdef") == HASH_LEN && text[HASH_LEN] == '\0';
}

/* The hash is always the last part. */
static bool matches(const struct lc_label_owner *owner, const char *form, const char *text,
                    const char **hash_out)
{
    *hash_out = NULL;
    for (; *form != '\0'; form++) {
        if (*form != '%') {
            if (*text++ != *form)
                return false;
            continue;
        }
        const char *part = part_text(owner, *++form);
        if (part == NULL) {
            *hash_out = text;
            return is_hash(text);
        }
        const size_t len = strlen(part);
        if (strncmp(text, part, len) != 0)
            return false;
        text += len;
    }
    return *text == '\0';
}

struct lc_label lc_label_parse(const struct lc_label_owner *owner, const char *label)
{
    struct lc_label parsed = { .kind = LC_LABEL_OTHER };

    if (label == NULL || !lc_text_has_prefix(label, LC_TLS_LIBID "-"))
        return parsed;
    const char *rest = label + strlen(LC_TLS_LIBID);
    if (lc_text_has_prefix(rest, "------BEGIN CERTIFICATE REQUEST-----")) {
        parsed.kind = LC_LABEL_CERTIFICATE_V2;
        return parsed;
    }
    for (size_t i = 0; i < LC_COUNT(forms); i++) {
        if (forms[i].kind == LC_LABEL_KEY_OLD && owner->has_no_old_key)
            continue;
        if (matches(owner, forms[i].text, rest, &parsed.hash)) {
            parsed.kind = forms[i].kind;
            parsed.scope = forms[i].scope;
            return parsed;
        }
    }
    parsed.hash = NULL;
    return parsed;
}

char *lc_label_format(const struct lc_label_owner *owner, enum lc_label_kind kind,
                      enum lc_tls_scope scope, const char *hash)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(4096);
    struct lc_err err = LC_ERR_INIT;
    char *label = NULL;

    lc_buf_puts(&text, LC_TLS_LIBID);
    for (size_t i = 0; i < LC_COUNT(forms); i++) {
        if (forms[i].kind != kind || forms[i].scope != scope)
            continue;
        for (const char *at = forms[i].text; *at != '\0'; at++) {
            if (*at != '%') {
                lc_buf_putc(&text, *at);
                continue;
            }
            const char *part = part_text(owner, *++at);
            lc_buf_puts(&text, part == NULL ? hash : part);
        }
        break;
    }
    return lc_buf_take(&text, &label, NULL, &err) ? label : NULL;
}
