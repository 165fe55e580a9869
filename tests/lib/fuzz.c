/* What fuzz targets share. */
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "x509/pem.h"

void fuzz_must(bool holds, const char *what, const struct lc_err *err)
{
    if (holds)
        return;
    (void)fprintf(stderr, "%s: %s: %s\n", what, lc_code_name(err->code), err->message);
    abort();
}

void fuzz_refused(const struct lc_err *err)
{
    fuzz_must(err->code != LC_OK && err->code != LC_EINTERNAL, "a refusal without a reason", err);
    fuzz_must(*err->message != '\0' && strchr(err->message, '\n') == NULL, "no line of text", err);
}

void fuzz_pem(const char *label, const uint8_t *bytes, size_t len, struct lc_buf *out)
{
    struct lc_err err = LC_ERR_INIT;

    if (len >= 5 && memcmp(bytes, "-----", 5) == 0) {
        lc_buf_add(out, bytes, len);
    } else {
        const size_t text_len = lc_pem_len(label, len);
        char *text = lc_buf_room(out, text_len + 1);
        fuzz_must(text != NULL, "no room", &err);
        lc_pem_write(label, bytes, len, text);
        lc_buf_grew(out, text_len);
    }
    fuzz_must(lc_buf_check(out, &err), "no room", &err);
}

char *fuzz_folder(void)
{
    struct lc_err err = LC_ERR_INIT;
    char *folder = NULL;

    fuzz_must(lc_dir_temporary("luacharm-fuzz", &folder, &err), "no folder", &err);
    return folder;
}

void fuzz_folder_end(char *folder)
{
    struct lc_err err = LC_ERR_INIT;

    fuzz_must(lc_dir_remove_tree(folder, &err), "the folder stays", &err);
    lc_free(folder);
}

void fuzz_file(const char *folder, const char *name, const uint8_t *bytes, size_t len)
{
    LC_AUTO(lc_free) char *path = lc_path_join(folder, name);
    struct lc_err err = LC_ERR_INIT;

    fuzz_must(path != NULL && lc_file_create(path, bytes, len, 0600, &err), "no file", &err);
}

int fuzz_silence(void)
{
    struct lc_err err = LC_ERR_INIT;
    const int silenced = dup(STDOUT_FILENO);
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    fuzz_must(silenced != -1 && nowhere != -1 && fflush(stdout) != EOF &&
                  dup2(nowhere, STDOUT_FILENO) != -1,
              "cannot be silent", &err);
    (void)close(nowhere); /* nothing was written to it */
    return silenced;
}

void fuzz_speak(int silenced)
{
    struct lc_err err = LC_ERR_INIT;

    fuzz_must(fflush(stdout) != EOF && dup2(silenced, STDOUT_FILENO) != -1, "cannot speak", &err);
    (void)close(silenced);
}
