/* Hook commands as shell scripts in a folder of the test, first on PATH: each writes down its
 * arguments, environment and input, and then does what the test says. Shared by the tests of
 * juju/tool. */
#ifndef TESTS_UNIT_TOOL_FIXTURE_H
#define TESTS_UNIT_TOOL_FIXTURE_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "folder.h"
#include "juju/tool.h"
#include "rows.h"

static struct lc_err err;

#define GOT_BYTES 512

#define ID   "9m4e2mr0ui3e8a215n4g"
#define UUID "cdac5656-2423-4388-8f30-41854b4cca7d"

/* What every command does before it answers. */
static const char record[] =
    "d=${0%/*}; { printf %s \"${0##*/}\"; for a in \"$@\"; do printf ' [%s]' \"$a\"; done; echo; } "
    ">>\"$d/argv\"; env >>\"$d/env\"; cat >>\"$d/stdin\"\n";

struct fixture {
    struct folder *folder;
    struct lc_tool *tool;
    const struct lc_juju *port;
    char *path; /* PATH as it was */
};

static void fixture_init(struct fixture *f)
{
    LC_AUTO(lc_buf_release) struct lc_buf path;

    *f = (struct fixture){ .folder = folder_new() };
    f->path = lc_strdup(getenv("PATH"));
    assert_done(lc_tool_new(0, &f->tool, &err));
    f->port = lc_tool_port(f->tool);
    lc_buf_init(&path, 64u * 1024);
    lc_buf_printf(&path, "%s:%s", folder_path(f->folder), f->path);
    assert_int_equal(setenv("PATH", path.data, 1), 0);
}

static void fixture_release(struct fixture *f)
{
    (void)setenv("PATH", f->path, 1); /* what comes after would fail anyway */
    lc_free(f->path);
    lc_tool_free(f->tool);
    folder_free(f->folder);
}
LC_AUTO_VALUE(struct fixture, fixture_release);

static inline void script(struct fixture *f, const char *command, const char *body)
{
    LC_AUTO(lc_buf_release) struct lc_buf text;

    lc_buf_init(&text, 64u * 1024);
    lc_buf_printf(&text, "%s%s", record, body);
    folder_script(f->folder, command, text.data);
}

/* The command prints this text. */
static inline void answer(struct fixture *f, const char *command, const char *text)
{
    folder_write(f->folder, "answer", text, 0600);
    script(f, command, "cat \"$d/answer\"");
}

/* Fields joined; NULs as "0". */
static inline bool secret_get(const struct lc_juju *port, const char *id, const char *label,
                              enum lc_secret_read how, char *got)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content out = LC_SECRET_CONTENT_INIT;
    const bool good = lc_juju_call(port, secret_get, id, label, how, &out, &err);
    size_t used = 0;

    got[0] = '\0';
    for (size_t i = 0; i < out.count; i++) {
        used += (size_t)snprintf(got + used, GOT_BYTES - used, "%s=", out.fields[i].key);
        for (size_t j = 0; j < out.fields[i].value.len; j++) {
            const char c = out.fields[i].value.data[j];
            got[used++] = (char)(c == '\0' ? '0' : c);
        }
        used += (size_t)snprintf(got + used, GOT_BYTES - used, ";");
    }
    return good;
}

/* How a script ends, and how that is told. */
struct failure_row {
    const char *name;
    const char *body;
    enum lc_code want;
    const char *message;
};

#endif
