/* What a life cycle remembers: a small JSON object in Juju's state,
 *     {"relation":"certificates:7","mode":"unit",
 *      "csrs":{"<16 hex>":"<announced>,<denied>,<stored>"}}
 * where each fact is 16 hex digits of a digest, or empty; and, where they are so,
 * "kept_for_app":true and "leftovers":["<64 hex>"]. */
#include "tls/memory.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define FACTS_BYTES (LC_FACT_COUNT * LC_SHORT_HASH + 1)

void lc_memory_release(struct lc_memory *memory)
{
    lc_free(memory->state_key);
    lc_free(memory->relation_id);
    lc_free(memory->mode);
    lc_strlist_release(&memory->leftovers);
    lc_strmap_release(&memory->facts);
    *memory = (struct lc_memory)LC_MEMORY_INIT;
}

bool lc_memory_init(struct lc_memory *memory, const char *endpoint, struct lc_err *err)
{
    LC_AUTO(lc_buf_release) struct lc_buf key = LC_BUF_INIT(256);
    /* Juju's own limit on a key of the state */
    lc_buf_printf(&key, "luacharm-tls-%s", endpoint);
    *memory = (struct lc_memory)LC_MEMORY_INIT;
    return lc_buf_take(&key, &memory->state_key, NULL, err);
}

void lc_short_hash(const char *hash, char out[LC_SHORT_HASH])
{
    const size_t len = strnlen(hash, LC_SHORT_HASH - 1);

    memcpy(out, hash, len);
    out[len] = '\0';
}

static bool read_csr(void *context, const char *key, const struct lc_json *value,
                     struct lc_err *err)
{
    const char *text = lc_json_string(value);
    struct lc_memory *memory = context;

    if (text == NULL || strlen(text) >= FACTS_BYTES || strlen(key) >= LC_SHORT_HASH)
        return true;
    return lc_strmap_set(&memory->facts, key, text, err);
}

static bool read_text(const struct lc_json *json, const char *name, char **out, struct lc_err *err)
{
    const char *text = lc_json_get_string(json, name);

    *out = text == NULL ? NULL : lc_strdup(text);
    return text == NULL || *out != NULL ? true : lc_fail_memory(err);
}

static bool read_leftovers(struct lc_memory *memory, const struct lc_json *list, struct lc_err *err)
{
    for (size_t i = 0; i < lc_json_count(list) && i < LC_MEMORY_MAX_LEFTOVERS; i++) {
        const char *hash = lc_json_string(lc_json_at(list, i));
        if (hash != NULL && !lc_strlist_add(&memory->leftovers, hash, err))
            return false;
    }
    return true;
}

static bool read_memory(struct lc_memory *memory, const char *text, struct lc_err *err)
{
    LC_AUTO(lc_json_free) struct lc_json *json = NULL;

    if (!lc_json_parse(text, strlen(text), 0, &json, err))
        return false;
    memory->kept_for_app = lc_json_boolean(lc_json_get(json, "kept_for_app"));
    return read_text(json, "relation", &memory->relation_id, err) &&
           read_text(json, "mode", &memory->mode, err) &&
           read_leftovers(memory, lc_json_get(json, "leftovers"), err) &&
           lc_json_each(lc_json_get(json, "csrs"), read_csr, memory, err);
}

/* As before the first load. */
static void clear(struct lc_memory *memory)
{
    char *state_key = LC_STEAL(memory->state_key);

    lc_memory_release(memory);
    memory->state_key = state_key;
}

bool lc_memory_load(struct lc_memory *memory, const struct lc_tls_hook *hook, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap state = LC_STRMAP_INIT;
    struct lc_err why = LC_ERR_INIT;

    /* What was started empty and has changed since is newer than the state. */
    if (memory->was_read || memory->changed)
        return true;
    if (!lc_juju_call(hook->juju, state_get, &state, err))
        return false;
    clear(memory);
    const char *text = lc_strmap_get(&state, memory->state_key);
    if (text != NULL && !read_memory(memory, text, &why)) {
        if (why.code == LC_ENOMEM)
            return lc_fail_memory(err);
        lc_log(hook->log, LC_LEVEL_WARNING, "state '%s' is unreadable and forgotten: %s",
               memory->state_key, why.message);
        clear(memory);
        memory->changed = true;
    }
    memory->loaded = true;
    memory->was_read = true;
    return true;
}

