/* The hook commands of the benches: links with their names lead to this program, which answers from
 * files and costs as little as a program can.
 *
 * $BENCH_WORLD/answers/WORDS is what a call prints, WORDS being the command and all its arguments
 * with blanks between them and each / as _; NAME alone is for calls that have no file of their own.
 * What has neither is not found, as Juju says it. Everything that is fed to it is read.
 *
 * With $BENCH_RECORD each call is appended to that file, as floor.c and worlds.lua read it: "WORDS
 * FILES" in a line, then so many texts, then standard input as one more; a text is its length in a
 * line, its bytes, and a line feed. FILES are those of key#file=PATH arguments, in their order. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 65536

static const char file_mark[] = "#file=";

static int fail(const char *what)
{
    (void)fprintf(stderr, "ERROR %s: %s\n", what, strerror(errno));
    return 1;
}

/* --- recording ---------------------------------------------------------------------------------
 */

static void put_text(FILE *to, const char *text, size_t len)
{
    (void)fprintf(to, "%zu\n", len); /* looked at when the file is closed, as all of these */
    (void)fwrite(text, 1, len, to);
    (void)fputc('\n', to);
}

static bool put_file(FILE *to, int fd)
{
    char *text = NULL;
    size_t len = 0;
    size_t room = 0;

    for (;;) {
        if (len == room) {
            char *more = realloc(text, room += BLOCK);
            if (more == NULL) {
                free(text);
                return false;
            }
            text = more;
        }
        const ssize_t count = fd == -1 ? 0 : read(fd, text + len, room - len);
        if (count <= 0)
            break;
        len += (size_t)count;
    }
    put_text(to, text, len);
    free(text);
    return true;
}

static const char *file_of(const char *word)
{
    const char *mark = strstr(word, file_mark);

    return mark == NULL ? NULL : mark + sizeof(file_mark) - 1;
}

static bool record(const char *path, const char *name, int argc, char *const *argv)
{
    FILE *to = fopen(path, "a");
    int files = 0;
    bool good = true;

    if (to == NULL)
        return false;
    for (int i = 1; i < argc; i++)
        files += file_of(argv[i]) != NULL;
    (void)fprintf(to, "%d %d\n", argc, files);
    put_text(to, name, strlen(name));
    for (int i = 1; i < argc; i++)
        put_text(to, argv[i], strlen(argv[i]));
    for (int i = 1; i < argc && good; i++) {
        if (file_of(argv[i]) == NULL)
            continue;
        const int fd = open(file_of(argv[i]), O_RDONLY | O_CLOEXEC);
        good = fd != -1 && put_file(to, fd);
        (void)close(fd);
    }
    good = good && put_file(to, STDIN_FILENO);
    return fclose(to) == 0 && good;
}

/* --- answering ---------------------------------------------------------------------------------
 */

static int open_answer(const char *world, const char *name, int argc, char *const *argv)
{
    char path[PATH_MAX];
    size_t len = (size_t)snprintf(path, sizeof(path), "%s/answers/%s", world, name);
    const size_t words = len;

    for (int i = 1; i < argc && len < sizeof(path); i++)
        len += (size_t)snprintf(path + len, sizeof(path) - len, " %s", argv[i]);
    for (char *at = path + words; len < sizeof(path) && *at != '\0'; at++)
        if (*at == '/')
            *at = '_';
    const int fd = len < sizeof(path) ? open(path, O_RDONLY) : -1;
    if (fd != -1)
        return fd;
    path[words] = '\0';
    return open(path, O_RDONLY);
}

static bool copy(int from, int to)
{
    static char block[BLOCK];
    ssize_t count;

    while ((count = read(from, block, sizeof(block))) > 0)
        if (to != -1 && write(to, block, (size_t)count) != count)
            return false;
    return count == 0;
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *name = slash == NULL ? argv[0] : slash + 1;
    const char *world = getenv("BENCH_WORLD");
    const char *path = getenv("BENCH_RECORD");

    if (world == NULL)
        return fail("BENCH_WORLD is not set");
    if (path != NULL && !record(path, name, argc, argv))
        return fail(path);
    if (!copy(STDIN_FILENO, -1))
        return fail("standard input");
    const int answer = open_answer(world, name, argc, argv);
    if (answer == -1) {
        (void)fprintf(stderr, "ERROR %s: not found\n", name);
        return 1;
    }
    return copy(answer, STDOUT_FILENO) ? 0 : fail("standard output");
}
