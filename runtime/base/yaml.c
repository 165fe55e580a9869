/* YAML into a JSON tree, by a recursive walk over the library's events. */
#include "base/yaml.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct reader {
    yaml_parser_t parser;
    unsigned flags;
    unsigned depth;
};

static bool next_event(struct reader *reader, yaml_event_t *event, struct lc_err *err)
{
    if (yaml_parser_parse(&reader->parser, event) == 1)
        return true;
    if (reader->parser.error == YAML_MEMORY_ERROR)
        return lc_fail_memory(err);
    return lc_fail(err, LC_EPARSE, "not YAML: line %zu: %s", reader->parser.problem_mark.line + 1,
                   reader->parser.problem == NULL ? "unreadable" : reader->parser.problem);
}

static bool refuse(const yaml_event_t *event, const char *what, struct lc_err *err)
{
    return lc_fail(err, LC_EUNSUPPORTED, "YAML with %s, line %zu, is not supported", what,
                   event->start_mark.line + 1);
}

static bool is_one_of(const char *text, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(text, *list) == 0)
            return true;
    return false;
}

/* Neither an anchor nor a tag, but the one that says what the node is anyway. */
static bool check_properties(const yaml_event_t *event, const yaml_char_t *anchor,
                             const yaml_char_t *tag, const char *standard_tag, struct lc_err *err)
{
    if (anchor != NULL)
        return refuse(event, "an anchor", err);
    if (tag != NULL && strcmp((const char *)tag, standard_tag) != 0)
        return refuse(event, "a tag", err);
    return true;
}

static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };

/* YAML 1.2 core schema, section 10.3.2. */
static struct lc_json *resolve_plain(const char *text, size_t len)
{
    static const char *const trues[] = { "true", "True", "TRUE", NULL };
    static const char *const falses[] = { "false", "False", "FALSE", NULL };
    char *end;

    if (is_one_of(text, nulls))
        return lc_json_new_null();
    if (is_one_of(text, trues) || is_one_of(text, falses))
        return lc_json_new_boolean(is_one_of(text, trues));
    if (strspn(text, "+-0123456789.eE") == len && strpbrk(text, "0123456789") != NULL) {
        errno = 0;
        const long long whole = strtoll(text, &end, 10);
        if (*end == '\0' && errno == 0)
            return lc_json_new_integer(whole);
        const double real = strtod(text, &end);
        if (*end == '\0' && text[0] != 'e' && text[0] != 'E' && isfinite(real))
            return lc_json_new_real(real);
    }
    return lc_json_new_string(text, len);
}

static bool read_scalar(const struct reader *reader, const yaml_event_t *event,
                        struct lc_json **out, struct lc_err *err)
{
    const char *text = (const char *)event->data.scalar.value;
    const size_t len = event->data.scalar.length;
    const bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

    if (!check_properties(event, event->data.scalar.anchor, event->data.scalar.tag, YAML_STR_TAG,
                          err))
        return false;
    if (strlen(text) != len)
        return refuse(event, "a NUL character", err);
    if (plain && event->data.scalar.tag == NULL && (reader->flags & LC_YAML_TEXT_ONLY) == 0)
        *out = resolve_plain(text, len);
    else if (plain && event->data.scalar.tag == NULL && is_one_of(text, nulls))
        *out = lc_json_new_string("", 0);
    else
        *out = lc_json_new_string(text, len);
    return *out == NULL ? lc_fail_memory(err) : true;
}

static bool read_node(struct reader *reader, const yaml_event_t *event, struct lc_json **out,
                      struct lc_err *err);

static bool read_member(struct reader *reader, const yaml_event_t *key, struct lc_json *object,
                        struct lc_err *err)
{
    const char *name = (const char *)key->data.scalar.value;
    struct lc_json *value = NULL;
    yaml_event_t event;

