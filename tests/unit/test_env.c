/* juju/env: the variables that Juju's agent sets, as one value (juju-hooks 1.2, 1.8). */
#include "juju/env.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "rows.h"

static struct lc_err err;

static void clear(void)
{
    char name[64];

    for (char **variable = environ; *variable != NULL;) {
        const size_t len = strcspn(*variable, "=");
        if ((strncmp(*variable, "JUJU_", 5) != 0 && strncmp(*variable, "CHARM_DIR", 9) != 0) ||
            len >= sizeof(name)) {
            variable++;
            continue;
        }
        memcpy(name, *variable, len);
        name[len] = '\0';
        assert_int_equal(unsetenv(name), 0); /* moves the others up */
    }
}

/* NAME=VALUE lines */
static void set_all(const char *lines)
{
    char name[64];
    char value[256];

    for (const char *at = lines; *at != '\0';) {
        const size_t name_len = strcspn(at, "=");
        const size_t value_len = strcspn(at + name_len + 1, "\n");
        assert_true(name_len < sizeof(name) && value_len < sizeof(value));
        memcpy(name, at, name_len);
        name[name_len] = '\0';
        memcpy(value, at + name_len + 1, value_len);
        value[value_len] = '\0';
        assert_int_equal(setenv(name, value, 1), 0);
        at += name_len + 1 + value_len;
        at += *at == '\n';
    }
}

#define ID   "9m4e2mr0ui3e8a215n4g"
#define UUID "cdac5656-2423-4388-8f30-41854b4cca7d"

/* What every hook has; some of it empty, as Juju does it. */
static const char always[] = "JUJU_CONTEXT_ID=web/0-install-1234\n"
                             "JUJU_UNIT_NAME=my-web/12\n"
                             "JUJU_MODEL_NAME=prod\n"
                             "JUJU_MODEL_UUID=" UUID "\n"
                             "JUJU_CHARM_DIR=/charm\n"
                             "CHARM_DIR=/charm\n"
                             "JUJU_VERSION=3.6.26\n"
                             "JUJU_MACHINE_ID=0/lxd/1\n"
                             "JUJU_AVAILABILITY_ZONE=\n"
                             "JUJU_PRINCIPAL_UNIT=\n"
                             "JUJU_DISPATCH_PATH=\n"
                             "JUJU_HOOK_NAME=\n"
                             "JUJU_ACTION_NAME=\n"
                             "JUJU_REMOTE_UNIT=\n";

static void load(struct lc_hook_env *env, const char *lines)
{
    clear();
    set_all(always);
    set_all(lines);
    assert_done(lc_hook_env_load(env, &err));
}

static void surroundings_are_read(void **state)
{
    LC_AUTO(lc_hook_env_release) struct lc_hook_env env = LC_HOOK_ENV_INIT;

    (void)state;
    load(&env, "JUJU_HOOK_NAME=install\nJUJU_DISPATCH_PATH=hooks/install");
    assert_true(lc_hook_env_is_there());
    assert_string_equal(env.unit, "my-web/12");
    assert_string_equal(env.app, "my-web");
    assert_string_equal(env.unit_number, "12");
    assert_string_equal(env.model_name, "prod");
    assert_string_equal(env.model_uuid, UUID);
    assert_string_equal(env.charm_dir, "/charm");
    assert_string_equal(env.machine_id, "0/lxd/1");
    assert_null(env.availability_zone); /* empty is absent */
    assert_null(env.principal_unit);
    assert_int_equal(env.event.kind, LC_EVENT_INSTALL);
    assert_string_equal(env.event.name, "install");
    assert_null(env.event.endpoint);
    clear();
    assert_false(lc_hook_env_is_there());
    lc_hook_env_release(&env);
    lc_hook_env_release(&env);
}

static void the_older_name_of_the_folder_counts_too(void **state)
{
    LC_AUTO(lc_hook_env_release) struct lc_hook_env env = LC_HOOK_ENV_INIT;

    (void)state;
    load(&env, "JUJU_CHARM_DIR=\nCHARM_DIR=/old\nJUJU_HOOK_NAME=start");
    assert_string_equal(env.charm_dir, "/old");
}

/* The event, as text: kind name endpoint relation app unit departing */
struct event_row {
    const char *name;
    const char *lines;
    const char *want;
};

static const char *or_dash(const char *text)
{
    return text == NULL ? "-" : text;
}

#define DB "JUJU_RELATION=db\nJUJU_RELATION_ID=db:7\nJUJU_REMOTE_APP=mysql\n"

