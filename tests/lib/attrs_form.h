/* Whether two sets of attributes are one key of a look-up. */
#ifndef TESTS_LIB_ATTRS_FORM_H
#define TESTS_LIB_ATTRS_FORM_H

#include <string.h>

#include "rows.h"
#include "x509/attrs.h"

static inline bool same_form(const struct lc_attrs *a, const struct lc_attrs *b)
{
    LC_AUTO(lc_buf_release) struct lc_buf form_a = LC_BUF_INIT(LC_ATTRS_FORM_MAX_BYTES);
    LC_AUTO(lc_buf_release) struct lc_buf form_b = LC_BUF_INIT(LC_ATTRS_FORM_MAX_BYTES);
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_attrs_encode(a, &form_a, &err));
    assert_done(lc_attrs_encode(b, &form_b, &err));
    return form_a.len == form_b.len && memcmp(form_a.data, form_b.data, form_a.len) == 0;
}

#endif
