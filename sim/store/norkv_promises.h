/* What norkv states of its work, as promises to the simulator. */
#ifndef PC_NORKV_PROMISES_H
#define PC_NORKV_PROMISES_H

#include "norkv_settings.h"

/* Fills in the bounds of each call and the wear spread. `config` is the one that norkv is started with. */
void pc_norkv_promise_work(const struct norkv_config *config, const struct pc_store_setup *setup,
                           struct pc_store_promises *promises);

/* The bound of NORKV_MAINTAIN_IDLE, for partial maintenance. */
void pc_norkv_promise_idle(const struct norkv_config *config, const struct pc_store_setup *setup,
                           struct pc_store_promises *promises);

#endif
