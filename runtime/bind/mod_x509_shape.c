/* What is issued, as a table says it. */
#include "bind/x509.h"

static const char *const nothing[] = { NULL };

static void release_shape(void *held)
{
    struct bind_shape *shape = held;

    lc_strlist_release(&shape->key_usage);
    lc_strlist_release(&shape->extended_key_usage);
    lc_strlist_release(&shape->copy_extensions);
}

struct bind_shape *bind_scratch_shape(lua_State *L)
{
    struct bind_shape *shape = bind_scratch(L, sizeof(*shape), release_shape);

    shape->shape = (struct lc_cert_shape)LC_CERT_SHAPE_INIT;
    return shape;
}

/* A list that is there and empty is not the default. */
static const char *const *read_list(lua_State *L, int index, const char *name,
                                    struct lc_strlist *list)
{
    if (!bind_field_strings(L, index, name, list))
        return NULL;
    return list->count == 0 ? nothing : (const char *const *)list->items;
}

static void read_times(lua_State *L, int index, struct lc_cert_shape *shape)
{
    if (!bind_field_is_set(L, index, "validity"))
        bind_misuse(L, "validity: expected a duration such as \"90d\", got nothing");
    shape->validity_s = bind_field_duration(L, index, "validity", 0);
    shape->not_before = bind_field_integer(L, index, "not_before",
                                           lc_clock_now(&bind_context(L)->clock));
    const lua_Integer length = bind_field_integer(L, index, "path_length", -1);
    if (bind_field_is_set(L, index, "path_length") && (length < 0 || length > 100))
        bind_misuse(L, "path_length: expected 0 to 100, got %lld", (long long)length);
    shape->path_length = (int)length;
}

void bind_read_shape(lua_State *L, int index, struct bind_shape *out)
{
    static const char *const options[] = {
        "validity",  "not_before",         "is_ca",           "path_length",
        "key_usage", "extended_key_usage", "copy_extensions", NULL,
    };

    bind_check_options(L, index, options);
    read_times(L, index, &out->shape);
    out->shape.is_ca = bind_field_boolean(L, index, "is_ca", false);
    if (!out->shape.is_ca && out->shape.path_length >= 0)
        bind_misuse(L, "path_length: only with is_ca = true");
    out->shape.key_usage = read_list(L, index, "key_usage", &out->key_usage);
    out->shape.extended_key_usage = read_list(L, index, "extended_key_usage",
                                              &out->extended_key_usage);
    out->shape.copy_extensions = read_list(L, index, "copy_extensions", &out->copy_extensions);
}

void bind_read_ca_shape(lua_State *L, int index, struct bind_shape *out)
{
    static const char *const options[] = { "validity", "not_before", "path_length", NULL };

    bind_check_options(L, index, options);
    read_times(L, index, &out->shape);
    out->shape.is_ca = true;
}
