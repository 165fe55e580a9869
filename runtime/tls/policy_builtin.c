/* The built-in rules: what a policy that does not look at it would let through. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tls/databag.h"
#include "tls/policy_private.h"
#include "x509/match.h"

#define RSA_MIN_EXPONENT 65537

static const char *const names[LC_POLICY_BUILTINS] = {
    [LC_BUILTIN_READABLE] = "readable",
    [LC_BUILTIN_SIGNATURE] = "signed by its own key",
    [LC_BUILTIN_KEY] = "usual key",
    [LC_BUILTIN_NAMES] = "known names",
    [LC_BUILTIN_COUNT] = "number of names",
    [LC_BUILTIN_FORM] = "clear names",
    [LC_BUILTIN_SUBJECT] = "known subject",
    [LC_BUILTIN_COMMON_NAME] = "one common name",
    [LC_BUILTIN_EXTENSIONS] = "known critical extensions",
};

const char *lc_policy_builtin_name(enum lc_policy_builtin rule)
{
    return names[rule];
}

/* A refusal; format has at most one text in it, of the request. */
static bool deny(struct lc_policy_answer *out, int64_t code, struct lc_err *err, const char *format,
                 ...) LC_PRINTF(4, 5);

static bool deny(struct lc_policy_answer *out, int64_t code, struct lc_err *err, const char *format,
                 ...)
{
    char text[512];
    struct lc_err escaped = LC_ERR_INIT;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)lc_fail(&escaped, LC_EPARSE, "%s", text); /* one line, control bytes escaped */
    return lc_policy_answer_deny(out, code, escaped.message, NULL, err);
}

static bool is_listed(const struct lc_strlist *list, const char *text)
{
    return lc_strlist_has(list, text) || lc_strlist_has(list, "*");
}

/* --- signature and key ----------------------------------------------------------------------- */

/* By the hash in its name: sha1WithRSAEncryption, ecdsa-with-SHA1, md5WithRSAEncryption. */
static bool is_broken(const char *algorithm)
{
    return lc_text_contains_nocase(algorithm, "sha1") ||
           lc_text_contains_nocase(algorithm, "md5") || lc_text_contains_nocase(algorithm, "md4") ||
           lc_text_contains_nocase(algorithm, "md2");
}

static bool ask_signature(struct lc_policy_run *run, struct lc_policy_answer *out,
                          struct lc_err *err)
{
    struct lc_err why = LC_ERR_INIT;

    if (run->request.signature == LC_SIGNATURE_UNCHECKED) {
        if (lc_csr_verify(run->request.csr, &why)) {
            run->request.signature = LC_SIGNATURE_VALID;
        } else if (why.code == LC_ECRYPTO) {
            run->request.signature = LC_SIGNATURE_INVALID;
        } else {
            *err = why;
            return false;
        }
    }
    if (run->request.signature != LC_SIGNATURE_VALID)
        return deny(out, LC_ERROR_OTHER, err, "the request is not signed with its own key");
    const char *algorithm = lc_csr_signature_algorithm(run->request.csr);
    return !is_broken(algorithm) ||
           deny(out, LC_ERROR_OTHER, err, "the request is signed with %s, which is broken",
                algorithm);
}

static bool is_usual_rsa(const struct lc_csr *csr)
{
    const int bits = lc_csr_key_bits(csr);
    const uint64_t exponent = lc_csr_rsa_exponent(csr);

    return bits >= LC_POLICY_RSA_MIN_BITS && bits <= LC_POLICY_RSA_MAX_BITS &&
           exponent >= RSA_MIN_EXPONENT && exponent % 2 == 1;
}

static bool is_usual_key(const struct lc_csr *csr)
{
    const char *curve = lc_csr_curve(csr);

    switch (lc_csr_key_type(csr)) {
    case LC_KEY_RSA:
        return is_usual_rsa(csr);
    case LC_KEY_EC:
        return curve != NULL && (strcmp(curve, "P-256") == 0 || strcmp(curve, "P-384") == 0 ||
                                 strcmp(curve, "P-521") == 0);
    case LC_KEY_ED25519:
        return true;
    default:
        return false;
    }
}

