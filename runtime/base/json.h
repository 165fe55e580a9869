/* JSON: a strict, bounded reader into an immutable tree, and a writer that puts the text together
 * key by key. Integers are exact 64-bit numbers. No JSON library type leaves this file.
 *
 * Reading: RFC 8259, UTF-8 only, no byte order mark, no NaN, one document; at most
 * LC_JSON_MAX_DEPTH levels.
 *
 *     LC_AUTO(lc_json_free) struct lc_json *doc = NULL;
 *     if (!lc_json_parse(text, len, 0, &doc, err)) ...
 *     const struct lc_json *label = lc_json_get(doc, "label");       NULL where absent
 *     if (lc_json_type(label) == LC_JSON_STRING) ... lc_json_string(label)
 *
 * Every reading function takes NULL and answers as for "nothing there". */
#ifndef LC_BASE_JSON_H
#define LC_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"

#define LC_JSON_MAX_DEPTH 512

enum lc_json_type {
    LC_JSON_NONE, /* NULL was given */
    LC_JSON_NULL,
    LC_JSON_BOOLEAN,
    LC_JSON_INTEGER,
    LC_JSON_REAL,
    LC_JSON_STRING,
    LC_JSON_ARRAY,
    LC_JSON_OBJECT
};

struct lc_json;

enum lc_json_flags {
    LC_JSON_LAST_KEY_COUNTS =
        1, /* a repeated key in an object: the last one, instead of an error */
};

/* Errors: LC_EPARSE (with line and column), LC_ELIMIT (depth), LC_ENOMEM. */
bool lc_json_parse(const char *text, size_t len, unsigned flags, struct lc_json **out,
                   struct lc_err *err) LC_MUST_CHECK;
void lc_json_free(struct lc_json *json);
LC_AUTO_POINTER(struct lc_json, lc_json_free);

/* One more holder of a tree, or of a part of one; each of them frees it. NULL gives NULL. */
struct lc_json *lc_json_ref(const struct lc_json *json) LC_MUST_CHECK;

enum lc_json_type lc_json_type(const struct lc_json *json);
const char *lc_json_type_name(enum lc_json_type type); /* "a string", for messages */

bool lc_json_boolean(const struct lc_json *json);       /* false for all but true */
int64_t lc_json_integer(const struct lc_json *json);    /* 0 for all but integers */
double lc_json_number(const struct lc_json *json);      /* integers and reals */
const char *lc_json_string(const struct lc_json *json); /* NULL for all but strings; may hold NUL */
size_t lc_json_string_len(const struct lc_json *json);  /* bytes */

/* Elements of an array or members of an object. */
size_t lc_json_count(const struct lc_json *json);
const struct lc_json *lc_json_at(const struct lc_json *array, size_t index);

/* A member by name. */
const struct lc_json *lc_json_get(const struct lc_json *object, const char *key);

/* Members in the order of the text; false from each stops and is passed on. */
typedef bool (*lc_json_member_fn)(void *context, const char *key, const struct lc_json *value,
                                  struct lc_err *err);
bool lc_json_each(const struct lc_json *object, lc_json_member_fn each, void *context,
                  struct lc_err *err) LC_MUST_CHECK;

/* The same, one after another: *at is NULL before the first; false after the last. */
bool lc_json_next(const struct lc_json *object, void **at, const char **key,
                  const struct lc_json **value);

/* The member as text: a convenience for messages and tables. NULL where absent or not a string. */
const char *lc_json_get_string(const struct lc_json *object, const char *key);

/* Building a tree, for lc_yaml. Each takes its child, also on failure. */
struct lc_json *lc_json_new_object(void);
struct lc_json *lc_json_new_array(void);
struct lc_json *lc_json_new_string(const char *text, size_t len); /* NULL also when not UTF-8 */
struct lc_json *lc_json_new_integer(int64_t number);
struct lc_json *lc_json_new_real(double number);
struct lc_json *lc_json_new_boolean(bool value);
struct lc_json *lc_json_new_null(void);
bool lc_json_take_member(struct lc_json *object, const char *key, struct lc_json *value)
    LC_MUST_CHECK;
bool lc_json_take_element(struct lc_json *array, struct lc_json *value) LC_MUST_CHECK;
/* A tree of its own; NULL when out of memory. */
struct lc_json *lc_json_dup(const struct lc_json *json);

/* Writing. The style says how separators and strings look:
 *   LC_JSON_COMPACT  {"a":1}; UTF-8 raw; control characters, ", \, U+007F to U+009F, U+2028,
 *                    U+2029, U+FFFE and U+FFFF escaped, so that it is also the YAML which
 *                    relation-set takes (juju-hooks 2.5)
 *   LC_JSON_PYTHON   {"a": 1}; ASCII, as Python's json.dumps (tls-certificates 1.2)
 *   LC_JSON_PRETTY   two blanks a level, one member a line; strings as in compact
 * Commas and indentation are put in by the writer. Bytes that are not UTF-8 become U+FFFD.
 *
 *     struct lc_json_writer w = lc_json_writer(&buf, LC_JSON_COMPACT);
 *     lc_json_begin_object(&w);
 *     lc_json_member_boolean(&w, "ca", false);
 *     lc_json_end_object(&w);
 *     if (!lc_buf_check(&buf, err)) ... */
enum lc_json_style { LC_JSON_COMPACT, LC_JSON_PYTHON, LC_JSON_PRETTY };

struct lc_json_writer {
    struct lc_buf *buf; /* borrowed */
    enum lc_json_style style;
    unsigned depth;
    bool has_items; /* something precedes at this level */
    bool after_key;
};

struct lc_json_writer lc_json_writer(struct lc_buf *buf, enum lc_json_style style);
void lc_json_begin_object(struct lc_json_writer *writer);
void lc_json_end_object(struct lc_json_writer *writer);
void lc_json_begin_array(struct lc_json_writer *writer);
void lc_json_end_array(struct lc_json_writer *writer);
void lc_json_key(struct lc_json_writer *writer, const char *key);
void lc_json_key_len(struct lc_json_writer *writer, const char *key, size_t len);
void lc_json_put_string(struct lc_json_writer *writer, const char *text);
void lc_json_put_string_len(struct lc_json_writer *writer, const char *text, size_t len);
void lc_json_put_integer(struct lc_json_writer *writer, int64_t number);
void lc_json_put_real(struct lc_json_writer *writer, double number); /* not finite: null */
void lc_json_put_boolean(struct lc_json_writer *writer, bool value);
void lc_json_put_null(struct lc_json_writer *writer);

/* A member of an object, key and value at once. A string that is NULL leaves it out. */
void lc_json_member_string(struct lc_json_writer *writer, const char *key, const char *text);
void lc_json_member_integer(struct lc_json_writer *writer, const char *key, int64_t number);
void lc_json_member_boolean(struct lc_json_writer *writer, const char *key, bool value);
void lc_json_member_strings(struct lc_json_writer *writer, const char *key,
                            const struct lc_strlist *list);

/* A whole tree, members of objects sorted by key (bytes). */
void lc_json_put(struct lc_json_writer *writer, const struct lc_json *json);

/* "2.14": of the JSON library; static. */
const char *lc_json_library(void);

#endif
