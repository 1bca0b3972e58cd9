/*
 * A small store of two sectors that is as naive as its plugin says: each plugin survives some fault classes and is
 * caught by the next. The active sector is a log of records behind a header; what is live moves to the other sector
 * when it is full or not clean. Everything that isn't made naive is done with care.
 *
 * On a part that erases to zeros it inverts each byte that it reads or programs: blank is ones to all of it.
 *
 * A sector of the store has NAIVE_SECTOR bytes. On a part whose sectors are smaller it is a block that the part erases
 * at once.
 */
#ifndef PC_TEST_NAIVE_H
#define PC_TEST_NAIVE_H

#include <string.h>

#include "powercut/store.h"

enum naive_check {
  NAIVE_NO_CHECK,   /* a record is whole if its lengths are there */
  NAIVE_LAST_BYTE,  /* if its last byte is */
  NAIVE_EACH_BYTE,  /* if each byte has its top bit cleared */
  NAIVE_CRC,        /* if its checksum is right */
  NAIVE_CRC_OF_LAST /* only the last record's is looked at */
};

struct naive_ways {
  enum naive_check check;
  bool counts_down;        /* sectors are numbered downwards, and the lowest number, without a check, is the newest */
  bool repairs_in_place;   /* what isn't clean is erased and written again, in place of being moved */
  bool gives_up_on_errors; /* a read that fails is the end */
  bool returns;            /* what was moved to the second sector at a start goes back to the first */
  bool trusts_gets;        /* a get doesn't look at the checksum */
  bool reads_once;         /* else a start reads until it has seen what is unstable */
};

enum {
  NAIVE_SECTOR = 1024,
  NAIVE_KEY = 32,
  NAIVE_VALUE = 64,
  NAIVE_SLOTS = 64,
  NAIVE_RECORD = 256,
  NAIVE_READS = 1100
};
#define NAIVE_TOMBSTONE 0xFEu

/* A record, decoded. */
struct naive_record {
  uint8_t plain[NAIVE_RECORD]; /* lengths of key and value, two bytes of checksum, key, value */
  uint32_t size;               /* on flash */
};

struct naive_slot {
  uint8_t key[NAIVE_KEY];
  uint32_t key_size, at;
};

struct naive {
  struct pc_flash flash;
  uint8_t flip; /* what each byte on flash differs in from what it means */
  int (*erase_block)(void *context, uint32_t address, uint32_t size); /* NULL: a sector is one of the part */
  uint32_t active, end, number, slot_count;
  struct naive_slot slots[NAIVE_SLOTS];
  uint8_t image[2][NAIVE_SECTOR], unstable[2][NAIVE_SECTOR];
  uint8_t scratch[NAIVE_SECTOR];
};

static const struct naive_ways naive_ways;

static inline uint16_t naive_crc(const uint8_t *data, size_t size) {
  uint32_t crc = 0xFFFF;
  for (size_t i = 0; i < size; i++) {
    crc ^= (uint32_t)data[i] << 8;
    for (int bit = 0; bit < 8; bit++) {
      crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
    }
  }
  return (uint16_t)crc;
}

static inline uint32_t naive_pad(const struct naive *self, uint32_t size) {
  uint32_t unit = self->flash.program_unit;
  return (size + unit - 1) / unit * unit;
}

static inline uint32_t naive_header(const struct naive *self) {
  return naive_pad(self, 8);
}

/* Two checksums in one: that of the lengths, key and value. */
static inline uint16_t naive_sum(const uint8_t *plain, uint32_t content) {
  uint8_t data[NAIVE_RECORD];
  data[0] = plain[0];
  data[1] = plain[1];
  memcpy(data + 2, plain + 4, content);
  return naive_crc(data, content + 2);
}

/* Bytes of a record on flash, for key and value together. */
static inline uint32_t naive_size(const struct naive *self, uint32_t content) {
  uint32_t plain = 4 + content;
  return naive_pad(self, naive_ways.check == NAIVE_EACH_BYTE ? 2 * plain : plain + 1);
}

