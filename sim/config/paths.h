/* Names of files that stand in other files. */
#ifndef PC_CONFIG_PATHS_H
#define PC_CONFIG_PATHS_H

/* Each returns a text that the caller frees, or NULL: no memory. */

/* The folder that `path` is in, for joining: "." where it names none, empty for the root. */
char *pc_path_folder(const char *path);
/* `path` as found from here: itself if it is absolute, else below `folder` (NULL: from here). */
char *pc_path_join(const char *folder, const char *path);
/* The last part of `path`, without .yaml or .yml. */
char *pc_path_stem(const char *path);
/* `path` from the root, links resolved where it exists. */
char *pc_path_absolute(const char *path);

#endif
