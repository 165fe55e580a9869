/* luacharm with a watch on its memory: the linker puts this in front of libc's allocator, so that
 * every block that anything frees, be it ours, Lua's, OpenSSL's, SQLite's or libc's own, is
 * searched for pieces of private keys before it goes; at the end, everything that can be written to
 * is. It knows the keys because it looks on as they are made, and the processes of one life share
 * what they know.
 *
 * Beside the program lie the keys' pieces, in the file "needles", and what was found, in "found": a
 * line for each piece that was freed un-cleansed or is there at the end, with where its block was
 * allocated. With a file "leak" there, a copy of each key is freed as it is made: the control. */
#include <execinfo.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "needles.h"

#define FRAMES    12
#define KNOWN     (1u << 18)
#define LINES_MAX 40 /* a process says no more */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

EVP_PKEY *__real_EVP_PKEY_Q_keygen(OSSL_LIB_CTX *context, const char *properties, const char *type,
                                   ...);
EVP_PKEY *__wrap_EVP_PKEY_Q_keygen(OSSL_LIB_CTX *context, const char *properties, const char *type,
                                   ...);

/* Who allocated a block: by its address, the last one that fell on the place. */
static struct {
    const void *block;
    void *frames[FRAMES];
    int depth;
} known[KNOWN];

static bool busy; /* what the watch itself does is not watched */
static int lines;

static size_t place_of(const void *block)
{
    return (size_t)(((uintptr_t)block >> 4) * 2654435761u) % KNOWN;
}

static void remember(const void *block)
{
    const size_t place = place_of(block);

    if (busy || block == NULL)
        return;
    busy = true;
    known[place].block = block;
    known[place].depth = backtrace(known[place].frames, FRAMES);
    busy = false;
}

/* --- telling --------------------------------------------------------------------------------- */

static void beside(const char *name, char path[PATH_MAX])
{
    const ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);

    path[len < 0 ? 0 : len] = '\0';
    char *slash = strrchr(path, '/');
    slash = slash == NULL ? path : slash + 1;
    (void)snprintf(slash, (size_t)(path + PATH_MAX - slash), "%s", name);
}

/* The words of the process, without what they may hold of a secret: the first three. */
static void name_process(char *out, size_t size)
{
    const int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    const ssize_t len = fd == -1 ? 0 : read(fd, out, size - 1);

    if (fd != -1)
        (void)close(fd);
    out[len < 0 ? 0 : len] = '\0';
    int words = 0;
    for (ssize_t i = 0; i < len; i++)
        if (out[i] == '\0' && ++words < 3)
            out[i] = ' ';
}

static void tell(const char *what, const struct needle *needle, size_t size, const void *block)
{
    char path[PATH_MAX];
    char process[256];
    char line[512];
    void *frames[FRAMES];
    const size_t place = place_of(block);

    if (lines++ >= LINES_MAX)
        return;
    beside("found", path);
    const int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd == -1)
        abort();
    name_process(process, sizeof(process));
    const int len = snprintf(line, sizeof(line), "%s: %s at %zu of %zu bytes (%s)\nallocated by\n",
                             what, needle->form, needle->at, size, process);
    if (write(fd, line, (size_t)len) != len)
        abort();
    if (block != NULL && known[place].block == block)
        backtrace_symbols_fd(known[place].frames, known[place].depth, fd);
    if (write(fd, "freed by\n", 9) != 9)
        abort();
    backtrace_symbols_fd(frames, backtrace(frames, FRAMES), fd);
    (void)close(fd);
}

static void look_at(const char *what, void *block)
{
    struct needle needle;

    if (busy || block == NULL || needles_count() == 0)
        return;
    busy = true;
    if (needles_find(block, malloc_usable_size(block), &needle))
        tell(what, &needle, malloc_usable_size(block), block);
    busy = false;
}

/* --- libc's allocator ------------------------------------------------------------------------ */

void *malloc(size_t size)
{
    void *block = __libc_malloc(size);

    remember(block);
    return block;
}

void *calloc(size_t count, size_t size)
{
    void *block = __libc_calloc(count, size);

    remember(block);
    return block;
}

/* It may move the block, and the old one is freed as it is. */
void *realloc(void *memory, size_t size)
{
    look_at("resized", memory);
    void *block = __libc_realloc(memory, size);
    remember(block);
    return block;
}

void free(void *memory)
{
    look_at("freed", memory);
    __libc_free(memory);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void *copy_of(const void *bytes, size_t len)
{
    void *copy = malloc(len);

    return copy == NULL ? NULL : memcpy(copy, bytes, len);
}

static void leak(EVP_PKEY *pkey)
{
    static void *volatile kept;
    unsigned char *der = NULL;
    const int len = i2d_PrivateKey(pkey, &der);

    if (len <= 0)
        abort();
    free(copy_of(der, (size_t)len));
    kept = copy_of(der, (size_t)len);
    if (kept == NULL)
        abort();
    OPENSSL_clear_free(der, (size_t)len);
}

EVP_PKEY *__wrap_EVP_PKEY_Q_keygen(OSSL_LIB_CTX *context, const char *properties, const char *type,
                                   ...)
{
    char path[PATH_MAX];
    EVP_PKEY *pkey;
    va_list args;

    va_start(args, type);
    if (strcmp(type, "RSA") == 0)
        pkey = __real_EVP_PKEY_Q_keygen(context, properties, type, va_arg(args, size_t));
    else if (strcmp(type, "EC") == 0)
        pkey = __real_EVP_PKEY_Q_keygen(context, properties, type, va_arg(args, char *));
    else
        pkey = __real_EVP_PKEY_Q_keygen(context, properties, type);
    va_end(args);
    if (pkey != NULL && !needles_add(pkey))
        abort();
    beside("leak", path);
    if (pkey != NULL && access(path, F_OK) == 0)
        leak(pkey);
    return pkey;
}

/* --- the beginning and the end --------------------------------------------------------------- */

__attribute__((constructor)) static void begin(void)
{
    char path[PATH_MAX];
    void *frames[1];

    busy = true;
    (void)backtrace(frames, 1); /* loads what it needs */
    beside("needles", path);
    if (!needles_open(path))
        abort();
    busy = false;
}

/* All that this process can write to and shares with nobody. The stack below this frame holds what
 * functions that have returned left there. */
__attribute__((destructor)) static void end(void)
{
    static char line[512];
    static char what[128];
    FILE *maps;

    busy = true;
    maps = needles_count() == 0 ? NULL : fopen("/proc/self/maps", "re");
    while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
        struct needle needle;
        uintptr_t from;
        uintptr_t to;
        char mode[8];
        char name[256] = "";
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s %*s %*s %*s %255s", &from, &to, mode,
                   name) < 3 ||
            strcmp(mode, "rw-p") != 0)
            continue;
        if (!needles_find((const void *)from, to - from, &needle))
            continue;
        (void)snprintf(what, sizeof(what), "kept in %.64s", name[0] == '\0' ? "memory" : name);
        tell(what, &needle, to - from, NULL);
    }
    if (maps != NULL)
        (void)fclose(maps);
}
