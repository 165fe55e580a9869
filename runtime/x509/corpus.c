/* Requests that are made up: a table of hostile ones in the notation of der_write.h, put together
 * and signed. */
#include "x509/corpus.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "x509/corpus_key.h"
#include "x509/der_write.h"
#include "x509/parts.h"
#include "x509/pem.h"

#define TEXT_MAX_BYTES (4u * 1024 * 1024)

/* --- the hostile ones ------------------------------------------------------------------------ */

#define CN(text)   "31{30{@2.5.4.3 0c{" text "}}}"
#define SAN(names) "30{@2.5.29.17 04{30{" names "}}}"
#define DNS(text)  "82{" text "}"
#define WEB        "'web.$domain'"

/* Notation; in it $domain is the corpus's domain, and $names and $long what repeated() makes. NULL
 * is what an honest request has. */
struct recipe {
    struct lc_corpus_kind shown;
    const char *subject;    /* the RDNs */
    const char *extensions; /* what stands inside their SEQUENCE; "": no such attribute */
    const char *attributes; /* others, in front of the extensions */
    const char *key;
    const char *version;
    void (*spoil)(struct lc_buf *der); /* what is done to the signed request */
    void (*spoil_pem)(struct lc_buf *pem);
};

/* The signature's last byte is another one. */
static void spoil_signature(struct lc_buf *der)
{
    if (der->code == LC_OK)
        der->data[der->len - 1] = (char)(der->data[der->len - 1] ^ 0x01);
}

static void add_bytes(struct lc_buf *der)
{
    lc_buf_add(der, "\x05\x00", 2);
}

static void cut(struct lc_buf *der)
{
    der->len -= der->len > 20 ? 20 : 0;
}

/* The outermost length, indefinite: BER, which many read. */
static void make_ber(struct lc_buf *der)
{
    if (der->code != LC_OK || der->len < 4 || (unsigned char)der->data[1] != 0x82)
        return;
    der->data[1] = (char)0x80;
    memmove(der->data + 2, der->data + 4, der->len - 4);
    memset(der->data + der->len - 2, 0, 2);
}

static void spoil_base64(struct lc_buf *pem)
{
    char *body = pem->code == LC_OK ? strchr(pem->data, '\n') : NULL;

    if (body != NULL)
        body[1] = '*';
}

