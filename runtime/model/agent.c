/* The agent: the links to the hook commands. */
#include "model/agent.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "model/agent_private.h"
#include "model/tools.h"

const char *lc_outcome_name(enum lc_outcome outcome)
{
    static const char *const names[] = {
        [LC_OUTCOME_OK] = "ok",
        [LC_OUTCOME_NONE] = "no program",
        [LC_OUTCOME_FAILED] = "failed",
        [LC_OUTCOME_AGAIN] = "again",
    };

    return names[outcome];
}

/* Every command's link, to the program as it is now: it may have moved since the model was made. */
static bool make_links(const struct lc_agent *agent, struct lc_err *err)
{
    const struct lc_tool *tool;

    for (size_t i = 0; (tool = lc_tool_at(i)) != NULL; i++) {
        LC_AUTO(lc_free) char *path = lc_path_join(agent->tools, tool->name);
        char target[PATH_MAX];
        if (path == NULL)
            return lc_fail_memory(err);
        const ssize_t len = readlink(path, target, sizeof(target) - 1);
        target[len < 0 ? 0 : len] = '\0';
        const bool offered = lc_tool_is_offered(tool, agent->store);
        if (offered && strcmp(target, agent->program) == 0)
            continue;
        if (!lc_file_remove(path, err))
            return false;
        if (offered && symlink(agent->program, path) == -1)
            return lc_fail_errno(err, errno, "%s", path);
    }
    return true;
}

bool lc_agent_init(struct lc_agent *agent, struct lc_store *store, int64_t timeout_ms,
                   struct lc_err *err)
{
    char program[PATH_MAX];

    *agent = (struct lc_agent){ .store = store,
                                .timeout_ms = timeout_ms == 0 ? LC_HOOK_TIMEOUT_MS : timeout_ms };
    const ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (len == -1)
        return lc_fail_errno(err, errno, "cannot find our own program: /proc/self/exe");
    program[len] = '\0';
    agent->program = lc_strdup(program);
    agent->tools = lc_store_path(store, "tools");
    if (!agent_faketime_find(&agent->faketime, err))
        return false;
    if (agent->program == NULL || agent->tools == NULL)
        return lc_fail_memory(err);
    if (strchr(agent->tools, ':') != NULL)
        return lc_fail(err, LC_ESTATE,
                       "%s: a model cannot be in a folder with ':' in its path: the hook commands"
                       " would not be found in PATH",
                       lc_store_folder(store));
    return lc_dir_make(agent->tools, 0755, err) && make_links(agent, err);
}

void lc_agent_release(struct lc_agent *agent)
{
    if (agent->faketime != NULL)
        agent_faketime_clear();
    lc_charms_release(&agent->charms);
    lc_free(agent->program);
    lc_free(agent->tools);
    lc_free(agent->faketime);
    *agent = (struct lc_agent){ .store = NULL };
}
