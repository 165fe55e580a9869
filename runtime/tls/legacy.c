/* A v3 charm's key, found where it was kept. A secret's content and a databag are looked through
 * alike: as named texts. */
#include "tls/legacy.h"

#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

void lc_adopt_release(struct lc_adopt *adopt)
{
    lc_key_unref(adopt->key);
    lc_free(adopt->file);
    lc_free(adopt->secret);
    lc_free(adopt->peer);
    lc_secret_release(&adopt->password);
    *adopt = (struct lc_adopt)LC_ADOPT_INIT;
}

/* --- named texts ---------------------------------------------------------------------------- */

/* A view of a secret's field or a databag's value. */
struct named {
    const char *name;
    const char *bytes;
    size_t len;
};

struct named_list {
    struct named *items;
    size_t count;
    size_t capacity;
};

static void named_list_release(struct named_list *list)
{
    lc_free(list->items);
}
LC_AUTO_VALUE(struct named_list, named_list_release);

static bool add(struct named_list *list, const char *name, const char *bytes, size_t len,
                struct lc_err *err)
{
    if (!lc_grow(&list->items, &list->capacity, list->count, sizeof(*list->items)))
        return lc_fail_memory(err);
    list->items[list->count++] = (struct named){ .name = name, .bytes = bytes, .len = len };
    return true;
}

static const struct named *by_name(const struct named_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].name, name) == 0)
            return &list->items[i];
    return NULL;
}

static bool holds_key(const struct named *item)
{
    static const char mark[] = "PRIVATE KEY-----";

    return memmem(item->bytes, item->len, mark, strlen(mark)) != NULL;
}

static const struct named *first_key(const struct named_list *list, const char *prefix)
{
    for (size_t i = 0; i < list->count; i++)
        if (lc_text_has_prefix(list->items[i].name, prefix) && holds_key(&list->items[i]))
            return &list->items[i];
    return NULL;
}

/* Names that charms gave it, the most telling first (5.2). */
static const struct named *find_key(const struct named_list *list)
{
    static const char *const names[] = { "private-key", "private_key", "key" };
    const struct named *found = NULL;

    for (size_t i = 0; i < LC_COUNT(names) && found == NULL; i++)
        found = by_name(list, names[i]);
    if (found == NULL)
        found = first_key(list, "key-");
    return found != NULL ? found : first_key(list, "");
}

static const struct named *find_password(const struct named_list *list, const struct named *key)
{
    static const char *const names[] = { "private-key-password", "private_key_password",
                                         "password" };
    static const char of[] = "password-";
    const struct named *found = NULL;

    for (size_t i = 0; i < list->count && found == NULL && lc_text_has_prefix(key->name, "key-");
         i++)
        if (lc_text_has_prefix(list->items[i].name, of) &&
            strcmp(list->items[i].name + strlen(of), key->name + strlen("key-")) == 0)
            found = &list->items[i];
    for (size_t i = 0; i < LC_COUNT(names) && found == NULL; i++)
        found = by_name(list, names[i]);
    return found;
}

/* --- a key ---------------------------------------------------------------------------------- */

/* where: for messages. NULL in *out for what no provider would take. */
static bool take_key(const struct lc_tls_hook *hook, const char *where, const char *pem, size_t len,
                     const struct lc_secret *password, struct lc_key **out, struct lc_err *err)
{
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    struct lc_err why = LC_ERR_INIT;

    if (!lc_key_parse(pem, len, password->len == 0 ? NULL : password, &key, &why)) {
        if (why.code == LC_EPASSWORD || why.code == LC_ENOMEM) {
            *err = why;
            return lc_wrap(err, "cannot adopt the key in %s", where);
        }
        lc_log(hook->log, LC_LEVEL_WARNING, "nothing to adopt in %s: %s", where, why.message);
        return true;
    }
    if (lc_key_type(key) == LC_KEY_RSA && !lc_key_is_valid_rsa(key)) {
        lc_log(hook->log, LC_LEVEL_WARNING,
               "the key in %s is not adopted: it is RSA of %d bits; it must have %d", where,
               lc_key_bits(key), LC_RSA_MIN_BITS);
        return true;
    }
    lc_log(hook->log, LC_LEVEL_INFO, "the key in %s is adopted", where);
    *out = LC_STEAL(key);
    return true;
}

static bool take_named(const struct lc_adopt *adopt, const struct lc_tls_hook *hook,
                       const char *where, const struct named_list *list, struct lc_key **out,
                       struct lc_err *err)
{
    LC_AUTO(lc_secret_release) struct lc_secret password = LC_SECRET_INIT;
    const struct named *key = find_key(list);

