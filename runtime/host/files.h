/* Private to host/: the files of a charm, and which of them a hook runs. All paths are relative to
 * the charm's folder, which is the process's own: so they stand in messages as the author knows
 * them. */
#ifndef LC_HOST_FILES_H
#define LC_HOST_FILES_H

#include "bind/charm.h"
#include "charm/meta.h"

struct host_files {
    const char *folder;               /* of the charm; borrowed, for messages */
    bool has_charm;                   /* src/charm.lua; else hook scripts */
    const struct lc_charm_meta *meta; /* NULL until a name was looked up, or when there is none */
    struct lc_charm_meta *own_meta;   /* owned; NULL when it was lent */
    bool meta_loaded;
};

void host_files_release(struct host_files *files);

/* Of a charm whose metadata is known already; they outlive the files. */
void host_files_lend(struct host_files *files, const struct lc_charm_meta *meta);

/* LC_ENOTFOUND: neither src/charm.lua nor hooks/, with folder, the charm's, in the message. */
bool host_files_find(struct host_files *files, const char *folder, struct lc_err *err)
    LC_MUST_CHECK;

/* Run src/charm.lua, or load src/lifecycle.lua if there is one. */
bool host_files_load(struct host_files *files, struct bind_vm *vm, struct lc_err *err)
    LC_MUST_CHECK;

/* Of hook scripts: run the event's, if there is one. */
bool host_files_run_script(const struct host_files *files, struct bind_vm *vm,
                           const struct lc_event *event, bool *found_out, struct lc_err *err)
    LC_MUST_CHECK;

/* What a charm's metadata gives names to. */
enum host_named {
    HOST_NAMED_ENDPOINT,
    HOST_NAMED_BINDING, /* endpoints too */
    HOST_NAMED_STORAGE,
    HOST_NAMED_CONTAINER,
    HOST_NAMED_ACTION,
    HOST_NAMED_OPTION,
    HOST_NAMED_RESOURCE,
    HOST_NAMED_COUNT
};

const char *host_named_word(enum host_named what); /* "option"; static */
size_t host_named_count(const struct lc_charm_meta *meta, enum host_named what);
const char *host_named_at(const struct lc_charm_meta *meta, enum host_named what, size_t index);

/* For bind_charm.knows; context is the struct host_files. */
bool host_files_know(void *context, enum bind_name what, const char *name, struct lc_err *err);

#endif
