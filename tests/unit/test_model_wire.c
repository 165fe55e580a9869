/* The framing of hook commands' requests: what is refused, and when a request is whole. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "model/wire.h"
#include "rows.h"

#define MAGIC 0x6c636831u

struct row {
    const char *name;
    uint32_t header[4];
    const char *rest;
    size_t rest_len;
    enum lc_code want; /* LC_OK: not refused */
    const char *part;
    bool whole;
};

static const struct row rows[] = {
    { "two words", { MAGIC, 2, 4, LC_WIRE_NO_INPUT }, "a\0b", 4, LC_OK, NULL, true },
    { "no words at all", { MAGIC, 0, 0, LC_WIRE_NO_INPUT }, "", 0, LC_OK, NULL, true },
    { "a word and input", { MAGIC, 1, 2, 3 }, "a\0xyz", 5, LC_OK, NULL, true },
    { "a byte is missing", { MAGIC, 1, 2, 3 }, "a\0xy", 4, LC_OK, NULL, false },
    { "another magic", { MAGIC + 1, 0, 0, 0 }, "", 0, LC_EPARSE, "not a hook command's", false },
    { "more words than there are", { MAGIC, 3, 4, 0 }, "a\0b", 4, LC_EPARSE, "cut off", false },
    { "fewer words", { MAGIC, 1, 4, 0 }, "a\0b", 4, LC_EPARSE, "too many words", false },
    { "a word without its end", { MAGIC, 1, 2, 0 }, "ab", 2, LC_EPARSE, "cut off", false },
    { "as many words as may be", { MAGIC, LC_WIRE_MAX_WORDS, 4, 0 }, "", 0, LC_OK, NULL, false },
    { "one word more", { MAGIC, LC_WIRE_MAX_WORDS + 1, 4, 0 }, "", 0, LC_ELIMIT, "more", false },
    { "words of as many bytes as may be",
      { MAGIC, 1, LC_WIRE_MAX_BYTES, 0 },
      "",
      0,
      LC_OK,
      NULL,
      false },
    { "one byte more", { MAGIC, 1, LC_WIRE_MAX_BYTES + 1, 0 }, "", 0, LC_ELIMIT, "more", false },
    { "input of as many bytes as may be",
      { MAGIC, 1, 2, LC_WIRE_MAX_BYTES },
      "",
      0,
      LC_OK,
      NULL,
      false },
    { "one byte more of it",
      { MAGIC, 1, 2, LC_WIRE_MAX_BYTES + 1 },
      "",
      0,
      LC_ELIMIT,
      "more",
      false },
};

static void receives(void **state)
{
    const struct row *row = *state;
    LC_AUTO(lc_wire_inbox_release) struct lc_wire_inbox inbox = LC_WIRE_INBOX_INIT;
    struct lc_err err = LC_ERR_INIT;
    uint32_t header[4];
    bool whole = false;
    int ends[2];

    for (size_t i = 0; i < 4; i++)
        header[i] = htonl(row->header[i]);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    LC_AUTO(lc_wire_close) const int here = ends[0];
    LC_AUTO(lc_wire_close) const int there = ends[1];
    assert_int_equal(send(there, header, sizeof(header), 0), sizeof(header));
    assert_int_equal(send(there, row->rest, row->rest_len, 0), row->rest_len);
    if (row->want == LC_OK)
        assert_done(lc_wire_receive_some(here, &inbox, &whole, &err));
    else
        assert_fails(lc_wire_receive_some(here, &inbox, &whole, &err), row->want, row->part);
    assert_int_equal(whole, row->whole);
}

/* Byte by byte, with a look after each. */
static void receives_in_pieces(void **state)
{
    LC_AUTO(lc_wire_inbox_release) struct lc_wire_inbox inbox = LC_WIRE_INBOX_INIT;
    static const char text[] = "lch1\0\0\0\2\0\0\0\5\0\0\0\2ab\0c\0in";
    struct lc_err err = LC_ERR_INIT;
    bool whole = false;
    int ends[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    LC_AUTO(lc_wire_close) const int here = ends[0];
    LC_AUTO(lc_wire_close) const int there = ends[1];
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        assert_false(whole);
        assert_int_equal(send(there, text + i, 1, 0), 1);
        assert_done(lc_wire_receive_some(here, &inbox, &whole, &err));
    }
    assert_true(whole);
    assert_string_equal(inbox.request.words[0], "ab");
    assert_string_equal(inbox.request.words[1], "c");
    assert_memory_equal(inbox.request.input, "in", 2);
}

static void an_early_end_is_told(void **state)
{
    LC_AUTO(lc_wire_inbox_release) struct lc_wire_inbox inbox = LC_WIRE_INBOX_INIT;
    struct lc_err err = LC_ERR_INIT;
    bool whole = false;
    int ends[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    LC_AUTO(lc_wire_close) const int here = ends[0];
    assert_int_equal(send(ends[1], "lch1", 4, 0), 4);
    assert_int_equal(shutdown(ends[1], SHUT_WR), 0);
    LC_AUTO(lc_wire_close) const int there = ends[1];
    assert_int_not_equal(there, -1);
    assert_fails(lc_wire_receive_some(here, &inbox, &whole, &err), LC_EIO, "closed the connection");
}

/* A reply of more than a socket holds goes out as it is taken. */
static void sends_in_pieces(void **state)
{
    static char out[600000];
    static char got[sizeof(out) + 16];
    const struct lc_wire_reply reply = { .code = 3, .out = out, .out_len = sizeof(out) };
    struct lc_err err = LC_ERR_INIT;
    size_t sent = 0;
    size_t taken = 0;
    size_t looks = 0;
    bool whole = false;
    int ends[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    LC_AUTO(lc_wire_close) const int here = ends[0];
    LC_AUTO(lc_wire_close) const int there = ends[1];
    memset(out, 'x', sizeof(out));
    for (; taken < sizeof(got); looks++) {
        assert_done(lc_wire_send_some(here, &reply, &sent, &whole, &err));
        const ssize_t count = recv(there, got + taken, sizeof(got) - taken, 0);
        assert_true(count > 0);
        taken += (size_t)count;
    }
    assert_true(whole && looks > 1);
    assert_memory_equal(got + 16, out, sizeof(out));
}

int main(void)
{
    struct suite suite = SUITE_INIT;

    SUITE_ROWS(&suite, rows, receives);
    SUITE_TEST(&suite, "a request that comes byte by byte", receives_in_pieces);
    SUITE_TEST(&suite, "the other side ends before its request is whole", an_early_end_is_told);
    SUITE_TEST(&suite, "a reply that is taken in pieces", sends_in_pieces);
    return suite_run(&suite, "model wire");
}
