/* Hook commands on a tape: what was recorded is played with the same answers; what differs is told;
 * what is secret is not there; a tape has a limit. */
#include <string.h>

#include "base/mem.h"
#include "fake_juju.h"
#include "juju/tape.h"
#include "rows.h"

static bool no_key(const struct lc_secret *value, char **pem_out, struct lc_err *err)
{
    (void)value;
    (void)err;
    *pem_out = NULL;
    return true;
}

static bool no_stand_in(const char *public_pem, struct lc_secret *out, struct lc_err *err)
{
    (void)public_pem;
    (void)out;
    return lc_fail(err, LC_EINTERNAL, "no key is on these tapes");
}

static const struct lc_tape_keys keys = { .public_half = no_key, .stand_in = no_stand_in };

/* One of each shape of answer; status: what differs when it is another. */
static bool work(const struct lc_juju *juju, const char *status, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_json_free) struct lc_json *config = NULL;
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;
    LC_AUTO(lc_free) char *app = NULL;
    bool leads = false;

    return lc_juju_call(juju, is_leader, &leads, err) &&
           lc_juju_call(juju, relation_ids, "db", &ids, err) && ids.count == 1 &&
           lc_juju_call(juju, relation_app, "db:7", &app, err) && strcmp(app, "mysql") == 0 &&
           lc_juju_call(juju, relation_get, "db:7", true, "mysql", &bag, err) &&
           strcmp(lc_strmap_get(&bag, "host"), "10.0.0.1") == 0 &&
           lc_juju_call(juju, config_get, &config, err) &&
           lc_juju_call(juju, secret_get, NULL, "password", LC_SECRET_TRACKED, &content, err) &&
           content.count == 1 && lc_juju_call(juju, secret_info, NULL, "password", &info, err) &&
           info.revision == 1 && lc_juju_call(juju, status_set, false, status, "here", err);
}

static struct fake_juju *new_world(void)
{
    struct fake_juju *fake = fake_juju_new("web/0");

    fake_juju_relate(fake, "db:7", "mysql");
    fake_juju_put(fake, "db:7", "mysql", "host", "10.0.0.1");
    (void)fake_juju_add_secret_text(fake, "web/0", "password", "password", "canary-hunter2");
    return fake;
}

static void record(const char *status, bool with_secrets, struct lc_json **out)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = new_world();
    LC_AUTO(lc_tape_free) struct lc_tape *tape = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_TAPE_MAX_BYTES);
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_tape_record(fake_juju_port(fake), &keys, with_secrets, &tape, &err));
    assert_done(work(lc_tape_port(tape), status, &err));
    assert_true(lc_tape_is_whole(tape));
    lc_buf_printf(&text, "%s]", lc_tape_text(tape));
    assert_int_equal(strstr(text.data, "canary-hunter2") == NULL, true);
    assert_done(lc_json_parse(text.data, text.len, 0, out, &err));
}

static void plays_what_was_recorded(void **state)
{
    LC_AUTO(lc_json_free) struct lc_json *calls = NULL;
    LC_AUTO(lc_tape_free) struct lc_tape *tape = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    record("active", false, &calls);
    assert_done(lc_tape_play(calls, &keys, &tape, &err));
    assert_done(work(lc_tape_port(tape), "active", &err));
    assert_null(lc_tape_difference(tape, true));
}

static void tells_the_first_difference(void **state)
{
    LC_AUTO(lc_json_free) struct lc_json *calls = NULL;
    LC_AUTO(lc_tape_free) struct lc_tape *tape = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    record("active", false, &calls);
    assert_done(lc_tape_play(calls, &keys, &tape, &err));
    assert_done(work(lc_tape_port(tape), "blocked", &err));
    assert_string_equal(lc_tape_difference(tape, true),
                        "command 8\n  recorded: status-set active here\n"
                        "  now:      status-set blocked here");
}

static void tells_what_is_not_asked_again(void **state)
{
    LC_AUTO(lc_json_free) struct lc_json *calls = NULL;
    LC_AUTO(lc_tape_free) struct lc_tape *tape = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    record("active", false, &calls);
    assert_done(lc_tape_play(calls, &keys, &tape, &err));
    assert_null(lc_tape_difference(tape, false));
    assert_string_equal(lc_tape_difference(tape, true),
                        "command 1\n  recorded: is-leader\n  now:      nothing");
}

static void a_question_that_is_not_there_fails(void **state)
{
    LC_AUTO(lc_json_free) struct lc_json *calls = NULL;
    LC_AUTO(lc_tape_free) struct lc_tape *tape = NULL;
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    record("active", false, &calls);
    assert_done(lc_tape_play(calls, &keys, &tape, &err));
    assert_false(lc_juju_call(lc_tape_port(tape), relation_ids, "api", &ids, &err));
    assert_int_equal(err.code, LC_ESTATE);
    assert_non_null(strstr(err.message, "relation-ids api"));
}

static void past_the_limit_it_is_not_whole(void **state)
{
    LC_AUTO(fake_juju_free) struct fake_juju *fake = new_world();
    LC_AUTO(lc_tape_free) struct lc_tape *tape = NULL;
    struct lc_err err = LC_ERR_INIT;
    const size_t len = 1024u * 1024;
    LC_AUTO(lc_free) char *text = lc_alloc(len + 1, 1);

    (void)state;
    assert_non_null(text);
    memset(text, 'x', len);
    assert_done(lc_tape_record(fake_juju_port(fake), &keys, false, &tape, &err));
    for (size_t written = 0; written < LC_TAPE_MAX_BYTES; written += len) {
        assert_true(lc_tape_is_whole(tape));
        assert_done(lc_juju_call(lc_tape_port(tape), log, LC_LEVEL_INFO, text, &err));
    }
    assert_false(lc_tape_is_whole(tape));
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "plays what was recorded", plays_what_was_recorded);
    SUITE_TEST(&suite, "tells the first difference", tells_the_first_difference);
    SUITE_TEST(&suite, "tells what is not asked again", tells_what_is_not_asked_again);
    SUITE_TEST(&suite, "a question that is not on the tape fails",
               a_question_that_is_not_there_fails);
    SUITE_TEST(&suite, "past the limit it is not whole, and the hook goes on",
               past_the_limit_it_is_not_whole);
    return suite_run(&suite, "tape");
}
