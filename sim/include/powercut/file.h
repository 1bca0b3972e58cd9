/* Reading the files that users hand in. */
#ifndef POWERCUT_FILE_H
#define POWERCUT_FILE_H

#include <stddef.h>

#include "powercut/bytes.h"
#include "powercut/error.h"

/* Appends the whole file to `content`, which the caller frees, also on failure. Errors begin with the path.
   PC_BAD_INPUT: there is no such file, it can't be opened, is a folder, or holds more than `limit` bytes.
   PC_ENVIRONMENT: reading or memory failed. */
enum pc_result pc_file_read(const char *path, size_t limit, struct pc_buffer *content, struct pc_error *error);

#endif
