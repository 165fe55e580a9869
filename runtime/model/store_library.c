/* Which SQLite is inside. */
#include "model/store_library.h"

#include <sqlite3.h>

const char *lc_store_library(void)
{
    return sqlite3_libversion();
}
