/* Repro files: one for each violation that a run finds. */
#ifndef PC_CLI_REPRO_FILE_H
#define PC_CLI_REPRO_FILE_H

#include "powercut/bytes.h"
#include "powercut/error.h"

/* Appends the folder that belongs to a database: "nightly-repros" for "nightly.db". */
void pc_repro_folder(const char *database, struct pc_buffer *folder);

/* Writes `text` to the file `path` in `folder`, which is made if it isn't there, as pc_file_replace does. */
enum pc_result pc_repro_file_write(const char *folder, const char *path, const struct pc_buffer *text,
                                   struct pc_error *error);

#endif
