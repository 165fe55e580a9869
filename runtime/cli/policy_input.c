/* Requests for policies, read from files of several kinds. What a file is, its text tells. */
#include "cli/policy_input.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/input.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/strmap.h"
#include "base/text.h"
#include "base/yaml.h"
#include "tls/databag.h"

#define FOLDER_MAX_DEPTH 32

void policy_case_release(struct policy_case *item)
{
    lc_free(item->source);
    lc_free(item->text);
    lc_free(item->endpoint);
    lc_free(item->relation_id);
    lc_free(item->remote_app);
    lc_free(item->remote_unit);
    lc_json_free(item->config);
    *item = (struct policy_case){ .source = NULL };
}
LC_AUTO_VALUE(struct policy_case, policy_case_release);

void policy_cases_release(struct policy_cases *cases)
{
    for (size_t i = 0; i < cases->count; i++)
        policy_case_release(&cases->items[i]);
    lc_free(cases->items);
    lc_strlist_release(&cases->complaints);
    *cases = (struct policy_cases)POLICY_CASES_INIT;
}

bool policy_cases_take(struct policy_cases *cases, struct policy_case *item, struct lc_err *err)
{
    if (!lc_grow(&cases->items, &cases->capacity, cases->count, sizeof(*cases->items)))
        return lc_fail_memory(err);
    cases->items[cases->count++] = *item;
    *item = (struct policy_case){ .source = NULL };
    return true;
}

static bool complain(struct policy_cases *cases, const char *source, const char *text,
                     struct lc_err *err)
{
    return lc_strlist_addf(&cases->complaints, err, "%s: %s", source, text);
}

static bool dup(const char *text, char **out, struct lc_err *err)
{
    if (text == NULL)
        return true;
    lc_free(*out);
    *out = lc_strdup(text);
    return *out != NULL || lc_fail_memory(err);
}

/* --- PEM ------------------------------------------------------------------------------------- */

static const char begin_mark[] = "-----BEGIN ";

/* The next block of a text, up to the next one: also a block that is cut off, or garbled, is a
 * request that somebody made. *len_out: of the block. NULL: there is none. */
static const char *next_block(const char *text, const char *end, size_t *len_out)
{
    const char *begin = memmem(text, (size_t)(end - text), begin_mark, strlen(begin_mark));

    if (begin == NULL)
        return NULL;
    const char *behind = begin + strlen(begin_mark);
    const char *next = memmem(behind, (size_t)(end - behind), begin_mark, strlen(begin_mark));
    *len_out = (size_t)((next == NULL ? end : next) - begin);
    return begin;
}

static bool is_request(const char *block, size_t len)
{
    const char *line_end = memchr(block, '\n', len);

    return line_end != NULL &&
           memmem(block, (size_t)(line_end - block), "CERTIFICATE REQUEST", 19) != NULL;
}

static bool add_text(struct policy_cases *cases, const struct policy_case *about,
                     const char *source, const char *text, size_t len, struct lc_err *err)
{
    LC_AUTO(policy_case_release) struct policy_case item = { .is_ca = about->is_ca };

    item.text = lc_strndup(text, len);
    item.text_len = len;
    if (item.text == NULL)
        return lc_fail_memory(err);
    return dup(source, &item.source, err) && dup(about->endpoint, &item.endpoint, err) &&
           dup(about->relation_id, &item.relation_id, err) &&
           dup(about->remote_app, &item.remote_app, err) &&
           dup(about->remote_unit, &item.remote_unit, err) && policy_cases_take(cases, &item, err);
}

static bool read_pem(struct policy_cases *cases, const char *source, const char *text, size_t len,
                     struct lc_err *err)
{
    const struct policy_case about = { .source = NULL };
    const char *end = text + len;
    size_t number = 0;
    size_t block_len;

    for (const char *at = text; (at = next_block(at, end, &block_len)) != NULL; at += block_len) {
        LC_AUTO(lc_strlist_release) struct lc_strlist name = LC_STRLIST_INIT;
        if (!is_request(at, block_len))
            continue;
        const bool is_only = number == 0 && at + block_len == end;
        if (!(is_only ? lc_strlist_add(&name, source, err)
                      : lc_strlist_addf(&name, err, "%s:%zu", source, number + 1)) ||
            !add_text(cases, &about, name.items[0], at, block_len, err))
            return false;
        number++;
    }
    return number > 0 || complain(cases, source, "no certificate request in it", err);
}

/* --- databags -------------------------------------------------------------------------------- */

/* What is known at a place of a document: views. */
struct around {
    const char *source;
    struct policy_case about; /* texts are borrowed */
    struct policy_cases *cases;
    size_t *number;
    int depth;
};

/* Complaints about single entries of a databag. A line of a log cannot fail: it is noted. */
struct complaining {
    const struct around *around;
    bool failed;
};

static void keep_line(void *context, enum lc_level level, const char *line)
{
    struct complaining *complaining = context;
    const struct around *around = complaining->around;
    struct lc_err why = LC_ERR_INIT; /* there is only one reason */

    (void)level;
    if (!complain(around->cases, around->source, line, &why))
        complaining->failed = true;
}

