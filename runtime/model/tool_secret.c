/* Secrets: names and rights. */
#include "model/tool_secret.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define BASE32HEX "0123456789abcdefghijklmnopqrstuv"

static bool is_id(const char *text)
{
    return strlen(text) == LC_SECRET_ID_BYTES - 1 &&
           strspn(text, BASE32HEX) == LC_SECRET_ID_BYTES - 1 &&
           (text[LC_SECRET_ID_BYTES - 2] == '0' || text[LC_SECRET_ID_BYTES - 2] == 'g');
}

static bool is_uuid(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-'
                 : text[i] == '\0' || strchr("0123456789abcdefABCDEF", text[i]) == NULL)
            return false;
    }
    return len == 36;
}

bool lc_secret_parse(const struct lc_store *store, const char *text, char id[LC_SECRET_ID_BYTES],
                     bool *foreign, struct lc_err *err)
{
    const char *at = text;

    *foreign = false;
    if (strncmp(at, "secret:", 7) == 0) {
        at += 7;
        if (strncmp(at, "//", 2) == 0)
            at += 2;
        else if (*at == '/')
            at++;
    }
    const char *slash = strchr(at, '/');
    if (slash != NULL) {
        const size_t len = (size_t)(slash - at);
        if (!is_uuid(at, len))
            return lc_fail(err, LC_EUSAGE, "secret URI \"%s\" not valid", text);
        *foreign = strncmp(at, lc_store_uuid(store), len) != 0;
        at = slash + 1;
    }
    if (!is_id(at))
        return lc_fail(err, LC_EUSAGE, "secret URI \"%s\" not valid", text);
    memcpy(id, at, LC_SECRET_ID_BYTES);
    return true;
}

static unsigned hex_digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Twelve bytes, as rs/xid makes them: time, machine (here three bytes of the model), process (the
 * unit), a counter, which is the unit's own: hooks that run together do not race for it. */
bool lc_secret_new_id(struct lc_context *context, char id[LC_SECRET_ID_BYTES], struct lc_err *err)
{
    struct lc_store *store = context->store;
    const char *uuid = lc_store_uuid(store);
    const int64_t machine = context->unit.machine;
    unsigned char bytes[13] = { 0 };
    char series[64];
    int64_t now;
    int64_t counter = 0;

    (void)snprintf(series, sizeof(series), "secret/%lld", (long long)machine);
    if (!lc_store_now(store, &now, err) || !lc_store_sequence(store, series, &counter, err))
        return false;
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)((uint64_t)now >> (24 - 8 * i));
    for (size_t i = 4; i < 7; i++)
        bytes[i] = (unsigned char)(hex_digit(uuid[2 * (i - 4)]) << 4 | hex_digit(uuid[2 * i - 7]));
    bytes[7] = (unsigned char)((uint64_t)machine >> 8);
    bytes[8] = (unsigned char)machine;
    for (int i = 0; i < 3; i++)
        bytes[9 + i] = (unsigned char)((uint64_t)counter >> (16 - 8 * i));
    for (size_t i = 0; i < LC_SECRET_ID_BYTES - 1; i++) {
        const size_t bit = 5 * i;
        const unsigned two = (unsigned)bytes[bit / 8] << 8 | bytes[bit / 8 + 1];
        id[i] = BASE32HEX[two >> (11 - bit % 8) & 31];
    }
    id[LC_SECRET_ID_BYTES - 1] = '\0';
    return true;
}

bool lc_secret_manages(struct lc_context *context, const struct lc_secret_meta *meta, bool *out,
                       struct lc_err *err)
{
    *out = meta->unit != NULL && strcmp(meta->unit, context->unit.name) == 0;
    if (meta->unit != NULL || strcmp(meta->app, context->unit.app) != 0)
        return true;
    return lc_context_is_leader(context, out, err);
}

bool lc_secret_may_read(struct lc_context *context, const struct lc_secret_meta *meta, bool *out,
                        struct lc_err *err)
{
    LC_AUTO(lc_grants_release) struct lc_grants grants = LC_GRANTS_INIT;
    const struct lc_unit *unit = &context->unit;

    *out = meta->unit == NULL ? strcmp(meta->app, unit->app) == 0
                              : strcmp(meta->unit, unit->name) == 0;
    if (*out)
        return true;
    if (!lc_store_grants(context->store, meta->id, &grants, err))
        return false;
    for (size_t i = 0; i < grants.count; i++)
        *out = *out || strcmp(grants.items[i].subject, unit->app) == 0 ||
               strcmp(grants.items[i].subject, unit->name) == 0;
    return true;
}

bool lc_secret_argument(struct lc_call *call, char id[LC_SECRET_ID_BYTES], bool *foreign,
                        struct lc_err *err)
{
    const char *text = lc_call_arg(call, 0);

    if (text == NULL)
        return lc_fail(err, LC_EUSAGE, "missing secret URI");
    return lc_secret_parse(call->context->store, text, id, foreign, err);
}

static const struct {
    const char *name;
    int64_t seconds;
    int months;
} policies[] = {
    { "never", 0, 0 },   { "hourly", 3600, 0 }, { "daily", 86400, 0 }, { "weekly", 7 * 86400, 0 },
    { "monthly", 0, 1 }, { "quarterly", 0, 3 }, { "yearly", 0, 12 },
};

bool lc_secret_is_policy(const char *policy)
{
    for (size_t i = 0; i < LC_COUNT(policies); i++)
        if (strcmp(policies[i].name, policy) == 0)
            return true;
    return false;
}

/* As Go's AddDate: 31 January and a month is 3 March, or 2 March in a leap year. */
static int64_t add_months(int64_t from, int months)
{
    char text[LC_TIME_TEXT_BYTES];
    struct lc_err ignored = LC_ERR_INIT; /* the text is our own */
    int year;
    int month;
    int day;
    int64_t first;

    lc_time_format(from, text);
    if (sscanf(text, "%4d-%2d-%2d", &year, &month, &day) != 3)
        return from;
    month += months;
    year += (month - 1) / 12;
    month = (month - 1) % 12 + 1;
    (void)snprintf(text, sizeof(text), "%04d-%02d-01T00:00:00Z", year % 10000, month);
    if (!lc_time_parse(text, &first, &ignored))
        return from;
    return first + (int64_t)(day - 1) * 86400 + from % 86400;
}

int64_t lc_secret_next_rotation(const char *policy, int64_t last)
{
    for (size_t i = 0; i < LC_COUNT(policies); i++) {
        if (strcmp(policies[i].name, policy) != 0)
            continue;
        if (policies[i].months != 0)
            return add_months(last, policies[i].months);
        return policies[i].seconds == 0 ? 0 : last + policies[i].seconds;
    }
    return 0;
}
