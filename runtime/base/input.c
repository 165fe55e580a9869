/* Files, pipes and standard input, read to their end. Not by stdio, whose buffer would keep a key.
 */
#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES 16384

static bool is_standard(const char *path)
{
    return strcmp(path, "-") == 0;
}

const char *lc_input_name(const char *path)
{
    return is_standard(path) ? "standard input" : path;
}

/* When max bytes are there, one more tells whether that was all. */
static bool is_at_end(int fd, size_t max, struct lc_err *err)
{
    char beyond;
    ssize_t count;

    do
        count = read(fd, &beyond, 1);
    while (count == -1 && errno == EINTR);
    lc_cleanse(&beyond, 1);
    if (count == -1)
        return lc_fail_errno(err, errno, "cannot read");
    return count == 0 || lc_fail(err, LC_ELIMIT, "more than %zu bytes", max);
}

static bool read_to_end(int fd, size_t max, struct lc_secret *out, struct lc_err *err)
{
    while (out->len < max) {
        const size_t wanted = max - out->len < READ_BYTES ? max - out->len : READ_BYTES;
        char *room = lc_secret_room(out, wanted, err);
        if (room == NULL)
            return false;
        const ssize_t count = read(fd, room, wanted);
        if (count == 0)
            return true;
        if (count > 0)
            lc_secret_grew(out, (size_t)count);
        else if (errno == EISDIR)
            return lc_fail(err, LC_EUSAGE, "a folder, not a file");
        else if (errno != EINTR)
            return lc_fail_errno(err, errno, "cannot read");
    }
    return is_at_end(fd, max, err);
}

static bool read_content(int fd, const char *path, size_t max, struct lc_secret *out,
                         struct lc_err *err)
{
    LC_AUTO(lc_secret_release) struct lc_secret content = LC_SECRET_INIT;

    if (!read_to_end(fd, max, &content, err))
        return lc_wrap(err, "%s", lc_input_name(path));
    lc_secret_move(out, &content);
    return true;
}

bool lc_input_read(const char *path, size_t max, struct lc_secret *out, struct lc_err *err)
{
    const int fd = is_standard(path) ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd == -1)
        return lc_fail_errno(err, errno, "%s", path);
    const bool good = read_content(fd, path, max, out, err);
    if (!is_standard(path))
        (void)close(fd); /* nothing was written */
    return good;
}

static bool check_kind(int result, const struct stat *info, const char *path, struct lc_err *err)
{
    if (result == -1)
        return lc_fail_errno(err, errno, "%s", path);
    return S_ISREG(info->st_mode) || lc_fail(err, LC_EUSAGE, "%s: not a regular file", path);
}

/* Looked at before and after it is opened: a device may act on being opened, and something else may
 * stand there by then. */
bool lc_input_read_found(const char *path, size_t max, struct lc_secret *out, struct lc_err *err)
{
    struct stat info;

    if (!check_kind(stat(path, &info), &info, path, err))
        return false;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd == -1)
        return lc_fail_errno(err, errno, "%s", path);
    const bool good = check_kind(fstat(fd, &info), &info, path, err) &&
                      read_content(fd, path, max, out, err);
    (void)close(fd); /* nothing was written */
    return good;
}