    if (key == NULL)
        return true;
    const struct named *beside = find_password(list, key);
    if (adopt->password.len != 0
            ? !lc_secret_set(&password, adopt->password.data, adopt->password.len, err)
            : beside != NULL && !lc_secret_set(&password, beside->bytes, beside->len, err))
        return false;
    return take_key(hook, where, key->bytes, key->len, &password, out, err);
}

/* --- places --------------------------------------------------------------------------------- */

static bool in_file(const struct lc_adopt *adopt, const struct lc_tls_hook *hook,
                    struct lc_key **out, struct lc_err *err)
{
    LC_AUTO(lc_secret_release) struct lc_secret pem = LC_SECRET_INIT;
    struct lc_err why = LC_ERR_INIT;

    if (lc_file_read_secret(adopt->file, &pem, &why))
        return take_key(hook, adopt->file, pem.data == NULL ? "" : pem.data, pem.len,
                        &adopt->password, out, err);
    if (why.code == LC_ENOTFOUND)
        return true;
    *err = why;
    return lc_wrap(err, "cannot adopt a key");
}

/* Not there, or another unit's: as if it were not named. */
static bool is_absence(const struct lc_err *why)
{
    return why->code == LC_ENOTFOUND || why->code == LC_EPERM;
}

static bool in_secret(const struct lc_adopt *adopt, const struct lc_tls_hook *hook,
                      struct lc_key **out, struct lc_err *err)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    LC_AUTO(named_list_release) struct named_list list = { .items = NULL };
    LC_AUTO(lc_buf_release) struct lc_buf where = LC_BUF_INIT(1024);
    const bool is_id = lc_secret_id_of(adopt->secret) != NULL;
    struct lc_err why = LC_ERR_INIT;

    if (!lc_juju_call(hook->juju, secret_get, is_id ? adopt->secret : NULL,
                      is_id ? NULL : adopt->secret, LC_SECRET_PEEK, &content, &why)) {
        if (is_absence(&why))
            return true;
        *err = why;
        return false;
    }
    for (size_t i = 0; i < content.count; i++) {
        const struct lc_secret_field *field = &content.fields[i];
        if (!add(&list, field->key, field->value.data == NULL ? "" : field->value.data,
                 field->value.len, err))
            return false;
    }
    lc_buf_printf(&where, "secret '%s'", adopt->secret);
    return take_named(adopt, hook, where.data, &list, out, err);
}

static bool in_bag(const struct lc_adopt *adopt, const struct lc_tls_hook *hook,
                   const char *relation_id, bool app, struct lc_key **out, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap bag = LC_STRMAP_INIT;
    LC_AUTO(named_list_release) struct named_list list = { .items = NULL };
    LC_AUTO(lc_buf_release) struct lc_buf where = LC_BUF_INIT(1024);
    const char *who = app ? hook->app : hook->unit;
    struct lc_err why = LC_ERR_INIT;

    if (!lc_juju_call(hook->juju, relation_get, relation_id, app, who, &bag, &why)) {
        if (is_absence(&why)) /* the application's, for units that do not lead */
            return true;
        *err = why;
        return false;
    }
    for (size_t i = 0; i < bag.count; i++)
        if (!add(&list, bag.entries[i].key, bag.entries[i].value, strlen(bag.entries[i].value),
                 err))
            return false;
    lc_buf_printf(&where, "the databag of '%s' in %s", who, relation_id);
    return take_named(adopt, hook, where.data, &list, out, err);
}

static bool in_peer(const struct lc_adopt *adopt, const struct lc_tls_hook *hook,
                    enum lc_tls_scope scope, struct lc_key **out, struct lc_err *err)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist ids = LC_STRLIST_INIT;
    const bool app_first = scope == LC_TLS_APP;

    if (!lc_juju_call(hook->juju, relation_ids, adopt->peer, &ids, err))
        return false;
    for (size_t i = 0; i < ids.count && *out == NULL; i++)
        if (!in_bag(adopt, hook, ids.items[i], app_first, out, err) ||
            (*out == NULL && !in_bag(adopt, hook, ids.items[i], !app_first, out, err)))
            return false;
    return true;
}

bool lc_adopt_find(const struct lc_adopt *adopt, const struct lc_tls_hook *hook,
                   enum lc_tls_scope scope, struct lc_key **out, struct lc_err *err)
{
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;

    if (adopt->key != NULL)
        key = lc_key_ref(adopt->key);
    if ((key == NULL && adopt->file != NULL && !in_file(adopt, hook, &key, err)) ||
        (key == NULL && adopt->secret != NULL && !in_secret(adopt, hook, &key, err)) ||
        (key == NULL && adopt->peer != NULL && !in_peer(adopt, hook, scope, &key, err)))
        return false;
    *out = LC_STEAL(key);
    return true;
}
