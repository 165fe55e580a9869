/* A policy file in a sandbox: a VM of its own, in which there are no files, processes, network,
 * clock or randomness, and in which what a policy does is bounded. Its rules are those of the
 * engine (tls/policy.h):
 *
 *     LC_AUTO(bind_policy_free) struct bind_policy *policy = NULL;
 *     LC_AUTO(lc_verdict_release) struct lc_verdict verdict = LC_VERDICT_INIT;
 *     if (!bind_policy_load("src/policy.lua", NULL, &policy, err) ||
 *         !lc_policy_decide(bind_policy_engine(policy), &request, NULL, &verdict, err)) ...
 *
 * What a policy finds: assert, error, ipairs, pairs (in the order of the keys), pcall, xpcall,
 * select, tonumber, tostring, type, print (to the log), require of modules beside it and of
 * charm.policy; of math all but random; of string what takes linear time and no patterns; of table
 * concat, insert, remove, unpack, pack and a stable sort; utf8. Reading an unknown global raises,
 * and there is no writing of one. Texts of Lua only, no compiled chunks. Decisions do not depend on
 * hash seeds, addresses, or what was decided before: a rule that changes a variable outside of the
 * rules, or a table in one, has failed, and the change is undone. */
#ifndef LC_BIND_POLICY_H
#define LC_BIND_POLICY_H

#include "base/log.h"
#include "base/strmap.h"
#include "tls/policy.h"

/* The budget of one decision, and of loading. All that is bounded is bounded here. */
#define LC_POLICY_INSTRUCTIONS 10000000
#define LC_POLICY_MEMORY_BYTES (16u * 1024 * 1024) /* of the whole VM */
#define LC_POLICY_TEXT_BYTES   (64u * 1024)        /* of one text that Lua makes or is given */
#define LC_POLICY_CPU_MS       500 /* processor time; the last resort, looked at every 200 steps */
#define LC_POLICY_SOURCE_BYTES (256u * 1024) /* of all files of a policy */
#define LC_POLICY_MAX_FILES    64

struct bind_policy_options {
    int64_t instructions; /* 0: as above; and so on */
    size_t memory_bytes;
    size_t text_bytes;
    int64_t cpu_ms;
    struct lc_log log; /* of print; write NULL: dropped */
};

struct bind_policy;

/* path: of the policy; modules are looked for beside it and below. options: NULL for the defaults.
 * LC_ESCRIPT for an error in it, with its own file and line; LC_ELIMIT for a budget; LC_ENOTFOUND,
 * LC_EPERM (a module that lies elsewhere) and so on for its files. */
bool bind_policy_load(const char *path, const struct bind_policy_options *options,
                      struct bind_policy **out, struct lc_err *err) LC_MUST_CHECK;

/* From texts that were kept: relative path of each file to its text; main: which is the policy. */
bool bind_policy_load_kept(const struct lc_strmap *sources, const char *main,
                           const struct bind_policy_options *options, struct bind_policy **out,
                           struct lc_err *err) LC_MUST_CHECK;

void bind_policy_free(struct bind_policy *policy);
LC_AUTO_POINTER(struct bind_policy, bind_policy_free);

const struct lc_policy *bind_policy_engine(const struct bind_policy *policy);

/* The files that it was made of, by their path relative to the policy's folder, and which of them
 * is the policy itself; the SHA-256 over both, in hex. Views. */
const struct lc_strmap *bind_policy_sources(const struct bind_policy *policy);
const char *bind_policy_main(const struct bind_policy *policy);
const char *bind_policy_hash(const struct bind_policy *policy);

#endif
