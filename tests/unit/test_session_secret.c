/* juju/session: secrets, as rows of steps and the hook commands that they cost; and whole hooks in
 * which each allocation and each command fails in turn. */
#include "session_fixture.h"

static bool get(struct fixture *f, const char *id, const char *label, enum lc_secret_read how)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;

    if (!CALL(f, secret_get, id, label, how, &content, &err))
        return false;
    (void)snprintf(f->value, sizeof(f->value), "%s",
                   lc_secret_content_get(&content, "value")->data);
    return true;
}

static bool step_get(struct fixture *f, const char *argument)
{
    (void)argument;
    return get(f, f->id, NULL, LC_SECRET_TRACKED);
}

static bool step_peek(struct fixture *f, const char *argument)
{
    (void)argument;
    return get(f, f->id, NULL, LC_SECRET_PEEK);
}

static bool step_refresh(struct fixture *f, const char *argument)
{
    (void)argument;
    return get(f, f->id, NULL, LC_SECRET_REFRESH);
}

static bool step_get_label(struct fixture *f, const char *argument)
{
    return get(f, NULL, argument == NULL ? f->label : argument, LC_SECRET_TRACKED);
}

static bool step_uri(struct fixture *f, const char *argument)
{
    char uri[128];

    (void)argument;
    (void)snprintf(uri, sizeof(uri), "secret://%s/%s", fake_juju_env(f->fake)->model_uuid, f->id);
    return get(f, uri, NULL, LC_SECRET_TRACKED);
}

static bool step_name(struct fixture *f, const char *argument)
{
    return get(f, f->id, argument, LC_SECRET_TRACKED);
}

/* What it reads is "revision label expiry". */
static bool info(struct fixture *f, const char *id, const char *label)
{
    LC_AUTO(lc_secret_info_release) struct lc_secret_info secret = LC_SECRET_INFO_INIT;

    if (!CALL(f, secret_info, id, label, &secret, &err))
        return false;
    (void)snprintf(f->value, sizeof(f->value), "%lld,%s,%lld", (long long)secret.revision,
                   secret.label, (long long)secret.expire_s);
    return true;
}

static bool step_info(struct fixture *f, const char *argument)
{
    (void)argument;
    return info(f, f->id, NULL);
}

static bool step_info_label(struct fixture *f, const char *argument)
{
    return info(f, NULL, argument == NULL ? f->label : argument);
}

static bool step_ids(struct fixture *f, const char *argument)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;

    (void)argument;
    if (!CALL(f, secret_ids, &ids, &err))
        return false;
    (void)snprintf(f->value, sizeof(f->value), "%zu", ids.count);
    return true;
}

static bool set_secret(struct fixture *f, const struct lc_secret_spec *spec, const char *value)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    struct lc_secret_spec whole = *spec;

    if (value != NULL) {
        assert_done(lc_secret_content_set(&content, "value", value, strlen(value), &err));
        whole.content = &content;
    }
    return CALL(f, secret_set, f->id, &whole, &err);
}

static bool step_set(struct fixture *f, const char *argument)
{
    return set_secret(f, &(struct lc_secret_spec){ .label = NULL }, argument);
}

static bool step_expire(struct fixture *f, const char *argument)
{
    (void)argument;
    return set_secret(f, &(struct lc_secret_spec){ .expire_s = 2000000000 }, NULL);
}

static bool step_describe(struct fixture *f, const char *argument)
{
    return set_secret(f, &(struct lc_secret_spec){ .description = argument }, NULL);
}

static bool step_rename(struct fixture *f, const char *argument)
{
    return set_secret(f, &(struct lc_secret_spec){ .label = argument }, NULL);
}

/* A new secret "fresh", which the steps are about from then on. */
static bool step_add(struct fixture *f, const char *argument)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    const struct lc_secret_spec spec = { .label = argument, .content = &content };
    LC_AUTO(lc_free) char *id = NULL;

    assert_done(lc_secret_content_set(&content, "value", "fresh", 5, &err));
    if (!CALL(f, secret_add, &spec, &id, &err))
        return false;
    (void)snprintf(f->id, sizeof(f->id), "%s", id);
    (void)snprintf(f->label, sizeof(f->label), "%s", argument);
    return true;
}

static bool step_remove(struct fixture *f, const char *argument)
{
    return CALL(f, secret_remove, f->id, argument == NULL ? 0 : 1, &err);
}

