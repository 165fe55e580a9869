/* Names: look-ups by name, the hooks that a charm can have, and the grammars. */
#include <string.h>

#include "base/text.h"
#include "charm/meta.h"

const struct lc_charm_endpoint *lc_charm_meta_endpoint(const struct lc_charm_meta *meta,
                                                       const char *name)
{
    for (size_t i = 0; i < meta->endpoint_count; i++)
        if (strcmp(meta->endpoints[i].name, name) == 0)
            return &meta->endpoints[i];
    return NULL;
}

const struct lc_charm_option *lc_charm_meta_option(const struct lc_charm_meta *meta,
                                                   const char *name)
{
    for (size_t i = 0; i < meta->option_count; i++)
        if (strcmp(meta->options[i].name, name) == 0)
            return &meta->options[i];
    return NULL;
}

const struct lc_charm_action *lc_charm_meta_action(const struct lc_charm_meta *meta,
                                                   const char *name)
{
    for (size_t i = 0; i < meta->action_count; i++)
        if (strcmp(meta->actions[i].name, name) == 0)
            return &meta->actions[i];
    return NULL;
}

const struct lc_charm_storage *lc_charm_meta_storage(const struct lc_charm_meta *meta,
                                                     const char *name)
{
    for (size_t i = 0; i < meta->storage_count; i++)
        if (strcmp(meta->storages[i].name, name) == 0)
            return &meta->storages[i];
    return NULL;
}

const struct lc_charm_resource *lc_charm_meta_resource(const struct lc_charm_meta *meta,
                                                       const char *name)
{
    for (size_t i = 0; i < meta->resource_count; i++)
        if (strcmp(meta->resources[i].name, name) == 0)
            return &meta->resources[i];
    return NULL;
}

bool lc_charm_meta_has_container(const struct lc_charm_meta *meta, const char *name)
{
    for (size_t i = 0; i < meta->container_count; i++)
        if (strcmp(meta->containers[i], name) == 0)
            return true;
    return false;
}

/* juju-hooks 1.1. */
static const char *const unit_hooks[] = {
    "install",
    "start",
    "stop",
    "remove",
    "config-changed",
    "upgrade-charm",
    "update-status",
    "leader-elected",
    "leader-settings-changed",
    "secret-changed",
    "secret-expired",
    "secret-remove",
    "secret-rotate",
    "pre-series-upgrade",
    "post-series-upgrade",
};

enum owner { ENDPOINT, STORAGE, CONTAINER };

static const struct {
    const char *suffix;
    enum owner owner;
} named_hooks[] = {
    { "-relation-created", ENDPOINT },        { "-relation-joined", ENDPOINT },
    { "-relation-changed", ENDPOINT },        { "-relation-departed", ENDPOINT },
    { "-relation-broken", ENDPOINT },         { "-storage-attached", STORAGE },
    { "-storage-detaching", STORAGE },        { "-pebble-ready", CONTAINER },
    { "-pebble-custom-notice", CONTAINER },   { "-pebble-check-failed", CONTAINER },
    { "-pebble-check-recovered", CONTAINER },
};

static bool owns(const struct lc_charm_meta *meta, size_t hook, const char *name)
{
    if (named_hooks[hook].owner == STORAGE)
        return lc_charm_meta_storage(meta, name) != NULL;
    if (named_hooks[hook].owner == CONTAINER)
        return lc_charm_meta_has_container(meta, name);
    const struct lc_charm_endpoint *endpoint = lc_charm_meta_endpoint(meta, name);
    if (endpoint == NULL)
        return false;
    /* A peer relation is never broken (juju-hooks 1.8). */
    return endpoint->role != LC_CHARM_PEERS ||
           strcmp(named_hooks[hook].suffix, "-relation-broken") != 0;
}

bool lc_charm_meta_can_fire(const struct lc_charm_meta *meta, const char *hook_name)
{
    char name[256];
    const size_t len = strlen(hook_name);

    for (size_t i = 0; i < LC_COUNT(unit_hooks); i++)
        if (strcmp(unit_hooks[i], hook_name) == 0)
            return true;
    for (size_t i = 0; i < LC_COUNT(named_hooks); i++) {
        const size_t suffix_len = strlen(named_hooks[i].suffix);
        if (!lc_text_has_suffix(hook_name, named_hooks[i].suffix) ||
            len - suffix_len >= sizeof(name))
            continue;
        memcpy(name, hook_name, len - suffix_len);
        name[len - suffix_len] = '\0';
        if (owns(meta, i, name))
            return true;
    }
    return false;
}

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

/* [a-z][a-z0-9]*(-[a-z0-9]*[a-z][a-z0-9]*)*: every part after a hyphen has a letter. */
bool lc_charm_is_app_name(const char *text)
{
    if (*text == '\0' || strchr(LOWER, *text) == NULL)
        return false;
    for (;;) {
        const size_t len = strspn(text, LOWER DIGITS);
        if (strcspn(text, LOWER) >= len)
            return false;
        text += len;
        if (*text == '\0')
            return true;
        if (*text++ != '-')
            return false;
    }
}

/* [a-zA-Z][a-zA-Z0-9]*([_-][a-zA-Z0-9]+)* */
bool lc_charm_is_endpoint_name(const char *text)
{
    static const char letters[] = LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS;

    if (*text == '\0' || strchr(DIGITS, *text) != NULL)
        return false;
    for (;;) {
        const size_t len = strspn(text, letters);
        if (len == 0)
            return false;
        text += len;
        if (*text == '\0')
            return true;
        if (*text != '-' && *text != '_')
            return false;
        text++;
    }
}

/* [a-z]([a-z0-9-]*[a-z0-9])? */
bool lc_charm_is_action_name(const char *text)
{
    const size_t len = strlen(text);

    return len > 0 && strchr(LOWER, text[0]) != NULL && strspn(text, LOWER DIGITS "-") == len &&
           text[len - 1] != '-';
}