static inline uint32_t naive_encode(const struct naive *self, struct pc_bytes key, const struct pc_bytes *value,
                                    uint8_t *coded) {
  uint8_t plain[NAIVE_RECORD];
  uint32_t value_size = value == NULL ? 0 : (uint32_t)value->size, content = (uint32_t)key.size + value_size;
  uint32_t size = naive_size(self, content);
  plain[0] = (uint8_t)key.size;
  plain[1] = value == NULL ? NAIVE_TOMBSTONE : (uint8_t)value_size;
  memcpy(plain + 4, key.data, key.size);
  if (value_size > 0) {
    memcpy(plain + 4 + key.size, value->data, value_size);
  }
  uint16_t sum = naive_sum(plain, content);
  plain[2] = (uint8_t)sum;
  plain[3] = (uint8_t)(sum >> 8);
  memset(coded, 0, size); /* the last byte is the one that tells */
  for (size_t i = 0; i < 4 + content; i++) {
    if (naive_ways.check == NAIVE_EACH_BYTE) {
      coded[2 * i] = 0x50 | plain[i] >> 4;
      coded[2 * i + 1] = 0x50 | (plain[i] & 15);
    } else {
      coded[i] = plain[i];
    }
  }
  return size;
}

/* The byte `i` of a record's plain text. */
static inline uint8_t naive_plain(const uint8_t *coded, size_t i) {
  return naive_ways.check == NAIVE_EACH_BYTE ? (uint8_t)(coded[2 * i] << 4 | (coded[2 * i + 1] & 15)) : coded[i];
}

/* Decodes what fits in `room` bytes; false where the lengths make no sense. */
static inline bool naive_decode(const struct naive *self, const uint8_t *coded, uint32_t room,
                                struct naive_record *record) {
  if (room < naive_size(self, 1)) {
    return false;
  }
  record->plain[0] = naive_plain(coded, 0);
  record->plain[1] = naive_plain(coded, 1);
  uint32_t value_size = record->plain[1] == NAIVE_TOMBSTONE ? 0 : record->plain[1];
  if (record->plain[0] == 0 || record->plain[0] > NAIVE_KEY || value_size > NAIVE_VALUE) {
    return false;
  }
  record->size = naive_size(self, record->plain[0] + value_size);
  for (uint32_t i = 0; record->size <= room && i < 4u + record->plain[0] + value_size; i++) {
    record->plain[i] = naive_plain(coded, i);
  }
  return record->size <= room;
}

static inline bool naive_sum_is_right(const struct naive_record *record) {
  uint32_t value_size = record->plain[1] == NAIVE_TOMBSTONE ? 0 : record->plain[1];
  uint16_t sum = naive_sum(record->plain, record->plain[0] + value_size);
  return record->plain[2] == (uint8_t)sum && record->plain[3] == (uint8_t)(sum >> 8);
}

static inline bool naive_is_whole(const uint8_t *coded, const struct naive_record *record) {
  bool each = true;
  for (uint32_t i = 0; i < record->size; i++) {
    each = each && (coded[i] & 0x80) == 0;
  }
  switch (naive_ways.check) {
    case NAIVE_NO_CHECK:
      return true;
    case NAIVE_LAST_BYTE:
      return coded[record->size - 1] == 0;
    case NAIVE_EACH_BYTE:
      return each;
    case NAIVE_CRC:
    case NAIVE_CRC_OF_LAST:
      break;
  }
  return naive_sum_is_right(record);
}

static inline void naive_flip(const struct naive *self, uint8_t *data, uint32_t size) {
  for (uint32_t i = 0; i < size; i++) {
    data[i] ^= self->flip;
  }
}

static inline bool naive_read(const struct naive *self, uint32_t address, uint8_t *data, uint32_t size) {
  bool done = self->flash.read(self->flash.context, address, data, size) == PC_FLASH_OK;
  naive_flip(self, data, done ? size : 0);
  return done;
}

/* Reads a sector; a unit that can't be read, and what changes from read to read, is unstable. What is read again is
   compared as it comes from the flash: there is a lot of it. */
