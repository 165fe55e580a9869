/* luacharm repl: the terminal of the interactive prompt. */
#include <editline/readline.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/cmd.h"
#include "host/prompt.h"

#define HISTORY_LINES 1000

/* The editor's callbacks carry no context. */
static struct lc_prompt *typing;
static struct lc_strlist words;

static void on_interrupt(int number)
{
    (void)number;
    lc_prompt_interrupt();
}

/* Called with state 0 for the first word, then for each further one. The editor frees them. */
static char *next_word(const char *word, int state)
{
    static size_t at;
    struct lc_err ignored = LC_ERR_INIT; /* then nothing is offered */

    if (state == 0) {
        at = 0;
        lc_strlist_release(&words);
        if (!lc_prompt_complete(typing, word, &words, &ignored))
            return NULL;
    }
    return at < words.count ? strdup(words.items[at++]) : NULL; /* lint: the editor's to free */
}

static char **complete(const char *word, int start, int end)
{
    (void)start;
    (void)end;
    rl_attempted_completion_over = 1; /* no file names */
    rl_completion_append_character = '\0';
    return rl_completion_matches(word, next_word);
}

static bool read_edited(void *context, struct lc_prompt *prompt, const char *text, char **out,
                        struct lc_err *err)
{
    (void)context;
    typing = prompt;
    char *line = readline(text);
    if (line == NULL) {
        (void)putchar('\n');
        return true;
    }
    if (*line != '\0')
        (void)add_history(line);
    *out = lc_strdup(line);
    free(line); /* lint: from the editor */
    return *out == NULL ? lc_fail_memory(err) : true;
}

/* Lines from a pipe or a file: no prompt, nothing is echoed. */
static bool read_plain(void *context, struct lc_prompt *prompt, const char *text, char **out,
                       struct lc_err *err)
{
    char *line = NULL;
    size_t room = 0;
    const ssize_t len = getline(&line, &room, stdin);

    (void)context;
    (void)prompt;
    (void)text;
    if (len > 0)
        *out = lc_strndup(line, (size_t)len - (line[len - 1] == '\n'));
    free(line); /* lint: from getline */
    if (len == -1)
        return ferror(stdin) ? lc_fail_errno(err, errno, "cannot read standard input") : true;
    return *out == NULL ? lc_fail_memory(err) : true;
}

/* NULL when there is no home to keep it in. */
static char *history_path(void)
{
    struct lc_err ignored = LC_ERR_INIT; /* a prompt without a history is one all the same */
    LC_AUTO(lc_free)
    char *folder = lc_cmd_home == NULL ? NULL : lc_path_join(lc_cmd_home, ".local/state/luacharm");

    if (folder == NULL || !lc_dir_make(folder, 0700, &ignored))
        return NULL;
    return lc_path_join(folder, "history");
}

static void keep_history(const char *path)
{
    const mode_t kept = umask(0077); /* a line may be nobody else's business */

    if (path != NULL && write_history(path) == 0)
        (void)history_truncate_file(path, HISTORY_LINES);
    (void)umask(kept);
}

static bool run_edited(const struct lc_strlist *files, struct lc_err *err)
{
    const struct lc_prompt_editor editor = { .read = read_edited };
    LC_AUTO(lc_free) char *path = history_path();
    static char name[] = "luacharm";

    rl_readline_name = name;
    rl_attempted_completion_function = complete;
    (void)rl_initialize(); /* a terminal that cannot be edited on is read line by line */
    if (path != NULL)
        (void)read_history(path); /* the first time there is none */
    (void)printf("luacharm " LC_VERSION ": Lua, with charm, json, policy, tls and x509; "
                 "describe(x) tells what x is; Ctrl-D ends\n");
    const bool done = lc_host_prompt(&editor, files, err);
    keep_history(path);
    lc_strlist_release(&words);
    return done;
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    const struct lc_prompt_editor plain = { .read = read_plain };
    LC_AUTO(lc_strlist_release) struct lc_strlist files = LC_STRLIST_INIT;
    struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART };

    for (size_t i = 0; i < args->count; i++)
        if (!lc_strlist_add(&files, args->positionals[i], err))
            return LC_EXIT_FAILED;
    (void)sigemptyset(&action.sa_mask); /* cannot fail on a valid set */
    if (isatty(STDIN_FILENO) == 0)
        return lc_host_prompt(&plain, &files, err) ? LC_EXIT_DONE : LC_EXIT_FAILED;
    if (sigaction(SIGINT, &action, NULL) == -1)
        return lc_fail_errno(err, errno, "cannot catch Ctrl-C") ? LC_EXIT_DONE : LC_EXIT_FAILED;
    return run_edited(&files, err) ? LC_EXIT_DONE : LC_EXIT_FAILED;
}

const struct lc_cmd lc_cmd_repl = {
    .name = "repl",
    .synopsis = "[FILE...]",
    .summary =
        "an interactive prompt with the charm modules; PEM files are there as csr, cert, key",
    .max = LC_ANY,
    .run = run,
};
