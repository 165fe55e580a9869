/* A session on the fake Juju, whose journal says which hook commands there were. Shared by the
 * tests of juju/session. */
#ifndef TESTS_UNIT_SESSION_FIXTURE_H
#define TESTS_UNIT_SESSION_FIXTURE_H

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "fake_juju.h"
#include "juju/session.h"
#include "rows.h"

static struct lc_err err;

/* A fake and a session above it, for web/0, with relations x:1 to ca and peers:2. */
struct fixture {
    struct fake_juju *fake;
    struct lc_session *session;
    char id[32];    /* of the secret that the steps are about */
    char label[16]; /* its label */
    char value[64]; /* what the last step read */
};

static void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){ .fake = fake_juju_new("web/0"), .label = "L" };
    fake_juju_relate(fixture->fake, "x:1", "ca");
    fake_juju_join(fixture->fake, "x:1", "ca/0");
    fake_juju_relate(fixture->fake, "peers:2", "web");
    assert_done(lc_session_new(fake_juju_port(fixture->fake), fake_juju_env(fixture->fake),
                               fake_juju_clock(fixture->fake), &fixture->session, &err));
}

static void fixture_release(struct fixture *fixture)
{
    lc_session_free(fixture->session);
    fake_juju_free(fixture->fake);
}
LC_AUTO_VALUE(struct fixture, fixture_release);

/* The next hook: a new session, an empty journal. */
static inline void next_hook(struct fixture *fixture)
{
    lc_session_free(fixture->session);
    fixture->session = NULL;
    fake_juju_begin(fixture->fake);
    assert_done(lc_session_new(fake_juju_port(fixture->fake), fake_juju_env(fixture->fake),
                               fake_juju_clock(fixture->fake), &fixture->session, &err));
}

#define CALL(fixture, ...) lc_juju_call(lc_session_port((fixture)->session), __VA_ARGS__)

static inline void flush(struct fixture *fixture)
{
    assert_done(lc_session_flush(fixture->session, &err));
}

/* Lines joined with "|". */
static void assert_journal(struct fixture *fixture, const char *wanted)
{
    const struct lc_strlist *journal = fake_juju_journal(fixture->fake);
    LC_AUTO(lc_buf_release) struct lc_buf got;

    lc_buf_init(&got, 64u * 1024);
    for (size_t i = 0; i < journal->count; i++)
        lc_buf_printf(&got, "%s%s", i == 0 ? "" : "|", journal->items[i]);
    assert_done(lc_buf_check(&got, &err));
    assert_string_equal(got.data, wanted);
}

#endif
