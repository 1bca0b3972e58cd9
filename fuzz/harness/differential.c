/*
 * differential: the input is a program, as of powerloss, for two configurations of norkv that share a flash: its own,
 * and one that its seed names, of another redundancy, alignment, checksum, recovery or policy. Where the program has a
 * cut, the other one takes over, as after an update in the field: it must read what the first one read, and so must the
 * independent decoder.
 */
#include <stdio.h>
#include <string.h>

#include "contents.h"
#include "harness.h"
#include "powercut/program.h"
#include "powercut/stores.h"

/* The engines call without a context. */
static struct {
  struct pc_runner *runner; /* knows the operations of programs */
  struct pc_contents before, after;
  struct pc_decoded decoded;
} memory;

/* One configuration, on the flash that both share. */
struct side {
  struct pc_program_setup setup;
  struct pc_program_parameters parameters;
  char formats[96];
  struct pc_target target;
};

static enum pc_result open(struct pc_error *error) {
  return pc_runner_open(&memory.runner, pc_store_named("norkv"), error);
}

static struct pc_program_setup other_setup(const struct pc_program *program) {
  struct pc_program_setup setup = program->setup;
  setup.redundancy = (uint8_t)(1 + (program->seed & 3u));
  setup.checksum = (enum pc_program_checksum)((program->seed >> 2) % PC_PROGRAM_CHECKSUMS);
  setup.recovery = (enum pc_program_recovery)((program->seed >> 4) % PC_PROGRAM_RECOVERIES);
  setup.alignment = (uint8_t)(program->seed >> 6 & 3u);
  setup.policy = (uint8_t)(program->seed >> 8 & 3u);
  setup.few_keys = false;
  return setup;
}

/* Each writes its own format and reads the other's too. */
static enum pc_result open_side(struct side *side, const struct pc_program_setup *setup, enum pc_program_checksum other,
                                struct pc_device *device, struct pc_error *error) {
  static const char *const formats[PC_PROGRAM_CHECKSUMS] = {"0x6b76c32c:crc32c", "0x600dbeef:crc16_ccitt",
                                                            "0x0badcafe:none"};
  const struct pc_store *store = pc_store_named("norkv");
  side->setup = *setup;
  enum pc_result result = pc_program_parameters(setup, store, &side->parameters, error);
  if (result != PC_OK) {
    return result;
  }
  bool same = other == setup->checksum;
  (void)snprintf(side->formats, sizeof side->formats, "%s%s%s", formats[setup->checksum], same ? "" : ",",
                 same ? "" : formats[other]);
  for (size_t i = 0; i < side->parameters.count; i++) {
    if (strcmp(side->parameters.list[i].name, "formats") == 0) {
      side->parameters.list[i].value = side->formats;
    }
  }
  return pc_target_open(&side->target, store, device, side->parameters.list, side->parameters.count,
                        PC_PROGRAM_KEYS + 1, error);
}

/* With manual recovery the adapter mends what the start found, and there may be no room for that. */
static void start(struct side *side) {
  enum pc_status status = pc_target_start(&side->target);
  bool mended = side->setup.recovery == PC_PROGRAM_MANUAL && status == PC_STATUS_FULL;
  pc_contents_expect_contract(&side->target, "start");
  if (status != PC_STATUS_OK && !mended) {
    char signature[64];
    (void)snprintf(signature, sizeof signature, "start: answers %s", pc_status_text(status));
    pc_finding(signature, "on what another configuration wrote");
  }
}

static void take_over(struct side *from, struct side *to) {
  struct pc_error error;
  pc_contents_read(&memory.before, &from->target, "before");
  pc_target_stop(&from->target);
  start(to);
  pc_contents_read(&memory.after, &to->target, "after");
  pc_contents_expect(&memory.before, &memory.after, "taken over");
  if (pc_decode(pc_device_cells(to->target.device), &to->target.promises.layout, &memory.decoded, &error) != PC_OK) {
    pc_harness_fail(&error);
  }
  pc_contents_expect_decoded(&memory.decoded, &memory.after, "taken over, decoded");
}

