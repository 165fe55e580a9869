/* juju/model: the names of hooks, units and secrets, and what Juju takes. */
#include "juju/model.h"

#include <string.h>

#include "base/mem.h"
#include "rows.h"

static struct lc_err err;

struct kind_row {
    const char *name; /* of the hook, too */
    enum lc_event_kind want;
    size_t prefix_len;
};

static const struct kind_row kind_rows[] = {
    { "install", LC_EVENT_INSTALL, 0 },
    { "remove", LC_EVENT_REMOVE, 0 },
    { "config-changed", LC_EVENT_CONFIG_CHANGED, 0 },
    { "leader-settings-changed", LC_EVENT_LEADER_SETTINGS_CHANGED, 0 },
    { "secret-remove", LC_EVENT_SECRET_REMOVE, 0 },
    { "db-relation-created", LC_EVENT_RELATION_CREATED, 2 },
    { "a-b-relation-joined", LC_EVENT_RELATION_JOINED, 3 },
    { "db-relation-changed", LC_EVENT_RELATION_CHANGED, 2 },
    { "x-relation-departed-relation-departed", LC_EVENT_RELATION_DEPARTED, 19 },
    { "db-relation-broken", LC_EVENT_RELATION_BROKEN, 2 },
    { "data-storage-attached", LC_EVENT_STORAGE_ATTACHED, 4 },
    { "data-storage-detaching", LC_EVENT_STORAGE_DETACHING, 4 },
    { "web-pebble-ready", LC_EVENT_PEBBLE_READY, 3 },
    { "web-pebble-custom-notice", LC_EVENT_PEBBLE_CUSTOM_NOTICE, 3 },
    { "web-pebble-check-failed", LC_EVENT_PEBBLE_CHECK_FAILED, 3 },
    { "web-pebble-check-recovered", LC_EVENT_PEBBLE_CHECK_RECOVERED, 3 },
    { "relation-changed", LC_EVENT_UNKNOWN, 0 },
    { "-relation-changed", LC_EVENT_UNKNOWN, 0 },
    { "dbrelation-changed", LC_EVENT_UNKNOWN, 0 },
    { "x-install", LC_EVENT_UNKNOWN, 0 },
    { "x-secret-changed", LC_EVENT_UNKNOWN, 0 },
    { "collect-metrics", LC_EVENT_UNKNOWN, 0 },
    { "action", LC_EVENT_UNKNOWN, 0 },
    { "none", LC_EVENT_UNKNOWN, 0 },
    { "-", LC_EVENT_UNKNOWN, 0 },
};

static void check_kind(void **state)
{
    const struct kind_row *row = *state;
    size_t prefix_len = 99;

    assert_int_equal(lc_event_kind_of(row->name, &prefix_len), row->want);
    assert_int_equal(prefix_len, row->prefix_len);
    if (row->want != LC_EVENT_UNKNOWN)
        assert_string_equal(lc_event_kind_name(row->want),
                            row->name + prefix_len + (prefix_len != 0));
}

static void every_kind_has_a_name(void **state)
{
    size_t relations = 0;
    size_t secrets = 0;

    (void)state;
    for (int i = 0; i < LC_EVENT_KIND_COUNT; i++) {
        const enum lc_event_kind kind = (enum lc_event_kind)i;
        assert_non_null(lc_event_kind_name(kind));
        relations += lc_event_is_relation(kind);
        secrets += lc_event_is_secret(kind);
    }
    assert_int_equal(relations, 5);
    assert_int_equal(secrets, 4);
}

struct unit_row {
    const char *name; /* the unit */
    bool want;
    size_t app_len;
};

static const struct unit_row unit_rows[] = {
    { "web/0", true, 3 },
    { "web/10", true, 3 },
    { "a/1", true, 1 },
    { "my-web-1a/0", true, 9 },
    { "w2/0", true, 2 },
    { "web", false, 0 },
    { "web/", false, 0 },
    { "web/01", false, 0 },
    { "web/-1", false, 0 },
    { "web/0/1", false, 0 },
    { "/0", false, 0 },
    { "2web/0", false, 0 },
    { "Web/0", false, 0 },
    { "web-/0", false, 0 },
    { "web-1/0", false, 0 },
    { "we_b/0", false, 0 },
    { "-web/0", false, 0 },
    { "web--a/0", false, 0 },
    { "web/9999999999999999999999", false, 0 },
};

