/* Bases and architectures. */
#include "charm/platform.h"

#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "charm/meta_private.h"

/* Debian's architectures on which Juju runs machines. */
static const struct {
    const char *name;
    uint16_t machine;
    unsigned char data;
} architectures[] = {
    { "amd64", EM_X86_64, ELFDATA2LSB },  { "arm64", EM_AARCH64, ELFDATA2LSB },
    { "armhf", EM_ARM, ELFDATA2LSB },     { "i386", EM_386, ELFDATA2LSB },
    { "ppc64el", EM_PPC64, ELFDATA2LSB }, { "riscv64", EM_RISCV, ELFDATA2LSB },
    { "s390x", EM_S390, ELFDATA2MSB },
};

const char *lc_charm_program_architecture(const void *program, size_t len)
{
    const unsigned char *bytes = program;

    if (len < sizeof(Elf32_Ehdr) || strncmp(program, ELFMAG, SELFMAG) != 0)
        return "";
    const bool little = bytes[EI_DATA] == ELFDATA2LSB;
    const unsigned char *field = bytes + offsetof(Elf32_Ehdr, e_machine); /* the same in 64 bits */
    const unsigned machine = little ? (unsigned)field[0] | (unsigned)field[1] << 8
                                    : (unsigned)field[1] | (unsigned)field[0] << 8;
    for (size_t i = 0; i < LC_COUNT(architectures); i++)
        if (architectures[i].machine == machine && architectures[i].data == bytes[EI_DATA])
            return architectures[i].name;
    return "";
}

static bool is_architecture(const char *name)
{
    for (size_t i = 0; i < LC_COUNT(architectures); i++)
        if (strcmp(architectures[i].name, name) == 0)
            return true;
    return false;
}

static bool fail_platform(const char *text, struct lc_err *err)
{
    return lc_fail(err, LC_EPARSE,
                   "'%s': expected a base such as ubuntu@22.04, or ubuntu@22.04:arm64", text);
}

static bool take(const char *from, size_t len, char *to, size_t size)
{
    if (len == 0 || len >= size || strcspn(from, " \t\r\n/\\") < len)
        return false;
    (void)snprintf(to, size, "%.*s", (int)len, from);
    return true;
}

bool lc_charm_platform_parse(const char *text, struct lc_charm_platform *out, struct lc_err *err)
{
    struct lc_charm_platform platform = { .architecture = "" };
    const char *at = strchr(text, '@');
    const char *colon = at == NULL ? NULL : strchr(at, ':');

    if (at == NULL || !take(text, (size_t)(at - text), platform.base, sizeof(platform.base)))
        return fail_platform(text, err);
    const size_t channel_len = colon == NULL ? strlen(at + 1) : (size_t)(colon - at) - 1;
    if (!take(at + 1, channel_len, platform.channel, sizeof(platform.channel)))
        return fail_platform(text, err);
    if (colon != NULL &&
        (!is_architecture(colon + 1) ||
         !take(colon + 1, strlen(colon + 1), platform.architecture, sizeof(platform.architecture))))
        return fail_platform(text, err);
    *out = platform;
    return true;
}

/* A list of architectures, or one. No list: any. */
static bool lists(const struct lc_json *names, const char *architecture)
{
    const char *one = lc_json_string(names);

    if (lc_json_type(names) <= LC_JSON_NULL || architecture[0] == '\0')
        return true;
    if (one != NULL)
        return strcmp(one, architecture) == 0;
    for (size_t i = 0; i < lc_json_count(names); i++) {
        const char *name = lc_json_string(lc_json_at(names, i));
        if (name != NULL && (strcmp(name, architecture) == 0 || strcmp(name, "all") == 0))
            return true;
    }
    return false;
}

struct choice {
    const struct lc_charm_meta *meta;
    const char *architecture;
    struct lc_charm_platform *out;
    bool found;
};

/* platforms: `amd64:`, `ubuntu@22.04:amd64:`, or `any-name: {build-for: [...]}`, whose items may
 * have a base in front too. */
static bool try_word(struct choice *choice, const char *word, struct lc_err *err)
{
    const char *base = lc_json_get_string(choice->meta->files[CHARM_CHARMCRAFT], "base");
    struct lc_charm_platform platform = { .architecture = "" };

    if (strchr(word, '@') != NULL) {
        if (!lc_charm_platform_parse(word, &platform, err))
            return lc_wrap(err, "charmcraft.yaml: platforms");
        word = platform.architecture;
    } else if (base == NULL) {
        return true;
    } else if (!lc_charm_platform_parse(base, &platform, err)) {
        return lc_wrap(err, "charmcraft.yaml: base");
    }
    if (choice->found || (strcmp(word, "all") != 0 && choice->architecture[0] != '\0' &&
                          strcmp(word, choice->architecture) != 0))
        return true;
    (void)snprintf(platform.architecture, sizeof(platform.architecture), "%s",
                   choice->architecture[0] != '\0' ? choice->architecture : word);
    *choice->out = platform;
    choice->found = true;
    return true;
}

