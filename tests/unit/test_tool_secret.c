/* juju/tool: secrets in private files, and large amounts both ways. */
#include "tool_fixture.h"

static bool get_by_id(const struct lc_juju *port, char *got)
{
    return secret_get(port, ID, NULL, LC_SECRET_TRACKED, got);
}

/* --- amounts --- */

static void ten_megabytes_are_read(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;

    (void)state;
    fixture_init(&f);
    script(&f, "relation-get",
           "head -c 1000000 /dev/zero >&2; printf '{\"key\":\"'; "
           "head -c 10000000 /dev/zero | tr '\\0' x; printf '\"}'");
    assert_done(lc_juju_call(f.port, relation_get, "db:7", false, "mysql/0", &bag, &err));
    assert_int_equal(strlen(lc_strmap_get(&bag, "key")), 10000000);
}

static void ten_megabytes_are_written(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;
    LC_AUTO(lc_free) char *value = lc_alloc(10000001, 1);

    (void)state;
    fixture_init(&f);
    assert_non_null(value);
    memset(value, 'v', 10000000);
    assert_done(lc_strmap_set(&changes, "key", value, &err));
    folder_script(f.folder, "relation-set", "wc -c >\"${0%/*}/count\"");
    assert_done(lc_juju_call(f.port, relation_set, "db:7", false, &changes, &err));
    assert_int_equal(atol(folder_read(f.folder, "count")), 10000010); /* {"key":"..."} */
    folder_script(f.folder, "relation-set", "exit 0"); /* one that does not read it */
    assert_done(lc_juju_call(f.port, relation_set, "db:7", false, &changes, &err));
}

static void answers_are_limited(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    char got[GOT_BYTES];
    char too_much[64];

    (void)state;
    fixture_init(&f);
    (void)snprintf(too_much, sizeof(too_much), "head -c %u /dev/zero", LC_TOOL_MAX_OUTPUT + 1);
    script(&f, "relation-list", too_much);
    assert_fails(lc_juju_call(f.port, relation_list, "db:7", &units, &err), LC_ELIMIT,
                 "relation-list: its answer is too long");
    script(&f, "secret-get", "printf '{\"value\":\"'; head -c 9000000 /dev/zero | tr '\\0' s");
    assert_fails(get_by_id(f.port, got), LC_ELIMIT, "secret-get: its answer is too long");
}

static void arguments_are_limited(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_free) char *text = lc_alloc((size_t)128 * 1024 + 1, 1);

    (void)state;
    fixture_init(&f);
    assert_non_null(text);
    memset(text, 'x', (size_t)128 * 1024 - 1);
    script(&f, "action-fail", ":");
    assert_done(lc_juju_call(f.port, action_fail, text, &err));
    text[128 * 1024 - 1] = 'x';
    assert_fails(lc_juju_call(f.port, action_fail, text, &err), LC_ELIMIT,
                 "action-fail: argument 2 is over 131071 bytes");
}

static void many_results_go_in_several_commands(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_strmap_release) struct lc_strmap results = LC_STRMAP_INIT;
    LC_AUTO(lc_free) char *text = lc_alloc(100001, 1);
    char key[32];

    (void)state;
    fixture_init(&f);
    assert_non_null(text);
    memset(text, 'x', 100000);
    for (int i = 0; i < 30; i++) {
        (void)snprintf(key, sizeof(key), "key%02d", i);
        assert_done(lc_strmap_set(&results, key, text, &err));
    }
    folder_script(f.folder, "action-set",
                  "shift; for a in \"$@\"; do echo \"${a%%=*} ${#a}\" >>\"${0%/*}/keys\"; done; "
                  "echo >>\"${0%/*}/calls\"");
    assert_done(lc_juju_call(f.port, action_set, &results, &err));
    assert_int_equal(strlen(folder_read(f.folder, "keys")), 30 * strlen("key00 100006\n"));
    assert_int_equal(strlen(folder_read(f.folder, "calls")), 6); /* 3 MB, 512 KiB each */
}

static void nothing_is_no_command(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_strmap_release) struct lc_strmap none = LC_STRMAP_INIT;

    (void)state;
    fixture_init(&f); /* without any command */
    assert_done(lc_juju_call(f.port, action_set, &none, &err));
    assert_done(lc_juju_call(f.port, log, LC_LEVEL_INFO, "", &err));
}