static bool step_grant(struct fixture *f, const char *argument)
{
    return CALL(f, secret_grant, f->id, "x:1", argument, &err);
}

static bool step_revoke(struct fixture *f, const char *argument)
{
    return CALL(f, secret_revoke, f->id, "x:1", argument, &err);
}

static bool step_flush(struct fixture *f, const char *argument)
{
    (void)argument;
    return lc_session_flush(f->session, &err);
}

static bool step_commit(struct fixture *f, const char *argument)
{
    (void)argument;
    return lc_session_flush(f->session, &err) && fake_juju_commit(f->fake, &err);
}

static const struct {
    const char *name;
    bool (*run)(struct fixture *f, const char *argument);
} step_table[] = {
    { "get", step_get },         { "peek", step_peek },
    { "refresh", step_refresh }, { "get-label", step_get_label },
    { "get-uri", step_uri },     { "name", step_name },
    { "info", step_info },       { "info-label", step_info_label },
    { "ids", step_ids },         { "set", step_set },
    { "expire", step_expire },   { "describe", step_describe },
    { "rename", step_rename },   { "add", step_add },
    { "remove", step_remove },   { "grant", step_grant },
    { "revoke", step_revoke },   { "flush", step_flush },
    { "commit", step_commit },
};

/* Steps are NAME, NAME:ARGUMENT, and with =VALUE what is to be read, or =!CODE how it is to fail.
 * There is a committed secret "one" with the label L and no expiry. In the wanted journal, # is the
 * id of the secret that the steps were about at last. */
struct secret_row {
    const char *name;
    const char *steps;
    const char *want;
};

