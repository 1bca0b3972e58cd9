/*
 * A harness: what is done with one input. One source each, which every engine drives: libFuzzer, AFL++ and the runner
 * that has no fuzzer.
 */
#ifndef PC_FUZZ_HARNESS_H
#define PC_FUZZ_HARNESS_H

#include <stddef.h>
#include <stdint.h>

#include "powercut/bytes.h"
#include "powercut/error.h"

struct pc_harness {
  const char *name;
  size_t max_size; /* larger inputs are refused */

  /* Once, before all else. What fails here is the environment's. */
  enum pc_result (*open)(struct pc_error *error);
  /* PC_BAD_INPUT: the input is none for this harness, and why. A finding ends the process (pc_finding). */
  enum pc_result (*run)(struct pc_bytes input, struct pc_error *error);
  /* Changes `data`, of `size` bytes with room for `capacity`, into another input: its size. `other` may be empty. */
  size_t (*mutate)(uint8_t *data, size_t size, size_t capacity, struct pc_bytes other, uint32_t seed);
};

/* Each harness's source defines it. */
const struct pc_harness *pc_harness(void);

/* Reports a finding and aborts. `signature` is equal for findings of one cause: no numbers, no bytes. */
__attribute__((noreturn, format(printf, 2, 3))) void pc_finding(const char *signature, const char *format, ...);
/* Ends the process with status 3 where memory or files failed. */
__attribute__((noreturn)) void pc_harness_fail(const struct pc_error *error);

#endif
