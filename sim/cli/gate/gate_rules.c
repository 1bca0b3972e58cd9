/* Judges the rules of a policy. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gate.h"
#include "output.h"
#include "progress.h"

__attribute__((format(printf, 2, 3))) static void say_why_not(struct pc_gate_result *result, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(result->measured, sizeof result->measured, format, arguments);
  va_end(arguments);
  result->verdict = PC_NOT_EVALUATED;
}

/* "1,234,567" */
struct count_text {
  char text[32];
};
static struct count_text count_text(uint64_t count) {
  struct count_text digits = {""};
  struct pc_buffer buffer = {0};
  pc_buffer_count(&buffer, count);
  (void)snprintf(digits.text, sizeof digits.text, "%s", buffer.failed ? "?" : (const char *)buffer.data);
  pc_buffer_free(&buffer);
  return digits;
}

/* What no_violations looks at of a run. */
struct tally {
  const struct pc_gate_rule *rule;
  int64_t checks, failures;
  bool checked[PC_FAULT_COUNT]; /* the class, at any depth within the rule's */
  int64_t deepest;
  char worst[128]; /* the classes that failed: " after prefix, bit_subset" */
};

static bool is_of_rule(const struct pc_gate_rule *rule, const char *fault, int64_t depth, int *index) {
  for (*index = 0; *index < PC_FAULT_COUNT; ++*index) {
    if (strcmp(pc_fault_class((enum pc_fault) * index)->name, fault) == 0) {
      return depth <= (int64_t)rule->depth && (rule->all_faults || rule->faults[*index]);
    }
  }
  return depth == 0 || rule->all_faults; /* the power stayed on; or a class that this version doesn't know */
}

static enum pc_result add_checks(void *context, const struct pc_row *row, struct pc_error *error) {
  (void)error;
  struct tally *tally = context;
  const char *fault = (const char *)row->values[0].text.data;
  int64_t depth = row->values[1].integer;
  int64_t failures = row->values[3].integer;
  int index;
  if (!is_of_rule(tally->rule, fault, depth, &index)) {
    return PC_OK;
  }
  tally->checks += row->values[2].integer;
  tally->failures += failures;
  tally->deepest = depth > tally->deepest ? depth : tally->deepest;
  if (index < PC_FAULT_COUNT) {
    tally->checked[index] = true;
  }
  if (failures > 0) {
    size_t size = strlen(tally->worst);
    (void)snprintf(tally->worst + size, sizeof tally->worst - size, "%s %s", size == 0 ? " after" : ",",
                   depth == 0 ? "no cut" : fault);
  }
  return PC_OK;
}

static void require_no_violations(const struct pc_gate_rule *rule, struct pc_gate_result *result) {
  size_t size =
      (size_t)snprintf(result->required, sizeof result->required, "none to depth %" PRIu32 " in ", rule->depth);
  if (rule->all_faults) {
    (void)snprintf(result->required + size, sizeof result->required - size, "all classes of the run");
    return;
  }
  const char *separator = "";
  for (int i = 0; i < PC_FAULT_COUNT && size < sizeof result->required; i++) {
    if (rule->faults[i]) {
      size += (size_t)snprintf(result->required + size, sizeof result->required - size, "%s%s", separator,
                               pc_fault_class((enum pc_fault)i)->name);
      separator = " ";
    }
  }
}

static enum pc_result judge_violations(struct pc_gate *gate, const struct pc_gate_rule *rule,
                                       const struct pc_run_facts *run, struct pc_gate_result *result,
                                       struct pc_error *error) {
  struct tally tally = {.rule = rule};
  enum pc_result err = pc_ledger_read_checks(gate->ledger, run->run_id, add_checks, &tally, error);
  if (err) {
    return err;
  }
  result->bound = 0;
  result->value = (double)tally.failures;
  /* What failed has failed, whatever else was not checked. */
  if (tally.failures > 0) {
    (void)snprintf(result->measured, sizeof result->measured, "%s of %s checks failed%s",
                   count_text((uint64_t)tally.failures).text, count_text((uint64_t)tally.checks).text, tally.worst);
    result->verdict = PC_FAILED;
    return PC_OK;
  }
  for (int i = 0; i < PC_FAULT_COUNT; i++) {
    if (rule->faults[i] && !tally.checked[i]) {
      say_why_not(result, "nothing was checked after %s", pc_fault_class((enum pc_fault)i)->name);
      return PC_OK;
    }
  }
  if (tally.deepest < (int64_t)rule->depth) {
    say_why_not(result, "nothing was checked at depth %" PRIu32, rule->depth);
    return PC_OK;
  }
  (void)snprintf(result->measured, sizeof result->measured, "none in %s checks",
                 count_text((uint64_t)tally.checks).text);
  result->verdict = PC_PASSED;
  return PC_OK;
}

static void judge_recoveries(const struct pc_gate_rule *rule, const struct pc_run_facts *run,
                             struct pc_gate_result *result) {
  result->bound = rule->at_least;
  result->value = run->recoveries;
  result->verdict = run->recoveries >= rule->at_least ? PC_PASSED : PC_FAILED;
  (void)snprintf(result->measured, sizeof result->measured, "%s", count_text((uint64_t)run->recoveries).text);
}

