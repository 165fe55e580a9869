/* Where a packed charm runs: a base, such as ubuntu@22.04, and a machine's architecture in Debian's
 * words. */
#ifndef LC_CHARM_PLATFORM_H
#define LC_CHARM_PLATFORM_H

#include "base/attr.h"
#include "base/err.h"
#include "charm/meta.h"

struct lc_charm_platform {
    char base[32];         /* "ubuntu" */
    char channel[32];      /* "22.04" */
    char architecture[16]; /* "amd64"; "" when nothing said which */
};

/* "ubuntu@22.04" or "ubuntu@22.04:arm64". LC_EPARSE. */
bool lc_charm_platform_parse(const char *text, struct lc_charm_platform *out, struct lc_err *err)
    LC_MUST_CHECK;

/* What charmcraft.yaml says: `base` with `platforms`, or the older `bases`. Where it lists several,
 * the first that the architecture is among. architecture: "amd64", or "" for any. LC_EUSAGE when it
 * names no base, or none for the architecture; LC_EPARSE. */
bool lc_charm_platform_of(const struct lc_charm_meta *meta, const char *architecture,
                          struct lc_charm_platform *out, struct lc_err *err) LC_MUST_CHECK;

/* Of an ELF program: "amd64", "arm64", ...; "" for anything else. Static. */
const char *lc_charm_program_architecture(const void *program, size_t len);

/* Of this build: "amd64". Static. */
const char *lc_charm_own_architecture(void);

#endif