/* The text comes together again, and each line is whole where it can be. */
static void long_logs_are_split(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1024u * 1024);

    (void)state;
    fixture_init(&f);
    folder_script(
        f.folder, "juju-log",
        "d=${0%/*}; printf '%s\\n' \"$4\" >>\"$d/log\"; echo \"$1 $2 $3\" >>\"$d/calls\"");
    for (int i = 0; i < 30000; i++)
        lc_buf_printf(&text, "%sline %05d", i == 0 ? "" : "\n", i);
    assert_done(lc_juju_call(f.port, log, LC_LEVEL_INFO, text.data, &err));
    lc_buf_putc(&text, '\n'); /* the script's */
    assert_string_equal(folder_read(f.folder, "log"), text.data);
    assert_string_equal(folder_read(f.folder, "calls"), "-l INFO --\n-l INFO --\n-l INFO --\n");
}

static void one_long_line_is_split_between_characters(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1024u * 1024);

    (void)state;
    fixture_init(&f);
    folder_script(f.folder, "juju-log",
                  "d=${0%/*}; printf %s \"$4\" >>\"$d/log\"; "
                  "printf %s \"$4\" | iconv -f UTF-8 -t UTF-16 >/dev/null || echo >>\"$d/bad\"");
    lc_buf_putc(&text, 'x');
    for (int i = 0; i < 100000; i++)
        lc_buf_puts(&text, "\xe2\x82\xac");
    assert_done(lc_juju_call(f.port, log, LC_LEVEL_ERROR, text.data, &err));
    assert_string_equal(folder_read(f.folder, "log"), text.data);
    assert_null(folder_read(f.folder, "bad"));
}

/* --- secrets --- */

#define CANARY "hunter2-canary"

/* secret-add and secret-set write down, of each file, the key, the modes of file and folder, whose
 * they are, and what is in it. */
static const char look_at_files[] =
    "for a in \"$@\"; do case $a in *'#file=/'*) f=${a#*#file=}; echo \"$f\" >>\"$d/paths\"; "
    "printf '%s %s %s ' \"${a%%#*}\" \"$(stat -c %a \"$f\")\" \"$(stat -c %a \"${f%/*}\")\" "
    ">>\"$d/seen\"; od -An -tx1 \"$f\" | tr -d ' \\n' >>\"$d/seen\"; echo >>\"$d/seen\";; esac; "
    "done\n";

static void secret_script(struct fixture *f, const char *command, const char *end)
{
    LC_AUTO(lc_buf_release) struct lc_buf body = LC_BUF_INIT(4096);

    lc_buf_printf(&body, "%s%s", look_at_files, end);
    script(f, command, body.data);
}

static void assert_no_trace(struct fixture *f)
{
    const char *paths = folder_read(f->folder, "paths");

    if (folder_read(f->folder, "argv") != NULL) {
        assert_null(strstr(folder_read(f->folder, "argv"), CANARY));
        assert_null(strstr(folder_read(f->folder, "env"), CANARY));
    }
    assert_null(strstr(err.message, CANARY));
    while (paths != NULL && *paths != '\0') {
        char path[256];
        const size_t len = strcspn(paths, "\n");
        (void)snprintf(path, sizeof(path), "%.*s", (int)len, paths);
        assert_false(lc_file_exists(path));
        *strrchr(path, '/') = '\0';
        assert_false(lc_file_exists(path)); /* the folder is gone as well */
        paths += len + 1;
    }
}

static bool add(const struct lc_juju *port, char **id)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    const struct lc_secret_spec spec = { .label = "-l",
                                         .description = "",
                                         .app_owned = true,
                                         .expire_s = 1767225600,
                                         .rotate = "never",
                                         .content = &content };

    return lc_secret_content_set(&content, "private-key", CANARY "\n\0\xff", 17, &err) &&
           lc_secret_content_set(&content, "empty", "", 0, &err) &&
           lc_juju_call(port, secret_add, &spec, id, &err);
}

static void secrets_go_in_private_files(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_free) char *id = NULL;
    const mode_t before = umask(0);

    (void)state;
    fixture_init(&f);
    secret_script(&f, "secret-add", "echo secret://" UUID "/" ID);
    assert_done(add(f.port, &id));
    (void)umask(before);
    assert_string_equal(id, ID);
    assert_string_equal(folder_read(f.folder, "seen"),
                        "private-key 600 700 68756e746572322d63616e6172790a00ff\nempty 600 700 \n");
    const char *argv = folder_read(f.folder, "argv");
    const char *wanted = "secret-add [--owner=application] [--label] [-l] [--expire] "
                         "[2026-01-01T00:00:00Z] [--rotate] [never] [private-key#file=/";
    assert_int_equal(strncmp(argv, wanted, strlen(wanted)), 0);
    assert_string_equal(folder_read(f.folder, "stdin"), "");
    assert_no_trace(&f);
}

