/* A hook's session: what it is made of, the answers it remembers, and what it passes on. */
#include "juju/session.h"

#include <string.h>

#include "base/mem.h"
#include "juju/session_private.h"

static bool pass_status_set(void *context, bool app, const char *status, const char *message,
                            struct lc_err *err)
{
    const struct lc_session *session = context;

    return lc_juju_call(session->below, status_set, app, status, message, err);
}

static bool pass_status_get(void *context, bool app, struct lc_json **out, struct lc_err *err)
{
    const struct lc_session *session = context;

    return lc_juju_call(session->below, status_get, app, out, err);
}

static bool pass_log(void *context, enum lc_level level, const char *text, struct lc_err *err)
{
    const struct lc_session *session = context;

    return lc_juju_call(session->below, log, level, text, err);
}

static bool pass_version_set(void *context, const char *version, struct lc_err *err)
{
    const struct lc_session *session = context;

    return lc_juju_call(session->below, version_set, version, err);
}

static bool pass_port_open(void *context, const char *ports, const char *endpoints,
                           struct lc_err *err)
{
    const struct lc_session *session = context;

    return lc_juju_call(session->below, port_open, ports, endpoints, err);
}

static bool pass_port_close(void *context, const char *ports, const char *endpoints,
                            struct lc_err *err)
{
    const struct lc_session *session = context;

    return lc_juju_call(session->below, port_close, ports, endpoints, err);
}

static bool pass_ports_opened(void *context, struct lc_strlist *out, struct lc_err *err)
{
    const struct lc_session *session = context;

    return lc_juju_call(session->below, ports_opened, out, err);
}

static bool pass_ports_by_endpoint(void *context, struct lc_strmap *out, struct lc_err *err)
{
    const struct lc_session *session = context;

    return lc_juju_call(session->below, ports_by_endpoint, out, err);
}

static bool pass_leader_get(void *context, struct lc_strmap *out, struct lc_err *err)
{
    const struct lc_session *session = context;

    return lc_juju_call(session->below, leader_get, out, err);
}

static bool pass_leader_set(void *context, const struct lc_strmap *changes, struct lc_err *err)
{
    const struct lc_session *session = context;

    return lc_juju_call(session->below, leader_set, changes, err);
}

static bool pass_action_set(void *context, const struct lc_strmap *results, struct lc_err *err)
{
    const struct lc_session *session = context;

    return lc_juju_call(session->below, action_set, results, err);
}

static bool pass_action_fail(void *context, const char *message, struct lc_err *err)
{
    const struct lc_session *session = context;

    return lc_juju_call(session->below, action_fail, message, err);
}

static bool pass_action_log(void *context, const char *message, struct lc_err *err)
{
    const struct lc_session *session = context;

    return lc_juju_call(session->below, action_log, message, err);
}

static bool pass_credential_get(void *context, struct lc_json **out, struct lc_err *err)
{
    const struct lc_session *session = context;

    return lc_juju_call(session->below, credential_get, out, err);
}

static bool pass_storage_add(void *context, const char *name, int64_t count, struct lc_err *err)
{
    const struct lc_session *session = context;

    return lc_juju_call(session->below, storage_add, name, count, err);
}

static bool pass_reboot(void *context, bool now, struct lc_err *err)
{
    const struct lc_session *session = context;

    return lc_juju_call(session->below, reboot, now, err);
}

static const struct lc_juju_ops operations = {
    .relation_ids = session_relation_ids,
    .relation_list = session_relation_list,
    .relation_app = session_relation_app,
    .relation_get = session_relation_get,
    .relation_set = session_relation_set,
    .relation_model = session_relation_model,
    .is_leader = session_is_leader,
    .leader_get = pass_leader_get,
    .leader_set = pass_leader_set,
    .config_get = session_config_get,
    .secret_add = session_secret_add,
    .secret_set = session_secret_set,
    .secret_get = session_secret_get,
    .secret_info = session_secret_info,
    .secret_ids = session_secret_ids,
    .secret_grant = session_secret_grant,
    .secret_revoke = session_secret_revoke,
    .secret_remove = session_secret_remove,
    .status_set = pass_status_set,
    .status_get = pass_status_get,
    .log = pass_log,
    .version_set = pass_version_set,
    .state_get = session_state_get,
    .state_set = session_state_set,
    .state_delete = session_state_delete,
    .port_open = pass_port_open,
    .port_close = pass_port_close,
    .ports_opened = pass_ports_opened,
    .ports_by_endpoint = pass_ports_by_endpoint,
    .network_get = session_network_get,
    .unit_get = session_unit_get,
    .action_get = session_action_get,
    .action_set = pass_action_set,
    .action_fail = pass_action_fail,
    .action_log = pass_action_log,
    .goal_state = session_goal_state,
    .credential_get = pass_credential_get,
    .storage_list = session_storage_list,
    .storage_get = session_storage_get,
    .storage_add = pass_storage_add,
    .resource_get = session_resource_get,
    .reboot = pass_reboot,
};

