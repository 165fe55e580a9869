/* A tape: its life, what is kept, what is found again, and where the commands differ. */
#include "juju/tape.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "juju/tape_private.h"

#define HEX_RUN 16u /* as many digits are a digest or a serial, and random */

void tape_call_release(struct tape_call *call)
{
    lc_strlist_release(&call->argv);
    lc_buf_release(&call->input);
}

static bool new_tape(const struct lc_tape_keys *keys, struct lc_tape **out, struct lc_err *err)
{
    struct lc_tape *tape = lc_alloc(1, sizeof(*tape));

    if (tape == NULL)
        return lc_fail_memory(err);
    tape->port = (struct lc_juju){ .ops = &tape_operations, .context = tape };
    tape->keys = keys;
    lc_buf_init(&tape->text, LC_TAPE_MAX_BYTES);
    lc_buf_init(&tape->difference, 64u * 1024);
    *out = tape;
    return true;
}

bool lc_tape_record(const struct lc_juju *below, const struct lc_tape_keys *keys, bool with_secrets,
                    struct lc_tape **out, struct lc_err *err)
{
    if (!new_tape(keys, out, err))
        return false;
    (*out)->below = below;
    (*out)->with_secrets = with_secrets;
    lc_buf_putc(&(*out)->text, '[');
    return true;
}

bool lc_tape_play(const struct lc_json *calls, const struct lc_tape_keys *keys,
                  struct lc_tape **out, struct lc_err *err)
{
    LC_AUTO(lc_tape_free) struct lc_tape *tape = NULL;

    if (!new_tape(keys, &tape, err))
        return false;
    tape->calls = calls;
    tape->used = lc_alloc(lc_json_count(calls), sizeof(*tape->used));
    if (tape->used == NULL)
        return lc_fail_memory(err);
    *out = LC_STEAL(tape);
    return true;
}

void lc_tape_free(struct lc_tape *tape)
{
    if (tape == NULL)
        return;
    lc_buf_release(&tape->text);
    lc_buf_release(&tape->difference);
    lc_free(tape->used);
    lc_free(tape);
}

const struct lc_juju *lc_tape_port(const struct lc_tape *tape)
{
    return &tape->port;
}

const char *lc_tape_text(const struct lc_tape *tape)
{
    return tape->text.data;
}

bool lc_tape_is_whole(const struct lc_tape *tape)
{
    return tape->text.code == LC_OK;
}

/* --- keeping --- */

bool tape_say(struct tape_call *call, const char *const *words, size_t count, struct lc_err *err)
{
    for (size_t i = 0; i < count; i++)
        if (words[i] != NULL && !lc_strlist_add(&call->argv, words[i], err))
            return false;
    return true;
}

struct lc_json_writer tape_begin(struct lc_tape *tape, const struct tape_call *call)
{
    struct lc_json_writer out = lc_json_writer(&tape->text, LC_JSON_COMPACT);

    if (tape->text.len > 1)
        lc_buf_putc(&tape->text, ',');
    lc_json_begin_object(&out);
    lc_json_key(&out, "argv");
    lc_json_begin_array(&out);
    for (size_t i = 0; i < call->argv.count; i++)
        tape_put_text(&out, call->argv.items[i], strlen(call->argv.items[i]));
    lc_json_end_array(&out);
    if (call->input.len != 0) {
        lc_buf_puts(&tape->text, ",\"input\":");
        lc_buf_add(&tape->text, call->input.data, call->input.len);
    }
    return out;
}

void tape_end(struct lc_json_writer *out)
{
    lc_json_end_object(out);
}

void tape_keep_failure(struct lc_tape *tape, const struct tape_call *call, const struct lc_err *err)
{
    struct lc_json_writer out = tape_begin(tape, call);

    lc_json_key(&out, "error");
    lc_json_begin_object(&out);
    lc_json_member_string(&out, "code", lc_code_name(err->code));
    lc_json_key(&out, "message");
    tape_put_text(&out, err->message, strlen(err->message));
    lc_json_end_object(&out);
    tape_end(&out);
}

/* --- playing --- */

/* Past a block of PEM, also in JSON: its label stays, its body goes. */
static const char *skip_pem(const char *at, struct lc_buf *out)
{
    static const char begin[] = "-----BEGIN ";
    static const char end[] = "-----END ";
    const char *label = at + strlen(begin);
    const char *last = strstr(label, end);
    const char *dashes = last == NULL ? NULL : strstr(last + strlen(end), "-----");

    if (dashes == NULL)
        return at;
    lc_buf_printf(out, "(%.*s)", (int)strcspn(label, "-"), label);
    return dashes + strlen("-----");
}