static void set_gives_only_what_is_said(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;

    (void)state;
    fixture_init(&f);
    secret_script(&f, "secret-set", "");
    assert_done(lc_juju_call(f.port, secret_set, ID,
                             &(struct lc_secret_spec){ .expire_s = 1767225600 }, &err));
    assert_string_equal(folder_read(f.folder, "argv"),
                        "secret-set [--expire] [2026-01-01T00:00:00Z] [--] [" ID "]\n");
    assert_done(lc_secret_content_set(&content, "value", CANARY, strlen(CANARY), &err));
    assert_done(lc_juju_call(f.port, secret_set, ID,
                             &(struct lc_secret_spec){ .label = "l", .content = &content }, &err));
    assert_non_null(strstr(folder_read(f.folder, "argv"),
                           "\nsecret-set [--label] [l] [--] [" ID "] [value#file=/"));
    assert_string_equal(folder_read(f.folder, "seen"),
                        "value 600 700 68756e746572322d63616e617279\n");
    assert_no_trace(&f);
}

/* How secret-add ends; its files go all the same. */
static const struct failure_row add_rows[] = {
    { "a secret that is refused leaves nothing", "echo 'ERROR not the leader' >&2; exit 1",
      LC_EPERM, "secret-add: not the leader" },
    { "a secret-add that dies leaves nothing", "kill -KILL $$", LC_ECOMMAND,
      "secret-add: killed by signal 9" },
    { "a URI that is none leaves nothing", "echo secret:x", LC_EPARSE,
      "secret-add: expected a secret's URI, got 'secret:x'" },
    { "no URI leaves nothing", ":", LC_EPARSE, "secret-add: expected a secret's URI, got ''" },
};

static void check_add(void **state)
{
    const struct failure_row *row = *state;
    LC_AUTO(fixture_release) struct fixture f;
    char *id = NULL;

    fixture_init(&f);
    secret_script(&f, "secret-add", row->body);
    assert_fails(add(f.port, &id), row->want, row->message);
    assert_null(id);
    assert_non_null(folder_read(f.folder, "paths"));
    assert_no_trace(&f);
}

static void other_forms_of_the_uri_are_read(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_free) char *id = NULL;

    (void)state;
    fixture_init(&f);
    secret_script(&f, "secret-add", "printf secret:" ID); /* Juju 3.0, no line feed */
    assert_done(add(f.port, &id));
    assert_string_equal(id, ID);
}

static void no_error_quotes_a_secret(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    char got[GOT_BYTES];

    (void)state;
    fixture_init(&f);
    answer(&f, "secret-get", "{\"value\": " CANARY "}");
    assert_fails(get_by_id(f.port, got), LC_EPARSE, "secret-get: cannot read its answer: not JSON");
    assert_null(strstr(err.message, CANARY));
    answer(&f, "secret-get", "\"" CANARY "\"");
    assert_fails(get_by_id(f.port, got), LC_EPARSE, "secret-get: expected an object");
    assert_null(strstr(err.message, CANARY));
}

/* A value that is no text comes as U+FFFD, and its base64 tells which (juju-hooks 2.14). */
static const char binary_secret[] =
    "case $* in *value#base64*) echo '\"/wABgA==\"';; *) printf '{\"value\":\"\\357\\277\\275\","
    "\"text\":\"ok\"}';; esac";

static void binary_values_are_fetched_as_base64(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    char got[GOT_BYTES];

    (void)state;
    fixture_init(&f);
    script(&f, "secret-get", binary_secret);
    assert_true(secret_get(f.port, ID, "l", LC_SECRET_REFRESH, got));
    assert_string_equal(got, "value=\xff"
                             "0\x01\x80;text=ok;");
    assert_string_equal(folder_read(f.folder, "argv"),
                        "secret-get [--format=json] [--refresh] [--label] [l] [--] [" ID "]\n"
                        "secret-get [--format=json] [--] [" ID "] [value#base64]\n");
    assert_true(secret_get(f.port, ID, NULL, LC_SECRET_PEEK, got));
    assert_non_null(strstr(folder_read(f.folder, "argv"),
                           "\nsecret-get [--format=json] [--peek] [--] [" ID "] [value#base64]\n"));
}

