/* The unit agent: runs one hook, action or command of a unit in the environment that Juju gives it
 * (juju-hooks 1.1 to 1.5), answers its hook commands, and carries out what it asked for. */
#ifndef LC_MODEL_AGENT_H
#define LC_MODEL_AGENT_H

#include "base/json.h"
#include "base/strlist.h"
#include "model/queue.h"

#define LC_HOOK_TIMEOUT_MS ((int64_t)5 * 60 * 1000)

enum lc_outcome {
    LC_OUTCOME_OK,
    LC_OUTCOME_NONE,   /* the charm has no program for it, which is fine */
    LC_OUTCOME_FAILED, /* why: the exit status, or what the commit refused */
    LC_OUTCOME_AGAIN   /* killed with TERM or KILL, or rebooting: it is run again */
};

const char *lc_outcome_name(enum lc_outcome outcome); /* "ok", "no program", ...; static */

struct lc_report {
    const char *unit;
    const struct lc_hook *hook;
    enum lc_outcome outcome;
    int64_t ms;
    char why[512];             /* one line; "" when it went well */
    char last_line[512];       /* of standard error; "" for none */
    struct lc_strlist changes; /* with agent->explain: what it changes for others, in words */
};

/* Whether somebody wants it to stop. */
enum lc_stop {
    LC_STOP_NOT,
    LC_STOP_SOON, /* when the hooks that run have ended */
    LC_STOP_NOW   /* kill them: what they asked for is dropped, and they are run again later */
};

struct lc_agent {
    struct lc_store *store; /* borrowed */
    struct lc_charms charms;
    char *program;  /* ourselves, for the links */
    char *tools;    /* the folder of links */
    char *faketime; /* the library that shows dynamic programs the model's time; NULL: there is none
                     */
    int64_t timeout_ms;
    enum lc_stop (*stop)(void *context); /* asked while hooks run; NULL: never */
    void *stop_context;
    bool explain; /* reports say what a hook changes */
};

/* Makes or mends the links to the hook commands, and looks for libfaketime. With it the programs of
 * charms see the model's time, which goes on from the moment they are started; without it, and if
 * they are linked statically, the machine's. Ours asks the model (hooktool.h). timeout_ms: 0 is
 * LC_HOOK_TIMEOUT_MS. agent must stay where it is. */
bool lc_agent_init(struct lc_agent *agent, struct lc_store *store, int64_t timeout_ms,
                   struct lc_err *err) LC_MUST_CHECK;
void lc_agent_release(struct lc_agent *agent);
LC_AUTO_VALUE(struct lc_agent, lc_agent_release);

/* A hook on its way: started, ended by itself, and finished, which commits what it asked for. Hooks
 * of different units may be on their way together, as on Juju's machines; of one unit there is one
 * at a time (juju-hooks 1.1: a machine's hooks do not overlap, and here each unit has its own).
 *
 * What hooks see of each other is what was finished before they were started: whoever starts
 * several and finishes them in the same order gets the same result, however long each takes. What
 * takes effect at once (statuses, logs, leader settings; juju-hooks 1.5) may be seen earlier. */
struct lc_job;

/* hook is taken over. From here on a killed agent means a failed hook. */
bool lc_agent_start(struct lc_agent *agent, const char *unit, struct lc_hook *hook,
                    struct lc_job **out, struct lc_err *err) LC_MUST_CHECK;

/* Serve all that run until one more has ended, a signal was caught, or so much time has passed.
 * jobs: NULL and those that have ended are left alone. Kills them all when the agent is to stop
 * now. */
bool lc_agent_wait(struct lc_agent *agent, struct lc_job *const *jobs, size_t count,
                   int64_t at_most_ms, struct lc_err *err) LC_MUST_CHECK;
bool lc_job_has_ended(const struct lc_job *job);
const char *lc_job_unit(const struct lc_job *job);
const struct lc_hook *lc_job_hook(const struct lc_job *job);
int64_t lc_job_ms(const struct lc_job *job); /* since it was started */

/* Commit one that has ended. Its failure is an outcome; false is a failure of the model itself.
 * *out: a view that lives as long as the job. */
bool lc_agent_finish(struct lc_agent *agent, struct lc_job *job, const struct lc_report **out,
                     struct lc_err *err) LC_MUST_CHECK;

/* One that runs is killed; one that was not finished leaves the unit to the next command, which
 * takes the hook for failed. */
void lc_job_free(struct lc_job *job);
LC_AUTO_POINTER(struct lc_job, lc_job_free);

/* All of it for one hook. *job_out owns what *out shows. */
bool lc_agent_run(struct lc_agent *agent, const char *unit, struct lc_hook *hook,
                  struct lc_job **job_out, const struct lc_report **out, struct lc_err *err)
    LC_MUST_CHECK;

/* An action, its parameters checked already. *results: an object, freed with lc_json_free. */
struct lc_action_result {
    int64_t id;
    bool failed;
    char message[512];
    char *results; /* JSON; freed with lc_action_result_release */
};
void lc_action_result_release(struct lc_action_result *result);
LC_AUTO_VALUE(struct lc_action_result, lc_action_result_release);
/* params is taken over. */
bool lc_agent_action(struct lc_agent *agent, const char *unit, const char *action,
                     struct lc_json *params, struct lc_action_result *out, struct lc_err *err)
    LC_MUST_CHECK;

/* juju exec: one word is a shell script, several are a program and its arguments. relation: -1, or
 * the one that it is about. out and err_text get what it prints. */
bool lc_agent_exec(struct lc_agent *agent, const char *unit, const struct lc_strlist *words,
                   int64_t relation, struct lc_buf *out, struct lc_buf *err_text,
                   struct lc_report *report, struct lc_err *err) LC_MUST_CHECK;

#endif
