/* Questions about names: whether one lies within a domain or a network, what shape a wildcard has,
 * what a URI is made of. None of them takes more than linear time, whatever the text. Texts are as
 * lc_san has them. */
#ifndef LC_X509_MATCH_H
#define LC_X509_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "x509/cert.h"
#include "x509/name.h"

/* The domain itself or a name below it, "www.example.com" within "example.com"; without regard to
 * case; a wildcard counts as what it stands for, "*.example.com" within "example.com". One dot at
 * the end of either is not looked at. Nothing is within "". */
bool lc_dns_is_within(const char *name, const char *domain);

/* How a name has its asterisk, RFC 6125 section 6.4.3 and the CA/Browser Forum's Baseline
 * Requirements 1.6.1: as the whole leftmost label of at least three, or in another way. */
enum lc_wildcard { LC_WILDCARD_NONE, LC_WILDCARD_WHOLE_LABEL, LC_WILDCARD_ODD };
enum lc_wildcard lc_dns_wildcard(const char *name);

/* Labels of letters, digits and hyphens (underscores too, as in many host names), none empty or
 * over 63 bytes, 253 in all; the leftmost may be "*". */
bool lc_dns_is_well_formed(const char *name);

/* What the text of a name matches of a pattern in which each "*" stands for any text, none as well;
 * there is no other special character. With regard to case. */
bool lc_glob_matches(const char *pattern, const char *text);

/* An address within a network such as "10.0.0.0/8" or "2001:db8::/32"; one without a length is a
 * single address. *within is false for an address of the other family. LC_EPARSE when either is
 * malformed, or bits are set behind the length. */
bool lc_ip_is_within(const char *address, const char *network, bool *within, struct lc_err *err)
    LC_MUST_CHECK;

/* Whether it is an address at all. */
bool lc_ip_is_address(const char *text);

/* "loopback", "private" (RFC 1918, RFC 4193), "link_local", "multicast", "unspecified" or "global";
 * NULL for what is no address. Static. */
const char *lc_ip_scope(const char *address);

/* Parts of a URI (RFC 3986 section 3): views into it with their lengths; a part that is not there
 * is empty. False when there is no scheme. */
struct lc_uri_part {
    const char *text;
    size_t len;
};
struct lc_uri {
    struct lc_uri_part scheme;
    struct lc_uri_part user;
    struct lc_uri_part host; /* of [2001:db8::1] without the brackets */
    struct lc_uri_part port;
    struct lc_uri_part path;
};
bool lc_uri_split(const char *uri, struct lc_uri *out);

/* The part of an e-mail address behind its last at sign; NULL when there is none. A view. */
const char *lc_email_host(const char *address);

/* The names of a certificate, its subject among them, are permitted by the name constraints of
 * every CA in chain (RFC 5280 section 4.2.1.10). LC_ECRYPTO says which CA forbids it, or that a
 * constraint is of a kind that cannot be checked. */
struct lc_chain;
bool lc_cert_is_permitted(const struct lc_cert *cert, const struct lc_chain *chain,
                          struct lc_err *err) LC_MUST_CHECK;

/* What an extension says, as texts: of a key usage and an extended key usage their names
 * ("server_auth", or the OID), of basic constraints "ca" and "path_length=0", of name constraints
 * "permitted DNS:example.com", of policies their OIDs, of a TLS feature "must_staple" or its
 * number, of a key identifier its hex. *name_out: "key_usage", ...; NULL, and nothing in out, for
 * an extension that is not known here, or that is malformed. Static. out: initialised. */
bool lc_extension_decode(const struct lc_extension *extension, const char **name_out,
                         struct lc_strlist *out, struct lc_err *err) LC_MUST_CHECK;

/* The name alone, by OID; NULL for one that is not known here. Static. */
const char *lc_extension_name(const char *oid);

#endif
