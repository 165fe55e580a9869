/* Log lines about what the other side wrote, with a bound: whoever fills a databag with nonsense
 * does not fill the log. */
#ifndef LC_TLS_COMPLAINTS_H
#define LC_TLS_COMPLAINTS_H

#include "base/log.h"

#define LC_COMPLAINTS_MAX 16 /* of one databag's key; one more says that there are more */

struct lc_complaints {
    const struct lc_log *log; /* borrowed */
    unsigned count;           /* so far */
};

/* One line at WARNING. */
void lc_complain(struct lc_complaints *complaints, const char *format, ...) LC_PRINTF(2, 3);

#endif