/* What is compared: without what is random in new keys, requests and certificates. */
static void add_comparable(struct lc_buf *out, const char *text)
{
    while (*text != '\0') {
        const char *after = lc_text_has_prefix(text, "-----BEGIN ") ? skip_pem(text, out) : text;
        const size_t digits = strspn(text, "0123456789abcdefABCDEF");
        if (after != text) {
            text = after;
        } else if (digits >= HEX_RUN) {
            lc_buf_puts(out, "(hex)");
            text += digits;
        } else {
            lc_buf_add(out, text, digits == 0 ? 1 : digits);
            text += digits == 0 ? 1 : digits;
        }
    }
}

static void add_recorded(struct lc_buf *out, const struct lc_json *call)
{
    LC_AUTO(lc_buf_release) struct lc_buf input = LC_BUF_INIT(LC_TAPE_MAX_BYTES);
    struct lc_json_writer writer = lc_json_writer(&input, LC_JSON_COMPACT);
    const struct lc_json *argv = lc_json_get(call, "argv");

    for (size_t i = 0; i < lc_json_count(argv); i++) {
        const char *word = lc_json_string(lc_json_at(argv, i));
        lc_buf_puts(out, i == 0 ? "" : " ");
        add_comparable(out, word == NULL ? "" : word);
    }
    if (lc_json_get(call, "input") == NULL)
        return;
    lc_json_put(&writer, lc_json_get(call, "input"));
    lc_buf_puts(out, " < ");
    add_comparable(out, input.data);
}

static void add_asked(struct lc_buf *out, const struct tape_call *call)
{
    for (size_t i = 0; i < call->argv.count; i++) {
        lc_buf_puts(out, i == 0 ? "" : " ");
        add_comparable(out, call->argv.items[i]);
    }
    if (call->input.len == 0)
        return;
    lc_buf_puts(out, " < ");
    add_comparable(out, call->input.data);
}

static bool is_same(const struct lc_json *call, const char *asked, bool *out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf recorded = LC_BUF_INIT(LC_TAPE_MAX_BYTES);

    add_recorded(&recorded, call);
    *out = strcmp(recorded.data, asked) == 0;
    return lc_buf_check(&recorded, err);
}

static const struct lc_json *first_unused(const struct lc_tape *tape, size_t *at_out)
{
    for (size_t i = 0; i < lc_json_count(tape->calls); i++)
        if (!tape->used[i]) {
            *at_out = i;
            return lc_json_at(tape->calls, i);
        }
    return NULL;
}

static void note_difference(struct lc_tape *tape, const char *asked, const struct lc_json *expected)
{
    if (tape->difference.len != 0)
        return;
    lc_buf_printf(&tape->difference, "command %zu\n  recorded: ", tape->count);
    if (expected == NULL)
        lc_buf_puts(&tape->difference, "nothing");
    else
        add_recorded(&tape->difference, expected);
    lc_buf_printf(&tape->difference, "\n  now:      %s", asked);
}

static const struct lc_json *use(struct lc_tape *tape, size_t at)
{
    tape->used[at] = true;
    return lc_json_at(tape->calls, at);
}

/* In the recorded order; out of it, the difference is noted, and the answer is sought elsewhere.
 * *out stays NULL when there is none. */
static bool find_call(struct lc_tape *tape, const char *asked, const struct lc_json **out,
                      struct lc_err *err)
{
    size_t next = 0;
    const struct lc_json *expected = first_unused(tape, &next);
    bool same = false;

    tape->count++;
    if (expected != NULL && !is_same(expected, asked, &same, err))
        return false;
    if (same) {
        *out = use(tape, next);
        return true;
    }
    note_difference(tape, asked, expected);
    for (size_t i = 0; i < lc_json_count(tape->calls) && *out == NULL; i++) {
        if (!is_same(lc_json_at(tape->calls, i), asked, &same, err))
            return false;
        if (same)
            *out = use(tape, i);
    }
    return true;
}

