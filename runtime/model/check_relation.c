/* Which relation two words mean: "web" and "self-signed-ca:certificates". */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "model/check.h"

/* One word, and what its application has. */
struct side {
    char *app;
    char *endpoint; /* NULL: any */
    struct lc_charm_meta *meta;
};

static void side_release(struct side *side)
{
    lc_free(side->app);
    lc_free(side->endpoint);
    lc_charm_meta_free(side->meta);
}
LC_AUTO_VALUE(struct side, side_release);

void lc_choice_release(struct lc_choice *choice)
{
    lc_free(choice->requirer.app);
    lc_free(choice->requirer.endpoint);
    lc_free(choice->provider.app);
    lc_free(choice->provider.endpoint);
    lc_free(choice->interface);
    *choice = (struct lc_choice){ .interface = NULL };
}

/* Every application provides this one without declaring it. */
static const struct lc_charm_endpoint implicit = { .name = "juju-info",
                                                   .interface = "juju-info",
                                                   .role = LC_CHARM_PROVIDES };

static const struct lc_charm_endpoint *endpoint_at(const struct side *side, size_t index)
{
    if (index < side->meta->endpoint_count)
        return &side->meta->endpoints[index];
    return index == side->meta->endpoint_count ? &implicit : NULL;
}

static bool fail_endpoint(const struct side *side, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(1500);

    for (size_t i = 0; i < side->meta->endpoint_count; i++)
        lc_buf_printf(&list, "%s%s (%s %s)", i == 0 ? "" : ", ", side->meta->endpoints[i].name,
                      lc_charm_role_name(side->meta->endpoints[i].role),
                      side->meta->endpoints[i].interface);
    return lc_fail(err, LC_ENOTFOUND, "application '%s' has no endpoint '%s': there is %s",
                   side->app, side->endpoint, side->meta->endpoint_count == 0 ? "none" : list.data);
}

static bool read_side(struct lc_store *store, const char *word, struct side *out,
                      struct lc_err *err)
{
    LC_AUTO(lc_app_release) struct lc_app app = LC_APP_INIT;
    const char *colon = strchr(word, ':');

    out->app = lc_strndup(word, strcspn(word, ":"));
    out->endpoint = colon == NULL ? NULL : lc_strdup(colon + 1);
    if (out->app == NULL || (colon != NULL && out->endpoint == NULL))
        return lc_fail_memory(err);
    if (!lc_check_app(store, out->app, &app, &out->meta, err))
        return false;
    if (app.dying)
        return lc_fail(err, LC_ESTATE, "application '%s' is being removed", out->app);
    if (out->endpoint != NULL && strcmp(out->endpoint, implicit.name) != 0 &&
        lc_charm_meta_endpoint(out->meta, out->endpoint) == NULL)
        return fail_endpoint(out, err);
    return true;
}

static bool is_meant(const struct side *side, const struct lc_charm_endpoint *endpoint)
{
    return side->endpoint == NULL || strcmp(side->endpoint, endpoint->name) == 0;
}

/* A requirer and a provider of one interface. */
static bool fits(const struct lc_charm_endpoint *a, const struct lc_charm_endpoint *b)
{
    return a->role == LC_CHARM_REQUIRES && b->role == LC_CHARM_PROVIDES &&
           strcmp(a->interface, b->interface) == 0;
}

struct pairs {
    const struct side *requirer;
    const struct side *provider;
    const struct lc_charm_endpoint *requires;
    const struct lc_charm_endpoint *provides;
    size_t count;
    struct lc_buf list; /* "web:certificates ca:certificates; ..." */
};

static void add_pair(struct pairs *pairs, const struct side *requirer,
                     const struct lc_charm_endpoint *requires, const struct side *provider,
                     const struct lc_charm_endpoint *provides)
{
    if (!fits(requires, provides) || !is_meant(requirer, requires) || !is_meant(provider, provides))
        return;
    lc_buf_printf(&pairs->list, "%s'%s:%s %s:%s'", pairs->count == 0 ? "" : ", ", requirer->app,
                  requires->name, provider->app, provides->name);
    pairs->requirer = requirer;
    pairs->provider = provider;
    pairs->requires = requires;
    pairs->provides = provides;
    pairs->count++;
}

static void find_pairs(const struct side *a, const struct side *b, struct pairs *pairs)
{
    for (size_t i = 0; endpoint_at(a, i) != NULL; i++)
        for (size_t j = 0; endpoint_at(b, j) != NULL; j++) {
            add_pair(pairs, a, endpoint_at(a, i), b, endpoint_at(b, j));
            add_pair(pairs, b, endpoint_at(b, j), a, endpoint_at(a, i));
        }
}

static void list_endpoints(const struct side *side, struct lc_buf *out)
{
    lc_buf_printf(out, "'%s' has", side->app);
    for (size_t i = 0; i < side->meta->endpoint_count; i++) {
        const struct lc_charm_endpoint *endpoint = &side->meta->endpoints[i];
        if (endpoint->role != LC_CHARM_PEERS && is_meant(side, endpoint))
            lc_buf_printf(out, " %s (%s %s)", endpoint->name, lc_charm_role_name(endpoint->role),
                          endpoint->interface);
    }
}

