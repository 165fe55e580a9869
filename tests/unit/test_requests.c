/* tls/requests: how many certificates may be wanted. What is the same, and what is refused, is in
 * conformance/test_req_requests.c. */
#include <stdio.h>
#include <string.h>

#include "rows.h"
#include "tls/requirer.h"

static struct lc_err err;

static bool want(struct lc_tls_requests *requests, int number)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    char name[32];
    const int len = snprintf(name, sizeof(name), "n%d.example.com", number);

    assert_done(lc_attrs_set_text(&attrs, "common_name", name, (size_t)len, &err));
    return lc_tls_requests_take(requests, name, LC_TLS_UNIT, &attrs, &err);
}

static void requests_are_counted(void **state)
{
    LC_AUTO(lc_tls_requests_release) struct lc_tls_requests requests = LC_TLS_REQUESTS_INIT;

    (void)state;
    for (int i = 0; i < LC_TLS_MAX_REQUESTS; i++)
        assert_done(want(&requests, i));
    assert_int_equal(requests.count, LC_TLS_MAX_REQUESTS);
    if (want(&requests, LC_TLS_MAX_REQUESTS))
        fail_msg("one more was taken");
    assert_failure(&err, LC_ELIMIT, "more than 10000 requests");
    assert_int_equal(requests.count, LC_TLS_MAX_REQUESTS);
    assert_done(want(&requests, 0)); /* it is there already */
    assert_int_equal(requests.count, LC_TLS_MAX_REQUESTS);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "requests are counted", requests_are_counted);
    return suite_run(&suite, "requests");
}
