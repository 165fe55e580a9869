/* A log of handshakes, summed up in steps of time. */
#include "cli/load_log.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

struct handshake {
    int64_t begun_us;
    int64_t ended_us;
    const char *serial; /* a view */
    size_t serial_len;
    bool ok;
};

struct serial {
    const char *text; /* a view */
    size_t len;
    int64_t count;
    int64_t first_us;
    int64_t last_us;
};

struct step {
    int64_t ok;
    int64_t failed;
    size_t serial; /* the last that was served; LOAD_LOG_MAX_SERIALS for none */
};

struct load_log {
    struct step steps[LOAD_LOG_STEPS];
    size_t step_count;
    int64_t step_us;
    struct serial serials[LOAD_LOG_MAX_SERIALS];
    size_t serial_count;
    int64_t handshakes;
    int64_t failures;
    int64_t gap_us;
};

/* --- lines ---------------------------------------------------------------------------------- */

/* One line, without its end; *at is then at the next. False at the end of the text. */
static bool next_line(const char **at, const char **line, size_t *len)
{
    *line = *at;
    *len = strcspn(*at, "\n");
    if (**at == '\0')
        return false;
    *at += *len + ((*at)[*len] == '\n');
    return true;
}

static bool read_number(const char **at, int64_t *out)
{
    char *end;

    if (**at < '0' || **at > '9')
        return false;
    *out = strtoll(*at, &end, 10);
    if (*end != ' ')
        return false;
    *at = end + 1;
    return true;
}

static bool read_handshake(const char *line, size_t len, struct handshake *out)
{
    const char *at = line;
    int64_t took_us;

    if (!read_number(&at, &out->begun_us) || !read_number(&at, &took_us) || at >= line + len ||
        out->begun_us > INT64_MAX / 2 || took_us > INT64_MAX / 2)
        return false;
    out->ended_us = out->begun_us + took_us;
    out->serial = at;
    out->serial_len = strcspn(at, " \n");
    at += out->serial_len;
    if (*at != ' ')
        return false;
    out->ok = (size_t)(line + len - at) == strlen(" ok") && strncmp(at, " ok", 3) == 0;
    return true;
}

/* --- sums ----------------------------------------------------------------------------------- */

static size_t find_serial(struct load_log *log, const struct handshake *handshake)
{
    for (size_t i = 0; i < log->serial_count; i++)
        if (log->serials[i].len == handshake->serial_len &&
            strncmp(log->serials[i].text, handshake->serial, handshake->serial_len) == 0)
            return i;
    if (log->serial_count == LOAD_LOG_MAX_SERIALS)
        return LOAD_LOG_MAX_SERIALS - 1;
    log->serials[log->serial_count] = (struct serial){ .text = handshake->serial,
                                                       .len = handshake->serial_len,
                                                       .first_us = handshake->begun_us };
    return log->serial_count++;
}

static void add(struct load_log *log, const struct handshake *handshake, int64_t *last_us)
{
    struct step *step = &log->steps[handshake->begun_us / log->step_us];

    log->handshakes++;
    if (!handshake->ok) {
        log->failures++;
        step->failed++;
        return;
    }
    step->ok++;
    step->serial = find_serial(log, handshake);
    struct serial *serial = &log->serials[step->serial];
    serial->count++;
    serial->last_us = handshake->begun_us;
    if (handshake->ended_us - *last_us > log->gap_us)
        log->gap_us = handshake->ended_us - *last_us;
    *last_us = handshake->ended_us;
}

/* Round steps, so many that the last handshake has one. */
static void choose_steps(struct load_log *log, int64_t span_us)
{
    static const int64_t sizes_ms[] = { 50, 100, 200, 500, 1000, 2000, 5000, 10000, 30000 };
    size_t i = 0;

    while (i + 1 < LC_COUNT(sizes_ms) && span_us / (sizes_ms[i] * 1000) >= LOAD_LOG_STEPS)
        i++;
    log->step_us = sizes_ms[i] * 1000;
    if (span_us / log->step_us >= LOAD_LOG_STEPS)
        log->step_us = span_us / LOAD_LOG_STEPS + 1;
    log->step_count = (size_t)(span_us / log->step_us) + 1;
    for (size_t step = 0; step < log->step_count; step++)
        log->steps[step].serial = LOAD_LOG_MAX_SERIALS;
}

static bool sum_up(const char *path, const char *text, struct load_log *log, struct lc_err *err)
{
    struct handshake handshake;
    const char *at = text;
    const char *line;
    size_t len;
    size_t number = 0;
    int64_t span_us = 0;
    int64_t last_us = 0;

    while (next_line(&at, &line, &len)) {
        number++;
        if (!read_handshake(line, len, &handshake))
            return lc_fail(err, LC_EPARSE,
                           "%s:%zu: expected 'MICROSECONDS MICROSECONDS SERIAL "
                           "RESULT' of a handshake",
                           path, number);
        span_us = handshake.begun_us > span_us ? handshake.begun_us : span_us;
    }
    choose_steps(log, span_us);
    for (at = text; next_line(&at, &line, &len);)
        if (read_handshake(line, len, &handshake))
            add(log, &handshake, &last_us);
    return true;
}

/* --- written -------------------------------------------------------------------------------- */

static void put_steps(const struct load_log *log, struct lc_json_writer *out)
{
    lc_json_key(out, "steps");
    lc_json_begin_array(out);
    for (size_t i = 0; i < log->step_count; i++) {
        lc_json_begin_object(out);
        lc_json_member_integer(out, "ok", log->steps[i].ok);
        lc_json_member_integer(out, "failed", log->steps[i].failed);
        if (log->steps[i].serial != LOAD_LOG_MAX_SERIALS)
            lc_json_member_integer(out, "serial", (int64_t)log->steps[i].serial);
        lc_json_end_object(out);
    }
    lc_json_end_array(out);
}

static void put_serials(const struct load_log *log, struct lc_json_writer *out)
{
    lc_json_key(out, "serials");
    lc_json_begin_array(out);
    for (size_t i = 0; i < log->serial_count; i++) {
        lc_json_begin_object(out);
        lc_json_key(out, "serial");
        lc_json_put_string_len(out, log->serials[i].text, log->serials[i].len);
        lc_json_member_integer(out, "count", log->serials[i].count);
        lc_json_member_integer(out, "first_ms", log->serials[i].first_us / 1000);
        lc_json_member_integer(out, "last_ms", log->serials[i].last_us / 1000);
        lc_json_end_object(out);
    }
    lc_json_end_array(out);
}

bool load_log_put(const char *path, struct lc_json_writer *out, struct lc_err *err)
{
    LC_AUTO(lc_free) struct load_log *log = lc_alloc(1, sizeof(*log));
    LC_AUTO(lc_free) char *text = NULL;
    size_t len;

    if (log == NULL)
        return lc_fail_memory(err);
    if (!lc_file_read(path, LOAD_LOG_MAX_BYTES, &text, &len, err) || !sum_up(path, text, log, err))
        return false;
    lc_json_begin_object(out);
    lc_json_member_integer(out, "handshakes", log->handshakes);
    lc_json_member_integer(out, "failures", log->failures);
    lc_json_member_integer(out, "gap_ms", log->gap_us / 1000);
    lc_json_member_integer(out, "step_ms", log->step_us / 1000);
    put_steps(log, out);
    put_serials(log, out);
    lc_json_end_object(out);
    return true;
}
