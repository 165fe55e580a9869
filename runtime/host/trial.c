/* One hook on a made-up state. */
#include "host/trial.h"

#include "host/run.h"
#include "host/trial_machine.h"
#include "juju/fake.h"

void host_trial_release(struct host_trial *trial)
{
    lc_buf_release(&trial->state);
    lc_buf_release(&trial->machine);
    lc_buf_release(&trial->traceback);
}

/* What the charm runs on. */
struct bench {
    struct lc_fake *fake;
    struct lc_session *session;
    struct trial_machine machine;
    struct bind_context context;
};

static void bench_release(struct bench *bench)
{
    lc_session_free(bench->session);
    trial_machine_release(&bench->machine);
    lc_fake_free(bench->fake);
}
LC_AUTO_VALUE(struct bench, bench_release);

static void log_line(void *context, enum lc_level level, const char *line)
{
    struct lc_err ignored = LC_ERR_INIT; /* a log must not fail */

    (void)lc_juju_call(lc_fake_port(context), log, level, line, &ignored);
}

static bool set_up(struct bench *bench, const struct lc_json *state, const struct lc_json *event,
                   struct lc_err *err)
{
    if (!lc_fake_load(state, &bench->fake, err) || !lc_fake_load_event(bench->fake, event, err))
        return false;
    const struct lc_hook_env *env = lc_fake_env(bench->fake);
    const struct lc_clock *clock = lc_fake_clock(bench->fake);
    bench->context = (struct bind_context){
        .env = env,
        .clock = *clock,
        .log = { .write = log_line, .context = bench->fake, .least = LC_LEVEL_DEBUG },
        .machine = &bench->machine.port,
    };
    if (!lc_session_new(lc_fake_port(bench->fake), env, clock, &bench->session, err) ||
        !trial_machine_start(&bench->machine, env->charm_dir, state, err))
        return false;
    bench->context.session = bench->session;
    return true;
}

/* The hook, and Juju's commit of it; both are the charm's to fail. */
static bool run_hook(struct bench *bench, struct host_run *run, struct lc_err *err)
{
    if (host_files_find(&run->files, ".", err) && host_run_hook(run, err))
        return lc_fake_commit(bench->fake, err);
    host_run_tell(run, err);
    return false; /* what is pending is not dumped */
}

bool host_trial_run(const struct lc_charm_meta *meta, const struct lc_json *state,
                    const struct lc_json *event, struct host_trial *trial, struct lc_err *err)
{
    LC_AUTO(bench_release) struct bench bench = { .fake = NULL };
    LC_AUTO(host_run_release) struct host_run run = { .context = &bench.context };

    host_files_lend(&run.files, meta);
    if (!set_up(&bench, state, event, err))
        return false;
    trial->has_failed = !run_hook(&bench, &run, &trial->failure);
    if (trial->has_failed && run.vm != NULL)
        lc_buf_puts(&trial->traceback, bind_vm_traceback(run.vm));
    return lc_fake_dump(bench.fake, &trial->state, err) &&
           trial_machine_dump(&bench.machine, &trial->machine, err);
}
