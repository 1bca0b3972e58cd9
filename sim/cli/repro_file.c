#include "repro_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void pc_repro_folder(const char *database, struct pc_buffer *folder) {
  size_t length = strlen(database);
  if (length > 3 && strcmp(database + length - 3, ".db") == 0) {
    length -= 3;
  }
  pc_buffer_append(folder, database, length);
  pc_buffer_append(folder, "-repros", strlen("-repros"));
}

static enum pc_result write_all(const char *path, const struct pc_buffer *text, struct pc_error *error) {
  FILE *file = fopen(path, "wbe");
  if (file == NULL) {
    return pc_fail(error, PC_ENVIRONMENT, "%s: %s", path, strerror(errno));
  }
  errno = 0;
  bool failed = fwrite(text->data, 1, text->size, file) != text->size;
  int cause = errno;
  if (fclose(file) != 0 && !failed) {
    failed = true;
    cause = errno;
  }
  return failed ? pc_fail(error, PC_ENVIRONMENT, "%s: %s", path, strerror(cause)) : PC_OK;
}

enum pc_result pc_repro_file_write(const char *folder, const char *path, const struct pc_buffer *text,
                                   struct pc_error *error) {
  if (text->failed) {
    return pc_fail_memory(error);
  }
  if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
    return pc_fail(error, PC_ENVIRONMENT, "%s: %s", folder, strerror(errno));
  }
  struct pc_buffer beside = {0};
  pc_buffer_print(&beside, "%s.%ld.tmp", path, (long)getpid());
  if (beside.failed) {
    pc_buffer_free(&beside);
    return pc_fail_memory(error);
  }
  const char *temporary = (const char *)beside.data;
  enum pc_result err = write_all(temporary, text, error);
  if (!err && rename(temporary, path) != 0) {
    err = pc_fail(error, PC_ENVIRONMENT, "%s: %s", path, strerror(errno));
  }
  if (err) {
    (void)unlink(temporary); /* it may not be there */
  }
  pc_buffer_free(&beside);
  return err;
}
