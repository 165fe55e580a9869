/* What hook commands print, in the formats smart, yaml and json (juju-hooks 2.1, the table).
 *
 *     lc_out_string(call, "abc")          one value; lc_out_null, _bool, _list, _map, _tree
 *
 * or an object, member by member:
 *     struct lc_out out;
 *     if (!lc_out_begin(&out, call, err)) ...
 *     lc_out_key(&out, "revision");
 *     lc_out_number(&out, 2);
 *     return lc_out_end(&out, err);
 *
 * An object in an object: lc_out_key, lc_out_begin_object ... lc_out_end_object. */
#ifndef LC_MODEL_OUTPUT_H
#define LC_MODEL_OUTPUT_H

#include "base/json.h"
#include "base/strlist.h"
#include "base/strmap.h"
#include "base/yaml.h"

enum lc_format { LC_FORMAT_SMART, LC_FORMAT_YAML, LC_FORMAT_JSON };

/* LC_EUSAGE: `unknown format "x"`. */
bool lc_format_parse(const char *text, bool smart_too, enum lc_format *out, struct lc_err *err)
    LC_MUST_CHECK;

struct lc_out {
    struct lc_buf *buf; /* borrowed */
    enum lc_format format;
    struct lc_json_writer json;
    struct lc_yaml_writer *yaml;
};

void lc_out_release(struct lc_out *out);
LC_AUTO_VALUE(struct lc_out, lc_out_release);

/* buf must be empty. The outermost object is begun. */
bool lc_out_begin(struct lc_out *out, struct lc_buf *buf, enum lc_format format, struct lc_err *err)
    LC_MUST_CHECK;
void lc_out_key(struct lc_out *out, const char *key);
void lc_out_string(struct lc_out *out, const char *text);
void lc_out_bytes(struct lc_out *out, const char *bytes, size_t len);
void lc_out_number(struct lc_out *out, int64_t number);
void lc_out_begin_object(struct lc_out *out);
void lc_out_end_object(struct lc_out *out);
void lc_out_begin_array(struct lc_out *out);
void lc_out_end_array(struct lc_out *out);
bool lc_out_end(struct lc_out *out, struct lc_err *err) LC_MUST_CHECK;

/* One value, whole. */
bool lc_out_put_null(struct lc_buf *buf, enum lc_format format, struct lc_err *err) LC_MUST_CHECK;
bool lc_out_put_bool(struct lc_buf *buf, enum lc_format format, bool value, struct lc_err *err)
    LC_MUST_CHECK;
bool lc_out_put_string(struct lc_buf *buf, enum lc_format format, const char *bytes, size_t len,
                       struct lc_err *err) LC_MUST_CHECK;
bool lc_out_put_list(struct lc_buf *buf, enum lc_format format, const struct lc_strlist *list,
                     struct lc_err *err) LC_MUST_CHECK;
bool lc_out_put_map(struct lc_buf *buf, enum lc_format format, const struct lc_strmap *map,
                    struct lc_err *err) LC_MUST_CHECK;
/* Numbers in yaml and smart go through a float, as Juju's do: 1000000 is 1e+06. */
bool lc_out_put_tree(struct lc_buf *buf, enum lc_format format, const struct lc_json *tree,
                     struct lc_err *err) LC_MUST_CHECK;

#endif
