/* runtime/tls/renewal: when a certificate is renewed, against the Python library's numbers. */
#include <string.h>

#include "../conformance/x509_vectors.h"
#include "tls/renewal.h"

static double number_of(const struct lc_json *object, const char *key)
{
    return lc_json_number(lc_json_get(object, key));
}

/* The times count from the certificate's own validity, wherever `now` is (D-18): what the library
 * calls recommended_renewal_time. */
static void check_times(void **state)
{
    const struct lc_json *vector = *state;
    const int64_t from = vector_time(vector, "not_before");
    const int64_t to = vector_time(vector, "not_after");
    const double renew_at = number_of(vector, "renewal_relative_time");
    const int64_t overdue = lc_renewal_overdue(from, to, renew_at);
    const int64_t now = vector_time(vector, "now");

    assert_int_equal(lc_renewal_due(from, to, renew_at),
                     vector_time(vector, "recommended_renewal_time"));
    assert_int_equal(overdue, vector_time(vector, "safety_renewal_time"));
    assert_int_equal(now >= overdue && now < to,
                     lc_json_boolean(lc_json_get(vector, "safety_net_renews_now")));
}

static void check_bound(void **state)
{
    const struct lc_json *vector = *state;

    assert_int_equal(lc_renewal_is_valid_fraction(number_of(vector, "renewal_relative_time")),
                     lc_json_boolean(lc_json_get(vector, "accepted")));
}

static const struct chosen_row {
    const char *name;
    int64_t chosen;
    int64_t want;
} chosen_rows[] = {
    { "a chosen time counts as it is", 1700, 1700 },
    { "but not before half of the validity", 1200, 1500 },
    { "also when it is before the beginning", 1, 1500 },
    { "nor behind the end", 3000, 2000 },
};

static void check_chosen(void **state)
{
    const struct chosen_row *row = *state;

    assert_int_equal(lc_renewal_bound(1000, 2000, row->chosen), row->want);
}

static void add(struct suite *suite, const struct lc_json *list, const char *what,
                CMUnitTestFunction check)
{
    for (size_t i = 0; i < lc_json_count(list); i++)
        suite_addf(suite, check, (void *)(uintptr_t)lc_json_at(list, i), "%s %zu: at %g", what, i,
                   number_of(lc_json_at(list, i), "renewal_relative_time"));
}

int main(void)
{
    struct suite suite = SUITE_INIT;
    LC_AUTO(lc_json_free) struct lc_json *vectors = vector_load("renewal-times.json");

    add(&suite, lc_json_get(vectors, "cases"), "times", check_times);
    add(&suite, lc_json_get(vectors, "constructor_bounds"), "bound", check_bound);
    SUITE_ROWS(&suite, chosen_rows, check_chosen);
    return suite_run(&suite, "renewal");
}
