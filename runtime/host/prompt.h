/* An interactive Lua prompt, in a hook or outside of one; the terminal is the caller's. */
#ifndef LC_HOST_PROMPT_H
#define LC_HOST_PROMPT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/strlist.h"

struct lc_prompt;

/* Who reads the lines. */
struct lc_prompt_editor {
    /* A line without its line feed, from lc_alloc or lc_strdup, into *out; NULL there at the end.
     * It may call lc_prompt_complete meanwhile. */
    bool (*read)(void *context, struct lc_prompt *prompt, const char *text, char **out,
                 struct lc_err *err);
    void *context;
};

/* Read and run until there is nothing more to read. files: PEM files to have at hand. In a hook,
 * what was written is sent at the end. Errors of what was typed are told on standard error, and the
 * prompt goes on. What lc_host_run_script says. */
bool lc_host_prompt(const struct lc_prompt_editor *editor, const struct lc_strlist *files,
                    struct lc_err *err) LC_MUST_CHECK;

/* Words that may stand for the one that is being typed, "charm.op"; out is initialised. */
bool lc_prompt_complete(struct lc_prompt *prompt, const char *word, struct lc_strlist *out,
                        struct lc_err *err) LC_MUST_CHECK;

/* What runs ends soon with an error. For a signal handler. */
void lc_prompt_interrupt(void);

#endif
