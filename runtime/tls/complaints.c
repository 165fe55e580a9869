/* Log lines about what the other side wrote. */
#include "tls/complaints.h"

#include <stdarg.h>
#include <stdio.h>

void lc_complain(struct lc_complaints *complaints, const char *format, ...)
{
    char line[1024];
    va_list args;

    complaints->count++;
    if (complaints->count > LC_COMPLAINTS_MAX + 1)
        return;
    if (complaints->count == LC_COMPLAINTS_MAX + 1) {
        lc_log(complaints->log, LC_LEVEL_WARNING, "more of the same is not logged");
        return;
    }
    va_start(args, format);
    (void)vsnprintf(line, sizeof(line), format, args); /* cut: it says where to look */
    va_end(args);
    lc_log(complaints->log, LC_LEVEL_WARNING, "%s", line);
}
