#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BAD_INPUT = 2, ENVIRONMENT = 3 };

static int compare(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Takes the path over. */
static int add_path(struct pc_files *files, char *path) {
  char **paths = path == NULL ? NULL : reallocarray(files->paths, files->count + 1, sizeof *paths);
  if (paths == NULL) {
    (void)fprintf(stderr, "out of memory\n");
    free(path);
    return ENVIRONMENT;
  }
  files->paths = paths;
  files->paths[files->count++] = path;
  return 0;
}

static int add_entry(struct pc_files *files, const char *folder, const char *name) {
  char *path;
  struct stat status;
  if (name[0] == '.') {
    return 0;
  }
  if (asprintf(&path, "%s/%s", folder, name) < 0) {
    return add_path(files, NULL);
  }
  if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
    return add_path(files, path);
  }
  free(path);
  return 0;
}

static int add_folder(struct pc_files *files, const char *folder) {
  DIR *listing = opendir(folder);
  if (listing == NULL) {
    (void)fprintf(stderr, "%s: %s\n", folder, strerror(errno));
    return BAD_INPUT;
  }
  size_t first = files->count;
  int err = 0;
  for (const struct dirent *entry = readdir(listing); !err && entry != NULL; entry = readdir(listing)) {
    err = add_entry(files, folder, entry->d_name);
  }
  (void)closedir(listing); /* it was only read */
  if (files->count > first) {
    qsort(files->paths + first, files->count - first, sizeof *files->paths, compare);
  }
  return err;
}

int pc_files_add(struct pc_files *files, const char *path) {
  struct stat status;
  if (stat(path, &status) != 0) {
    (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return BAD_INPUT;
  }
  return S_ISDIR(status.st_mode) ? add_folder(files, path) : add_path(files, strdup(path));
}

void pc_files_free(struct pc_files *files) {
  for (size_t i = 0; i < files->count; i++) {
    free(files->paths[i]);
  }
  free(files->paths);
  *files = (struct pc_files){0};
}