static inline bool naive_load(struct naive *self, uint32_t sector) {
  const struct pc_flash *flash = &self->flash;
  uint32_t base = sector * NAIVE_SECTOR;
  uint8_t *image = self->image[sector], *unstable = self->unstable[sector];
  memset(unstable, 0, NAIVE_SECTOR);
  if (flash->read(flash->context, base, image, NAIVE_SECTOR) != PC_FLASH_OK) {
    if (naive_ways.gives_up_on_errors) {
      return false;
    }
    for (uint32_t at = 0; at < NAIVE_SECTOR; at += flash->program_unit) {
      if (!naive_read(self, base + at, image + at, flash->program_unit)) {
        memset(unstable + at, 1, flash->program_unit);
      }
    }
    return true;
  }
  for (int i = 0; i < (naive_ways.reads_once ? 0 : NAIVE_READS); i++) {
    if (flash->read(flash->context, base, self->scratch, NAIVE_SECTOR) != PC_FLASH_OK) {
      return false;
    }
    bool same = memcmp(self->scratch, image, NAIVE_SECTOR) == 0;
    for (uint32_t at = 0; !same && at < NAIVE_SECTOR; at++) {
      unstable[at] |= self->scratch[at] != image[at];
    }
  }
  naive_flip(self, image, NAIVE_SECTOR);
  return true;
}

static inline bool naive_is_blank(const struct naive *self, uint32_t sector, uint32_t from) {
  for (uint32_t at = from; at < NAIVE_SECTOR; at++) {
    if (self->image[sector][at] != 0xFF || self->unstable[sector][at] != 0) {
      return false;
    }
  }
  return true;
}

static inline bool naive_is_stable(const struct naive *self, uint32_t at, uint32_t size) {
  for (uint32_t i = 0; i < size; i++) {
    if (self->unstable[self->active][at + i] != 0) {
      return false;
    }
  }
  return true;
}

/* A sector's number, the higher the newer; 0: it has none. */
static inline uint32_t naive_number(const struct naive *self, uint32_t sector) {
  uint32_t number, check;
  memcpy(&number, self->image[sector], 4);
  memcpy(&check, self->image[sector] + 4, 4);
  if (naive_ways.counts_down) {
    return UINT32_MAX - number;
  }
  for (uint32_t i = 0; i < naive_header(self); i++) {
    if (self->unstable[sector][i] != 0) {
      return 0;
    }
  }
  return (number ^ check) == UINT32_MAX ? number : 0;
}

static inline bool naive_erase(struct naive *self, uint32_t sector) {
  memset(self->image[sector], 0xFF, NAIVE_SECTOR);
  memset(self->unstable[sector], 0, NAIVE_SECTOR);
  void *context = self->flash.context;
  int status = self->erase_block != NULL ? self->erase_block(context, sector * NAIVE_SECTOR, NAIVE_SECTOR)
                                         : self->flash.erase(context, sector * NAIVE_SECTOR);
  return status == PC_FLASH_OK;
}

static inline bool naive_program(struct naive *self, uint32_t sector, uint32_t at, const uint8_t *data, uint32_t size) {
  uint32_t address = sector * NAIVE_SECTOR + at;
  uint8_t coded[256];
  for (uint32_t i = 0; i < size; i++) { /* a record or a header, which fit */
    coded[i] = data[i] ^ self->flip;
  }
  if (self->flash.program(self->flash.context, address, coded, size) != PC_FLASH_OK) {
    return false;
  }
  memcpy(self->image[sector] + at, data, size);
  return true;
}

static inline bool naive_write_header(struct naive *self, uint32_t sector, uint32_t number) {
  uint8_t header[256];
  uint32_t first = naive_ways.counts_down ? UINT32_MAX - number : number, second = ~number;
  memset(header, 0xFF, sizeof header);
  memcpy(header, &first, 4);
  memcpy(header + 4, naive_ways.counts_down ? &first : &second, 4);
  return naive_program(self, sector, 0, header, naive_header(self));
}

static inline struct naive_slot *naive_find(struct naive *self, struct pc_bytes key) {
  for (uint32_t i = 0; i < self->slot_count; i++) {
    if (self->slots[i].key_size == key.size && memcmp(self->slots[i].key, key.data, key.size) == 0) {
      return &self->slots[i];
    }
  }
  return NULL;
}

static inline void naive_drop(struct naive *self, struct naive_slot *slot) {
  *slot = self->slots[--self->slot_count];
}

