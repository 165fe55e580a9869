/* The manual page. */
#include "cli/man.h"

#include <stdio.h>

#include "cli/cmd.h"

/* groff's own signs are escaped: \ everywhere, - so that it can be searched for, and . or ' at the
 * beginning of a line. */
static void put(const char *text)
{
    if (*text == '.' || *text == '\'')
        (void)fputs("\\&", stdout);
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '-')
            (void)putchar('\\');
        (void)putchar(*text == '\\' ? 'e' : *text);
    }
}

static void put_options(const struct lc_opt *option)
{
    for (; option != NULL && option->name != NULL; option++) {
        (void)printf(".RS\n.TP\n.B ");
        if (option->letter != '\0')
            (void)printf("\\-%c, ", option->letter);
        (void)printf("\\-\\-");
        put(option->name);
        if (option->value != NULL) {
            (void)printf(" \\fI");
            put(option->value);
            (void)printf("\\fR");
        }
        (void)printf("\n");
        put(option->help);
        (void)printf("\n.RE\n");
    }
}

static void put_command(const struct lc_cmd *cmd, const char *parent)
{
    (void)printf(".TP\n\\fBluacharm %s%s", parent == NULL ? "" : parent, parent == NULL ? "" : " ");
    put(cmd->name);
    (void)printf("\\fR ");
    put(cmd->synopsis);
    (void)printf("\n");
    put(cmd->summary);
    (void)printf("\n");
    put_options(cmd->options);
}

static const struct {
    int code;
    const char *meaning;
} exits[] = {
    { LC_EXIT_DONE, "done" },
    { LC_EXIT_FAILED, "it did not work; one line on standard error says what, and where" },
    { LC_EXIT_USAGE, "wrong usage" },
    { LC_EXIT_FOUND, "it worked, and found what was asked for" },
    { LC_EXIT_BUG, "a bug in luacharm: please report it" },
};

void lc_man_print(void)
{
    (void)printf(".TH LUACHARM 1 \"\" \"luacharm " LC_VERSION "\" \"User Commands\"\n"
                 ".SH NAME\nluacharm \\- Juju charms in Lua, for TLS certificates\n"
                 ".SH SYNOPSIS\n.B luacharm\n\\fICOMMAND\\fR [\\fIWORD\\fR...]\n"
                 ".SH COMMANDS\n");
    for (size_t i = 0; lc_commands[i] != NULL; i++) {
        const struct lc_cmd *cmd = lc_commands[i];
        if (cmd->subcommands == NULL)
            put_command(cmd, NULL);
        for (size_t k = 0; cmd->subcommands != NULL && cmd->subcommands[k] != NULL; k++)
            put_command(cmd->subcommands[k], cmd->name);
    }
    (void)printf(".SH EXIT STATUS\n");
    for (size_t i = 0; i < LC_COUNT(exits); i++)
        (void)printf(".TP\n.B %d\n%s\n", exits[i].code, exits[i].meaning);
    (void)printf(".SH SEE ALSO\n.BR juju (1)\n");
}
