/* Faults without a cut, when their operation comes. */
#include "powercut/armed.h"
#include "powercut/random.h"
#include "rig.h"

static bool is_due(const struct pc_scheduled_fault *scheduled, uint32_t operation) {
  return operation == scheduled->operation || (scheduled->every > 0 && operation > scheduled->operation &&
                                               (operation - scheduled->operation) % scheduled->every == 0);
}

/* The bit that rots, drawn anew each time. */
static void draw(const struct pc_rig *rig, uint32_t operation, size_t index, struct pc_armed_fault *fault) {
  uint64_t seed = pc_random_mix(pc_random_mix(rig->subject->fault_seed, operation), index);
  const struct pc_fault_input input = {.samples = 1, .seed = seed, .cells = pc_device_cells(rig->device)};
  uint8_t rotten;
  fault->address = pc_fault_place(PC_FAULT_BIT_ROT, &input, 0).address;
  fault->size = 1;
  pc_fault_tear(PC_FAULT_BIT_ROT, &input, 0, &rotten);
  fault->bits = rotten ^ input.cells.data[fault->address];
}

enum pc_result pc_rig_arm(struct pc_rig *rig, uint32_t operation, struct pc_error *error) {
  const struct pc_subject *subject = rig->subject;
  for (size_t i = 0; i < subject->fault_count; i++) {
    if (!is_due(&subject->faults[i], operation)) {
      continue;
    }
    struct pc_armed_fault fault = subject->faults[i].fault;
    if (subject->faults[i].anywhere) {
      draw(rig, operation, i, &fault);
    }
    fault.seed = pc_random_mix(subject->fault_seed, i);
    enum pc_result result = pc_device_arm(rig->device, &fault, error);
    if (result != PC_OK) {
      return result;
    }
    pc_device_forget(rig->device);
  }
  return PC_OK;
}
