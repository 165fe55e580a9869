/* model/flags: words as gnuflag reads them (juju-hooks 2.1). A row's words are separated by one
 * blank; what comes of them is written as "flag=value ... | positional ...". */
#include "model/flags.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/strlist.h"
#include "rows.h"

static const struct lc_flag table[] = {
    { .name = "relation", .letter = 'r' },
    { .name = "app", .is_bool = true },
    { .name = "application", .same_as = "app", .is_bool = true },
    { .name = "all", .letter = 'a', .is_bool = true },
    { .name = "s" },
    { .name = "file" },
    { .name = NULL },
};

struct row {
    const char *name;
    const char *words;
    const char *want; /* NULL: it fails, with the text in part */
    const char *part;
};

static const struct row rows[] = {
    { "a flag and its value", "-r db:7 key", "relation=db:7 | key", NULL },
    { "joined to its letter", "-rdb:7", "relation=db:7 |", NULL },
    { "-r=5 takes the sign too", "-r=5", "relation==5 |", NULL },
    { "the long form", "--relation 7", "relation=7 |", NULL },
    { "the long form with =", "--relation=7", "relation=7 |", NULL },
    { "an empty value", "--relation= x", "relation= | x", NULL },
    { "flags and positionals are mixed", "a --app b -r 1 c", "relation=1 app=true | a b c", NULL },
    { "-- ends flags", "--app -- --file -x", "app=true | --file -x", NULL },
    { "- is a positional", "- -r 1 x", "relation=1 | - x", NULL },
    { "a repeated flag: the last counts", "-r 1 -r 2", "relation=2 |", NULL },
    { "a value may look like a flag", "--file --app", "file=--app |", NULL },
    { "a boolean that is false", "--app=false x", "| x", NULL },
    { "a boolean that is true", "--app=T", "app=true |", NULL },
    { "a boolean takes no next word", "--app false", "app=true | false", NULL },
    { "another name of the same flag", "--application", "app=true |", NULL },
    { "letters together", "-ar 7", "relation=7 all=true |", NULL },
    { "a flag of one letter", "-s data/0", "s=data/0 |", NULL },
    { "help", "x -h --nonsense", "help", NULL },
    { "help in full", "--help", "help", NULL },
    { "an unknown flag", "--nope", NULL, "option provided but not defined: --nope" },
    { "an unknown letter", "-n", NULL, "option provided but not defined: -n" },
    { "an unknown letter among others", "-an", NULL, "option provided but not defined: -n" },
    { "a missing value", "x -r", NULL, "option needs an argument: -r" },
    { "a missing value, in full", "--relation", NULL, "option needs an argument: --relation" },
    { "a wrong boolean", "--app=maybe", NULL, "invalid boolean value \"maybe\" for option --app" },
    { "no name", "--=x", NULL, "empty option in argument \"--=x\"" },
};

static void split(const char *text, struct lc_strlist *out)
{
    struct lc_err err = LC_ERR_INIT;

    while (*text != '\0') {
        const size_t len = strcspn(text, " ");
        assert_done(lc_strlist_add_len(out, text, len, &err));
        text += len + (text[len] == ' ');
    }
}

static void describe(const struct lc_flags *flags, struct lc_buf *out)
{
    if (flags->help) {
        lc_buf_puts(out, "help");
        return;
    }
    for (const struct lc_flag *flag = table; flag->name != NULL; flag++)
        if (lc_flag_is_set(flags, flag->name))
            lc_buf_printf(out, "%s=%s ", flag->name, lc_flag_text(flags, flag->name));
    lc_buf_puts(out, "|");
    for (size_t i = 0; i < flags->arg_count; i++)
        lc_buf_printf(out, " %s", flags->args[i]);
}

static void check(void **state)
{
    const struct row *row = *state;
    struct lc_err err = LC_ERR_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist words = LC_STRLIST_INIT;
    LC_AUTO(lc_flags_release) struct lc_flags flags = { .args = NULL };
    LC_AUTO(lc_buf_release) struct lc_buf got = LC_BUF_INIT(1000);

    split(row->words, &words);
    if (row->want == NULL) {
        assert_fails(lc_flags_parse(table, words.items, &flags, &err), LC_EUSAGE, row->part);
        return;
    }
    assert_done(lc_flags_parse(table, words.items, &flags, &err));
    describe(&flags, &got);
    assert_string_equal(got.data, row->want);
}

static void too_many_are_listed(void **state)
{
    struct lc_err err = LC_ERR_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist words = LC_STRLIST_INIT;
    LC_AUTO(lc_flags_release) struct lc_flags flags = { .args = NULL };

    (void)state;
    split("a b c", &words);
    assert_done(lc_flags_parse(table, words.items, &flags, &err));
    assert_done(lc_flags_no_more(&flags, 3, &err));
    assert_fails(lc_flags_no_more(&flags, 1, &err), LC_EUSAGE, "unrecognized args: [\"b\" \"c\"]");
}

static void remembers_how_it_was_written(void **state)
{
    struct lc_err err = LC_ERR_INIT;
    LC_AUTO(lc_strlist_release) struct lc_strlist words = LC_STRLIST_INIT;
    LC_AUTO(lc_flags_release) struct lc_flags flags = { .args = NULL };

    (void)state;
    split("--relation 1 -r 2 --file x", &words);
    assert_done(lc_flags_parse(table, words.items, &flags, &err));
    assert_string_equal(lc_flag_used(&flags, "relation"), "-r");
    assert_string_equal(lc_flag_used(&flags, "file"), "--file");
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, rows, check);
    SUITE_TEST(&suite, "arguments past the last are listed", too_many_are_listed);
    SUITE_TEST(&suite, "a flag is named as it was written", remembers_how_it_was_written);
    return suite_run(&suite, "model_flags");
}
