/* The decisions of a policy as one page (cli/page.h): a list that can be filtered, and how each
 * came about. */
#ifndef LC_CLI_POLICY_HTML_H
#define LC_CLI_POLICY_HTML_H

#include "cli/policy_try.h"

/* The page's data, put together request by request:
 *     begin; add for each; end, which writes the file. */
struct policy_html {
    const struct bind_policy *policy;
    struct lc_buf data;
    struct lc_json_writer json; /* into data: the struct stays where it is */
};

void policy_html_begin(struct policy_html *html, const struct bind_policy *policy);

/* try: with its steps. */
bool policy_html_add(struct policy_html *html, const struct policy_case *item,
                     const struct policy_try *try, struct lc_err *err) LC_MUST_CHECK;
bool policy_html_end(struct policy_html *html, const char *path, struct lc_err *err) LC_MUST_CHECK;
void policy_html_release(struct policy_html *html);
LC_AUTO_VALUE(struct policy_html, policy_html_release);

#endif
