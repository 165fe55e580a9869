/* The secret commands (juju-hooks 2.14). What a secret holds goes out in files of mode 0600, which
 * the agent, the same user, opens by their absolute paths, and comes in through cleansed memory. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/tempdir.h"
#include "base/text.h"
#include "juju/tool_private.h"

/* A private folder with a file a field, while a command runs. */
struct content_files {
    struct lc_tempdir folder;    /* the agent opens the files by name: no descriptor of ours will do
                                    (juju-hooks 2.1) */
    struct lc_strlist arguments; /* key#file=PATH */
};

#define CONTENT_FILES_INIT                                                                         \
    {                                                                                              \
        .folder = LC_TEMPDIR_INIT, .arguments = LC_STRLIST_INIT                                    \
    }

static void content_files_release(struct content_files *files)
{
    lc_tempdir_release(&files->folder);
    lc_strlist_release(&files->arguments);
}
LC_AUTO_VALUE(struct content_files, content_files_release);

static const char file_mark[] = "#file=";
static const char folder_prefix[] = "luacharm-secret-files";

void lc_tool_sweep(void)
{
    lc_tempdir_sweep(folder_prefix);
}

static bool write_fields(struct content_files *files, const struct lc_secret_content *content,
                         struct lc_err *err)
{
    for (size_t i = 0; i < content->count; i++) {
        const struct lc_secret_field *field = &content->fields[i];
        if (!lc_strlist_addf(&files->arguments, err, "%s%s%s/%s", field->key, file_mark,
                             files->folder.path, field->key))
            return false;
        const char *path = strstr(files->arguments.items[i], file_mark) + sizeof(file_mark) - 1;
        if (!lc_file_create(path, field->value.data, field->value.len, 0600, err))
            return false;
    }
    return true;
}

/* The files go whatever has happened, and without a need of memory; the first error counts. That
 * they could not go is an error too: they hold the secret. */
static bool remove_files(struct content_files *files, bool good, struct lc_err *err)
{
    struct lc_err removal = LC_ERR_INIT;

    if (lc_tempdir_remove(&files->folder, &removal) || !good)
        return good;
    *err = removal;
    return lc_wrap(err, "cannot remove the temporary files of a secret");
}

/* Run the command with the content, if there is some, as files; its output goes to *out unless that
 * is NULL. */
static bool run_with_content(const struct lc_tool *tool, const struct tool_call *call,
                             const struct lc_secret_content *content, char **out,
                             struct lc_err *err)
{
    LC_AUTO(content_files_release) struct content_files files = CONTENT_FILES_INIT;
    struct tool_call whole = *call;
    bool good = true;

    whole.more = &files.arguments;
    if (content != NULL && (!lc_tempdir_make(folder_prefix, &files.folder, err) ||
                            !write_fields(&files, content, err)))
        good = lc_wrap(err, "%s", call->words[0]);
    if (good)
        good = out == NULL ? tool_do(tool, &whole, err) : tool_text(tool, &whole, out, err);
    return remove_files(&files, good, err);
}

static const char *or_null(const char *text)
{
    return text == NULL || *text == '\0' ? NULL : text; /* Juju: "" is not given */
}

bool tool_secret_add(void *context, const struct lc_secret_spec *spec, char **id_out,
                     struct lc_err *err)
{
    const char *label = or_null(spec->label);
    const char *description = or_null(spec->description);
    char expiry[LC_TIME_TEXT_BYTES];
    LC_AUTO(lc_free) char *uri = NULL;

    if (!lc_secret_spec_check(spec, true, err))
        return lc_wrap(err, "secret-add");
    const bool expires = spec->expire_s != 0;
    lc_time_format(spec->expire_s, expiry); /* RFC 3339 (juju-hooks 3.6) */
    const struct tool_call call = TOOL_CALL(
        "secret-add", spec->app_owned ? "--owner=application" : "--owner=unit",
        label == NULL ? NULL : "--label", label, description == NULL ? NULL : "--description",
        description, expires ? "--expire" : NULL, expires ? expiry : NULL,
        spec->rotate == NULL ? NULL : "--rotate", spec->rotate);
    if (!run_with_content(context, &call, spec->content, &uri, err))
        return false;
    const char *id = lc_secret_id_of(uri);
    if (id == NULL)
        return lc_fail(err, LC_EPARSE, "secret-add: expected a secret's URI, got '%.128s'", uri);
    *id_out = lc_strdup(id);
    return *id_out == NULL ? lc_fail_memory(err) : true;
}

bool tool_secret_set(void *context, const char *id, const struct lc_secret_spec *spec,
                     struct lc_err *err)
{
    const char *label = or_null(spec->label);
    const char *description = or_null(spec->description);
    char expiry[LC_TIME_TEXT_BYTES];

