/* A temporary folder of a test, gone with its scope:
 *
 *     LC_AUTO(folder_free) struct folder *folder = folder_new();
 *     folder_script(folder, "relation-get", "echo '{}'");
 *     assert_string_equal(folder_read(folder, "argv"), "...");
 *
 * What cannot be done ends the program with a message. */
#ifndef TESTS_LIB_FOLDER_H
#define TESTS_LIB_FOLDER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/attr.h"

struct folder;

struct folder *folder_new(void);
void folder_free(struct folder *folder);
LC_AUTO_POINTER(struct folder, folder_free);

const char *folder_path(const struct folder *folder);

/* Absolute; lives as long as the folder. */
const char *folder_file(struct folder *folder, const char *name);

void folder_write(struct folder *folder, const char *name, const char *text, mode_t mode);

/* An executable /bin/sh script. */
void folder_script(struct folder *folder, const char *name, const char *body);

/* NULL when it is not there; lives as long as the folder. */
const char *folder_read(struct folder *folder, const char *name);

#endif