/* A figure of a run that has an upper bound. */
struct figure {
  const char *what_lacks; /* why it may not be known */
  const char *unit;       /* behind the number */
  double (*of)(const struct pc_run_facts *run);
};

static double wear_spread_of(const struct pc_run_facts *run) {
  return run->wear_spread;
}
static double write_amplification_of(const struct pc_run_facts *run) {
  return run->write_amplification;
}
static double put_ms_of(const struct pc_run_facts *run) {
  return run->put_ms;
}

static const struct figure *figure_of(enum pc_gate_rule_kind kind) {
  static const struct figure spread = {"nothing was erased", "", wear_spread_of};
  static const struct figure amplification = {"nothing was put", "", write_amplification_of};
  static const struct figure latency = {"no put, or the device's profile tells no times", " ms", put_ms_of};
  return kind == PC_GATE_WEAR_SPREAD ? &spread : kind == PC_GATE_WRITE_AMPLIFICATION ? &amplification : &latency;
}

/* What the figure is compared with, NAN if that can't be told; the result then says why. */
static enum pc_result find_reference(const struct pc_gate *gate, const struct pc_gate_rule *rule,
                                     const struct pc_gate_scenario *scenario, const struct pc_run_facts *run,
                                     struct pc_gate_result *result, double *reference, struct pc_error *error) {
  *reference = rule->than;
  if (gate->baseline == NULL) {
    if (isnan(rule->than)) {
      say_why_not(result, "no --baseline was given");
    }
    return PC_OK;
  }
  *reference = (double)NAN;
  int64_t run_id = 0;
  enum pc_result err = pc_gate_find_baseline(gate, scenario, run, &run_id, error);
  if (err || run_id == 0) {
    say_why_not(result, "the baseline has no finished run of this scenario");
    return err;
  }
  struct pc_run_facts old;
  err = pc_ledger_read_run(gate->baseline, run_id, &old, error);
  if (err) {
    return err;
  }
  const struct figure *figure = figure_of(rule->kind);
  if (old.operations != run->operations || old.seed != run->seed) {
    say_why_not(result, "the baseline's run %" PRId64 " is of another workload or seed", run_id);
  } else if (isnan(figure->of(&old))) {
    say_why_not(result, "not known of the baseline's run %" PRId64 ": %s", run_id, figure->what_lacks);
  } else {
    *reference = figure->of(&old);
  }
  pc_run_facts_free(&old);
  return PC_OK;
}

static enum pc_result judge_figure(const struct pc_gate *gate, const struct pc_gate_rule *rule,
                                   const struct pc_gate_scenario *scenario, const struct pc_run_facts *run,
                                   struct pc_gate_result *result, struct pc_error *error) {
  const struct figure *figure = figure_of(rule->kind);
  double value = figure->of(run), bound = rule->at_most;
  (void)snprintf(result->required, sizeof result->required, "at most %.4g%s", bound, figure->unit);
  if (!isnan(rule->worse_by)) {
    (void)snprintf(result->required, sizeof result->required, "at most %.4g %% above the baseline", rule->worse_by);
    double reference;
    enum pc_result err = find_reference(gate, rule, scenario, run, result, &reference, error);
    if (err || isnan(reference)) {
      return err;
    }
    double relative = reference * (1 + rule->worse_by / 100);
    bound = isnan(bound) || relative < bound ? relative : bound;
    (void)snprintf(result->required, sizeof result->required, "at most %.4g%s (%.4g and %.4g %%)", bound, figure->unit,
                   reference, rule->worse_by);
  }
  if (isnan(value)) {
    say_why_not(result, "not known: %s", figure->what_lacks);
    return PC_OK;
  }
  result->bound = bound;
  result->value = value;
  result->verdict = value <= bound * (1 + 1e-9) ? PC_PASSED : PC_FAILED; /* the same division twice is the same */
  (void)snprintf(result->measured, sizeof result->measured, "%.4g%s", value, figure->unit);
  return PC_OK;
}

/* What the rule requires, as far as it can be told before it is judged. */
static void require(const struct pc_gate_rule *rule, struct pc_gate_result *result) {
  switch (rule->kind) {
    case PC_GATE_NO_VIOLATIONS:
      require_no_violations(rule, result);
      break;
    case PC_GATE_RECOVERIES:
      (void)snprintf(result->required, sizeof result->required, "at least %s",
                     count_text((uint64_t)rule->at_least).text);
      break;
    case PC_GATE_WEAR_SPREAD:
    case PC_GATE_WRITE_AMPLIFICATION:
    case PC_GATE_PUT_LATENCY:
      (void)snprintf(result->required, sizeof result->required,
                     isnan(rule->at_most) ? "at most %.4g %% above the baseline" : "at most %.4g%s",
                     isnan(rule->at_most) ? rule->worse_by : rule->at_most, figure_of(rule->kind)->unit);
      break;
    case PC_GATE_REGRESSIONS:
    case PC_GATE_FUZZ:
    case PC_GATE_COUNT:
      break;
  }
}

