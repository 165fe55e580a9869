/* runtime/cli/load_log: a client's log of handshakes, summed up. */
#include "base/mem.h"
#include "cli/load_log.h"
#include "folder.h"
#include "rows.h"

static struct lc_err err;

struct row {
    const char *name;
    const char *log;
    const char *want; /* NULL: it fails */
    const char *says;
};

#define HEAD(handshakes, failures, gap, step)                                                      \
    "{\"handshakes\":" handshakes ",\"failures\":" failures ",\"gap_ms\":" gap ",\"step_"          \
    "ms\":" step

static const struct row rows[] = {
    { .name = "nothing",
      .log = "",
      .want = HEAD("0", "0", "0", "50") ",\"steps\":[{\"ok\":0,\"failed\":0}],\"serials\":[]}" },
    { .name = "two certificates and a failure",
      .log =
          "0 2000 AA ok\n10000 1000 AA ok\n60000 9000 - closed by the server\n99000 1000 BB ok\n",
      .want = HEAD("4", "1", "89", "50") ",\"steps\":[{\"ok\":2,\"failed\":0,\"serial\":0},"
                                         "{\"ok\":1,\"failed\":1,\"serial\":1}],\"serials\":["
                                         "{\"serial\":\"AA\",\"count\":2,\"first_ms\":0,"
                                         "\"last_ms\":10},{\"serial\":\"BB\",\"count\":1,"
                                         "\"first_ms\":99,\"last_ms\":99}]}" },
    { .name = "a failure after the handshake was done, with its serial",
      .log = "0 2000 AA cut off\n",
      .want = HEAD("1", "1", "0", "50") ",\"steps\":[{\"ok\":0,\"failed\":1}],\"serials\":[]}" },
    { .name = "no line end at the end",
      .log = "0 1000 AA ok",
      .want = HEAD("1", "0", "1", "50") ",\"steps\":[{\"ok\":1,\"failed\":0,\"serial\":0}],"
                                        "\"serials\":[{\"serial\":\"AA\",\"count\":1,"
                                        "\"first_ms\":0,\"last_ms\":0}]}" },
    { .name = "a word for a number", .log = "0 1 AA ok\nx 1 AA ok\n", .says = ":2: expected" },
    { .name = "too few words", .log = "0 1\n", .says = ":1: expected" },
    { .name = "no result", .log = "0 1 AA\n", .says = ":1: expected" },
    { .name = "a negative time", .log = "-5 1 AA ok\n", .says = ":1: expected" },
    { .name = "a time past all bounds",
      .log = "99999999999999999999 1 AA ok\n",
      .says = ":1: expected" },
};

static void check(void **state)
{
    const struct row *row = *state;
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 20);
    struct lc_json_writer out = lc_json_writer(&text, LC_JSON_COMPACT);

    folder_write(folder, "log", row->log, 0600);
    if (row->want == NULL) {
        assert_fails(load_log_put(folder_file(folder, "log"), &out, &err), LC_EPARSE, row->says);
        return;
    }
    assert_done(load_log_put(folder_file(folder, "log"), &out, &err));
    assert_done(lc_buf_check(&text, &err));
    assert_string_equal(text.data, row->want);
}

/* However long it took, there are not more steps than fit a terminal. */
static void steps_are_bounded(void **state)
{
    static const char *const last[] = { "3599999 1 AA ok\n", "3600000 1 AA ok\n",
                                        "86400000000 1 AA ok\n", "4611686018427387000 1 AA ok\n" };

    (void)state;
    for (size_t i = 0; i < LC_COUNT(last); i++) {
        LC_AUTO(folder_free) struct folder *folder = folder_new();
        LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1u << 20);
        LC_AUTO(lc_json_free) struct lc_json *json = NULL;
        struct lc_json_writer out = lc_json_writer(&text, LC_JSON_COMPACT);
        folder_write(folder, "log", last[i], 0600);
        assert_done(load_log_put(folder_file(folder, "log"), &out, &err));
        assert_done(lc_json_parse(text.data, text.len, 0, &json, &err));
        const size_t count = lc_json_count(lc_json_get(json, "steps"));
        assert_true(count > LOAD_LOG_STEPS / 4 && count <= LOAD_LOG_STEPS);
    }
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, rows, check);
    SUITE_TEST(&suite, "steps are bounded", steps_are_bounded);
    return suite_run(&suite, "load log");
}
