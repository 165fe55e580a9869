/* The files that packing makes of charmcraft.yaml, as charmcraft makes them. */
#include <string.h>

#include "base/yaml.h"
#include "charm/meta_private.h"

/* What charmcraft.yaml says to the packer, or what goes into another file. */
static const char *const not_metadata[] = {
    "type",    "base",     "bases",    "build-base", "platforms", "parts",   "config",
    "actions", "analysis", "charmhub", "charm-libs", "links",     "version", "title",
};

/* Of `links`, and under which key metadata.yaml has it. */
static const struct {
    const char *link;
    const char *key;
} links[] = {
    { "contact", "maintainers" }, { "documentation", "docs" }, { "issues", "issues" },
    { "source", "source" },       { "website", "website" },
};

static bool put(struct lc_json *object, const char *key, const struct lc_json *value,
                struct lc_err *err)
{
    struct lc_json *copy = lc_json_dup(value);

    return copy != NULL && lc_json_take_member(object, key, copy) ? true : lc_fail_memory(err);
}

static bool put_metadata(void *context, const char *key, const struct lc_json *value,
                         struct lc_err *err)
{
    for (size_t i = 0; i < LC_COUNT(not_metadata); i++)
        if (strcmp(key, not_metadata[i]) == 0)
            return true;
    return put(context, key, value, err);
}

/* One contact is a list of one in metadata.yaml. */
static bool put_link(struct lc_json *metadata, const char *key, const struct lc_json *value,
                     struct lc_err *err)
{
    if (strcmp(key, "maintainers") != 0 || lc_json_type(value) != LC_JSON_STRING)
        return put(metadata, key, value, err);
    LC_AUTO(lc_json_free) struct lc_json *list = lc_json_new_array();
    struct lc_json *copy = lc_json_dup(value);
    if (list == NULL || copy == NULL) {
        lc_json_free(copy);
        return lc_fail_memory(err);
    }
    return lc_json_take_element(list, copy) ? put(metadata, key, list, err) : lc_fail_memory(err);
}

static bool make_metadata(const struct lc_json *root, struct lc_json **out, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *metadata = lc_json_new_object();
    const struct lc_json *title = lc_json_get(root, "title");

    if (metadata == NULL)
        return lc_fail_memory(err);
    if (!lc_json_each(root, put_metadata, metadata, err))
        return false;
    if (title != NULL && lc_json_get(root, "display-name") == NULL &&
        !put(metadata, "display-name", title, err))
        return false;
    for (size_t i = 0; i < LC_COUNT(links); i++) {
        const struct lc_json *value = lc_json_get(lc_json_get(root, "links"), links[i].link);
        if (value != NULL && !put_link(metadata, links[i].key, value, err))
            return false;
    }
    *out = LC_STEAL(metadata);
    return true;
}

static bool write(const struct lc_json *tree, struct lc_buf *out, struct lc_err *err)
{
    LC_AUTO(lc_yaml_writer_free) struct lc_yaml_writer *writer = NULL;

    if (!lc_yaml_writer_new(out, &writer, err))
        return false;
    lc_yaml_put(writer, tree);
    return lc_yaml_writer_finish(writer, err);
}

static bool derive_metadata(const struct lc_charm_meta *meta, struct lc_buf *out,
                            struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *metadata = NULL;

    return make_metadata(meta->files[CHARM_CHARMCRAFT], &metadata, err) &&
           write(metadata, out, err);
}

bool lc_charm_meta_derive(const struct lc_charm_meta *meta, enum lc_charm_derived which,
                          struct lc_buf *out, struct lc_err *err)
{
    static const struct {
        int file;
        const char *section;
    } parts[] = {
        [LC_CHARM_DERIVED_CONFIG] = { CHARM_CONFIG, "config" },
        [LC_CHARM_DERIVED_ACTIONS] = { CHARM_ACTIONS, "actions" },
    };

    if (meta->has_metadata_yaml)
        return true;
    if (which == LC_CHARM_DERIVED_METADATA)
        return derive_metadata(meta, out, err);
    const struct lc_json *section = lc_json_get(meta->files[CHARM_CHARMCRAFT],
                                                parts[which].section);
    return section == NULL || meta->files[parts[which].file] != NULL || write(section, out, err);
}

const char *lc_charm_derived_name(enum lc_charm_derived which)
{
    static const char *const names[LC_CHARM_DERIVED_COUNT] = {
        "metadata.yaml",
        "config.yaml",
        "actions.yaml",
    };

    return names[which];
}
