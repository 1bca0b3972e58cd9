/* The device profiles that the build puts into the library. */
#ifndef PC_CONFIG_EMBEDDED_H
#define PC_CONFIG_EMBEDDED_H

#include "powercut/embedded.h"

/* The device profiles of sim/profiles, in the order of their names; after the last one comes a row of zeros. */
extern const struct pc_embedded_file pc_embedded_profiles[];
extern const size_t pc_embedded_profile_count;

#endif
