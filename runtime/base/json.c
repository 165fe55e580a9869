/* JSON reading: with json_plain.c the sole user of the JSON library. An lc_json is a json_t by
 * another name. */
#include "base/json.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdalign.h>
#include <stddef.h>
#include <string.h>

#include "base/json_plain.h"
#include "base/mem.h"
#include "base/secret.h"

static const json_t *peek(const struct lc_json *json)
{
    return (const json_t *)(const void *)json;
}

static json_t *open_node(struct lc_json *json)
{
    return (json_t *)(void *)json;
}

static struct lc_json *close_node(json_t *node)
{
    return (struct lc_json *)(void *)node;
}

/* Secrets come as JSON too (secret-get): what the library frees is cleansed. And its scanner goes
 * on without what it had no memory for: it would read another text than was given, and write past
 * the string that it could not grow. So a failed allocation leaves the library at once, and what it
 * had allocated in that parse goes with it. Its allocator takes no context, hence the statics. */
struct link {
    struct link *next; /* a ring: the blocks of one parse that are still there */
    struct link *previous;
};

struct block {
    struct link link;
    size_t len;
    alignas(max_align_t) unsigned char bytes[];
};

static _Thread_local struct {
    struct link ring; /* the anchor, while a parse runs */
    jmp_buf out_of_memory;
    bool is_running;
} parse;

static void make_ring(struct link *link)
{
    link->next = link;
    link->previous = link;
}

static void link_after(struct link *anchor, struct link *link)
{
    link->previous = anchor;
    link->next = anchor->next;
    link->previous->next = link;
    link->next->previous = link;
}

static void unlink_from_ring(struct link *link)
{
    link->previous->next = link->next;
    link->next->previous = link->previous;
    make_ring(link);
}

static void *wiping_alloc(size_t len)
{
    struct block *block = len > SIZE_MAX - sizeof(*block) ? NULL
                                                          : lc_alloc(sizeof(*block) + len, 1);

    if (block == NULL && parse.is_running)
        longjmp(parse.out_of_memory, 1);
    if (block == NULL)
        return NULL;
    make_ring(&block->link);
    block->len = len;
    if (parse.is_running)
        link_after(&parse.ring, &block->link);
    return block->bytes;
}

static void free_block(struct block *block)
{
    unlink_from_ring(&block->link);
    lc_cleanse(block, sizeof(*block) + block->len);
    lc_free(block);
}

static void wiping_free(void *memory)
{
    if (memory != NULL)
        free_block((struct block *)(void *)((char *)memory - offsetof(struct block, bytes)));
}

/* False: out of memory. *node_out is NULL for what is no JSON, and, with plain, for what is not
 * plain. */
static bool load(bool plain, const char *text, size_t len, size_t options, json_t **node_out,
                 json_error_t *where)
{
    make_ring(&parse.ring);
    parse.is_running = true;
    if (setjmp(parse.out_of_memory) != 0) {
        parse.is_running = false;
        while (parse.ring.next != &parse.ring)
            free_block((struct block *)(void *)parse.ring.next); /* its first member */
        return false;
    }
    *node_out = plain ? lc_json_plain(text, len, LC_JSON_MAX_DEPTH)
                      : json_loadb(text, len, options, where);
    parse.is_running = false;
    unlink_from_ring(&parse.ring);
    return true;
}

__attribute__((constructor)) static void set_allocator(void)
{
    json_set_alloc_funcs(wiping_alloc, wiping_free);
}

/* Jansson's own limit is higher; ours keeps every walk over a tree within the stack. Brackets in
 * strings do not count. */
static bool is_too_deep(const char *text, size_t len)
{
    unsigned depth = 0;
    bool in_string = false;

    for (size_t i = 0; i < len; i++) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > LC_JSON_MAX_DEPTH)
                return true;
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return false;
}

bool lc_json_parse(const char *text, size_t len, unsigned flags, struct lc_json **out,
                   struct lc_err *err)
{
    json_error_t where;
    size_t options = JSON_DECODE_ANY | JSON_ALLOW_NUL;

    json_t *node = NULL;

    if ((flags & LC_JSON_LAST_KEY_COUNTS) == 0)
        options |= JSON_REJECT_DUPLICATES;
    if (!load(true, text, len, options, &node, &where))
        return lc_fail_memory(err);
    if (node == NULL && is_too_deep(text, len))
        return lc_fail(err, LC_ELIMIT, "JSON of more than %d levels", LC_JSON_MAX_DEPTH);
    if (node == NULL && !load(false, text, len, options, &node, &where))
        return lc_fail_memory(err);
    if (node != NULL) {
        *out = close_node(node);
        return true;
    }
    /* The library's text may quote the input, which may be secret: only the place is told. */
    return lc_fail(err, LC_EPARSE, "not JSON: line %d, column %d", where.line, where.column);
}