static enum pc_result judge_run(struct pc_gate *gate, const struct pc_gate_rule *rule,
                                const struct pc_gate_scenario *scenario, const struct pc_run_facts *run,
                                struct pc_error *error) {
  char name[512];
  (void)snprintf(name, sizeof name, "%s%s%s%s", scenario->policy->name, run->settings[0] != '\0' ? " [" : "",
                 run->settings, run->settings[0] != '\0' ? "]" : "");
  struct pc_gate_result *result = pc_gate_add(gate, pc_gate_rule_info(rule->kind)->name, name, run->run_id);
  if (result == NULL) {
    return pc_fail_memory(error);
  }
  require(rule, result);
  if (!run->finished) {
    say_why_not(result, "run %" PRId64 " did not get to its end", run->run_id);
    return PC_OK;
  }
  switch (rule->kind) {
    case PC_GATE_NO_VIOLATIONS:
      return judge_violations(gate, rule, run, result, error);
    case PC_GATE_RECOVERIES:
      judge_recoveries(rule, run, result);
      return PC_OK;
    default:
      return judge_figure(gate, rule, scenario, run, result, error);
  }
}

static enum pc_result judge_scenario(struct pc_gate *gate, const struct pc_gate_rule *rule,
                                     const struct pc_gate_scenario *scenario, struct pc_error *error) {
  if (scenario->run_count == 0) {
    struct pc_gate_result *result = pc_gate_add(gate, pc_gate_rule_info(rule->kind)->name, scenario->policy->name, 0);
    if (result == NULL) {
      return pc_fail_memory(error);
    }
    require(rule, result);
    say_why_not(result, "%s", scenario->why_not);
  }
  enum pc_result err = PC_OK;
  for (size_t i = 0; !err && i < scenario->run_count; i++) {
    err = judge_run(gate, rule, scenario, &scenario->runs[i], error);
  }
  return err;
}

static enum pc_result judge_rule(struct pc_gate *gate, const struct pc_gate_rule *rule, struct pc_error *error) {
  if (rule->kind == PC_GATE_REGRESSIONS) {
    return pc_gate_judge_regressions(gate, rule, error);
  }
  if (rule->kind == PC_GATE_FUZZ) {
    return pc_gate_judge_fuzz(gate, rule, error);
  }
  enum pc_result err = PC_OK;
  for (size_t i = 0; !err && i < gate->policy->scenario_count; i++) {
    if ((rule->scenarios >> i & 1u) != 0) {
      err = judge_scenario(gate, rule, &gate->scenarios[i], error);
    }
  }
  return err;
}

/* The budget is a rule by itself, the last. */
static enum pc_result judge_time(struct pc_gate *gate, struct pc_error *error) {
  struct pc_gate_result *result = pc_gate_add(gate, "time", NULL, 0);
  if (result == NULL) {
    return pc_fail_memory(error);
  }
  result->bound = gate->policy->budget;
  result->value = gate->seconds;
  result->verdict = gate->seconds <= result->bound ? PC_PASSED : PC_FAILED;
  (void)snprintf(result->required, sizeof result->required, "at most %" PRIu32 " s", gate->policy->budget);
  (void)snprintf(result->measured, sizeof result->measured, "%.1f s", gate->seconds);
  return PC_OK;
}

enum pc_result pc_gate_judge(struct pc_gate *gate, struct pc_error *error) {
  enum pc_result err = PC_OK;
  for (size_t i = 0; !err && i < gate->policy->rule_count; i++) {
    err = judge_rule(gate, &gate->policy->rules[i], error);
  }
  gate->seconds = pc_seconds() - gate->started;
  return err || gate->policy->budget == 0 ? err : judge_time(gate, error);
}

enum pc_result pc_gate_find_baseline(const struct pc_gate *gate, const struct pc_gate_scenario *scenario,
                                     const struct pc_run_facts *run, int64_t *run_id, struct pc_error *error) {
  const char *device = run == NULL ? scenario->device : run->device;
  struct pc_run_key key = {
      .scenario = scenario->name, .device = device, .preferred_store = run == NULL ? scenario->store : run->store};
  enum pc_result err = pc_ledger_newest_run(gate->baseline, &key, run_id, error);
  if (err || *run_id != 0) {
    return err;
  }
  key.device = NULL;
  int64_t other = 0;
  err = pc_ledger_newest_run(gate->baseline, &key, &other, error);
  if (!err && other != 0) {
    struct pc_run_facts facts;
    err = pc_ledger_read_run(gate->baseline, other, &facts, error);
    if (!err) {
      err = pc_fail(error, PC_BAD_INPUT, "%s: the baseline's run %" PRId64 " of scenario '%s' is on %s, not on %s",
                    gate->baseline_path, other, scenario->policy->name, facts.device, device);
      pc_run_facts_free(&facts);
    }
  }
  return err;
}