static void check_unit(void **state)
{
    const struct unit_row *row = *state;
    size_t app_len = 0;

    assert_int_equal(lc_unit_name_is_valid(row->name, &app_len), row->want);
    assert_int_equal(app_len, row->app_len);
    assert_int_equal(lc_unit_name_is_valid(row->name, NULL), row->want);
}

#define ID   "9m4e2mr0ui3e8a215n4g"
#define UUID "cdac5656-2423-4388-8f30-41854b4cca7d"

struct id_row {
    const char *name; /* the reference */
    bool want;
};

static const struct id_row id_rows[] = {
    { ID, true },
    { "secret:" ID, true },
    { "secret:/" ID, true },
    { UUID "/" ID, true },
    { "secret:" UUID "/" ID, true },
    { "secret://" UUID "/" ID, true },
    { "", false },
    { "secret:", false },
    { "9m4e2mr0ui3e8a215n4", false },
    { "x" ID, false },
    { ID " ", false },
    { "9M4E2MR0UI3E8A215N4G", false },
    { "9m4e2mr0-i3e8a215n4g", false },
    { "secret://" ID, false },
    { "secret:///" ID, false },
    { "secret:/" UUID "/" ID, false },
    { "secret://" UUID ID, false },
    { "secret://not-a-uuid/" ID, false },
    { "other:" ID, false },
    { UUID "?name=" ID, false },
};

static void check_id(void **state)
{
    const struct id_row *row = *state;
    const char *id = lc_secret_id_of(row->name);

    if (!row->want) {
        assert_null(id);
        return;
    }
    assert_string_equal(id, ID);
    assert_ptr_equal(id, row->name + strlen(row->name) - 20); /* a view */
}

/* juju-hooks 3.3 */
struct key_row {
    const char *name; /* the key */
    bool want;
};

static const struct key_row key_rows[] = {
    { "abc", true },
    { "private-key", true },
    { "a1b2", true },
    { "a-bc", true },
    { "ab-c", true },
    { "x509-cert-1", true },
    { "", false },
    { "ab", false },
    { "a-b", false },
    { "1abc", false },
    { "abc-", false },
    { "-abc", false },
    { "ab--c", false },
    { "Abc", false },
    { "ab_c", false },
    { "ab.c", false },
    { "abc#base64", false },
    { "abc=", false },
    { "\xc3\xa4\x62\x63", false },
};

static void check_key(void **state)
{
    const struct key_row *row = *state;
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;

    if (row->want)
        assert_done(lc_secret_content_set(&content, row->name, "x", 1, &err));
    else
        assert_fails(lc_secret_content_set(&content, row->name, "x", 1, &err), LC_EUSAGE,
                     "is not a key of a secret");
}

static void put(struct lc_secret_content *content, const char *key, const char *value)
{
    assert_done(lc_secret_content_set(content, key, value, strlen(value), &err));
}

static void content_is_kept_in_order(void **state)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_secret_content_release) struct lc_secret_content other = LC_SECRET_CONTENT_INIT;

    (void)state;
    put(&content, "zzz", "1");
    put(&content, "aaa", "2");
    assert_done(lc_secret_content_set(&content, "zzz", "a\0b", 3, &err)); /* replaced */
    assert_int_equal(content.count, 2);
    assert_string_equal(content.fields[0].key, "zzz");
    assert_int_equal(lc_secret_content_get(&content, "zzz")->len, 3);
    assert_null(lc_secret_content_get(&content, "none"));
    assert_done(lc_secret_content_set(&content, "empty", NULL, 0, &err));
    assert_done(lc_secret_content_copy(&other, &content, &err));
    assert_true(lc_secret_content_equals(&content, &other));
    lc_secret_content_move(&other, &other);
    assert_int_equal(other.count, 3);
    lc_secret_content_move(&content, &other);
    assert_int_equal(other.count, 0);
    assert_int_equal(content.count, 3);
    lc_secret_content_release(&content);
    lc_secret_content_release(&content);
}

