/* charm/archive and charm/pack: what goes into a .charm and comes out, and archives that would
 * write outside their folder. */
#include "charm/archive.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "charm/platform.h"
#include "folder.h"
#include "rows.h"

static const struct lc_archive_entry plain[] = {
    { "dispatch", "#!/bin/sh\n", 10, S_IFREG | 0755 },
    { "hooks/start", "dispatch", 8, S_IFLNK | 0777 },
    { "src/charm.lua", "return 1\n", 9, S_IFREG | 0644 },
    { "src/empty", "", 0, S_IFREG | 0644 },
};

static void pack(const struct lc_archive_entry *entries, size_t count, struct lc_buf *out)
{
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_archive_write(entries, count, out, NULL, &err));
}

static void unpacks_what_was_packed(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_buf_release) struct lc_buf archive = LC_BUF_INIT(65536);
    struct lc_err err = LC_ERR_INIT;
    struct stat info;
    char target[16] = "";
    static const struct lc_archive_entry entries[] = {
        { "dispatch", "#!/bin/sh\n", 10, S_IFREG | 0755 },
        { "hooks/start", "../dispatch", 11, S_IFLNK | 0777 },
        { "src/charm.lua", "return 1\n", 9, S_IFREG | 0644 },
        { "src/empty", "", 0, S_IFREG | 0644 },
    };

    (void)state;
    pack(entries, LC_COUNT(entries), &archive);
    assert_done(lc_archive_unpack(archive.data, archive.len, folder_path(folder), &err));
    assert_string_equal(folder_read(folder, "dispatch"), "#!/bin/sh\n");
    assert_string_equal(folder_read(folder, "src/charm.lua"), "return 1\n");
    assert_string_equal(folder_read(folder, "src/empty"), "");
    assert_int_equal(lstat(folder_file(folder, "dispatch"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0755);
    assert_int_equal(lstat(folder_file(folder, "src/charm.lua"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0644);
    assert_int_equal(readlink(folder_file(folder, "hooks/start"), target, sizeof(target) - 1), 11);
    assert_string_equal(target, "../dispatch");
}

static void same_entries_same_bytes(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf first = LC_BUF_INIT(65536);
    LC_AUTO(lc_buf_release) struct lc_buf second = LC_BUF_INIT(65536);

    (void)state;
    lc_buf_puts(&second, "before");
    pack(plain, LC_COUNT(plain), &first);
    pack(plain, LC_COUNT(plain), &second);
    assert_int_equal(second.len, first.len + 6);
    assert_memory_equal(second.data + 6, first.data, first.len);
}

static void stops_at_the_maximum(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf small = LC_BUF_INIT(100);
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_fails(lc_archive_write(plain, LC_COUNT(plain), &small, NULL, &err), LC_ELIMIT, "");
}

/* What must not come out: the first entry is fine, the second is the one. */
struct hostile_row {
    const char *name;
    const char *entry;
    const char *link; /* its target; NULL: a file */
    const char *part; /* of the message */
};

static const struct hostile_row hostile[] = {
    { "refuses an absolute name", "/etc/passwd", NULL, "not a name" },
    { "refuses a name that climbs", "../outside", NULL, "not a name" },
    { "refuses a name that climbs inside", "src/../../outside", NULL, "not a name" },
    { "refuses a name with an empty part", "src//x", NULL, "not a name" },
    { "refuses a name that is a dot", "src/./x", NULL, "not a name" },
    { "refuses a backslash", "src\\x", NULL, "not a name" },
    { "refuses a line feed in a name", "src/a\nb", NULL, "not a name" },
    { "refuses bytes that are not UTF-8", "src/\xff", NULL, "not a name" },
    { "refuses a file that is there twice", "first", NULL, "first" },
    { "refuses a file below a file", "first/x", NULL, "first" },
    { "refuses a link to an absolute path", "l", "/etc", "leads out" },
    { "refuses a link out of the folder", "l", "../x", "leads out" },
    { "refuses a link out from below", "a/l", "../../x", "leads out" },
    { "refuses a link that climbs late", "a/l", "b/../../..", "leads out" },
    { "refuses a link to nothing", "l", "", "leads out" },
    { "refuses a link over a file", "first", "dispatch", "first" },
};

static void refuses(void **state)
{
    const struct hostile_row *row = *state;
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_buf_release) struct lc_buf archive = LC_BUF_INIT(65536);
    struct lc_err err = LC_ERR_INIT;
    const struct lc_archive_entry entries[] = {
        { "first", "1", 1, S_IFREG | 0644 },
        { row->entry, row->link == NULL ? "2" : row->link,
          row->link == NULL ? 1 : strlen(row->link), row->link == NULL ? S_IFREG | 0644 : S_IFLNK },
    };

    pack(entries, LC_COUNT(entries), &archive);
    err = (struct lc_err)LC_ERR_INIT;
    if (lc_archive_unpack(archive.data, archive.len, folder_path(folder), &err))
        fail_msg("unpacked");
    if (strstr(err.message, row->part) == NULL)
        fail_msg("said: %s", err.message);
}

/* --- limits ---------------------------------------------------------------------------------- */

/* So many bytes in parts of 127, with slashes between them. */
static void make_long(char *name, size_t len)
{
    for (size_t i = 0; i < len; i++)
        name[i] = i % 128 == 127 && i + 1 < len ? '/' : 'n';
    name[len] = '\0';
}

/* The record with this mark, APPNOTE.TXT 4.3.12 and 4.3.16, that is the last of its kind. */
static char *find_last(const struct lc_buf *archive, const char *mark)
{
    char *found = NULL;
    char *at = archive->data;

    while ((at = memmem(at, archive->len - (size_t)(at - archive->data), mark, 4)) != NULL)
        found = at++;
    assert_non_null(found);
    return found;
}

static void names_have_a_length(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(folder_free) struct folder *other = folder_new();
    LC_AUTO(lc_buf_release) struct lc_buf archive = LC_BUF_INIT(65536);
    char name[LC_ARCHIVE_MAX_NAME_BYTES + 2];
    struct lc_archive_entry entry = { name, "inside", 6, S_IFREG | 0644 };
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    make_long(name, LC_ARCHIVE_MAX_NAME_BYTES);
    pack(&entry, 1, &archive);
    assert_done(lc_archive_unpack(archive.data, archive.len, folder_path(folder), &err));
    assert_string_equal(folder_read(folder, name), "inside");
    find_last(&archive, "PK\1\2")[28]++;
    assert_fails(lc_archive_unpack(archive.data, archive.len, folder_path(other), &err), LC_ELIMIT,
                 "a name of more than 1024 bytes");
    make_long(name, LC_ARCHIVE_MAX_NAME_BYTES + 1);
    lc_buf_clear(&archive);
    assert_fails(lc_archive_write(&entry, 1, &archive, NULL, &err), LC_EUSAGE,
                 "expected a name of at most 1024 bytes");
}

static void targets_have_a_length(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(folder_free) struct folder *other = folder_new();
    LC_AUTO(lc_buf_release) struct lc_buf archive = LC_BUF_INIT(65536);
    char target[LC_ARCHIVE_MAX_NAME_BYTES + 2];
    char got[LC_ARCHIVE_MAX_NAME_BYTES + 2];
    struct lc_archive_entry entry = { "link", target, LC_ARCHIVE_MAX_NAME_BYTES, S_IFLNK };
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    make_long(target, entry.len);
    pack(&entry, 1, &archive);
    assert_done(lc_archive_unpack(archive.data, archive.len, folder_path(folder), &err));
    assert_int_equal(readlink(folder_file(folder, "link"), got, sizeof(got)), entry.len);
    assert_memory_equal(got, target, entry.len);
    lc_buf_clear(&archive);
    make_long(target, ++entry.len);
    pack(&entry, 1, &archive);
    assert_fails(lc_archive_unpack(archive.data, archive.len, folder_path(other), &err), LC_ELIMIT,
                 "link: a link's target of more than 1024 bytes");
    assert_false(lc_file_exists(folder_file(other, "link")));
}

/* With as many entries as may be, it is the buffer that is too small for them. */
static void entries_are_counted_when_packed(void **state)
{
    LC_AUTO(lc_free)
    struct lc_archive_entry *entries = lc_alloc(LC_ARCHIVE_MAX_ENTRIES + 1, sizeof(*entries));
    LC_AUTO(lc_buf_release) struct lc_buf small = LC_BUF_INIT(1000);
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_non_null(entries);
    for (size_t i = 0; i <= LC_ARCHIVE_MAX_ENTRIES; i++)
        entries[i] = plain[0];
    assert_fails(lc_archive_write(entries, LC_ARCHIVE_MAX_ENTRIES, &small, NULL, &err), LC_ELIMIT,
                 "dispatch: more than 1000 bytes");
    assert_fails(lc_archive_write(entries, LC_ARCHIVE_MAX_ENTRIES + 1, &small, NULL, &err),
                 LC_ELIMIT, "20001 files: an archive holds at most 20000");
}

/* What an archive says of itself, which need not be so. */
struct claim_row {
    const char *name;
    const char
        *mark;     /* of the record, APPNOTE.TXT 4.3.12 and 4.3.16; the last one in the archive */
    size_t offset; /* in the record */
    const char *bytes;
    size_t len;
    enum lc_code code;
    const char *message;
};

static const struct claim_row claim_rows[] = {
    { "so many files are looked for", "PK\5\6", 8, "\x20\x4e\x20\x4e", 4, LC_EPARSE,
      "the list of files: the archive is damaged here" },
    { "one more is refused", "PK\5\6", 8, "\x21\x4e\x21\x4e", 4, LC_ELIMIT,
      "an archive of more than 20000 files" },
    { "so many bytes are looked for", "PK\1\2", 24, "\0\0\0\x40", 4, LC_EPARSE,
      "src/empty: the archive is damaged here" },
    { "one byte more is refused", "PK\1\2", 24, "\1\0\0\x40", 4, LC_ELIMIT,
      "src/empty: the archive unpacks to more than 1073741824 bytes" },
};

static void check_claim(void **state)
{
    const struct claim_row *row = *state;
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_buf_release) struct lc_buf archive = LC_BUF_INIT(65536);
    struct lc_err err = LC_ERR_INIT;
    static const struct lc_archive_entry last = { "src/empty", "", 0, S_IFREG | 0644 };

    pack(&last, 1, &archive);
    memcpy(find_last(&archive, row->mark) + row->offset, row->bytes, row->len);
    assert_fails(lc_archive_unpack(archive.data, archive.len, folder_path(folder), &err), row->code,
                 row->message);
}

/* Nothing of it is read: so much memory is only promised. */
static void an_archive_has_a_length(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    const size_t len = LC_ARCHIVE_MAX_BYTES + (size_t)1;
    void *bytes = mmap(NULL, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_ptr_not_equal(bytes, MAP_FAILED);
    assert_fails(lc_archive_unpack(bytes, LC_ARCHIVE_MAX_BYTES, folder_path(folder), &err),
                 LC_EPARSE, "not a zip archive");
    assert_fails(lc_archive_unpack(bytes, len, folder_path(folder), &err), LC_ELIMIT,
                 "an archive of more than 268435456 bytes");
    assert_int_equal(munmap(bytes, len), 0);
}

/* x/y is a link into another folder: what is made below it would count its way up from there. */
static void refuses_a_link_below_a_link(void **state)
{
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_buf_release) struct lc_buf archive = LC_BUF_INIT(65536);
    struct lc_err err = LC_ERR_INIT;
    static const struct lc_archive_entry entries[] = {
        { "q/file", "1", 1, S_IFREG | 0644 },
        { "x/y", "../q", 4, S_IFLNK },
        { "x/y/z", "../../outside", 13, S_IFLNK },
    };

    (void)state;
    pack(entries, LC_COUNT(entries), &archive);
    assert_fails(lc_archive_unpack(archive.data, archive.len, folder_path(folder), &err), LC_EPARSE,
                 "below a link");
}

/* Every cut and every changed byte ends in an error or in a folder; never in a crash. */
static void survives_damage(void **state)
{
    LC_AUTO(lc_buf_release) struct lc_buf archive = LC_BUF_INIT(65536);
    struct lc_err err = LC_ERR_INIT;
    size_t refused = 0;

    (void)state;
    pack(plain, LC_COUNT(plain), &archive);
    for (size_t i = 0; i < archive.len; i++) {
        LC_AUTO(folder_free) struct folder *folder = folder_new();
        archive.data[i] ^= 0x55;
        refused += !lc_archive_unpack(archive.data, archive.len, folder_path(folder), &err);
        archive.data[i] ^= 0x55;
        assert_false(lc_archive_unpack(archive.data, i, folder_path(folder), &err) &&
                     i < archive.len - 22);
    }
    assert_true(refused > archive.len / 3);
}

struct platform_row {
    const char *name;
    const char *text;
    const char *base; /* NULL: refused */
    const char *channel;
    const char *architecture;
};

static const struct platform_row platforms[] = {
    { "a base", "ubuntu@22.04", "ubuntu", "22.04", "" },
    { "a base and an architecture", "ubuntu@24.04:arm64", "ubuntu", "24.04", "arm64" },
    { "no channel", "ubuntu", NULL, NULL, NULL },
    { "an empty channel", "ubuntu@", NULL, NULL, NULL },
    { "an empty base", "@22.04", NULL, NULL, NULL },
    { "an unknown architecture", "ubuntu@22.04:x86", NULL, NULL, NULL },
    { "an empty architecture", "ubuntu@22.04:", NULL, NULL, NULL },
    { "a slash", "ubuntu@22.04/stable", NULL, NULL, NULL },
    { "a blank", "ubuntu @22.04", NULL, NULL, NULL },
};

static void reads_platform(void **state)
{
    const struct platform_row *row = *state;
    struct lc_charm_platform got;
    struct lc_err err = LC_ERR_INIT;

    if (row->base == NULL) {
        assert_fails(lc_charm_platform_parse(row->text, &got, &err), LC_EPARSE, row->text);
        return;
    }
    assert_done(lc_charm_platform_parse(row->text, &got, &err));
    assert_string_equal(got.base, row->base);
    assert_string_equal(got.channel, row->channel);
    assert_string_equal(got.architecture, row->architecture);
}

struct charmcraft_row {
    const char *name;
    const char *text;
    const char *architecture;
    const char *want; /* "ubuntu@22.04:amd64", or a part of the message */
    bool refused;
};

static const struct charmcraft_row charmcrafts[] = {
    { "base and a platform", "base: ubuntu@24.04\nplatforms: {amd64: null}\n", "amd64",
      "ubuntu@24.04:amd64", false },
    { "base and a platform's build-for",
      "base: ubuntu@24.04\nplatforms: {x: {build-for: [arm64]}}\n", "arm64", "ubuntu@24.04:arm64",
      false },
    { "build-for all", "base: ubuntu@24.04\nplatforms: {x: {build-for: [all]}}\n", "arm64",
      "ubuntu@24.04:arm64", false },
    { "base without platforms", "base: ubuntu@24.04\n", "amd64", "ubuntu@24.04:amd64", false },
    { "a platform with its base", "platforms: {\"ubuntu@22.04:amd64\": null}\n", "amd64",
      "ubuntu@22.04:amd64", false },
    { "several bases: the first that fits",
      "platforms:\n  \"ubuntu@22.04:arm64\":\n  \"ubuntu@24.04:amd64\":\n  "
      "\"ubuntu@26.04:amd64\":\n",
      "amd64", "ubuntu@24.04:amd64", false },
    { "the older bases", "bases: [{name: ubuntu, channel: \"22.04\"}]\n", "amd64",
      "ubuntu@22.04:amd64", false },
    { "the older bases with run-on",
      "bases:\n- build-on: [{name: ubuntu, channel: \"20.04\"}]\n"
      "  run-on: [{name: ubuntu, channel: \"22.04\", architectures: [arm64]}]\n",
      "arm64", "ubuntu@22.04:arm64", false },
    { "another architecture", "base: ubuntu@24.04\nplatforms: {arm64: null}\n", "amd64",
      "no base for amd64", true },
    { "no base at all", "", "amd64", "no base: expected", true },
    { "a base that is none", "base: jammy\n", "amd64", "charmcraft.yaml: base: 'jammy'", true },
    { "a channel that YAML reads as a number", "bases: [{name: ubuntu, channel: 22.04}]\n", "amd64",
      "in quotes", true },
};

static void chooses_platform(void **state)
{
    const struct charmcraft_row *row = *state;
    LC_AUTO(folder_free) struct folder *folder = folder_new();
    LC_AUTO(lc_charm_meta_free) struct lc_charm_meta *meta = NULL;
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(4096);
    struct lc_charm_platform got;
    struct lc_err err = LC_ERR_INIT;

    lc_buf_printf(&text, "name: web\n%s", row->text);
    folder_write(folder, "charmcraft.yaml", text.data, 0644);
    assert_done(lc_charm_meta_load(folder_path(folder), &meta, &err));
    if (row->refused) {
        const bool done = lc_charm_platform_of(meta, row->architecture, &got, &err);
        assert_false(done);
        if (strstr(err.message, row->want) == NULL)
            fail_msg("said: %s", err.message);
        return;
    }
    assert_done(lc_charm_platform_of(meta, row->architecture, &got, &err));
    lc_buf_clear(&text);
    lc_buf_printf(&text, "%s@%s:%s", got.base, got.channel, got.architecture);
    assert_string_equal(text.data, row->want);
}

static void tells_programs_apart(void **state)
{
    LC_AUTO(lc_free) char *own = NULL;
    struct lc_err err = LC_ERR_INIT;
    size_t len;
    static const unsigned char arm64[64] = { 0x7f, 'E', 'L', 'F', 2, 1, 1, [16] = 3, [18] = 183 };
    static const unsigned char s390x[64] = { 0x7f, 'E', 'L', 'F', 2, 2, 1, [17] = 3, [19] = 22 };

    (void)state;
    assert_done(lc_file_read("/proc/self/exe", 64u * 1024 * 1024, &own, &len, &err));
    assert_string_equal(lc_charm_program_architecture(own, len), lc_charm_own_architecture());
    assert_string_equal(lc_charm_program_architecture(arm64, sizeof(arm64)), "arm64");
    assert_string_equal(lc_charm_program_architecture(s390x, sizeof(s390x)), "s390x");
    assert_string_equal(lc_charm_program_architecture("#!/bin/sh\n", 10), "");
    assert_string_equal(lc_charm_program_architecture("\x7f"
                                                      "ELF",
                                                      4),
                        "");
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_TEST(&suite, "unpacks what was packed", unpacks_what_was_packed);
    SUITE_TEST(&suite, "same entries, same bytes", same_entries_same_bytes);
    SUITE_TEST(&suite, "stops at the maximum", stops_at_the_maximum);
    SUITE_ROWS(&suite, hostile, refuses);
    SUITE_TEST(&suite, "refuses a link below a link", refuses_a_link_below_a_link);
    SUITE_TEST(&suite, "names have a length", names_have_a_length);
    SUITE_TEST(&suite, "targets of links have a length", targets_have_a_length);
    SUITE_TEST(&suite, "entries are counted when packed", entries_are_counted_when_packed);
    SUITE_ROWS(&suite, claim_rows, check_claim);
    SUITE_TEST(&suite, "an archive has a length", an_archive_has_a_length);
    SUITE_TEST(&suite, "survives damage", survives_damage);
    SUITE_ROWS(&suite, platforms, reads_platform);
    SUITE_ROWS(&suite, charmcrafts, chooses_platform);
    SUITE_TEST(&suite, "tells programs apart", tells_programs_apart);
    return suite_run(&suite, "archive");
}
