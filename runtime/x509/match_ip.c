/* Addresses within networks, and which of them are reserved for what. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "x509/match.h"
#include "x509/parts.h"

struct network {
    unsigned char bytes[16];
    size_t len;
    int bits;
};

/* Whether the first `bits` bits are the same. */
static bool same_bits(const unsigned char *a, const unsigned char *b, int bits)
{
    const size_t whole = (size_t)bits / 8;
    const int rest = bits % 8;

    if (!lc_bytes_equal(a, whole, b, whole))
        return false;
    return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

static bool read_network(const char *text, struct network *out)
{
    static const unsigned char zeros[16];
    char address[LC_IP_TEXT_BYTES];
    const char *slash = strchr(text, '/');
    const size_t len = slash == NULL ? strlen(text) : (size_t)(slash - text);
    int64_t bits = 0;

    if (len >= sizeof(address))
        return false;
    memcpy(address, text, len);
    address[len] = '\0';
    if (!lc_ip_parse(address, out->bytes, &out->len))
        return false;
    out->bits = (int)out->len * 8;
    if (slash == NULL)
        return true;
    if (slash[1] == '\0' || !lc_text_to_number(slash + 1, out->bits, &bits))
        return false;
    out->bits = (int)bits;
    unsigned char behind[16] = { 0 };
    memcpy(behind, out->bytes, out->len);
    for (int bit = 0; bit < out->bits; bit++)
        behind[bit / 8] &= (unsigned char)~(0x80 >> bit % 8);
    return lc_bytes_equal(behind, out->len, zeros, out->len);
}

bool lc_ip_is_within(const char *address, const char *network, bool *within, struct lc_err *err)
{
    struct network range;
    unsigned char bytes[16];
    size_t len;

    if (!read_network(network, &range))
        return lc_fail(err, LC_EPARSE, "'%.60s' is no network such as 10.0.0.0/8 or 2001:db8::/32",
                       network);
    if (!lc_ip_parse(address, bytes, &len))
        return lc_fail(err, LC_EPARSE, "'%.60s' is no address", address);
    *within = len == range.len && same_bits(bytes, range.bytes, range.bits);
    return true;
}

bool lc_ip_is_address(const char *text)
{
    unsigned char bytes[16];
    size_t len;

    return lc_ip_parse(text, bytes, &len);
}

/* RFC 6890, as far as it matters for who may have a certificate; the first that fits counts. */
static const struct {
    const char *network;
    const char *scope;
} scopes[] = {
    { "0.0.0.0", "unspecified" },       { "::", "unspecified" },
    { "127.0.0.0/8", "loopback" },      { "::1", "loopback" },
    { "10.0.0.0/8", "private" },        { "172.16.0.0/12", "private" },
    { "192.168.0.0/16", "private" },    { "fc00::/7", "private" },
    { "169.254.0.0/16", "link_local" }, { "fe80::/10", "link_local" },
    { "224.0.0.0/4", "multicast" },     { "ff00::/8", "multicast" },
};

const char *lc_ip_scope(const char *address)
{
    struct lc_err why = LC_ERR_INIT;
    bool within = false;

    for (size_t i = 0; i < LC_COUNT(scopes); i++) {
        if (!lc_ip_is_within(address, scopes[i].network, &within, &why))
            return NULL;
        if (within)
            return scopes[i].scope;
    }
    return "global";
}