static bool ask_key(struct lc_policy_run *run, struct lc_policy_answer *out, struct lc_err *err)
{
    const struct lc_csr *csr = run->request.csr;

    if (run->policy->accepts.unusual_keys || is_usual_key(csr))
        return true;
    if (lc_csr_key_type(csr) == LC_KEY_RSA)
        return deny(
            out, LC_ERROR_OTHER, err,
            "the key is RSA of %d bits with the exponent %llu; expected %d to %d bits and an "
            "odd exponent from %d on",
            lc_csr_key_bits(csr), (unsigned long long)lc_csr_rsa_exponent(csr),
            LC_POLICY_RSA_MIN_BITS, LC_POLICY_RSA_MAX_BITS, RSA_MIN_EXPONENT);
    const char *curve = lc_csr_curve(csr);
    return deny(out, LC_ERROR_OTHER, err,
                "the key is %s %s; expected RSA, Ed25519 or the curves P-256, P-384, P-521",
                lc_key_type_name(lc_csr_key_type(csr)), curve == NULL ? "" : curve);
}

/* --- names ----------------------------------------------------------------------------------- */

/* GeneralName, RFC 5280 section 4.2.1.6, by tag. */
static const char *kind_of(const struct lc_san *san)
{
    static const char *const kinds[] = { "otherName",
                                         "rfc822Name",
                                         "dNSName",
                                         "x400Address",
                                         "directoryName",
                                         "ediPartyName",
                                         "uniformResourceIdentifier",
                                         "iPAddress",
                                         "registeredID" };

    return san->tag >= 0 && (size_t)san->tag < LC_COUNT(kinds) ? kinds[san->tag] : "unknown kind";
}

static bool takes_kind(const struct lc_policy_accepts *accepts, enum lc_san_type type)
{
    switch (type) {
    case LC_SAN_DNS:
    case LC_SAN_IP:
        return true;
    case LC_SAN_EMAIL:
        return lc_strlist_has(&accepts->names, "email");
    case LC_SAN_URI:
        return lc_strlist_has(&accepts->names, "uri");
    case LC_SAN_OID:
        return lc_strlist_has(&accepts->names, "oid");
    case LC_SAN_OTHER:
        return lc_strlist_has(&accepts->names, "other");
    }
    return false;
}

static bool ask_names(struct lc_policy_run *run, struct lc_policy_answer *out, struct lc_err *err)
{
    const struct lc_sans *sans = lc_csr_sans(run->request.csr);

    for (size_t i = 0; i < sans->count; i++)
        if (!takes_kind(&run->policy->accepts, sans->items[i].type))
            return deny(out, LC_ERROR_OTHER, err,
                        "the request names a %s, of which this policy takes none",
                        kind_of(&sans->items[i]));
    return true;
}

static bool ask_count(struct lc_policy_run *run, struct lc_policy_answer *out, struct lc_err *err)
{
    const size_t most = run->policy->accepts.most_names == 0 ? LC_POLICY_MOST_NAMES
                                                             : run->policy->accepts.most_names;
    const size_t count = lc_csr_sans(run->request.csr)->count;

    return count <= most || deny(out, LC_ERROR_OTHER, err,
                                 "the request has %zu names; at most %zu are taken", count, most);
}

