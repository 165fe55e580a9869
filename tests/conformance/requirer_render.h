/* A part of test_requirer_scenarios.c: what a scenario leaves behind, as text by the names of the
 * vectors' objects; how it is in the fake, and how the vector says it. */
#ifndef TESTS_CONFORMANCE_REQUIRER_RENDER_H
#define TESTS_CONFORMANCE_REQUIRER_RENDER_H

#include "scenario_vectors.h"
#include "tls_world.h"

static struct lc_err err;
static struct scenarios scenarios;

#define UNIT     "req/0"
#define RELATION "certificates:7"

/* --- after: as text ----------------------------------------------------------------------------
 */

/* Whose key made a CSR: of the objects, or the one in a secret of ours. */
static inline const char *signer_of(struct fake_juju *fake, const struct lc_csr *csr)
{
    static const char *const keys[] = { "K", "K2", "K3" };
    static const char *const labels[] = { TLS_LIBID "-private-key-0-certificates",
                                          TLS_LIBID "-private-key-app-certificates" };

    for (size_t i = 0; i < LC_COUNT(keys); i++) {
        LC_AUTO(lc_key_unref) struct lc_key *key = vector_key(scenario_pem(&scenarios, keys[i]));
        if (lc_csr_matches_key(csr, key))
            return keys[i];
    }
    for (size_t i = 0; i < LC_COUNT(labels); i++) {
        const char *pem = fake_juju_secret_text(fake, labels[i], "private-key");
        LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
        struct lc_err ignored = LC_ERR_INIT;
        if (pem != NULL && lc_key_parse(pem, strlen(pem), NULL, &key, &ignored) &&
            lc_csr_matches_key(csr, key))
            return "new key";
    }
    return "unknown";
}

static inline void render_bag(struct fake_juju *fake, const char *who, struct lc_buf *out)
{
    LC_AUTO(lc_request_entries_release) struct lc_request_entries entries = LC_REQUEST_ENTRIES_INIT;

    tls_requests(fake, RELATION, who, &entries);
    for (size_t i = 0; i < entries.count; i++) {
        LC_AUTO(lc_csr_unref) struct lc_csr *csr = vector_csr(entries.items[i].csr);
        const char *name = lc_name_get(lc_csr_subject(csr), LC_OID_COMMON_NAME);
        lc_buf_printf(out, "%s ca=%s %s by %s\n", scenario_name(&scenarios, entries.items[i].csr),
                      entries.items[i].ca ? "true" : "false", name, signer_of(fake, csr));
    }
}

static inline void render_wanted_bag(const struct lc_json *list, struct lc_buf *out)
{
    for (size_t i = 0; i < lc_json_count(list); i++) {
        const struct lc_json *item = lc_json_at(list, i);
        lc_buf_printf(out, "%s ca=%s %s by %s\n", vector_text(item, "csr"),
                      lc_json_boolean(lc_json_get(item, "ca")) ? "true" : "false",
                      vector_text(item, "common_name"), vector_text(item, "signed_by"));
    }
}

/* LIBID for the prefix, and the name of a CSR for its hash. */
static inline void put_label(struct lc_buf *line, const char *label)
{
    const size_t len = strlen(label);
    const char *dash = strrchr(label, '-');

    if (lc_text_has_prefix(label, TLS_LIBID)) {
        lc_buf_puts(line, "LIBID");
        label += strlen(TLS_LIBID);
    }
    if (dash == NULL || strlen(dash) != LC_SHA256_HEX || len < LC_SHA256_HEX) {
        lc_buf_puts(line, label);
        return;
    }
    lc_buf_add(line, label, (size_t)(dash + 1 - label));
    lc_buf_puts(line, scenario_hash_name(&scenarios, dash + 1));
}

static inline void put_secret(struct lc_strlist *lines, const char *label, const char *owner,
                              const char *expire, const struct lc_strlist *fields)
{
    LC_AUTO(lc_buf_release) struct lc_buf line = LC_BUF_INIT(4096);

    put_label(&line, label);
    lc_buf_printf(&line, " %s %s", owner, expire == NULL ? "-" : expire);
    for (size_t i = 0; i < fields->count; i++)
        lc_buf_printf(&line, " %s", fields->items[i]);
    assert_done(lc_strlist_add(lines, line.data, &err));
}

static inline void put_lines(struct lc_strlist *lines, struct lc_buf *out)
{
    lc_strlist_sort(lines);
    for (size_t i = 0; i < lines->count; i++)
        lc_buf_printf(out, "%s\n", lines->items[i]);
}

