/* The metadata's frame: which files there are, and the parts of metadata.yaml. */
#include "charm/meta.h"

#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"
#include "charm/meta_private.h"

static const char *const file_names[] = {
    [CHARM_METADATA] = "metadata.yaml",
    [CHARM_CONFIG] = "config.yaml",
    [CHARM_ACTIONS] = "actions.yaml",
    [CHARM_CHARMCRAFT] = "charmcraft.yaml",
};

static const char *const role_names[] = {
    [LC_CHARM_REQUIRES] = "requires",
    [LC_CHARM_PROVIDES] = "provides",
    [LC_CHARM_PEERS] = "peers",
};

const char *lc_charm_role_name(enum lc_charm_role role)
{
    return role_names[role];
}

void lc_charm_meta_free(struct lc_charm_meta *meta)
{
    if (meta == NULL)
        return;
    for (size_t i = 0; i < LC_COUNT(meta->files); i++)
        lc_json_free(meta->files[i]);
    lc_free(meta->endpoints);
    lc_free(meta->options);
    lc_free(meta->actions);
    lc_free(meta->storages);
    lc_free(meta->resources);
    lc_free(meta->containers);
    lc_free(meta->bindings);
    lc_free(meta);
}

bool charm_refuse(const struct charm_place *place, const char *key, const char *wanted,
                  const struct lc_json *got, struct lc_err *err)
{
    const char *item = place->item == NULL ? "" : place->item;

    return lc_fail(err, LC_EPARSE, "%s: %s%s%s%s%s: expected %s, got %s", place->file,
                   place->section, item[0] == '\0' ? "" : ".", item, key == NULL ? "" : ".",
                   key == NULL ? "" : key, wanted, lc_json_type_name(lc_json_type(got)));
}

static bool is_absent(const struct lc_json *value)
{
    return lc_json_type(value) <= LC_JSON_NULL;
}

bool charm_read_typed(const struct charm_place *place, const struct lc_json *object,
                      const char *key, enum lc_json_type type, const struct lc_json **out,
                      struct lc_err *err)
{
    const struct lc_json *value = lc_json_get(object, key);

    if (is_absent(value))
        return true;
    if (lc_json_type(value) != type)
        return charm_refuse(place, key, lc_json_type_name(type), value, err);
    *out = value;
    return true;
}

bool charm_read_text(const struct charm_place *place, const struct lc_json *object, const char *key,
                     const char **out, struct lc_err *err)
{
    const struct lc_json *value = NULL;

    if (!charm_read_typed(place, object, key, LC_JSON_STRING, &value, err))
        return false;
    if (value != NULL)
        *out = lc_json_string(value);
    return true;
}

bool charm_read_flag(const struct charm_place *place, const struct lc_json *object, const char *key,
                     bool *out, struct lc_err *err)
{
    const struct lc_json *value = NULL;

    if (!charm_read_typed(place, object, key, LC_JSON_BOOLEAN, &value, err))
        return false;
    if (value != NULL)
        *out = lc_json_boolean(value);
    return true;
}

bool charm_grow(void *array, size_t count, size_t size, struct lc_err *err)
{
    size_t capacity = count; /* metadata is small: it grows one by one */
    void *items;

    memcpy(&items, array, sizeof(items));
    items = lc_resize(items, capacity + 1, size);
    if (items == NULL)
        return lc_fail_memory(err);
    memcpy(array, &items, sizeof(items));
    return true;
}

static bool read_member(void *context, const char *key, const struct lc_json *value,
                        struct lc_err *err)
{
    struct charm_section *section = context;

    section->place.item = key;
    return section->read(section, value, err);
}

bool charm_read_section(struct charm_section *section, const struct lc_json *value,
                        struct lc_err *err)
{
    section->place.item = NULL;
    if (is_absent(value))
        return true;
    if (lc_json_type(value) != LC_JSON_OBJECT)
        return charm_refuse(&section->place, NULL, "a mapping of names", value, err);
    return lc_json_each(value, read_member, section, err);
}

