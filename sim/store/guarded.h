/* Memory between pages that may not be touched: a store that runs over its end, or before its beginning, faults at
 * once. */
#ifndef PC_STORE_GUARDED_H
#define PC_STORE_GUARDED_H

#include <stddef.h>

/* `size` bytes, aligned for max_align_t; the end is exact but for that alignment. NULL: out of memory. */
void *pc_guarded_take(size_t size);
void pc_guarded_free(void *memory, size_t size); /* NULL is fine */

#endif