/* A backslash begins what was not text (x509/name.h). */
static bool is_clear(const char *name)
{
    for (const char *at = name; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~' || *at == '\\')
            return false;
    return *name != '\0';
}

static bool ask_name_form(const struct lc_san *san, struct lc_policy_answer *out,
                          struct lc_err *err)
{
    if (san->type == LC_SAN_IP || san->type == LC_SAN_OID || san->type == LC_SAN_OTHER)
        return true;
    if (!is_clear(san->value))
        return deny(out, LC_ERROR_OTHER, err, "the name '%.200s' is not visible ASCII", san->value);
    if (san->type != LC_SAN_DNS)
        return true;
    if (lc_dns_wildcard(san->value) == LC_WILDCARD_ODD)
        return deny(out, LC_ERROR_WILDCARD_NOT_ALLOWED, err,
                    "the wildcard '%.200s' is not the whole first label of a name", san->value);
    if (!lc_dns_is_well_formed(san->value))
        return deny(out, LC_ERROR_DOMAIN_NOT_ALLOWED, err, "'%.200s' is no host name", san->value);
    return true;
}

/* A host name in Unicode stands in a certificate as its A-label (RFC 5280 section 7.2). */
static bool is_u_label(const struct lc_name_entry *entry)
{
    return strcmp(entry->oid, LC_OID_COMMON_NAME) == 0 && strchr(entry->value, '.') != NULL &&
           strchr(entry->value, ' ') == NULL && !is_clear(entry->value);
}

static bool is_clear_entry(const struct lc_name_entry *entry)
{
    if (strcmp(entry->oid, LC_OID_EMAIL) == 0)
        return is_clear(entry->value);
    return strstr(entry->value, "\\x") == NULL &&
           lc_text_is_clear(entry->value, strlen(entry->value)) && !is_u_label(entry);
}

static bool ask_form(struct lc_policy_run *run, struct lc_policy_answer *out, struct lc_err *err)
{
    const struct lc_sans *sans = lc_csr_sans(run->request.csr);
    const struct lc_name *subject = lc_csr_subject(run->request.csr);

    if (run->policy->accepts.odd_names)
        return true;
    for (size_t i = 0; i < sans->count && out->kind == LC_ANSWER_NOTHING; i++)
        if (!ask_name_form(&sans->items[i], out, err))
            return false;
    for (size_t i = 0; i < subject->count && out->kind == LC_ANSWER_NOTHING; i++) {
        const struct lc_name_entry *entry = &subject->entries[i];
        if (is_clear_entry(entry))
            continue;
        if (!deny(out, LC_ERROR_OTHER, err, "the subject's %s '%.200s' is not clear text",
                  entry->long_name, entry->value))
            return false;
    }
    return true;
}

/* --- subject and extensions ------------------------------------------------------------------ */

static bool ask_subject(struct lc_policy_run *run, struct lc_policy_answer *out, struct lc_err *err)
{
    const struct lc_name *subject = lc_csr_subject(run->request.csr);

    for (size_t i = 0; i < subject->count; i++) {
        const struct lc_name_entry *entry = &subject->entries[i];
        if (strcmp(entry->oid, LC_OID_COMMON_NAME) != 0 &&
            strcmp(entry->oid, LC_OID_UNIQUE_IDENTIFIER) != 0 &&
            !is_listed(&run->policy->accepts.subject, entry->oid))
            return deny(out, LC_ERROR_OTHER, err,
                        "the subject has the attribute %s (%s), which this policy does not take",
                        entry->long_name, entry->oid);
    }
    return true;
}

static bool ask_common_name(struct lc_policy_run *run, struct lc_policy_answer *out,
                            struct lc_err *err)
{
    const struct lc_name *subject = lc_csr_subject(run->request.csr);
    size_t count = 0;

    for (size_t i = 0; i < subject->count; i++)
        count += strcmp(subject->entries[i].oid, LC_OID_COMMON_NAME) == 0;
    return count <= 1 || run->policy->accepts.several_common_names ||
           deny(out, LC_ERROR_OTHER, err, "the subject has %zu common names; one at most is taken",
                count);
}

static bool ask_extensions(struct lc_policy_run *run, struct lc_policy_answer *out,
                           struct lc_err *err)
{
    const struct lc_extensions *list = lc_csr_extensions(run->request.csr);
    const char *name;

    for (size_t i = 0; i < list->count; i++) {
        const struct lc_extension *item = &list->items[i];
        LC_AUTO(lc_strlist_release) struct lc_strlist texts = LC_STRLIST_INIT;
        if (!item->critical || is_listed(&run->policy->accepts.extensions, item->oid))
            continue;
        if (!lc_extension_decode(item, &name, &texts, err))
            return false;
        if (name == NULL)
            return deny(
                out, LC_ERROR_OTHER, err,
                "the request has the critical extension %s, which this policy does not take",
                item->oid);
    }
    return true;
}

bool lc_policy_builtin_ask(struct lc_policy_run *run, enum lc_policy_builtin rule,
                           struct lc_policy_answer *out, struct lc_err *err)
{
    switch (rule) {
    case LC_BUILTIN_SIGNATURE:
        return ask_signature(run, out, err);
    case LC_BUILTIN_KEY:
        return ask_key(run, out, err);
    case LC_BUILTIN_NAMES:
        return ask_names(run, out, err);
    case LC_BUILTIN_COUNT:
        return ask_count(run, out, err);
    case LC_BUILTIN_FORM:
        return ask_form(run, out, err);
    case LC_BUILTIN_SUBJECT:
        return ask_subject(run, out, err);
    case LC_BUILTIN_COMMON_NAME:
        return ask_common_name(run, out, err);
    case LC_BUILTIN_EXTENSIONS:
        return ask_extensions(run, out, err);
    default:
        return true; /* readable: here it has been read */
    }
}
