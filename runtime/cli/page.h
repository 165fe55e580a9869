/* HTML reports: each is one file that holds its data, style and script, and loads nothing. The
 * frame (runtime/page/frame.*) is the same for all: theme, content security policy, how data is
 * embedded, elements that are made without markup. A report adds runtime/page/NAME.css and NAME.js,
 * in which `page` is the frame's script (frame.js) and page.data the data.
 *
 * The policy names the digests of the style and the script, so that nothing else in the page runs,
 * whatever a charm has written into its data. */
#ifndef LC_CLI_PAGE_H
#define LC_CLI_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct page {
    const char *name;  /* "timeline" */
    const char *title; /* any text */
    const char *data;  /* JSON in compact style, which has no byte of markup once < is escaped */
    size_t data_len;
};

/* Writes or replaces path, whole or not at all, mode 0644. LC_EIO, LC_EPERM, LC_ENOMEM. */
bool page_write(const char *path, const struct page *page, struct lc_err *err) LC_MUST_CHECK;

/* The files of runtime/page, embedded by the build; ends with a NULL name. */
struct page_part {
    const char *name; /* "frame.html" */
    const unsigned char *text;
    size_t len;
};
extern const struct page_part page_parts[];

#endif
