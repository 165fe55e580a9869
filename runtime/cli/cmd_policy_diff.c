/* luacharm policy diff: what a change of a policy changes. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/model.h"
#include "cli/policy.h"

/* How much one looks at it: a certificate that there was not is the worst. */
enum weight { NOW_ISSUED, NOW_REFUSED, OTHER_DECISION, OTHER_CERTIFICATE, OTHER_REASON, WEIGHTS };

static const char *const weight_names[WEIGHTS] = {
    [NOW_ISSUED] = "now issued",
    [NOW_REFUSED] = "no longer issued",
    [OTHER_DECISION] = "decided otherwise",
    [OTHER_CERTIFICATE] = "another certificate",
    [OTHER_REASON] = "refused for another reason",
};

struct change {
    size_t number; /* of the request */
    enum weight weight;
    char *before; /* owned */
    char *after;
};

struct changes {
    struct change *items;
    size_t count;
    size_t capacity;
};

static void changes_release(struct changes *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        lc_free(changes->items[i].before);
        lc_free(changes->items[i].after);
    }
    lc_free(changes->items);
}
LC_AUTO_VALUE(struct changes, changes_release);

struct pair {
    const struct bind_policy *old;
    const struct bind_policy *new;
};

/* --- comparing ------------------------------------------------------------------------------- */

static bool write_shape(const struct policy_try *try, struct lc_json **out, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(POLICY_OUTPUT_MAX_BYTES);
    struct lc_json_writer json = lc_json_writer(&text, LC_JSON_COMPACT);

    policy_try_put_shape(try, &json);
    return lc_buf_check(&text, err) && lc_json_parse(text.data, text.len, 0, out, err);
}

static bool put_value(const struct lc_json *value, struct lc_buf *out, struct lc_err *err)
{
    struct lc_json_writer json = lc_json_writer(out, LC_JSON_COMPACT);

    if (value == NULL)
        lc_buf_puts(out, "not said");
    else
        lc_json_put(&json, value);
    return lc_buf_check(out, err);
}

/* Members of one that the other has not, or has otherwise: "validity: "90d" ". */
static bool put_members(const struct lc_json *shape, const struct lc_json *other,
                        struct lc_buf *out, struct lc_err *err)
{
    const char *key;
    const struct lc_json *value;
    void *at = NULL;

    while (lc_json_next(shape, &at, &key, &value)) {
        LC_AUTO(lc_buf_release) struct lc_buf mine = LC_BUF_INIT(POLICY_OUTPUT_MAX_BYTES);
        LC_AUTO(lc_buf_release) struct lc_buf its = LC_BUF_INIT(POLICY_OUTPUT_MAX_BYTES);
        if (!put_value(value, &mine, err) || !put_value(lc_json_get(other, key), &its, err))
            return false;
        if (strcmp(mine.data, its.data) != 0)
            lc_buf_printf(out, "%s%s %s", out->len == 0 ? "" : ", ", key, mine.data);
    }
    return true;
}

static bool compare_shapes(const struct policy_try *before, const struct policy_try *after,
                           struct lc_buf *old_text, struct lc_buf *new_text, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *old_shape = NULL;
    LC_AUTO(lc_json_free) struct lc_json *new_shape = NULL;

    return write_shape(before, &old_shape, err) && write_shape(after, &new_shape, err) &&
           put_members(old_shape, new_shape, old_text, err) &&
           put_members(new_shape, old_shape, new_text, err);
}

static void put_decision(const struct bind_policy *policy, const struct policy_try *try,
                         struct lc_buf *out)
{
    lc_buf_printf(out, "%s by '%s': ", lc_verdict_name(try->verdict.kind),
                  policy_try_rule(policy, try));
    policy_try_reason(try, out);
}

/* *weight_out: WEIGHTS where nothing has changed. */
static bool compare(const struct pair *pair, const struct policy_try *before,
                    const struct policy_try *after, enum weight *weight_out,
                    struct lc_buf *old_text, struct lc_buf *new_text, struct lc_err *err)
{
    const enum lc_verdict_kind old_kind = before->verdict.kind;
    const enum lc_verdict_kind new_kind = after->verdict.kind;

    *weight_out = WEIGHTS;
    if (old_kind == LC_VERDICT_ISSUE && new_kind == LC_VERDICT_ISSUE) {
        if (!compare_shapes(before, after, old_text, new_text, err))
            return false;
        if (old_text->len + new_text->len > 0)
            *weight_out = OTHER_CERTIFICATE;
        return true;
    }
    put_decision(pair->old, before, old_text);
    put_decision(pair->new, after, new_text);
    if (old_kind != new_kind)
        *weight_out = new_kind == LC_VERDICT_ISSUE   ? NOW_ISSUED
                      : old_kind == LC_VERDICT_ISSUE ? NOW_REFUSED
                                                     : OTHER_DECISION;
    else if (strcmp(old_text->data, new_text->data) != 0)
        *weight_out = OTHER_REASON;
    return true;
}

static bool add(struct changes *changes, size_t number, enum weight weight, struct lc_buf *before,
                struct lc_buf *after, struct lc_err *err)
{
    if (!lc_grow(&changes->items, &changes->capacity, changes->count, sizeof(*changes->items)))
        return lc_fail_memory(err);
    struct change *change = &changes->items[changes->count];
    *change = (struct change){ .number = number, .weight = weight };
    changes->count++;
    return lc_buf_take(before, &change->before, NULL, err) &&
           lc_buf_take(after, &change->after, NULL, err);
}

