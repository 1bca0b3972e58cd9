#include "soak.h"

#include <stdlib.h>
#include <string.h>

#include "latency.h"
#include "powercut/strike.h"
#include "rig.h"

#define SOAK_SEED 0x736F616Bu /* parts it from what else the plan's seed is used for */

struct soak {
  const struct pc_walk_plan *plan;
  uint32_t crash_count;
  uint32_t cuts;                 /* to make in this life */
  struct pc_soak_replay *replay; /* NULL: it is lived, not followed */
  uint32_t wanted;               /* of a replay: the cut to follow it to */
  struct pc_rig rig;
  struct pc_report report;
  struct pc_striker striker;
  struct pc_content *contents; /* of the model, before an operation */
  struct pc_random random;
  struct pc_cut_path path;  /* the last cut */
  uint32_t gap;             /* flash operations before the next one */
  uint32_t again;           /* cuts that are to follow in the same operation */
  uint32_t listed;          /* of the cuts that are listed, the next one */
  uint32_t operation;       /* of the workload, the next one */
  uint64_t idle;            /* operations since one that wrote to the flash */
  uint32_t flash_operation; /* in this life, the next one */
  bool ended;
};

static bool is_told(const struct soak *soak) {
  bool near = soak->plan->power->listed != NULL || soak->path.number + 1 >= soak->wanted;
  return soak->replay != NULL && soak->replay->step != NULL && near;
}

static void tell(const struct soak *soak, struct pc_step step) {
  if (is_told(soak)) {
    step.operation = soak->operation;
    step.depth = soak->path.number - (step.cut != NULL ? 1 : 0);
    step.cells = pc_device_cells(soak->rig.device);
    soak->replay->step(soak->replay->context, &step);
  }
}

/* Tells of the journalled operations [first, end). */
static void tell_flash(const struct soak *soak, size_t first, size_t end) {
  for (size_t i = first; i < end; i++) {
    struct pc_flash_operation operation = pc_device_journalled(soak->rig.device, i);
    tell(soak, (struct pc_step){.kind = PC_STEP_FLASH_OPERATION,
                                .flash = &operation,
                                .flash_operation = soak->flash_operation + (uint32_t)(i - first)});
  }
}

/* Counts what the last checks found. A violation ends the life. */
static void take_report(struct soak *soak) {
  soak->ended = soak->ended || pc_report_failed(&soak->report);
  if (soak->replay == NULL) {
    pc_findings_add(soak->plan->findings, &soak->report, &soak->path, soak->operation);
    return;
  }
  for (enum pc_invariant invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
    if (soak->report.failed[invariant]) {
      struct pc_violation *violation = &soak->report.violations[invariant];
      violation->operation = soak->operation;
      violation->path = soak->path;
      violation->fault = pc_report_fault(&soak->report, &soak->path);
      soak->replay->violations++;
      tell(soak, (struct pc_step){.kind = PC_STEP_VIOLATION, .violation = violation});
    }
  }
}

/* How the store brings its process down when it is called upon after the last cut, or NULL. */
static const char *known_crash(const struct soak *soak) {
  if (soak->replay != NULL) {
    return soak->path.number == soak->wanted ? soak->replay->crash : NULL;
  }
  for (uint32_t i = 0; i < soak->crash_count; i++) {
    const struct pc_cut_path *path = &soak->plan->crashes[i].path;
    if (path->life == soak->path.life && path->number == soak->path.number) {
      return soak->plan->crashes[i].what;
    }
  }
  return NULL;
}

/* Of the cuts that are listed the next one, if it is of the operation that runs; else NULL. */
static const struct pc_listed_cut *listed_here(const struct soak *soak) {
  const struct pc_listed_cut *listed = soak->plan->power->listed;
  bool here = listed != NULL && soak->listed < soak->cuts && listed[soak->listed].operation == soak->operation;
  return here ? &listed[soak->listed] : NULL;
}

/* Where in the device's journal the next cut will be, if it is listed and in what is to run. */
static size_t next_cut(const struct soak *soak) {
  const struct pc_listed_cut *listed = listed_here(soak);
  return listed == NULL ? PC_SOAK_NOWHERE : pc_device_mark(soak->rig.device) + listed->cut.flash_operation;
}

