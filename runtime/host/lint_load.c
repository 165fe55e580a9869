/* Loading a charm for the lint. */
#include "host/lint_load.h"

#include "base/mem.h"

void host_lint_load_release(struct host_lint_load *load)
{
    bind_vm_free(load->vm);
    host_files_release(&load->files);
    for (size_t i = 0; i < load->count; i++) {
        lc_free(load->names[i].name);
        lc_free(load->names[i].problem);
    }
    lc_free(load->names);
}

static const char *word_of(enum bind_name what)
{
    switch (what) {
    case BIND_NAME_EVENT:
        return "event";
    case BIND_NAME_ACTION:
        return "action";
    case BIND_NAME_BINDING:
        return "binding";
    case BIND_NAME_OPTION:
        return "option";
    case BIND_NAME_STORAGE:
        return "storage";
    case BIND_NAME_RESOURCE:
        return "resource";
    default:
        return "endpoint"; /* of any kind */
    }
}

static bool add_name(struct host_lint_load *load, const char *what, const char *name,
                     const char *problem, struct lc_err *err)
{
    if (!lc_grow(&load->names, &load->capacity, load->count, sizeof(*load->names)))
        return lc_fail_memory(err);
    struct host_lint_name *added = &load->names[load->count];
    *added = (struct host_lint_name){ .what = what, .name = lc_strdup(name) };
    if (added->name == NULL)
        return lc_fail_memory(err);
    load->count++;
    bind_where(bind_vm_state(load->vm), added->where);
    if (problem == NULL)
        return true;
    added->problem = lc_strdup(problem);
    return added->problem == NULL ? lc_fail_memory(err) : true;
}

/* As bind_charm.knows, but that it only takes notes. */
static bool note(void *context, enum bind_name what, const char *name, struct lc_err *err)
{
    struct host_lint_load *load = context;
    struct lc_err problem = LC_ERR_INIT;
    const bool is_known = host_files_know(&load->files, what, name, &problem);

    return add_name(load, word_of(what), name, is_known ? NULL : problem.message, err);
}

static int make_charm(lua_State *L)
{
    (void)bind_charm(L);
    return 0;
}

static bool load_charm(struct host_lint_load *load, struct lc_err *err)
{
    if (!bind_vm_new(&load->context, NULL, &load->vm, err))
        return false;
    lua_pushcfunction(bind_vm_state(load->vm), make_charm);
    if (!bind_pcall(bind_vm_state(load->vm), 0, 0, err))
        return false;
    load->context.charm->knows = note;
    load->context.charm->knows_context = load;
    return host_files_load(&load->files, load->vm, err);
}

void host_lint_load_run(struct host_lint_load *load, const struct lc_charm_meta *meta)
{
    load->context = (struct bind_context){ .prints_to_log = true, .clock = lc_clock_system() };
    host_files_lend(&load->files, meta);
    load->is_loaded = host_files_find(&load->files, ".", &load->failure) &&
                      load_charm(load, &load->failure);
}
