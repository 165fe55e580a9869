/* What the replays of the two scenario files share: the named objects, texts with ${name} in them,
 * and saying databags by those names. */
#ifndef TESTS_CONFORMANCE_SCENARIO_VECTORS_H
#define TESTS_CONFORMANCE_SCENARIO_VECTORS_H

#include "fake_juju.h"
#include "tls/databag.h"
#include "x509_vectors.h"

/* --- objects ------------------------------------------------------------------------------------
 */

struct scenario_object {
    const char *name;
    const char *pem;
    char hash[LC_SHA256_HEX]; /* of a CSR, as in labels; else empty */
};

#define SCENARIO_MAX_OBJECTS 32

struct scenarios {
    struct lc_json *json;
    struct scenario_object objects[SCENARIO_MAX_OBJECTS];
    size_t count;
};

static inline void scenarios_load(struct scenarios *scenarios, const char *file)
{
    const struct lc_json *value;
    const char *name;
    void *at = NULL;

    *scenarios = (struct scenarios){ .json = vector_load(file) };
    while (lc_json_next(lc_json_get(scenarios->json, "objects"), &at, &name, &value)) {
        if (scenarios->count == SCENARIO_MAX_OBJECTS)
            vector_broken("more objects than expected", NULL);
        struct scenario_object *object = &scenarios->objects[scenarios->count++];
        object->name = name;
        object->pem = lc_json_string(value);
        if (strstr(object->pem, "CERTIFICATE REQUEST") == NULL)
            continue;
        LC_AUTO(lc_csr_unref) struct lc_csr *csr = vector_csr(object->pem);
        memcpy(object->hash, lc_csr_hash(csr), sizeof(object->hash));
    }
}

static inline const struct lc_json *scenarios_cases(const struct scenarios *scenarios)
{
    return lc_json_get(scenarios->json, "cases");
}

/* NULL for none. */
static inline const char *scenario_pem(const struct scenarios *scenarios, const char *name)
{
    for (size_t i = 0; i < scenarios->count; i++)
        if (strcmp(scenarios->objects[i].name, name) == 0)
            return scenarios->objects[i].pem;
    return NULL;
}

/* The name of a text, whatever its line ends; "new" for one that is not among the objects. */
static inline const char *scenario_name(const struct scenarios *scenarios, const char *pem)
{
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err ignored = LC_ERR_INIT;
    const bool is_csr = lc_csr_parse(pem, strlen(pem), &csr, &ignored);

    for (size_t i = 0; i < scenarios->count; i++) {
        const struct scenario_object *object = &scenarios->objects[i];
        if (strcmp(object->pem, pem) == 0 ||
            (is_csr && strcmp(object->hash, lc_csr_hash(csr)) == 0))
            return object->name;
    }
    return "new";
}

static inline const char *scenario_hash_name(const struct scenarios *scenarios, const char *hash)
{
    for (size_t i = 0; i < scenarios->count; i++)
        if (strcmp(scenarios->objects[i].hash, hash) == 0)
            return scenarios->objects[i].name;
    return "new";
}

/* --- texts --------------------------------------------------------------------------------------
 */

/* The object's text, its line feeds as \n in a databag's JSON. */
static inline void scenario_put_pem(struct lc_buf *out, const char *pem, bool in_json)
{
    for (; *pem != '\0'; pem++) {
        if (*pem == '\n' && in_json)
            lc_buf_puts(out, "\\n");
        else
            lc_buf_putc(out, *pem);
    }
}

/* With each ${name} replaced; free with lc_free. */
static inline char *scenario_expand(const struct scenarios *scenarios, const char *text,
                                    bool in_json)
{
    struct lc_buf out;
    char *expanded = NULL;
    struct lc_err err = LC_ERR_INIT;

    lc_buf_init(&out, 4u * 1024 * 1024);
    for (const char *at = text; *at != '\0';) {
        const char *end = at[0] == '$' && at[1] == '{' ? strchr(at, '}') : NULL;
        if (end == NULL) {
            lc_buf_putc(&out, *at++);
            continue;
        }
        LC_AUTO(lc_free) char *name = lc_strndup(at + 2, (size_t)(end - at - 2));
        const char *pem = scenario_pem(scenarios, name);
        if (pem == NULL)
            vector_broken(name, NULL);
        scenario_put_pem(&out, pem, in_json);
        at = end + 1;
    }
    if (!lc_buf_take(&out, &expanded, NULL, &err))
        vector_broken(text, &err);
    return expanded;
}