static const struct recipe recipes[] = {
    { { "two_common_names", "the second of two common names is another domain's" },
      .subject = CN(WEB) CN("'evil.test'") },
    { { "multi_valued_rdn", "two common names in one place of the subject" },
      .subject = "31{30{@2.5.4.3 0c{'evil.test'}} 30{@2.5.4.3 0c{" WEB "}}}" },
    { { "unknown_attribute", "an attribute of the subject that nobody knows" },
      .subject = CN(WEB) "31{30{@1.3.6.1.4.1.99999.1 0c{'admin'}}}" },
    { { "organization", "an organization, which some read as a privilege" },
      .subject = CN(WEB) "31{30{@2.5.4.10 0c{'system:masters'}}}" },
    { { "empty_subject", "no subject at all" }, .subject = "" },
    { { "no_names", "neither a subject nor alternative names" }, .subject = "", .extensions = "" },
    { { "huge_subject", "an organization of 100,000 characters" },
      .subject = CN(WEB) "31{30{@2.5.4.10 0c{$long}}}" },
    { { "bad_utf8", "a common name that is not UTF-8" }, .subject = CN(WEB "fffe") },
    { { "nul_in_common_name", "a common name that C ends earlier than others do" },
      .subject = CN(WEB "00'.evil.test'") },
    { { "newline_in_common_name", "a common name with a line of a log in it" },
      .subject = CN(WEB "0a'INFO issued'") },
    { { "bidi_in_common_name", "a common name that is shown from right to left" },
      .subject = CN("e280ae" WEB) },
    { { "u_label_common_name", "a common name in Unicode" },
      .subject = CN("'m' c3bc 'nchen.$domain'") },
    { { "bmp_common_name", "a common name in two bytes a character" },
      .subject = "31{30{@2.5.4.3 1e{00'w'00'e'00'b'}}}" },

    { { "other_name", "an otherName: who logs on to Windows as administrator" },
      .extensions = SAN(DNS(WEB) "a0{@1.3.6.1.4.1.311.20.2.3 a0{0c{'administrator@$domain'}}}") },
    { { "directory_name", "a directoryName beside a DNS name" },
      .extensions = SAN(DNS(WEB) "a4{30{" CN("'evil.test'") "}}") },
    { { "x400_address", "an x400Address, which hardly any parser knows" },
      .extensions = SAN(DNS(WEB) "a3{30{61{13{'DE'}}}}") },
    { { "edi_party_name", "an ediPartyName, which hardly any parser knows" },
      .extensions = SAN(DNS(WEB) "a5{a1{0c{'evil'}}}") },
    { { "registered_id", "an object identifier as a name" },
      .extensions = SAN(DNS(WEB) "88{2a0304}") },
    { { "email_name", "an e-mail address as a name" },
      .extensions = SAN(DNS(WEB) "81{'root@$domain'}") },
    { { "uri_name", "a URI as a name: a workload's identity" },
      .extensions = SAN(DNS(WEB) "86{'spiffe://$domain/admin'}") },
    { { "unknown_name_kind", "a kind of name that there is not" },
      .extensions = SAN(DNS(WEB) "89{'web'}") },
    { { "short_address", "an IP address of three bytes" },
      .extensions = SAN(DNS(WEB) "87{0a0000}") },
    { { "address_and_mask", "an IP address with a mask, as in name constraints" },
      .extensions = SAN(DNS(WEB) "87{0a000000 ff000000}") },
    { { "address_as_name", "an IP address as a DNS name" }, .extensions = SAN(DNS("'10.0.0.1'")) },
    { { "ten_thousand_names", "10,000 DNS names" }, .extensions = SAN("$names") },
    { { "empty_name_list", "a list of alternative names with none in it" }, .extensions = SAN("") },
    { { "nul_in_name", "a DNS name that C ends earlier than others do" },
      .extensions = SAN(DNS(WEB "00'.evil.test'")) },
    { { "bad_utf8_name", "a DNS name that is not ASCII" }, .extensions = SAN(DNS("ff'.$domain'")) },
    { { "u_label", "a DNS name in Unicode" }, .extensions = SAN(DNS("'m' c3bc 'nchen.$domain'")) },
    { { "blank_in_name", "a DNS name with a blank in it" },
      .extensions = SAN(DNS("'web .$domain'")) },
    { { "slash_in_name", "a DNS name with a path in it" },
      .extensions = SAN(DNS("'evil.test/.$domain'")) },
    { { "empty_label", "a DNS name with an empty label" },
      .extensions = SAN(DNS("'web..$domain'")) },
    { { "trailing_dot", "a DNS name with a dot at its end" },
      .extensions = SAN(DNS("'web.$domain.'")) },
    { { "leading_dot", "a DNS name that begins with a dot" },
      .extensions = SAN(DNS("'.$domain'")) },
    { { "long_label", "a DNS name with a label of 64 characters" },
      .extensions = SAN(DNS("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
                            "$domain'")) },
    { { "wildcard_in_the_middle", "a wildcard that is not the left-most label" },
      .extensions = SAN(DNS("'web.*.$domain'")) },
    { { "wildcard_in_a_label", "a wildcard that is a part of a label" },
      .extensions = SAN(DNS("'w*.$domain'")) },
    { { "wildcard_of_everything", "a wildcard without a domain" }, .extensions = SAN(DNS("'*'")) },
    { { "wildcard_of_a_top_domain", "a wildcard below a top-level domain" },
      .extensions = SAN(DNS("'*.test'")) },
    { { "lookalike_domain", "a domain that ends like the right one" },
      .extensions = SAN(DNS("'web.evil$domain'")) },
    { { "name_beside_ours", "another domain's name beside the right one" },
      .extensions = SAN(DNS(WEB) DNS("'evil.test'")) },

    { { "duplicate_extension", "an extension that is there twice, and does not agree with itself" },
      .extensions = SAN(DNS(WEB)) "30{@2.5.29.15 04{03{0780}}} 30{@2.5.29.15 04{03{0204}}}" },
    { { "duplicate_san", "two lists of alternative names" },
      .extensions = SAN(DNS(WEB)) SAN(DNS("'evil.test'")) },
    { { "two_extension_requests", "the attribute with the extensions is there twice" },
      .attributes = "30{@1.2.840.113549.1.9.14 31{30{" SAN(DNS("'evil.test'")) "}}}" },
    { { "two_extension_lists", "two lists of extensions in one attribute" },
      .extensions = "",
      .attributes = "30{@1.2.840.113549.1.9.14 31{30{" SAN(DNS(WEB)) "} 30{" SAN(
          DNS("'evil.test'")) "}}}" },
    { { "microsoft_extensions", "extensions in Microsoft's attribute, which OpenSSL reads too" },
      .attributes = "30{@1.3.6.1.4.1.311.2.1.14 31{30{" SAN(DNS("'evil.test'")) "}}}" },
    { { "unknown_critical_extension", "a critical extension that nobody knows" },
      .extensions = SAN(DNS(WEB)) "30{@1.3.6.1.4.1.99999.2 0101ff 04{0500}}" },
    { { "malformed_extension", "alternative names that cannot be read" },
      .extensions = "30{@2.5.29.17 04{'not DER'}}" },
    { { "asks_for_ca", "basic constraints that ask for a CA" },
      .extensions = SAN(DNS(WEB)) "30{@2.5.29.19 0101ff 04{30{0101ff}}}" },
    { { "asks_to_sign", "a key usage that signs certificates" },
      .extensions = SAN(DNS(WEB)) "30{@2.5.29.15 0101ff 04{03{0106}}}" },
    { { "asks_for_everything", "an extended key usage that allows everything" },
      .extensions = SAN(DNS(WEB)) "30{@2.5.29.37 04{30{@2.5.29.37.0}}}" },
    { { "challenge_password", "a password among the attributes" },
      .attributes = "30{@1.2.840.113549.1.9.7 31{0c{'moth'}}}" },

    { { "rsa_16384", "an RSA key that takes long to verify with" }, .key = "rsa-16384" },
    { { "rsa_1024", "an RSA key that is too short" }, .key = "rsa-1024" },
    { { "rsa_exponent_3", "an RSA key with the exponent 3" }, .key = "rsa-e3" },
    { { "rsa_exponent_1", "an RSA key that encrypts nothing: its exponent is 1" },
      .key = "rsa-e1" },
    { { "sha1_signature", "a signature over SHA-1" }, .key = "rsa-sha1" },
    { { "other_curve", "a curve that TLS does not have" }, .key = "ec-secp256k1" },
    { { "wrong_signature", "a signature that does not verify" }, .spoil = spoil_signature },
    { { "version_2", "a version that there is not" }, .version = "020101" },
    { { "trailing_bytes", "bytes behind the request" }, .spoil = add_bytes },
    { { "truncated", "a request whose end is missing" }, .spoil = cut },
    { { "ber", "an encoding that is BER and not DER" }, .key = "rsa-2048", .spoil = make_ber },
    { { "not_base64", "PEM that is no base64" }, .spoil_pem = spoil_base64 },
};

