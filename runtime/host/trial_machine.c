/* The machine of a charm that is tried: programs and where files are. */
#include "host/trial_machine.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "host/trial.h"

/* --- programs ---------------------------------------------------------------------------- */

static size_t count_words(char *const *argv)
{
    size_t count = 0;

    while (argv[count] != NULL)
        count++;
    return count;
}

static bool begins(char *const *argv, const struct lc_json *words)
{
    for (size_t i = 0; i < lc_json_count(words); i++) {
        const char *word = lc_json_string(lc_json_at(words, i));
        if (argv[i] == NULL || word == NULL || strcmp(argv[i], word) != 0)
            return false;
    }
    return true;
}

static const struct lc_json *find_answer(const struct lc_json *answers, char *const *argv)
{
    const struct lc_json *best = NULL;

    for (size_t i = 0; i < lc_json_count(answers); i++) {
        const struct lc_json *answer = lc_json_at(answers, i);
        const struct lc_json *words = lc_json_get(answer, "command");
        if (begins(argv, words) &&
            (best == NULL || lc_json_count(words) > lc_json_count(lc_json_get(best, "command"))))
            best = answer;
    }
    return best;
}

static void record(struct trial_machine *machine, const struct lc_proc *proc)
{
    struct lc_json_writer out = lc_json_writer(&machine->executed, LC_JSON_COMPACT);

    if (machine->executed.len != 0)
        lc_buf_putc(&machine->executed, ',');
    lc_json_begin_object(&out);
    lc_json_key(&out, "command");
    lc_json_begin_array(&out);
    for (size_t i = 0; proc->argv[i] != NULL; i++)
        lc_json_put_string(&out, proc->argv[i]);
    lc_json_end_array(&out);
    if (proc->input != NULL) {
        lc_json_key(&out, "stdin");
        lc_json_put_string_len(&out, proc->input, proc->input_len);
    }
    if (proc->directory != NULL) {
        lc_json_member_string(&out, "directory", proc->directory);
    }
    lc_json_end_object(&out);
}

static bool no_answer(char *const *argv, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf words = LC_BUF_INIT(1024);

    for (size_t i = 0; i < count_words(argv); i++)
        lc_buf_printf(&words, "%s\"%s\"", i == 0 ? "" : ", ", argv[i]);
    return lc_fail(err, LC_ESTATE,
                   "the state of this test has no answer for the program { %s }: add it to `exec`",
                   words.data);
}

static void add_text(struct lc_buf *out, const struct lc_json *answer, const char *key)
{
    const struct lc_json *text = lc_json_get(answer, key);

    if (lc_json_string(text) != NULL)
        lc_buf_add(out, lc_json_string(text), lc_json_string_len(text));
}

static bool run_program(void *context, const struct lc_proc *proc, struct lc_proc_result *result,
                        struct lc_err *err)
{
    struct trial_machine *machine = context;
    const struct lc_json *answer = find_answer(machine->exec, proc->argv);

    record(machine, proc);
    if (answer == NULL)
        return no_answer(proc->argv, err);
    add_text(&result->out, answer, "stdout");
    add_text(&result->err, answer, "stderr");
    result->exit_code = (int)lc_json_integer(lc_json_get(answer, "status"));
    return true;
}

/* --- paths ------------------------------------------------------------------------------- */

/* Without ".", ".." and doubled slashes, from "/": nothing leads out of the root. */
static void add_parts(struct lc_buf *out, const char *path)
{
    while (*path != '\0') {
        const size_t len = strcspn(path, "/");
        if (len == 2 && strncmp(path, "..", 2) == 0) {
            while (out->len > 0 && out->data[out->len - 1] != '/')
                out->len--;
            out->len -= out->len > 0;
        } else if (len > 0 && !(len == 1 && *path == '.')) {
            lc_buf_putc(out, '/');
            lc_buf_add(out, path, len);
        }
        path += len;
        path += strspn(path, "/");
    }
    out->data[out->len] = '\0';
}

static bool make_root(struct trial_machine *machine, struct lc_err *err)
{
    return machine->root != NULL || lc_dir_temporary("luacharm-test", &machine->root, err);
}

/* What belongs to the charm is read from its folder, which is the process's own. */
static bool is_charms(const struct trial_machine *machine, const char *path, const char **rest)
{
    const size_t len = strlen(machine->charm_dir);

    if (strncmp(path, machine->charm_dir, len) != 0 || path[len] != '/')
        return false;
    *rest = path + len + 1;
    return lc_file_exists(*rest);
}

static bool make_parent(char *path, struct lc_err *err)
{
    char *slash = strrchr(path, '/');

    *slash = '\0';
    const bool made = lc_dir_make(path, 0755, err);
    *slash = '/';
    return made;
}

static bool find_path(void *context, const char *path, bool for_writing, char **out,
                      struct lc_err *err)
{
    struct trial_machine *machine = context;
    LC_AUTO(lc_buf_release) struct lc_buf whole = LC_BUF_INIT(4096);
    LC_AUTO(lc_free) char *found = NULL;
    const char *rest;

    if (*path != '/')
        add_parts(&whole, machine->charm_dir);
    add_parts(&whole, path);
    if (!lc_buf_check(&whole, err) || !make_root(machine, err))
        return false;
    found = lc_path_join(machine->root, whole.len == 0 ? "" : whole.data + 1);
    if (found == NULL)
        return lc_fail_memory(err);
    if (for_writing && !make_parent(found, err))
        return false;
    if (!for_writing && !lc_file_exists(found) && is_charms(machine, whole.data, &rest)) {
        lc_free(found);
        found = lc_strdup(rest);
        if (found == NULL)
            return lc_fail_memory(err);
    }
    *out = LC_STEAL(found);
    return true;
}

/* --- its life ---------------------------------------------------------------------------- */

bool trial_machine_start(struct trial_machine *machine, const char *charm_dir,
                         const struct lc_json *state, struct lc_err *err)
{
    machine->port =
        (struct bind_machine){ .context = machine, .run = run_program, .find = find_path };
    machine->charm_dir = charm_dir;
    machine->exec = lc_json_get(state, "exec");
    lc_buf_init(&machine->executed, HOST_TRIAL_MAX_BYTES);
    return trial_files_make(machine, state, err);
}

static void remove_files(const char *root)
{
    struct lc_err ignored = LC_ERR_INIT;

    if (root != NULL && !lc_dir_remove_tree(root, &ignored))
        return; /* a folder in memory, of mode 0700, and nobody left to tell */
}

void trial_machine_release(struct trial_machine *machine)
{
    remove_files(machine->root);
    lc_free(machine->root);
    if (machine->port.context != NULL)
        lc_buf_release(&machine->executed);
}

bool trial_machine_dump(const struct trial_machine *machine, struct lc_buf *text,
                        struct lc_err *err)
{
    lc_buf_puts(text, "{\"executed\":[");
    lc_buf_add(text, machine->executed.data, machine->executed.len);
    lc_buf_puts(text, "],\"machine\":");
    struct lc_json_writer out = lc_json_writer(text, LC_JSON_COMPACT);
    if (!lc_buf_check(&machine->executed, err) || !trial_files_put(machine, &out, err))
        return false;
    lc_buf_putc(text, '}');
    return lc_buf_check(text, err);
}