void lc_memory_start_empty(struct lc_memory *memory)
{
    memory->loaded = true;
}

static void put_leftovers(struct lc_json_writer *writer, const struct lc_strlist *leftovers)
{
    lc_json_key(writer, "leftovers");
    lc_json_begin_array(writer);
    for (size_t i = 0; i < leftovers->count; i++)
        lc_json_put_string(writer, leftovers->items[i]);
    lc_json_end_array(writer);
}

static bool encode(const struct lc_memory *memory, size_t count, struct lc_buf *text,
                   struct lc_err *err)
{
    struct lc_json_writer writer = lc_json_writer(text, LC_JSON_COMPACT);

    lc_buf_clear(text);
    lc_json_begin_object(&writer);
    lc_json_member_string(&writer, "relation", memory->relation_id);
    lc_json_member_string(&writer, "mode", memory->mode);
    if (memory->kept_for_app) {
        lc_json_member_boolean(&writer, "kept_for_app", true);
    }
    if (memory->leftovers.count != 0)
        put_leftovers(&writer, &memory->leftovers);
    lc_json_key(&writer, "csrs");
    lc_json_begin_object(&writer);
    for (size_t i = 0; i < count; i++) {
        lc_json_member_string(&writer, memory->facts.entries[i].key,
                              memory->facts.entries[i].value);
    }
    lc_json_end_object(&writer);
    lc_json_end_object(&writer);
    return lc_buf_check(text, err);
}

static bool is_empty(const struct lc_memory *memory)
{
    return memory->relation_id == NULL && memory->mode == NULL && !memory->kept_for_app &&
           memory->leftovers.count == 0 && memory->facts.count == 0;
}

