/* The parts of the metadata that describe values: config options and actions. */
#include <string.h>

#include "charm/meta_private.h"

static const struct {
    const char *name;
    enum lc_json_type json;
} option_types[] = {
    { "string", LC_JSON_STRING },   { "int", LC_JSON_INTEGER },   { "float", LC_JSON_REAL },
    { "boolean", LC_JSON_BOOLEAN }, { "secret", LC_JSON_STRING },
};

static bool check_default(const struct charm_place *place, const char *type,
                          const struct lc_json *value, struct lc_err *err)
{
    for (size_t i = 0; i < LC_COUNT(option_types); i++) {
        if (strcmp(option_types[i].name, type) != 0)
            continue;
        const enum lc_json_type got = lc_json_type(value);
        const bool whole_float = option_types[i].json == LC_JSON_REAL && got == LC_JSON_INTEGER;
        if (got <= LC_JSON_NULL || got == option_types[i].json || whole_float)
            return true;
        return charm_refuse(place, "default", lc_json_type_name(option_types[i].json), value, err);
    }
    return lc_fail(err, LC_EPARSE,
                   "%s: %s.%s.type: expected string, int, float, boolean or secret, got '%s'",
                   place->file, place->section, place->item, type);
}

bool charm_read_option(struct charm_section *section, const struct lc_json *value,
                       struct lc_err *err)
{
    struct lc_charm_meta *meta = section->meta;
    const struct charm_place *place = &section->place;
    struct lc_charm_option option = { .name = place->item, .type = "string", .description = "" };
    const struct lc_json *initial = lc_json_get(value, "default");

    if (lc_json_type(value) != LC_JSON_OBJECT)
        return charm_refuse(place, NULL, "a mapping with a type", value, err);
    if (!charm_read_text(place, value, "type", &option.type, err) ||
        !charm_read_text(place, value, "description", &option.description, err) ||
        !check_default(place, option.type, initial, err) ||
        !charm_grow(&meta->options, meta->option_count, sizeof(option), err))
        return false;
    if (lc_json_type(initial) != LC_JSON_NULL)
        option.default_value = initial;
    meta->options[meta->option_count++] = option;
    return true;
}

static bool check_properties(const struct charm_place *place, const struct lc_json *params,
                             struct lc_err *err)
{
    if (params != NULL && lc_json_type(params) != LC_JSON_OBJECT)
        return charm_refuse(place, "params", "a mapping of names", params, err);
    return true;
}

bool charm_read_action(struct charm_section *section, const struct lc_json *value,
                       struct lc_err *err)
{
    struct lc_charm_meta *meta = section->meta;
    const struct charm_place *place = &section->place;
    struct lc_charm_action action = { .name = place->item, .description = "" };

    if (!lc_charm_is_action_name(action.name))
        return lc_fail(err, LC_EPARSE, "%s: %s: '%s' is not an action's name", place->file,
                       place->section, action.name);
    if (lc_json_type(value) > LC_JSON_NULL && lc_json_type(value) != LC_JSON_OBJECT)
        return charm_refuse(place, NULL, "a mapping with a description", value, err);
    if (!charm_read_text(place, value, "description", &action.description, err) ||
        !charm_read_flag(place, value, "additionalProperties", &action.additional, err) ||
        !charm_read_typed(place, value, "required", LC_JSON_ARRAY, &action.required, err) ||
        !charm_read_typed(place, value, "params", LC_JSON_OBJECT, &action.params, err) ||
        !check_properties(place, action.params, err) ||
        !charm_grow(&meta->actions, meta->action_count, sizeof(action), err))
        return false;
    meta->actions[meta->action_count++] = action;
    return true;
}
