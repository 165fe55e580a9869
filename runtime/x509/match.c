/* Names within domains, wildcards, globs, URIs, e-mail addresses. */

#include "x509/match.h"

#include <string.h>
#include <strings.h>

#include "x509/attrs.h"

/* Length without one dot at the end. */
static size_t dns_len(const char *name)
{
    const size_t len = strlen(name);

    return len > 0 && name[len - 1] == '.' ? len - 1 : len;
}

bool lc_dns_is_within(const char *name, const char *domain)
{
    const size_t domain_len = dns_len(domain);
    size_t len = dns_len(name);

    if (len > 2 && name[0] == '*' && name[1] == '.') {
        name += 2;
        len -= 2;
    }
    if (domain_len == 0 || len < domain_len ||
        strncasecmp(name + (len - domain_len), domain, domain_len) != 0)
        return false;
    return len == domain_len || name[len - domain_len - 1] == '.';
}

enum lc_wildcard lc_dns_wildcard(const char *name)
{
    const char *star = strchr(name, '*');

    if (star == NULL)
        return LC_WILDCARD_NONE;
    const char *dot = name[1] == '.' ? strchr(name + 2, '.') : NULL;
    if (star != name || dot == NULL || dot == name + 2 || dot[1] == '\0' ||
        strchr(star + 1, '*') != NULL)
        return LC_WILDCARD_ODD;
    return LC_WILDCARD_WHOLE_LABEL;
}

static bool is_label_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
}

bool lc_dns_is_well_formed(const char *name)
{
    size_t label = 0;

    if (strlen(name) > LC_DNS_NAME_MAX_BYTES)
        return false;
    if (name[0] == '*' && name[1] == '.')
        name += 2;
    for (const char *at = name;; at++) {
        if (*at == '.' || *at == '\0') {
            if (label == 0 || label > LC_DNS_LABEL_MAX_BYTES || at[-1] == '-')
                return false;
            if (*at == '\0')
                return true;
            label = 0;
        } else if (!is_label_byte(*at) || (label == 0 && *at == '-')) {
            return false;
        } else {
            label++;
        }
    }
}

/* The pieces between the asterisks, each found as early as it can be: what comes first and last is
 * where the text begins and ends. */
bool lc_glob_matches(const char *pattern, const char *text)
{
    const char *star = strchr(pattern, '*');
    const char *end = text + strlen(text);

    if (star == NULL)
        return strcmp(pattern, text) == 0;
    const size_t head = (size_t)(star - pattern);
    if (strncmp(pattern, text, head) != 0)
        return false;
    text += head;
    for (pattern = star + 1; (star = strchr(pattern, '*')) != NULL; pattern = star + 1) {
        const size_t len = (size_t)(star - pattern);
        const char *found = memmem(text, (size_t)(end - text), pattern, len);
        if (found == NULL)
            return false;
        text = found + len;
    }
    const size_t tail = strlen(pattern);
    return (size_t)(end - text) >= tail && strcmp(end - tail, pattern) == 0;
}

static struct lc_uri_part part(const char *from, const char *to)
{
    return (struct lc_uri_part){ .text = from, .len = (size_t)(to - from) };
}

/* authority = [ user "@" ] host [ ":" port ] */
static void split_authority(const char *from, const char *to, struct lc_uri *out)
{
    const char *at = memrchr(from, '@', (size_t)(to - from));
    const char *close = NULL;

    if (at != NULL) {
        out->user = part(from, at);
        from = at + 1;
    }
    if (from < to && *from == '[')
        close = memchr(from, ']', (size_t)(to - from));
    const char *search = close == NULL ? from : close;
    const char *colon = memchr(search, ':', (size_t)(to - search));
    if (colon != NULL)
        out->port = part(colon + 1, to);
    else
        colon = to;
    out->host = close == NULL ? part(from, colon) : part(from + 1, close);
}

bool lc_uri_split(const char *uri, struct lc_uri *out)
{
    const char *end = uri + strlen(uri);
    const struct lc_uri_part empty = part(end, end);
    const char *colon = strchr(uri, ':');

    *out = (struct lc_uri){ empty, empty, empty, empty, empty };
    if (colon == NULL || colon == uri || strcspn(uri, "/?#") < (size_t)(colon - uri))
        return false;
    out->scheme = part(uri, colon);
    const char *path = colon + 1;
    if (strncmp(path, "//", 2) == 0) {
        const char *authority = path + 2;
        path = authority + strcspn(authority, "/?#");
        split_authority(authority, path, out);
    }
    out->path = part(path, path + strcspn(path, "?#"));
    return true;
}

const char *lc_email_host(const char *address)
{
    const char *at = strrchr(address, '@');

    return at == NULL ? NULL : at + 1;
}
