/* The tests that stand beside a policy: read, and run one by one. */
#include "cli/policy_tests.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"
#include "cli/corpus_spec.h"
#include "tls/databag.h"

#define TEXT_MAX_BYTES (1024u * 1024)

static const char suffix[] = "_test.yaml";

void policy_tests_release(struct policy_tests *tests)
{
    for (size_t i = 0; i < tests->count; i++) {
        policy_case_release(&tests->items[i].request);
        for (size_t k = 0; k < tests->items[i].other_count; k++)
            lc_csr_unref((struct lc_csr *)(uintptr_t)tests->items[i].others[k].csr);
        lc_free(tests->items[i].others);
    }
    lc_free(tests->items);
    lc_free(tests->policy);
    policy_world_release(&tests->world);
    lc_json_free(tests->document);
}

/* --- reading --------------------------------------------------------------------------------- */

struct reader {
    const char *path;
    struct policy_tests *tests;
    struct lc_corpus *corpus;
    struct policy_case *request; /* that is being read */
    struct policy_test *test;
};

static bool only(const struct lc_json *object, const char *const *known, const char *where,
                 struct lc_err *err)
{
    const char *key;
    const struct lc_json *value;
    void *at = NULL;

    while (lc_json_next(object, &at, &key, &value)) {
        bool is_known = false;
        for (size_t i = 0; known[i] != NULL && !is_known; i++)
            is_known = strcmp(known[i], key) == 0;
        const char *nearest = is_known ? NULL : lc_text_nearest(key, known);
        if (!is_known)
            return lc_fail(err, LC_EUSAGE, "%s: unknown member '%s'%s%s%s", where, key,
                           nearest == NULL ? "" : " (did you mean '",
                           nearest == NULL ? "" : nearest, nearest == NULL ? "" : "'?)");
    }
    return true;
}

static bool keep_request(void *context, const char *kind, const struct lc_buf *pem,
                         struct lc_err *err)
{
    struct reader *reader = context;
    struct policy_case *request = reader->request;

    (void)kind;
    if (request->text != NULL)
        return lc_fail(err, LC_EUSAGE, "a test has one request");
    request->text = lc_strndup(pem->data, pem->len);
    request->text_len = pem->len;
    return request->text != NULL || lc_fail_memory(err);
}

static char *beside(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    LC_AUTO(lc_free) char *folder = slash == NULL ? NULL : lc_strndup(path, (size_t)(slash - path));

    if (slash == NULL || *name == '/')
        return lc_strdup(name);
    return folder == NULL ? NULL : lc_path_join(folder, name);
}

static bool read_request(struct reader *reader, const struct lc_json *json, size_t place,
                         struct lc_err *err)
{
    const char *file = lc_json_get_string(json, "file");
    struct policy_case *request = reader->request;

    request->source = lc_strdup(reader->test->name);
    if (request->source == NULL)
        return lc_fail_memory(err);
    if (file == NULL)
        return corpus_spec_make_entry(json, place, reader->corpus, keep_request, reader, err);
    LC_AUTO(lc_free) char *path = beside(reader->path, file);
    return path != NULL
               ? lc_file_read(path, POLICY_FILE_MAX_BYTES, &request->text, &request->text_len, err)
               : lc_fail_memory(err);
}

static bool dup(const struct lc_json *facts, const char *key, char **out, struct lc_err *err)
{
    const struct lc_json *value = lc_json_get(facts, key);
    char number[32];

    if (value == NULL)
        return true;
    (void)snprintf(number, sizeof(number), "%lld", (long long)lc_json_integer(value));
    const char *text = lc_json_type(value) == LC_JSON_INTEGER ? number : lc_json_string(value);
    if (text == NULL)
        return lc_fail(err, LC_EUSAGE, "facts: '%s': expected a text", key);
    *out = lc_strdup(text);
    return *out != NULL || lc_fail_memory(err);
}

