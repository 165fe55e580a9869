/* A certificate read with patience, RFC 5280 section 4.1: only its outline must be there. What is
 * malformed inside becomes a finding, and the rest is still looked at. */
#include <string.h>

#include "base/mem.h"
#include "x509/lint_private.h"

void lint_cert_release(struct lint_cert *cert)
{
    lc_extensions_release(&cert->extensions);
    lc_strlist_release(&cert->repeated);
    lc_strlist_release(&cert->spelled_out);
    lc_free(cert->attributes);
    lc_sans_release(&cert->sans);
    lc_strlist_release(&cert->extended);
    lc_strlist_release(&cert->malformed);
}

/* A fault of the certificate is a finding; one of ours, such as no memory, is not. */
static bool note(struct lint_cert *cert, const char *what, struct lc_err *err)
{
    if (err->code == LC_ENOMEM)
        return false;
    return lc_strlist_has(&cert->malformed, what) || lc_strlist_add(&cert->malformed, what, err);
}

static bool malformed(struct lint_cert *cert, const char *what, struct lc_err *err)
{
    err->code = LC_OK;
    return note(cert, what, err);
}

/* --- the outline ----------------------------------------------------------------------------- */

static bool read_version(struct lc_der *in, int *version)
{
    struct lc_der box;
    struct lc_der_item number;

    *version = 1;
    if (!lc_der_has(in, LC_DER_CONTEXT_BOX + 0))
        return true;
    if (!lc_der_enter(in, LC_DER_CONTEXT_BOX + 0, &box) ||
        !lc_der_take(&box, LC_DER_INTEGER, &number) || !lc_der_small(&number, version) ||
        *version > 98)
        return false;
    (*version)++;
    return box.left == 0;
}

/* TBSCertificate; *list_out is the SEQUENCE of extensions. */
static bool read_body(struct lc_der in, struct lint_cert *cert, struct lc_der_item *list_out)
{
    struct lc_der validity;
    struct lc_der_item unused;
    struct lc_der box;

    if (!read_version(&in, &cert->version) || !lc_der_take(&in, LC_DER_INTEGER, &cert->serial) ||
        !lc_der_take(&in, LC_DER_SEQUENCE, &cert->inner_algorithm) ||
        !lc_der_take(&in, LC_DER_SEQUENCE, &cert->issuer) ||
        !lc_der_enter(&in, LC_DER_SEQUENCE, &validity) ||
        !lc_der_next(&validity, &cert->not_before) || !lc_der_next(&validity, &cert->not_after) ||
        validity.left != 0 || !lc_der_take(&in, LC_DER_SEQUENCE, &cert->subject) ||
        !lc_der_take(&in, LC_DER_SEQUENCE, &cert->spki))
        return false;
    for (int tag = LC_DER_CONTEXT + 1; tag <= LC_DER_CONTEXT + 2; tag++)
        if (lc_der_take(&in, tag, &unused))
            cert->has_unique_id = true;
    if (in.left == 0)
        return true;
    cert->has_extensions = true;
    return lc_der_enter(&in, LC_DER_CONTEXT_BOX + 3, &box) && in.left == 0 &&
           lc_der_take(&box, LC_DER_SEQUENCE, list_out) && box.left == 0;
}

static bool read_outline(struct lint_cert *cert, struct lc_der_item *list_out, struct lc_err *err)
{
    struct lc_der in = { cert->der, cert->der_len };
    struct lc_der whole;
    struct lc_der body;
    struct lc_der_item signature;

    if (!lc_der_enter(&in, LC_DER_SEQUENCE, &whole) || in.left != 0 ||
        !lc_der_enter(&whole, LC_DER_SEQUENCE, &body) ||
        !lc_der_take(&whole, LC_DER_SEQUENCE, &cert->outer_algorithm) ||
        !lc_der_take(&whole, LC_DER_BIT_STRING, &signature) || whole.left != 0 ||
        !read_body(body, cert, list_out))
        return lc_fail(err, LC_EPARSE, "it is malformed");
    return true;
}

