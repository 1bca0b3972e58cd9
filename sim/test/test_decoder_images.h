/* Images in the entry format of pw_kvs, built for the decoder's tests; shares no code with the decoder. */
#ifndef PC_TEST_DECODER_IMAGES_H
#define PC_TEST_DECODER_IMAGES_H

#include "powercut/decoder.h"

#define MAGIC 0x600DBEEFu
#define OTHER_MAGIC 0xB007C0DEu

struct test_image {
  struct pc_image_layout layout;
  struct pc_bytes bytes; /* the same memory as `cells` */
  uint8_t *cells;
};

struct test_entry {
  uint32_t magic; /* of one of the layout's formats; 0: the first */
  uint32_t id;
  uint8_t units; /* alignment_units */
  bool tombstone;
  struct pc_bytes key, value;
};

/* An erased image; free it with image_free. */
struct test_image image_create(const struct pc_image_layout *layout);
void image_free(struct test_image *image);

/* A layout with the one format MAGIC, redundancy 1 and alignment 16. */
struct pc_image_layout simple_layout(uint32_t sector_size, uint32_t sector_count, enum pc_checksum checksum);

/* Writes an entry at `address` and returns its size. */
uint32_t image_put(struct test_image *image, uint32_t address, const struct test_entry *entry);

struct pc_bytes text_bytes(const char *text);

/* Bit by bit, by the definition of each CRC. */
uint16_t slow_crc16(const uint8_t *data, size_t size);
uint32_t slow_crc32c(const uint8_t *data, size_t size);

/* The images of engine/test/golden: each case of its manifest in turn. `visit` also gets the manifest's case, a jansson
   object. */
void golden_each(void (*visit)(const struct test_image *image, const void *manifest_case, void *context),
                 void *context);

#endif
