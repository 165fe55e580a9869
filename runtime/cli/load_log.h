/* What a client saw of a server while a model ran: the log of handshakes that `model timeline
 * --load` shows beside the hooks. A line for each, in the order in which they ended:
 *
 *     MICROSECONDS-FROM-THE-START MICROSECONDS-IT-TOOK SERIAL-OR-"-" ok
 *     MICROSECONDS-FROM-THE-START MICROSECONDS-IT-TOOK SERIAL-OR-"-" WHAT WENT WRONG
 *
 * as tests/load/tls_load writes it. */
#ifndef LC_CLI_LOAD_LOG_H
#define LC_CLI_LOAD_LOG_H

#include "base/json.h"

#define LOAD_LOG_MAX_BYTES   (256u * 1024 * 1024)
#define LOAD_LOG_MAX_SERIALS 64
#define LOAD_LOG_STEPS       72 /* of time, at most */

/* One object:
 *   handshakes, failures, gap_ms   the longest time without one that succeeded
 *   step_ms       the length of a step; steps begin at 0
 *   steps         ok, failed, serial (a place in serials, from 0; absent where none succeeded)
 *   serials       serial, count, first_ms, last_ms, in the order in which they were first seen
 * LC_EPARSE with the number of a line that is none of the above; as lc_file_read says. */
bool load_log_put(const char *path, struct lc_json_writer *out, struct lc_err *err) LC_MUST_CHECK;

/* What load_log_put has written, for a terminal of 80 columns. */
void load_chart_print(const struct lc_json *load);

#endif