static bool read_facts(struct policy_case *request, const struct lc_json *facts, struct lc_err *err)
{
    static const char *const known[] = { "is_ca",       "endpoint", "relation_id", "remote_app",
                                         "remote_unit", "others",   NULL };

    request->is_ca = lc_json_boolean(lc_json_get(facts, "is_ca"));
    return only(facts, known, "facts", err) && dup(facts, "endpoint", &request->endpoint, err) &&
           dup(facts, "relation_id", &request->relation_id, err) &&
           dup(facts, "remote_app", &request->remote_app, err) &&
           dup(facts, "remote_unit", &request->remote_unit, err);
}

/* Something else that the CA knows of: its CSR is read here, since rules see it as one. */
static bool read_other(struct reader *reader, const struct lc_json *json, size_t place,
                       struct lc_policy_other *out, struct lc_err *err)
{
    static const char *const known[] = { "request",     "relation_id", "remote_app",
                                         "remote_unit", "issued",      NULL };
    struct policy_case request = { .source = NULL };
    struct lc_csr *csr = NULL;

    reader->request = &request;
    const bool done = only(json, known, "others", err) &&
                      read_request(reader, lc_json_get(json, "request"), place, err) &&
                      lc_csr_parse(request.text, request.text_len, &csr, err);
    policy_case_release(&request);
    reader->request = NULL;
    *out = (struct lc_policy_other){
        .csr = csr,
        .relation_id = lc_json_get_string(json, "relation_id"),
        .remote_app = lc_json_get_string(json, "remote_app"),
        .remote_unit = lc_json_get_string(json, "remote_unit"),
        .issued = lc_json_boolean(lc_json_get(json, "issued")),
    };
    return done;
}

static bool read_others(struct reader *reader, const struct lc_json *list, size_t place,
                        struct lc_err *err)
{
    struct policy_test *test = reader->test;

    test->others = lc_alloc(lc_json_count(list), sizeof(*test->others));
    if (test->others == NULL)
        return lc_fail_memory(err);
    for (size_t i = 0; i < lc_json_count(list); i++)
        if (!read_other(reader, lc_json_at(list, i), place, &test->others[test->other_count++],
                        err))
            return lc_wrap(err, "others, number %zu", i + 1);
    return true;
}

static bool read_config(struct reader *reader, const struct lc_json *own, struct lc_err *err)
{
    const char *key;
    const struct lc_json *value;
    void *at = NULL;

    if (own == NULL)
        return true;
    struct lc_json *all = reader->tests->world.config == NULL
                              ? lc_json_new_object()
                              : lc_json_dup(reader->tests->world.config);
    reader->test->request.config = all;
    if (all == NULL)
        return lc_fail_memory(err);
    while (lc_json_next(own, &at, &key, &value))
        if (!lc_json_take_member(all, key, lc_json_ref(value)))
            return lc_fail_memory(err);
    return true;
}

static bool read_members(struct reader *reader, const struct lc_json *json, size_t place,
                         struct lc_err *err)
{
    static const char *const known[] = { "name", "request", "facts", "expect", "config", NULL };
    const struct lc_json *request = lc_json_get(json, "request");

    reader->test->expect = lc_json_get(json, "expect");
    if (!only(json, known, "a test", err))
        return false;
    if (lc_json_type(request) != LC_JSON_OBJECT)
        return lc_fail(err, LC_EUSAGE, "expected a 'request' with attributes, kind or file");
    if (lc_json_get_string(reader->test->expect, "decision") == NULL)
        return lc_fail(err, LC_EUSAGE, "expected 'expect' with a 'decision'");
    reader->request = &reader->test->request;
    return read_request(reader, request, place, err) &&
           read_facts(&reader->test->request, lc_json_get(json, "facts"), err) &&
           read_others(reader, lc_json_get(lc_json_get(json, "facts"), "others"), place, err) &&
           read_config(reader, lc_json_get(json, "config"), err);
}

