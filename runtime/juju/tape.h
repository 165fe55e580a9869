/* One hook's hook commands on a tape: a port that passes each on to another port and keeps what was
 * asked and answered; and a port that answers from such a tape, and tells where the commands are
 * not the recorded ones any more.
 *
 * A tape is a JSON array of { "argv": [...], "input": {...}, "answer": ... } or with "error":
 * { "code", "message" } instead of an answer. argv are words such as "relation-get",
 * "certificates:7", "ca/0": what is asked, without the flags of a format. input is what would go to
 * standard input.
 *
 * What is secret is not on it: of a secret's content the names, and of each value its length or, of
 * a private key, the public half; nothing of a credential but its names; nothing in any text that
 * looks like a private key. When such a tape is played, a value is the text "redacted", and a key
 * is one with the recorded public half, which fits the requests and certificates made with it and
 * signs nothing that verifies. */
#ifndef LC_JUJU_TAPE_H
#define LC_JUJU_TAPE_H

#include "juju/ops.h"

#define LC_TAPE_MAX_BYTES                                                                          \
    (16u * 1024 * 1024) /* what is past it is not kept: see lc_tape_is_whole */

/* What the tape must know of keys, which are not this layer's. */
struct lc_tape_keys {
    /* The public half of a private key in PEM, freed with lc_free; NULL for what is none. */
    bool (*public_half)(const struct lc_secret *value, char **pem_out, struct lc_err *err);
    /* A private key, in PEM, with this public half. */
    bool (*stand_in)(const char *public_pem, struct lc_secret *out, struct lc_err *err);
};

struct lc_tape;

/* below and keys are borrowed. with_secrets: the contents of secrets are kept as they are. */
bool lc_tape_record(const struct lc_juju *below, const struct lc_tape_keys *keys, bool with_secrets,
                    struct lc_tape **out, struct lc_err *err) LC_MUST_CHECK;

/* calls: the array; borrowed, as keys. A question that is not on the tape fails with LC_ESTATE;
 * what only tells Juju something succeeds. */
bool lc_tape_play(const struct lc_json *calls, const struct lc_tape_keys *keys,
                  struct lc_tape **out, struct lc_err *err) LC_MUST_CHECK;
void lc_tape_free(struct lc_tape *tape);
LC_AUTO_POINTER(struct lc_tape, lc_tape_free);
const struct lc_juju *lc_tape_port(const struct lc_tape *tape);

/* Of a recording: the array's text, and whether all of it is there. */
const char *lc_tape_text(const struct lc_tape *tape);
bool lc_tape_is_whole(const struct lc_tape *tape);

/* Of a tape that was played: the first command that is not the recorded one, in words; NULL when
 * there is none. Certificates, requests and long hexadecimal numbers may differ, since new ones are
 * random. after_all: the charm is done, and what it has not asked again differs, too. */
const char *lc_tape_difference(struct lc_tape *tape, bool after_all);

/* A program that the charm ran is a command, too: argv begins with "exec". To be kept; or from the
 * tape: its exit status, and its output where that was kept. */
void lc_tape_keep_program(struct lc_tape *tape, char *const *argv, int status, const char *out,
                          const char *err_out);
bool lc_tape_play_program(struct lc_tape *tape, char *const *argv, int *status_out,
                          const char **out, const char **err_out, struct lc_err *err) LC_MUST_CHECK;

/* Whether a file was there when the charm looked, and what was in it (NULL: not known, or not to be
 * kept): argv is "file" and its path. Played, the content is empty where it was not kept. */
bool lc_tape_wants_files(const struct lc_tape *tape); /* contents are to be kept */
void lc_tape_keep_file(struct lc_tape *tape, const char *path, bool is_there,
                       const struct lc_secret *content);
bool lc_tape_play_file(struct lc_tape *tape, const char *path, bool *is_there_out,
                       struct lc_buf *content, struct lc_err *err) LC_MUST_CHECK;

#endif
