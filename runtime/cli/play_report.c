/* What a scenario prints: a line for each step and expectation, as words or as TAP. Standard output
 * is checked by main. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/play.h"

#define RED   "\033[31m"
#define GREEN "\033[32m"
#define PLAIN "\033[0m"

/* What a charm prints is not to move the cursor. */
static void put_byte(char byte)
{
    const unsigned char code = (unsigned char)byte;

    if ((code < 0x20 && byte != '\t') || code == 0x7f)
        (void)printf("\\x%02x", code);
    else
        (void)putchar(byte);
}

/* One line, so that no text of the scenario's looks like another result. A # would begin a
 * directive in TAP. */
static void put_line(const struct play *play, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            (void)putchar(' ');
        else if (*text == '#' && play->as_tap)
            (void)printf("\\#");
        else
            put_byte(*text);
    }
    (void)putchar('\n');
}

static void put_lines(const struct play *play, const char *indent, const char *text)
{
    while (*text != '\0') {
        const size_t len = strcspn(text, "\n");
        (void)printf("%s%s", play->as_tap ? "# " : "", indent);
        for (size_t i = 0; i < len; i++)
            put_byte(text[i]);
        (void)putchar('\n');
        text += len + (text[len] == '\n');
    }
}

void play_note(struct play *play, const char *text)
{
    model_clear_progress(&play->work);
    put_lines(play, "", text);
    (void)fflush(stdout); /* the next step may take its time */
}

void play_ran(void *context, const struct lc_report *report)
{
    struct play *play = context;
    const bool failed = report->outcome == LC_OUTCOME_FAILED;
    LC_AUTO(lc_buf_release) struct lc_buf line = LC_BUF_INIT(4096);
    char name[LC_HOOK_NAME_BYTES];

    model_clear_progress(&play->work);
    play->hooks++;
    if (!play->shows_hooks && !failed)
        return;
    lc_hook_name(report->hook, name);
    lc_buf_printf(&line, "%s  %s  %s", report->unit, name, lc_outcome_name(report->outcome));
    if (report->why[0] != '\0')
        lc_buf_printf(&line, ": %s", report->why);
    if (failed && report->last_line[0] != '\0')
        lc_buf_printf(&line, ": %s", report->last_line);
    put_lines(play, "    ", line.data);
    (void)fflush(stdout);
}

void play_result(struct play *play, bool met, const char *text, const char *where,
                 const char *detail)
{
    model_clear_progress(&play->work);
    const int64_t number = play->passed + play->failed + 1;

    (void)(met ? play->passed++ : play->failed++);
    if (play->as_tap)
        (void)printf("%sok %lld - ", met ? "" : "not ", (long long)number);
    else
        (void)printf("%s%-11s%s ",
                     !play->in_colour ? ""
                     : met            ? GREEN
                                      : RED,
                     met ? "ok" : "FAILED", play->in_colour ? PLAIN : "");
    put_line(play, text);
    if (!met)
        put_lines(play, "            ", where);
    if (!met)
        put_lines(play, "            ", detail);
    (void)fflush(stdout);
}

void play_aborted(struct play *play, const char *message)
{
    const int64_t number = play->passed + play->failed + 1;

    play->failed++;
    if (!play->as_tap)
        return; /* it is told on standard error */
    (void)printf("not ok %lld - ", (long long)number);
    put_line(play, message);
}

void play_close(const struct play *play)
{
    const long long passed = play->passed;
    const long long failed = play->failed;

    if (play->as_tap)
        (void)printf("1..%lld\n# ", passed + failed);
    (void)printf("%lld passed, %lld failed\n", passed, failed);
    (void)fflush(stdout); /* before what stands on standard error */
}

/* note(text) */
static int report_note(lua_State *L)
{
    play_note(play_of(L), luaL_checkstring(L, 1));
    return 0;
}

/* result(met, text, detail) */
static int report_result(lua_State *L)
{
    char where[BIND_WHERE_BYTES];

    bind_where(L, where);
    play_result(play_of(L), lua_toboolean(L, 1) != 0, luaL_checkstring(L, 2), where,
                luaL_optstring(L, 3, ""));
    return 0;
}

/* take_hooks() -> how many ran since it was last asked */
static int report_take_hooks(lua_State *L)
{
    struct play *play = play_of(L);

    lua_pushinteger(L, play->hooks);
    play->hooks = 0;
    return 1;
}

/* nearest(text, names) -> the name that is most like it, or nil */
static int report_nearest(lua_State *L)
{
    const char *text = luaL_checkstring(L, 1);
    struct lc_strlist *names = bind_scratch_strlist(L);
    struct lc_err err = LC_ERR_INIT;

    bind_read_strings(L, 2, "names", names);
    if (names->count == 0 && !lc_strlist_add(names, "", &err))
        return bind_raise(L, &err);
    bind_push_text(L, lc_text_nearest(text, (const char *const *)names->items));
    return 1;
}

const luaL_Reg play_reports[] = {
    { "note", report_note },
    { "result", report_result },
    { "take_hooks", report_take_hooks },
    { "nearest", report_nearest },
    { NULL, NULL },
};
