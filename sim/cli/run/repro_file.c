#include "repro_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "powercut/file.h"

void pc_repro_folder(const char *database, struct pc_buffer *folder) {
  size_t length = strlen(database);
  if (length > 3 && strcmp(database + length - 3, ".db") == 0) {
    length -= 3;
  }
  pc_buffer_append(folder, database, length);
  pc_buffer_append(folder, "-repros", strlen("-repros"));
}

enum pc_result pc_repro_file_write(const char *folder, const char *path, const struct pc_buffer *text,
                                   struct pc_error *error) {
  if (text->failed) {
    return pc_fail_memory(error);
  }
  if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
    return pc_fail(error, PC_ENVIRONMENT, "%s: %s", folder, strerror(errno));
  }
  return pc_file_replace(path, (struct pc_bytes){.data = text->data, .size = text->size}, error);
}
