/* luacharm completion: a few lines for each shell, which ask the program itself what may follow. So
 * what is completed is what this very program has. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cmd.h"

static const char bash_script[] =
    "# luacharm completion bash >/etc/bash_completion.d/luacharm\n"
    "_luacharm() {\n"
    "    local IFS=$'\\n' words\n"
    "    words=$(luacharm completion words \"${COMP_WORDS[@]:1:COMP_CWORD-1}\" 2>/dev/null |\n"
    "        cut -f 1)\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
    "}\n"
    "complete -o default -F _luacharm luacharm\n";

static const char zsh_script[] =
    "#compdef luacharm\n"
    "# luacharm completion zsh >\"${fpath[1]}/_luacharm\"\n"
    "_luacharm() {\n"
    "    local line\n"
    "    local -a found\n"
    "    for line in \"${(@f)$(luacharm completion words \"${(@)words[2,CURRENT-1]}\" "
    "2>/dev/null)}\"; do\n"
    "        found+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\")\n"
    "    done\n"
    "    _describe luacharm found\n"
    "    _files\n"
    "}\n"
    "if [ \"$funcstack[1]\" = _luacharm ]; then _luacharm \"$@\"; else compdef _luacharm luacharm; "
    "fi\n";

static const char fish_script[] =
    "# luacharm completion fish >~/.config/fish/completions/luacharm.fish\n"
    "complete -c luacharm -a '(luacharm completion words (commandline -opc)[2..] 2>/dev/null)'\n";

static void print_commands(const struct lc_cmd *const *table)
{
    for (; *table != NULL; table++)
        (void)printf("%s\t%s\n", (*table)->name, (*table)->summary);
}

static void print_options(const struct lc_opt *option)
{
    for (; option != NULL && option->name != NULL; option++)
        (void)printf("--%s\t%s\n", option->name, option->help);
}

/* What may follow the words: commands, then options. Files, units and the like the shell or the
 * user knows. */
static void print_words(const char *const *words, size_t count)
{
    const struct lc_cmd *const *table = lc_commands;
    const struct lc_cmd *cmd = NULL;

    for (size_t i = 0; i < count && table != NULL; i++) {
        cmd = lc_cmd_find(table, words[i]);
        if (cmd == NULL)
            return;
        table = cmd->subcommands;
        if (strcmp(cmd->name, lc_cmd_help.name) == 0)
            table = lc_commands;
    }
    if (table != NULL)
        print_commands(table);
    if (cmd != NULL)
        print_options(cmd->options);
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    static const struct {
        const char *name;
        const char *script;
    } shells[] = { { "bash", bash_script }, { "fish", fish_script }, { "zsh", zsh_script } };
    const char *word = args->positionals[0];

    if (strcmp(word, "words") == 0) {
        print_words(args->positionals + 1, args->count - 1);
        return LC_EXIT_DONE;
    }
    for (size_t i = 0; i < LC_COUNT(shells); i++) {
        if (strcmp(word, shells[i].name) == 0 && args->count == 1) {
            (void)fputs(shells[i].script, stdout);
            return LC_EXIT_DONE;
        }
    }
    (void)lc_fail(err, LC_EUSAGE, "completion: expected bash, zsh or fish, got '%s'", word);
    return LC_EXIT_USAGE;
}

const struct lc_cmd lc_cmd_completion = {
    .name = "completion",
    .synopsis = "bash|zsh|fish",
    .summary = "completion of luacharm's commands for a shell",
    .min = 1,
    .max = LC_ANY,
    .words_follow = true,
    .run = run,
};
