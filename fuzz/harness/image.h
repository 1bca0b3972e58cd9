/* Images for the harness mount: what an input's header says of the device and the store, and a fixer of checksums. */
#ifndef PC_FUZZ_IMAGE_H
#define PC_FUZZ_IMAGE_H

#include "powercut/decoder.h"
#include "powercut/error.h"

#define PC_IMAGE_VERSION 1u
#define PC_IMAGE_HEADER_SIZE 8u
#define PC_IMAGE_MAX_SIZE 32768u

/* What the header says: fuzz/README.md has its bytes. */
struct pc_image_setup {
  uint32_t sector_size, sector_count, alignment, redundancy;
  const char *formats;  /* as norkv's parameter */
  const char *recovery; /* as norkv's parameter */
  struct pc_format list[2];
  uint32_t format_count;
  bool fix;     /* repair checksums */
  uint8_t seed; /* of the operations that follow */
};

/* PC_BAD_INPUT: empty, too large, no image of a fuzzer, or of another version. */
enum pc_result pc_image_setup_read(struct pc_bytes input, struct pc_image_setup *setup, struct pc_error *error);

/* Gives each entry its right checksum, except where the upper half of the checksum is 0xBDBD. */
void pc_image_fix(const struct pc_image_setup *setup, uint8_t *image);

#endif