static const struct secret_row secret_rows[] = {
    { "tracked content is read once", "get=one get=one", "secret-get #" },
    { "what is newest is another question", "get=one peek=one peek=one get=one",
      "secret-get #|secret-get # --peek" },
    { "after a refresh all reads are one", "refresh=one get=one peek=one refresh=one",
      "secret-get # --refresh" },
    { "a peek tracks nothing, so a refresh is sent", "peek=one refresh=one get=one",
      "secret-get # --peek|secret-get # --refresh" },
    { "a label is read once", "get-label=one get-label=one", "secret-get --label L" },
    { "any form of the id is the same secret", "get=one get-uri=one", "secret-get #" },
    { "label and id share once they are known to be one",
      "get-label=one info-label=1,L,0 get=one info=1,L,0",
      "secret-get --label L|secret-info-get --label L" },
    { "an info by id tells the label", "get=one info=1,L,0 get-label=one info-label=1,L,0",
      "secret-get #|secret-info-get #" },
    { "giving a label is sent once", "get=one name:L=one name:L=one get-label=one",
      "secret-get #|secret-get # --label L" },
    { "what is missing is asked for once", "get-label:none=!not_found get-label:none=!not_found",
      "secret-get --label none" },
    { "a missing info is asked for once", "info-label:none=!not_found info-label:none=!not_found",
      "secret-info-get --label none" },
    { "infos and ids are read once", "info=1,L,0 info=1,L,0 ids=1 ids=1",
      "secret-info-get #|secret-ids" },

    { "a change waits for the flush", "set:two", "" },
    { "and is sent by it, once", "set:two flush flush", "secret-set # value" },
    { "content and expiry are one command", "set:two expire flush", "secret-set # --expire value" },
    { "in either order", "expire set:two flush", "secret-set # --expire value" },
    { "several changes are one command", "set:two describe:d set:three flush",
      "secret-set # --description value" },
    { "content that is there is not sent", "peek=one set:one flush", "secret-get # --peek" },
    { "its expiry is", "peek=one set:one expire flush",
      "secret-get # --peek|secret-set # --expire" },
    { "tracked content may be old, so it is sent", "get=one set:one flush",
      "secret-get #|secret-set # value" },
    { "there and back sends nothing", "refresh=one set:two set:one flush",
      "secret-get # --refresh" },
    { "metadata that is there is not sent", "info=1,L,0 rename:L flush", "secret-info-get #" },
    { "an expiry that is there is not sent", "expire commit info=1,L,2000000000 expire flush",
      "secret-set # --expire|secret-info-get #" },

    { "reads see the change as Juju shows it", "set:two peek=two get=one", "secret-get #" },
    { "a refresh of a change is told to Juju", "set:two refresh=two get=two flush",
      "secret-set # value|secret-get # --refresh" },
    { "without one, the old content stays tracked", "refresh=one set:two get=one flush get=one",
      "secret-get # --refresh|secret-set # value" },
    { "after the flush what was sent is known", "set:two flush peek=two", "secret-set # value" },
    { "a change that comes to nothing is still tracked", "peek=one set:one refresh=one flush",
      "secret-get # --peek|secret-get # --refresh" },
    { "infos see the change, not its revision", "info=1,L,0 set:two expire info=1,L,2000000000",
      "secret-info-get #" },
    { "infos are asked for again after the flush",
      "info=1,L,0 set:two expire flush info=1,L,2000000000",
      "secret-info-get #|secret-set # --expire value|secret-info-get #" },
    { "new content has no expiry unless it is said", "expire commit set:two info=1,L,0",
      "secret-set # --expire|secret-info-get #" },

    { "what is added is known",
      "add:new get=fresh peek=fresh refresh=fresh get-label=fresh "
      "info=1,new,0 info-label=1,new,0 flush",
      "secret-add --owner unit --label new value" },
    { "what is added is listed", "ids=1 add:new ids=2 remove ids=1",
      "secret-ids|secret-add --owner unit --label new value" },
    { "what is added can be changed", "add:new set:two get=two peek=two flush",
      "secret-add --owner unit --label new value|secret-set # value" },
    { "to what it is, without a command", "add:new set:fresh flush",
      "secret-add --owner unit --label new value" },
    { "what is added can be removed", "add:new set:two remove get=!not_found flush",
      "secret-add --owner unit --label new value|secret-remove #" },
    { "a label that was missing is there now", "get-label:new=!not_found add:new get-label=fresh",
      "secret-get --label new|secret-add --owner unit --label new value" },
    { "a label of this hook cannot be used twice", "add:new add:new=!exists",
      "secret-add --owner unit --label new value" },
    { "nor one that was read", "get-label=one add:L=!exists", "secret-get --label L" },
    { "nor one that was removed", "info=1,L,0 remove add:L=!exists", "secret-info-get #" },
    { "nor one that was renamed", "info=1,L,0 rename:M add:L=!exists add:M=!exists",
      "secret-info-get #" },
    { "nor by renaming", "add:new add:other rename:new=!exists rename:other rename:third",
      "secret-add --owner unit --label new value|secret-add --owner unit --label other value" },

    { "a renamed secret goes by its new label",
      "info=1,L,0 rename:M get-label:M=one info-label:M=1,M,0 get-label:L=!not_found",
      "secret-info-get #|secret-get #" },
    { "a removal is sent by the flush, once", "remove remove flush flush", "secret-remove #" },
    { "it takes the changes with it", "set:two grant remove flush", "secret-remove #" },
    { "what is removed is gone",
      "info=1,L,0 get=one remove get=!not_found info=!not_found "
      "get-label=!not_found ids=0",
      "secret-info-get #|secret-get #|secret-ids" },
    { "and cannot be changed", "remove set:two=!not_found grant=!not_found flush",
      "secret-remove #" },
    { "a revision is removed once", "remove:1 remove:1 flush flush",
      "secret-remove # --revision 1" },
    { "but not beside a change", "set:two remove:1 flush", "secret-set # value" },
    { "in either order", "remove:1 expire flush", "secret-set # --expire" },
    { "a change that comes to nothing is none", "peek=one set:one remove:1 flush",
      "secret-get # --peek|secret-remove # --revision 1" },
    { "nor beside a grant", "remove:1 grant flush", "secret-grant # x:1" },

    { "a grant is sent once", "grant grant flush flush", "secret-grant # x:1" },
    { "the last word counts", "grant revoke flush", "secret-revoke # x:1" },
    { "also the other way", "revoke grant flush", "secret-grant # x:1" },
    { "one subject for each relation", "grant:ca/0 grant:ca/1=!unsupported flush",
      "secret-grant # x:1 ca/0" },
    { "a revoked one does not count",
      "grant:ca/0 revoke:ca/0 grant:ca/1 grant:ca/0=!unsupported "
      "flush",
      "secret-revoke # x:1 ca/0|secret-grant # x:1 ca/1" },
};

/* One step from the text; false at its end. */
static bool next_step(const char **at, char *step, size_t size)
{
    *at += strspn(*at, " ");
    const size_t len = strcspn(*at, " ");

    if (len == 0)
        return false;
    assert_true(len < size);
    memcpy(step, *at, len);
    step[len] = '\0';
    *at += len;
    return true;
}