    if (!lc_secret_spec_check(spec, false, err))
        return lc_wrap(err, "secret-set");
    const bool expires = spec->expire_s != 0;
    lc_time_format(spec->expire_s, expiry);
    struct tool_call call = TOOL_CALL(
        "secret-set", label == NULL ? NULL : "--label", label,
        description == NULL ? NULL : "--description", description, expires ? "--expire" : NULL,
        expires ? expiry : NULL, spec->rotate == NULL ? NULL : "--rotate", spec->rotate, "--", id);
    return run_with_content(context, &call, spec->content, NULL, err);
}

/* secret-get of everything, or of one key; how applies to both (juju-hooks 3.5). */
static bool get(const struct lc_tool *tool, const char *id, const char *label,
                enum lc_secret_read how, const char *key, struct lc_json **out, struct lc_err *err)
{
    const char *const flags[] = {
        [LC_SECRET_TRACKED] = NULL, [LC_SECRET_PEEK] = "--peek", [LC_SECRET_REFRESH] = "--refresh"
    };
    const struct tool_call call = TOOL_CALL("secret-get", "--format=json", flags[how],
                                            label == NULL ? NULL : "--label", label,
                                            id == NULL ? NULL : "--", id, key);

    return tool_secret_json(tool, &call, out, err);
}

/* Base64 into a secret. The decoder works in plain memory, which is made as large as it must be
 * beforehand, so that it does not move, and cleansed. */
static bool decode(const struct lc_json *base64, struct lc_secret *out, struct lc_err *err)
{
    const size_t len = lc_json_string_len(base64);
    LC_AUTO(lc_buf_release) struct lc_buf raw = LC_BUF_INIT(len);

    if (lc_buf_room(&raw, len) == NULL)
        return lc_buf_check(&raw, err);
    const bool good = lc_base64_decode(lc_json_string(base64), len, &raw, err) &&
                      lc_secret_set(out, raw.data, raw.len, err);
    lc_cleanse(raw.data, raw.capacity);
    return good;
}

struct content_reading {
    void *context;  /* the tool */
    const char *id; /* NULL until it is known */
    char *found_id; /* owned: id, where it was looked up */
    const char *label;
    enum lc_secret_read how;
    struct lc_secret_content *content;
};

static void content_reading_release(struct content_reading *reading)
{
    lc_free(reading->found_id);
}
LC_AUTO_VALUE(struct content_reading, content_reading_release);

/* A key is had only behind an id. Only who manages the secret can learn it from the label. */
static bool find_id(struct content_reading *reading, const char *key, struct lc_err *err)
{
    LC_AUTO(lc_secret_info_release) struct lc_secret_info info = LC_SECRET_INFO_INIT;

    if (reading->id != NULL)
        return true;
    if (!tool_secret_info(reading->context, NULL, reading->label, &info, err)) {
        if (err->code == LC_ENOTFOUND)
            return lc_fail(err, LC_EUNSUPPORTED,
                           "secret-get: the value of '%.64s' is not text: it is had by the "
                           "secret's id only",
                           key);
        return false;
    }
    reading->found_id = LC_STEAL(info.id);
    reading->id = reading->found_id;
    return true;
}

/* JSON turns bytes that are no text into U+FFFD; only the stored base64 tells (juju-hooks 2.14).
 * What was refreshed above is tracked by now. */
static bool read_binary(struct content_reading *reading, const char *key, struct lc_err *err)
{
    const enum lc_secret_read how = reading->how == LC_SECRET_PEEK ? LC_SECRET_PEEK
                                                                   : LC_SECRET_TRACKED;
    LC_AUTO(lc_json_free) struct lc_json *base64 = NULL;
    LC_AUTO(lc_secret_release) struct lc_secret value = LC_SECRET_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf key_base64 = LC_BUF_INIT(512);

    lc_buf_printf(&key_base64, "%s#base64", key);
    if (!lc_buf_check(&key_base64, err) || !find_id(reading, key, err))
        return false;
    if (!get(reading->context, reading->id, NULL, how, key_base64.data, &base64, err))
        return false;
    if (lc_json_type(base64) != LC_JSON_STRING)
        return lc_fail(err, LC_EPARSE, "secret-get: expected base64 of '%.64s'", key);
    if (!decode(base64, &value, err))
        return lc_wrap(err, "secret-get: '%.64s'", key);
    return lc_secret_content_set(reading->content, key, value.data, value.len, err);
}

static bool read_field(void *context, const char *key, const struct lc_json *value,
                       struct lc_err *err)
{
    static const char replacement[] = "\xef\xbf\xbd";
    struct content_reading *reading = context;

    if (lc_json_type(value) != LC_JSON_STRING)
        return lc_fail(err, LC_EPARSE, "secret-get: expected a string as value of '%.64s', got %s",
                       key, lc_json_type_name(lc_json_type(value)));
    const char *text = lc_json_string(value);
    const size_t len = lc_json_string_len(value);
    if (memmem(text, len, replacement, sizeof(replacement) - 1) != NULL)
        return read_binary(reading, key, err);
    if (!lc_secret_content_set(reading->content, key, text, len, err))
        return lc_wrap(err, "secret-get");
    return true;
}