/* A databag's text in which every CSR that is not among the objects is "<new>": what remains is to
 * be equal byte for byte. */
static inline char *scenario_mask(const struct scenarios *scenarios, const char *text)
{
    static const char begin[] = "-----BEGIN CERTIFICATE REQUEST-----";
    static const char end[] = "-----END CERTIFICATE REQUEST-----";
    struct lc_buf out;
    char *masked = NULL;
    struct lc_err err = LC_ERR_INIT;

    lc_buf_init(&out, 4u * 1024 * 1024);
    while (*text != '\0') {
        const char *stop = strncmp(text, begin, strlen(begin)) == 0 ? strstr(text, end) : NULL;
        if (stop == NULL) {
            lc_buf_putc(&out, *text++);
            continue;
        }
        stop += strlen(end);
        LC_AUTO(lc_buf_release) struct lc_buf pem = LC_BUF_INIT(1u << 20);
        for (const char *at = text; at < stop; at++) {
            const bool escaped = at[0] == '\\' && at[1] == 'n';
            lc_buf_putc(&pem, escaped ? '\n' : *at);
            at += escaped;
        }
        if (strcmp(scenario_name(scenarios, pem.data), "new") == 0)
            lc_buf_puts(&out, "<new>");
        else
            lc_buf_add(&out, text, (size_t)(stop - text));
        text = stop;
    }
    if (!lc_buf_take(&out, &masked, NULL, &err))
        vector_broken("mask", &err);
    return masked;
}

/* --- the world ----------------------------------------------------------------------------------
 */

/* The keys of a vector's databag, into the fake. */
static inline void scenario_put_bag(const struct scenarios *scenarios, struct fake_juju *fake,
                                    const char *relation_id, const char *who,
                                    const struct lc_json *bag)
{
    const struct lc_json *value;
    const char *key;
    void *at = NULL;

    while (lc_json_next(bag, &at, &key, &value)) {
        LC_AUTO(lc_free) char *text = scenario_expand(scenarios, lc_json_string(value), true);
        fake_juju_put(fake, relation_id, who, key, text);
    }
}

/* A key of the databag afterwards, byte for byte but for what is new. */
static inline void scenario_check_text(const struct scenarios *scenarios, struct fake_juju *fake,
                                       const char *relation_id, const char *who, const char *key,
                                       const struct lc_json *after)
{
    const char *wanted = lc_json_get_string(after, key);
    const char *got = fake_juju_data(fake, relation_id, who, key);
    LC_AUTO(lc_free)
    char *expanded = scenario_expand(scenarios, wanted == NULL ? "" : wanted, true);
    LC_AUTO(lc_free) char *wanted_masked = scenario_mask(scenarios, expanded);
    LC_AUTO(lc_free) char *got_masked = scenario_mask(scenarios, got == NULL ? "" : got);

    assert_string_equal(got_masked, wanted_masked);
}

static inline bool scenario_is_call(const char *event)
{
    return strncmp(event, "a call", 6) == 0;
}

/* "relation_changed" is "relation-changed"; free with lc_free. */
static inline char *scenario_hook_name(const char *prefix, const char *event)
{
    struct lc_buf name;
    char *out = NULL;
    struct lc_err err = LC_ERR_INIT;

    lc_buf_init(&name, 256);
    lc_buf_puts(&name, prefix);
    for (; *event != '\0'; event++)
        lc_buf_putc(&name, *event == '_' ? '-' : *event);
    if (!lc_buf_take(&name, &out, NULL, &err))
        vector_broken(prefix, &err);
    return out;
}

#endif
