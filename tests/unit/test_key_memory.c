/* x509/key: after the last reference is gone, the key is nowhere in this process's memory, whatever
 * was done with it. The memory is read through /proc; what is looked for is kept masked, and the
 * stack is left out, since it is written over by what comes next. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "rows.h"
#include "x509/csr.h"
#include "x509/der.h"
#include "x509/pem.h"

#define NEEDLE_BYTES 16
#define CHUNK_BYTES  ((size_t)1024 * 1024)
#define MASK         0xa5

/* Three forms of the same secret number: as DER has it, the other way round, as OpenSSL keeps it on
 * this machine, and as a piece of the PEM text. */
static unsigned char needles[3][NEEDLE_BYTES];
static const char *const needle_names[] = { "DER", "bignum", "PEM" };

static void mask(unsigned char *to, const void *from)
{
    const unsigned char *bytes = from;

    for (size_t i = 0; i < NEEDLE_BYTES; i++)
        to[i] = bytes[i] ^ MASK;
}

/* The secret number of PKCS#1 (its first prime) or SEC1. */
static void find_number(const struct lc_buf *der, enum lc_key_type type, struct lc_der_item *out)
{
    struct lc_der in = { (const unsigned char *)der->data, der->len };
    struct lc_der inside;

    assert_true(lc_der_enter(&in, LC_DER_SEQUENCE, &inside));
    for (int i = 0; i < (type == LC_KEY_RSA ? 5 : 2); i++)
        assert_true(lc_der_next(&inside, out));
    assert_true(out->len >= 2 * NEEDLE_BYTES);
}

static void take_needles(const struct lc_secret *pem, enum lc_key_type type)
{
    struct lc_err err = LC_ERR_INIT;
    LC_AUTO(lc_wiped) struct lc_buf der = LC_BUF_INIT(8192);
    struct lc_der_item number;

    const char *body = strchr(pem->data, '\n') + 1;
    const char *end = strstr(body, "\n-----END");
    assert_non_null(lc_buf_room(&der, pem->len)); /* all at once, so that no copy stays behind */
    assert_done(lc_base64_decode(body, (size_t)(end - body), &der, &err));
    find_number(&der, type, &number);
    mask(needles[0], number.bytes + number.len - NEEDLE_BYTES);
    for (size_t i = 0; i < NEEDLE_BYTES; i++)
        needles[1][i] = number.bytes[number.len - 1 - i] ^ MASK;
    /* Of RSA's text the first half is public. */
    mask(needles[2], type == LC_KEY_RSA ? body + (end - body) * 3 / 4 : body + 16);
}

static bool is_here(const unsigned char *at, const unsigned char *needle)
{
    for (size_t i = 0; i < NEEDLE_BYTES; i++)
        if ((at[i] ^ MASK) != needle[i])
            return false;
    return true;
}

static const char *found; /* one of the names */

static void search(const unsigned char *bytes, size_t len)
{
    for (size_t at = 0; at + NEEDLE_BYTES <= len; at++)
        for (size_t i = 0; i < LC_COUNT(needles); i++)
            if ((bytes[at] ^ MASK) == needles[i][0] && is_here(bytes + at, needles[i]))
                found = needle_names[i];
}

/* chunk: outside of what is searched. */
static void search_range(int memory, unsigned long long from, unsigned long long to,
                         unsigned char *chunk)
{
    for (unsigned long long at = from; at < to; at += CHUNK_BYTES - NEEDLE_BYTES) {
        const size_t wanted = to - at < CHUNK_BYTES ? (size_t)(to - at) : CHUNK_BYTES;
        const ssize_t got = pread(memory, chunk, wanted, (off_t)at);
        if (got > 0)
            search(chunk, (size_t)got);
    }
}