static bool add_entries(const struct around *around, const char *json, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(lc_request_entries_release)
    struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;
    struct complaining complaining = { .around = around };
    const struct lc_log log = { .write = keep_line,
                                .context = &complaining,
                                .least = LC_LEVEL_WARNING };
    struct policy_case about = around->about;

    if (!lc_strmap_set(&bag, LC_KEY_REQUESTS, json, err) ||
        !lc_databag_load_requests(&bag, "databag", &log, &entries, err))
        return false;
    if (complaining.failed)
        return lc_fail_memory(err);
    for (size_t i = 0; i < entries.count; i++) {
        LC_AUTO(lc_strlist_release) struct lc_strlist name = LC_STRLIST_INIT;
        about.is_ca = entries.items[i].ca;
        if (!lc_strlist_addf(&name, err, "%s:%zu", around->source, ++*around->number) ||
            !add_text(around->cases, &about, name.items[0], entries.items[i].csr,
                      strlen(entries.items[i].csr), err))
            return false;
    }
    return true;
}

/* A databag's value is JSON in a text; in a document by hand it may be the list itself. */
static bool add_requests(const struct around *around, const struct lc_json *value,
                         struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(LC_DATABAG_MAX_BYTES);
    struct lc_json_writer writer = lc_json_writer(&text, LC_JSON_COMPACT);

    if (lc_json_type(value) == LC_JSON_STRING)
        return add_entries(around, lc_json_string(value), err);
    lc_json_put(&writer, value);
    return lc_buf_check(&text, err) && add_entries(around, text.data, err);
}

static bool is_unit(const char *key)
{
    const char *slash = strchr(key, '/');

    return slash != NULL && slash > key && isdigit((unsigned char)slash[1]) &&
           slash[1 + strspn(slash + 1, "0123456789")] == '\0';
}

static bool walk(struct around around, const struct lc_json *json, struct lc_err *err);

static bool walk_object(struct around around, const struct lc_json *json, struct lc_err *err)
{
    const struct lc_json *id = lc_json_get(json, "relation-id");
    const char *endpoint = lc_json_get_string(json, "endpoint");
    char number[32];
    const char *key;
    const struct lc_json *value;
    void *at = NULL;

    if (lc_json_type(id) == LC_JSON_INTEGER) {
        (void)snprintf(number, sizeof(number), "%lld", (long long)lc_json_integer(id));
        around.about.relation_id = number;
    }
    if (endpoint != NULL)
        around.about.endpoint = (char *)(uintptr_t)endpoint;
    while (lc_json_next(json, &at, &key, &value)) {
        struct around inside = around;
        char app[256] = "";
        if (is_unit(key)) {
            (void)snprintf(app, sizeof(app), "%.*s", (int)strcspn(key, "/"), key);
            inside.about.remote_unit = (char *)(uintptr_t)key;
            inside.about.remote_app = app;
        }
        if (strcmp(key, LC_KEY_REQUESTS) == 0 ? !add_requests(&inside, value, err)
                                              : !walk(inside, value, err))
            return false;
    }
    return true;
}

/* Databags lie at several depths, and are known by their key. */
static bool walk(struct around around, const struct lc_json *json, struct lc_err *err)
{
    if (around.depth++ > FOLDER_MAX_DEPTH)
        return true;
    if (lc_json_type(json) == LC_JSON_OBJECT)
        return walk_object(around, json, err);
    for (size_t i = 0; lc_json_type(json) == LC_JSON_ARRAY && i < lc_json_count(json); i++)
        if (!walk(around, lc_json_at(json, i), err))
            return false;
    return true;
}

static bool read_document(struct policy_cases *cases, const char *source, const char *text,
                          size_t len, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    struct lc_err why = LC_ERR_INIT;
    size_t number = 0;
    const bool is_json = len > 0 && strchr("{[", text[0]) != NULL;
    const struct around around = { .source = source, .cases = cases, .number = &number };

    if (is_json ? !lc_json_parse(text, len, 0, &json, &why)
                : !lc_yaml_parse(text, len, 0, &json, &why))
        return why.code == LC_ENOMEM ? lc_fail_memory(err)
                                     : complain(cases, source, why.message, err);
    if (!walk(around, json, err))
        return false;
    return number > 0 ||
           complain(cases, source, "no certificate request and no databag with one in it", err);
}

/* --- journals -------------------------------------------------------------------------------- */

static bool add_decision(struct policy_cases *cases, const char *source, const struct lc_json *json,
                         struct lc_err *err)
{
    const char *csr = lc_json_get_string(json, "csr");
    const char *time = lc_json_get_string(json, "time");
    struct lc_err ignored = LC_ERR_INIT;
    struct policy_case about = { .is_ca = lc_json_boolean(lc_json_get(json, "ca")) };

