/* Which key an operation goes to: ranks, drawn by popularity; rank 0 is the most popular. */
#ifndef PC_WORKLOAD_POPULARITY_H
#define PC_WORKLOAD_POPULARITY_H

#include <stdint.h>

#include "powercut/error.h"
#include "powercut/random.h"
#include "powercut/workload.h"

/* A popularity ready to draw from. */
struct pc_ranks {
  uint32_t keys;
  uint32_t hot_keys;    /* ranks below it take hot_share of the draws; 0: all ranks alike */
  uint64_t hot_share;   /* in 2^-32 */
  uint64_t *cumulative; /* of a zipf: the sum of the weights up to and with each rank, else NULL */
};

/* Errors: PC_ENVIRONMENT (memory). The popularity is in its ranges. */
enum pc_result pc_ranks_create(struct pc_ranks *ranks, const struct pc_popularity *popularity, uint32_t keys,
                               struct pc_error *error);
void pc_ranks_free(struct pc_ranks *ranks);

uint32_t pc_ranks_draw(const struct pc_ranks *ranks, struct pc_random *random);

#endif
