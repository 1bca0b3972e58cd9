/* A program as people read it. */
#include "setup.h"

static void write_setup(const struct pc_program *program, struct pc_buffer *text) {
  const struct pc_program_setup *setup = &program->setup;
  struct pc_profile profile;
  uint32_t sectors = pc_program_profile(setup, &profile);
  pc_buffer_print(text, "powercut program %u\n", PC_PROGRAM_VERSION);
  pc_buffer_print(text, "geometry %u  # %u sectors of %u bytes, program unit %u", setup->geometry, sectors,
                  profile.sector_size, profile.program_unit);
  if (profile.page_size > 0) {
    pc_buffer_print(text, ", pages of %u", profile.page_size);
  }
  if (profile.programs_per_unit > 0) {
    pc_buffer_print(text, ", programmed %u times", profile.programs_per_unit);
  }
  if (profile.read_unit > 1) {
    pc_buffer_print(text, ", read unit %u", profile.read_unit);
  }
  pc_buffer_print(text,
                  "\nredundancy %u\nchecksum %s\nrecovery %s\nalignment %u\npolicy %s\ncollect %s\nfew_keys %s\nworn "
                  "%s\nfragile %s\nseed %u\n",
                  setup->redundancy, pc_checksum_words[setup->checksum], pc_recovery_words[setup->recovery],
                  setup->alignment, pc_policy_words[setup->policy], pc_collect_words[setup->collect],
                  setup->few_keys ? "yes" : "no", pc_age_words[setup->worn], setup->fragile ? "yes" : "no",
                  program->seed);
}

static void write_key(const struct pc_program_step *step, struct pc_buffer *text) {
  pc_buffer_print(text, "  # ");
  pc_buffer_key(text, pc_program_keys[step->key]);
}

void pc_program_write_step(const struct pc_program_step *step, struct pc_buffer *text) {
  switch (step->code) {
    case PC_CODE_PUT:
      pc_buffer_print(text, "put %u %s%u %u", step->key, step->from_largest ? "largest-" : "", step->size, step->seed);
      write_key(step, text);
      break;
    case PC_CODE_DELETE:
      pc_buffer_print(text, "delete %u", step->key);
      write_key(step, text);
      break;
    case PC_CODE_GET:
      pc_buffer_print(text, "get %u", step->key);
      write_key(step, text);
      break;
    case PC_CODE_MAINTAIN:
      pc_buffer_print(text, "maintain %s", pc_maintenance_name(step->level));
      break;
    case PC_CODE_REBOOT:
      pc_buffer_print(text, "reboot");
      break;
    case PC_CODE_CUT:
      pc_buffer_print(text, "cut %s %u %u", pc_fault_class(step->fault)->name, step->flash_operation, step->variant);
      break;
    case PC_CODE_COUNT:
      break;
  }
  pc_buffer_print(text, "\n");
}

void pc_program_write(const struct pc_program *program, struct pc_buffer *text) {
  write_setup(program, text);
  for (uint32_t i = 0; i < program->step_count; i++) {
    pc_program_write_step(&program->steps[i], text);
  }
}