/* --- names ----------------------------------------------------------------------------------- */

static bool read_attribute(struct lc_der in, int rdn, struct lint_cert *cert, struct lc_err *err)
{
    struct lc_der_item type;
    struct lint_attribute attribute = { .rdn = rdn };

    if (!lc_der_take(&in, LC_DER_OID, &type) || !lc_der_next(&in, &attribute.value) || in.left != 0)
        return lc_fail(err, LC_EPARSE, "a name is malformed");
    if (cert->attribute_count == LC_NAME_MAX_ENTRIES)
        return lc_fail(err, LC_ELIMIT, "a name has over %d attributes", LC_NAME_MAX_ENTRIES);
    if (!lc_der_oid(&type, attribute.oid, err))
        return false;
    if (!lc_grow(&cert->attributes, &cert->attribute_capacity, cert->attribute_count,
                 sizeof(*cert->attributes)))
        return lc_fail_memory(err);
    cert->attributes[cert->attribute_count++] = attribute;
    return true;
}

static bool read_subject(struct lint_cert *cert, struct lc_err *err)
{
    struct lc_der rdns = lc_der_inside(&cert->subject);
    struct lc_der set;
    struct lc_der entry;

    for (int rdn = 0; rdns.left != 0; rdn++) {
        if (!lc_der_enter(&rdns, LC_DER_SET, &set) || set.left == 0)
            return lc_fail(err, LC_EPARSE, "a name is malformed");
        while (set.left != 0) {
            if (!lc_der_enter(&set, LC_DER_SEQUENCE, &entry))
                return lc_fail(err, LC_EPARSE, "a name is malformed");
            if (!read_attribute(entry, rdn, cert, err))
                return false;
        }
    }
    return true;
}

static bool read_issuer(struct lint_cert *cert, struct lc_err *err)
{
    LC_AUTO(lc_name_release) struct lc_name name = LC_NAME_INIT;

    return lc_name_read(&cert->issuer, &name, err);
}

/* --- extensions ------------------------------------------------------------------------------ */

static bool read_extension(struct lc_der in, struct lint_cert *cert, struct lc_err *err)
{
    struct lc_der_item oid;
    struct lc_der_item flag;
    struct lc_der_item value;
    char text[LC_OID_TEXT_BYTES];
    bool critical = false;

    if (!lc_der_take(&in, LC_DER_OID, &oid))
        return malformed(cert, "an extension", err);
    if (!lc_der_oid(&oid, text, err))
        return note(cert, "an extension", err);
    const bool is_said = lc_der_take(&in, LC_DER_BOOLEAN, &flag);
    if ((is_said && !lc_der_boolean(&flag, &critical)) ||
        !lc_der_take(&in, LC_DER_OCTET_STRING, &value) || in.left != 0)
        return malformed(cert, "an extension", err);
    if (is_said && !critical && !lc_strlist_add(&cert->spelled_out, text, err))
        return false;
    if (lc_extensions_get(&cert->extensions, text) != NULL)
        return lc_strlist_has(&cert->repeated, text) || lc_strlist_add(&cert->repeated, text, err);
    return lc_extensions_add(&cert->extensions, text, critical, value.bytes, value.len, err);
}

static bool read_list(const struct lc_der_item *list, struct lint_cert *cert, struct lc_err *err)
{
    struct lc_der in = lc_der_inside(list);
    struct lc_der extension;

    if (in.left == 0) /* SIZE (1..MAX) */
        return malformed(cert, "the list of extensions, which is empty", err);
    while (in.left != 0) {
        if (!lc_der_enter(&in, LC_DER_SEQUENCE, &extension))
            return malformed(cert, "the list of extensions", err);
        if (!read_extension(extension, cert, err))
            return false;
    }
    return true;
}

/* *value_out: what is inside, which must be one item with the tag and no more. False when there is
 * no such extension, or it is not so: *noted then is whether that has been said. */
static bool open_extension(struct lint_cert *cert, const char *oid, int tag,
                           struct lc_der_item *value_out, bool *is_there)
{
    const struct lc_extension *extension = lc_extensions_get(&cert->extensions, oid);

