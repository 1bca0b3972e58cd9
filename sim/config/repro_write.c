#include <inttypes.h>
#include <stdlib.h>

#include "paths.h"
#include "profile.h"
#include "scalar.h"
#include "scenario.h"

/* For people: what is read of a repro is the rest. */
static void write_comment(struct pc_buffer *text, const struct pc_violation *violation) {
  pc_buffer_print(text, "# powercut repro: replay with: powercut replay FILE\n");
  if (violation->has_key) {
    pc_buffer_print(text, "# key: ");
    pc_buffer_key(text, violation->key);
    pc_buffer_print(text, "\n");
  }
  pc_buffer_print(text, "# expected: ");
  pc_write_quoted(text, violation->expected);
  pc_buffer_print(text, "\n# actual: ");
  pc_write_quoted(text, violation->actual);
  pc_buffer_print(text, "\n");
}

static void write_store(struct pc_buffer *text, const struct pc_scenario *scenario,
                        const struct pc_parameter *parameters, size_t parameter_count) {
  pc_buffer_print(text, "store:\n");
  if (scenario->engine != NULL) {
    pc_buffer_print(text, "  engine: ");
    pc_write_quoted(text, scenario->engine);
  } else {
    char *plugin = pc_path_absolute(scenario->plugin);
    text->failed = text->failed || plugin == NULL;
    pc_buffer_print(text, "  plugin: ");
    pc_write_quoted(text, plugin != NULL ? plugin : "");
    free(plugin);
  }
  for (size_t i = 0; i < parameter_count; i++) {
    pc_buffer_print(text, "\n  ");
    pc_write_quoted(text, parameters[i].name);
    pc_buffer_print(text, ": ");
    pc_write_quoted(text, parameters[i].value);
  }
  pc_buffer_print(text, "\n");
}

/* The operations up to the one that was cut, in a block of the file. */
static void write_workload(struct pc_buffer *text, const struct pc_workload *workload, uint32_t operation) {
  uint32_t end = operation < workload->operation_count ? operation + 1 : workload->operation_count;
  pc_buffer_print(text, "workload:\n  inline: |\n");
  for (uint32_t i = 0; i < end; i++) {
    pc_buffer_print(text, "    ");
    pc_trace_write(workload, i, i + 1, text);
  }
}

static void write_listed(struct pc_buffer *text, const struct pc_power_plan *plan) {
  pc_buffer_print(text, "\n    soak:\n");
  for (uint32_t i = 0; i < plan->count; i++) {
    const struct pc_listed_cut *listed = &plan->listed[i];
    pc_buffer_print(text, "      - {operation: %u, flash_operation: %u, fault: %s, variant: %u", listed->operation,
                    listed->cut.flash_operation, pc_fault_class(listed->cut.fault)->name, listed->cut.variant);
    if (listed->seed != 0) {
      pc_buffer_print(text, ", seed: %" PRIu64, listed->seed);
    }
    pc_buffer_print(text, "}\n");
  }
}

static void write_cuts(struct pc_buffer *text, const struct pc_power_plan *plan) {
  switch (plan->cuts) {
    case PC_CUTS_EVERY_WRITE:
      pc_buffer_print(text, "every_write\n");
      return;
    case PC_CUTS_SAMPLE:
      pc_buffer_print(text, "{sample: %u}\n", plan->count);
      return;
    case PC_CUTS_BY_TIME:
      pc_buffer_print(text, "{by_time: %u}\n", plan->count);
      return;
    case PC_CUTS_SOAK:
      if (plan->listed != NULL) {
        write_listed(text, plan);
        return;
      }
      pc_buffer_print(text, "{soak: %u, consecutive: %u}\n", plan->count, plan->consecutive);
      return;
    case PC_CUTS_AT:
      break;
  }
  for (uint32_t i = 0; i < plan->place_count; i++) {
    pc_buffer_print(text, "%s%u", i == 0 ? "{at: [" : ", ", plan->places[i]);
  }
  pc_buffer_print(text, "]}\n");
}

static void write_power(struct pc_buffer *text, const struct pc_power_plan *plan) {
  pc_buffer_print(text, "power:\n  cuts:%s", plan->listed == NULL ? " " : "");
  write_cuts(text, plan);
  pc_buffer_print(text, "  faults: [");
  const char *separator = "";
  for (int fault = 0; fault < PC_FAULT_COUNT; fault++) {
    if (plan->faults[fault]) {
      pc_buffer_print(text, "%s%s", separator, pc_fault_class((enum pc_fault)fault)->name);
      separator = ", ";
    }
  }
  pc_buffer_print(text, "]\n  depth: %u\n  samples: %u\n  limit: %u\n  aftermath: %u\n", plan->depth, plan->samples,
                  plan->limit, plan->aftermath);
  if (plan->alike > 0) {
    pc_buffer_print(text, "  alike: %u\n", plan->alike);
  }
  pc_buffer_print(text, "seed: %" PRIu64 "\n", plan->seed);
}

static void write_cut_path(struct pc_buffer *text, const struct pc_cut_path *path) {
  if (path->depth == 0) {
    pc_buffer_print(text, "cut_path: []\n");
    return;
  }
  pc_buffer_print(text, "cut_path:\n");
  for (uint32_t i = 0; i < path->depth; i++) {
    const struct pc_cut *cut = &path->cuts[i];
    pc_buffer_print(text, "  - {flash_operation: %u, fault: %s, variant: %u}\n", cut->flash_operation,
                    pc_fault_class(cut->fault)->name, cut->variant);
  }
}

/* All but what only a repro has; of the operations those up to `operation`. */
static void write_scenario(struct pc_buffer *text, const struct pc_scenario *scenario,
                           const struct pc_parameter *parameters, size_t parameter_count, uint32_t operation) {
  pc_buffer_print(text, "name: ");
  pc_write_quoted(text, scenario->name);
  pc_buffer_print(text, "\ndevice:\n  profile:\n");
  pc_profile_write(&scenario->profile, "    ", text);
  pc_buffer_print(text, "  sectors: %u\n", scenario->sectors);
  if (scenario->worn > 0) {
    pc_buffer_print(text, "  worn: ");
    pc_write_double(text, scenario->worn);
    pc_buffer_print(text, "\n");
  }
  pc_write_image(text, scenario);
  write_store(text, scenario, parameters, parameter_count);
  write_workload(text, &scenario->workload, operation);
  write_power(text, &scenario->plan);
  pc_write_faults(text, scenario);
}

void pc_repro_write(const struct pc_scenario *scenario, const struct pc_parameter *parameters, size_t parameter_count,
                    const struct pc_violation *violation, struct pc_buffer *text) {
  write_comment(text, violation);
  pc_buffer_print(text, "repro: %u\ninvariant: %s\n", PC_REPRO_VERSION, pc_invariant_info(violation->invariant)->name);
  bool soaked = violation->path.life > 0; /* which runs the workload over and over */
  write_scenario(text, scenario, parameters, parameter_count,
                 soaked ? scenario->workload.operation_count : violation->operation);
  write_cut_path(text, &violation->path);
  if (soaked) {
    pc_buffer_print(text, "soak: {life: %u, cut: %u}\n", violation->path.life, violation->path.number);
  }
}

void pc_scenario_write(const struct pc_scenario *scenario, const struct pc_parameter *parameters,
                       size_t parameter_count, struct pc_buffer *text) {
  write_scenario(text, scenario, parameters, parameter_count, scenario->workload.operation_count);
}
