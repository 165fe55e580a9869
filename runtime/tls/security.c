/* The security log. Names come from the other side: they are JSON strings, cut. */
#include "tls/security.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/json.h"

#define DAY_S ((int64_t)86400)

struct line {
    struct lc_buf text;
    struct lc_json_writer writer;
};

static void put(struct line *line, const char *key, const char *value)
{
    lc_json_member_string(&line->writer, key, value);
}

static void put_number(struct line *line, const char *key, int64_t number)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "%lld", (long long)number);
    put(line, key, text);
}

static void begin(struct line *line, const struct lc_tls_hook *hook, enum lc_level level,
                  const char *event, const char *format, ...) LC_PRINTF(5, 6);
static void begin(struct line *line, const struct lc_tls_hook *hook, enum lc_level level,
                  const char *event, const char *format, ...)
{
    char now[LC_TIME_TEXT_BYTES];
    char description[512];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(description, sizeof(description), format, args); /* cut: for a person */
    va_end(args);
    lc_time_format(lc_clock_now(hook->clock), now);
    lc_buf_init(&line->text, 8192);
    line->writer = lc_json_writer(&line->text, LC_JSON_PYTHON);
    lc_json_begin_object(&line->writer);
    put(line, "datetime", now);
    put(line, "event", event);
    put(line, "level", lc_level_name(level));
    put(line, "description", description);
    put(line, "type", "security");
}

/* What cannot be put together is not logged: no reason to fail the hook. */
static void end(struct line *line, const struct lc_tls_hook *hook, enum lc_level level)
{
    struct lc_err ignored = LC_ERR_INIT;

    lc_json_end_object(&line->writer);
    if (lc_buf_check(&line->text, &ignored))
        lc_log(hook->log, level == LC_LEVEL_WARNING ? LC_LEVEL_WARNING : LC_LEVEL_DEBUG, "%s",
               line->text.data);
    lc_buf_release(&line->text);
}

static void put_application(struct line *line, const struct lc_tls_hook *hook)
{
    char name[256];

    (void)snprintf(name, sizeof(name), "tls-certificates-%s", hook->app);
    put(line, "application", name);
}

static const char *common_name(const struct lc_name *subject)
{
    const char *name = lc_name_get(subject, LC_OID_COMMON_NAME);

    return name == NULL ? "" : name;
}

static int64_t validity_days(const struct lc_cert *cert)
{
    return (lc_cert_not_after(cert) - lc_cert_not_before(cert)) / DAY_S;
}

void lc_security_key_generated(const struct lc_tls_hook *hook, const struct lc_key *key)
{
    struct line line;

    begin(&line, hook, LC_LEVEL_INFO, "private_key_generated", "a private key was generated");
    put_number(&line, "key_size", lc_key_bits(key));
    end(&line, hook, LC_LEVEL_INFO);
}

void lc_security_certificate_generated(const struct lc_tls_hook *hook, const struct lc_cert *cert)
{
    const char *name = common_name(lc_cert_subject(cert));
    struct line line;

    begin(&line, hook, LC_LEVEL_INFO, "certificate_generated", "a certificate was issued for '%s'",
          name);
    put(&line, "common_name", name);
    put(&line, "is_ca", lc_cert_is_ca(cert) ? "True" : "False");
    put_number(&line, "validity_days", validity_days(cert));
    end(&line, hook, LC_LEVEL_INFO);
}

void lc_security_ca_generated(const struct lc_tls_hook *hook, const struct lc_cert *cert)
{
    const char *name = common_name(lc_cert_subject(cert));
    struct line line;

    begin(&line, hook, LC_LEVEL_INFO, "ca_certificate_generated", "the CA '%s' was made", name);
    put(&line, "common_name", name);
    put_number(&line, "validity_days", validity_days(cert));
    end(&line, hook, LC_LEVEL_INFO);
}

void lc_security_certificate_provided(const struct lc_tls_hook *hook, const char *relation_id,
                                      const struct lc_csr *csr)
{
    const char *name = common_name(lc_csr_subject(csr));
    struct line line;

    begin(&line, hook, LC_LEVEL_INFO, "certificate_provided",
          "a certificate for '%s' was provided on '%s'", name, relation_id);
    put(&line, "relation_id", relation_id);
    put(&line, "common_name", name);
    put_application(&line, hook);
    end(&line, hook, LC_LEVEL_INFO);
}

void lc_security_certificate_denied(const struct lc_tls_hook *hook, const char *relation_id,
                                    const char *who, const struct lc_csr *csr, int64_t code,
                                    const char *name, const char *message)
{
    struct line line;

    begin(&line, hook, LC_LEVEL_WARNING, "certificate_denied", "a request of %s is denied: %s: %s",
          who, name, message);
    put(&line, "relation_id", relation_id);
    put(&line, "common_name", common_name(lc_csr_subject(csr)));
    put_number(&line, "code", code);
    put_application(&line, hook);
    end(&line, hook, LC_LEVEL_WARNING);
}

void lc_security_all_revoked(const struct lc_tls_hook *hook, const char *endpoint)
{
    struct line line;

    begin(&line, hook, LC_LEVEL_WARNING, "all_certificates_revoked",
          "all certificates of endpoint '%s' are revoked", endpoint);
    put_application(&line, hook);
    end(&line, hook, LC_LEVEL_WARNING);
}