const struct lc_corpus_kind *lc_corpus_kind(size_t index)
{
    return index < LC_COUNT(recipes) ? &recipes[index].shown : NULL;
}

static const struct recipe *find_recipe(const char *kind, struct lc_err *err)
{
    const char *names[LC_COUNT(recipes) + 1] = { NULL };

    for (size_t i = 0; i < LC_COUNT(recipes); i++) {
        names[i] = recipes[i].shown.name;
        if (strcmp(names[i], kind) == 0)
            return &recipes[i];
    }
    const char *nearest = lc_text_nearest(kind, names);
    if (nearest != NULL)
        (void)lc_fail(err, LC_EUSAGE, "there is no kind '%s' (did you mean '%s'?)", kind, nearest);
    else
        (void)lc_fail(err, LC_EUSAGE,
                      "there is no kind '%s': 'luacharm policy corpus --list' has them", kind);
    return NULL;
}

/* --- the corpus ------------------------------------------------------------------------------ */

struct named_key {
    char name[64];
    struct corpus_key *key;
};

struct lc_corpus {
    uint64_t seed;
    char domain[LC_DNS_NAME_MAX_BYTES + 1];
    struct named_key *keys; /* made so far */
    size_t key_count;
    size_t key_capacity;
};

bool lc_corpus_new(uint64_t seed, const char *domain, struct lc_corpus **out, struct lc_err *err)
{
    const size_t len = strlen(domain);

    if (len == 0 || len > LC_DNS_NAME_MAX_BYTES - 70 || /* the longest label comes before it */
        strspn(domain, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") != len)
        return lc_fail(err, LC_EUSAGE, "'%.80s' is not a domain such as example.com", domain);
    struct lc_corpus *corpus = lc_alloc(1, sizeof(*corpus));
    if (corpus == NULL)
        return lc_fail_memory(err);
    corpus->seed = seed;
    memcpy(corpus->domain, domain, len + 1);
    *out = corpus;
    return true;
}

void lc_corpus_free(struct lc_corpus *corpus)
{
    if (corpus == NULL)
        return;
    for (size_t i = 0; i < corpus->key_count; i++)
        corpus_key_free(corpus->keys[i].key);
    lc_free(corpus->keys);
    lc_free(corpus);
}

bool lc_corpus_number(const struct lc_corpus *corpus, const char *name, uint64_t *out,
                      struct lc_err *err)
{
    unsigned char bytes[8];

    if (!corpus_bytes(corpus->seed, name, bytes, sizeof(bytes), err))
        return false;
    *out = 0;
    for (size_t i = 0; i < sizeof(bytes); i++)
        *out = *out << 8 | bytes[i];
    return true;
}

/* Keys that are quick to make are made again each time; RSA keys are kept. */
static bool get_key(struct lc_corpus *corpus, const struct corpus_key_kind *kind, size_t number,
                    const struct corpus_key **out, struct lc_err *err)
{
    char name[64];
    char label[32];

    (void)snprintf(name, sizeof(name), "%s %zu", kind->name, number);
    for (size_t i = corpus->key_count; i-- > 0;) {
        if (strcmp(corpus->keys[i].name, name) == 0) {
            *out = corpus->keys[i].key;
            return true;
        }
    }
    if (corpus->key_count > 0 && kind->type != CORPUS_RSA) { /* the place of the last such one */
        struct named_key *last = &corpus->keys[corpus->key_count - 1];
        if (strncmp(last->name, "rsa", 3) != 0) {
            corpus_key_free(last->key);
            corpus->key_count--;
        }
    }
    if (!lc_grow(&corpus->keys, &corpus->key_capacity, corpus->key_count, sizeof(*corpus->keys)))
        return lc_fail_memory(err);
    struct named_key *slot = &corpus->keys[corpus->key_count];
    (void)snprintf(label, sizeof(label), "key %zu", number);
    if (!corpus_key_new(kind, corpus->seed, label, &slot->key, err))
        return false;
    memcpy(slot->name, name, sizeof(name));
    corpus->key_count++;
    *out = slot->key;
    return true;
}

/* --- putting a request together -------------------------------------------------------------- */

/* What $names and $long stand for. */
static void repeated(const char *what, struct lc_buf *out)
{
    if (strcmp(what, "$names") == 0)
        for (int i = 0; i < LC_ATTRS_MAX_SANS; i++)
            lc_buf_printf(out, "82{'n%d.$domain'}", i);
    else
        for (int i = 0; i < 10000; i++)
            lc_buf_puts(out, "'aaaaaaaaaa'");
}

/* Put in what the words with a dollar stand for; from once more, since $names has $domain in it. */
static void fill_in(const char *text, const char *domain, struct lc_buf *out)
{
    static const char *const words[] = { "$names", "$long" };

    for (size_t i = 0; i < LC_COUNT(words); i++) {
        const char *at = strstr(text, words[i]);
        if (at == NULL)
            continue;
        LC_AUTO(lc_buf_release) struct lc_buf longer = LC_BUF_INIT(TEXT_MAX_BYTES);
        lc_buf_add(&longer, text, (size_t)(at - text));
        repeated(words[i], &longer);
        lc_buf_puts(&longer, at + strlen(words[i]));
        fill_in(longer.data, domain, out);
        return;
    }
    for (const char *at; (at = strstr(text, "$domain")) != NULL; text = at + strlen("$domain")) {
        lc_buf_add(out, text, (size_t)(at - text));
        lc_buf_puts(out, domain);
    }
    lc_buf_puts(out, text);
}

static bool assemble(const struct lc_corpus *corpus, const char *text, struct lc_buf *out,
                     struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf filled = LC_BUF_INIT(TEXT_MAX_BYTES);

    fill_in(text, corpus->domain, &filled);
    return lc_buf_check(&filled, err) && lc_der_assemble(filled.data, out, err);
}

/* CertificationRequestInfo is in der: sign it and close the whole. */
static bool seal(const struct corpus_key *key, struct lc_buf *der, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf signature = LC_BUF_INIT(8192);

    if (!lc_buf_check(der, err) || !corpus_key_sign(key, der->data, der->len, &signature, err) ||
        !lc_buf_check(&signature, err))
        return false;
    lc_buf_add(der, signature.data, signature.len);
    lc_der_box(der, 0, LC_DER_SEQUENCE);
    return lc_buf_check(der, err);
}

static bool put_pem(const struct lc_buf *der, struct lc_buf *pem, struct lc_err *err)
{
    static const char label[] = "CERTIFICATE REQUEST";
    char *room = lc_buf_room(pem, lc_pem_len(label, der->len) + 1);

    if (room == NULL)
        return lc_buf_check(pem, err);
    lc_pem_write(label, der->data, der->len, room);
    lc_buf_grew(pem, lc_pem_len(label, der->len));
    lc_buf_putc(pem, '\n');
    return lc_buf_check(pem, err);
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text == NULL ? otherwise : text;
}

static bool put_attributes(const struct lc_corpus *corpus, const struct recipe *recipe,
                           struct lc_buf *der, struct lc_err *err)
{
    const char *extensions = or_else(recipe->extensions, SAN(DNS(WEB)));
    const size_t from = der->len;

    if (!assemble(corpus, or_else(recipe->attributes, ""), der, err))
        return false;
    if (*extensions != '\0') {
        const size_t attribute = der->len;
        if (!lc_der_assemble("@1.2.840.113549.1.9.14", der, err))
            return false;
        const size_t values = der->len;
        if (!assemble(corpus, extensions, der, err))
            return false;
        lc_der_box(der, values, LC_DER_SEQUENCE);
        lc_der_box(der, values, LC_DER_SET);
        lc_der_box(der, attribute, LC_DER_SEQUENCE);
    }
    lc_der_box(der, from, LC_DER_CONTEXT_BOX);
    return lc_buf_check(der, err);
}

static bool build_hostile(struct lc_corpus *corpus, const struct recipe *recipe, struct lc_buf *der,
                          struct lc_err *err)
{
    const struct corpus_key_kind *kind = corpus_key_kind(or_else(recipe->key, LC_CORPUS_KEY));
    const struct corpus_key *key;

    if (!get_key(corpus, kind, 0, &key, err) ||
        !lc_der_assemble(or_else(recipe->version, "020100"), der, err))
        return false;
    const size_t subject = der->len;
    if (!assemble(corpus, or_else(recipe->subject, CN(WEB)), der, err))
        return false;
    lc_der_box(der, subject, LC_DER_SEQUENCE);
    if (!corpus_key_put_public(key, der, err) || !put_attributes(corpus, recipe, der, err))
        return false;
    lc_der_box(der, 0, LC_DER_SEQUENCE);
    return seal(key, der, err);
}

bool lc_corpus_hostile(struct lc_corpus *corpus, const char *kind, struct lc_buf *pem,
                       struct lc_err *err)
{
    const struct recipe *recipe = find_recipe(kind, err);
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(LC_CORPUS_PEM_BYTES);
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_CORPUS_PEM_BYTES);

    if (recipe == NULL)
        return false;
    if (!build_hostile(corpus, recipe, &der, err))
        return lc_wrap(err, "the kind %s", kind);
    if (recipe->spoil != NULL)
        recipe->spoil(&der);
    if (!put_pem(&der, &text, err))
        return lc_wrap(err, "the kind %s", kind);
    if (recipe->spoil_pem != NULL)
        recipe->spoil_pem(&text);
    lc_buf_add(pem, text.data, text.len);
    return lc_buf_check(pem, err);
}

/* --- honest ones ----------------------------------------------------------------------------- */

static bool put_subject(const struct lc_attrs *attrs, struct lc_buf *der, struct lc_err *err)
{
    LC_AUTO(X509_NAME_free) X509_NAME *name = X509_NAME_new();
    LC_AUTO(lc_ossl_free) unsigned char *bytes = NULL;

    if (name == NULL)
        return lc_ossl_fail(err, LC_ENOMEM, "cannot write the subject");
    if (!lc_name_build(attrs, false, name, err))
        return false;
    const int len = i2d_X509_NAME(name, &bytes);
    if (len <= 0)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot write the subject");
    lc_buf_add(der, bytes, (size_t)len);
    return true;
}

/* The names in the order of the normal form. */
static bool put_names(const struct lc_attrs *attrs, struct lc_buf *der, struct lc_err *err)
{
    LC_AUTO(GENERAL_NAMES_free) GENERAL_NAMES *names = GENERAL_NAMES_new();
    LC_AUTO(lc_ossl_free) unsigned char *bytes = NULL;

    if (names == NULL)
        return lc_ossl_fail(err, LC_ENOMEM, "cannot write the names");
    if (!lc_sans_push_list(names, LC_SAN_DNS, &attrs->sans_dns, err) ||
        !lc_sans_push_list(names, LC_SAN_IP, &attrs->sans_ip, err) ||
        !lc_sans_push_list(names, LC_SAN_OID, &attrs->sans_oid, err))
        return false;
    if (sk_GENERAL_NAME_num(names) == 0)
        return true;
    const int len = i2d_GENERAL_NAMES(names, &bytes);
    if (len <= 0)
        return lc_ossl_fail(err, LC_ECRYPTO, "cannot write the names");
    const size_t attribute = der->len;
    if (!lc_der_assemble("@1.2.840.113549.1.9.14", der, err))
        return false;
    const size_t values = der->len;
    if (!lc_der_assemble("@2.5.29.17", der, err))
        return false;
    lc_der_put(der, LC_DER_OCTET_STRING, bytes, (size_t)len);
    lc_der_box(der, values, LC_DER_SEQUENCE); /* Extension */
    lc_der_box(der, values, LC_DER_SEQUENCE); /* Extensions */
    lc_der_box(der, values, LC_DER_SET);
    lc_der_box(der, attribute, LC_DER_SEQUENCE);
    return true;
}

bool lc_corpus_has_key(const char *key)
{
    const struct corpus_key_kind *kind = corpus_key_kind(key);

    return kind != NULL && corpus_key_is_usual(kind);
}

bool lc_corpus_plain(struct lc_corpus *corpus, const struct lc_attrs *attrs, const char *key_name,
                     size_t key_number, struct lc_buf *pem, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf der = LC_BUF_INIT(LC_CORPUS_PEM_BYTES);
    const struct corpus_key *key;

    if (!lc_corpus_has_key(key_name))
        return lc_fail(err, LC_EUSAGE,
                       "'%.40s' is none of the keys rsa-2048, rsa-3072, rsa-4096, ec-p256, "
                       "ec-p384, ed25519",
                       key_name);
    if (!get_key(corpus, corpus_key_kind(key_name), key_number, &key, err) ||
        !lc_der_assemble("020100", &der, err) || !put_subject(attrs, &der, err) ||
        !corpus_key_put_public(key, &der, err))
        return false;
    const size_t attributes = der.len;
    if (!put_names(attrs, &der, err))
        return false;
    lc_der_box(&der, attributes, LC_DER_CONTEXT_BOX);
    lc_der_box(&der, 0, LC_DER_SEQUENCE);
    return seal(key, &der, err) && put_pem(&der, pem, err);
}
