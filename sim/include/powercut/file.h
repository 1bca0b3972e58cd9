/* Reading the files that users hand in, and writing those that they get. */
#ifndef POWERCUT_FILE_H
#define POWERCUT_FILE_H

#include <stddef.h>

#include "powercut/bytes.h"
#include "powercut/error.h"

/* Appends the whole file to `content`, which the caller frees, also on failure. Errors begin with the path.
   PC_BAD_INPUT: there is no such file, it may not be read, is a folder, or holds more than `limit` bytes.
   PC_ENVIRONMENT: reading failed, or memory or file handles ran out. */
enum pc_result pc_file_read(const char *path, size_t limit, struct pc_buffer *content, struct pc_error *error);

/* PC_ENVIRONMENT if there is no folder to put a file at `path` into, or one that may not be written to. */
enum pc_result pc_file_expect_folder(const char *path, struct pc_error *error);

/* The same, and PC_BAD_INPUT if there is a folder or a device at `path`. For telling before the work is done. */
enum pc_result pc_file_expect_replaceable(const char *path, struct pc_error *error);

/* Writes `content` to `path`: beside it first, then renamed, so that no reader sees half a file. It isn't forced to the
   disk. PC_ENVIRONMENT names the file and the cause; what was at `path` is then as it was. */
enum pc_result pc_file_replace(const char *path, struct pc_bytes content, struct pc_error *error);

#endif
