/* Private to tape*.c: one command, and answers of each shape, kept and played. */
#ifndef LC_JUJU_TAPE_PRIVATE_H
#define LC_JUJU_TAPE_PRIVATE_H

#include "juju/tape.h"

struct lc_tape {
    struct lc_juju port;
    const struct lc_juju *below; /* borrowed; NULL when played */
    const struct lc_tape_keys *keys;
    bool with_secrets;
    struct lc_buf text; /* of a recording */

    const struct lc_json *calls; /* of a tape that is played; borrowed */
    bool *used;                  /* owned; of each call */
    size_t count;                /* commands that the charm has asked for */
    struct lc_buf difference;
};

/* Its words, and what goes to standard input, as JSON: "" for nothing. */
struct tape_call {
    struct lc_strlist argv;
    struct lc_buf input;
};

#define TAPE_CALL_INIT                                                                             \
    {                                                                                              \
        .argv = LC_STRLIST_INIT, .input = LC_BUF_INIT(LC_TAPE_MAX_BYTES)                           \
    }
void tape_call_release(struct tape_call *call);
LC_AUTO_VALUE(struct tape_call, tape_call_release);

/* Words that are NULL are left out. */
bool tape_say(struct tape_call *call, const char *const *words, size_t count, struct lc_err *err)
    LC_MUST_CHECK;
void tape_input_map(struct tape_call *call, const struct lc_strmap *map);
void tape_input_spec(struct tape_call *call, const struct lc_secret_spec *spec);

/* The member base64 of an object: all of it. */
void tape_put_whole(struct lc_json_writer *out, const struct lc_secret *value);

/* A text that may look like a private key. */
void tape_put_text(struct lc_json_writer *out, const char *text, size_t len);
/* all: every text is replaced. */
void tape_put_json(struct lc_json_writer *out, const struct lc_json *json, bool all);
void tape_put_content(const struct lc_tape *tape, struct lc_json_writer *out,
                      const struct lc_secret_content *content);
bool tape_take_content(const struct lc_tape *tape, const struct lc_json *json,
                       struct lc_secret_content *out, struct lc_err *err) LC_MUST_CHECK;

/* Keep a command: begin, put the answer, end. Nothing of it can fail the hook. */
struct lc_json_writer tape_begin(struct lc_tape *tape, const struct tape_call *call);
void tape_end(struct lc_json_writer *out);
void tape_keep_failure(struct lc_tape *tape, const struct tape_call *call,
                       const struct lc_err *err);

/* The recorded answer; NULL where the command has none. False: the recorded failure, or no such
 * command is recorded. */
bool tape_answer(struct lc_tape *tape, const struct tape_call *call, const struct lc_json **out,
                 struct lc_err *err) LC_MUST_CHECK;

extern const struct lc_juju_ops tape_operations;

#endif
