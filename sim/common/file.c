#include "powercut/file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Writes `temporary`, and speaks of it as `path`, which it is to become. */
static enum pc_result write_all(const char *temporary, const char *path, struct pc_bytes content,
                                struct pc_error *error) {
  FILE *file = fopen(temporary, "wbe");
  if (file == NULL) {
    return pc_fail(error, PC_ENVIRONMENT, "%s: %s", path, strerror(errno));
  }
  errno = 0;
  bool failed = content.size > 0 && fwrite(content.data, 1, content.size, file) != content.size;
  int cause = errno;
  if (fclose(file) != 0 && !failed) {
    failed = true;
    cause = errno;
  }
  return failed ? pc_fail(error, PC_ENVIRONMENT, "%s: %s", path, strerror(cause)) : PC_OK;
}

enum pc_result pc_file_expect_folder(const char *path, struct pc_error *error) {
  const char *slash = strrchr(path, '/');
  char *folder = slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
  if (folder == NULL) {
    return pc_fail_memory(error);
  }
  enum pc_result err = PC_OK;
  if (path[0] == '\0' || access(folder, W_OK | X_OK) != 0) {
    err = pc_fail(error, PC_ENVIRONMENT, "%s: can't be written: %s", path, strerror(path[0] == '\0' ? ENOENT : errno));
  }
  free(folder);
  return err;
}

enum pc_result pc_file_expect_replaceable(const char *path, struct pc_error *error) {
  struct stat status;
  if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
    return pc_fail(error, PC_BAD_INPUT, "%s: there is something that is not a regular file", path);
  }
  return pc_file_expect_folder(path, error);
}

enum pc_result pc_file_replace(const char *path, struct pc_bytes content, struct pc_error *error) {
  struct pc_buffer beside = {0};
  pc_buffer_print(&beside, "%s.%ld.tmp", path, (long)getpid());
  if (beside.failed) {
    pc_buffer_free(&beside);
    return pc_fail_memory(error);
  }
  const char *temporary = (const char *)beside.data;
  enum pc_result err = write_all(temporary, path, content, error);
  if (!err && rename(temporary, path) != 0) {
    err = pc_fail(error, PC_ENVIRONMENT, "%s: %s", path, strerror(errno));
  }
  if (err) {
    (void)unlink(temporary); /* it may not be there */
  }
  pc_buffer_free(&beside);
  return err;
}