static inline void render_secrets(struct fake_juju *fake, struct lc_buf *out)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist lines = LC_STRLIST_INIT;
    struct lc_fake_secret view;

    for (size_t i = 0; fake_juju_secret_at(fake, i, &view); i++) {
        LC_AUTO(lc_strlist_release) struct lc_strlist fields = LC_STRLIST_INIT;
        char expire[LC_TIME_TEXT_BYTES];
        for (size_t j = 0; j < view.content->count; j++) {
            const struct lc_secret_field *field = &view.content->fields[j];
            const char *name = scenario_name(&scenarios, field->value.data);
            const bool is_new = strcmp(name, "new") == 0 &&
                                strstr(field->value.data, "-----BEGIN") == NULL;
            assert_done(lc_strlist_addf(&fields, &err, "%s=%s", field->key,
                                        is_new ? field->value.data : name));
        }
        lc_strlist_sort(&fields);
        lc_time_format(view.expire_s, expire);
        put_secret(&lines, view.label, strcmp(view.owner, UNIT) == 0 ? "unit" : "app",
                   view.expire_s == 0 ? NULL : expire, &fields);
    }
    put_lines(&lines, out);
}

static inline void render_wanted_secrets(const struct lc_json *list, struct lc_buf *out)
{
    LC_AUTO(lc_strlist_release) struct lc_strlist lines = LC_STRLIST_INIT;

    for (size_t i = 0; i < lc_json_count(list); i++) {
        LC_AUTO(lc_strlist_release) struct lc_strlist fields = LC_STRLIST_INIT;
        const struct lc_json *item = lc_json_at(list, i);
        const struct lc_json *value;
        const char *key;
        void *at = NULL;
        while (lc_json_next(lc_json_get(item, "content"), &at, &key, &value))
            assert_done(lc_strlist_addf(&fields, &err, "%s=%s", key, lc_json_string(value)));
        lc_strlist_sort(&fields);
        put_secret(&lines, vector_text(item, "label"), vector_text(item, "owner"),
                   lc_json_get_string(item, "expire"), &fields);
    }
    put_lines(&lines, out);
}

static inline void put_denial(struct lc_buf *out, const struct lc_error_entry *denial)
{
    const char *const words[] = { denial->name, denial->message, denial->reason, denial->provider,
                                  denial->endpoint };

    lc_buf_printf(out, " %lld", (long long)denial->code);
    for (size_t i = 0; i < LC_COUNT(words); i++)
        lc_buf_printf(out, " %s", words[i] == NULL ? "-" : words[i]);
}

static inline void render_events(const struct tls_unit *unit, struct lc_buf *out)
{
    for (size_t i = 0; i < unit->event_count; i++) {
        const struct tls_event *event = &unit->events[i];
        lc_buf_printf(out, "%s %s", lc_requirer_event_name(event->kind),
                      scenario_name(&scenarios, lc_csr_pem(event->pair.csr)));
        if (event->kind == LC_REQUIRER_DENIED) {
            put_denial(out, &event->denial);
        } else {
            lc_buf_printf(out, " %s %s [",
                          scenario_name(&scenarios, lc_cert_pem(event->pair.certificate)),
                          scenario_name(&scenarios, lc_cert_pem(event->pair.ca)));
            for (size_t j = 0; j < event->pair.chain.count; j++)
                lc_buf_printf(out, j == 0 ? "%s" : " %s",
                              scenario_name(&scenarios, lc_cert_pem(event->pair.chain.items[j])));
            lc_buf_putc(out, ']');
        }
        lc_buf_putc(out, '\n');
    }
}

static inline void render_wanted_denial(const struct lc_json *error, struct lc_buf *out)
{
    static const char *const fields[] = { "name", "message", "reason", "provider", "endpoint" };

    lc_buf_printf(out, " %lld", (long long)lc_json_integer(lc_json_get(error, "code")));
    for (size_t i = 0; i < LC_COUNT(fields); i++) {
        const char *text = lc_json_get_string(error, fields[i]);
        lc_buf_printf(out, " %s", text == NULL ? "-" : text);
    }
}

static inline void render_wanted_events(const struct lc_json *list, struct lc_buf *out)
{
    for (size_t i = 0; i < lc_json_count(list); i++) {
        const struct lc_json *item = lc_json_at(list, i);
        const struct lc_json *chain = lc_json_get(item, "chain");
        const bool denied = strcmp(vector_text(item, "event"), "certificate_denied") == 0;
        lc_buf_printf(out, "%s %s", denied ? "denied" : "available", vector_text(item, "csr"));
        if (denied) {
            render_wanted_denial(lc_json_get(item, "error"), out);
        } else {
            lc_buf_printf(out, " %s %s [", vector_text(item, "certificate"),
                          vector_text(item, "ca"));
            for (size_t j = 0; j < lc_json_count(chain); j++)
                lc_buf_printf(out, j == 0 ? "%s" : " %s", lc_json_string(lc_json_at(chain, j)));
            lc_buf_putc(out, ']');
        }
        lc_buf_putc(out, '\n');
    }
}

#endif
