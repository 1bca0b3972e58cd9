#include "norkv_promises.h"

/* Flash operations for one sector's worth of entries, and an erase. The driver splits programs at pages. */
static uint64_t operations_of_sector(const struct norkv_config *config, const struct pc_store_setup *setup) {
  const uint64_t size = setup->flash.sector_size;
  uint64_t programs = size / norkv_entry_size(config, 1, 0) + size / 256 + 1;
  if (setup->flash.page_size != 0) {
    programs += programs + size / setup->flash.page_size;
  }
  return programs + 1;
}

/* norkv.h states all of it under "Bounded work". */
void pc_norkv_promise_work(const struct norkv_config *config, const struct pc_store_setup *setup,
                           struct pc_store_promises *promises) {
  const uint64_t sectors = setup->flash.sector_count, copies = config->redundancy;
  const uint64_t turns = NORKV_TURNS(config->policy) * sectors + copies;
  const uint64_t recovery = turns + 2 * sectors;
  const uint64_t interrupted = copies + 2;
  const uint64_t more = config->collect_on_write == NORKV_COLLECT_ONE ? 1 : 0;
  const uint64_t erases[PC_CALL_COUNT] = {
      /* Manual recovery is left to the firmware: the adapter mends when it starts. A start that does not mend writes
         nothing; 0 would say that nothing is promised. */
      [PC_CALL_START] = config->recovery == NORKV_RECOVER_LAZY ? 1 : recovery + 1 + interrupted,
      [PC_CALL_PUT] = recovery + more + interrupted,
      [PC_CALL_REMOVE] = recovery + more + interrupted,
      [PC_CALL_MAINTAIN_PARTIAL] = recovery + 1 + interrupted,
      [PC_CALL_MAINTAIN_FULL] = recovery + turns + interrupted,
      [PC_CALL_MAINTAIN_HEAVY] = recovery + turns + interrupted,
  };
  const uint64_t operations = operations_of_sector(config, setup);
  for (enum pc_call call = 0; call < PC_CALL_COUNT; call++) {
    uint64_t written = call == PC_CALL_PUT || call == PC_CALL_REMOVE ? copies : 0;
    promises->bounds[call].erases = erases[call];
    promises->bounds[call].flash_operations = (erases[call] + written) * operations;
  }
  if (config->policy == NORKV_POLICY_CIRCULAR) {
    promises->wear_spread = NORKV_CIRCULAR_SPREAD;
  } else if (config->policy == NORKV_POLICY_HYBRID) {
    promises->wear_spread = NORKV_HYBRID_SPREAD;
    promises->wear_spread_by_start = true;
  }
}

void pc_norkv_promise_idle(const struct norkv_config *config, const struct pc_store_setup *setup,
                           struct pc_store_promises *promises) {
  const uint64_t erases = 1 + config->redundancy + 2u; /* one, and where cuts interrupted some */
  promises->bounds[PC_CALL_MAINTAIN_PARTIAL] =
      (struct pc_bound){.erases = erases, .flash_operations = erases * operations_of_sector(config, setup)};
}
