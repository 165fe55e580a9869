/* A policy of a text, for the length of a test; and requests for it. */
#ifndef TESTS_UNIT_POLICY_SETUP_H
#define TESTS_UNIT_POLICY_SETUP_H

#include <string.h>

#include "base/strmap.h"
#include "bind/policy.h"
#include "rows.h"

#define POLICY_HEAD "local policy <const> = require 'charm.policy'\n"

/* text: the whole file. options: NULL for the defaults. */
static inline bool policy_of(const char *text, const struct bind_policy_options *options,
                             struct bind_policy **out, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap sources = LC_STRMAP_INIT;

    return lc_strmap_set(&sources, "policy.lua", text, err) &&
           bind_policy_load_kept(&sources, "policy.lua", options, out, err);
}

/* A policy of one requirement with this body, and a profile that grants everything. */
static inline bool policy_of_rule(const char *body, const struct bind_policy_options *options,
                                  struct bind_policy **out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(64u * 1024);

    lc_buf_printf(&text,
                  POLICY_HEAD
                  "return policy {\n"
                  "  policy.require('rule', function(request) %s end),\n"
                  "  policy.profile('all', function() return { validity = '1d' } end),\n"
                  "}\n",
                  body);
    return lc_buf_check(&text, err) && policy_of(text.data, options, out, err);
}

/* Of a P-256 key that is made once. cn, dns, ip: NULL for none. Free with lc_csr_unref. */
static inline struct lc_csr *policy_csr(struct lc_key *key, const char *cn, const char *dns,
                                        const char *ip)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    if (cn != NULL)
        assert_done(lc_attrs_set_text(&attrs, "common_name", cn, strlen(cn), &err));
    if (dns != NULL)
        assert_done(lc_attrs_add_text(&attrs, "sans_dns", dns, strlen(dns), &err));
    if (ip != NULL)
        assert_done(lc_attrs_add_text(&attrs, "sans_ip", ip, strlen(ip), &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_csr_generate(&attrs, key, &csr, &err));
    return csr;
}

static inline struct lc_key *policy_key(void)
{
    const struct lc_key_spec spec = { .type = LC_KEY_EC };
    struct lc_key *key = NULL;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_key_generate(&spec, &key, &err));
    return key;
}

/* The name of the rule that decided; "" for none. */
static inline const char *policy_rule_name(const struct bind_policy *policy,
                                           const struct lc_verdict *verdict)
{
    return verdict->rule == LC_POLICY_NO_RULE
               ? ""
               : lc_policy_rule(bind_policy_engine(policy), verdict->rule)->name;
}

#endif
