/* Scalars written so that they read back as they were. */
#ifndef PC_CONFIG_SCALAR_H
#define PC_CONFIG_SCALAR_H

#include "powercut/bytes.h"

/* A text of any content between double quotes, in ASCII, on one line. Bytes that aren't UTF-8, which YAML can't hold,
   become U+FFFD. */
void pc_write_quoted(struct pc_buffer *buffer, const char *text);
/* The shortest decimal number that reads back as this one, which is finite. */
void pc_write_double(struct pc_buffer *buffer, double number);

#endif
