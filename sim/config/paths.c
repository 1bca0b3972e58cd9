#include "paths.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *pc_path_folder(const char *path) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL) {
    return strdup(".");
  }
  return strndup(path, (size_t)(slash - path));
}

char *pc_path_join(const char *folder, const char *path) {
  if (folder == NULL || path[0] == '/') {
    return strdup(path);
  }
  while (strncmp(path, "./", 2) == 0) {
    path += 2;
  }
  char *joined = NULL;
  return asprintf(&joined, "%s/%s", folder, path) < 0 ? NULL : joined;
}

char *pc_path_stem(const char *path) {
  const char *slash = strrchr(path, '/');
  const char *name = slash == NULL ? path : slash + 1;
  size_t size = strlen(name);
  if (size > 5 && strcmp(name + size - 5, ".yaml") == 0) {
    size -= 5;
  } else if (size > 4 && strcmp(name + size - 4, ".yml") == 0) {
    size -= 4;
  }
  return strndup(name, size);
}

char *pc_path_absolute(const char *path) {
  char *resolved = realpath(path, NULL);
  if (resolved != NULL || path[0] == '/') {
    return resolved != NULL ? resolved : strdup(path);
  }
  char *here = getcwd(NULL, 0);
  char *joined = here == NULL ? strdup(path) : pc_path_join(here, path);
  free(here);
  return joined;
}
