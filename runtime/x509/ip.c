/* Addresses as text. Formatting is our own: the C library writes ::102:304 with dots, which is not
 * what other programs call its canonical text. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "x509/parts.h"

bool lc_ip_parse(const char *text, unsigned char bytes[16], size_t *len_out)
{
    if (inet_pton(AF_INET, text, bytes) == 1) {
        *len_out = 4;
        return true;
    }
    *len_out = 16;
    return inet_pton(AF_INET6, text, bytes) == 1;
}

/* Begin and length of the longest run of zero groups, the first of several; length 0 when there is
 * none of at least two (RFC 5952 section 4.2). */
static size_t longest_zeros(const unsigned groups[8], size_t *begin_out)
{
    size_t best = 0;

    for (size_t i = 0; i < 8; i++) {
        size_t run = 0;
        while (i + run < 8 && groups[i + run] == 0)
            run++;
        if (run > best && run > 1) {
            best = run;
            *begin_out = i;
        }
    }
    return best;
}

static void format_v6(const unsigned char *bytes, char text[LC_IP_TEXT_BYTES])
{
    static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
    unsigned groups[8];
    size_t begin = 8;
    size_t used = 0;

    if (lc_bytes_equal(bytes, sizeof(mapped), mapped, sizeof(mapped))) {
        (void)snprintf(text, LC_IP_TEXT_BYTES, "::ffff:%u.%u.%u.%u", bytes[12], bytes[13],
                       bytes[14], bytes[15]);
        return;
    }
    for (size_t i = 0; i < 8; i++)
        groups[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    const size_t zeros = longest_zeros(groups, &begin);
    for (size_t i = 0; i < 8; i++) {
        if (i == begin) {
            used += (size_t)snprintf(text + used, LC_IP_TEXT_BYTES - used, "::");
            i += zeros - 1;
            continue;
        }
        const char *colon = i == 0 || i == begin + zeros ? "" : ":";
        used += (size_t)snprintf(text + used, LC_IP_TEXT_BYTES - used, "%s%x", colon, groups[i]);
    }
}

void lc_ip_format(const unsigned char *bytes, size_t len, char text[LC_IP_TEXT_BYTES])
{
    if (len == 4)
        (void)snprintf(text, LC_IP_TEXT_BYTES, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2],
                       bytes[3]);
    else
        format_v6(bytes, text);
}