bool lc_session_new(const struct lc_juju *below, const struct lc_hook_env *env,
                    const struct lc_clock *clock, struct lc_session **out, struct lc_err *err)
{
    struct lc_session *session = lc_alloc(1, sizeof(*session));

    if (session == NULL)
        return lc_fail_memory(err);
    *session = (struct lc_session){
        .port = { .ops = &operations, .context = session },
        .below = below,
        .env = env,
        .clock = clock,
        .answer_index = LC_INDEX_INIT,
        .bag_index = LC_INDEX_INIT,
        .lost_labels = LC_STRLIST_INIT,
    };
    *out = session;
    return true;
}

static void answer_release(struct session_answer *answer)
{
    lc_free(answer->key);
    lc_free(answer->failure);
    lc_json_free(answer->json);
    lc_free(answer->text);
    lc_strlist_release(&answer->list);
}
LC_AUTO_VALUE(struct session_answer, answer_release);

void lc_session_free(struct lc_session *session)
{
    if (session == NULL)
        return;
    lc_index_release(&session->answer_index); /* before the keys that it borrows */
    for (size_t i = 0; i < session->answer_count; i++)
        answer_release(&session->answers[i]);
    lc_free(session->answers);
    session_release_bags(session);
    session_release_secrets(session);
    lc_strmap_release(&session->state.base);
    lc_strmap_release(&session->state.changes);
    lc_strlist_release(&session->state.deletions);
    lc_strlist_release(&session->lost_labels);
    lc_free(session);
}

const struct lc_juju *lc_session_port(const struct lc_session *session)
{
    return &session->port;
}

bool lc_session_flush(struct lc_session *session, struct lc_err *err)
{
    return session_flush_secrets(session, err) && session_flush_state(session, err) &&
           session_flush_bags(session, err);
}

char *session_key(const struct session_question *question)
{
    const char *const words[] = { question->command, question->subject, question->detail };
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(SIZE_MAX / 2);
    struct lc_err ignored = LC_ERR_INIT; /* there is only one reason */
    char *key = NULL;

    /* A word that is missing and one that is empty differ. */
    for (size_t i = 0; i < LC_COUNT(words); i++)
        lc_buf_printf(&text, "%s%s\n", words[i] == NULL ? "" : "=",
                      words[i] == NULL ? "" : words[i]);
    return lc_buf_take(&text, &key, NULL, &ignored) ? key : NULL;
}

bool session_is_answer(const struct lc_err *err)
{
    return err->code == LC_ENOTFOUND || err->code == LC_EPERM;
}

void session_keep_failure(struct lc_err **slot, const struct lc_err *err)
{
    if (!session_is_answer(err))
        return;
    if (*slot == NULL)
        *slot = lc_alloc(1, sizeof(**slot));
    if (*slot != NULL)
        **slot = *err;
}

bool session_repeat_failure(const struct lc_err *failure, struct lc_err *err)
{
    *err = *failure;
    return false;
}

bool session_replace(char **slot, const char *text, struct lc_err *err)
{
    char *copy = lc_strdup(text);

    if (copy == NULL)
        return lc_fail_memory(err);
    lc_free(*slot);
    *slot = copy;
    return true;
}

/* What was answered is moved from fresh. */
static bool keep_answer(struct lc_session *session, struct session_answer *fresh,
                        struct lc_err *err)
{
    const size_t at = session->answer_count;

    if (!lc_grow(&session->answers, &session->answer_capacity, at, sizeof(*session->answers)))
        return lc_fail_memory(err);
    if (!lc_index_put(&session->answer_index, fresh->key, strlen(fresh->key), at, NULL, err))
        return false;
    session->answers[session->answer_count++] = *fresh;
    *fresh = (struct session_answer){ .key = NULL };
    return true;
}

bool session_recall(struct lc_session *session, const struct session_question *question,
                    session_ask_fn ask, const struct session_answer **out, struct lc_err *err)
{
    LC_AUTO(answer_release) struct session_answer fresh = { .key = session_key(question) };

    if (fresh.key == NULL)
        return lc_fail_memory(err);
    size_t at = lc_index_get(&session->answer_index, fresh.key, strlen(fresh.key));
    if (at == LC_INDEX_NONE) {
        struct lc_err failure = LC_ERR_INIT;
        if (!ask(session, question, &fresh, &failure)) {
            session_keep_failure(&fresh.failure, &failure);
            if (fresh.failure == NULL)
                return session_repeat_failure(&failure, err);
        }
        at = session->answer_count;
        if (!keep_answer(session, &fresh, err))
            return false;
    }
    const struct session_answer *answer = &session->answers[at];
    if (answer->failure != NULL)
        return session_repeat_failure(answer->failure, err);
    *out = answer;
    return true;
}

/* juju-hooks 1.9, 2.7: a false answer holds for the hook, a true one for about 30 s. */
bool session_is_leader(void *context, bool *out, struct lc_err *err)
{
    struct lc_session *session = context;
    const int64_t now_s = lc_clock_now(session->clock);

    if (!session->has_leader ||
        (session->is_leader && now_s - session->leader_since_s >= LC_LEADER_SECONDS)) {
        bool answer;
        if (!lc_juju_call(session->below, is_leader, &answer, err))
            return false;
        session->has_leader = true;
        session->is_leader = answer;
        session->leader_since_s = now_s;
    }
    *out = session->is_leader;
    return true;
}