static void content_is_compared_in_any_order(void **state)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content a = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_secret_content_release) struct lc_secret_content b = LC_SECRET_CONTENT_INIT;

    (void)state;
    put(&a, "one", "1");
    put(&a, "two", "2");
    put(&b, "two", "2");
    assert_false(lc_secret_content_equals(&a, &b));
    put(&b, "one", "1");
    assert_true(lc_secret_content_equals(&a, &b));
    put(&b, "one", "x");
    assert_false(lc_secret_content_equals(&a, &b));
    assert_false(lc_secret_content_equals(&b, &a));
}

/* Each value alone, and all together, come to 1,000,000 bytes of base64. */
static void content_is_limited_in_base64(void **state)
{
    LC_AUTO(lc_secret_content_release) struct lc_secret_content content = LC_SECRET_CONTENT_INIT;
    LC_AUTO(lc_free) char *bytes = lc_alloc(750001, 1);

    (void)state;
    assert_non_null(bytes);
    assert_fails(lc_secret_content_set(&content, "one", bytes, 750001, &err), LC_ELIMIT,
                 "over 1000000 bytes");
    assert_done(lc_secret_content_set(&content, "one", bytes, 750000, &err));
    assert_fails(lc_secret_content_set(&content, "two", "x", 1, &err), LC_ELIMIT, "1000000");
    assert_int_equal(content.count, 1);
    assert_done(lc_secret_content_set(&content, "one", bytes, 749997, &err)); /* its own goes */
    assert_done(lc_secret_content_set(&content, "two", "x", 1, &err));
    assert_fails(lc_secret_content_set(&content, "three", "x", 1, &err), LC_ELIMIT, "1000000");
    assert_fails(lc_secret_content_set(&content, "one", bytes, SIZE_MAX, &err), LC_ELIMIT, "");
}

static void infos_are_copied(void **state)
{
    LC_AUTO(lc_secret_info_release) struct lc_secret_info a = LC_SECRET_INFO_INIT;
    LC_AUTO(lc_secret_info_release) struct lc_secret_info b = LC_SECRET_INFO_INIT;

    (void)state;
    a.id = lc_strdup(ID);
    a.label = lc_strdup("L");
    a.revision = 3;
    a.app_owned = true;
    b.label = lc_strdup("old");
    assert_done(lc_secret_info_copy(&b, &a, &err));
    assert_string_equal(b.label, "L");
    assert_null(b.rotation);
    assert_int_equal(b.revision, 3);
    assert_true(b.app_owned);
}

struct spec_row {
    const char *name;
    struct lc_secret_spec spec;
    bool is_add;
    const char *part; /* of the failure; NULL: fine */
};

static const struct lc_secret_content no_fields = LC_SECRET_CONTENT_INIT;

static const struct spec_row spec_rows[] = {
    { "metadata alone is set", { .label = "L" }, false, NULL },
    { "nothing is set", { .label = NULL }, false, NULL },
    { "nothing is not added", { .label = "L" }, true, "a secret needs content" },
    { "no fields are not set", { .content = &no_fields }, false, "a secret needs content" },
    { "an expiry before the epoch", { .expire_s = -1 }, false, "-1 is no time of expiry" },
    { "the last expiry", { .expire_s = 253402300799 }, false, NULL },
    { "an expiry past the year 9999", { .expire_s = 253402300800 }, false, "no time of expiry" },
    { "a rotation policy", { .rotate = "quarterly" }, false, NULL },
    { "a rotation policy that is none", { .rotate = "sometimes" }, false, "'sometimes'" },
    { "an empty rotation policy", { .rotate = "" }, false, "'' is no rotation policy" },
};

