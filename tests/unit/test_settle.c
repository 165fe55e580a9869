/* model/settle: when a unit counts as one that does not come to rest. What is told of it is in
 * model/commit.t. */
#include "model/settle.h"

#include "model/settle_private.h"
#include "rows.h"

#define NEWS 7 /* of the whole model, so far */

struct row {
    const char *name;
    int64_t hooks;
    int64_t news; /* when its hooks were last counted anew */
    int64_t ever;
    bool restless;
};

static const struct row rows[] = {
    { "it has done nothing", 0, NEWS, 0, false },
    { "as many hooks without news as may be", LC_SETTLE_MAX_HOOKS - 1, NEWS, 500, false },
    { "one more", LC_SETTLE_MAX_HOOKS, NEWS, 500, true },
    { "so many, and there were news", LC_SETTLE_MAX_HOOKS, NEWS - 1, 500, false },
    { "as many hooks with news as may be", 1, NEWS - 1, LC_SETTLE_MAX_EVER - 1, false },
    { "one more, in spite of news", 1, NEWS - 1, LC_SETTLE_MAX_EVER, true },
};

static void check_row(void **state)
{
    const struct row *row = *state;
    const struct settle settle = { .news = NEWS };
    const struct turn turn = { .hooks = row->hooks, .news = row->news, .ever = row->ever };

    assert_int_equal(settle_is_restless(&settle, &turn), row->restless);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, rows, check_row);
    return suite_run(&suite, "settle");
}
