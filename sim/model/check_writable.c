/* writable: after recovery the store takes a new key, gives it back and lets it go. */
#include "checker.h"

static const uint8_t probe_value[PC_PROBE_VALUE_SIZE] = {0x70, 0x6F, 0x77, 0x65, 0x72, 0x63, 0x75, 0x74};

/* Whether the room promise covers the probe, whichever way the operation in flight went. */
static bool must_accept(const struct pc_expectation *expectation, size_t key_size, size_t value_size,
                        const struct pc_usage *more) {
  struct pc_model model = *expectation->model;
  model.usage.live_footprint += more->live_footprint;
  model.usage.live_keys += more->live_keys;
  if (expectation->in_flight && expectation->outcome.live && model.target->store->footprint != NULL) {
    model.usage.live_keys++;
    model.usage.live_footprint += model.target->store->footprint(
        &model.target->setup, model.workload->keys[expectation->key].size, expectation->outcome.value.size);
  }
  return pc_model_must_accept(&model, key_size, value_size);
}

/* A write of the probe, before which the device counted so many errors. */
struct probing {
  const struct pc_checker *checker;
  uint64_t errors;
  bool must_accept;
};

static struct probing begin_probing(const struct pc_checker *checker, bool must_accept) {
  return (struct probing){
      .checker = checker, .errors = pc_device_errors(checker->target->device), .must_accept = must_accept};
}

/* Whether the answer is as it must be; if not, and nothing excuses it, it is reported. */
static bool accepted(const struct probing *probing, enum pc_status status, const char *what, struct pc_report *report) {
  bool full = status == PC_STATUS_FULL && !(probing->must_accept && !pc_checker_is_cramped(probing->checker));
  if (full || pc_checker_excuses(probing->checker, status, probing->errors)) {
    return false;
  }
  if (status != PC_STATUS_OK) {
    pc_report_answer(report, PC_WRITABLE, NULL, "after recovery a put, a get and a delete of a new key work", status,
                     "the %s answers %s", what, pc_status_text(status));
    return false;
  }
  return true;
}

static void check_probe(struct pc_checker *checker, struct pc_bytes key, const struct pc_content *content,
                        struct pc_report *report) {
  struct pc_answer answer = pc_checker_read(checker, key, content->value.size);
  bool excused = answer.met_error || (pc_status_tells(answer.status) && pc_checker_is_cramped(checker));
  if (!excused && !pc_answer_is(&answer, content)) {
    char expected[PC_TEXT_SIZE], actual[PC_TEXT_SIZE];
    pc_report_answer(report, PC_WRITABLE, NULL, pc_describe_content(content, expected), answer.status,
                     "a new key reads back as %s", pc_describe_answer(answer.status, answer.value, actual));
  }
}

/* Whether both the put and the delete worked. */
static bool probe(struct pc_checker *checker, const struct pc_expectation *expectation, struct pc_report *report) {
  struct pc_target *target = checker->target;
  struct pc_bytes key = {.data = checker->probe_key, .size = checker->probe_key_size};
  struct pc_content put = {.live = true, .value = {.data = probe_value, .size = checker->probe_value_size}};
  struct pc_content deleted = {.deleted = true};
  struct pc_usage used = {0};
  report->checked[PC_WRITABLE] = true;
  struct probing probing = begin_probing(checker, must_accept(expectation, key.size, put.value.size, &used));
  if (!accepted(&probing, pc_target_put(target, key, put.value), "put", report)) {
    return false;
  }
  check_probe(checker, key, &put, report);
  if (target->store->remove == NULL) {
    return false;
  }
  used.live_keys = 1;
  used.live_footprint =
      target->store->footprint == NULL ? 0 : target->store->footprint(&target->setup, key.size, put.value.size);
  probing = begin_probing(checker, must_accept(expectation, key.size, 0, &used));
  const bool removed = accepted(&probing, pc_target_remove(target, key), "delete", report);
  if (removed) {
    check_probe(checker, key, &deleted, report);
  }
  return removed;
}

/* What the store held before is there still, also where it had no room: an append over the end of what was acknowledged
   shows here. */
static void check_others(struct pc_checker *checker, struct pc_report *report) {
  /* A value with cells that are unstable may read otherwise now, and what was wrong before is no news. */
  if (!checker->settled || pc_device_weak_cells(checker->target->device) > 0 || pc_report_failed(report)) {
    return;
  }
  for (uint32_t key = 0; key < checker->workload->key_count; key++) {
    const struct pc_content *content = &checker->resolved[key];
    enum pc_invariant invariant = pc_content_invariant(content);
    bool checked = report->checked[invariant], failed = report->failed[invariant];
    (void)pc_checker_expect(checker, key, content, invariant, report);
    if (report->failed[invariant] && !failed) {
      pc_report_note(report, invariant, " (after another key was put and deleted)");
    } else {
      report->checked[invariant] = checked; /* what is counted is the look at what recovery left */
    }
  }
}

bool pc_check_writable(struct pc_checker *checker, const struct pc_expectation *expectation, struct pc_report *report) {
  bool worked = false;
  if (checker->probe_key_size > 0) {
    worked = probe(checker, expectation, report);
    check_others(checker, report);
  }
  return worked;
}
