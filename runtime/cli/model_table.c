/* Tables of `luacharm model`, on standard output. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/model.h"

#define STATUS_MAX 24 /* bytes of the longest status that has a colour, and more */

void model_table_release(struct model_table *table)
{
    lc_strlist_release(&table->cells);
}

bool model_table_add(struct model_table *table, struct lc_err *err, size_t count,
                     const char *const *cells)
{
    table->columns = count;
    for (size_t i = 0; i < count; i++)
        if (!lc_strlist_add(&table->cells, cells[i], err))
            return false;
    return true;
}

/* The next character of a cell, and whether it is one that a terminal acts on. */
static size_t next_character(const char *at, bool *hidden)
{
    size_t len;
    const int32_t code = lc_text_codepoint(at, strlen(at), &len);

    *hidden = code < 0x20 || (code >= 0x7f && code < 0xa0); /* -1: not UTF-8 */
    return len;
}

static size_t width_of(const char *cell)
{
    size_t width = 0;
    bool hidden;

    for (size_t len; *cell != '\0'; cell += len) {
        len = next_character(cell, &hidden);
        width += hidden ? 4 * len : 1;
    }
    return width;
}

static void print_cell(const char *cell)
{
    bool hidden;

    for (size_t len; *cell != '\0'; cell += len) {
        len = next_character(cell, &hidden);
        for (size_t i = 0; i < len; i++)
            (void)printf(hidden ? "\\x%02x" : "%c", (unsigned char)cell[i]);
    }
}

/* Of a status, as juju shows it (juju cmd/output): green, yellow, red; NULL for none. */
static const char *colour_of(const char *status)
{
    static const struct {
        char status[STATUS_MAX];
        const char *colour;
    } colours[] = {
        { "active", "\033[32m" },     { "idle", "\033[32m" },        { "executing", "\033[32m" },
        { "waiting", "\033[33m" },    { "maintenance", "\033[33m" }, { "allocating", "\033[33m" },
        { "terminated", "\033[33m" }, { "unknown", "\033[33m" },     { "blocked", "\033[31m" },
        { "error", "\033[31m" },
    };

    for (size_t i = 0; i < LC_COUNT(colours); i++)
        if (strcmp(colours[i].status, status) == 0)
            return colours[i].colour;
    return NULL;
}

static void print_padding(size_t width)
{
    (void)printf("%*s", (int)width, "");
}

static void print_in_column(const struct model_table *table, size_t index, size_t width)
{
    const char *cell = table->cells.items[index];
    const unsigned column = MODEL_COLUMN(index % table->columns);
    const size_t padding = width - width_of(cell);
    const char *colour = lc_cmd_has_colour && (table->coloured & column) != 0 ? colour_of(cell)
                                                                              : NULL;

    if ((table->right & column) != 0)
        print_padding(padding);
    (void)printf("%s", colour == NULL ? "" : colour);
    print_cell(cell);
    (void)printf("%s", colour == NULL ? "" : "\033[0m");
    if ((table->right & column) == 0)
        print_padding(padding);
}

static size_t width_of_column(const struct model_table *table, size_t column)
{
    size_t widest = 0;

    for (size_t i = column; i < table->cells.count; i += table->columns) {
        const size_t width = width_of(table->cells.items[i]);
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* No blanks at the end of a line. */
static size_t last_cell(const struct model_table *table, size_t row)
{
    size_t last = table->columns;

    while (last > 1 && table->cells.items[row * table->columns + last - 1][0] == '\0')
        last--;
    return last - 1;
}

#define COLUMNS_MAX 16

void model_table_print(const struct model_table *table)
{
    size_t widths[COLUMNS_MAX];

    if (table->columns == 0)
        return; /* nothing was added */
    for (size_t column = 0; column < table->columns; column++)
        widths[column] = width_of_column(table, column);
    for (size_t row = 0; row < table->cells.count / table->columns; row++) {
        const size_t last = last_cell(table, row);
        for (size_t column = 0; column <= last; column++) {
            const size_t index = row * table->columns + column;
            const bool ends = column == last && (table->right & MODEL_COLUMN(column)) == 0;
            print_in_column(table, index,
                            ends ? width_of(table->cells.items[index]) : widths[column]);
            (void)printf("%s", column == last ? "\n" : "  ");
        }
    }
}