static void search_all(void)
{
    unsigned char *chunk = mmap(NULL, CHUNK_BYTES, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    FILE *maps = fopen("/proc/self/maps", "re");
    const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    char line[512];
    size_t searched = 0;

    found = NULL;
    assert_true(chunk != MAP_FAILED && maps != NULL && memory != -1);
    while (fgets(line, sizeof(line), maps) != NULL) {
        char *end;
        const unsigned long long from = strtoull(line, &end, 16);
        const unsigned long long to = strtoull(end + 1, &end, 16);
        const unsigned long long here = (uintptr_t)chunk;
        if (strncmp(end, " rw", 3) != 0 || strstr(line, "[stack]") != NULL ||
            to - from > (unsigned long long)1 << 28) /* a sanitizer's shadow */
            continue;
        /* The kernel may have put the chunk and a neighbour into one line. */
        search_range(memory, from, here > from && here < to ? here : to, chunk);
        if (here >= from && here < to)
            search_range(memory, here + CHUNK_BYTES, to, chunk);
        searched++;
    }
    assert_true(searched > 3);
    assert_int_equal(fclose(maps), 0);
    assert_int_equal(close(memory), 0);
    assert_int_equal(munmap(chunk, CHUNK_BYTES), 0);
}

static char *path_of(const char *name)
{
    const char *tests = getenv("TESTS");
    char *path = lc_alloc(512, 1);

    assert_non_null(path);
    (void)snprintf(path, 512, "%s/golden/x509/%s", tests == NULL ? "tests" : tests, name);
    return path;
}

struct use {
    const char *name;
    const char *file; /* in golden/x509 */
    void (*with)(const struct lc_secret *pem, const struct lc_key *key);
};

static void read_only(const struct lc_secret *pem, const struct lc_key *key)
{
    (void)pem;
    (void)key;
}

static void encode(const struct lc_secret *pem, const struct lc_key *key)
{
    LC_AUTO(lc_secret_release) struct lc_secret again = LC_SECRET_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)pem;
    assert_done(lc_key_encode(key, &again, &err));
}

/* Cut off in the last line: base64 and DER are read as far as they go. */
static void read_cut_off(const struct lc_secret *pem, const struct lc_key *key)
{
    LC_AUTO(lc_secret_release) struct lc_secret cut = LC_SECRET_INIT;
    LC_AUTO(lc_key_unref) struct lc_key *none = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)key;
    const char *end = strstr(pem->data, "\n-----END");
    assert_done(lc_secret_set(&cut, pem->data, (size_t)(end - pem->data) - 8, &err));
    assert_done(lc_secret_append(&cut, end, strlen(end), &err));
    assert_false(lc_key_parse(cut.data, cut.len, NULL, &none, &err));
}

static void sign_request(const struct lc_secret *pem, const struct lc_key *key)
{
    LC_AUTO(lc_attrs_release) struct lc_attrs attrs = LC_ATTRS_INIT;
    LC_AUTO(lc_csr_unref) struct lc_csr *csr = NULL;
    struct lc_err err = LC_ERR_INIT;

    (void)pem;
    assert_done(lc_attrs_set_text(&attrs, "common_name", "a", 1, &err));
    assert_done(lc_attrs_normalise(&attrs, &err));
    assert_done(lc_csr_generate(&attrs, key, &csr, &err));
}

static const struct use uses[] = {
    { "reading an EC key", "ec.pem", read_only },
    { "reading an RSA key", "rsa.pem", read_only },
    { "encoding an EC key", "ec.pem", encode },
    { "encoding an RSA key", "rsa.pem", encode },
    { "refusing an EC key that is cut off", "ec.pem", read_cut_off },
    { "refusing an RSA key that is cut off", "rsa.pem", read_cut_off },
    { "signing with an EC key", "ec.pem", sign_request },
    { "signing with an RSA key", "rsa.pem", sign_request },
};

static void make_use(const struct use *use)
{
    LC_AUTO(lc_free) char *path = path_of(use->file);
    LC_AUTO(lc_secret_release) struct lc_secret pem = LC_SECRET_INIT;
    LC_AUTO(lc_key_unref) struct lc_key *key = NULL;
    struct lc_err err = LC_ERR_INIT;

    assert_done(lc_file_read_secret(path, &pem, &err));
    assert_done(lc_key_parse(pem.data, pem.len, NULL, &key, &err));
    take_needles(&pem, lc_key_type(key));
    use->with(&pem, key);
}

static void leaves_nothing(void **state)
{
    make_use(*state);
    search_all();
    if (found != NULL)
        fail_msg("the key is still in memory, as %s", found);
}

/* That the search can find something at all. */
static void finds_a_key_that_is_there(void **state)
{
    LC_AUTO(lc_free) char *path = path_of("ec.pem");
    LC_AUTO(lc_secret_release) struct lc_secret pem = LC_SECRET_INIT;
    struct lc_err err = LC_ERR_INIT;

    (void)state;
    assert_done(lc_file_read_secret(path, &pem, &err));
    take_needles(&pem, LC_KEY_EC);
    search_all();
    assert_non_null(found);
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    for (size_t i = 0; i < LC_COUNT(uses); i++)
        suite_addf(&suite, leaves_nothing, (void *)(uintptr_t)&uses[i],
                   "%s leaves nothing in memory", uses[i].name);
    SUITE_TEST(&suite, "the search finds a key that is there", finds_a_key_that_is_there);
    return suite_run(&suite, "key memory");
}