static bool compare_all(const struct pair *pair, const struct policy_cases *cases,
                        const struct policy_world *world, struct changes *out, struct lc_err *err)
{
    for (size_t i = 0; i < cases->count; i++) {
        LC_AUTO(policy_try_release) struct policy_try before = POLICY_TRY_INIT;
        LC_AUTO(policy_try_release) struct policy_try after = POLICY_TRY_INIT;
        LC_AUTO(lc_buf_release) struct lc_buf old_text = LC_BUF_INIT(POLICY_OUTPUT_MAX_BYTES);
        LC_AUTO(lc_buf_release) struct lc_buf new_text = LC_BUF_INIT(POLICY_OUTPUT_MAX_BYTES);
        enum weight weight;
        if (!policy_try_case(pair->old, &cases->items[i], world, false, &before, err) ||
            !policy_try_case(pair->new, &cases->items[i], world, false, &after, err) ||
            !compare(pair, &before, &after, &weight, &old_text, &new_text, err) ||
            (weight != WEIGHTS && !add(out, i, weight, &old_text, &new_text, err)))
            return false;
        policy_progress(i + 1, cases->count);
    }
    return true;
}

/* --- telling --------------------------------------------------------------------------------- */

static void put_json_line(const struct policy_cases *cases, const struct change *change,
                          struct lc_buf *out)
{
    struct lc_json_writer json = lc_json_writer(out, LC_JSON_COMPACT);

    lc_json_begin_object(&json);
    model_put_pair(&json, "source", cases->items[change->number].source);
    model_put_pair(&json, "change", weight_names[change->weight]);
    model_put_pair(&json, "before", change->before);
    model_put_pair(&json, "after", change->after);
    lc_json_end_object(&json);
    lc_buf_putc(out, '\n');
}

static void put_change(const struct policy_cases *cases, const struct change *change,
                       struct lc_buf *out)
{
    lc_buf_printf(out, "%s: %s\n  - %s\n  + %s\n", cases->items[change->number].source,
                  weight_names[change->weight], change->before, change->after);
}

/* The heaviest first; then in the order of the requests. */
static bool print_changes(const struct lc_args *args, const struct policy_cases *cases,
                          const struct changes *changes, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(POLICY_OUTPUT_MAX_BYTES);
    const bool as_json = lc_args_has(args, "json");
    size_t counts[WEIGHTS] = { 0 };

    for (int weight = 0; weight < WEIGHTS; weight++) {
        for (size_t i = 0; i < changes->count; i++) {
            if ((int)changes->items[i].weight != weight)
                continue;
            counts[weight]++;
            if (as_json)
                put_json_line(cases, &changes->items[i], &out);
            else
                put_change(cases, &changes->items[i], &out);
        }
    }
    if (!as_json) {
        lc_buf_printf(&out, "%zu of %zu requests change", changes->count, cases->count);
        for (int weight = 0; weight < WEIGHTS; weight++)
            if (counts[weight] > 0)
                lc_buf_printf(&out, ", %zu %s", counts[weight], weight_names[weight]);
        lc_buf_putc(&out, '\n');
    }
    if (!lc_buf_check(&out, err))
        return false;
    (void)fwrite(out.data, 1, out.len, stdout); /* main looks at the stream */
    return true;
}

static bool diff(const struct lc_args *args, const struct policy_world *world,
                 struct changes *changes, struct lc_err *err)
{
    LC_AUTO(bind_policy_free) struct bind_policy *old = NULL;
    LC_AUTO(bind_policy_free) struct bind_policy *new = NULL;
    LC_AUTO(policy_cases_release) struct policy_cases cases = POLICY_CASES_INIT;

    if (!bind_policy_load(args->positionals[0], NULL, &old, err) ||
        !bind_policy_load(args->positionals[1], NULL, &new, err) ||
        !policy_read_cases(args, 2, &cases, err))
        return false;
    const struct pair pair = { .old = old, .new = new };
    if (!compare_all(&pair, &cases, world, changes, err) ||
        !print_changes(args, &cases, changes, err))
        return false;
    if (cases.complaints.count > 0)
        return false; /* told */
    return cases.count > 0 || lc_fail(err, LC_ENOTFOUND, "no certificate request to compare by");
}

static int run(const struct lc_args *args, struct lc_err *err)
{
    LC_AUTO(policy_world_release) struct policy_world world = { .config = NULL };
    LC_AUTO(changes_release) struct changes changes = { .items = NULL };

    if (!policy_world_open(args, &world, err))
        return policy_fail(err);
    if (!diff(args, &world, &changes, err))
        return LC_EXIT_FAILED;
    return changes.count > 0 ? LC_EXIT_FOUND : LC_EXIT_DONE;
}

static const struct lc_opt options[] = {
    { "json", 0, NULL, "a line of JSON for each request that changes" },
    POLICY_JOURNAL_OPTION,
    POLICY_WORLD_OPTIONS,
    { NULL, 0, NULL, NULL },
};

const struct lc_cmd policy_cmd_diff = {
    .name = "diff",
    .synopsis = "OLD NEW [--journal FILE] [INPUT...]",
    .summary = "the requests about which two policies differ, those that are now issued first; "
               "exit 3 when there are any",
    .options = options,
    .min = 2,
    .max = LC_ANY,
    .run = run,
};
