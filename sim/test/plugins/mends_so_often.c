/* Notes each start that had something to mend in a sector of its own, the last one, and gives up when it has mended as
   often as its parameter says: what only several cuts, far from each other, bring about. */
#include <stdlib.h>

#include "wrapped.h"

static const struct pc_parameter_info parameters[] = {
    {.name = "times", .fallback = "3", .summary = "how often it mends, 1 to 100"},
};

/* What norkv gets: all but the last sector. */
static struct pc_store_setup without_log(const struct pc_store_setup *setup) {
  struct pc_store_setup inner = *setup;
  inner.flash.sector_count--;
  return inner;
}

static uint32_t times(const struct pc_store_setup *setup) {
  return (uint32_t)strtoul(setup->parameters[0].value, NULL, 10);
}

static enum pc_status configure(const struct pc_store_setup *setup, struct pc_store_promises *promises, char *message,
                                size_t size) {
  const struct pc_store_setup inner = without_log(setup);
  enum pc_status status = wrapped_configure(&inner, promises, message, size);
  promises->has_layout = false;
  memset(promises->bounds, 0, sizeof promises->bounds);
  return status != PC_STATUS_OK || (times(setup) > 0 && times(setup) <= 100) ? status : PC_STATUS_INVALID;
}

static enum pc_status start(void *memory, const struct pc_store_setup *setup) {
  const struct pc_store_setup inner = without_log(setup);
  const uint32_t log = inner.flash.sector_count * inner.flash.sector_size;
  uint8_t mended[100];
  enum pc_status status = wrapped_start(memory, &inner);
  struct wrapped *self = wrapped(memory);
  if (status != PC_STATUS_OK || wrapped_read(self, log, mended, sizeof mended) != PC_FLASH_OK) {
    return PC_STATUS_FLASH_ERROR;
  }
  uint32_t count = 0;
  while (count < times(setup) && mended[count] != 0xFF) {
    count++;
  }
  if (count < times(setup) && self->flash_operations > 0) {
    mended[count] = 0;
    if (wrapped_program(self, log + count, &mended[count], 1) != PC_FLASH_OK) {
      return PC_STATUS_FLASH_ERROR;
    }
    count++;
  }
  return count == times(setup) ? PC_STATUS_DATA_LOSS : PC_STATUS_OK;
}

static uint64_t footprint(const struct pc_store_setup *setup, size_t key_size, size_t value_size) {
  const struct pc_store_setup inner = without_log(setup);
  return wrapped_footprint(&inner, key_size, value_size);
}

static bool must_accept(const struct pc_store_setup *setup, const struct pc_usage *usage, size_t key_size,
                        size_t value_size) {
  const struct pc_store_setup inner = without_log(setup);
  return wrapped_must_accept(&inner, usage, key_size, value_size);
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    .api = PC_STORE_API,
    .name = "mends_so_often",
    .summary = "norkv, which mends a few times only",
    .parameters = parameters,
    .parameter_count = 1,
    .configure = configure,
    .start = start,
    .put = wrapped_put,
    .remove = wrapped_remove,
    .get = wrapped_get,
    .iterate = wrapped_iterate,
    .maintain = wrapped_maintain,
    .footprint = footprint,
    .must_accept = must_accept,
};