/* A record at `at` counts from now on. */
static inline void naive_note(struct naive *self, struct pc_bytes key, bool deletes, uint32_t at) {
  struct naive_slot *slot = naive_find(self, key);
  if (deletes) {
    if (slot != NULL) {
      naive_drop(self, slot);
    }
    return;
  }
  if (slot == NULL && self->slot_count < NAIVE_SLOTS) {
    slot = &self->slots[self->slot_count++];
  }
  if (slot != NULL) {
    memcpy(slot->key, key.data, key.size);
    slot->key_size = (uint32_t)key.size;
    slot->at = at;
  }
}

static inline bool naive_trusts(const struct naive *self, uint32_t at, const struct naive_record *record) {
  const uint8_t *image = self->image[self->active];
  struct naive_record next;
  uint32_t behind = at + record->size;
  if (!naive_is_stable(self, at, record->size)) {
    return false;
  }
  return naive_is_whole(image + at, record) ||
         (naive_ways.check == NAIVE_CRC_OF_LAST && naive_decode(self, image + behind, NAIVE_SECTOR - behind, &next) &&
          naive_is_whole(image + behind, &next));
}

/* Reads the log. False: what is behind it isn't blank. */
static inline bool naive_scan(struct naive *self) {
  struct naive_record record;
  self->slot_count = 0;
  self->end = naive_header(self);
  while (naive_decode(self, self->image[self->active] + self->end, NAIVE_SECTOR - self->end, &record) &&
         naive_trusts(self, self->end, &record)) {
    naive_note(self, (struct pc_bytes){.data = record.plain + 4, .size = record.plain[0]},
               record.plain[1] == NAIVE_TOMBSTONE, self->end);
    self->end += record.size;
  }
  return naive_is_blank(self, self->active, self->end);
}

/* Writes what is live behind a header in `target`, which is erased; the header last. `from` is an image of the sector
   that it is in. */
static inline bool naive_rewrite(struct naive *self, const uint8_t *from, uint32_t target) {
  uint8_t coded[NAIVE_RECORD];
  struct naive_record record;
  uint32_t end = naive_header(self);
  for (uint32_t i = 0; i < self->slot_count; i++) {
    struct naive_slot *slot = &self->slots[i];
    if (!naive_decode(self, from + slot->at, NAIVE_SECTOR - slot->at, &record)) {
      return false;
    }
    const struct pc_bytes key = {.data = record.plain + 4, .size = record.plain[0]};
    const struct pc_bytes value = {.data = record.plain + 4 + key.size, .size = record.plain[1]};
    uint32_t size = naive_encode(self, key, &value, coded);
    if (!naive_program(self, target, end, coded, size)) {
      return false;
    }
    slot->at = end;
    end += size;
  }
  self->end = end;
  self->active = target;
  return naive_write_header(self, target, ++self->number);
}

static inline bool naive_move(struct naive *self) {
  uint32_t old = self->active, target = 1 - old;
  return naive_erase(self, target) && naive_rewrite(self, self->image[old], target) && naive_erase(self, old);
}

static inline bool naive_clean(struct naive *self) {
  if (!naive_ways.repairs_in_place) {
    return naive_move(self) && (!naive_ways.returns || self->active == 0 || naive_move(self));
  }
  memcpy(self->scratch, self->image[self->active], NAIVE_SECTOR);
  return naive_erase(self, self->active) && naive_rewrite(self, self->scratch, self->active);
}

static inline enum pc_status naive_start(void *memory, const struct pc_store_setup *setup) {
  struct naive *self = memory;
  memset(self, 0, sizeof *self);
  self->flash = setup->flash;
  self->flip = 0xFF ^ setup->erased_value;
  self->erase_block = setup->flash.sector_size == NAIVE_SECTOR ? NULL : setup->erases.erase;
  if (!naive_load(self, 0) || !naive_load(self, 1)) {
    return PC_STATUS_FLASH_ERROR;
  }
  uint32_t first = naive_number(self, 0), second = naive_number(self, 1);
  self->active = second > first ? 1 : 0;
  self->number = second > first ? second : first;
  bool sound = true;
  if (self->number == 0) {
    sound = naive_erase(self, 0) && naive_write_header(self, 0, 1); /* what reads blank need not be */
    self->number = 1;
  }
  if (sound && !naive_scan(self)) {
    sound = naive_clean(self);
  }
  if (sound && !naive_is_blank(self, 1 - self->active, 0)) {
    sound = naive_erase(self, 1 - self->active);
  }
  return sound ? PC_STATUS_OK : PC_STATUS_FLASH_ERROR;
}

