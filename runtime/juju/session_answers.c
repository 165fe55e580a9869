/* Answers that hold for the whole hook and that no write of ours changes. */
#include <string.h>

#include "base/mem.h"
#include "juju/session_private.h"

static bool copy_text(const char *from, char **out, struct lc_err *err)
{
    *out = lc_strdup(from);
    return *out == NULL ? lc_fail_memory(err) : true;
}

/* Answers of the three shapes. */
static bool recall_list(struct lc_session *session, const struct session_question *question,
                        session_ask_fn ask, struct lc_strlist *out, struct lc_err *err)
{
    const struct session_answer *answer;

    return session_recall(session, question, ask, &answer, err) &&
           lc_strlist_copy(out, &answer->list, err);
}

static bool recall_text(struct lc_session *session, const struct session_question *question,
                        session_ask_fn ask, char **out, struct lc_err *err)
{
    const struct session_answer *answer;

    return session_recall(session, question, ask, &answer, err) &&
           copy_text(answer->text, out, err);
}

static bool recall_json(struct lc_session *session, const struct session_question *question,
                        session_ask_fn ask, struct lc_json **out, struct lc_err *err)
{
    const struct session_answer *answer;

    if (!session_recall(session, question, ask, &answer, err))
        return false;
    *out = lc_json_ref(answer->json);
    return true;
}

static bool ask_relation_ids(struct lc_session *session, const struct session_question *question,
                             struct session_answer *answer, struct lc_err *err)
{
    return lc_juju_call(session->below, relation_ids, question->subject, &answer->list, err);
}

bool session_relation_ids(void *context, const char *endpoint, struct lc_strlist *out,
                          struct lc_err *err)
{
    const struct session_question question = { "relation-ids", endpoint, NULL };

    return recall_list(context, &question, ask_relation_ids, out, err);
}

static bool ask_relation_list(struct lc_session *session, const struct session_question *question,
                              struct session_answer *answer, struct lc_err *err)
{
    return lc_juju_call(session->below, relation_list, question->subject, &answer->list, err);
}

bool session_relation_list(void *context, const char *relation_id, struct lc_strlist *out,
                           struct lc_err *err)
{
    const struct session_question question = { "relation-list", relation_id, NULL };

    return recall_list(context, &question, ask_relation_list, out, err);
}

static bool ask_relation_app(struct lc_session *session, const struct session_question *question,
                             struct session_answer *answer, struct lc_err *err)
{
    return lc_juju_call(session->below, relation_app, question->subject, &answer->text, err);
}

bool session_relation_app(void *context, const char *relation_id, char **out, struct lc_err *err)
{
    struct lc_session *session = context;
    const struct lc_event *event = &session->env->event;
    const struct session_question question = { "relation-list", relation_id, "--app" };

    if (event->remote_app != NULL && event->relation_id != NULL &&
        strcmp(event->relation_id, relation_id) == 0)
        return copy_text(event->remote_app, out, err);
    return recall_text(session, &question, ask_relation_app, out, err);
}

static bool ask_relation_model(struct lc_session *session, const struct session_question *question,
                               struct session_answer *answer, struct lc_err *err)
{
    return lc_juju_call(session->below, relation_model, question->subject, &answer->text, err);
}

bool session_relation_model(void *context, const char *relation_id, char **uuid_out,
                            struct lc_err *err)
{
    const struct session_question question = { "relation-model-get", relation_id, NULL };

    return recall_text(context, &question, ask_relation_model, uuid_out, err);
}

static bool ask_config(struct lc_session *session, const struct session_question *question,
                       struct session_answer *answer, struct lc_err *err)
{
    (void)question;
    return lc_juju_call(session->below, config_get, &answer->json, err);
}

bool session_config_get(void *context, struct lc_json **out, struct lc_err *err)
{
    const struct session_question question = { "config-get", NULL, NULL };

    return recall_json(context, &question, ask_config, out, err);
}

