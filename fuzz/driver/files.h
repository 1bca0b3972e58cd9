/* The files that a command line names: each file, and those in each folder. */
#ifndef PC_FUZZ_FILES_H
#define PC_FUZZ_FILES_H

#include <stddef.h>

struct pc_files {
  char **paths;
  size_t count;
};

/* Adds a file, or a folder's files in the order of their names, hidden ones left out. 0, or the exit status 2 or 3 of
   what was said on stderr. */
int pc_files_add(struct pc_files *files, const char *path);
void pc_files_free(struct pc_files *files);

#endif
