/* Drives a harness by libFuzzer. */
#include <string.h>

#include "harness.h"

int LLVMFuzzerInitialize(const int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t first_size, const uint8_t *second, size_t second_size,
                                 uint8_t *out, size_t capacity, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);

int LLVMFuzzerInitialize(const int *argc, char ***argv) {
  struct pc_error error;
  (void)argc;
  (void)argv;
  if (pc_harness()->open(&error) != PC_OK) {
    pc_harness_fail(&error);
  }
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct pc_bytes input = {.data = data, .size = size};
  enum { KEEP = 0, REFUSE = -1 };
  if (size > pc_harness()->max_size) {
    return REFUSE;
  }
  return pc_harness()->run(input, NULL) == PC_OK ? KEEP : REFUSE;
}

/* Some mutations are left to libFuzzer, which knows what the code compares with. */
#define ITS_OWN 8u

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned int seed) {
  if (seed % ITS_OWN == 0) {
    return LLVMFuzzerMutate(data, size, capacity);
  }
  return pc_harness()->mutate(data, size, capacity, (struct pc_bytes){0}, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t first_size, const uint8_t *second, size_t second_size,
                                 uint8_t *out, size_t capacity, unsigned int seed) {
  size_t size = first_size < capacity ? first_size : capacity;
  memcpy(out, first, size);
  return pc_harness()->mutate(out, size, capacity, (struct pc_bytes){.data = second, .size = second_size}, seed);
}
