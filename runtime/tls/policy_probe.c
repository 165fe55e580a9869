/* What a policy can do, found out by asking it about requests that are made up for that. */
#include <string.h>

#include "base/mem.h"
#include "tls/databag.h"
#include "tls/policy.h"

#define SOME_DOMAIN  "example.com"
#define SOME_ADDRESS "192.0.2.1" /* RFC 5737 */

struct probe {
    const struct lc_policy *policy;
    struct lc_policy_request request;
    struct lc_key *key;
    struct lc_strlist domains; /* that rules compared names with */
    char network[64];          /* the first that rules compared addresses with; "" for none */
    bool lost;                 /* out of memory while watching */
};

static void watch(void *context, const char *kind, const char *value)
{
    struct probe *probe = context;
    struct lc_err why = LC_ERR_INIT;

    if (strcmp(kind, "domain") == 0) {
        if (!lc_strlist_has(&probe->domains, value) &&
            !lc_strlist_add(&probe->domains, value, &why))
            probe->lost = true;
    } else if (*probe->network == '\0' && strlen(value) < sizeof(probe->network)) {
        memcpy(probe->network, value, strlen(value) + 1);
    }
}

static bool make_csr(const struct probe *probe, const char *name, const char *address,
                     struct lc_csr **out, struct lc_err *err)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    const size_t len = strlen(name);

    return (len > LC_COMMON_NAME_MAX_BYTES ||
            lc_attrs_set_text(&attrs, "common_name", name, len, err)) &&
           lc_attrs_add_text(&attrs, "sans_dns", name, len, err) &&
           (address == NULL ||
            lc_attrs_add_text(&attrs, "sans_ip", address, strlen(address), err)) &&
           lc_attrs_normalise(&attrs, err) && lc_csr_generate(&attrs, probe->key, out, err);
}

/* "host.example.com": label, a dot, the domain. One that cannot be asked for is not granted. */
static bool is_granted(struct probe *probe, const char *label, const char *domain,
                       const char *address, bool is_ca, bool *granted, struct lc_err *err)
{
    const struct lc_policy_observer observer = { .context = probe, .sample = watch };
    LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf name = LC_BUF_INIT(1024);
    struct lc_policy_request request = probe->request;
    struct lc_err why = LC_ERR_INIT;

    *granted = false;
    lc_buf_printf(&name, "%s.%s", label, domain);
    if (!lc_buf_check(&name, &why) || !make_csr(probe, name.data, address, &csr, &why)) {
        if (why.code == LC_EUSAGE || why.code == LC_ELIMIT)
            return true;
        *err = why;
        return false;
    }
    request.csr = csr;
    request.is_ca = is_ca;
    request.signature = LC_SIGNATURE_VALID;
    if (!lc_policy_decide(probe->policy, &request, &observer, &verdict, err))
        return false;
    *granted = verdict.kind == LC_VERDICT_ISSUE;
    return probe->lost ? lc_fail_memory(err) : true;
}

/* One capability after another, each with one thing more than a plain name. */
static bool ask_all(struct probe *probe, const char *domain, struct lc_capabilities *out,
                    struct lc_err *err)
{
    char address[sizeof(probe->network)] = SOME_ADDRESS;
    bool granted[4];

    if (*probe->network != '\0') {
        memcpy(address, probe->network, sizeof(address));
        address[strcspn(address, "/")] = '\0';
    }
    if (!is_granted(probe, "host", domain, address, false, &granted[0], err) ||
        !is_granted(probe, "*", domain, NULL, false, &granted[1], err) ||
        !is_granted(probe, "host.below", domain, NULL, false, &granted[2], err) ||
        !is_granted(probe, "host", domain, NULL, true, &granted[3], err))
        return false;
    out->said = true;
    out->supports_ip_sans = granted[0] ? LC_YES : LC_NO;
    out->supports_wildcard_dns = granted[1] ? LC_YES : LC_NO;
    out->supports_subdomain = granted[2] ? LC_YES : LC_NO;
    out->supports_ca_certificates = granted[3] ? LC_YES : LC_NO;
    return true;
}

static bool probe_all(struct probe *probe, struct lc_capabilities *out, struct lc_err *err)
{
    bool granted;
    bool granted_ca;

    if (!is_granted(probe, "host", SOME_DOMAIN, NULL, false, &granted, err))
        return false;
    const bool has_domains = probe->domains.count != 0;
    LC_AUTO(lc_free) char *domain = lc_strdup(has_domains ? probe->domains.items[0] : SOME_DOMAIN);
    if (domain == NULL)
        return lc_fail_memory(err);
    if ((has_domains && !is_granted(probe, "host", domain, NULL, false, &granted, err)) ||
        !is_granted(probe, "host", domain, NULL, true, &granted_ca, err))
        return false;
    if (!granted && !granted_ca)
        return true;
    if (!ask_all(probe, domain, out, err))
        return false;
    out->has_allowed_domains = has_domains;
    return !has_domains || lc_strlist_copy(&out->allowed_domains, &probe->domains, err);
}

bool lc_policy_capabilities(const struct lc_policy *policy, const struct lc_policy_request *request,
                            struct lc_capabilities *out, struct lc_err *err)
{
    const struct lc_key_spec spec = { .type = LC_KEY_EC };
    struct probe probe = { .policy = policy, .request = *request };

    lc_capabilities_release(out);
    const bool done = lc_key_generate(&spec, &probe.key, err) && probe_all(&probe, out, err);
    lc_key_unref(probe.key);
    lc_strlist_release(&probe.domains);
    return done ? true : lc_wrap(err, "cannot find out what the policy grants");
}
