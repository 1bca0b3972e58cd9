/* What streams and lists of generated operations share. */
#ifndef PC_WORKLOAD_STREAM_H
#define PC_WORKLOAD_STREAM_H

#include "powercut/workload.h"

/* How many letters tell `keys` keys apart. */
uint32_t pc_key_digits(uint32_t keys);

/* The sum of the weights of a generator's mix. */
uint64_t pc_mix_sum(const struct pc_generator *generator);

#endif
