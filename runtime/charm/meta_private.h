/* What meta.c and the readers of its parts share. */
#ifndef LC_CHARM_META_PRIVATE_H
#define LC_CHARM_META_PRIVATE_H

#include "charm/meta.h"

enum { CHARM_METADATA, CHARM_CONFIG, CHARM_ACTIONS, CHARM_CHARMCRAFT };

/* Where a value stands, for messages: "config.yaml: options.port". */
struct charm_place {
    const char *file;
    const char *section;
    const char *item; /* NULL: the section itself */
};

/* "FILE: SECTION.ITEM.KEY: expected WANTED, got ..."; key may be NULL. Always false. */
bool charm_refuse(const struct charm_place *place, const char *key, const char *wanted,
                  const struct lc_json *got, struct lc_err *err);

/* A member that is absent or null leaves *out as it is. */
bool charm_read_text(const struct charm_place *place, const struct lc_json *object, const char *key,
                     const char **out, struct lc_err *err) LC_MUST_CHECK;
bool charm_read_flag(const struct charm_place *place, const struct lc_json *object, const char *key,
                     bool *out, struct lc_err *err) LC_MUST_CHECK;
/* A member that must have this type where it is there. */
bool charm_read_typed(const struct charm_place *place, const struct lc_json *object,
                      const char *key, enum lc_json_type type, const struct lc_json **out,
                      struct lc_err *err) LC_MUST_CHECK;

/* Calls read for each member of the section, which must be an object (or absent). */
struct charm_section {
    struct lc_charm_meta *meta;
    struct charm_place place;
    int detail; /* the reader's own, such as a role */
    bool (*read)(struct charm_section *section, const struct lc_json *value, struct lc_err *err);
};
bool charm_read_section(struct charm_section *section, const struct lc_json *value,
                        struct lc_err *err) LC_MUST_CHECK;

bool charm_read_option(struct charm_section *section, const struct lc_json *value,
                       struct lc_err *err) LC_MUST_CHECK;
bool charm_read_action(struct charm_section *section, const struct lc_json *value,
                       struct lc_err *err) LC_MUST_CHECK;

/* Room for one more of count items; LC_ENOMEM. */
bool charm_grow(void *array, size_t count, size_t size, struct lc_err *err) LC_MUST_CHECK;

#endif
