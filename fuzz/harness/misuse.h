/* Calls of norkv that no caller should make: each must be refused, and change nothing. */
#ifndef PC_FUZZ_MISUSE_H
#define PC_FUZZ_MISUSE_H

#include "norkv/norkv.h"

/* On a store that runs with this configuration, and on ones that don't. A finding ends the process. */
void pc_misuse_calls(struct norkv *kv, const struct norkv_config *config);
void pc_misuse_configurations(const struct norkv_config *good);

#endif
