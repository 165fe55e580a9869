/* YAML, as charm metadata and hook commands use it: one document, read into a JSON tree. Anchors,
 * aliases, tags other than the standard ones, merge keys and keys that are not scalars are refused.
 * A repeated key is an error. The sole user of the YAML library. */
#ifndef LC_BASE_YAML_H
#define LC_BASE_YAML_H

#include "base/json.h"

#define LC_YAML_MAX_BYTES (4u * 1024 * 1024)
#define LC_YAML_MAX_DEPTH 64

enum lc_yaml_flags {
    LC_YAML_TEXT_ONLY = 1, /* plain scalars stay the text they are: 1.0 is "1.0", null is "" */
};

/* Plain scalars are resolved by the YAML 1.2 core schema (null, ~, true, false, integers, reals);
 * yes and no are text. An empty document is null.
 * Errors: LC_EPARSE (with line), LC_ELIMIT, LC_EUNSUPPORTED, LC_ENOMEM. */
bool lc_yaml_parse(const char *text, size_t len, unsigned flags, struct lc_json **out,
                   struct lc_err *err) LC_MUST_CHECK;

#endif
