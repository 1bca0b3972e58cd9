#include "test_explore_stores.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "plugins/wrapped.h"

static const struct pc_parameter_info spoilt_parameters[] = {
    {"does", "nothing", "what it does wrong"},
    {"when", "mends", "mends, or w: mends, and the key w has a value of one byte"},
};

static enum pc_status spoilt_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                       char *message, size_t size) {
  if (strcmp(setup->parameters[0].value, "refuses") == 0) {
    (void)snprintf(message, size, "it takes nothing today");
    return PC_STATUS_INVALID;
  }
  return wrapped_configure(setup, promises, message, size);
}

static bool is_due(void *memory, const struct pc_store_setup *setup) {
  static const uint8_t name[] = {'w'};
  uint8_t value[64];
  size_t size;
  if (wrapped(memory)->flash_operations == 0) {
    return false;
  }
  return strcmp(setup->parameters[1].value, "w") != 0 ||
         (wrapped_get(memory, (struct pc_bytes){name, 1}, value, sizeof value, &size) == PC_STATUS_OK && size == 1);
}

/* For ever, but a compiler can't know. */
static unsigned recurse(volatile unsigned depth) {
  return depth == 0 ? 0 : depth + recurse(depth + 1);
}

/* Writes behind the memory that it asked for, the last of which is norkv's. */
static void overrun(void *memory, const struct pc_store_setup *setup) {
  struct pc_store_promises promises;
  char message[256];
  if (wrapped_configure(setup, &promises, message, sizeof message) == PC_STATUS_OK) {
    memset((uint8_t *)memory + promises.memory_size, 0, 16);
  }
}

static enum pc_status spoilt_start(void *memory, const struct pc_store_setup *setup) {
  const char *does = setup->parameters[0].value;
  enum pc_status status = wrapped_start(memory, setup);
  if (status != PC_STATUS_OK || !is_due(memory, setup)) {
    return status;
  }
  if (strcmp(does, "crashes") == 0) {
    abort();
  } else if (strcmp(does, "exits") == 0) {
    exit(3);
  } else if (strcmp(does, "hangs") == 0) {
    for (volatile int forever = 1; forever != 0;) {
    }
  } else if (strcmp(does, "overruns") == 0) {
    overrun(memory, setup);
  } else if (strcmp(does, "recurses") == 0) {
    (void)recurse(1);
  } else if (strcmp(does, "prints") == 0) {
    (void)printf("the store mended something\n");
    (void)fflush(stdout);
  } else if (strcmp(does, "forgets") == 0) {
    wrapped(memory)->value_size = 1;
  }
  return status;
}

static enum pc_status spoilt_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  enum pc_status status = wrapped_get(memory, key, buffer, capacity, size);
  if (status == PC_STATUS_OK && wrapped(memory)->value_size > 0) {
    *size -= *size / 10;
  }
  return status;
}

const struct pc_store lab_spoilt = {
    WRAPPED_STORE,
    .parameters = spoilt_parameters,
    .parameter_count = sizeof spoilt_parameters / sizeof spoilt_parameters[0],
    .configure = spoilt_configure,
    .start = spoilt_start,
    .put = wrapped_put,
    .remove = wrapped_remove,
    .get = spoilt_get,
    .iterate = wrapped_iterate,
    .sector_report = wrapped_sector_report,
};

/* The naive log. A sector is records; the first is its header, written last when the sector is filled by a copy. */
enum kind { PUT = 0x7A, DELETED = 0x3C, HEADER = 0x55, BLANK = 0xFF };
#define RECORD_SIZE 16u
#define MAX_VALUE 8u

struct record {
  uint8_t kind, key, size, zero;
  uint8_t value[MAX_VALUE]; /* of a header: its generation */
  uint8_t check[4];
};

struct slot {
  bool live;
  uint8_t size, value[MAX_VALUE];
};

struct naive {
  struct pc_flash flash;
  bool looks;
  uint32_t active;     /* sector */
  uint32_t generation; /* of the active sector */
  uint32_t next;       /* record */
  struct slot keys[256];
};

static void sum(const struct record *record, uint8_t check[4]) {
  const uint8_t *bytes = (const uint8_t *)record;
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < offsetof(struct record, check); i++) {
    hash = (hash ^ bytes[i]) * 16777619u;
  }
  memcpy(check, &hash, 4);
}

static struct record read_record(const struct naive *self, uint32_t sector, uint32_t index) {
  struct record record;
  uint32_t address = sector * self->flash.sector_size + index * RECORD_SIZE;
  if (self->flash.read(self->flash.context, address, &record, sizeof record) != PC_FLASH_OK) {
    memset(&record, 0, sizeof record);
  }
  return record;
}

static bool is_good(const struct record *record) {
  uint8_t check[4];
  sum(record, check);
  return memcmp(check, record->check, sizeof check) == 0;
}