/* Whatever is acknowledged must be read back at once. */
static void operate(struct pc_target *target, struct pc_bytes key, const struct pc_operation *operation) {
  uint8_t read[4096 + 64];
  size_t size;
  enum pc_status status = PC_STATUS_OK;
  if (operation->kind == PC_PUT) {
    status = pc_target_put(target, key, operation->value);
  } else if (operation->kind == PC_DELETE) {
    status = pc_target_remove(target, key);
  } else if (operation->kind == PC_MAINTAIN) {
    status = pc_target_maintain(target, operation->level);
  }
  pc_contents_expect_contract(target, pc_operation_name(operation->kind));
  if (status == PC_STATUS_DATA_LOSS || status == PC_STATUS_FLASH_ERROR || status == PC_STATUS_FAILED) {
    pc_finding("an operation fails", "%s answers %s", pc_operation_name(operation->kind), pc_status_text(status));
  }
  if (status != PC_STATUS_OK || (operation->kind != PC_PUT && operation->kind != PC_DELETE)) {
    return;
  }
  status = pc_target_get(target, key, read, sizeof read, &size);
  if (operation->kind == PC_DELETE ? status != PC_STATUS_NOT_FOUND
                                   : status != PC_STATUS_OK || size != operation->value.size ||
                                         (size > 0 && memcmp(read, operation->value.data, size) != 0)) {
    pc_finding("it does not read back", "%s, then %s", pc_operation_name(operation->kind), pc_status_text(status));
  }
}

static void exercise(struct side *sides, const struct pc_program *program, const struct pc_workload *workload) {
  uint32_t next = 0, now = 0;
  start(&sides[0]);
  for (uint32_t i = 0; i < program->step_count; i++) {
    if (program->steps[i].code == PC_CODE_CUT) {
      take_over(&sides[now], &sides[1 - now]);
      now = 1 - now;
    } else if (workload->operations[next].kind == PC_REBOOT) {
      take_over(&sides[now], &sides[now]);
      next++;
    } else {
      const struct pc_operation *operation = &workload->operations[next++];
      operate(&sides[now].target, pc_program_keys[operation->key], operation);
    }
  }
  take_over(&sides[now], &sides[1 - now]);
}

static enum pc_result run_on(struct pc_device *device, const struct pc_program *program, struct pc_error *error) {
  static struct side sides[2]; /* large, and its parameters point into it */
  struct pc_program_setup setup = program->setup, other = other_setup(program);
  struct pc_workload workload;
  setup.few_keys = false;
  enum pc_result result = open_side(&sides[0], &setup, other.checksum, device, error);
  if (result != PC_OK) {
    return result;
  }
  result = open_side(&sides[1], &other, setup.checksum, device, error);
  if (result == PC_OK) {
    result = pc_program_workload(memory.runner, program, &workload, error);
    if (result == PC_OK) {
      exercise(sides, program, &workload);
      pc_program_workload_free(&workload);
    }
    pc_target_close(&sides[1].target);
  }
  pc_target_close(&sides[0].target);
  return result;
}

static enum pc_result run(struct pc_bytes input, struct pc_error *error) {
  struct pc_program program;
  struct pc_profile profile;
  struct pc_device *device;
  enum pc_result result = pc_program_decode("input", input, &program, error);
  if (result != PC_OK) {
    return result;
  }
  uint32_t sectors = pc_program_profile(&program.setup, &profile);
  result = pc_device_create(&device, &profile, sectors, error);
  if (result != PC_OK) {
    return result;
  }
  pc_device_set_journal(device, false);
  result = run_on(device, &program, error);
  pc_device_destroy(device);
  return result;
}

const struct pc_harness *pc_harness(void) {
  static const struct pc_harness differential = {.name = "differential",
                                                 .max_size = PC_PROGRAM_MAX_SIZE,
                                                 .open = open,
                                                 .run = run,
                                                 .mutate = pc_program_mutate_bytes};
  return &differential;
}
