/* `luacharm model play`: a scenario in Lua that uses the model's verbs. The functions that authors
 * call are lua/charm/scenario.lua; they are made of the functions here, which take plain values
 * ("charm.scenario.core") and are in play_<family>.c. None starts a process of ours for a verb. */
#ifndef LC_CLI_PLAY_H
#define LC_CLI_PLAY_H

#include "bind/bind.h"
#include "cli/model.h"

struct play {
    const struct lc_args *args; /* borrowed */
    char *folder;               /* owned: of --model, absolute; NULL: a model of its own */
    char *temporary;            /* owned: where that one is; NULL: not made yet */
    struct model_work work;     /* its store is NULL until a verb needs it */
    bool as_tap;
    bool in_colour;
    bool shows_hooks;
    int64_t hooks; /* since play_take_hooks was last asked */
    int64_t passed;
    int64_t failed;
};

/* The play that a function of charm.scenario.core belongs to. */
struct play *play_of(lua_State *L);

/* The same, with its model open; the first time it is made. Raises why it cannot be. */
struct play *play_open(lua_State *L);

/* Makes the private model as `wanted` says, or opens the one of --model (wanted is then not looked
 * at). Once. */
bool play_make(struct play *play, const struct lc_store_new *wanted, struct lc_err *err)
    LC_MUST_CHECK;

/* report.c: a line beside the results; in TAP a comment. */
void play_note(struct play *play, const char *text);
void play_ran(void *context, const struct lc_report *report); /* of lc_settle_options */
/* An expectation: where and detail (lines; "" for none) are shown when it was not met. */
void play_result(struct play *play, bool met, const char *text, const char *where,
                 const char *detail);
/* An error ended the scenario: it counts as one that failed. */
void play_aborted(struct play *play, const char *message);
void play_close(const struct play *play); /* "3 passed, 1 failed" */

/* Push JSON that a writer has put together into text as a Lua value, or raise. */
void play_push_json(lua_State *L, const struct lc_buf *text);

/* The functions; each table ends with a NULL name. */
extern const luaL_Reg play_verbs[];   /* change the model */
extern const luaL_Reg play_actions[]; /* run hooks, or keep them from running */
extern const luaL_Reg play_looks[];
extern const luaL_Reg play_reports[];

#endif
