/* What a charm says about itself: metadata.yaml, config.yaml and actions.yaml, or charmcraft.yaml,
 * which may hold all three. Each of the older files counts alone where it is there, as in a packed
 * charm. Errors name file and key: "charmcraft.yaml: requires.db.interface: expected a string". */
#ifndef LC_CHARM_META_H
#define LC_CHARM_META_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"

enum lc_charm_role { LC_CHARM_REQUIRES, LC_CHARM_PROVIDES, LC_CHARM_PEERS };

const char *lc_charm_role_name(enum lc_charm_role role); /* "requires"; static */

/* All texts are views that live as long as the metadata. */
struct lc_charm_endpoint {
    const char *name;
    const char *interface;
    enum lc_charm_role role;
    int64_t limit; /* how many relations it may have; 0: any number */
    bool container_scope;
};

struct lc_charm_option {
    const char *name;
    const char *type;                    /* "string", "int", "float", "boolean", "secret" */
    const char *description;             /* "" when there is none */
    const struct lc_json *default_value; /* NULL when there is none */
};

struct lc_charm_action {
    const char *name;
    const char *description;        /* "" when there is none */
    const struct lc_json *params;   /* the schema's properties, by name; NULL when there are none */
    const struct lc_json *required; /* an array of names, or NULL */
    bool additional;                /* parameters that are not in the schema are taken */
};

struct lc_charm_storage {
    const char *name;
    const char *type;     /* "filesystem" or "block" */
    const char *location; /* NULL when the model chooses */
    int64_t least;        /* how many instances there are from the start */
};

struct lc_charm_resource {
    const char *name;     /* without a slash, not . or .., as a storage's, and the filename */
    const char *type;     /* "file" or "oci-image" */
    const char *filename; /* NULL for images */
};

struct lc_charm_meta {
    struct lc_json *files[4]; /* owned; what the views look at */
    const char *name;
    const char *summary; /* "" when there is none */
    const char *description;
    bool subordinate;
    bool has_metadata_yaml;
    struct lc_charm_endpoint *endpoints; /* owned, in the order of the files, as all below */
    size_t endpoint_count;
    struct lc_charm_option *options;
    size_t option_count;
    struct lc_charm_action *actions;
    size_t action_count;
    struct lc_charm_storage *storages;
    size_t storage_count;
    struct lc_charm_resource *resources;
    size_t resource_count;
    const char **containers;
    size_t container_count;
    const char **bindings; /* extra-bindings */
    size_t binding_count;
};

/* folder: a charm, packed or not. LC_ENOTFOUND when it has neither metadata.yaml nor
 * charmcraft.yaml with a name; LC_EPARSE names file and key; LC_ELIMIT, LC_EPERM, LC_EIO,
 * LC_ENOMEM. */
bool lc_charm_meta_load(const char *folder, struct lc_charm_meta **out, struct lc_err *err)
    LC_MUST_CHECK;
void lc_charm_meta_free(struct lc_charm_meta *meta);
LC_AUTO_POINTER(struct lc_charm_meta, lc_charm_meta_free);

/* NULL when there is none of that name. */
const struct lc_charm_endpoint *lc_charm_meta_endpoint(const struct lc_charm_meta *meta,
                                                       const char *name);
const struct lc_charm_option *lc_charm_meta_option(const struct lc_charm_meta *meta,
                                                   const char *name);
const struct lc_charm_action *lc_charm_meta_action(const struct lc_charm_meta *meta,
                                                   const char *name);
const struct lc_charm_storage *lc_charm_meta_storage(const struct lc_charm_meta *meta,
                                                     const char *name);
const struct lc_charm_resource *lc_charm_meta_resource(const struct lc_charm_meta *meta,
                                                       const char *name);
bool lc_charm_meta_has_container(const struct lc_charm_meta *meta, const char *name);

/* Whether Juju could ever run this hook for the charm: a unit's own hook, or one of an endpoint, a
 * storage or a container that it declares (juju-hooks 1.1). Actions are not hooks. */
bool lc_charm_meta_can_fire(const struct lc_charm_meta *meta, const char *hook_name);

/* The older files that packing makes of charmcraft.yaml, for which alone Juju looks. */
enum lc_charm_derived {
    LC_CHARM_DERIVED_METADATA,
    LC_CHARM_DERIVED_CONFIG,
    LC_CHARM_DERIVED_ACTIONS,
    LC_CHARM_DERIVED_COUNT
};

const char *lc_charm_derived_name(enum lc_charm_derived which); /* "metadata.yaml"; static */

/* Its YAML text; nothing is added when the charm has such a file, or nothing to put into one.
 * LC_ELIMIT, LC_ENOMEM. */
bool lc_charm_meta_derive(const struct lc_charm_meta *meta, enum lc_charm_derived which,
                          struct lc_buf *out, struct lc_err *err) LC_MUST_CHECK;

/* Name grammars (juju-hooks 0). The endpoint's is juju/names RelationSnippet. */
bool lc_charm_is_app_name(const char *text);
bool lc_charm_is_endpoint_name(const char *text);
bool lc_charm_is_action_name(const char *text);

#endif