bool lc_memory_save(struct lc_memory *memory, const struct lc_tls_hook *hook, struct lc_err *err)
{
    LC_AUTO(lc_strmap_release) struct lc_strmap changes = LC_STRMAP_INIT;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(64u * 1024 * 1024);

    if (!memory->changed)
        return true;
    memory->changed = false;
    if (is_empty(memory))
        return lc_juju_call(hook->juju, state_delete, memory->state_key, err);
    if (!encode(memory, memory->facts.count, &text, err))
        return false;
    if (text.len > LC_MEMORY_MAX_BYTES) {
        lc_log(hook->log, LC_LEVEL_DEBUG, "state '%s' holds only a part of %zu requests",
               memory->state_key, memory->facts.count);
        const size_t each = text.len / memory->facts.count + 1;
        if (!encode(memory, LC_MEMORY_MAX_BYTES / each, &text, err))
            return false;
    }
    if (!lc_strmap_set(&changes, memory->state_key, text.data, err))
        return false;
    return lc_juju_call(hook->juju, state_set, &changes, err);
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool set_text(struct lc_memory *memory, char **slot, const char *text, struct lc_err *err)
{
    if (same_text(*slot, text))
        return true;
    char *copy = lc_strdup(text);
    if (copy == NULL)
        return lc_fail_memory(err);
    lc_free(*slot);
    *slot = copy;
    memory->changed = true;
    return true;
}

bool lc_memory_serve(struct lc_memory *memory, const char *relation_id, struct lc_err *err)
{
    return set_text(memory, &memory->relation_id, relation_id, err);
}

bool lc_memory_set_mode(struct lc_memory *memory, const char *mode, struct lc_err *err)
{
    return set_text(memory, &memory->mode, mode, err);
}

bool lc_memory_is_mode(const struct lc_memory *memory, const char *mode)
{
    return same_text(memory->mode, mode);
}

void lc_memory_set_kept_for_app(struct lc_memory *memory, bool kept)
{
    memory->changed = memory->changed || memory->kept_for_app != kept;
    memory->kept_for_app = kept;
}

bool lc_memory_leave_over(struct lc_memory *memory, const char *hash, struct lc_err *err)
{
    if (memory->leftovers.count == LC_MEMORY_MAX_LEFTOVERS ||
        lc_strlist_has(&memory->leftovers, hash))
        return true;
    memory->changed = true;
    return lc_strlist_add(&memory->leftovers, hash, err);
}

void lc_memory_forget_leftovers(struct lc_memory *memory)
{
    memory->changed = memory->changed || memory->leftovers.count != 0;
    lc_strlist_release(&memory->leftovers);
}

/* The facts of a CSR as a text; NULL when nothing is known. */
static const char *facts_of(const struct lc_memory *memory, const char *hash)
{
    char key[LC_SHORT_HASH];

    lc_short_hash(hash, key);
    return lc_strmap_get(&memory->facts, key);
}

bool lc_memory_knows(const struct lc_memory *memory, const char *hash)
{
    return facts_of(memory, hash) != NULL;
}

/* Fact number `fact` of the comma-separated facts; "" for what is not there. */
static void pick(const char *facts, int fact, char out[LC_SHORT_HASH])
{
    for (int i = 0; i < fact && facts != NULL; i++) {
        facts = strchr(facts, ',');
        facts = facts == NULL ? NULL : facts + 1;
    }
    const size_t len = facts == NULL ? 0 : strcspn(facts, ",");
    const size_t kept = len < LC_SHORT_HASH ? len : LC_SHORT_HASH - 1;
    if (kept != 0)
        memcpy(out, facts, kept);
    out[kept] = '\0';
}

bool lc_memory_is(const struct lc_memory *memory, const char *hash, enum lc_fact fact,
                  const char *digest)
{
    const char *facts = facts_of(memory, hash);
    char known[LC_SHORT_HASH];
    char wanted[LC_SHORT_HASH];

    if (facts == NULL)
        return false;
    pick(facts, (int)fact, known);
    lc_short_hash(digest, wanted);
    return strcmp(known, wanted) == 0;
}

bool lc_memory_note(struct lc_memory *memory, const char *hash, enum lc_fact fact,
                    const char *digest, struct lc_err *err)
{
    char key[LC_SHORT_HASH];
    char text[FACTS_BYTES];
    size_t used = 0;

    if (lc_memory_is(memory, hash, fact, digest))
        return true;
    const char *facts = facts_of(memory, hash);
    for (int i = 0; i < LC_FACT_COUNT; i++) {
        char value[LC_SHORT_HASH];
        if (i == (int)fact)
            lc_short_hash(digest, value);
        else
            pick(facts, i, value);
        used += (size_t)snprintf(text + used, sizeof(text) - used, i == 0 ? "%s" : ",%s", value);
    }
    lc_short_hash(hash, key);
    memory->changed = true;
    return lc_strmap_set(&memory->facts, key, text, err);
}

void lc_memory_forget(struct lc_memory *memory, const char *hash)
{
    char key[LC_SHORT_HASH];

    lc_short_hash(hash, key);
    if (lc_strmap_remove(&memory->facts, key))
        memory->changed = true;
}

void lc_memory_forget_csrs(struct lc_memory *memory)
{
    memory->changed = memory->changed || memory->relation_id != NULL || memory->facts.count != 0;
    lc_free(memory->relation_id);
    memory->relation_id = NULL;
    lc_strmap_release(&memory->facts);
}

void lc_memory_forget_all(struct lc_memory *memory)
{
    memory->changed = memory->changed || !is_empty(memory);
    lc_memory_forget_csrs(memory);
    lc_memory_forget_leftovers(memory);
    lc_free(memory->mode);
    memory->mode = NULL;
    memory->kept_for_app = false;
}

void lc_memory_prune(struct lc_memory *memory, bool (*keep)(void *context, const char *short_hash),
                     void *context)
{
    for (size_t i = memory->facts.count; i-- > 0;) {
        if (keep(context, memory->facts.entries[i].key))
            continue;
        (void)lc_strmap_remove(&memory->facts, memory->facts.entries[i].key); /* it is there */
        memory->changed = true;
    }
}
