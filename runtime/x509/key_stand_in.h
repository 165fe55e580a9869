/* A key that stands in for one that is not at hand: it has the public half of the real one, so that
 * what was made with that matches it, and a made-up private half, so that nothing it signs
 * verifies. For hooks that are played again from a recording. */
#ifndef LC_X509_KEY_STAND_IN_H
#define LC_X509_KEY_STAND_IN_H

#include "base/attr.h"
#include "base/err.h"
#include "base/secret.h"

/* public_pem: a SubjectPublicKeyInfo, as lc_key_dup_public_pem gives it. out: a private key in PEM.
 * Of an Ed25519 key, whose public half follows from the private one, and of types that are not
 * known, it is a new key, with another public half. LC_EPARSE, LC_ECRYPTO, LC_ENOMEM. */
bool lc_key_stand_in(const char *public_pem, struct lc_secret *out, struct lc_err *err)
    LC_MUST_CHECK;

#endif