bool tape_answer(struct lc_tape *tape, const struct tape_call *call, const struct lc_json **out,
                 struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf asked = LC_BUF_INIT(LC_TAPE_MAX_BYTES);
    const struct lc_json *found = NULL;

    add_asked(&asked, call);
    if (!lc_buf_check(&asked, err) || !lc_buf_check(&call->input, err) ||
        !find_call(tape, asked.data, &found, err))
        return false;
    *out = NULL;
    if (found == NULL)
        return lc_fail(err, LC_ESTATE, "%s: the recording has no answer to '%.200s'",
                       call->argv.items[0], asked.data);
    const struct lc_json *failure = lc_json_get(found, "error");
    *out = lc_json_get(found, "answer");
    if (failure == NULL)
        return true;
    const char *code = lc_json_get_string(failure, "code");
    const char *message = lc_json_get_string(failure, "message");
    return lc_fail(err, lc_code_from_name(code == NULL ? "command" : code), "%s",
                   message == NULL ? "it failed" : message);
}

const char *lc_tape_difference(struct lc_tape *tape, bool after_all)
{
    size_t at = 0;
    const struct lc_json *left = after_all ? first_unused(tape, &at) : NULL;

    if (left != NULL && tape->difference.len == 0) {
        lc_buf_printf(&tape->difference, "command %zu\n  recorded: ", at + 1);
        add_recorded(&tape->difference, left);
        lc_buf_puts(&tape->difference, "\n  now:      nothing");
    }
    return tape->difference.len == 0 ? NULL : tape->difference.data;
}

/* --- programs --- */

static bool say_program(struct tape_call *call, char *const *argv, struct lc_err *err)
{
    if (!lc_strlist_add(&call->argv, "exec", err))
        return false;
    for (size_t i = 0; argv[i] != NULL; i++)
        if (!lc_strlist_add(&call->argv, argv[i], err))
            return false;
    return true;
}

void lc_tape_keep_program(struct lc_tape *tape, char *const *argv, int status, const char *out,
                          const char *err_out)
{
    LC_AUTO(tape_call_release) struct tape_call call = TAPE_CALL_INIT;
    struct lc_err ignored = LC_ERR_INIT;

    if (!say_program(&call, argv, &ignored))
        return;
    struct lc_json_writer writer = tape_begin(tape, &call);
    lc_json_key(&writer, "answer");
    lc_json_begin_object(&writer);
    lc_json_member_integer(&writer, "status", status);
    if (tape->with_secrets) {
        lc_json_member_string(&writer, "stdout", out);
        lc_json_member_string(&writer, "stderr", err_out);
    }
    lc_json_end_object(&writer);
    tape_end(&writer);
}

bool lc_tape_play_program(struct lc_tape *tape, char *const *argv, int *status_out,
                          const char **out, const char **err_out, struct lc_err *err)
{
    LC_AUTO(tape_call_release) struct tape_call call = TAPE_CALL_INIT;
    const struct lc_json *answer;

    if (!say_program(&call, argv, err) || !tape_answer(tape, &call, &answer, err))
        return false;
    *status_out = (int)lc_json_integer(lc_json_get(answer, "status"));
    *out = lc_json_get_string(answer, "stdout");
    *err_out = lc_json_get_string(answer, "stderr");
    return true;
}

/* --- files --- */

static bool say_file(struct tape_call *call, const char *path, struct lc_err *err)
{
    return lc_strlist_add(&call->argv, "file", err) && lc_strlist_add(&call->argv, path, err);
}

bool lc_tape_wants_files(const struct lc_tape *tape)
{
    return tape->with_secrets;
}

void lc_tape_keep_file(struct lc_tape *tape, const char *path, bool is_there,
                       const struct lc_secret *content)
{
    LC_AUTO(tape_call_release) struct tape_call call = TAPE_CALL_INIT;
    struct lc_err ignored = LC_ERR_INIT;

    if (!say_file(&call, path, &ignored))
        return;
    struct lc_json_writer writer = tape_begin(tape, &call);
    lc_json_key(&writer, "answer");
    if (is_there && content != NULL) {
        lc_json_begin_object(&writer);
        tape_put_whole(&writer, content);
        lc_json_end_object(&writer);
    } else {
        lc_json_put_boolean(&writer, is_there);
    }
    tape_end(&writer);
}

bool lc_tape_play_file(struct lc_tape *tape, const char *path, bool *is_there_out,
                       struct lc_buf *content, struct lc_err *err)
{
    LC_AUTO(tape_call_release) struct tape_call call = TAPE_CALL_INIT;
    const struct lc_json *answer;

    if (!say_file(&call, path, err) || !tape_answer(tape, &call, &answer, err))
        return false;
    const char *encoded = lc_json_get_string(answer, "base64");
    *is_there_out = encoded != NULL || lc_json_boolean(answer);
    return encoded == NULL || lc_base64_decode(encoded, strlen(encoded), content, err);
}
