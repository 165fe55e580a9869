/* Keys, requests, certificates and chains as Lua sees them: what modules that hand them out or take
 * them share. Every function may raise. */
#ifndef LC_BIND_X509_H
#define LC_BIND_X509_H

#include "bind/bind.h"
#include "x509/attrs.h"
#include "x509/cert.h"
#include "x509/chain.h"
#include "x509/csr.h"
#include "x509/key.h"

extern const struct bind_class bind_key_class;   /* a struct lc_key *, with a reference */
extern const struct bind_class bind_csr_class;   /* a struct lc_csr *, with a reference */
extern const struct bind_class bind_cert_class;  /* a struct lc_cert *, with a reference */
extern const struct bind_class bind_chain_class; /* a struct lc_chain itself */

/* A box with a reference of its own; nil for NULL. */
void bind_push_key(lua_State *L, struct lc_key *key);
void bind_push_csr(lua_State *L, struct lc_csr *csr);
void bind_push_cert(lua_State *L, struct lc_cert *cert);
void bind_push_chain(lua_State *L, const struct lc_chain *chain);

static inline struct lc_key *bind_check_key(lua_State *L, int arg)
{
    return bind_check(L, arg, &bind_key_class);
}

static inline struct lc_csr *bind_check_csr(lua_State *L, int arg)
{
    return bind_check(L, arg, &bind_csr_class);
}

static inline struct lc_cert *bind_check_cert(lua_State *L, int arg)
{
    return bind_check(L, arg, &bind_cert_class);
}

/* mod_x509_attrs.c. The fields of a request in a table at index, which must be one, into scratch,
 * in their normal form; add_unique_id_to_subject_name stays as it is when it is not said. Raises
 * LC_EUSAGE for unknown fields and values that cannot be encoded. */
struct lc_attrs *bind_scratch_attrs(lua_State *L);
void bind_read_attrs(lua_State *L, int index, struct lc_attrs *out);
void bind_push_attrs(lua_State *L, const struct lc_attrs *attrs);

/* mod_x509_key.c. { type, bits, curve } at index, or nil for RSA 2048; the curve is a view into it.
 */
void bind_read_key_spec(lua_State *L, int index, struct lc_key_spec *out);

/* mod_x509_shape.c. What is issued, in a table at index: validity, not_before (the context's clock
 * when not said), is_ca, path_length, key_usage, extended_key_usage, copy_extensions. */
struct bind_shape {
    struct lc_cert_shape shape; /* its lists are views into those below */
    struct lc_strlist key_usage;
    struct lc_strlist extended_key_usage;
    struct lc_strlist copy_extensions;
};

struct bind_shape *bind_scratch_shape(lua_State *L);
void bind_read_shape(lua_State *L, int index, struct bind_shape *out);
/* Of these, what a self-signed CA has: validity, not_before, path_length. */
void bind_read_ca_shape(lua_State *L, int index, struct bind_shape *out);

/* mod_x509_attrs.c. A subject: a list of { oid, name, type, value, rdn }, rdn counted from 1. */
void bind_push_name(lua_State *L, const struct lc_name *name);
/* A list of { type, value }; the values of one type. */
void bind_push_sans(lua_State *L, const struct lc_sans *sans);
void bind_push_sans_of(lua_State *L, const struct lc_sans *sans, enum lc_san_type type);
/* A list of { oid, critical, value }, the value in DER. */
void bind_push_extensions(lua_State *L, const struct lc_extensions *list);
/* 32 bytes as 64 hex digits. */
void bind_push_sha256(lua_State *L, const unsigned char *digest);
/* "rsa 2048", "ec P-256" or "ec 256", "ed25519": for __tostring. curve: NULL when not known. */
void bind_push_key_kind(lua_State *L, enum lc_key_type type, int bits, const char *curve);

/* The common name, or the first subject-alternative name, or "no name": for __tostring. */
void bind_push_label(lua_State *L, const struct lc_name *subject, const struct lc_sans *sans);

/* The functions of charm.x509.key and so on: mod_x509_*.c. */
extern const luaL_Reg bind_x509_key[];
extern const luaL_Reg bind_x509_csr[];
extern const luaL_Reg bind_x509_cert[];
extern const luaL_Reg bind_x509_chain[];

#endif