static bool read_endpoint(struct charm_section *section, const struct lc_json *value,
                          struct lc_err *err)
{
    struct lc_charm_meta *meta = section->meta;
    struct charm_place *place = &section->place;
    struct lc_charm_endpoint endpoint = { .name = place->item,
                                          .role = (enum lc_charm_role)section->detail };
    const struct lc_json *limit = NULL;
    const char *scope = "global";

    if (!lc_charm_is_endpoint_name(endpoint.name))
        return lc_fail(err, LC_EPARSE, "%s: %s: '%s' is not an endpoint's name", place->file,
                       place->section, endpoint.name);
    if (lc_charm_meta_endpoint(meta, endpoint.name) != NULL)
        return lc_fail(err, LC_EPARSE, "%s: %s.%s: there is another endpoint of this name",
                       place->file, place->section, endpoint.name);
    if (lc_json_type(value) == LC_JSON_STRING) { /* the short form, db: mysql */
        endpoint.interface = lc_json_string(value);
    } else if (lc_json_type(value) != LC_JSON_OBJECT) {
        return charm_refuse(place, NULL, "a mapping with an interface", value, err);
    } else if (!charm_read_text(place, value, "interface", &endpoint.interface, err) ||
               !charm_read_typed(place, value, "limit", LC_JSON_INTEGER, &limit, err) ||
               !charm_read_text(place, value, "scope", &scope, err)) {
        return false;
    }
    if (endpoint.interface == NULL || endpoint.interface[0] == '\0')
        return charm_refuse(place, "interface", "a name", NULL, err);
    endpoint.limit = lc_json_integer(limit);
    endpoint.container_scope = strcmp(scope, "container") == 0;
    if (!charm_grow(&meta->endpoints, meta->endpoint_count, sizeof(endpoint), err))
        return false;
    meta->endpoints[meta->endpoint_count++] = endpoint;
    return true;
}

/* "multiple: range:" as "2", "0-1" or "1-"; the first number is how many are there at once. */
static bool read_range(const struct charm_place *place, const struct lc_json *multiple,
                       int64_t *least_out, struct lc_err *err)
{
    const struct lc_json *range = lc_json_get(multiple, "range");
    const char *text = lc_json_string(range);

    if (is_absent(range))
        return true;
    *least_out = lc_json_integer(range);
    if (lc_json_type(range) == LC_JSON_INTEGER)
        return true;
    if (text == NULL)
        return charm_refuse(place, "multiple.range", "a number or a range", range, err);
    LC_AUTO(lc_free) char *first = lc_strndup(text, strcspn(text, "-+"));
    if (first == NULL)
        return lc_fail_memory(err);
    if (!lc_text_to_number(first, 1000, least_out))
        return charm_refuse(place, "multiple.range", "a range such as \"0-1\"", range, err);
    return true;
}

/* Of what becomes a name in a folder of the unit's, so that it stays in there. Juju refuses a slash
 * in a resource's filename in the same way. */
static bool check_file_name(const struct charm_place *place, const char *key, const char *name,
                            struct lc_err *err)
{
    if (*name != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
        strcmp(name, "..") != 0)
        return true;
    return lc_fail(err, LC_EPARSE, "%s: %s.%s%s: expected a name without '/', got '%s'",
                   place->file, place->section, place->item, key, name);
}

static bool read_storage(struct charm_section *section, const struct lc_json *value,
                         struct lc_err *err)
{
    struct lc_charm_meta *meta = section->meta;
    const struct charm_place *place = &section->place;
    struct lc_charm_storage storage = { .name = place->item, .type = "filesystem", .least = 1 };
    const struct lc_json *multiple = NULL;

