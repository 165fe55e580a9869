/* Private to the files of policies in bind/ (policy*.c, mod_policy*.c). */
#ifndef LC_BIND_POLICY_PRIVATE_H
#define LC_BIND_POLICY_PRIVATE_H

#include "bind/policy.h"
#include "bind/state.h"

/* What the userdata of a request holds; live only while the decision lasts. */
struct bind_request {
    const struct lc_policy_request *request; /* NULL: the decision is over */
    const struct lc_policy_observer *observer;
};

struct bind_policy {
    struct bind_context context;
    struct bind_vm *vm;
    struct lc_policy *engine;
    char *folder;                  /* of the files; NULL: they are in given */
    const struct lc_strmap *given; /* while it is loaded from kept texts */
    char *main;
    char *prefix; /* of names in messages: "src/" */
    struct lc_strmap sources;
    size_t source_bytes;
    char hash[LC_SHA256_HEX];
    int rules;                    /* in the registry: a list of functions, by number + 1 */
    int request_ref;              /* in the registry: the userdata of the last request */
    struct bind_request *request; /* in it; NULL: none */
    int state;                    /* in the registry: what outlives a request, see policy_state.c */
    lua_Integer state_count;      /* objects in it */
};

/* sandbox.c: what opens the sandbox's VM; push the function of one of the policy's files, with the
 * policy's globals. Both may raise. */
int bind_sandbox_open(lua_State *L);
void bind_sandbox_load(lua_State *L, struct bind_policy *policy, const char *name);

/* policy.c: the text of one of the policy's files, kept among its sources; name: relative. */
const char *bind_policy_source(lua_State *L, struct bind_policy *policy, const char *name,
                               size_t *len_out);

/* policy_state.c: write down what the functions in the list at `rules` could change. May raise. */
void bind_policy_note_state(lua_State *L, struct bind_policy *policy, int rules);
/* After a decision: put back what a rule has changed of it; out is LC_ANSWER_FAILED then. */
bool bind_policy_check_state(struct bind_policy *policy, struct lc_policy_answer *out,
                             struct lc_err *err) LC_MUST_CHECK;

/* mod_policy_answer.c: what a rule returned, at index, into out. May raise. */
void bind_read_answer(lua_State *L, int index, enum lc_rule_kind kind,
                      struct lc_policy_answer *out);

/* mod_policy_request.c (and policy_watch.c): push the request's object. May raise. */
struct bind_request *bind_push_request(lua_State *L, const struct lc_policy_request *request,
                                       const struct lc_policy_observer *observer);
/* The request at arg; raises when it is none, or over. */
const struct bind_request *bind_check_request(lua_State *L, int arg);
/* Tell the observer, if there is one, that a fact was read: its value is at index. */
void bind_note_fact(lua_State *L, const struct bind_request *request, const char *name, int index);
extern const luaL_Reg bind_request_methods[]; /* mod_policy_methods.c */

/* mod_policy_load.c: what charm.policy.core has outside of a sandbox. */
extern const luaL_Reg bind_policy_outside[];

/* frozen.c: make the table at the top of the stack one that cannot be written. A list may be asked
 * for any field; of a record an unknown one raises, with the nearest that it has. */
enum bind_frozen { BIND_FROZEN_LIST, BIND_FROZEN_RECORD, BIND_FROZEN_MAP };
void bind_freeze(lua_State *L, enum bind_frozen kind);
/* Push the table behind what is frozen at index; false, and nothing is pushed, for anything else.
 */
bool bind_push_thawed(lua_State *L, int index);
/* A list of texts at index, frozen or not. */
void bind_read_list(lua_State *L, int index, const char *name, struct lc_strlist *out);

#endif