static const struct event_row event_rows[] = {
    { "a hook", "JUJU_HOOK_NAME=start\nJUJU_DISPATCH_PATH=hooks/start", "start start - - - - -" },
    { "a hook by the path alone", "JUJU_DISPATCH_PATH=hooks/stop", "stop stop - - - - -" },
    { "a hook by its name alone", "JUJU_HOOK_NAME=stop", "stop stop - - - - -" },
    { "a hook that we do not know", "JUJU_HOOK_NAME=collect-metrics",
      "unknown collect-metrics - - - - -" },
    { "an action",
      "JUJU_DISPATCH_PATH=actions/backup\nJUJU_ACTION_NAME=backup\n"
      "JUJU_ACTION_UUID=8",
      "action backup - - - - -" },
    { "an action by the path alone", "JUJU_DISPATCH_PATH=actions/backup\nJUJU_ACTION_UUID=8",
      "action backup - - - - -" },
    { "an action named like a hook",
      "JUJU_DISPATCH_PATH=actions/start\nJUJU_ACTION_NAME=start\nJUJU_ACTION_UUID=8",
      "action start - - - - -" },
    { "juju exec", "", "none - - - - - -" },
    { "juju exec in a relation", "JUJU_RELATION=db\nJUJU_RELATION_ID=db:7\nJUJU_REMOTE_APP=\n",
      "none - db db:7 - - -" },
    { "relation-created", DB "JUJU_HOOK_NAME=db-relation-created",
      "relation-created db-relation-created db db:7 mysql - -" },
    { "relation-joined", DB "JUJU_HOOK_NAME=db-relation-joined\nJUJU_REMOTE_UNIT=mysql/3",
      "relation-joined db-relation-joined db db:7 mysql mysql/3 -" },
    { "relation-changed of a unit",
      DB "JUJU_HOOK_NAME=db-relation-changed\nJUJU_REMOTE_UNIT=mysql/3",
      "relation-changed db-relation-changed db db:7 mysql mysql/3 -" },
    { "relation-changed of an application", DB "JUJU_HOOK_NAME=db-relation-changed",
      "relation-changed db-relation-changed db db:7 mysql - -" },
    { "relation-departed",
      DB "JUJU_HOOK_NAME=db-relation-departed\nJUJU_REMOTE_UNIT=mysql/3\n"
         "JUJU_DEPARTING_UNIT=my-web/12",
      "relation-departed db-relation-departed db db:7 mysql mysql/3 my-web/12" },
    { "relation-broken", DB "JUJU_HOOK_NAME=db-relation-broken",
      "relation-broken db-relation-broken db db:7 mysql - -" },
    { "pebble-ready", "JUJU_HOOK_NAME=web-pebble-ready\nJUJU_WORKLOAD_NAME=web",
      "pebble-ready web-pebble-ready web - - - -" },
};

static void check_event(void **state)
{
    const struct event_row *row = *state;
    LC_AUTO(lc_hook_env_release) struct lc_hook_env env = LC_HOOK_ENV_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf got = LC_BUF_INIT(1000);
    const struct lc_event *event = &env.event;

    load(&env, row->lines);
    lc_buf_printf(&got, "%s %s %s %s %s %s %s", lc_event_kind_name(event->kind),
                  or_dash(event->name), or_dash(event->endpoint), or_dash(event->relation_id),
                  or_dash(event->remote_app), or_dash(event->remote_unit),
                  or_dash(event->departing_unit));
    assert_string_equal(got.data, row->want);
}

struct secret_row {
    const char *name;
    const char *uri;
};

static const struct secret_row secret_rows[] = {
    { "a secret of ours", "secret:" ID },
    { "a secret of another model", "secret://" UUID "/" ID },
    { "a bare id, as at expiry", ID },
};

static void check_secret(void **state)
{
    const struct secret_row *row = *state;
    LC_AUTO(lc_hook_env_release) struct lc_hook_env env = LC_HOOK_ENV_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf lines = LC_BUF_INIT(1000);

    lc_buf_printf(&lines,
                  "JUJU_HOOK_NAME=secret-expired\nJUJU_SECRET_ID=%s\n"
                  "JUJU_SECRET_LABEL=\nJUJU_SECRET_REVISION=3",
                  row->uri);
    load(&env, lines.data);
    assert_string_equal(env.event.secret_id, ID);
    assert_string_equal(env.event.secret_uri, row->uri);
    assert_null(env.event.secret_label);
    assert_int_equal(env.event.secret_revision, 3);
}