    if (lc_json_type(value) != LC_JSON_OBJECT)
        return charm_refuse(place, NULL, "a mapping with a type", value, err);
    if (!check_file_name(place, "", storage.name, err) ||
        !charm_read_text(place, value, "type", &storage.type, err) ||
        !charm_read_text(place, value, "location", &storage.location, err) ||
        !charm_read_typed(place, value, "multiple", LC_JSON_OBJECT, &multiple, err) ||
        !read_range(place, multiple, &storage.least, err))
        return false;
    if (strcmp(storage.type, "filesystem") != 0 && strcmp(storage.type, "block") != 0)
        return lc_fail(err, LC_EPARSE, "%s: %s.%s.type: expected filesystem or block, got '%s'",
                       place->file, place->section, place->item, storage.type);
    if (!charm_grow(&meta->storages, meta->storage_count, sizeof(storage), err))
        return false;
    meta->storages[meta->storage_count++] = storage;
    return true;
}

static bool read_resource(struct charm_section *section, const struct lc_json *value,
                          struct lc_err *err)
{
    struct lc_charm_meta *meta = section->meta;
    const struct charm_place *place = &section->place;
    struct lc_charm_resource resource = { .name = place->item, .type = "file" };

    if (lc_json_type(value) != LC_JSON_OBJECT)
        return charm_refuse(place, NULL, "a mapping with a type", value, err);
    if (!check_file_name(place, "", resource.name, err) ||
        !charm_read_text(place, value, "type", &resource.type, err) ||
        !charm_read_text(place, value, "filename", &resource.filename, err) ||
        (resource.filename != NULL &&
         !check_file_name(place, ".filename", resource.filename, err)) ||
        !charm_grow(&meta->resources, meta->resource_count, sizeof(resource), err))
        return false;
    meta->resources[meta->resource_count++] = resource;
    return true;
}

static bool read_container(struct charm_section *section, const struct lc_json *value,
                           struct lc_err *err)
{
    struct lc_charm_meta *meta = section->meta;

    (void)value; /* its resource and mounts do not concern hooks */
    if (!charm_grow(&meta->containers, meta->container_count, sizeof(*meta->containers), err))
        return false;
    meta->containers[meta->container_count++] = section->place.item;
    return true;
}

static bool read_binding(struct charm_section *section, const struct lc_json *value,
                         struct lc_err *err)
{
    struct lc_charm_meta *meta = section->meta;

    (void)value; /* always null */
    if (!charm_grow(&meta->bindings, meta->binding_count, sizeof(*meta->bindings), err))
        return false;
    meta->bindings[meta->binding_count++] = section->place.item;
    return true;
}

/* The file that the name and the parts below come from: charmcraft.yaml only without the other. */
static int main_file(const struct lc_charm_meta *meta)
{
    return meta->files[CHARM_METADATA] != NULL ? CHARM_METADATA : CHARM_CHARMCRAFT;
}

static bool read_parts(struct lc_charm_meta *meta, struct lc_err *err)
{
    static const struct {
        const char *key;
        int detail;
        bool (*read)(struct charm_section *section, const struct lc_json *value,
                     struct lc_err *err);
    } parts[] = {
        { "requires", LC_CHARM_REQUIRES, read_endpoint },
        { "provides", LC_CHARM_PROVIDES, read_endpoint },
        { "peers", LC_CHARM_PEERS, read_endpoint },
        { "storage", 0, read_storage },
        { "resources", 0, read_resource },
        { "containers", 0, read_container },
        { "extra-bindings", 0, read_binding },
    };

    for (size_t i = 0; i < LC_COUNT(parts); i++) {
        struct charm_section section = { .meta = meta,
                                         .detail = parts[i].detail,
                                         .read = parts[i].read };
        section.place = (struct charm_place){ .file = file_names[main_file(meta)],
                                              .section = parts[i].key };
        const struct lc_json *value = lc_json_get(meta->files[main_file(meta)], parts[i].key);
        if (!charm_read_section(&section, value, err))
            return false;
    }
    return true;
}

