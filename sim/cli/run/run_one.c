#include "run_one.h"

#include <stdio.h>

#include "interrupt.h"
#include "output.h"

enum pc_result pc_run_open(struct pc_run *run, struct pc_error *error) {
  struct pc_scenario_options options = run->plan->given.options;
  options.settings = run->settings;
  options.setting_count = run->setting_count;
  enum pc_result err = pc_scenario_load(run->plan->given.scenario, &options, &run->scenario, error);
  if (!err) {
    err = pc_subject_open(&run->opened, &run->scenario, error);
    if (err) {
      pc_scenario_free(&run->scenario);
    }
  }
  return pc_name_combination(run->settings, run->setting_count, err, error);
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

/* Which cuts the plan tries, into `text`; NULL if it is every one. */
static const char *drawing_of(const struct pc_power_plan *plan, char text[48]) {
  switch (plan->cuts) {
    case PC_CUTS_EVERY_WRITE:
      return NULL;
    case PC_CUTS_AT:
      (void)snprintf(text, 48, "at: %u flash operations", plan->place_count);
      break;
    case PC_CUTS_SAMPLE:
      (void)snprintf(text, 48, "sample: %u", plan->count);
      break;
    case PC_CUTS_BY_TIME:
      (void)snprintf(text, 48, "by_time: %u", plan->count);
      break;
    case PC_CUTS_SOAK:
      if (plan->listed != NULL) {
        (void)snprintf(text, 48, "soak: %u listed", plan->count);
      } else {
        (void)snprintf(text, 48, "soak: %u, consecutive: %u", plan->count, plan->consecutive);
      }
      break;
  }
  return text;
}

/* Enters the run in the ledger, or finds the one to go on with. */
static enum pc_result enter(void *context, struct pc_run_info *info, struct pc_error *error) {
  struct pc_run *run = context;
  const struct pc_subject *subject = &run->opened.subject;
  char fingerprint[PC_FINGERPRINT_SIZE], drawing[48];
  info->fingerprint = fingerprint;
  info->drawing = drawing_of(&run->scenario.plan, drawing);
  info->shard = run->plan->shard.number;
  info->shards = run->plan->shard.count;
  enum pc_result err = pc_scenario_fingerprint(&run->scenario, subject->parameters, subject->parameter_count,
                                               PC_VERSION, fingerprint, error);
  if (!err && run->plan->resume) {
    err = resume(run, info, error);
  }
  if (!err && run->keeper.run_id == 0) {
    err = pc_keeper_begin(&run->keeper, run->ledger, info, error);
  }
  run->findings.run_id = run->keeper.run_id;
  return err;
}

static enum pc_result begin(struct pc_run *run, struct pc_error *error) {
  const struct pc_run_entry entry = {.scenario = &run->scenario,
                                     .opened = &run->opened,
                                     .group = run->group,
                                     .command = run->plan->command,
                                     .settings = run->settings,
                                     .setting_count = run->setting_count,
                                     .enter = enter,
                                     .context = run};
  return pc_run_enter(&entry, error);
}

static enum pc_result explore(struct pc_run *run, struct pc_error *error) {
  const struct pc_shard *shard = &run->plan->shard;
  const struct pc_observer observer = {.jobs = run->plan->given.jobs,
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
  if (err == PC_BAD_INPUT && !run->plan->resume) {
    (void)pc_ledger_discard_run(run->ledger, run->keeper.run_id, NULL); /* the first error is the one to tell */
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
      .database = run->plan->given.database,
      .run_id = run->findings.run_id,
      .seconds = run->seconds,
      .shard = run->plan->shard,
  };
}
