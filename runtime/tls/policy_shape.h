/* What a profile says is issued, and what that makes of a request: the names, the subject and the
 * shape that x509/cert.h signs. */
#ifndef LC_TLS_POLICY_SHAPE_H
#define LC_TLS_POLICY_SHAPE_H

#include "base/strlist.h"
#include "base/strmap.h"
#include "x509/cert.h"
#include "x509/csr.h"

/* Attributes of a subject by the names that authors write, "common_name": the OID, or NULL. Static.
 */
const char *lc_subject_field_oid(const char *field);
/* "2.5.4.3" to "common_name"; NULL for one without such a name. Static. */
const char *lc_subject_field_name(const char *oid);
const char *const *lc_subject_fields(void); /* all names, NULL-terminated */

/* Every list is owned. A list that was not said is left at the default of x509/cert.h. */
struct lc_policy_shape {
    int64_t validity_s; /* 0: the issuer's default */
    int64_t backdate_s; /* how long before now it begins; 0: now */
    bool is_ca;
    int path_length; /* -1: none said */
    bool has_key_usage;
    struct lc_strlist key_usage;
    bool has_extended_key_usage;
    struct lc_strlist extended_key_usage;
    struct lc_strlist copy_extensions; /* OIDs */
    bool has_keep_names;
    struct lc_strlist keep_names; /* of the request's names only these: texts, without regard to
                                     case */
    struct lc_strlist drop_names; /* all but these */
    struct lc_sans add_names;
    bool has_keep_subject;
    struct lc_strlist keep_subject; /* OIDs: of the subject only these attributes */
    struct lc_strlist drop_subject; /* OIDs */
    struct lc_strmap set_subject;   /* OID to value */
    struct lc_sans permitted;       /* name constraints of a CA */
    struct lc_sans excluded;
    struct lc_strmap labels;    /* for the journal */
    struct lc_strlist warnings; /* for the log */
};

#define LC_POLICY_SHAPE_INIT                                                                       \
    {                                                                                              \
        .path_length = -1                                                                          \
    }

void lc_policy_shape_release(struct lc_policy_shape *shape);
LC_AUTO_VALUE(struct lc_policy_shape, lc_policy_shape_release);

/* The names of a request: its subject-alternative names in their order, and the e-mail address of
 * its subject, which stands among them in the certificate. out: initialised; added to. */
bool lc_policy_request_names(const struct lc_csr *csr, struct lc_sans *out, struct lc_err *err)
    LC_MUST_CHECK;

/* The shape applied to a request: what x509/cert.h takes. Holds what cert points into. A name that
 * is dropped goes from the common name as well. LC_EUSAGE where no name at all is left. */
struct lc_policy_built {
    struct lc_cert_shape cert; /* views; not_before is that of `now` less the backdate */
    struct lc_sans names;
    struct lc_subject_change *subject; /* owned; views into the shape */
    const char **usages;               /* owned, as are the next two; views into the shape */
    const char **extended_usages;
    const char **extensions;
};

#define LC_POLICY_BUILT_INIT                                                                       \
    {                                                                                              \
        .cert = LC_CERT_SHAPE_INIT                                                                 \
    }

void lc_policy_built_release(struct lc_policy_built *built);
LC_AUTO_VALUE(struct lc_policy_built, lc_policy_built_release);

bool lc_policy_shape_build(const struct lc_policy_shape *shape, const struct lc_csr *csr,
                           int64_t now_s, struct lc_policy_built *out, struct lc_err *err)
    LC_MUST_CHECK;

#endif