static bool fail_no_pair(const struct side *a, const struct side *b, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf list = LC_BUF_INIT(1500);

    list_endpoints(a, &list);
    lc_buf_puts(&list, ", ");
    list_endpoints(b, &list);
    return lc_fail(err, LC_ENOTFOUND, "nothing of '%s' and '%s' fits together: %s", a->app, b->app,
                   list.data);
}

static bool check_limit(struct lc_store *store, const struct side *side,
                        const struct lc_charm_endpoint *endpoint, struct lc_err *err)
{
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;
    int64_t count = 0;

    if (endpoint->limit == 0)
        return true;
    if (!lc_store_relations(store, side->app, &relations, err))
        return false;
    for (size_t i = 0; i < relations.count; i++)
        count += strcmp(relations.items[i].endpoint, endpoint->name) == 0;
    if (count < endpoint->limit)
        return true;
    return lc_fail(err, LC_ELIMIT,
                   "establishing a new relation for %s:%s would exceed its maximum relation limit"
                   " of %lld",
                   side->app, endpoint->name, (long long)endpoint->limit);
}

static bool check_new(struct lc_store *store, const struct pairs *pairs, struct lc_err *err)
{
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;

    if (!lc_store_relations(store, pairs->requirer->app, &relations, err))
        return false;
    for (size_t i = 0; i < relations.count; i++) {
        const struct lc_relation *relation = &relations.items[i];
        if (strcmp(relation->endpoint, pairs->requires->name) != 0 ||
            strcmp(relation->remote_app, pairs->provider->app) != 0 ||
            strcmp(relation->remote_endpoint, pairs->provides->name) != 0)
            continue;
        if (relation->dying)
            return lc_fail(err, LC_ESTATE,
                           "relation %s is still being removed: run 'luacharm model settle' first",
                           pairs->list.data);
        return lc_fail(err, LC_EEXIST, "relation %s already exists", pairs->list.data);
    }
    return check_limit(store, pairs->requirer, pairs->requires, err) &&
           check_limit(store, pairs->provider, pairs->provides, err);
}

static bool make_choice(const struct pairs *pairs, struct lc_choice *out, struct lc_err *err)
{
    out->requirer.app = lc_strdup(pairs->requirer->app);
    out->requirer.endpoint = lc_strdup(pairs->requires->name);
    out->provider.app = lc_strdup(pairs->provider->app);
    out->provider.endpoint = lc_strdup(pairs->provides->name);
    out->interface = lc_strdup(pairs->requires->interface);
    return out->requirer.app != NULL && out->requirer.endpoint != NULL &&
                   out->provider.app != NULL && out->provider.endpoint != NULL &&
                   out->interface != NULL
               ? true
               : lc_fail_memory(err);
}

static bool choose(struct lc_store *store, struct pairs *pairs, const struct side *a,
                   const struct side *b, struct lc_choice *out, struct lc_err *err)
{
    find_pairs(a, b, pairs);
    if (pairs->count == 0)
        return fail_no_pair(a, b, err);
    if (pairs->count > 1)
        return lc_fail(err, LC_ESTATE, "'%s' and '%s' can be related in more than one way: %s",
                       a->app, b->app, pairs->list.data);
    return check_new(store, pairs, err) && make_choice(pairs, out, err);
}

bool lc_check_integrate(struct lc_store *store, const char *a, const char *b, struct lc_choice *out,
                        struct lc_err *err)
{
    LC_AUTO(side_release) struct side left = { .app = NULL };
    LC_AUTO(side_release) struct side right = { .app = NULL };
    struct pairs pairs = { .count = 0 };

    if (!read_side(store, a, &left, err) || !read_side(store, b, &right, err))
        return false;
    if (strcmp(left.app, right.app) == 0)
        return lc_fail(err, LC_EUSAGE,
                       "'%s' cannot be related to itself: its peer relations are there already",
                       left.app);
    lc_buf_init(&pairs.list, 1500);
    const bool good = choose(store, &pairs, &left, &right, out, err);
    lc_buf_release(&pairs.list);
    return good;
}

static bool end_matches(const char *word, const char *app, const char *endpoint)
{
    const size_t len = strcspn(word, ":");

    if (strlen(app) != len || strncmp(app, word, len) != 0)
        return false;
    return word[len] == '\0' || strcmp(word + len + 1, endpoint) == 0;
}

bool lc_check_relation(struct lc_store *store, const char *a, const char *b, int64_t *out,
                       struct lc_err *err)
{
    LC_AUTO(lc_relations_release) struct lc_relations relations = LC_RELATIONS_INIT;
    size_t count = 0;

    if (!lc_store_relations(store, NULL, &relations, err))
        return false;
    for (size_t i = 0; i < relations.count; i++) {
        const struct lc_relation *relation = &relations.items[i];
        if (relation->peer)
            continue;
        const bool one = end_matches(a, relation->app, relation->endpoint) &&
                         end_matches(b, relation->remote_app, relation->remote_endpoint);
        const bool two = end_matches(b, relation->app, relation->endpoint) &&
                         end_matches(a, relation->remote_app, relation->remote_endpoint);
        if (!one && !two)
            continue;
        *out = relation->id;
        count++;
    }
    if (count == 1)
        return true;
    return count == 0
               ? lc_fail(err, LC_ENOTFOUND, "there is no relation of '%s' and '%s'", a, b)
               : lc_fail(err, LC_ESTATE,
                         "'%s' and '%s' have more than one relation: name the endpoints", a, b);
}
