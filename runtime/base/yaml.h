/* YAML, as charm metadata and hook commands use it: one document, read into a JSON tree, or written
 * value by value. Anchors, aliases, tags other than the standard ones, merge keys and keys that are
 * not scalars are refused. A repeated key is an error. The sole user of the YAML library. */
#ifndef LC_BASE_YAML_H
#define LC_BASE_YAML_H

#include "base/json.h"

#define LC_YAML_MAX_BYTES (4u * 1024 * 1024)
#define LC_YAML_MAX_DEPTH 64

enum lc_yaml_flags {
    LC_YAML_TEXT_ONLY = 1, /* plain scalars stay the text they are: 1.0 is "1.0", null is "" */
};

/* Plain scalars are resolved by the YAML 1.2 core schema (null, ~, true, false, integers, reals);
 * yes and no are text. An empty document is null.
 * Errors: LC_EPARSE (with line), LC_ELIMIT, LC_EUNSUPPORTED, LC_ENOMEM. */
bool lc_yaml_parse(const char *text, size_t len, unsigned flags, struct lc_json **out,
                   struct lc_err *err) LC_MUST_CHECK;

/* Writing one document in block style, quoted as Juju's own YAML (go-yaml 2): text that would read
 * as something else in double quotes, several lines as a literal block, bytes that are not UTF-8 as
 * !!binary. Errors are kept until the end.
 *
 *     LC_AUTO(lc_yaml_writer_free) struct lc_yaml_writer *w = NULL;
 *     if (!lc_yaml_writer_new(&buf, &w, err)) ...
 *     lc_yaml_begin_object(w);
 *     lc_yaml_put_string(w, "name");        a member: its key, then its value
 *     lc_yaml_put_string(w, "web");
 *     lc_yaml_end_object(w);
 *     if (!lc_yaml_writer_finish(w, err)) ... */
struct lc_yaml_writer;

bool lc_yaml_writer_new(struct lc_buf *buf, struct lc_yaml_writer **out, struct lc_err *err)
    LC_MUST_CHECK; /* buf is borrowed */
void lc_yaml_writer_free(struct lc_yaml_writer *writer);
LC_AUTO_POINTER(struct lc_yaml_writer, lc_yaml_writer_free);

void lc_yaml_begin_object(struct lc_yaml_writer *writer);
void lc_yaml_end_object(struct lc_yaml_writer *writer);
void lc_yaml_begin_array(struct lc_yaml_writer *writer);
void lc_yaml_end_array(struct lc_yaml_writer *writer);
void lc_yaml_put_string(struct lc_yaml_writer *writer, const char *text);
void lc_yaml_put_string_len(struct lc_yaml_writer *writer, const char *text, size_t len);
/* As it is: "true", "null", "1e+06". */
void lc_yaml_put_plain(struct lc_yaml_writer *writer, const char *text);

/* A whole tree, members of objects sorted by key (bytes). */
void lc_yaml_put(struct lc_yaml_writer *writer, const struct lc_json *json);

/* Ends the document with one line feed. LC_ELIMIT (the buffer is full), LC_ENOMEM. */
bool lc_yaml_writer_finish(struct lc_yaml_writer *writer, struct lc_err *err) LC_MUST_CHECK;

/* "0.2.5": of the YAML library; static. */
const char *lc_yaml_library(void);

#endif
