/* A VM for the length of a test, whose clock stands still and whose log is the last line. */
#ifndef TESTS_UNIT_VM_SETUP_H
#define TESTS_UNIT_VM_SETUP_H

#include <stdio.h>
#include <string.h>

#include "bind/vm.h"
#include "rows.h"

static int64_t now_s = 1700000000;

struct logged {
    enum lc_level level;
    char line[256];
};

static inline void keep_line(void *context, enum lc_level level, const char *line)
{
    struct logged *logged = context;

    logged->level = level;
    (void)snprintf(logged->line, sizeof(logged->line), "%s", line);
}

static inline struct bind_context make_context(struct logged *logged)
{
    return (struct bind_context){
        .clock = lc_clock_fixed(&now_s),
        .log = { .write = keep_line, .context = logged, .least = LC_LEVEL_DEBUG },
        .prints_to_log = true,
    };
}

/* A VM for the length of a test. */
struct setup {
    struct logged logged;
    struct bind_context context;
    struct bind_vm *vm;
};

static inline void setup_new(struct setup *setup, const struct bind_limits *limits)
{
    struct lc_err err = LC_ERR_INIT;

    *setup = (struct setup){ .vm = NULL };
    setup->context = make_context(&setup->logged);
    assert_done(bind_vm_new(&setup->context, limits, &setup->vm, &err));
}

static inline bool run_text(struct setup *setup, const char *text, struct lc_err *err)
{
    return bind_vm_run_text(setup->vm, "case.lua", text, strlen(text), NULL, err);
}

#endif
