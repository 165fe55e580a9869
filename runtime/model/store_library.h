/* Which SQLite is inside. */
#ifndef LC_MODEL_STORE_LIBRARY_H
#define LC_MODEL_STORE_LIBRARY_H

/* "3.40.1"; static. */
const char *lc_store_library(void);

#endif