/* The store is called upon. False: that would bring this process down, which is reported, and the life's end. */
static bool enter(struct soak *soak) {
  const char *crash = known_crash(soak);
  if (crash != NULL) {
    pc_report_clear(&soak->report);
    pc_report_fail(&soak->report, PC_MOUNTABLE, NULL, PC_EXPECTED_START, "%s", crash);
    take_report(soak);
    return false;
  }
  if (soak->plan->notice != NULL) {
    soak->plan->notice->operation = soak->operation;
    soak->plan->notice->path = soak->path;
    soak->plan->notice->beats++;
  }
  if (soak->replay != NULL && soak->replay->called != NULL) {
    soak->replay->called(soak->replay->context, soak->path.number, next_cut(soak));
  }
  return true;
}

/* Goes on to the next operation, and past the cuts of this one. */
static void next_operation(struct soak *soak) {
  const struct pc_power_plan *power = soak->plan->power;
  uint32_t count = soak->plan->workload->operation_count;
  if (power->listed == NULL) {
    soak->operation = (soak->operation + 1) % count;
    return;
  }
  soak->operation++;
  soak->ended = soak->operation == count;
  while (soak->listed < soak->cuts && power->listed[soak->listed].operation < soak->operation) {
    soak->listed++;
  }
}

/* Takes back the journalled operation at `mark`, number `place` of what ran, and all after it, and has the power cut in
   it. */
static enum pc_result cut_at(struct soak *soak, size_t mark, size_t place, struct pc_error *error) {
  const struct pc_listed_cut *listed = listed_here(soak);
  struct pc_struck struck = {0};
  enum pc_result result;
  if (listed != NULL) {
    struck = (struct pc_struck){.fault = listed->cut.fault, .variant = listed->cut.variant, .seed = listed->seed};
    soak->listed++;
    result = pc_strike_as(&soak->striker, mark, &struck, error);
  } else {
    result = pc_strike(&soak->striker, mark, &struck, error);
  }
  if (result != PC_OK) {
    return result;
  }
  struct pc_cut cut = {.flash_operation = (uint32_t)place, .fault = struck.fault, .variant = struck.variant};
  if (soak->replay != NULL && soak->replay->life != NULL) {
    pc_life_add_cut(soak->replay->life, &cut, struck.seed);
  }
  cut.flash_operation = soak->flash_operation;
  soak->path =
      (struct pc_cut_path){.depth = 1, .cuts = {cut}, .life = soak->path.life, .number = soak->path.number + 1};
  soak->flash_operation++;
  tell(
      soak,
      (struct pc_step){
          .kind = PC_STEP_FLASH_OPERATION, .flash = &struck.left, .flash_operation = cut.flash_operation, .cut = &cut});
  return result;
}

/* Whether the recovery that just ran is to be cut, and in which of its `count` flash operations. */
static bool is_recovery_cut(struct soak *soak, size_t count, size_t *place) {
  if (soak->plan->power->listed != NULL) {
    const struct pc_listed_cut *listed = listed_here(soak);
    *place = listed != NULL ? listed->cut.flash_operation : 0;
    return listed != NULL && *place < count;
  }
  if (count == 0 || soak->path.number == soak->cuts || pc_random_below(&soak->random, PC_SOAK_RECOVERY) != 0) {
    return false;
  }
  *place = pc_random_below(&soak->random, count);
  return true;
}

/* The power comes back: the store starts, and is checked. Now and then the power is cut in that, too. */
static enum pc_result recover(struct soak *soak, const struct pc_expectation *expectation, struct pc_error *error) {
  struct pc_device *device = soak->rig.device;
  struct pc_exploration_result *counts = soak->plan->findings->result;
  enum pc_result result = PC_OK;
  while (result == PC_OK && !soak->ended) {
    size_t torn = pc_device_mark(device), recovered;
    struct pc_flash_work before = pc_device_work(device);
    tell(soak, (struct pc_step){.kind = PC_STEP_START});
    counts->cuts++;
    counts->recoveries++;
    if (!enter(soak)) {
      return PC_OK;
    }
    pc_report_clear(&soak->report);
    result = pc_check_recovery(soak->rig.checker, expectation, &soak->report, &recovered, error);
    if (result != PC_OK) {
      return result;
    }
    pc_latency_note(counts, PC_REBOOT, device, before);
    size_t place = 0;
    bool cut = !pc_report_failed(&soak->report) && is_recovery_cut(soak, recovered - torn, &place);
    tell(soak, (struct pc_step){.kind = PC_STEP_RECOVERED});
    tell_flash(soak, torn, cut ? torn + place : recovered);
    take_report(soak);
    soak->flash_operation += (uint32_t)(cut ? place : recovered - torn);
    if (!cut) {
      return PC_OK;
    }
    result = cut_at(soak, torn + place, place, error);
  }
  return result;
}