static void binary_values_need_the_id(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    char got[GOT_BYTES];

    (void)state;
    fixture_init(&f);
    script(&f, "secret-get", binary_secret);
    script(&f, "secret-info-get",
           "echo '{\"" ID "\":{\"revision\":1,\"label\":\"l\",\"owner\":\"unit\"}}'");
    assert_true(secret_get(f.port, NULL, "l", LC_SECRET_TRACKED, got)); /* one of ours */
    assert_string_equal(got, "value=\xff"
                             "0\x01\x80;text=ok;");
    script(&f, "secret-info-get", "echo 'ERROR secret \"l\" not found' >&2; exit 1");
    assert_fails(secret_get(f.port, NULL, "l", LC_SECRET_TRACKED, got), LC_EUNSUPPORTED,
                 "secret-get: the value of 'value' is not text");
    script(&f, "secret-get",
           "case $* in *base64*) echo '\"!!\"';; *) printf "
           "'{\"value\":\"\\357\\277\\275\"}';; esac");
    assert_fails(secret_get(f.port, ID, NULL, LC_SECRET_TRACKED, got), LC_EPARSE,
                 "secret-get: 'value': not base64");
}

/* The largest content that Juju takes, in the longest form of it. */
static void the_largest_secret_is_read(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_secret_content_release) struct lc_secret_content out = LC_SECRET_CONTENT_INIT;

    (void)state;
    fixture_init(&f);
    script(&f, "secret-get",
           "printf '{\"value\":\"'; yes '\\u003c' | head -n 750000 | tr -d '\\n'; printf '\"}'");
    assert_done(lc_juju_call(f.port, secret_get, ID, NULL, LC_SECRET_TRACKED, &out, &err));
    assert_int_equal(lc_secret_content_get(&out, "value")->len, 750000);
}

#ifdef LC_FAULT_HOOKS
/* Each allocation fails in turn: nothing leaks, and no file of a secret is left. */
static void every_allocation_may_fail(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    bool fired = true;
    unsigned long nth;

    (void)state;
    fixture_init(&f);
    secret_script(&f, "secret-add", "echo secret:" ID);
    for (nth = 1; fired; nth++) {
        LC_AUTO(lc_free) char *id = NULL;
        err = (struct lc_err)LC_ERR_INIT;
        lc_fault_allocation(nth);
        const bool good = add(f.port, &id);
        fired = lc_fault_fired();
        lc_fault_allocation(0);
        if (!good)
            assert_int_equal(err.code, LC_ENOMEM);
        assert_no_trace(&f);
    }
    assert_true(nth > 10);
}
#endif

int main(void)
{
    struct suite suite = SUITE_INIT;

    (void)signal(SIGPIPE, SIG_IGN); /* as base/proc.h asks */
    SUITE_TEST(&suite, "10 MB are read", ten_megabytes_are_read);
    SUITE_TEST(&suite, "10 MB are written", ten_megabytes_are_written);
    SUITE_TEST(&suite, "answers are limited", answers_are_limited);
    SUITE_TEST(&suite, "arguments are limited", arguments_are_limited);
    SUITE_TEST(&suite, "many results go in several commands", many_results_go_in_several_commands);
    SUITE_TEST(&suite, "nothing is no command", nothing_is_no_command);
    SUITE_TEST(&suite, "long logs are split", long_logs_are_split);
    SUITE_TEST(&suite, "one long line is split between characters",
               one_long_line_is_split_between_characters);
    SUITE_TEST(&suite, "secrets go in private files", secrets_go_in_private_files);
    SUITE_TEST(&suite, "secret-set gives only what is said", set_gives_only_what_is_said);
    SUITE_ROWS(&suite, add_rows, check_add);
    SUITE_TEST(&suite, "other forms of the URI are read", other_forms_of_the_uri_are_read);
    SUITE_TEST(&suite, "no error quotes a secret", no_error_quotes_a_secret);
    SUITE_TEST(&suite, "binary values are fetched as base64", binary_values_are_fetched_as_base64);
    SUITE_TEST(&suite, "binary values need the id", binary_values_need_the_id);
    SUITE_TEST(&suite, "the largest secret is read", the_largest_secret_is_read);
#ifdef LC_FAULT_HOOKS
    SUITE_TEST(&suite, "every allocation may fail", every_allocation_may_fail);
#endif
    return suite_run(&suite, "tool_secret");
}