static inline enum pc_status naive_append(struct naive *self, struct pc_bytes key, const struct pc_bytes *value) {
  uint8_t coded[NAIVE_RECORD];
  uint32_t size = naive_encode(self, key, value, coded);
  for (int i = 0; i < 2; i++) {
    if (size <= NAIVE_SECTOR - self->end && naive_program(self, self->active, self->end, coded, size)) {
      naive_note(self, key, value == NULL, self->end);
      self->end += size;
      return PC_STATUS_OK;
    }
    if (i == 0 && !naive_move(self)) {
      return PC_STATUS_FLASH_ERROR;
    }
  }
  return PC_STATUS_FULL;
}

static inline enum pc_status naive_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  if (key.size == 0 || key.size > NAIVE_KEY || value.size > NAIVE_VALUE) {
    return PC_STATUS_INVALID;
  }
  return naive_append(memory, key, &value);
}

static inline enum pc_status naive_remove(void *memory, struct pc_bytes key) {
  return naive_find(memory, key) == NULL ? PC_STATUS_NOT_FOUND : naive_append(memory, key, NULL);
}

static inline enum pc_status naive_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity,
                                       size_t *size) {
  struct naive *self = memory;
  struct naive_record record;
  uint8_t coded[NAIVE_RECORD];
  const struct naive_slot *slot = naive_find(self, key);
  if (slot == NULL) {
    return PC_STATUS_NOT_FOUND;
  }
  uint32_t room = NAIVE_SECTOR - slot->at < sizeof coded ? NAIVE_SECTOR - slot->at : (uint32_t)sizeof coded;
  uint32_t address = self->active * NAIVE_SECTOR + slot->at;
  for (uint32_t at = 0; at < room; at += self->flash.program_unit) {
    if (!naive_read(self, address + at, coded + at, self->flash.program_unit)) {
      memset(coded + at, 0xFF, self->flash.program_unit); /* behind the record, or seen below */
    }
  }
  if (!naive_decode(self, coded, room, &record) || record.plain[1] == NAIVE_TOMBSTONE) {
    return PC_STATUS_DATA_LOSS;
  }
  bool checks = naive_ways.check == NAIVE_CRC && !naive_ways.trusts_gets;
  if (checks && !naive_sum_is_right(&record)) {
    return PC_STATUS_DATA_LOSS;
  }
  *size = record.plain[1];
  memcpy(buffer, record.plain + 4 + record.plain[0], *size < capacity ? *size : capacity);
  return PC_STATUS_OK;
}

static inline enum pc_status naive_iterate(void *memory, pc_visit visit, void *context) {
  const struct naive *self = memory;
  for (uint32_t i = 0; i < self->slot_count; i++) {
    visit(context, (struct pc_bytes){.data = self->slots[i].key, .size = self->slots[i].key_size});
  }
  return PC_STATUS_OK;
}

static inline enum pc_status naive_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                             char *message, size_t size) {
  (void)message;
  (void)size;
  *promises = (struct pc_store_promises){
      .memory_size = sizeof(struct naive), .max_key_size = NAIVE_KEY, .max_value_size = NAIVE_VALUE};
  bool fits = false;
  for (uint32_t i = 0; i < setup->erases.count; i++) {
    fits = fits || (setup->erases.sizes[i].size == NAIVE_SECTOR && setup->erases.sizes[i].end >= 2 * NAIVE_SECTOR);
  }
  return fits && setup->flash.program_unit <= 16 ? PC_STATUS_OK : PC_STATUS_INVALID;
}

#define NAIVE_STORE(said_summary, ...)                                  \
  static const struct naive_ways naive_ways = {__VA_ARGS__};            \
  extern const struct pc_store powercut_store;                          \
  const struct pc_store powercut_store = {.api = PC_STORE_API,          \
                                          .name = "naive",              \
                                          .summary = (said_summary),    \
                                          .configure = naive_configure, \
                                          .start = naive_start,         \
                                          .put = naive_put,             \
                                          .remove = naive_remove,       \
                                          .get = naive_get,             \
                                          .iterate = naive_iterate}

#endif