static bool read_test(struct reader *reader, const struct lc_json *json, size_t place,
                      struct lc_err *err)
{
    struct policy_tests *tests = reader->tests;
    const char *name = lc_json_get_string(json, "name");

    if (name == NULL)
        return lc_fail(err, LC_EUSAGE, "tests, number %zu: expected a 'name'", place);
    if (!lc_grow(&tests->items, &tests->capacity, tests->count, sizeof(*tests->items)))
        return lc_fail_memory(err);
    reader->test = &tests->items[tests->count++];
    *reader->test = (struct policy_test){ .name = name };
    return read_members(reader, json, place, err) || lc_wrap(err, "'%s'", name);
}

static bool read_world(struct policy_tests *tests, struct lc_err *err)
{
    static const char *const known[] = { "policy", "now", "config", "domain", "tests", NULL };
    const char *now = lc_json_get_string(tests->document, "now");
    const struct lc_json *config = lc_json_get(tests->document, "config");
    const struct lc_clock clock = lc_clock_system();

    tests->world.now_s = lc_clock_now(&clock);
    policy_world_bind(&tests->world);
    if (lc_json_type(lc_json_get(tests->document, "tests")) != LC_JSON_ARRAY)
        return lc_fail(err, LC_EUSAGE, "expected 'tests' with a list");
    if (!only(tests->document, known, "it", err) ||
        (now != NULL && !lc_time_parse(now, &tests->world.now_s, err)))
        return false;
    if (config != NULL)
        tests->world.config = lc_json_ref(config);
    return true;
}

static bool name_policy(const char *path, struct policy_tests *tests, struct lc_err *err)
{
    const char *given = lc_json_get_string(tests->document, "policy");
    const size_t stem = strlen(path) - strlen(suffix);
    LC_AUTO(lc_buf_release) struct lc_buf name = LC_BUF_INIT(TEXT_MAX_BYTES);

    if (given != NULL) {
        tests->policy = beside(path, given);
        return tests->policy != NULL || lc_fail_memory(err);
    }
    if (!lc_text_has_suffix(path, suffix))
        return lc_fail(err, LC_EUSAGE, "it is not called NAME%s, and names no 'policy'", suffix);
    lc_buf_printf(&name, "%.*s.lua", (int)stem, path);
    return lc_buf_take(&name, &tests->policy, NULL, err);
}

bool policy_tests_load(const char *path, struct policy_tests *out, struct lc_err *err)
{
    LC_AUTO(lc_free) char *text = NULL;
    LC_AUTO(lc_corpus_free) struct lc_corpus *corpus = NULL;
    struct reader reader = { .path = path, .tests = out };
    size_t len;

    if (!lc_file_read(path, LC_YAML_MAX_BYTES, &text, &len, err))
        return false;
    if (!lc_yaml_parse(text, len, 0, &out->document, err) || !read_world(out, err) ||
        !name_policy(path, out, err))
        return lc_wrap(err, "%s", path);
    const char *domain = corpus_spec_domain(out->document);
    if (!lc_corpus_new(1, domain == NULL ? LC_CORPUS_DOMAIN : domain, &corpus, err))
        return lc_wrap(err, "%s", path);
    reader.corpus = corpus;
    const struct lc_json *list = lc_json_get(out->document, "tests");
    for (size_t i = 0; i < lc_json_count(list); i++)
        if (!read_test(&reader, lc_json_at(list, i), i + 1, err))
            return lc_wrap(err, "%s", path);
    return true;
}

/* --- running --------------------------------------------------------------------------------- */

static bool put_json(const struct lc_json *json, struct lc_buf *out, struct lc_err *err)
{
    struct lc_json_writer writer = lc_json_writer(out, LC_JSON_COMPACT);

    if (json == NULL)
        lc_buf_puts(out, "nothing");
    else
        lc_json_put(&writer, json);
    return lc_buf_check(out, err);
}