static void run_step(struct fixture *f, char *step)
{
    char *wanted = strchr(step, '=');
    char *argument;

    if (wanted != NULL)
        *wanted++ = '\0';
    argument = strchr(step, ':');
    if (argument != NULL)
        *argument++ = '\0';
    for (size_t i = 0; i < LC_COUNT(step_table); i++) {
        if (strcmp(step_table[i].name, step) != 0)
            continue;
        const bool good = step_table[i].run(f, argument);
        if (wanted != NULL && *wanted == '!') {
            assert_false(good);
            assert_string_equal(lc_code_name(err.code), wanted + 1);
            return;
        }
        if (!good)
            fail_msg("step %s: %s", step, err.message);
        if (wanted != NULL)
            assert_string_equal(f->value, wanted);
        return;
    }
    fail_msg("no step %s", step);
}

static void check_secret(void **state)
{
    const struct secret_row *row = *state;
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_buf_release) struct lc_buf want = LC_BUF_INIT(4096);
    const char *at = row->steps;
    char step[64];

    fixture_init(&f);
    (void)snprintf(f.id, sizeof(f.id), "%s",
                   fake_juju_add_secret_text(f.fake, "web/0", "L", "value", "one"));
    while (next_step(&at, step, sizeof(step)))
        run_step(&f, step);
    for (const char *c = row->want; *c != '\0'; c++) {
        if (*c == '#')
            lc_buf_puts(&want, f.id);
        else
            lc_buf_putc(&want, *c);
    }
    assert_done(lc_buf_check(&want, &err));
    assert_journal(&f, want.data);
}

static void refreshed_changes_are_tracked(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    struct lc_fake_secret view;

    (void)state;
    fixture_init(&f);
    (void)snprintf(f.id, sizeof(f.id), "%s",
                   fake_juju_add_secret_text(f.fake, "web/0", "L", "value", "one"));
    assert_true(step_refresh(&f, NULL));
    assert_true(step_set(&f, "two"));
    assert_true(step_expire(&f, NULL));
    assert_true(step_refresh(&f, NULL));
    assert_true(step_commit(&f, NULL));
    assert_true(fake_juju_secret(f.fake, "L", &view));
    assert_int_equal(view.revision, 2);
    assert_int_equal(view.tracked, 2);
    assert_int_equal(view.obsolete, 1); /* so that Juju says secret-remove */
    assert_int_equal(view.expire_s, 2000000000);
}

static void app_secrets_need_the_leader(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    const struct lc_secret_spec spec = { .app_owned = true, .content = &content };
    LC_AUTO(lc_free) char *id = NULL;

    (void)state;
    fixture_init(&f);
    assert_done(lc_secret_content_set(&content, "value", "x", 1, &err));
    assert_fails(CALL(&f, secret_add, &spec, &id, &err), LC_EPERM, "not the leader");
}

static void nonsense_is_refused(void **state)
{
    LC_AUTO(fixture_release) struct fixture f;
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_free) char *id = NULL;

    (void)state;
    fixture_init(&f);
    assert_fails(CALL(&f, secret_add, &(struct lc_secret_spec){ .label = "L" }, &id, &err),
                 LC_EUSAGE, "secret-add: a secret needs content");
    assert_fails(CALL(&f, secret_set, "c000000000000000001g",
                      &(struct lc_secret_spec){ .rotate = "often" }, &err),
                 LC_EUSAGE, "'often' is no rotation policy");
    assert_fails(CALL(&f, secret_set, "c000000000000000001g",
                      &(struct lc_secret_spec){ .expire_s = -1 }, &err),
                 LC_EUSAGE, "-1 is no time of expiry");
    assert_fails(CALL(&f, secret_set, "c000000000000000001g",
                      &(struct lc_secret_spec){ .content = &content }, &err),
                 LC_EUSAGE, "a secret needs content");
    assert_journal(&f, "");
}

