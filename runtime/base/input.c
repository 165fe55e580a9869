/* Files, pipes and standard input, read to their end. Not by stdio, whose buffer would keep a key.
 */
#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
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

static bool read_to_end(int fd, size_t max, struct lc_secret *out, struct lc_err *err)
{
    char *room;

    while ((room = lc_secret_room(out, READ_BYTES, err)) != NULL) {
        const ssize_t count = read(fd, room, READ_BYTES);
        if (count == 0)
            return true;
        if (count > 0)
            lc_secret_grew(out, (size_t)count);
        else if (errno == EISDIR)
            return lc_fail(err, LC_EUSAGE, "a folder, not a file");
        else if (errno != EINTR)
            return lc_fail_errno(err, errno, "cannot read");
        if (out->len > max)
            return lc_fail(err, LC_ELIMIT, "more than %zu bytes", max);
    }
    return false;
}

bool lc_input_read(const char *path, size_t max, struct lc_secret *out, struct lc_err *err)
{
    LC_AUTO(lc_secret_release) struct lc_secret content = LC_SECRET_INIT;
    const int fd = is_standard(path) ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd == -1)
        return lc_fail_errno(err, errno, "%s", path);
    const bool good = read_to_end(fd, max, &content, err);
    if (!is_standard(path))
        (void)close(fd); /* nothing was written */
    if (!good)
        return lc_wrap(err, "%s", lc_input_name(path));
    lc_secret_move(out, &content);
    return true;
}
