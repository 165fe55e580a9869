/* Fuzz targets, tests/fuzz/fuzz_<target>.c: each gives one reader of outside bytes any bytes, and
 * looks whether what it made of them holds together. A target has LLVMFuzzerTestOneInput and no
 * main: `make fuzz` links it to libFuzzer, `make test` to fuzz_replay.c, which gives it its corpus,
 * tests/fuzz/corpus/<target>/. What is wrong ends the process. */
#ifndef TESTS_LIB_FUZZ_H
#define TESTS_LIB_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* One input; always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Ends the process with the text, and what err says, unless it holds. A reader that says no must
 * have said why: a code other than LC_OK and LC_EINTERNAL, and a message of one line. */
void fuzz_must(bool holds, const char *what, const struct lc_err *err);
void fuzz_refused(const struct lc_err *err);

/* The input as PEM: bytes that begin like PEM as they are, others as the DER within a block with
 * this label, so that a fuzzer need not find its way through base64. out: initialised. */
void fuzz_pem(const char *label, const uint8_t *bytes, size_t len, struct lc_buf *out);

/* A new private folder; the path is freed with lc_free, after fuzz_folder_end. */
char *fuzz_folder(void);
void fuzz_folder_end(char *folder);

/* A file in it with these bytes; name: "charmcraft.yaml". */
void fuzz_file(const char *folder, const char *name, const uint8_t *bytes, size_t len);

/* What is printed between the two is dropped. */
int fuzz_silence(void);
void fuzz_speak(int silenced);

#endif
