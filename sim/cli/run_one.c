#include "run_one.h"

#include <stdlib.h>

#include "interrupt.h"
#include "output.h"

void pc_run_settings_text(const struct pc_override *settings, size_t count, struct pc_buffer *text) {
  pc_buffer_append(text, "", 0);
  for (size_t i = 0; i < count; i++) {
    pc_buffer_print(text, "%s%s=", i == 0 ? "" : " ", settings[i].path);
    pc_buffer_text(text, settings[i].value);
  }
}

/* What is wrong may be wrong only in this combination: it is named. */
static enum pc_result name_combination(const struct pc_run *run, enum pc_result err, struct pc_error *error) {
  if (err != PC_BAD_INPUT || run->setting_count == 0) {
    return err;
  }
  struct pc_error cause = *error;
  struct pc_buffer text = {0};
  pc_run_settings_text(run->settings, run->setting_count, &text);
  err =
      text.failed ? pc_fail_memory(error) : pc_fail(error, err, "%s (with %s)", cause.message, (const char *)text.data);
  pc_buffer_free(&text);
  return err;
}

enum pc_result pc_run_open(struct pc_run *run, struct pc_error *error) {
  struct pc_scenario_options options = run->plan->options;
  options.settings = run->settings;
  options.setting_count = run->setting_count;
  enum pc_result err = pc_scenario_load(run->plan->scenario, &options, &run->scenario, error);
  if (!err) {
    err = pc_subject_open(&run->opened, &run->scenario, error);
    if (err) {
      pc_scenario_free(&run->scenario);
    }
  }
  return name_combination(run, err, error);
}

void pc_run_close(struct pc_run *run) {
  pc_run_findings_free(&run->findings);
  pc_exploration_free(&run->result);
  pc_subject_close(&run->opened);
  pc_scenario_free(&run->scenario);
}

static enum pc_result on_violation(void *context, const struct pc_violation *violation, struct pc_error *error) {
  struct pc_run *run = context;
  return pc_run_findings_add(&run->findings, violation, error);
}

static enum pc_result on_part(void *context, const struct pc_part *part, struct pc_error *error) {
  struct pc_run *run = context;
  return pc_keeper_part(&run->keeper, part, error);
}

static enum pc_result on_idle(void *context, struct pc_error *error) {
  struct pc_run *run = context;
  return pc_keeper_idle(&run->keeper, error);
}

static void on_progress(void *context, uint64_t done, uint64_t total) {
  struct pc_run *run = context;
  pc_progress_update(&run->progress, done, total, run->findings.count);
}

static bool on_stop(void *context) {
  (void)context;
  return pc_interrupted();
}

static enum pc_result resume(struct pc_run *run, struct pc_run_info *info, struct pc_error *error) {
  enum pc_result err = PC_OK;
  if (run->members > 1 && info->group == 0) {
    err = pc_ledger_resume_group(run->ledger, info, run->members, &info->group, error);
    run->group = info->group;
  }
  if (!err) {
    err = pc_keeper_resume(&run->keeper, run->ledger, info, error);
  }
  if (!err && run->keeper.resumes) {
    run->findings.run_id = run->keeper.run_id;
    err = pc_ledger_read_violations(run->ledger, run->keeper.run_id, pc_run_findings_recall, &run->findings, error);
  }
  return err;
}

/* Enters the run in the ledger, or finds the one to go on with. */
static enum pc_result enter(struct pc_run *run, struct pc_run_info *info, struct pc_error *error) {
  enum pc_result err = run->plan->resume ? resume(run, info, error) : PC_OK;
  if (!err && run->keeper.run_id == 0) {
    err = pc_keeper_begin(&run->keeper, run->ledger, info, error);
  }
  run->findings.run_id = run->keeper.run_id;
  return err;
}

static enum pc_result begin_with(struct pc_run *run, struct pc_run_setting *settings, struct pc_error *error) {
  struct pc_buffer device = {0}, store = {0};
  char fingerprint[PC_FINGERPRINT_SIZE];
  const struct pc_subject *subject = &run->opened.subject;
  pc_subject_device(subject, &device);
  pc_subject_store(subject, &store);
  enum pc_result err = device.failed || store.failed ? pc_fail_memory(error) : PC_OK;
  if (!err) {
    err = pc_scenario_fingerprint(&run->scenario, subject->parameters, subject->parameter_count, PC_VERSION,
                                  fingerprint, error);
  }
  if (!err) {
    struct pc_run_info info = {
        .scenario = run->scenario.name,
        .device = (const char *)device.data,
        .store = (const char *)store.data,
        .seed = run->scenario.plan.seed,
        .endurance = run->scenario.profile.endurance,
        .group = run->group,
        .version = PC_VERSION,
        .command = run->plan->command,
        .settings = settings,
        .setting_count = run->setting_count,
        .fingerprint = fingerprint,
        .shard = run->plan->shard.number,
        .shards = run->plan->shard.count,
    };
    err = enter(run, &info, error);
  }
  pc_buffer_free(&store);
  pc_buffer_free(&device);
  return err;
}

static enum pc_result begin(struct pc_run *run, struct pc_error *error) {
  struct pc_run_setting *settings = calloc(run->setting_count + 1, sizeof *settings);
  if (settings == NULL) {
    return pc_fail_memory(error);
  }
  for (size_t i = 0; i < run->setting_count; i++) {
    settings[i] = (struct pc_run_setting){.path = run->settings[i].path, .value = run->settings[i].value};
  }
  enum pc_result err = begin_with(run, settings, error);
  free(settings);
  return err;
}

static enum pc_result explore(struct pc_run *run, struct pc_error *error) {
  const struct pc_shard *shard = &run->plan->shard;
  const struct pc_observer observer = {.jobs = run->plan->jobs,
                                       .shard = shard->count > 0 ? shard->number - 1 : 0,
                                       .shards = shard->count,
                                       .checkpoint = run->keeper.resumes ? &run->keeper.checkpoint : NULL,
                                       .context = run,
                                       .violation = on_violation,
                                       .part = on_part,
                                       .idle = on_idle,
                                       .progress = on_progress,
                                       .stop = on_stop};
  pc_progress_begin(&run->progress);
  enum pc_result err =
      pc_explore(&run->opened.subject, &run->scenario.workload, &run->scenario.plan, &observer, &run->result, error);
  pc_progress_end(&run->progress);
  if (!err) {
    err = pc_keeper_explored(&run->keeper, error);
  }
  run->seconds = pc_keeper_seconds(&run->keeper);
  if (!err && !run->plan->no_shrink && !run->keeper.finished && !run->result.interrupted) {
    err = pc_run_findings_shrink(&run->findings, &observer, error);
  }
  return err ? err : pc_keeper_end(&run->keeper, &run->result, error);
}

enum pc_result pc_run_explore(struct pc_run *run, struct pc_error *error) {
  run->findings = (struct pc_run_findings){
      .scenario = &run->scenario, .subject = &run->opened.subject, .ledger = run->ledger, .folder = run->plan->repros};
  enum pc_result err = begin(run, error);
  if (!err) {
    err = explore(run, error);
  }
  if (run->findings.file_error.message[0] != '\0') {
    (void)pc_output_error(PC_ENVIRONMENT, &run->findings.file_error);
  }
  return err;
}

struct pc_run_report pc_run_report(const struct pc_run *run) {
  return (struct pc_run_report){
      .scenario = &run->scenario,
      .subject = &run->opened.subject,
      .result = &run->result,
      .findings = &run->findings,
      .database = run->plan->database,
      .run_id = run->findings.run_id,
      .seconds = run->seconds,
      .shard = run->plan->shard,
  };
}
