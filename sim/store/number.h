/* Reading the numbers among a store's parameters. */
#ifndef PC_STORE_NUMBER_H
#define PC_STORE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Reads a whole number up to `maximum` that ends at `end`: decimal, also with leading zeros, or hexadecimal behind 0x.
   False: it is no such number. */
bool pc_number_read(const char *text, const char *end, uint32_t maximum, uint32_t *number);

#endif