#ifdef LC_FAULT_HOOKS
/* A whole hook: reads, writes, secrets, flush. */
static bool run_hook(struct fixture *f)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_secret_content_release) struct lc_secret_content got = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_secret_info_release) struct lc_secret_info secret = LC_SECRET_INFO_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap stored = LC_STRMAP_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist secret_ids = LC_STRLIST_INIT;
    LC_AUTO(lc_free) char *id = NULL;
    LC_AUTO(lc_json_free) struct lc_json *config = NULL;
    const struct lc_secret_spec spec = {
        .label = "new", .description = "d", .rotate = "never", .content = &content
    };
    const struct lc_secret_spec change = { .expire_s = 2000000000, .content = &content };

    return CALL(f, relation_ids, "x", &ids, &err) && CALL(f, config_get, &config, &err) &&
           CALL(f, relation_get, "x:1", false, "web/0", &bag, &err) &&
           lc_strmap_set(&changes, "key", "value", &err) &&
           CALL(f, relation_set, "x:1", false, &changes, &err) &&
           CALL(f, state_get, &stored, &err) && CALL(f, state_set, &changes, &err) &&
           CALL(f, state_delete, "old", &err) &&
           lc_secret_content_set(&content, "value", "two", 3, &err) &&
           CALL(f, secret_get, NULL, "L", LC_SECRET_TRACKED, &got, &err) &&
           CALL(f, secret_info, NULL, "L", &secret, &err) &&
           CALL(f, secret_set, f->id, &change, &err) &&
           CALL(f, secret_get, f->id, NULL, LC_SECRET_REFRESH, &got, &err) &&
           CALL(f, secret_add, &spec, &id, &err) && CALL(f, secret_grant, id, "x:1", NULL, &err) &&
           CALL(f, secret_ids, &secret_ids, &err) && lc_session_flush(f->session, &err);
}

/* Each allocation of a hook fails in turn: the hook fails, nothing leaks, and what was there stays;
 * or it succeeds, and everything is there. */
static void every_allocation_may_fail(void **state)
{
    unsigned long nth = 1;
    bool fired = true;

    (void)state;
    for (; fired; nth++) {
        LC_AUTO(fixture_release) struct fixture f;
        fixture_init(&f);
        (void)snprintf(f.id, sizeof(f.id), "%s",
                       fake_juju_add_secret_text(f.fake, "web/0", "L", "value", "one"));
        fake_juju_put_state(f.fake, "old", "1");
        err = (struct lc_err)LC_ERR_INIT;
        lc_fault_allocation(nth);
        const bool good = run_hook(&f);
        fired = lc_fault_fired();
        lc_fault_allocation(0);
        if (!good) {
            assert_int_equal(err.code, LC_ENOMEM);
            fake_juju_discard(f.fake);
            assert_string_equal(fake_juju_secret_text(f.fake, "L", "value"), "one");
            continue;
        }
        assert_done(fake_juju_commit(f.fake, &err));
        assert_string_equal(fake_juju_data(f.fake, "x:1", "web/0", "key"), "value");
        assert_string_equal(fake_juju_state(f.fake, "key"), "value");
        assert_null(fake_juju_state(f.fake, "old"));
        assert_string_equal(fake_juju_secret_text(f.fake, "L", "value"), "two");
        assert_string_equal(fake_juju_secret_text(f.fake, "new", "value"), "two");
        assert_true(fake_juju_is_granted(f.fake, "new", "ca"));
    }
    assert_true(nth > 50);
}

/* The same with each hook command in turn. */
static void every_command_may_fail(void **state)
{
    (void)state;
    for (unsigned nth = 1;; nth++) {
        LC_AUTO(fixture_release) struct fixture f;
        fixture_init(&f);
        (void)snprintf(f.id, sizeof(f.id), "%s",
                       fake_juju_add_secret_text(f.fake, "web/0", "L", "value", "one"));
        fake_juju_put_state(f.fake, "old", "1");
        fake_juju_fail(f.fake, NULL, nth, LC_ECOMMAND);
        if (run_hook(&f)) {
            assert_true(nth > 12);
            assert_true(fake_juju_total(f.fake) < nth);
            return;
        }
        assert_int_equal(err.code, LC_ECOMMAND);
    }
}
#endif

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, secret_rows, check_secret);
    SUITE_TEST(&suite, "refreshed changes are tracked", refreshed_changes_are_tracked);
    SUITE_TEST(&suite, "app secrets need the leader", app_secrets_need_the_leader);
    SUITE_TEST(&suite, "secrets that make no sense are refused", nonsense_is_refused);
#ifdef LC_FAULT_HOOKS
    SUITE_TEST(&suite, "every allocation may fail", every_allocation_may_fail);
    SUITE_TEST(&suite, "every command may fail", every_command_may_fail);
#endif
    return suite_run(&suite, "session_secret");
}
