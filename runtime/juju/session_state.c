/* The unit's stored state: read once as a whole, written by one state-set. */
#include <string.h>

#include "base/mem.h"
#include "juju/session_private.h"

static bool read_state(struct lc_session *session, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap base = LC_STRMAP_INIT;

    if (session->state.is_read)
        return true;
    if (!lc_juju_call(session->below, state_get, &base, err))
        return false;
    session->state.base = base;
    base = (struct lc_strmap)LC_STRMAP_INIT;
    session->state.is_read = true;
    return true;
}

static bool merge(const struct session_state *state, struct lc_strmap *into, struct lc_err *err)
{
    for (size_t i = 0; i < state->deletions.count; i++)
        (void)lc_strmap_remove(into, state->deletions.items[i]);
    for (size_t i = 0; i < state->changes.count; i++)
        if (!lc_strmap_set(into, state->changes.entries[i].key, state->changes.entries[i].value,
                           err))
            return false;
    return true;
}

bool session_state_get(void *context, struct lc_strmap *out, struct lc_err *err)
{
    struct lc_session *session = context;

    return read_state(session, err) && lc_strmap_copy(out, &session->state.base, err) &&
           merge(&session->state, out, err);
}

static void forget_deletion(struct lc_strlist *deletions, const char *key)
{
    for (size_t i = 0; i < deletions->count; i++) {
        if (strcmp(deletions->items[i], key) != 0)
            continue;
        lc_free(deletions->items[i]);
        deletions->count--;
        /* The NULL at the end moves too. */
        memmove(&deletions->items[i], &deletions->items[i + 1],
                (deletions->count - i + 1) * sizeof(*deletions->items));
        return;
    }
}

bool session_state_set(void *context, const struct lc_strmap *changes, struct lc_err *err)
{
    struct lc_session *session = context;
    struct session_state *state = &session->state;

    if (!lc_state_check(changes, err))
        return lc_wrap(err, "state-set");
    for (size_t i = 0; i < changes->count; i++) {
        const struct lc_strmap_entry *entry = &changes->entries[i];
        if (!lc_strmap_set(&state->changes, entry->key, entry->value, err))
            return false;
        forget_deletion(&state->deletions, entry->key);
    }
    return true;
}

bool session_state_delete(void *context, const char *key, struct lc_err *err)
{
    struct lc_session *session = context;
    struct session_state *state = &session->state;

    if (!lc_strlist_has(&state->deletions, key) && !lc_strlist_add(&state->deletions, key, err))
        return false;
    (void)lc_strmap_remove(&state->changes, key);
    return true;
}

static bool send_changes(struct lc_session *session, struct lc_err *err)
{
    const struct session_state *state = &session->state;
    LC_AUTO(lc_strmap_release) struct lc_strmap difference = LC_STRMAP_INIT;

    for (size_t i = 0; i < state->changes.count; i++) {
        const struct lc_strmap_entry *entry = &state->changes.entries[i];
        const char *there = lc_strmap_get(&state->base, entry->key);
        if (there != NULL && strcmp(there, entry->value) == 0)
            continue;
        if (!lc_strmap_set(&difference, entry->key, entry->value, err))
            return false;
    }
    return difference.count == 0 || lc_juju_call(session->below, state_set, &difference, err);
}

bool session_flush_state(struct lc_session *session, struct lc_err *err)
{
    struct session_state *state = &session->state;

    if (!send_changes(session, err))
        return false;
    for (size_t i = 0; i < state->deletions.count; i++) {
        const char *key = state->deletions.items[i];
        if (state->is_read && lc_strmap_get(&state->base, key) == NULL)
            continue;
        if (!lc_juju_call(session->below, state_delete, key, err))
            return false;
    }
    if (state->is_read && !merge(state, &state->base, err))
        return false;
    lc_strmap_release(&state->changes);
    lc_strlist_release(&state->deletions);
    return true;
}