/* The store starts again where the checks left off, with the contents that they found. */
static enum pc_result go_on(struct soak *soak, struct pc_error *error) {
  static const struct pc_operation start = {.kind = PC_REBOOT};
  pc_model_settle(&soak->rig.model, soak->rig.checker);
  pc_device_forget(soak->rig.device);
  if (!enter(soak)) {
    return PC_OK;
  }
  pc_report_clear(&soak->report);
  enum pc_result result = pc_run_operation(soak->rig.checker, &soak->rig.model, &start, &soak->report, error);
  if (result == PC_OK) {
    pc_forget_wear(soak->rig.checker);
    take_report(soak);
    soak->flash_operation += (uint32_t)pc_device_mark(soak->rig.device);
    pc_device_forget(soak->rig.device);
  }
  return result;
}

/* The operation has run, and is cut in its flash operation `place`: it was not acknowledged. */
static enum pc_result cut_operation(struct soak *soak, size_t place, const struct pc_expectation *expectation,
                                    struct pc_error *error) {
  uint32_t before = soak->path.number;
  tell_flash(soak, 0, place);
  soak->flash_operation += (uint32_t)place;
  enum pc_result result = cut_at(soak, place, place, error);
  if (result == PC_OK) {
    result = recover(soak, expectation, error);
  }
  if (result == PC_OK && !soak->ended) {
    result = go_on(soak, error);
  }
  uint32_t made = soak->path.number - before;
  soak->again = soak->again > made ? soak->again - made : 0;
  soak->gap = (uint32_t)pc_random_below(&soak->random, PC_SOAK_GAP);
  return result;
}

/* Whether the operation that just ran is to be cut, and in which of its `count` flash operations. */
static bool is_cut(struct soak *soak, size_t count, size_t *place) {
  if (soak->plan->power->listed != NULL) {
    const struct pc_listed_cut *listed = listed_here(soak);
    *place = listed != NULL ? listed->cut.flash_operation : 0;
    return listed != NULL && *place < count;
  }
  if (soak->path.number == soak->cuts || count == 0) {
    soak->again = 0;
    return false;
  }
  if (soak->again > 0) {
    *place = pc_random_below(&soak->random, count);
    return true;
  }
  *place = soak->gap;
  if (soak->gap >= count) {
    soak->gap -= (uint32_t)count;
    return false;
  }
  soak->again = soak->plan->power->consecutive;
  return true;
}

/* Runs the next operation, or the one that was cut once more. */
static enum pc_result step(struct soak *soak, struct pc_error *error) {
  struct pc_rig *rig = &soak->rig;
  const struct pc_workload *workload = rig->workload;
  enum pc_result result = pc_rig_update(rig, soak->operation, error);
  if (result != PC_OK) {
    return result;
  }
  struct pc_model before = rig->model;
  size_t place, size = workload->key_count * sizeof *soak->contents;
  struct pc_expectation expectation = pc_rig_expectation(rig, soak->operation);
  memcpy(soak->contents, rig->model.contents, size);
  tell(soak, (struct pc_step){.kind = PC_STEP_OPERATION});
  if (soak->replay != NULL && soak->replay->life != NULL) {
    pc_life_add(soak->replay->life, &workload->operations[soak->operation]);
  }
  if (!enter(soak)) {
    return PC_OK;
  }
  result = pc_rig_run(rig, soak->operation, &soak->report, error);
  if (result != PC_OK) {
    return result;
  }
  size_t count = pc_device_mark(rig->device);
  soak->idle = count > 0 ? 0 : soak->idle + 1;
  soak->plan->findings->result->soaked++;
  if (is_cut(soak, count, &place)) {
    rig->model = before;
    memcpy(rig->model.contents, soak->contents, size);
    result = cut_operation(soak, place, &expectation, error);
    if (soak->again == 0 && !soak->ended) {
      next_operation(soak);
    }
    return result;
  }
  tell_flash(soak, 0, count);
  tell(soak, (struct pc_step){.kind = PC_STEP_STATUS, .status = soak->report.answer});
  take_report(soak);
  soak->flash_operation += (uint32_t)count;
  pc_device_forget(rig->device);
  if (!soak->ended) {
    next_operation(soak);
  }
  return PC_OK;
}