static void other_events_have_their_own(void **state)
{
    LC_AUTO(lc_hook_env_release) struct lc_hook_env env = LC_HOOK_ENV_INIT;

    (void)state;
    load(&env, "JUJU_HOOK_NAME=secret-changed\nJUJU_SECRET_ID=secret:" ID "\n"
               "JUJU_SECRET_LABEL=key");
    assert_string_equal(env.event.secret_label, "key");
    assert_int_equal(env.event.secret_revision, 0);
    load(&env, "JUJU_HOOK_NAME=data-storage-attached\nJUJU_STORAGE_ID=data/0\n"
               "JUJU_STORAGE_LOCATION=/srv\nJUJU_STORAGE_KIND=filesystem");
    assert_string_equal(env.event.storage_location, "/srv");
    assert_string_equal(env.event.endpoint, "data");
    assert_null(env.event.secret_id); /* of the event before */
    load(&env, "JUJU_HOOK_NAME=web-pebble-custom-notice\nJUJU_WORKLOAD_NAME=web\n"
               "JUJU_NOTICE_ID=12\nJUJU_NOTICE_TYPE=custom\nJUJU_NOTICE_KEY=example.com/a");
    assert_string_equal(env.event.notice_key, "example.com/a");
    load(&env, "JUJU_HOOK_NAME=web-pebble-check-failed\nJUJU_WORKLOAD_NAME=web\n"
               "JUJU_PEBBLE_CHECK_NAME=up");
    assert_string_equal(env.event.check_name, "up");
    load(&env, "JUJU_DISPATCH_PATH=actions/x\nJUJU_ACTION_NAME=x\nJUJU_ACTION_UUID=8");
    assert_string_equal(env.event.action_id, "8");
}

/* What is wrong, and how it is told. */
struct bad_row {
    const char *name;
    const char *lines;
    const char *part;
};

#define EXPIRED "JUJU_HOOK_NAME=secret-expired\nJUJU_SECRET_ID=" ID "\n"

static const struct bad_row bad_rows[] = {
    { "no unit", "JUJU_UNIT_NAME=", "JUJU_UNIT_NAME is not set: expected a unit such as 'web/0'" },
    { "a unit that is none", "JUJU_UNIT_NAME=web",
      "JUJU_UNIT_NAME is 'web': expected a unit such as 'web/0'" },
    { "no context", "JUJU_CONTEXT_ID=", "JUJU_CONTEXT_ID is not set" },
    { "no model", "JUJU_MODEL_NAME=", "JUJU_MODEL_NAME is not set" },
    { "no model UUID", "JUJU_MODEL_UUID=", "JUJU_MODEL_UUID is not set" },
    { "no charm folder", "JUJU_CHARM_DIR=\nCHARM_DIR=", "JUJU_CHARM_DIR is not set" },
    { "no version", "JUJU_VERSION=", "JUJU_VERSION is not set" },
    { "a version that is none", "JUJU_VERSION=latest", "JUJU_VERSION is 'latest': expected a" },
    { "a path that is none", "JUJU_DISPATCH_PATH=install",
      "JUJU_DISPATCH_PATH is 'install': expected 'hooks/NAME' or 'actions/NAME'" },
    { "a path without a hook", "JUJU_DISPATCH_PATH=hooks/", "JUJU_DISPATCH_PATH is 'hooks/'" },
    { "an action without its number", "JUJU_DISPATCH_PATH=actions/x", "JUJU_ACTION_UUID is not" },
    { "a relation of another name", DB "JUJU_HOOK_NAME=web-relation-created",
      "JUJU_RELATION is 'db': expected the endpoint in the hook's name" },
    { "a relation without an id", DB "JUJU_RELATION_ID=\nJUJU_HOOK_NAME=db-relation-created",
      "JUJU_RELATION_ID is not set" },
    { "a relation id that is none", DB "JUJU_RELATION_ID=db:x\nJUJU_HOOK_NAME=db-relation-created",
      "JUJU_RELATION_ID is 'db:x': expected a relation such as 'db:7'" },
    { "a relation id without a name", DB "JUJU_RELATION_ID=:7\nJUJU_HOOK_NAME=db-relation-created",
      "JUJU_RELATION_ID is ':7'" },
    { "a relation without the other side",
      DB "JUJU_REMOTE_APP=\nJUJU_HOOK_NAME=db-relation-created", "JUJU_REMOTE_APP is not set" },
    { "joined without a unit", DB "JUJU_HOOK_NAME=db-relation-joined",
      "JUJU_REMOTE_UNIT is not set" },
    { "a remote unit that is none", DB "JUJU_HOOK_NAME=db-relation-changed\nJUJU_REMOTE_UNIT=mysql",
      "JUJU_REMOTE_UNIT is 'mysql'" },
    { "a departing unit that is none",
      DB "JUJU_HOOK_NAME=db-relation-departed\n"
         "JUJU_REMOTE_UNIT=mysql/0\nJUJU_DEPARTING_UNIT=x",
      "JUJU_DEPARTING_UNIT is 'x'" },
    { "no secret", "JUJU_HOOK_NAME=secret-changed\nJUJU_SECRET_ID=", "JUJU_SECRET_ID is not set" },
    { "a secret that is none", "JUJU_HOOK_NAME=secret-changed\nJUJU_SECRET_ID=secret:x",
      "JUJU_SECRET_ID is 'secret:x': expected a secret's id" },
    { "no revision", EXPIRED, "JUJU_SECRET_REVISION is not set" },
    { "revision 0", EXPIRED "JUJU_SECRET_REVISION=0",
      "JUJU_SECRET_REVISION is '0': expected a number from 1" },
    { "a revision that is none", EXPIRED "JUJU_SECRET_REVISION=-1", "JUJU_SECRET_REVISION is" },
    { "storage without a location",
      "JUJU_HOOK_NAME=data-storage-attached\n"
      "JUJU_STORAGE_ID=data/0\nJUJU_STORAGE_KIND=block",
      "JUJU_STORAGE_LOCATION is not set" },
    { "another container", "JUJU_HOOK_NAME=web-pebble-ready\nJUJU_WORKLOAD_NAME=db",
      "JUJU_WORKLOAD_NAME is 'db'" },
    { "a notice without a key",
      "JUJU_HOOK_NAME=web-pebble-custom-notice\n"
      "JUJU_WORKLOAD_NAME=web\nJUJU_NOTICE_ID=1\nJUJU_NOTICE_TYPE=custom",
      "JUJU_NOTICE_KEY is not set" },
    { "a check without a name", "JUJU_HOOK_NAME=web-pebble-check-failed\nJUJU_WORKLOAD_NAME=web",
      "JUJU_PEBBLE_CHECK_NAME is not set" },
};

