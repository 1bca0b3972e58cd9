/* The loop of a wear run, and its samples. */
#include "wear.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "latency.h"
#include "subject.h"

/* Operations between the first samples; doubled whenever there are too many. */
#define FIRST_INTERVAL 1024u

void pc_wear_free(struct pc_wear_result *result) {
  pc_exploration_free(&result->counts);
  free(result->sampled_at);
  free(result->sampled_erases);
  *result = (struct pc_wear_result){0};
}

static uint64_t *erases_of_sample(const struct pc_wear_result *result, uint32_t sample) {
  return result->sampled_erases + (size_t)sample * result->counts.wear_count;
}

/* Keeps every second sample. */
static void thin_out(struct pc_wear_result *result) {
  uint32_t kept = result->sample_count / 2;
  for (uint32_t i = 0; i < kept; i++) {
    result->sampled_at[i] = result->sampled_at[2 * i + 1];
    memmove(erases_of_sample(result, i), erases_of_sample(result, 2 * i + 1),
            result->counts.wear_count * sizeof *result->sampled_erases);
  }
  result->sample_count = kept;
}

static void take_sample(struct pc_wear *wear) {
  struct pc_wear_result *result = wear->result;
  result->sampled_at[result->sample_count] = result->counts.operations;
  uint64_t *erases = erases_of_sample(result, result->sample_count);
  for (uint32_t sector = 0; sector < result->counts.wear_count; sector++) {
    erases[sector] = pc_device_wear(wear->device, sector).erases;
  }
  result->sample_count++;
}

/* What the store states of the spread of erases counts from a blank part on, and with the power on. */
static void check_spread(struct pc_wear *wear, const struct pc_wear_check *check) {
  const struct pc_store_promises *promises = &wear->target.promises;
  uint64_t least = UINT64_MAX, most = 0;
  if (promises->wear_spread == 0 || promises->wear_spread_by_start || wear->result->counts.cuts > 0) {
    return;
  }
  for (uint32_t sector = 0; sector < wear->result->counts.wear_count; sector++) {
    uint64_t erases = pc_device_wear(wear->device, sector).erases;
    least = erases < least ? erases : least;
    most = erases > most ? erases : most;
  }
  pc_wear_check(wear, check, PC_WEAR_SPREAD, most - least <= promises->wear_spread,
                "sectors were erased %" PRIu64 " to %" PRIu64 " times", least, most);
}

static void check_everything(struct pc_wear *wear) {
  const struct pc_wear_check check = {.counts = wear->result->counts.baseline,
                                      .operation = wear->result->counts.operations};
  struct pc_contract_violation first = {0};
  size_t broken = pc_device_contract_violations(wear->device, &first);
  pc_wear_check(wear, &check, PC_DEVICE_CONTRACT, broken == 0, "%s: %zu bytes at 0x%x",
                broken > 0 ? pc_rule_text(first.rule) : "", first.size, first.address);
  pc_wear_check_all(wear, &check);
  check_spread(wear, &check);
}

/* A device of very many sectors is sampled less often. */
static uint32_t most_samples(const struct pc_wear_result *result) {
  uint32_t most = PC_WEAR_ROWS / result->counts.wear_count;
  return most < PC_WEAR_SAMPLES ? most : PC_WEAR_SAMPLES;
}

static void sample(struct pc_wear *wear) {
  if (wear->result->sample_count == most_samples(wear->result)) {
    thin_out(wear->result);
    wear->interval *= 2;
  }
  take_sample(wear);
  wear->next_sample += wear->interval;
  check_everything(wear);
}

/* Whether a sector has its endurance; never where there is none. */
static bool is_worn(const struct pc_wear *wear) {
  for (uint32_t sector = 0; sector < wear->result->counts.wear_count; sector++) {
    if (pc_device_age(wear->device, sector) >= 1) {
      return true;
    }
  }
  return false;
}

enum pc_status pc_wear_call(struct pc_wear *wear, const struct pc_streamed *operation) {
  struct pc_target *target = &wear->target;
  switch (operation->kind) {
    case PC_PUT:
      return pc_target_put(target, pc_stream_key(wear->stream, operation->key), operation->value);
    case PC_DELETE:
      return pc_target_remove(target, pc_stream_key(wear->stream, operation->key));
    case PC_MAINTAIN:
      return pc_target_maintain(target, operation->level);
    case PC_REBOOT:
      return pc_target_start(target);
    case PC_GET:
    case PC_OPERATION_KINDS:
      break;
  }
  return PC_STATUS_OK;
}

