/* The decisions of a policy as one page. */
#include "cli/policy_html.h"

#include <string.h>

#include "cli/page.h"

#define PAGE_MAX_BYTES (1024u * 1024 * 1024)

static void put(struct lc_json_writer *json, const char *key, const char *text)
{
    lc_json_key(json, key);
    if (text == NULL)
        lc_json_put_null(json);
    else
        lc_json_put_string(json, text);
}

/* Said once; steps name them by number. */
static void put_rules(struct lc_json_writer *json, const struct lc_policy *engine)
{
    lc_json_key(json, "rules");
    lc_json_begin_array(json);
    for (size_t i = 0; i < lc_policy_rule_count(engine); i++) {
        const struct lc_policy_rule *rule = lc_policy_rule(engine, i);
        lc_json_begin_object(json);
        put(json, "kind", lc_rule_kind_name(rule->kind));
        put(json, "name", rule->name);
        put(json, "where", rule->where);
        lc_json_end_object(json);
    }
    lc_json_end_array(json);
}

void policy_html_begin(struct policy_html *html, const struct bind_policy *policy)
{
    html->policy = policy;
    lc_buf_init(&html->data, PAGE_MAX_BYTES);
    html->json = lc_json_writer(&html->data, LC_JSON_COMPACT);
    lc_json_begin_object(&html->json);
    put(&html->json, "policy", bind_policy_main(policy));
    put(&html->json, "hash", bind_policy_hash(policy));
    put_rules(&html->json, bind_policy_engine(policy));
    lc_json_key(&html->json, "requests");
    lc_json_begin_array(&html->json);
}

void policy_html_release(struct policy_html *html)
{
    if (html->policy != NULL)
        lc_buf_release(&html->data);
}

static void put_step(struct lc_json_writer *json, const struct policy_step *step)
{
    lc_json_begin_object(json);
    lc_json_member_integer(json, "rule", (int64_t)step->rule);
    put(json, "answer", lc_answer_name(step->answer));
    lc_json_key(json, "code");
    if (step->answer == LC_ANSWER_DENY)
        lc_json_put_integer(json, step->code);
    else
        lc_json_put_null(json);
    put(json, "message", step->message);
    lc_json_key(json, "facts");
    lc_json_begin_array(json);
    for (size_t i = 0; i < step->fact_count; i++) {
        lc_json_begin_object(json);
        put(json, "name", step->facts[i].name);
        put(json, "value", step->facts[i].value);
        lc_json_end_object(json);
    }
    lc_json_end_array(json);
    lc_json_end_object(json);
}

/* Built-in rules that said nothing are many, and only counted. */
static bool is_shown(const struct policy_step *step)
{
    return step->rule >= LC_POLICY_BUILTINS || step->answer != LC_ANSWER_NOTHING;
}

bool policy_html_add(struct policy_html *html, const struct policy_case *item,
                     const struct policy_try *try, struct lc_err *err)
{
    struct lc_json_writer *json = &html->json;
    int64_t silent = 0;

    lc_json_begin_object(json);
    policy_try_put_members(html->policy, item, try, json);
    lc_json_key(json, "steps");
    lc_json_begin_array(json);
    for (size_t i = 0; i < try->step_count; i++) {
        if (is_shown(&try->steps[i]))
            put_step(json, &try->steps[i]);
        else
            silent++;
    }
    lc_json_end_array(json);
    lc_json_member_integer(json, "silent", silent);
    lc_json_end_object(json);
    return lc_buf_check(&html->data, err);
}

bool policy_html_end(struct policy_html *html, const char *path, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf title = LC_BUF_INIT(64u * 1024);

    lc_json_end_array(&html->json);
    lc_json_end_object(&html->json);
    lc_buf_printf(&title, "Decisions of %s", bind_policy_main(html->policy));
    const struct page page = {
        .name = "policy",
        .title = title.data,
        .data = html->data.data,
        .data_len = html->data.len,
    };
    return lc_buf_check(&html->data, err) && lc_buf_check(&title, err) &&
           page_write(path, &page, err);
}
