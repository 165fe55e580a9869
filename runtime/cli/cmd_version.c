/* luacharm version: what is inside. The libraries are part of the program, so their versions are
 * what a reader of a security notice looks for. */
#include <stdio.h>

#include "base/json.h"
#include "base/yaml.h"
#include "bind/vm.h"
#include "cli/cmd.h"
#include "model/store_library.h"
#include "x509/library.h"

static int run(const struct lc_args *args, struct lc_err *err)
{
    char cjson[BIND_VERSION_BYTES];
    LC_AUTO(lc_buf_release) struct lc_buf json = LC_BUF_INIT(4096);

    if (!bind_cjson_version(cjson, err))
        return LC_EXIT_FAILED;
    const struct {
        const char *name;
        const char *version;
    } parts[] = {
        { "luacharm", LC_VERSION },       { "Lua", bind_lua_version() },
        { "OpenSSL", lc_x509_library() }, { "lua-cjson", cjson },
        { "jansson", lc_json_library() }, { "libyaml", lc_yaml_library() },
        { "SQLite", lc_store_library() },
    };
    struct lc_json_writer writer = lc_json_writer(&json, LC_JSON_PRETTY);
    lc_json_begin_object(&writer);
    for (size_t i = 0; i < LC_COUNT(parts); i++) {
        lc_json_member_string(&writer, parts[i].name, parts[i].version);
        if (!lc_args_has(args, "json"))
            (void)printf("%s %s\n", parts[i].name, parts[i].version);
    }
    lc_json_end_object(&writer);
    if (!lc_buf_check(&json, err))
        return LC_EXIT_FAILED;
    if (lc_args_has(args, "json"))
        (void)printf("%s\n", json.data);
    return LC_EXIT_DONE;
}

static const struct lc_opt options[] = {
    { "json", 0, NULL, "as a JSON object" },
    { NULL, 0, NULL, NULL },
};

const struct lc_cmd lc_cmd_version = {
    .name = "version",
    .synopsis = "[--json]",
    .summary = "the version of luacharm, and of the libraries inside",
    .options = options,
    .run = run,
};