bool tool_secret_get(void *context, const char *id, const char *label, enum lc_secret_read how,
                     struct lc_secret_content *out, struct lc_err *err)
{
    LC_AUTO(content_reading_release)
    struct content_reading reading = {
        .context = context, .id = id, .label = label, .how = how, .content = out
    };
    LC_AUTO(lc_json_free) struct lc_json *answer = NULL;

    if (id == NULL && label == NULL)
        return lc_fail(err, LC_EUSAGE, "secret-get: needs an id or a label");
    if (!get(context, id, label, how, NULL, &answer, err))
        return false;
    if (lc_json_type(answer) != LC_JSON_OBJECT)
        return lc_fail(err, LC_EPARSE, "secret-get: expected an object, got %s",
                       lc_json_type_name(lc_json_type(answer)));
    return lc_json_each(answer, read_field, &reading, err);
}

static bool copy_string(const struct lc_json *from, char **out, struct lc_err *err)
{
    if (lc_json_type(from) != LC_JSON_STRING)
        return true;
    *out = tool_dup_string(from);
    return *out == NULL ? lc_fail_memory(err) : true;
}

static bool read_time(const struct lc_json *from, const char *what, int64_t *out,
                      struct lc_err *err)
{
    if (lc_json_type(from) != LC_JSON_STRING)
        return true;
    if (!lc_time_parse(lc_json_string(from), out, err))
        return lc_wrap(err, "secret-info-get: %s", what);
    return true;
}

static bool read_info(void *context, const char *key, const struct lc_json *value,
                      struct lc_err *err)
{
    struct lc_secret_info *info = context;
    const char *owner = lc_json_get_string(value, "owner");
    const char *id = lc_secret_id_of(key);

    if (info->id != NULL || id == NULL || owner == NULL ||
        lc_json_type(lc_json_get(value, "revision")) != LC_JSON_INTEGER)
        return lc_fail(err, LC_EPARSE, "secret-info-get: expected one secret by its id");
    info->id = lc_strdup(id);
    if (info->id == NULL)
        return lc_fail_memory(err);
    info->revision = lc_json_integer(lc_json_get(value, "revision"));
    info->app_owned = strcmp(owner, "application") == 0;
    if (lc_json_type(lc_json_get(value, "access")) == LC_JSON_ARRAY)
        info->access = lc_json_ref(lc_json_get(value, "access"));
    return copy_string(lc_json_get(value, "label"), &info->label, err) &&
           copy_string(lc_json_get(value, "description"), &info->description, err) &&
           copy_string(lc_json_get(value, "rotation"), &info->rotation, err) &&
           read_time(lc_json_get(value, "expiry"), "expiry", &info->expire_s, err) &&
           read_time(lc_json_get(value, "rotates"), "rotates", &info->rotates_s, err);
}

bool tool_secret_info(void *context, const char *id, const char *label, struct lc_secret_info *out,
                      struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL(
        "secret-info-get", "--format=json", id == NULL ? "--label" : NULL,
        id == NULL ? label : NULL, id == NULL ? NULL : "--", id);
    LC_AUTO(lc_json_free) struct lc_json *answer = NULL;

    if ((id == NULL) == (label == NULL))
        return lc_fail(err, LC_EUSAGE, "secret-info-get: needs an id or a label, not both");
    if (!tool_json(context, &call, &answer, err))
        return false;
    if (lc_json_type(answer) != LC_JSON_OBJECT || lc_json_count(answer) != 1)
        return tool_unexpected(&call, "an object with one secret", answer, err);
    return lc_json_each(answer, read_info, out, err);
}

bool tool_secret_ids(void *context, struct lc_strlist *out, struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("secret-ids", "--format=json");

    return tool_strings(context, &call, out, err);
}

bool tool_secret_grant(void *context, const char *id, const char *relation_id, const char *unit,
                       struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("secret-grant", "-r", relation_id,
                                            unit == NULL ? NULL : "--unit", unit, "--", id);

    return tool_do(context, &call, err);
}

/* A unit and a relation cannot both be said. */
bool tool_secret_revoke(void *context, const char *id, const char *relation_id, const char *unit,
                        struct lc_err *err)
{
    const struct tool_call call = TOOL_CALL("secret-revoke", unit == NULL ? "-r" : "--unit",
                                            unit == NULL ? relation_id : unit, "--", id);

    return tool_do(context, &call, err);
}

bool tool_secret_remove(void *context, const char *id, int64_t revision, struct lc_err *err)
{
    char number[24];
    const bool whole = revision <= 0;

    (void)snprintf(number, sizeof(number), "%lld", (long long)revision); /* 20 characters at most */
    const struct tool_call call = TOOL_CALL("secret-remove", whole ? NULL : "--revision",
                                            whole ? NULL : number, "--", id);
    return tool_do(context, &call, err);
}