static void check_bad(void **state)
{
    const struct bad_row *row = *state;
    struct lc_hook_env env = LC_HOOK_ENV_INIT;

    clear();
    set_all(always);
    set_all(row->lines);
    assert_fails(lc_hook_env_load(&env, &err), LC_ESTATE, row->part);
    assert_null(env.unit); /* untouched */
}

struct version_row {
    const char *name; /* the version */
    int major;
    int minor;
    bool want;
};

static const struct version_row version_rows[] = {
    { "3.6.26", 3, 6, true },  { "3.6.26", 3, 7, false },   { "3.6.26", 3, 5, true },
    { "3.10.0", 3, 6, true },  { "4.0-beta1", 3, 6, true }, { "3.6-rc1", 3, 6, true },
    { "2.9.50", 3, 0, false }, { "3.6.26.1", 4, 0, false },
};

static void check_version(void **state)
{
    const struct version_row *row = *state;
    LC_AUTO(lc_hook_env_release) struct lc_hook_env env = LC_HOOK_ENV_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf line = LC_BUF_INIT(100);

    lc_buf_printf(&line, "JUJU_VERSION=%s", row->name);
    load(&env, line.data);
    assert_int_equal(lc_hook_env_juju_is_at_least(&env, row->major, row->minor), row->want);
}

struct timeout_row {
    const char *name;
    const char *value; /* NULL: not set */
    int64_t wanted_ms; /* -1: refused */
};

static const struct timeout_row timeout_rows[] = {
    { "no time limit is said", NULL, 0 },
    { "an empty time limit is none", "", 0 },
    { "a time limit is a duration", "1m30s", 90000 },
    { "a time limit without a unit is refused", "30", -1 },
    { "a time limit of nothing is refused", "0s", -1 },
};

static void check_timeout(void **state)
{
    const struct timeout_row *row = *state;
    static const char name[] = "LUACHARM_HOOK_COMMAND_TIMEOUT";
    int64_t got_ms = -1;

    assert_int_equal(row->value == NULL ? unsetenv(name) : setenv(name, row->value, 1), 0);
    if (row->wanted_ms == -1)
        assert_fails(lc_hook_command_timeout(&got_ms, &err), LC_ESTATE,
                     "expected a duration such as '30s' or '10m'");
    else
        assert_done(lc_hook_command_timeout(&got_ms, &err));
    assert_int_equal(got_ms, row->wanted_ms);
    assert_int_equal(unsetenv(name), 0);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "surroundings are read", surroundings_are_read);
    SUITE_TEST(&suite, "the older name of the folder counts too",
               the_older_name_of_the_folder_counts_too);
    SUITE_ROWS(&suite, event_rows, check_event);
    SUITE_ROWS(&suite, secret_rows, check_secret);
    SUITE_TEST(&suite, "other events have their own", other_events_have_their_own);
    SUITE_ROWS(&suite, bad_rows, check_bad);
    SUITE_ROWS(&suite, timeout_rows, check_timeout);
    for (size_t i = 0; i < LC_COUNT(version_rows); i++)
        suite_addf(&suite, check_version, (void *)(uintptr_t)&version_rows[i], "%s against %d.%d",
                   version_rows[i].name, version_rows[i].major, version_rows[i].minor);
    return suite_run(&suite, "env");
}