    if (csr == NULL)
        return complain(cases, source, "the request is not in it", err);
    about.endpoint = (char *)(uintptr_t)lc_json_get_string(json, "endpoint");
    about.relation_id = (char *)(uintptr_t)lc_json_get_string(json, "relation");
    about.remote_app = (char *)(uintptr_t)lc_json_get_string(json, "app");
    about.remote_unit = (char *)(uintptr_t)lc_json_get_string(json, "unit");
    if (!add_text(cases, &about, source, csr, strlen(csr), err))
        return false;
    struct policy_case *item = &cases->items[cases->count - 1];
    item->config = lc_json_ref(lc_json_get(json, "config"));
    if (time != NULL && !lc_time_parse(time, &item->now_s, &ignored))
        item->now_s = 0;
    return true;
}

static bool read_line(struct policy_cases *cases, const char *source, const char *line, size_t len,
                      struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;
    struct lc_err why = LC_ERR_INIT;

    if (!lc_json_parse(line, len, 0, &json, &why))
        return why.code == LC_ENOMEM ? lc_fail_memory(err)
                                     : complain(cases, source, why.message, err);
    return add_decision(cases, source, json, err);
}

static bool read_lines(struct policy_cases *cases, const char *path, struct lc_err *err)
{
    LC_AUTO(lc_secret_release) struct lc_secret content = LC_SECRET_INIT;
    struct lc_err why = LC_ERR_INIT;
    size_t number = 0;

    if (!lc_input_read(path, LC_SECRET_BUFFER_BYTES, &content, &why))
        return why.code == LC_ENOMEM ? lc_fail_memory(err)
                                     : lc_strlist_add(&cases->complaints, why.message, err);
    for (size_t at = 0; at < content.len;) {
        LC_AUTO(lc_strlist_release) struct lc_strlist source = LC_STRLIST_INIT;
        const char *line = content.data + at;
        const char *end = memchr(line, '\n', content.len - at);
        const size_t len = end == NULL ? content.len - at : (size_t)(end - line);
        if (!lc_strlist_addf(&source, err, "%s:%zu", lc_input_name(path), ++number) ||
            (len > 0 && !read_line(cases, source.items[0], line, len, err)))
            return false;
        at += len + (end != NULL);
    }
    return true;
}

bool policy_cases_read_journal(struct policy_cases *cases, const char *path, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist before = LC_STRLIST_INIT;

    if (!lc_strlist_addf(&before, err, "%s.1", path) ||
        (lc_file_exists(before.items[0]) && !read_lines(cases, before.items[0], err)))
        return false;
    return read_lines(cases, path, err);
}

/* --- files and folders ----------------------------------------------------------------------- */

typedef bool (*reader)(const char *path, size_t max, struct lc_secret *out, struct lc_err *err);

static bool read_file(struct policy_cases *cases, const char *path, reader read, struct lc_err *err)
{
    LC_AUTO(lc_secret_release) struct lc_secret content = LC_SECRET_INIT;
    struct lc_err why = LC_ERR_INIT;

    if (!read(path, LC_SECRET_BUFFER_BYTES, &content, &why))
        return why.code == LC_ENOMEM ? lc_fail_memory(err)
                                     : lc_strlist_add(&cases->complaints, why.message, err);
    const char *text = content.data == NULL ? "" : content.data;
    const char *begin = text + strspn(text, " \t\r\n");
    const bool is_document = *begin == '{' || *begin == '[' || lc_text_has_suffix(path, ".yaml") ||
                             lc_text_has_suffix(path, ".yml") ||
                             lc_text_has_suffix(path, ".json") ||
                             strstr(text, LC_KEY_REQUESTS) != NULL;
    return is_document ? read_document(cases, lc_input_name(path), begin,
                                       content.len - (size_t)(begin - text), err)
                       : read_pem(cases, lc_input_name(path), text, content.len, err);
}

/* Of a folder only what may be one of these files; what begins with a dot is not looked at. */
static bool is_candidate(const char *name)
{
    static const char *const endings[] = { ".pem", ".csr", ".json", ".yaml", ".yml" };

    for (size_t i = 0; i < LC_COUNT(endings); i++)
        if (lc_text_has_suffix(name, endings[i]))
            return true;
    return false;
}

static bool read_folder(struct policy_cases *cases, const char *path, int depth, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist names = LC_STRLIST_INIT;
    struct lc_err why = LC_ERR_INIT;

    if (depth > FOLDER_MAX_DEPTH)
        return complain(cases, path, "too many folders in each other", err);
    if (!lc_dir_list(path, &names, &why))
        return complain(cases, path, why.message, err);
    for (size_t i = 0; i < names.count; i++) {
        if (names.items[i][0] == '.')
            continue;
        LC_AUTO(lc_free) char *inside = lc_path_join(path, names.items[i]);
        if (inside == NULL)
            return lc_fail_memory(err);
        if (lc_dir_is_real(inside)
                ? !read_folder(cases, inside, depth + 1, err)
                : is_candidate(inside) && !read_file(cases, inside, lc_input_read_found, err))
            return false;
    }
    return true;
}

bool policy_cases_read(struct policy_cases *cases, const char *word, struct lc_err *err)
{
    if (strcmp(word, "-") != 0 && lc_dir_exists(word))
        return read_folder(cases, word, 0, err);
    return read_file(cases, word, lc_input_read, err);
}