/* A store may refuse what is larger than it promises to take. */
static bool fits(const struct pc_wear *wear, const struct pc_streamed *operation) {
  const struct pc_store_promises *promises = &wear->target.promises;
  return pc_stream_key(wear->stream, operation->key).size <= promises->max_key_size &&
         (operation->kind != PC_PUT || operation->value.size <= promises->max_value_size);
}

/* What the answer to an operation means for what its key holds. */
static void take_answer(struct pc_wear *wear, const struct pc_streamed *operation, enum pc_status status) {
  struct pc_exploration_result *counts = &wear->result->counts;
  const struct pc_wear_check check = {.counts = counts->baseline, .operation = counts->operations};
  struct pc_worn_key *key = &wear->keys[operation->key];
  if (operation->kind == PC_REBOOT) {
    pc_wear_check(wear, &check, PC_MOUNTABLE, status == PC_STATUS_OK, "the start answers %s", pc_status_text(status));
    return;
  }
  bool nothing_there =
      operation->kind == PC_DELETE && (wear->target.store->remove == NULL ||
                                       (!key->live && (status == PC_STATUS_NOT_FOUND || status == PC_STATUS_INVALID)));
  bool answered = status == PC_STATUS_OK || status == PC_STATUS_FULL || nothing_there ||
                  (status == PC_STATUS_INVALID && !fits(wear, operation));
  pc_wear_check(wear, &check, PC_WRITABLE, answered, "the %s answers %s", pc_operation_name(operation->kind),
                pc_status_text(status));
  wear->result->refused += status == PC_STATUS_FULL;
  if (status == PC_STATUS_OK && operation->kind != PC_MAINTAIN) {
    *key = pc_wear_outcome(wear, operation);
    if (operation->kind == PC_PUT) {
      counts->put_bytes += pc_stream_key(wear->stream, operation->key).size + operation->value.size;
    }
  }
}

static void run_plainly(struct pc_wear *wear, const struct pc_streamed *operation) {
  struct pc_exploration_result *counts = &wear->result->counts;
  if (operation->kind == PC_GET) {
    const struct pc_wear_check check = {.counts = counts->baseline, .operation = counts->operations};
    pc_wear_check_key(wear, &check, operation->key);
    return;
  }
  struct pc_flash_work before = pc_device_work(wear->device);
  enum pc_status status = pc_wear_call(wear, operation);
  pc_latency_note(counts, operation->kind, wear->device, before);
  take_answer(wear, operation, status);
}

static bool is_cut(struct pc_wear *wear, const struct pc_streamed *operation) {
  return wear->job->cut_every > 0 && pc_random_below(&wear->cuts, wear->job->cut_every) == 0 &&
         operation->kind != PC_GET && operation->kind != PC_REBOOT;
}

static enum pc_result run_operations(struct pc_wear *wear, struct pc_error *error) {
  struct pc_exploration_result *counts = &wear->result->counts;
  struct pc_streamed operation = {.kind = PC_REBOOT};
  enum pc_result result = PC_OK;
  uint64_t erases = 0;
  run_plainly(wear, &operation);
  while (result == PC_OK && !wear->result->failure.found && counts->operations < wear->job->operations) {
    if (wear->notice->stop) {
      counts->interrupted = true;
      break;
    }
    pc_stream_next(wear->stream, &operation);
    if (is_cut(wear, &operation)) {
      result = pc_wear_cut(wear, &operation, error);
    } else {
      run_plainly(wear, &operation);
    }
    counts->operations++;
    wear->notice->beats++;
    if (counts->operations == wear->next_sample) {
      sample(wear);
    }
    if (pc_device_work(wear->device).erases != erases) {
      erases = pc_device_work(wear->device).erases;
      wear->result->worn = is_worn(wear);
      if (wear->result->worn && wear->job->until_worn) {
        break;
      }
    }
  }
  return result;
}

/* The power goes off and on once more, and everything must still be there. */
static void end(struct pc_wear *wear) {
  struct pc_wear_result *result = wear->result;
  if (!result->failure.found) {
    run_plainly(wear, &(struct pc_streamed){.kind = PC_REBOOT});
  }
  if (!result->failure.found) {
    check_everything(wear);
  }
  if (result->sample_count == 0 || result->sampled_at[result->sample_count - 1] != result->counts.operations) {
    take_sample(wear);
  }
}

