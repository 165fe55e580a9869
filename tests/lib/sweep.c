/* Fault sweeps: which points, and how many. */
#include "sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

#define MOST_KINDS 16

static struct {
    const char *name;
    unsigned long points;
} counted[MOST_KINDS];

static unsigned long sweeps;

static void count(const char *name, unsigned long points)
{
    size_t at = 0;

    while (at < MOST_KINDS && counted[at].name != NULL && strcmp(counted[at].name, name) != 0)
        at++;
    assert_true(at < MOST_KINDS);
    counted[at].name = name;
    counted[at].points += points;
}

void sweep(const struct sweep_kind *kind, void *world, sweep_attempt attempt)
{
    const char *how = getenv("FAULT");
    const unsigned long stride = how != NULL && strcmp(how, "full") == 0 ? 1 : kind->stride;
    unsigned long nth = 1 + sweeps++ % stride;
    unsigned long fired = 0;

    for (; attempt(world, kind, nth); nth += stride)
        fired++;
    /* Fewer points than the first: then the first of all. */
    if (fired == 0 && nth != 1)
        fired += attempt(world, kind, 1);
    count(kind->name, fired);
}

bool sweep_report(void)
{
    bool all_fired = true;

    for (size_t i = 0; i < MOST_KINDS && counted[i].name != NULL; i++) {
        printf("# fault: %lu %s\n", counted[i].points, counted[i].name);
        all_fired = all_fired && counted[i].points != 0;
    }
    return all_fired;
}
