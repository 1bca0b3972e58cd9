/* Files of the source tree that the build puts into the libraries, so that the command needs none at run time. */
#ifndef POWERCUT_EMBEDDED_H
#define POWERCUT_EMBEDDED_H

#include <stddef.h>

struct pc_embedded_file {
  const char *name; /* the file's name without its extension, "w25q128jv" */
  const char *text; /* its bytes and a terminating NUL */
  size_t size;      /* bytes, without the NUL */
};

#endif