static void take_figures(struct pc_wear *wear) {
  struct pc_exploration_result *counts = &wear->result->counts;
  const struct pc_profile *profile = pc_device_profile(wear->device);
  struct pc_flash_work work = pc_device_work(wear->device);
  counts->flash_operations = work.flash_operations;
  counts->typical_us = pc_work_typical_us(profile, work);
  work.programs = 0;
  counts->erasing_us = pc_work_typical_us(profile, work);
  for (uint32_t sector = 0; sector < counts->wear_count; sector++) {
    counts->wear[sector] = pc_device_wear(wear->device, sector);
  }
}

static enum pc_result open_stream(struct pc_wear *wear, struct pc_error *error) {
  const struct pc_wear_job *job = wear->job;
  return job->generator != NULL ? pc_stream_open(&wear->stream, job->generator, job->power->seed, error)
                                : pc_stream_open_list(&wear->stream, job->workload, error);
}

/* What is read of a value that is longer than it should be. */
#define BUFFER_SLACK 64u

static enum pc_result take_memory(struct pc_wear *wear, struct pc_error *error) {
  struct pc_wear_result *result = wear->result;
  uint32_t sectors = wear->job->subject->sectors;
  uint32_t keys = pc_stream_key_count(wear->stream);
  wear->buffer_size = pc_stream_largest_value(wear->stream) + BUFFER_SLACK;
  wear->buffer = malloc(wear->buffer_size);
  wear->keys = calloc(keys > 0 ? keys : 1, sizeof *wear->keys);
  result->counts.wear_count = sectors;
  result->counts.wear = calloc(sectors, sizeof *result->counts.wear);
  /* One more: the last one, at the end, may come on top of a full set. */
  result->sampled_at = calloc(PC_WEAR_SAMPLES + 1, sizeof *result->sampled_at);
  result->sampled_erases = calloc((size_t)sectors * (PC_WEAR_SAMPLES + 1), sizeof *result->sampled_erases);
  bool taken = wear->buffer != NULL && wear->keys != NULL && result->counts.wear != NULL &&
               result->sampled_at != NULL && result->sampled_erases != NULL;
  return taken ? PC_OK : pc_fail_memory(error);
}

static enum pc_result open_all(struct pc_wear *wear, struct pc_error *error) {
  const struct pc_subject *subject = wear->job->subject;
  enum pc_result result = open_stream(wear, error);
  if (result == PC_OK) {
    result = take_memory(wear, error);
  }
  if (result == PC_OK) {
    result = pc_subject_create_device(subject, &wear->device, error);
  }
  if (result == PC_OK) {
    pc_device_set_journal(wear->device, false);
    wear->striker = (struct pc_striker){.device = wear->device,
                                        .random = &wear->cuts,
                                        .samples = wear->job->power->samples,
                                        .limit = wear->job->power->limit};
    memcpy(wear->striker.faults, wear->job->power->faults, sizeof wear->striker.faults);
    /* As many keys as an exploration has. */
    result = pc_target_open(&wear->target, subject->store, wear->device, subject->parameters, subject->parameter_count,
                            pc_stream_key_count(wear->stream) + 1, error);
  }
  return result;
}

enum pc_result pc_wear_run_one(const struct pc_wear_job *job, struct pc_notice *notice, struct pc_wear_result *result,
                               struct pc_error *error) {
  static const uint64_t CUTS = 0x6375747300u; /* apart from what else the seed is used for */
  *result = (struct pc_wear_result){0};
  struct pc_wear wear = {.job = job,
                         .notice = notice,
                         .cuts = {pc_random_mix(job->power->seed, CUTS)},
                         .interval = FIRST_INTERVAL,
                         .next_sample = FIRST_INTERVAL,
                         .result = result};
  enum pc_result outcome = open_all(&wear, error);
  if (outcome == PC_OK) {
    result->memory_size = wear.target.promises.memory_size;
    outcome = run_operations(&wear, error);
  }
  if (outcome == PC_OK) {
    end(&wear);
    take_figures(&wear);
  }
  if (wear.target.store != NULL) {
    pc_target_close(&wear.target);
  }
  pc_device_destroy(wear.device);
  pc_stream_close(wear.stream);
  free(wear.keys);
  free(wear.buffer);
  pc_striker_free(&wear.striker);
  return outcome;
}
