/* The sums of a log of handshakes as a chart for a terminal: how many succeeded in each step of
 * time, which certificate was served, and where any failed. */
#include <stdio.h>

#include "cli/load_log.h"

#define SERIALS_WITH_A_LETTER 26

static int64_t number(const struct lc_json *object, const char *key)
{
    return lc_json_integer(lc_json_get(object, key));
}

static const struct lc_json *step_at(const struct lc_json *load, size_t place)
{
    return lc_json_at(lc_json_get(load, "steps"), place);
}

static size_t step_count(const struct lc_json *load)
{
    return lc_json_count(lc_json_get(load, "steps"));
}

static void print_rates(const struct lc_json *load)
{
    static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
    int64_t most = 1;

    for (size_t i = 0; i < step_count(load); i++)
        if (number(step_at(load, i), "ok") > most)
            most = number(step_at(load, i), "ok");
    (void)printf("%6lld/s  ", (long long)(most * 1000 / number(load, "step_ms")));
    for (size_t i = 0; i < step_count(load); i++)
        (void)printf("%s", blocks[(number(step_at(load, i), "ok") * 8 + most - 1) / most]);
    (void)printf("\n");
}

static char letter(int64_t serial)
{
    return serial < SERIALS_WITH_A_LETTER ? (char)('A' + serial) : '*';
}

static void print_serials(const struct lc_json *load)
{
    (void)printf("  served  ");
    for (size_t i = 0; i < step_count(load); i++) {
        const struct lc_json *serial = lc_json_get(step_at(load, i), "serial");
        (void)putchar(serial == NULL ? ' ' : letter(lc_json_integer(serial)));
    }
    (void)printf("\n");
}

static void print_failures(const struct lc_json *load)
{
    if (number(load, "failures") == 0)
        return;
    (void)printf("  failed  ");
    for (size_t i = 0; i < step_count(load); i++)
        (void)putchar(number(step_at(load, i), "failed") == 0 ? ' ' : 'x');
    (void)printf("\n");
}

/* A mark every ten steps. */
static void print_axis(const struct lc_json *load)
{
    (void)printf("          ");
    for (size_t i = 0; i < step_count(load); i += 10) {
        char mark[32];
        const double at = (double)((int64_t)i * number(load, "step_ms")) / 1000;
        (void)snprintf(mark, sizeof(mark), "|%.1f s", at);
        (void)printf("%-10s", mark);
    }
    (void)printf("\n");
}

void load_chart_print(const struct lc_json *load)
{
    const struct lc_json *serials = lc_json_get(load, "serials");

    (void)printf("%lld handshakes, %lld failed; the longest time without one that succeeded: "
                 "%lld ms\n\n",
                 (long long)number(load, "handshakes"), (long long)number(load, "failures"),
                 (long long)number(load, "gap_ms"));
    print_rates(load);
    print_serials(load);
    print_failures(load);
    print_axis(load);
    for (size_t i = 0; i < lc_json_count(serials); i++) {
        const struct lc_json *one = lc_json_at(serials, i);
        (void)printf("\n%c  serial %s: %lld handshakes, from %lld ms to %lld ms",
                     letter((int64_t)i), lc_json_get_string(one, "serial"),
                     (long long)number(one, "count"), (long long)number(one, "first_ms"),
                     (long long)number(one, "last_ms"));
    }
    (void)printf("\n");
}