void lc_json_free(struct lc_json *json)
{
    json_decref(open_node(json));
}

struct lc_json *lc_json_ref(const struct lc_json *json)
{
    json_t *node = (json_t *)(size_t)(const void *)json; /* the count is no part of the value */

    return close_node(json_incref(node));
}

enum lc_json_type lc_json_type(const struct lc_json *json)
{
    if (json == NULL)
        return LC_JSON_NONE;
    switch (json_typeof(peek(json))) {
    case JSON_OBJECT:
        return LC_JSON_OBJECT;
    case JSON_ARRAY:
        return LC_JSON_ARRAY;
    case JSON_STRING:
        return LC_JSON_STRING;
    case JSON_INTEGER:
        return LC_JSON_INTEGER;
    case JSON_REAL:
        return LC_JSON_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return LC_JSON_BOOLEAN;
    case JSON_NULL:
        return LC_JSON_NULL;
    }
    return LC_JSON_NONE;
}

const char *lc_json_type_name(enum lc_json_type type)
{
    static const char *const names[] = {
        [LC_JSON_NONE] = "nothing",      [LC_JSON_NULL] = "null",
        [LC_JSON_BOOLEAN] = "a boolean", [LC_JSON_INTEGER] = "an integer",
        [LC_JSON_REAL] = "a number",     [LC_JSON_STRING] = "a string",
        [LC_JSON_ARRAY] = "an array",    [LC_JSON_OBJECT] = "an object",
    };

    return names[type];
}

bool lc_json_boolean(const struct lc_json *json)
{
    return json_is_true(peek(json));
}

int64_t lc_json_integer(const struct lc_json *json)
{
    return json_integer_value(peek(json));
}

double lc_json_number(const struct lc_json *json)
{
    return json_number_value(peek(json));
}

const char *lc_json_string(const struct lc_json *json)
{
    return json_string_value(peek(json));
}

size_t lc_json_string_len(const struct lc_json *json)
{
    return json_string_length(peek(json));
}

size_t lc_json_count(const struct lc_json *json)
{
    return json_is_object(peek(json)) ? json_object_size(peek(json)) : json_array_size(peek(json));
}

const struct lc_json *lc_json_at(const struct lc_json *array, size_t index)
{
    return close_node(json_array_get(peek(array), index));
}

const struct lc_json *lc_json_get(const struct lc_json *object, const char *key)
{
    return close_node(json_object_get(peek(object), key));
}

bool lc_json_each(const struct lc_json *object, lc_json_member_fn each, void *context,
                  struct lc_err *err)
{
    json_t *node = (json_t *)(size_t)(const void *)object; /* the iterator only reads */

    for (void *at = json_object_iter(node); at != NULL; at = json_object_iter_next(node, at))
        if (!each(context, json_object_iter_key(at), close_node(json_object_iter_value(at)), err))
            return false;
    return true;
}

bool lc_json_next(const struct lc_json *object, void **at, const char **key,
                  const struct lc_json **value)
{
    json_t *node = (json_t *)(size_t)(const void *)object; /* the iterator only reads */

    *at = *at == NULL ? json_object_iter(node) : json_object_iter_next(node, *at);
    if (*at == NULL)
        return false;
    *key = json_object_iter_key(*at);
    *value = close_node(json_object_iter_value(*at));
    return true;
}

const char *lc_json_get_string(const struct lc_json *object, const char *key)
{
    return lc_json_string(lc_json_get(object, key));
}

struct lc_json *lc_json_new_object(void)
{
    return close_node(json_object());
}

struct lc_json *lc_json_new_array(void)
{
    return close_node(json_array());
}

struct lc_json *lc_json_new_string(const char *text, size_t len)
{
    return close_node(json_stringn(text, len));
}

struct lc_json *lc_json_new_integer(int64_t number)
{
    return close_node(json_integer(number));
}

struct lc_json *lc_json_new_real(double number)
{
    return close_node(json_real(number));
}

struct lc_json *lc_json_new_boolean(bool value)
{
    return close_node(json_boolean(value));
}

struct lc_json *lc_json_new_null(void)
{
    return close_node(json_null());
}

bool lc_json_take_member(struct lc_json *object, const char *key, struct lc_json *value)
{
    return json_object_set_new(open_node(object), key, open_node(value)) == 0;
}

bool lc_json_take_element(struct lc_json *array, struct lc_json *value)
{
    return json_array_append_new(open_node(array), open_node(value)) == 0;
}

struct lc_json *lc_json_dup(const struct lc_json *json)
{
    return close_node(json_deep_copy(peek(json)));
}

const char *lc_json_library(void)
{
    return jansson_version_str();
}
