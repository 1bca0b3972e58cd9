/* Reading the files that users hand in. */
#ifndef POWERCUT_FILE_H
#define POWERCUT_FILE_H

#include <stddef.h>

#include "powercut/bytes.h"
#include "powercut/error.h"

/* Appends the whole file to `content`, which the caller frees, also on failure. Errors begin with the path.
   PC_BAD_INPUT: there is no such file, it may not be read, is a folder, or holds more than `limit` bytes.
   PC_ENVIRONMENT: reading failed, or memory or file handles ran out. */
enum pc_result pc_file_read(const char *path, size_t limit, struct pc_buffer *content, struct pc_error *error);

#endif
