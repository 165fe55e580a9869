/* Fault sweeps: the same thing is done again and again, and each time another point of it fails.
 *
 *     static const struct sweep_kind memory = { "our allocations", arm, has_fired, 7 };
 *     sweep(&memory, &world, attempt);
 *     ... at the end of main: sweep_report()
 *
 * With FAULT=full in the environment each point fails once. Else the sweep is quick: one of
 * `stride` points does, and where it begins differs from sweep to sweep, so that rows which have
 * their points in common do not all try the same ones. */
#ifndef TESTS_LIB_SWEEP_H
#define TESTS_LIB_SWEEP_H

#include <stdbool.h>

struct sweep_kind {
    const char *name;                            /* "our allocations" */
    void (*arm)(void *world, unsigned long nth); /* 1: the next one fails; 0: none */
    bool (*has_fired)(void *world);              /* since it was armed */
    unsigned long stride;                        /* of the quick sweep */
};

/* Does the thing once with the point armed, judges what came of it, and disarms: true when the
 * point fired, which the kind tells. It fails the test itself. */
typedef bool (*sweep_attempt)(void *world, const struct sweep_kind *kind, unsigned long nth);

/* Until an attempt had no such point any more. */
void sweep(const struct sweep_kind *kind, void *world, sweep_attempt attempt);

/* On standard output: "# fault: 812 our allocations", the points that fired, a line for each kind.
 */
bool sweep_report(void);

#endif
