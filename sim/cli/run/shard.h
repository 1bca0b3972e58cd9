/* --shard: which part of a run to explore. */
#ifndef PC_CLI_SHARD_H
#define PC_CLI_SHARD_H

#include <argp.h>
#include <stdint.h>

/* 0, 0: the whole run. */
struct pc_shard {
  uint32_t number, count; /* the number is 1 to count */
};

/* What "I/N" or "auto" says. Anything else, or an environment that says nothing or what can't be, ends the process. */
struct pc_shard pc_argument_shard(const struct argp_state *state, const char *text);

#endif
