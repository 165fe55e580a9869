/* Recordings of hooks: a tape from somebody else answers what is asked, or says that it cannot. */
#include <string.h>

#include "base/mem.h"
#include "fuzz.h"
#include "juju/tape.h"

static bool no_key(const struct lc_secret *value, char **pem_out, struct lc_err *err)
{
    (void)value;
    (void)err;
    *pem_out = NULL;
    return true;
}

static bool stand_in(const char *public_pem, struct lc_secret *out, struct lc_err *err)
{
    return lc_secret_set(out, public_pem, strlen(public_pem), err);
}

static const struct lc_tape_keys keys = { .public_half = no_key, .stand_in = stand_in };

#define ASK(...)                                                                                   \
    if (!lc_juju_call(juju, __VA_ARGS__, &err))                                                    \
    fuzz_refused(&err)

static void ask_relations(const struct lc_juju *juju)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist units = LC_STRLIST_INIT;
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_free) char *app = NULL;
    struct lc_err err = LC_ERR_INIT;

    ASK(relation_ids, "db", &ids);
    ASK(relation_list, "db:7", &units);
    ASK(relation_app, "db:7", &app);
    ASK(relation_get, "db:7", true, "mysql", &bag);
}

static void ask_secrets(const struct lc_juju *juju)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;
    struct lc_err err = LC_ERR_INIT;

    ASK(secret_get, NULL, "password", LC_SECRET_TRACKED, &content);
    ASK(secret_info, NULL, "password", &info);
    ASK(secret_ids, &ids);
}

static void ask_unit(const struct lc_juju *juju)
{
    LC_AUTO(lc_json_free) struct lc_json *config = NULL;
    LC_AUTO(lc_json_free) struct lc_json *network = NULL;
    LC_AUTO(lc_strmap_release) struct lc_strmap state = LC_STRMAP_INIT;
    LC_AUTO(lc_free) char *address = NULL;
    struct lc_err err = LC_ERR_INIT;
    bool leads = false;

    ASK(is_leader, &leads);
    ASK(config_get, &config);
    ASK(state_get, &state);
    ASK(network_get, "db", NULL, &network);
    ASK(unit_get, false, &address);
    ASK(status_set, false, "active", "here");
}

static void ask_files(struct lc_tape *tape)
{
    LC_AUTO(lc_buf_release) struct lc_buf content = LC_BUF_INIT(1u << 24);
    char *const argv[] = { (char *)(uintptr_t) "true", NULL };
    struct lc_err err = LC_ERR_INIT;
    const char *out = NULL;
    const char *said = NULL;
    bool is_there = false;
    int status = 0;

    if (!lc_tape_play_program(tape, argv, &status, &out, &said, &err))
        fuzz_refused(&err);
    if (!lc_tape_play_file(tape, "/etc/a", &is_there, &content, &err))
        fuzz_refused(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    LC_AUTO(lc_json_free) struct lc_json *calls = NULL;
    LC_AUTO(lc_tape_free) struct lc_tape *tape = NULL;
    struct lc_err err = LC_ERR_INIT;

    if (!lc_json_parse((const char *)bytes, len, 0, &calls, &err) ||
        !lc_tape_play(calls, &keys, &tape, &err)) {
        fuzz_refused(&err);
        return 0;
    }
    ask_relations(lc_tape_port(tape));
    ask_secrets(lc_tape_port(tape));
    ask_unit(lc_tape_port(tape));
    ask_files(tape);
    (void)lc_tape_difference(tape, true);
    return 0;
}