static bool is_blank(const struct naive *self, uint32_t sector, uint32_t index) {
  struct record record = read_record(self, sector, index);
  const uint8_t *bytes = (const uint8_t *)&record;
  for (size_t i = 0; i < sizeof record; i++) {
    if (bytes[i] != BLANK) {
      return false;
    }
  }
  return true;
}

static bool write_record(const struct naive *self, uint32_t sector, uint32_t index, struct record record) {
  sum(&record, record.check);
  uint32_t address = sector * self->flash.sector_size + index * RECORD_SIZE;
  return self->flash.program(self->flash.context, address, &record, sizeof record) == PC_FLASH_OK;
}

static bool write_header(const struct naive *self, uint32_t sector, uint32_t generation) {
  struct record header = {.kind = HEADER};
  memcpy(header.value, &generation, sizeof generation);
  return write_record(self, sector, 0, header);
}

static bool erase_sector(const struct naive *self, uint32_t sector) {
  return self->flash.erase(self->flash.context, sector * self->flash.sector_size) == PC_FLASH_OK;
}

static uint32_t records(const struct naive *self) {
  return self->flash.sector_size / RECORD_SIZE;
}

static uint32_t generation_of(const struct naive *self, uint32_t sector) {
  struct record header = read_record(self, sector, 0);
  uint32_t generation = 0;
  if (header.kind == HEADER && is_good(&header)) {
    memcpy(&generation, header.value, sizeof generation);
  }
  return generation;
}

static void read_active(struct naive *self) {
  for (self->next = 1; self->next < records(self); self->next++) {
    struct record record = read_record(self, self->active, self->next);
    if (record.kind == BLANK) {
      return;
    }
    if (is_good(&record)) {
      struct slot *slot = &self->keys[record.key];
      slot->live = record.kind == PUT;
      slot->size = record.size;
      memcpy(slot->value, record.value, sizeof slot->value);
    }
  }
}

/* The mistake: what lies behind the second record is not looked at. */
static bool seems_erased(const struct naive *self, uint32_t sector) {
  return is_blank(self, sector, 0) && is_blank(self, sector, 1);
}

static enum pc_status naive_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                      char *message, size_t size) {
  (void)setup;
  (void)message;
  (void)size;
  *promises =
      (struct pc_store_promises){.memory_size = sizeof(struct naive), .max_key_size = 1, .max_value_size = MAX_VALUE};
  return PC_STATUS_OK;
}

static enum pc_status naive_start(void *memory, const struct pc_store_setup *setup) {
  struct naive *self = memory;
  memset(self, 0, sizeof *self);
  self->flash = setup->flash;
  self->looks = strcmp(setup->parameters[0].value, "1") == 0;
  uint32_t generations[2] = {generation_of(self, 0), generation_of(self, 1)};
  self->active = generations[1] > generations[0];
  self->generation = generations[self->active];
  if (!seems_erased(self, 1 - self->active) && !erase_sector(self, 1 - self->active)) {
    return PC_STATUS_FLASH_ERROR;
  }
  if (self->generation == 0) {
    self->generation = 1;
    self->next = 1;
    bool blank = seems_erased(self, self->active) || erase_sector(self, self->active);
    return blank && write_header(self, self->active, 1) ? PC_STATUS_OK : PC_STATUS_FLASH_ERROR;
  }
  read_active(self);
  return PC_STATUS_OK;
}

static uint32_t count_live(const struct naive *self) {
  uint32_t live = 0;
  for (size_t key = 0; key < 256; key++) {
    live += self->keys[key].live;
  }
  return live;
}

static bool is_room(const struct naive *self, uint32_t sector, uint32_t end) {
  for (uint32_t i = 0; self->looks && i < end; i++) {
    if (!is_blank(self, sector, i)) {
      return false;
    }
  }
  return true;
}

/* Copies what is live to the other sector, and erases this one. */
static bool collect(struct naive *self) {
  uint32_t other = 1 - self->active;
  /* Room for the header, the copies and one more. */
  if (!is_room(self, other, count_live(self) + 2) && !erase_sector(self, other)) {
    return false;
  }
  uint32_t next = 1;
  for (uint32_t key = 0; key < 256; key++) {
    const struct slot *slot = &self->keys[key];
    if (slot->live) {
      struct record record = {.kind = PUT, .key = (uint8_t)key, .size = slot->size};
      memcpy(record.value, slot->value, sizeof record.value);
      if (!write_record(self, other, next++, record)) {
        return false;
      }
    }
  }
  if (!write_header(self, other, self->generation + 1) || !erase_sector(self, self->active)) {
    return false;
  }
  self->generation++;
  self->active = other;
  self->next = next;
  return true;
}

static enum pc_status append(struct naive *self, struct record record) {
  if (self->next == records(self) || (self->looks && !is_blank(self, self->active, self->next))) {
    if (!collect(self)) {
      return PC_STATUS_FLASH_ERROR;
    }
  }
  if (self->next == records(self)) {
    return PC_STATUS_FULL;
  }
  return write_record(self, self->active, self->next++, record) ? PC_STATUS_OK : PC_STATUS_FLASH_ERROR;
}

