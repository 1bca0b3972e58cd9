/* Files of the source tree that the build puts into the library, so that the command needs none at run time. */
#ifndef PC_CONFIG_EMBEDDED_H
#define PC_CONFIG_EMBEDDED_H

#include <stddef.h>

struct pc_embedded_file {
  const char *name; /* the file's name without its extension, "w25q128jv" */
  const char *text; /* its bytes and a terminating NUL */
  size_t size;      /* bytes, without the NUL */
};

/* The device profiles of sim/profiles, in the order of their names; after the last one comes a row of zeros. */
extern const struct pc_embedded_file pc_embedded_profiles[];
extern const size_t pc_embedded_profile_count;

#endif
