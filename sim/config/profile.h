/* Device profiles, as files and inside scenarios. */
#ifndef PC_CONFIG_PROFILE_H
#define PC_CONFIG_PROFILE_H

#include "bind.h"
#include "powercut/config.h"

/* Files of this size and below are read. */
#define PC_MAX_CONFIG_SIZE ((size_t)64 << 20)

/* Binds a profile's mapping and checks it for one sector. */
enum pc_result pc_profile_bind(const struct pc_binding *binding, const struct pc_node *node,
                               struct pc_profile *profile);

/* Writes the lines of a profile's mapping, each with `indent` before it. */
void pc_profile_write(const struct pc_profile *profile, const char *indent, struct pc_buffer *text);

#endif
