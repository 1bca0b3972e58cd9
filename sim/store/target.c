#include "powercut/target.h"

#include <string.h>

#include "guarded.h"
#include "powercut/armed.h"

/* What the store finds in its memory when the power comes on: no zeros, which uninitialised reads would mistake for a
   clean state, and the same at each start, so that even such a store behaves the same everywhere. */
#define POWER_ON_PATTERN 0xA5

/*
 * Bounds on one call, far beyond what a sane store needs: a start that rewrites every program unit and erases every
 * sector sixteen times over, and reads the partition a thousand times. They only tell looping from working; how much
 * work a call may do is another invariant's business.
 */
static struct pc_budget call_budget(const struct pc_flash *flash) {
  uint64_t size = (uint64_t)flash->sector_size * flash->sector_count;
  uint32_t unit = flash->program_unit < 16 ? 16 : flash->program_unit;
  return (struct pc_budget){
      .flash_operations = 1024 + 16 * (size / unit + flash->sector_count),
      .read_bytes = 65536 + 1024 * size,
  };
}

/* Parts that erase to zeros are for stores that are told so, and whose image the decoder doesn't read. */
static enum pc_result check_erased_value(const struct pc_target *target, struct pc_error *error) {
  if (target->setup.erased_value == PC_ERASED) {
    return PC_OK;
  }
  if (target->store->api < 5) { /* which brought pc_store_setup.erased_value */
    return pc_fail(error, PC_BAD_INPUT,
                   "%s is built for version %u of the store interface, which knows only parts that erase to 0xff",
                   target->store->name, target->store->api);
  }
  if (target->promises.has_layout) {
    return pc_fail(error, PC_BAD_INPUT, "%s promises an image of pw_kvs, which needs a part that erases to 0xff",
                   target->store->name);
  }
  return PC_OK;
}

static enum pc_result configure(struct pc_target *target, struct pc_error *error) {
  char message[512] = "";
  target->promises = (struct pc_store_promises){0};
  enum pc_result result = check_erased_value(target, error); /* before a store that can't know is asked */
  if (result != PC_OK) {
    return result;
  }
  if (target->store->configure(&target->setup, &target->promises, message, sizeof message) != PC_STATUS_OK) {
    return pc_fail(error, PC_BAD_INPUT, "%s refuses its setup: %s", target->store->name, message);
  }
  result = check_erased_value(target, error);
  if (result != PC_OK) {
    return result;
  }
  target->memory = pc_guarded_take(target->promises.memory_size);
  return target->memory == NULL ? pc_fail_memory(error) : PC_OK;
}

enum pc_result pc_target_open(struct pc_target *target, const struct pc_store *store, struct pc_device *device,
                              const struct pc_parameter *parameters, size_t parameter_count, uint32_t key_count,
                              struct pc_error *error) {
  *target = (struct pc_target){
      .store = store,
      .setup = {.flash = pc_device_port(device),
                .parameters = parameters,
                .parameter_count = parameter_count,
                .key_count = key_count,
                .erases = pc_device_erases(device),
                .erased_value = pc_profile_erased_value(pc_device_profile(device))},
      .device = device,
  };
  return configure(target, error);
}

enum pc_result pc_target_update(struct pc_target *target, struct pc_error *error) {
  pc_target_stop(target);
  pc_guarded_free(target->memory, target->promises.memory_size);
  target->memory = NULL;
  return configure(target, error);
}

void pc_target_close(struct pc_target *target) {
  pc_target_stop(target);
  pc_guarded_free(target->memory, target->promises.memory_size);
  *target = (struct pc_target){0};
}

static void begin_call(const struct pc_target *target) {
  pc_device_set_budget(target->device, call_budget(&target->setup.flash));
}

static bool exceeds(uint64_t done, uint64_t bound) {
  return bound > 0 && done > bound;
}

/* Holds what the call did against its bound; `erases` were done before it. */
static void measure(struct pc_target *target, enum pc_call call, uint64_t erases) {
  const struct pc_bound *bound = &target->promises.bounds[call];
  if (bound->flash_operations == 0 && bound->erases == 0 && bound->read_bytes == 0) {
    return;
  }
  struct pc_budget given = call_budget(&target->setup.flash), left = pc_device_budget(target->device);
  struct pc_bound done = {
      .flash_operations = given.flash_operations - left.flash_operations,
      .erases = pc_device_work(target->device).erases - erases,
      .read_bytes = given.read_bytes - left.read_bytes,
  };
  target->work.measured = true;
  if (!target->work.excess && (exceeds(done.flash_operations, bound->flash_operations) ||
                               exceeds(done.erases, bound->erases) || exceeds(done.read_bytes, bound->read_bytes))) {
    target->work.excess = true;
    target->work.call = call;
    target->work.done = done;
  }
}

