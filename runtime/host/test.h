/* Runs the tests of a charm, which are Lua (lua/charm/testing.lua): each file in a VM of its own,
 * with the module "charm.testing"; each hook that a test runs in another, on a made-up state. */
#ifndef LC_HOST_TEST_H
#define LC_HOST_TEST_H

#include "base/buf.h"
#include "charm/meta.h"

struct lc_test_outcome {
    const char *name;
    const char *failure; /* NULL: it passed. Several lines; the first has the place in the test */
};

struct lc_test_file {
    const char *path;  /* relative to the charm's folder, which is the process's own */
    const char *shown; /* how messages call it */
    const char *only;  /* run what has this in its name; NULL: all */
    int64_t line;      /* run the test that this line belongs to; 0: all */
    /* Called after each test. Texts live until it returns. */
    void (*tell)(void *context, const struct lc_test_outcome *outcome);
    void *context;
};

/* False when the file cannot be run; what its tests did is told. traceback: as bind_vm_traceback;
 * initialised. LC_ESCRIPT, LC_ENOTFOUND, LC_ELIMIT, LC_ENOMEM. */
bool lc_host_test(const struct lc_charm_meta *meta, const struct lc_test_file *file,
                  struct lc_buf *traceback, struct lc_err *err) LC_MUST_CHECK;

/* What a test cannot say, and why: the list of the consistency checker (refusals.lua), for people
 * or in JSON, added to out. */
bool lc_host_test_refusals(bool as_json, struct lc_buf *out, struct lc_err *err) LC_MUST_CHECK;

#endif