static void check_spec(void **state)
{
    const struct spec_row *row = *state;

    if (row->part == NULL)
        assert_done(lc_secret_spec_check(&row->spec, row->is_add, &err));
    else
        assert_fails(lc_secret_spec_check(&row->spec, row->is_add, &err), LC_EUSAGE, row->part);
}

/* lengths of key and value; 0: the texts */
struct entry_row {
    const char *name;
    const char *key;
    const char *value;
    size_t key_len;
    size_t value_len;
    enum lc_code databag;
    enum lc_code state;
};

static const struct entry_row entry_rows[] = {
    { "plain entries", "key", "value", 0, 0, LC_OK, LC_OK },
    { "an empty value", "key", "", 0, 0, LC_OK, LC_OK },
    { "odd keys", "a.b $c=d", "v", 0, 0, LC_OK, LC_OK },
    { "an empty key", "", "v", 0, 0, LC_EUSAGE, LC_EUSAGE },
    { "a key that is no UTF-8", "a\xff", "v", 0, 0, LC_EUSAGE, LC_EUSAGE },
    { "a value that is no UTF-8", "key", "\xed\xa0\x80", 0, 0, LC_EUSAGE, LC_EUSAGE },
    { "the longest key of state", NULL, "v", 256, 0, LC_OK, LC_OK },
    { "one over it", NULL, "v", 257, 0, LC_OK, LC_ELIMIT },
    { "the longest key of a databag", NULL, "v", 1000, 0, LC_OK, LC_ELIMIT },
    { "one over that", NULL, "v", 1001, 0, LC_ELIMIT, LC_ELIMIT },
    { "the longest value of state", "key", NULL, 0, 65536, LC_OK, LC_OK },
    { "a value over it", "key", NULL, 0, 65537, LC_OK, LC_ELIMIT },
};

static void check_entry(void **state)
{
    const struct entry_row *row = *state;
    LC_AUTO(lc_strmap_release) struct lc_strmap map = LC_STRMAP_INIT;
    LC_AUTO(lc_free) char *key = lc_alloc(row->key_len + 1, 1);
    LC_AUTO(lc_free) char *value = lc_alloc(row->value_len + 1, 1);

    memset(key, 'k', row->key_len);
    memset(value, 'v', row->value_len);
    assert_done(lc_databag_check(&map, &err));
    assert_done(lc_strmap_set(&map, row->key == NULL ? key : row->key,
                              row->value == NULL ? value : row->value, &err));
    err.code = LC_OK;
    assert_int_equal(lc_databag_check(&map, &err), row->databag == LC_OK);
    assert_int_equal(err.code, row->databag);
    err.code = LC_OK;
    assert_int_equal(lc_state_check(&map, &err), row->state == LC_OK);
    assert_int_equal(err.code, row->state);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, kind_rows, check_kind);
    SUITE_TEST(&suite, "every kind has a name", every_kind_has_a_name);
    for (size_t i = 0; i < LC_COUNT(unit_rows); i++)
        suite_addf(&suite, check_unit, (void *)(uintptr_t)&unit_rows[i], "unit '%s'",
                   unit_rows[i].name);
    for (size_t i = 0; i < LC_COUNT(id_rows); i++)
        suite_addf(&suite, check_id, (void *)(uintptr_t)&id_rows[i], "reference '%s'",
                   id_rows[i].name);
    for (size_t i = 0; i < LC_COUNT(key_rows); i++)
        suite_addf(&suite, check_key, (void *)(uintptr_t)&key_rows[i], "key '%s'",
                   key_rows[i].name);
    SUITE_TEST(&suite, "content is kept in order", content_is_kept_in_order);
    SUITE_TEST(&suite, "content is compared in any order", content_is_compared_in_any_order);
    SUITE_TEST(&suite, "content is limited in base64", content_is_limited_in_base64);
    SUITE_TEST(&suite, "infos are copied", infos_are_copied);
    SUITE_ROWS(&suite, spec_rows, check_spec);
    SUITE_ROWS(&suite, entry_rows, check_entry);
    return suite_run(&suite, "juju_model");
}
