/* luacharm init: a new charm from a template. All of it is there, or none: it is written into a
 * folder of another name first. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "charm/meta.h"
#include "cli/cmd.h"
#include "cli/template.h"

#define DEFAULT_TEMPLATE "requirer"

/* Where the charm goes. */
struct target {
    char *path; /* owned, as below; absolute where it is there, without slashes at the end */
    char *parent;
    const char *name; /* the path's last part */
    bool is_there;    /* and empty */
};

static void target_release(struct target *target)
{
    lc_free(target->path);
    lc_free(target->parent);
}
LC_AUTO_VALUE(struct target, target_release);

static bool check_empty(const char *path, const char *given, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;

    if (!lc_dir_exists(path))
        return lc_fail(err, LC_EEXIST, "%s: it is there already, and no folder", given);
    if (!lc_dir_list(path, &names, err))
        return false;
    return names.count == 0 ? true
                            : lc_fail(err, LC_EEXIST, "%s: the folder is not empty: it has '%s'",
                                      given, names.items[0]);
}

/* The text of given without slashes at its end. */
static char *trimmed(const char *given)
{
    size_t len = strlen(given);

    while (len > 1 && given[len - 1] == '/')
        len--;
    return lc_strndup(given, len);
}

static bool find_path(struct target *target, const char *given, struct lc_err *err)
{
    char absolute[PATH_MAX];

    target->is_there = lc_file_exists(given);
    if (target->is_there && realpath(given, absolute) == NULL)
        return lc_fail_errno(err, errno, "%s", given);
    target->path = target->is_there ? lc_strdup(absolute) : trimmed(given);
    if (target->path == NULL)
        return lc_fail_memory(err);
    return !target->is_there || check_empty(target->path, given, err);
}

static bool find_target(struct target *target, const char *given, struct lc_err *err)
{
    if (!find_path(target, given, err))
        return false;
    const char *slash = strrchr(target->path, '/');
    target->name = slash == NULL ? target->path : slash + 1;
    target->parent = slash == NULL ? lc_strdup(".")
                     : slash == target->path
                         ? lc_strdup("/")
                         : lc_strndup(target->path, (size_t)(slash - target->path));
    return target->parent == NULL ? lc_fail_memory(err) : true;
}

/* Juju's grammar, in which a folder may well not be called. */
static bool check_name(const char *name, struct lc_err *err)
{
    if (lc_charm_is_app_name(name))
        return true;
    return lc_fail(err, LC_EUSAGE,
                   "'%s' cannot be a charm's name: expected lower-case letters and digits, with"
                   " hyphens between parts that each have a letter, as in 'web-server'",
                   name);
}

static bool move_entry(const char *from, const char *to, const char *name, struct lc_err *err)
{
    LC_AUTO(lc_free) char *old = lc_path_join(from, name);
    LC_AUTO(lc_free) char *new = lc_path_join(to, name);

    if (old == NULL || new == NULL)
        return lc_fail_memory(err);
    return rename(old, new) == 0 ? true : lc_fail_errno(err, errno, "%s", new);
}

/* Into a folder that is there: it stays, since somebody may be in it. */
static bool move_in(const char *staged, const char *folder, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;
    struct lc_err ignored = LC_ERR_INIT; /* what failed first is told */

    if (!lc_dir_list(staged, &names, err))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        if (move_entry(staged, folder, names.items[i], err))
            continue;
        while (i-- > 0)
            (void)move_entry(folder, staged, names.items[i], &ignored);
        return false;
    }
    return true;
}

/* What is written first has a name that nobody looks for. */
static bool write_staged(const struct target *target, const char *template, char **staged,
                         struct lc_err *err)
{
    const char *beside = target->is_there ? target->path : target->parent;

    if (!lc_dir_make_unique(beside, ".luacharm-init", staged, err))
        return false;
    if (!template_write(template, target->name, *staged, err))
        return false;
    if (chmod(*staged, 0755) == -1) /* it was made with 0700 */
        return lc_fail_errno(err, errno, "%s", *staged);
    if (target->is_there)
        return move_in(*staged, target->path, err);
    return rename(*staged, target->path) == 0 ? true
                                              : lc_fail_errno(err, errno, "%s", target->path);
}

static bool write_charm(const struct target *target, const char *template, struct lc_err *err)
{
    LC_AUTO(lc_free) char *staged = NULL;
    struct lc_err ignored = LC_ERR_INIT; /* what failed first is told */

    if (!lc_dir_make(target->parent, 0755, err))
        return false;
    const bool done = write_staged(target, template, &staged, err);
    return staged == NULL ? done : lc_dir_remove_tree(staged, done ? err : &ignored) && done;
}

static void say_next(const char *folder, const char *name, const char *template)
{
    (void)printf("Made the charm '%s' in %s from the template '%s'. Next:\n"
                 "  luacharm test %s\n"
                 "  luacharm lint %s\n"
                 "  luacharm model new && luacharm model deploy %s\n"
                 "  luacharm pack %s\n",
                 name, folder, template, folder, folder, folder, folder);
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(target_release) struct target target = { .path = NULL };
    const char *given = lc_args_value(args, "template");
    const char *template = given == NULL ? DEFAULT_TEMPLATE : given;

    if (!template_check(template, err))
        return LC_EXIT_USAGE;
    if (!find_target(&target, args->positionals[0], err))
        return LC_EXIT_FAILED;
    if (!check_name(target.name, err))
        return LC_EXIT_USAGE;
    (void)umask(022); /* a charm is for others to read, and no secret is in it */
    if (!write_charm(&target, template, err))
        return LC_EXIT_FAILED;
    say_next(args->positionals[0], target.name, template);
    return LC_EXIT_DONE;
}

static const struct lc_opt options[] = {
    { "template", 0, "NAME", "requirer (what it is when not said), provider, hooks or policy" },
    { NULL, 0, NULL, NULL },
};

const struct lc_cmd lc_cmd_init = {
    .name = "init",
    .synopsis = "DIR [--template NAME]",
    .summary = "a new charm, with tests; its name is the folder's",
    .options = options,
    .min = 1,
    .max = 1,
    .run = run,
};