static bool read_config(struct lc_charm_meta *meta, struct lc_err *err)
{
    struct charm_section section = { .meta = meta, .read = charm_read_option };
    const struct lc_json *options;

    if (meta->files[CHARM_CONFIG] != NULL) {
        section.place = (struct charm_place){ .file = file_names[CHARM_CONFIG],
                                              .section = "options" };
        options = lc_json_get(meta->files[CHARM_CONFIG], "options");
    } else {
        section.place = (struct charm_place){ .file = file_names[CHARM_CHARMCRAFT],
                                              .section = "config.options" };
        options = lc_json_get(lc_json_get(meta->files[CHARM_CHARMCRAFT], "config"), "options");
    }
    return charm_read_section(&section, options, err);
}

static bool read_actions(struct lc_charm_meta *meta, struct lc_err *err)
{
    struct charm_section section = { .meta = meta, .read = charm_read_action };
    const bool own_file = meta->files[CHARM_ACTIONS] != NULL;

    section.place = (struct charm_place){
        .file = file_names[own_file ? CHARM_ACTIONS : CHARM_CHARMCRAFT], .section = "actions"
    };
    return charm_read_section(&section,
                              own_file ? meta->files[CHARM_ACTIONS]
                                       : lc_json_get(meta->files[CHARM_CHARMCRAFT], "actions"),
                              err);
}

static bool read_head(struct lc_charm_meta *meta, struct lc_err *err)
{
    const int file = main_file(meta);
    const struct lc_json *root = meta->files[file];
    struct charm_place place = { .file = file_names[file], .section = "name" };

    if (lc_json_get_string(root, "name") == NULL)
        return lc_fail(err, LC_EPARSE, "%s: name: expected a string, got %s", place.file,
                       lc_json_type_name(lc_json_type(lc_json_get(root, "name"))));
    meta->name = lc_json_get_string(root, "name");
    if (!lc_charm_is_app_name(meta->name))
        return lc_fail(err, LC_EPARSE, "%s: name: '%s' is not a charm's name", place.file,
                       meta->name);
    place.section = "the file";
    return charm_read_text(&place, root, "summary", &meta->summary, err) &&
           charm_read_text(&place, root, "description", &meta->description, err) &&
           charm_read_flag(&place, root, "subordinate", &meta->subordinate, err);
}

/* Absent files stay NULL. */
static bool load_file(const char *folder, int file, struct lc_json **out, struct lc_err *err)
{
    LC_AUTO(lc_free) char *path = lc_path_join(folder, file_names[file]);
    LC_AUTO(lc_free) char *text = NULL;
    size_t len;

    if (path == NULL)
        return lc_fail_memory(err);
    if (!lc_file_read(path, LC_YAML_MAX_BYTES, &text, &len, err)) {
        if (err->code != LC_ENOTFOUND)
            return false;
        *err = (struct lc_err)LC_ERR_INIT;
        return true;
    }
    if (!lc_yaml_parse(text, len, 0, out, err))
        return lc_wrap(err, "%s", file_names[file]);
    if (lc_json_type(*out) != LC_JSON_OBJECT && !is_absent(*out))
        return lc_fail(err, LC_EPARSE, "%s: expected a mapping, got %s", file_names[file],
                       lc_json_type_name(lc_json_type(*out)));
    return true;
}

bool lc_charm_meta_load(const char *folder, struct lc_charm_meta **out, struct lc_err *err)
{
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = lc_alloc(1, sizeof(*meta));

    if (meta == NULL)
        return lc_fail_memory(err);
    meta->summary = meta->description = "";
    for (int file = 0; file < (int)LC_COUNT(file_names); file++)
        if (!load_file(folder, file, &meta->files[file], err))
            return lc_wrap(err, "%s", folder);
    meta->has_metadata_yaml = meta->files[CHARM_METADATA] != NULL;
    if (!meta->has_metadata_yaml && meta->files[CHARM_CHARMCRAFT] == NULL)
        return lc_fail(err, LC_ENOTFOUND,
                       "%s: not a charm: neither metadata.yaml nor charmcraft.yaml is there",
                       folder);
    if (!read_head(meta, err) || !read_parts(meta, err) || !read_config(meta, err) ||
        !read_actions(meta, err))
        return lc_wrap(err, "%s", folder);
    *out = LC_STEAL(meta);
    return true;
}