    if (key->type != YAML_SCALAR_EVENT)
        return refuse(key, "a key that is not a scalar", err);
    if (!check_properties(key, key->data.scalar.anchor, key->data.scalar.tag, YAML_STR_TAG, err))
        return false;
    if (strcmp(name, "<<") == 0 && key->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
        return refuse(key, "a merge key", err);
    if (strlen(name) != key->data.scalar.length)
        return refuse(key, "a NUL character", err);
    if (lc_json_get(object, name) != NULL)
        return lc_fail(err, LC_EPARSE, "YAML key '%.64s' is there twice, line %zu", name,
                       key->start_mark.line + 1);
    if (!next_event(reader, &event, err))
        return false;
    const bool good = read_node(reader, &event, &value, err);
    yaml_event_delete(&event);
    if (!good)
        return false;
    return lc_json_take_member(object, name, value) ? true : lc_fail_memory(err);
}

static bool read_element(struct reader *reader, const yaml_event_t *first, struct lc_json *array,
                         struct lc_err *err)
{
    struct lc_json *value = NULL;

    if (!read_node(reader, first, &value, err))
        return false;
    return lc_json_take_element(array, value) ? true : lc_fail_memory(err);
}

/* The members or elements up to the end event, into `container`. */
static bool fill(struct reader *reader, struct lc_json *container, yaml_event_type_t end_type,
                 struct lc_err *err)
{
    for (;;) {
        yaml_event_t event;
        if (!next_event(reader, &event, err))
            return false;
        const bool ended = event.type == end_type;
        const bool good = ended || (end_type == YAML_MAPPING_END_EVENT
                                        ? read_member(reader, &event, container, err)
                                        : read_element(reader, &event, container, err));
        yaml_event_delete(&event);
        if (ended || !good)
            return good;
    }
}

static bool read_container(struct reader *reader, const yaml_event_t *event, struct lc_json **out,
                           struct lc_err *err)
{
    const bool mapping = event->type == YAML_MAPPING_START_EVENT;
    const bool good = mapping ? check_properties(event, event->data.mapping_start.anchor,
                                                 event->data.mapping_start.tag, YAML_MAP_TAG, err)
                              : check_properties(event, event->data.sequence_start.anchor,
                                                 event->data.sequence_start.tag, YAML_SEQ_TAG, err);

    if (!good)
        return false;
    if (++reader->depth > LC_YAML_MAX_DEPTH)
        return lc_fail(err, LC_ELIMIT, "YAML of more than %d levels", LC_YAML_MAX_DEPTH);
    LC_AUTO(lc_json_free)
    struct lc_json *container = mapping ? lc_json_new_object() : lc_json_new_array();
    if (container == NULL)
        return lc_fail_memory(err);
    if (!fill(reader, container, mapping ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT, err))
        return false;
    reader->depth--;
    *out = LC_STEAL(container);
    return true;
}

static bool read_node(struct reader *reader, const yaml_event_t *event, struct lc_json **out,
                      struct lc_err *err)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(reader, event, out, err);
    case YAML_MAPPING_START_EVENT:
    case YAML_SEQUENCE_START_EVENT:
        return read_container(reader, event, out, err);
    case YAML_ALIAS_EVENT:
        return refuse(event, "an alias", err);
    default:
        return refuse(event, "something unexpected", err);
    }
}

/* Stream start, document start, one node, document end, stream end. */
static bool read_stream(struct reader *reader, struct lc_json **out, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *root = NULL;
    bool ended = false;
    bool in_document = false;

    while (!ended) {
        yaml_event_t event;
        if (!next_event(reader, &event, err))
            return false;
        bool good = true;
        ended = event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_DOCUMENT_START_EVENT && root != NULL)
            good = refuse(&event, "a second document", err);
        else if (event.type == YAML_DOCUMENT_START_EVENT)
            in_document = true;
        else if (in_document && root == NULL)
            good = read_node(reader, &event, &root, err);
        yaml_event_delete(&event);
        if (!good)
            return false;
    }
    if (root == NULL)
        root = lc_json_new_null();
    *out = LC_STEAL(root);
    return *out == NULL ? lc_fail_memory(err) : true;
}

bool lc_yaml_parse(const char *text, size_t len, unsigned flags, struct lc_json **out,
                   struct lc_err *err)
{
    struct reader reader = { .flags = flags };

    if (len > LC_YAML_MAX_BYTES)
        return lc_fail(err, LC_ELIMIT, "YAML of more than %u bytes", LC_YAML_MAX_BYTES);
    if (yaml_parser_initialize(&reader.parser) != 1)
        return lc_fail_memory(err);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, len);
    const bool good = read_stream(&reader, out, err);
    yaml_parser_delete(&reader.parser);
    return good;
}

const char *lc_yaml_library(void)
{
    return yaml_get_version_string();
}