/* The code as a number, whether it is said as one or by its name. */
static int64_t code_of(const struct lc_json *json)
{
    const char *name = lc_json_string(json);

    return name == NULL ? lc_json_integer(json) : lc_request_error_code(name);
}

static bool write_shape(const struct policy_try *try, struct lc_json **out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(TEXT_MAX_BYTES);
    struct lc_json_writer json = lc_json_writer(&text, LC_JSON_COMPACT);

    if (try->verdict.kind != LC_VERDICT_ISSUE)
        return true;
    policy_try_put_shape(try, &json);
    return lc_buf_check(&text, err) && lc_json_parse(text.data, text.len, 0, out, err);
}

static void differ(struct lc_buf *why, const char *what, const char *wanted, const char *got)
{
    lc_buf_printf(why, "%s%s: expected %s, got %s", why->len == 0 ? "" : "; ", what, wanted, got);
}

struct comparison {
    const struct bind_policy *policy;
    const struct policy_try *try;
    const struct lc_json *shape; /* NULL: none is issued */
    struct lc_buf *why;
};

static bool compare_text(const struct comparison *c, const char *key, const struct lc_json *wanted,
                         const char *got, bool is_part)
{
    const char *text = lc_json_string(wanted);

    if (text == NULL || (is_part ? strstr(got, text) == NULL : strcmp(got, text) != 0))
        differ(c->why, key, text == NULL ? "a text" : text, got);
    return true;
}

static bool compare_member(void *context, const char *key, const struct lc_json *wanted,
                           struct lc_err *err)
{
    const struct comparison *c = context;
    const struct lc_verdict *verdict = &c->try->verdict;
    LC_AUTO(lc_buf_release) struct lc_buf want = LC_BUF_INIT(TEXT_MAX_BYTES);
    LC_AUTO(lc_buf_release) struct lc_buf got = LC_BUF_INIT(TEXT_MAX_BYTES);

    if (strcmp(key, "decision") == 0)
        return compare_text(c, key, wanted, lc_verdict_name(verdict->kind), false);
    if (strcmp(key, "rule") == 0)
        return compare_text(c, key, wanted, policy_try_rule(c->policy, c->try), false);
    if (strcmp(key, "reason") == 0) {
        policy_try_reason(c->try, &got);
        return lc_buf_check(&got, err) && compare_text(c, key, wanted, got.data, true);
    }
    if (strcmp(key, "warning") == 0) {
        for (size_t i = 0; i < verdict->warnings.count; i++)
            lc_buf_printf(&got, "%s\n", verdict->warnings.items[i]);
        return lc_buf_check(&got, err) && compare_text(c, key, wanted, got.data, true);
    }
    if (strcmp(key, "code") == 0) {
        const int64_t code = verdict->kind == LC_VERDICT_DENY ? lc_verdict_code(verdict) : 0;
        lc_buf_printf(&want, "%lld", (long long)code_of(wanted));
        lc_buf_printf(&got, "%lld", (long long)code);
    } else if (!put_json(wanted, &want, err) || !put_json(lc_json_get(c->shape, key), &got, err)) {
        return false;
    }
    if (strcmp(want.data, got.data) != 0)
        differ(c->why, key, want.data, got.data);
    return true;
}

bool policy_test_run(const struct policy_tests *tests, const struct policy_test *test,
                     const struct bind_policy *policy, bool with_steps, struct policy_try *try,
                     struct lc_buf *why, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *shape = NULL;
    struct policy_world world = tests->world;

    world.others = test->others;
    world.other_count = test->other_count;
    if (!policy_try_case(policy, &test->request, &world, with_steps, try, err) ||
        !write_shape(try, &shape, err))
        return false;
    struct comparison comparison = { .policy = policy, .try = try, .shape = shape, .why = why };
    return lc_json_each(test->expect, compare_member, &comparison, err) && lc_buf_check(why, err);
}
