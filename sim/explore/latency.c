#include "latency.h"

const char *pc_latency_name(enum pc_latency_kind kind) {
  static const char *const names[PC_LATENCY_COUNT] = {
      [PC_LATENCY_PUT] = "put",
      [PC_LATENCY_DELETE] = "delete",
      [PC_LATENCY_MAINTAIN] = "maintain",
      [PC_LATENCY_START] = "start",
  };
  return names[kind];
}

/* Which of the kinds an operation is; PC_LATENCY_COUNT for one that is no write. */
static enum pc_latency_kind kind_of(enum pc_operation_kind kind) {
  switch (kind) {
    case PC_PUT:
      return PC_LATENCY_PUT;
    case PC_DELETE:
      return PC_LATENCY_DELETE;
    case PC_MAINTAIN:
      return PC_LATENCY_MAINTAIN;
    case PC_REBOOT:
      return PC_LATENCY_START;
    case PC_GET:
    case PC_OPERATION_KINDS:
      break;
  }
  return PC_LATENCY_COUNT;
}

/* A time that isn't known may be the worst: the worst is then not known either. */
static void note(struct pc_latency *latency, uint64_t calls, double worst_us) {
  latency->calls += calls;
  if (latency->worst_us >= 0 && (worst_us < 0 || worst_us > latency->worst_us)) {
    latency->worst_us = worst_us;
  }
}

static void note_put(struct pc_exploration_result *result, struct pc_flash_work work, double maximum_us) {
  pc_histogram_note(&result->put_flash_operations, work.flash_operations);
  if (maximum_us >= 0) {
    pc_histogram_note(&result->put_us, (uint64_t)(maximum_us + 0.5));
  }
}

void pc_latency_note(struct pc_exploration_result *result, enum pc_operation_kind kind, const struct pc_device *device,
                     struct pc_flash_work before) {
  enum pc_latency_kind latency = kind_of(kind);
  if (latency != PC_LATENCY_COUNT) {
    struct pc_flash_work work = pc_device_work_since(device, &before);
    double maximum_us = pc_work_maximum_us(pc_device_profile(device), work);
    note(&result->latencies[latency], 1, maximum_us);
    if (latency == PC_LATENCY_PUT) {
      note_put(result, work, maximum_us);
    }
  }
}

void pc_latency_merge(struct pc_exploration_result *sum, const struct pc_exploration_result *part) {
  for (size_t i = 0; i < PC_LATENCY_COUNT; i++) {
    note(&sum->latencies[i], part->latencies[i].calls, part->latencies[i].worst_us);
  }
}
