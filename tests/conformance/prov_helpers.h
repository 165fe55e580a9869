/* What the provider's conformance tests share: a provider related to web by relation 9, and its
 * databag read back. */
#ifndef TESTS_CONFORMANCE_PROV_HELPERS_H
#define TESTS_CONFORMANCE_PROV_HELPERS_H

#include <string.h>

#include "base/mem.h"
#include "rows.h"
#include "tls_world.h"

static struct lc_err err;

#define NINE "certificates:9"

static inline void relate(struct tls_provider_unit *unit, const char *relation_id, const char *app,
                          const char *remote_unit)
{
    fake_juju_relate(unit->fake, relation_id, app);
    if (remote_unit != NULL)
        fake_juju_join(unit->fake, relation_id, remote_unit);
}

/* Related to web by relation 9; web/0 asks for these, which ends with -1. */
static inline void set_up(struct tls_provider_unit *unit, const int *numbers)
{
    tls_provider_init(unit);
    relate(unit, NINE, "web", "web/0");
    tls_put_requests(unit->fake, NINE, "web/0", numbers);
}

/* Requests, as tls_put_requests takes them. */
static const int first[] = { 0, -1 };
static const int two[] = { 0, 1, -1 };
static const int none[] = { -1 };

static inline void load_certificates(struct tls_provider_unit *unit, const char *relation_id,
                                     struct lc_certificate_entries *out)
{
    assert_done(lc_databag_load_certificates(fake_juju_bag(unit->fake, relation_id, "ca"), "ca",
                                             NULL, out, &err));
}

static inline size_t certificate_count(struct tls_provider_unit *unit, const char *relation_id)
{
    LC_AUTO(lc_certificate_entries_release)
    struct lc_certificate_entries entries = LC_CERTIFICATE_ENTRIES_INIT;

    load_certificates(unit, relation_id, &entries);
    return entries.count;
}

static inline void load_errors(struct tls_provider_unit *unit, struct lc_error_entries *out)
{
    assert_done(
        lc_databag_load_errors(fake_juju_bag(unit->fake, NINE, "ca"), "ca", NULL, out, &err));
}

static inline size_t count_log(const struct tls_provider_unit *unit, const char *part)
{
    size_t count = 0;

    for (size_t i = 0; i < unit->log.count; i++)
        count += strstr(unit->log.items[i], part) != NULL;
    return count;
}

#endif