static enum pc_status naive_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  struct naive *self = memory;
  if (key.size != 1 || value.size > MAX_VALUE) {
    return PC_STATUS_INVALID;
  }
  struct slot *slot = &self->keys[key.data[0]];
  if (!slot->live && count_live(self) + 3 > records(self)) {
    return PC_STATUS_FULL;
  }
  struct record record = {.kind = PUT, .key = key.data[0], .size = (uint8_t)value.size};
  if (value.size > 0) {
    memcpy(record.value, value.data, value.size);
  }
  enum pc_status status = append(self, record);
  if (status == PC_STATUS_OK) {
    *slot = (struct slot){.live = true, .size = record.size};
    memcpy(slot->value, record.value, sizeof slot->value);
  }
  return status;
}

static enum pc_status naive_remove(void *memory, struct pc_bytes key) {
  struct naive *self = memory;
  if (key.size != 1 || !self->keys[key.data[0]].live) {
    return PC_STATUS_NOT_FOUND;
  }
  enum pc_status status = append(self, (struct record){.kind = DELETED, .key = key.data[0]});
  if (status == PC_STATUS_OK) {
    self->keys[key.data[0]].live = false;
  }
  return status;
}

static enum pc_status naive_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  const struct naive *self = memory;
  if (key.size != 1 || !self->keys[key.data[0]].live) {
    return PC_STATUS_NOT_FOUND;
  }
  const struct slot *slot = &self->keys[key.data[0]];
  if (slot->size > capacity) {
    return PC_STATUS_INVALID;
  }
  memcpy(buffer, slot->value, slot->size);
  *size = slot->size;
  return PC_STATUS_OK;
}

static enum pc_status naive_iterate(void *memory, pc_visit visit, void *context) {
  const struct naive *self = memory;
  for (uint32_t key = 0; key < 256; key++) {
    if (self->keys[key].live) {
      uint8_t byte = (uint8_t)key;
      visit(context, (struct pc_bytes){.data = &byte, .size = 1});
    }
  }
  return PC_STATUS_OK;
}

static const struct pc_parameter_info naive_parameters[] = {{"looks", "0", "1: look before writing"}};

const struct pc_store lab_naive = {
    .api = PC_STORE_API,
    .name = "naive",
    .summary = "a log in two sectors that trusts what it should not",
    .parameters = naive_parameters,
    .parameter_count = 1,
    .configure = naive_configure,
    .start = naive_start,
    .put = naive_put,
    .remove = naive_remove,
    .get = naive_get,
    .iterate = naive_iterate,
};

/* The single value. */
static enum pc_status single_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                       char *message, size_t size) {
  (void)setup;
  (void)message;
  (void)size;
  *promises =
      (struct pc_store_promises){.memory_size = sizeof(struct pc_flash), .max_key_size = 0, .max_value_size = 1};
  return PC_STATUS_OK;
}

static enum pc_status single_start(void *memory, const struct pc_store_setup *setup) {
  *(struct pc_flash *)memory = setup->flash;
  return PC_STATUS_OK;
}

static enum pc_status single_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  const struct pc_flash *flash = memory;
  uint8_t byte = BLANK;
  (void)key;
  if (flash->read(flash->context, 0, &byte, 1) != PC_FLASH_OK || capacity == 0) {
    return PC_STATUS_FLASH_ERROR;
  }
  if (byte == BLANK) {
    return PC_STATUS_NOT_FOUND;
  }
  buffer[0] = byte;
  *size = 1;
  return PC_STATUS_OK;
}

static enum pc_status single_remove(void *memory, struct pc_bytes key) {
  const struct pc_flash *flash = memory;
  uint8_t value;
  size_t size;
  enum pc_status status = single_get(memory, key, &value, 1, &size);
  if (status != PC_STATUS_OK) {
    return status;
  }
  return flash->erase(flash->context, 0) == PC_FLASH_OK ? PC_STATUS_OK : PC_STATUS_FLASH_ERROR;
}

static enum pc_status single_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  const struct pc_flash *flash = memory;
  if (value.size != 1) {
    return PC_STATUS_INVALID;
  }
  enum pc_status status = single_remove(memory, key);
  if (status != PC_STATUS_OK && status != PC_STATUS_NOT_FOUND) {
    return status;
  }
  if (value.data[0] == 0x02) {
    return PC_STATUS_OK;
  }
  return flash->program(flash->context, 0, value.data, 1) == PC_FLASH_OK ? PC_STATUS_OK : PC_STATUS_FLASH_ERROR;
}

const struct pc_store lab_single = {
    .api = PC_STORE_API,
    .name = "single",
    .summary = "one byte",
    .configure = single_configure,
    .start = single_start,
    .put = single_put,
    .remove = single_remove,
    .get = single_get,
};
