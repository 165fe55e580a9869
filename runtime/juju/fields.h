/* The texts of a hook's environment and event by name: for those who carry them all over into
 * another form, a Lua table or JSON. */
#ifndef LC_JUJU_FIELDS_H
#define LC_JUJU_FIELDS_H

#include "base/json.h"
#include "juju/env.h"

/* A char * of a struct, under its own name. */
struct lc_text_field {
    const char *name;
    size_t offset;
};

extern const struct lc_text_field lc_env_fields[];   /* of struct lc_hook_env; end with NULL */
extern const struct lc_text_field lc_event_fields[]; /* of struct lc_event */

/* NULL where the struct has NULL; a view. */
const char *lc_field_text(const void *from, const struct lc_text_field *field);

/* Members of an object that was begun; what is NULL is left out. */
void lc_fields_put(const void *from, const struct lc_text_field *fields,
                   struct lc_json_writer *out);

/* Replace the texts by those members of an object that are there. LC_EUSAGE for one that is no
 * text. */
bool lc_fields_take(void *into, const struct lc_text_field *fields, const struct lc_json *object,
                    struct lc_err *err) LC_MUST_CHECK;

#endif