static void tell(const struct pc_target *target, const struct pc_target_call *call) {
  if (target->watch != NULL) {
    target->watch->called(target->watch->context, call);
  }
}

enum pc_status pc_target_start(struct pc_target *target) {
  return pc_target_start_by(target, NULL, NULL);
}

enum pc_status pc_target_start_by(struct pc_target *target, pc_starter starter, void *context) {
  size_t mark = pc_device_mark(target->device);
  pc_target_stop(target);
  memset(target->memory, POWER_ON_PATTERN, target->promises.memory_size);
  pc_device_power_on(target->device);
  uint64_t erases = pc_device_work(target->device).erases;
  begin_call(target);
  target->running = true;
  enum pc_status status = starter != NULL ? starter(context) : target->store->start(target->memory, &target->setup);
  measure(target, PC_CALL_START, erases);
  tell(target, &(struct pc_target_call){.kind = PC_CALLED_START, .status = status, .mark = mark});
  return status;
}

void pc_target_stop(struct pc_target *target) {
  if (target->running && target->store->stop != NULL) {
    /* The power is off: the flash answers nothing any more. */
    pc_device_set_budget(target->device, (struct pc_budget){0});
    target->store->stop(target->memory);
  }
  target->running = false;
}

enum pc_status pc_target_put(struct pc_target *target, struct pc_bytes key, struct pc_bytes value) {
  size_t mark = pc_device_mark(target->device);
  uint64_t erases = pc_device_work(target->device).erases;
  begin_call(target);
  enum pc_status status = target->store->put(target->memory, key, value);
  measure(target, PC_CALL_PUT, erases);
  tell(target,
       &(struct pc_target_call){.kind = PC_CALLED_PUT, .key = key, .value = value, .status = status, .mark = mark});
  return status;
}

enum pc_status pc_target_remove(struct pc_target *target, struct pc_bytes key) {
  if (target->store->remove == NULL) {
    return PC_STATUS_INVALID;
  }
  size_t mark = pc_device_mark(target->device);
  uint64_t erases = pc_device_work(target->device).erases;
  begin_call(target);
  enum pc_status status = target->store->remove(target->memory, key);
  measure(target, PC_CALL_REMOVE, erases);
  tell(target, &(struct pc_target_call){.kind = PC_CALLED_REMOVE, .key = key, .status = status, .mark = mark});
  return status;
}

enum pc_status pc_target_get(struct pc_target *target, struct pc_bytes key, uint8_t *buffer, size_t capacity,
                             size_t *size) {
  begin_call(target);
  *size = 0;
  size_t mark = pc_device_mark(target->device);
  enum pc_status status = target->store->get(target->memory, key, buffer, capacity, size);
  tell(target, &(struct pc_target_call){.kind = PC_CALLED_GET, .key = key, .status = status, .mark = mark});
  return status;
}

enum pc_status pc_target_iterate(struct pc_target *target, pc_visit visit, void *context) {
  if (target->store->iterate == NULL) {
    return PC_STATUS_OK;
  }
  begin_call(target);
  return target->store->iterate(target->memory, visit, context);
}

enum pc_status pc_target_maintain(struct pc_target *target, enum pc_maintenance level) {
  if (target->store->maintain == NULL) {
    return PC_STATUS_OK;
  }
  static const enum pc_call calls[] = {
      [PC_MAINTAIN_PARTIAL] = PC_CALL_MAINTAIN_PARTIAL,
      [PC_MAINTAIN_FULL] = PC_CALL_MAINTAIN_FULL,
      [PC_MAINTAIN_HEAVY] = PC_CALL_MAINTAIN_HEAVY,
  };
  size_t mark = pc_device_mark(target->device);
  uint64_t erases = pc_device_work(target->device).erases;
  begin_call(target);
  enum pc_status status = target->store->maintain(target->memory, level);
  measure(target, calls[level], erases);
  tell(target, &(struct pc_target_call){.kind = PC_CALLED_MAINTAIN, .level = level, .status = status, .mark = mark});
  return status;
}

enum pc_status pc_target_sector_report(struct pc_target *target, uint32_t sector, struct pc_sector_report *report) {
  *report = (struct pc_sector_report){0};
  if (target->store->sector_report == NULL) {
    return PC_STATUS_INVALID;
  }
  begin_call(target);
  return target->store->sector_report(target->memory, sector, report);
}