static bool ask_network(struct lc_session *session, const struct session_question *question,
                        struct session_answer *answer, struct lc_err *err)
{
    return lc_juju_call(session->below, network_get, question->subject, question->detail,
                        &answer->json, err);
}

bool session_network_get(void *context, const char *binding, const char *relation_id,
                         struct lc_json **out, struct lc_err *err)
{
    const struct session_question question = { "network-get", binding, relation_id };

    return recall_json(context, &question, ask_network, out, err);
}

static const char public_address[] = "public-address";

static bool ask_unit_get(struct lc_session *session, const struct session_question *question,
                         struct session_answer *answer, struct lc_err *err)
{
    const bool is_public = strcmp(question->subject, public_address) == 0;

    return lc_juju_call(session->below, unit_get, is_public, &answer->text, err);
}

bool session_unit_get(void *context, bool is_public, char **address_out, struct lc_err *err)
{
    const struct session_question question = { "unit-get",
                                               is_public ? public_address : "private-address",
                                               NULL };

    return recall_text(context, &question, ask_unit_get, address_out, err);
}

static bool ask_action_get(struct lc_session *session, const struct session_question *question,
                           struct session_answer *answer, struct lc_err *err)
{
    (void)question;
    return lc_juju_call(session->below, action_get, &answer->json, err);
}

bool session_action_get(void *context, struct lc_json **out, struct lc_err *err)
{
    const struct session_question question = { "action-get", NULL, NULL };

    return recall_json(context, &question, ask_action_get, out, err);
}

static bool ask_goal_state(struct lc_session *session, const struct session_question *question,
                           struct session_answer *answer, struct lc_err *err)
{
    (void)question;
    return lc_juju_call(session->below, goal_state, &answer->json, err);
}

bool session_goal_state(void *context, struct lc_json **out, struct lc_err *err)
{
    const struct session_question question = { "goal-state", NULL, NULL };

    return recall_json(context, &question, ask_goal_state, out, err);
}

static bool ask_storage_list(struct lc_session *session, const struct session_question *question,
                             struct session_answer *answer, struct lc_err *err)
{
    return lc_juju_call(session->below, storage_list, question->subject, &answer->list, err);
}

bool session_storage_list(void *context, const char *name, struct lc_strlist *out,
                          struct lc_err *err)
{
    const struct session_question question = { "storage-list", name, NULL };

    return recall_list(context, &question, ask_storage_list, out, err);
}

/* {"kind": ..., "location": ...} of the event's own storage, from the environment. */
static bool storage_of_event(const struct lc_event *event, struct lc_json **out, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *answer = lc_json_new_object();

    if (answer == NULL ||
        !lc_json_take_member(
            answer, "kind", lc_json_new_string(event->storage_kind, strlen(event->storage_kind))) ||
        !lc_json_take_member(
            answer, "location",
            lc_json_new_string(event->storage_location, strlen(event->storage_location))))
        return lc_fail_memory(err);
    *out = LC_STEAL(answer);
    return true;
}

static bool ask_storage_get(struct lc_session *session, const struct session_question *question,
                            struct session_answer *answer, struct lc_err *err)
{
    const struct lc_event *event = &session->env->event;

    if (event->storage_id != NULL && strcmp(event->storage_id, question->subject) == 0)
        return storage_of_event(event, &answer->json, err);
    return lc_juju_call(session->below, storage_get, question->subject, &answer->json, err);
}

bool session_storage_get(void *context, const char *id, struct lc_json **out, struct lc_err *err)
{
    const struct session_question question = { "storage-get", id, NULL };

    return recall_json(context, &question, ask_storage_get, out, err);
}

static bool ask_resource_get(struct lc_session *session, const struct session_question *question,
                             struct session_answer *answer, struct lc_err *err)
{
    return lc_juju_call(session->below, resource_get, question->subject, &answer->text, err);
}

bool session_resource_get(void *context, const char *name, char **path_out, struct lc_err *err)
{
    const struct session_question question = { "resource-get", name, NULL };

    return recall_text(context, &question, ask_resource_get, path_out, err);
}
