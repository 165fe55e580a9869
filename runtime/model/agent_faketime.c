/* libfaketime, which shows dynamic programs the model's time. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/agent_private.h"

/* A dynamic build of this program, which is for its own tests, would be shifted too. */
#ifdef LC_STATIC
#define OFFERED true
#else
#define OFFERED false
#endif

#define SHARED "/dev/shm"

/* Debian and Ubuntu: /usr/lib/TRIPLET/faketime; others: without the triplet. */
static bool find_below(const char *root, char **out, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist folders = LC_STRLIST_INIT;

    if (!lc_dir_list(root, &folders, err) || !lc_strlist_add(&folders, ".", err))
        return false;
    for (size_t i = 0; i < folders.count && *out == NULL; i++) {
        char path[PATH_MAX];
        const int len = snprintf(path, sizeof(path), "%s/%s/faketime/libfaketime.so.1", root,
                                 folders.items[i]);
        if (len >= (int)sizeof(path) || !lc_file_exists(path))
            continue;
        *out = lc_strdup(path);
        if (*out == NULL)
            return lc_fail_memory(err);
    }
    return true;
}

bool agent_faketime_find(char **out, struct lc_err *err)
{
    static const char *const roots[] = { "/usr/lib", "/usr/lib64", "/usr/local/lib" };

    *out = NULL;
    for (size_t i = 0; i < LC_COUNT(roots) && OFFERED && *out == NULL; i++)
        if (lc_dir_exists(roots[i]) && !find_below(roots[i], out, err))
            return false;
    return true;
}

/* "faketime_shm_123", "sem.faketime_sem_123" of a process that is no more. */
static bool is_left(const char *name)
{
    const char *number = strrchr(name, '_');
    int64_t pid;

    if (!lc_text_has_prefix(name, "faketime_shm_") &&
        !lc_text_has_prefix(name, "sem.faketime_sem_"))
        return false;
    return lc_text_to_number(number + 1, INT_MAX, &pid) && pid > 0 && kill((pid_t)pid, 0) == -1 &&
           errno == ESRCH;
}

void agent_faketime_clear(void)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;
    struct lc_err ignored = LC_ERR_INIT; /* somebody else's stays, and costs nothing */

    if (!lc_dir_exists(SHARED) || !lc_dir_list(SHARED, &names, &ignored))
        return;
    for (size_t i = 0; i < names.count; i++) {
        LC_AUTO(lc_free)
        char *path = is_left(names.items[i]) ? lc_path_join(SHARED, names.items[i]) : NULL;
        if (path != NULL && !lc_file_remove(path, &ignored))
            return;
    }
}