    *is_there = extension != NULL;
    if (extension == NULL)
        return false;
    struct lc_der in = { extension->value, extension->value_len };
    return lc_der_take(&in, tag, value_out) && in.left == 0;
}

static bool read_extended_usage(struct lint_cert *cert, struct lc_err *err)
{
    char text[LC_OID_TEXT_BYTES];
    struct lc_der_item list;
    struct lc_der_item oid;

    if (!open_extension(cert, LC_OID_EXTENDED_KEY_USAGE, LC_DER_SEQUENCE, &list,
                        &cert->has_extended))
        return !cert->has_extended || malformed(cert, "the extended key usage", err);
    struct lc_der in = lc_der_inside(&list);
    if (in.left == 0)
        return malformed(cert, "the extended key usage, which is empty", err);
    while (in.left != 0) {
        if (!lc_der_take(&in, LC_DER_OID, &oid))
            return malformed(cert, "the extended key usage", err);
        if (!lc_der_oid(&oid, text, err))
            return note(cert, "the extended key usage", err);
        if (!lc_strlist_add(&cert->extended, text, err))
            return false;
    }
    return true;
}

static bool read_key_ids(struct lint_cert *cert, struct lc_err *err)
{
    struct lc_der_item list;
    bool is_there;

    if (!open_extension(cert, LC_OID_SUBJECT_KEY_ID, LC_DER_OCTET_STRING, &cert->subject_key_id,
                        &is_there) &&
        is_there && !malformed(cert, "the subject key identifier", err))
        return false;
    if (!open_extension(cert, LC_OID_AUTHORITY_KEY_ID, LC_DER_SEQUENCE, &list, &is_there))
        return !is_there || malformed(cert, "the authority key identifier", err);
    struct lc_der in = lc_der_inside(&list);
    (void)lc_der_take(&in, LC_DER_CONTEXT + 0, &cert->authority_key_id); /* optional */
    return true;
}

static bool read_known(struct lint_cert *cert, struct lc_err *err)
{
    const struct lc_extension *san = lc_extensions_get(&cert->extensions, LC_OID_SAN);

    if (!lc_ext_read_constraints(&cert->extensions, &cert->is_ca, &cert->path_length) &&
        !malformed(cert, "the basic constraints", err))
        return false;
    if (!lc_ext_read_key_usage(&cert->extensions, &cert->has_key_usage, &cert->key_usage)) {
        cert->has_key_usage = false;
        if (!malformed(cert, "the key usage", err))
            return false;
    }
    if (san != NULL && !lc_sans_read(san, &cert->sans, err) &&
        !note(cert, "the subject-alternative names", err))
        return false;
    return read_extended_usage(cert, err) && read_key_ids(cert, err);
}

/* --- the whole ------------------------------------------------------------------------------- */

bool lint_read(const unsigned char *der, size_t der_len, struct lint_cert *out, struct lc_err *err)
{
    struct lc_der_item list = { .whole = NULL };

    out->der = der;
    out->der_len = der_len;
    if (!read_outline(out, &list, err))
        return false;
    if (!lc_algorithm_read(&out->outer_algorithm, out->algorithm, err) &&
        !note(out, "the signature algorithm", err))
        return false;
    if (!read_issuer(out, err) && !note(out, "the issuer", err))
        return false;
    if (!read_subject(out, err) && !note(out, "the subject", err))
        return false;
    out->has_times = lc_der_time(&out->not_before, &out->begins) &&
                     lc_der_time(&out->not_after, &out->ends);
    if (!out->has_times && !malformed(out, "the validity", err))
        return false;
    out->has_key = lc_spki_read(&out->spki, &out->key, err);
    if (!out->has_key && !note(out, "the public key", err))
        return false;
    if (out->has_extensions && !read_list(&list, out, err) &&
        !(err->code == LC_ELIMIT && note(out, "the list of extensions, which is too long", err)))
        return false;
    return read_known(out, err);
}