static bool try_platform(void *context, const char *name, const struct lc_json *value,
                         struct lc_err *err)
{
    const struct lc_json *targets = lc_json_get(value, "build-for");

    if (lc_json_type(targets) == LC_JSON_STRING)
        return try_word(context, lc_json_string(targets), err);
    if (lc_json_type(targets) != LC_JSON_ARRAY)
        return try_word(context, name, err);
    for (size_t i = 0; i < lc_json_count(targets); i++) {
        const char *word = lc_json_string(lc_json_at(targets, i));
        if (word == NULL)
            return lc_fail(err, LC_EPARSE,
                           "charmcraft.yaml: platforms.%s.build-for: expected texts", name);
        if (!try_word(context, word, err))
            return false;
    }
    return true;
}

static bool try_base(struct choice *choice, const struct lc_json *base, struct lc_err *err)
{
    const char *name = lc_json_get_string(base, "name");
    const char *channel = lc_json_get_string(base, "channel");
    struct lc_charm_platform platform = { .architecture = "" };

    if (name == NULL || channel == NULL ||
        !take(name, strlen(name), platform.base, sizeof(platform.base)) ||
        !take(channel, strlen(channel), platform.channel, sizeof(platform.channel)))
        return lc_fail(err, LC_EPARSE,
                       "charmcraft.yaml: bases: expected a name and a channel (in quotes)");
    if (choice->found || !lists(lc_json_get(base, "architectures"), choice->architecture))
        return true;
    (void)snprintf(platform.architecture, sizeof(platform.architecture), "%s",
                   choice->architecture);
    *choice->out = platform;
    choice->found = true;
    return true;
}

static bool try_bases(struct choice *choice, const struct lc_json *bases, struct lc_err *err)
{
    for (size_t i = 0; i < lc_json_count(bases); i++) {
        const struct lc_json *base = lc_json_at(bases, i);
        const struct lc_json *run_on = lc_json_get(base, "run-on");
        if (lc_json_type(run_on) != LC_JSON_ARRAY) {
            if (!try_base(choice, base, err))
                return false;
            continue;
        }
        for (size_t k = 0; k < lc_json_count(run_on); k++)
            if (!try_base(choice, lc_json_at(run_on, k), err))
                return false;
    }
    return true;
}

bool lc_charm_platform_of(const struct lc_charm_meta *meta, const char *architecture,
                          struct lc_charm_platform *out, struct lc_err *err)
{
    const struct lc_json *root = meta->files[CHARM_CHARMCRAFT];
    const struct lc_json *platforms = lc_json_get(root, "platforms");
    const struct lc_json *bases = lc_json_get(root, "bases");
    const char *base = lc_json_get_string(root, "base");
    struct choice choice = { .meta = meta, .architecture = architecture, .out = out };

    if (lc_json_type(platforms) == LC_JSON_OBJECT && lc_json_count(platforms) != 0) {
        if (!lc_json_each(platforms, try_platform, &choice, err))
            return false;
    } else if (base != NULL) {
        if (!try_word(&choice, architecture, err))
            return false;
    } else if (!try_bases(&choice, bases, err)) {
        return false;
    }
    if (choice.found)
        return true;
    if (base == NULL && lc_json_count(bases) == 0 && lc_json_count(platforms) == 0)
        return lc_fail(err, LC_EUSAGE,
                       "charmcraft.yaml: no base: expected for example 'base: ubuntu@22.04' and "
                       "'platforms: {amd64: }', or --platform");
    return lc_fail(err, LC_EUSAGE,
                   "charmcraft.yaml: it lists no base for %s, which the program is for",
                   architecture);
}

const char *lc_charm_own_architecture(void)
{
#if defined(__x86_64__)
    return "amd64";
#elif defined(__aarch64__)
    return "arm64";
#elif defined(__arm__)
    return "armhf";
#elif defined(__i386__)
    return "i386";
#elif defined(__powerpc64__)
    return "ppc64el";
#elif defined(__riscv)
    return "riscv64";
#elif defined(__s390x__)
    return "s390x";
#else
    _Static_assert(false, "an architecture that Juju does not know: add it here and to the table");
#endif
}