static bool is_done(const struct soak *soak) {
  const struct pc_observer *observer = soak->plan->findings->observer;
  /* Nothing is left to cut where the workload ran through without a flash operation: the store is full for good. */
  if (soak->ended || soak->idle > UINT64_C(2) * soak->plan->workload->operation_count) {
    return true;
  }
  if (soak->replay != NULL) {
    return soak->path.number > soak->wanted;
  }
  if (observer->stop != NULL && observer->stop(observer->context)) {
    soak->plan->findings->result->interrupted = true;
    return true;
  }
  return soak->plan->power->listed == NULL && soak->path.number >= soak->cuts && soak->gap == 0;
}

/* After its last cut a life goes on for as long as before one. */
static enum pc_result live(struct soak *soak, struct pc_error *error) {
  pc_report_clear(&soak->report);
  tell(soak, (struct pc_step){.kind = PC_STEP_START});
  enum pc_result result = enter(soak) ? pc_rig_boot(&soak->rig, &soak->report, error) : PC_OK;
  if (result == PC_OK && !soak->ended) {
    tell_flash(soak, 0, pc_device_mark(soak->rig.device));
    tell(soak, (struct pc_step){.kind = PC_STEP_STATUS, .status = soak->report.answer});
    take_report(soak);
    soak->flash_operation = (uint32_t)pc_device_mark(soak->rig.device);
    pc_device_forget(soak->rig.device);
  }
  while (result == PC_OK && !is_done(soak)) {
    result = step(soak, error);
    if (soak->path.number >= soak->cuts && soak->gap > 0) {
      soak->gap--;
    }
  }
  return result;
}

static enum pc_result begin_and_live(struct soak *soak, uint32_t life, struct pc_error *error) {
  const struct pc_walk_plan *plan = soak->plan;
  uint32_t left = plan->power->count - life * PC_SOAK_CUTS;
  soak->cuts = left < PC_SOAK_CUTS || plan->power->listed != NULL ? left : PC_SOAK_CUTS;
  soak->random.state = pc_random_mix(pc_random_mix(plan->power->seed, SOAK_SEED), life);
  soak->path = (struct pc_cut_path){.depth = 1, .life = life + 1};
  soak->gap = (uint32_t)pc_random_below(&soak->random, PC_SOAK_GAP);
  soak->contents = calloc(plan->workload->key_count + 1u, sizeof *soak->contents);
  if (soak->contents == NULL) {
    return pc_fail_memory(error);
  }
  enum pc_result result = pc_rig_open(&soak->rig, plan->subject, plan->workload, error);
  if (result == PC_OK) {
    soak->striker = (struct pc_striker){.device = soak->rig.device,
                                        .random = &soak->random,
                                        .samples = plan->power->samples,
                                        .limit = plan->power->limit};
    memcpy(soak->striker.faults, plan->power->faults, sizeof soak->striker.faults);
    bool asked = soak->replay != NULL && soak->replay->opened != NULL;
    result = asked ? soak->replay->opened(soak->replay->context, &soak->rig, error) : PC_OK;
    result = result == PC_OK ? live(soak, error) : result;
    pc_striker_free(&soak->striker);
    pc_rig_close(&soak->rig);
  }
  return result;
}

static enum pc_result run(struct soak *wanted, uint32_t life, struct pc_error *error) {
  struct soak *soak = malloc(sizeof *soak);
  if (soak == NULL) {
    return pc_fail_memory(error);
  }
  *soak = *wanted;
  enum pc_result result = begin_and_live(soak, life, error);
  free(soak->contents);
  free(soak);
  return result;
}

enum pc_result pc_soak_live(const struct pc_walk_plan *plan, uint32_t life, uint32_t crash_count,
                            struct pc_error *error) {
  struct soak soak = {.plan = plan, .crash_count = crash_count};
  enum pc_result result = run(&soak, life, error);
  return result == PC_OK ? pc_findings_end_place(plan->findings, error) : result;
}

enum pc_result pc_soak_follow(const struct pc_walk_plan *plan, const struct pc_cut_path *path,
                              struct pc_soak_replay *replay, struct pc_error *error) {
  uint32_t lives = pc_soak_lives(plan->power);
  if (path->life > lives || path->number > plan->power->count) {
    return pc_fail(error, PC_BAD_INPUT, "there is no cut %u of life %u in this soak", path->number, path->life);
  }
  struct soak soak = {.plan = plan, .replay = replay, .wanted = path->number};
  return run(&soak, path->life - 1, error);
}
