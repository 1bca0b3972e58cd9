#include "powercut/file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static enum pc_result read_all(FILE *file, const char *path, size_t limit, struct pc_buffer *content,
                               struct pc_error *error) {
  uint8_t chunk[65536];
  size_t total = 0;
  for (;;) {
    size_t got = fread(chunk, 1, sizeof chunk, file);
    if (got > limit - total) {
      return pc_fail(error, PC_BAD_INPUT, "%s: the file is larger than %zu bytes", path, limit);
    }
    total += got;
    pc_buffer_append(content, chunk, got);
    if (content->failed) {
      return pc_fail(error, PC_ENVIRONMENT, "%s: out of memory", path);
    }
    if (got < sizeof chunk) {
      break;
    }
  }
  if (ferror(file)) {
    /* A folder opens like a file; only reading tells. */
    enum pc_result result = errno == EISDIR ? PC_BAD_INPUT : PC_ENVIRONMENT;
    return pc_fail(error, result, "%s: cannot read: %s", path, strerror(errno));
  }
  return PC_OK;
}

enum pc_result pc_file_read(const char *path, size_t limit, struct pc_buffer *content, struct pc_error *error) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    bool is_users = errno != ENOMEM && errno != EMFILE && errno != ENFILE && errno != EIO;
    return pc_fail(error, is_users ? PC_BAD_INPUT : PC_ENVIRONMENT, "%s: cannot open: %s", path, strerror(errno));
  }
  errno = 0;
  enum pc_result result = read_all(file, path, limit, content, error);
  (void)fclose(file); /* it was only read */
  return result;
}
