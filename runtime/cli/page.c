/* Putting a report together: the frame's {{places}} are filled in. */
#include "cli/page.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "x509/name.h"

#define PAGE_MAX_BYTES (512u * 1024 * 1024)

/* What may stand at a place. */
struct pieces {
    struct lc_buf style;
    struct lc_buf script;
    struct lc_buf style_hash;
    struct lc_buf script_hash;
    struct lc_buf title;
    struct lc_buf data;
};

static void pieces_release(struct pieces *pieces)
{
    lc_buf_release(&pieces->style);
    lc_buf_release(&pieces->script);
    lc_buf_release(&pieces->style_hash);
    lc_buf_release(&pieces->script_hash);
    lc_buf_release(&pieces->title);
    lc_buf_release(&pieces->data);
}
LC_AUTO_VALUE(struct pieces, pieces_release);

static const struct page_part *find_part(const char *stem, const char *extension)
{
    const size_t len = strlen(stem);

    for (const struct page_part *part = page_parts; part->name != NULL; part++)
        if (strncmp(part->name, stem, len) == 0 && strcmp(part->name + len, extension) == 0)
            return part;
    return NULL;
}

/* The frame's part, then the report's own. */
static bool join(const char *name, const char *extension, struct lc_buf *out, struct lc_err *err)
{
    const struct page_part *frame = find_part("frame", extension);
    const struct page_part *own = find_part(name, extension);

    if (frame == NULL || own == NULL)
        return lc_fail(err, LC_EINTERNAL, "there is no '%s%s' among the pages' files", name,
                       extension);
    lc_buf_add(out, frame->text, frame->len);
    lc_buf_add(out, own->text, own->len);
    return lc_buf_check(out, err);
}

/* As a content security policy names it: of the element's very text. */
static bool hash(const struct lc_buf *text, struct lc_buf *out, struct lc_err *err)
{
    unsigned char digest[LC_SHA256_BYTES];

    if (!lc_sha256(text->data, text->len, digest, err))
        return false;
    lc_base64_encode(digest, sizeof(digest), out);
    return lc_buf_check(out, err);
}

static void escape_markup(const char *text, struct lc_buf *out)
{
    for (; *text != '\0'; text++) {
        if (strchr("<>&\"'", *text) == NULL)
            lc_buf_putc(out, *text);
        else
            lc_buf_printf(out, "&#%d;", *text);
    }
}

/* In JSON these stand in strings only. Without them nothing ends the element or begins a comment.
 */
static void escape_data(const char *json, size_t len, struct lc_buf *out)
{
    for (size_t i = 0; i < len; i++) {
        if (json[i] == '<' || json[i] == '>' || json[i] == '&')
            lc_buf_printf(out, "\\u%04x", (unsigned)json[i]);
        else
            lc_buf_putc(out, json[i]);
    }
}

static const struct lc_buf *find_piece(const struct pieces *pieces, const char *place, size_t len)
{
    const struct {
        const char *place;
        const struct lc_buf *piece;
    } places[] = {
        { "style", &pieces->style },           { "script", &pieces->script },
        { "style-hash", &pieces->style_hash }, { "script-hash", &pieces->script_hash },
        { "title", &pieces->title },           { "data", &pieces->data },
    };

    for (size_t i = 0; i < LC_COUNT(places); i++)
        if (strlen(places[i].place) == len && strncmp(places[i].place, place, len) == 0)
            return places[i].piece;
    return NULL;
}

static bool fill_frame(const struct pieces *pieces, struct lc_buf *out, struct lc_err *err)
{
    const struct page_part *frame = find_part("frame", ".html");
    LC_AUTO(lc_buf_release) struct lc_buf text = LC_BUF_INIT(1024u * 1024);

    if (frame == NULL)
        return lc_fail(err, LC_EINTERNAL, "there is no frame among the pages' files");
    lc_buf_add(&text, frame->text, frame->len);
    if (!lc_buf_check(&text, err))
        return false;
    for (const char *at = text.data; *at != '\0';) {
        const char *place = strstr(at, "{{");
        const char *end = place == NULL ? NULL : strstr(place, "}}");
        if (end == NULL) {
            lc_buf_puts(out, at);
            break;
        }
        const struct lc_buf *piece = find_piece(pieces, place + 2, (size_t)(end - place) - 2);
        if (piece == NULL)
            return lc_fail(err, LC_EINTERNAL, "the frame has an unknown place: %.20s", place);
        lc_buf_add(out, at, (size_t)(place - at));
        lc_buf_add(out, piece->data, piece->len);
        at = end + 2;
    }
    return lc_buf_check(out, err);
}

bool page_write(const char *path, const struct page *page, struct lc_err *err)
{
    LC_AUTO(pieces_release)
    struct pieces pieces = { .style = LC_BUF_INIT(1024u * 1024),
                             .script = LC_BUF_INIT(1024u * 1024),
                             .style_hash = LC_BUF_INIT(64),
                             .script_hash = LC_BUF_INIT(64),
                             .title = LC_BUF_INIT(65536),
                             .data = LC_BUF_INIT(PAGE_MAX_BYTES) };
    LC_AUTO(lc_buf_release) struct lc_buf out = LC_BUF_INIT(PAGE_MAX_BYTES);

    escape_markup(page->title, &pieces.title);
    escape_data(page->data, page->data_len, &pieces.data);
    return lc_buf_check(&pieces.title, err) && lc_buf_check(&pieces.data, err) &&
           join(page->name, ".css", &pieces.style, err) &&
           join(page->name, ".js", &pieces.script, err) &&
           hash(&pieces.style, &pieces.style_hash, err) &&
           hash(&pieces.script, &pieces.script_hash, err) && fill_frame(&pieces, &out, err) &&
           lc_file_write(path, out.data, out.len, 0644, err);
}
