/* The devices and configurations that a program can name. Their numbers are part of the encoding: none is changed or
   given to another under the same version. */
#include <stdio.h>
#include <string.h>

#include "setup.h"

struct geometry {
  uint32_t sector_size, sectors, program_unit, page_size, programs_per_unit, read_unit;
};

static const struct geometry geometries[PC_PROGRAM_GEOMETRIES] = {
    {512, 8, 1, 0, 0, 1},
    {256, 4, 1, 0, 0, 1},
    {512, 3, 1, 0, 0, 1},
    {256, 6, 4, 0, 1, 1},
    {512, 8, 8, 0, 1, 1},
    {1024, 4, 16, 0, 1, 1},
    {1024, 5, 32, 0, 1, 1},
    {256, 16, 1, 64, 0, 1},
    {512, 2, 1, 0, 0, 1},
    {4096, 4, 1, 256, 0, 1},
    {128, 8, 2, 0, 0, 1},
    {384, 6, 24, 0, 0, 1},
    {512, 4, 4, 0, 2, 1},
    {2048, 4, 8, 0, 1, 1},
    {256, 32, 1, 0, 0, 1},
    {128, 64, 1, 0, 0, 1},
    /* From version 2 on: */
    {128, 2, 1, 0, 0, 1},
    {128, 3, 16, 0, 1, 1},
    {256, 5, 64, 0, 1, 1},
    {512, 4, 128, 0, 0, 1},
    {768, 3, 256, 0, 1, 1},
    {256, 8, 8, 0, 1, 8},
    {128, 5, 1, 0, 0, 4},
    {256, 4, 4, 0, 1, 4},
};

#define KEY(text) \
  { .data = (const uint8_t *)(text), .size = sizeof(text) - 1 }
#define LONG "a key that is as long as any key may be: sixty-three bytes....."
const struct pc_bytes pc_program_keys[PC_PROGRAM_KEYS] = {
    KEY("a"),
    KEY("b"),
    KEY("mabfyz"), /* the hashes of these two are equal, in norkv and in pw_kvs */
    KEY("uybeoa"),
    KEY("mode"),
    KEY("boots"),
    KEY("wifi/ssid"),
    KEY("wifi/pass"),
    KEY("fifteen bytes.."),
    KEY("sixteen bytes..."),
    KEY("seventeen bytes.."),
    KEY("a key of more than thirty bytes."),
    KEY(LONG),
    KEY("\x00"),
    KEY("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"),
    KEY("\xEF\xBE\x0D\x60\x00\x00\x00\x00\x00\x01\x01\x00\x01\x00\x00\x00"), /* a header */
};
_Static_assert(sizeof LONG - 1 == 63, "the longest key");

/* Few erases make a sector past it. */
#define ENDURANCE 50u
#define SMALLEST_WORD 4u
#define LARGEST_BLOCK 64u

/* Whole program units, as many as make no more than the largest block. */
static uint32_t collateral_of(const struct geometry *geometry) {
  uint32_t block = geometry->program_unit;
  while (block * 2 <= LARGEST_BLOCK && geometry->sector_size % (block * 2) == 0) {
    block *= 2;
  }
  return block;
}

uint32_t pc_program_profile(const struct pc_program_setup *setup, struct pc_profile *profile) {
  const struct geometry *geometry = &geometries[setup->geometry];
  *profile = (struct pc_profile){
      .sector_size = geometry->sector_size,
      .program_unit = geometry->program_unit,
      .read_unit = geometry->read_unit,
      .page_size = geometry->page_size,
      .programs_per_unit = geometry->programs_per_unit,
      .endurance = setup->worn > 0 ? ENDURANCE : 0,
  };
  if (setup->fragile) {
    profile->ecc_word = geometry->program_unit >= SMALLEST_WORD ? geometry->program_unit : 0;
    profile->collateral = collateral_of(geometry);
  }
  (void)snprintf(profile->name, sizeof profile->name, "geometry%u", setup->geometry);
  (void)snprintf(profile->summary, sizeof profile->summary, "geometry %u of fuzzing programs", setup->geometry);
  return geometry->sectors;
}

static const uint32_t alignments[] = {0, 16, 64, 256};

/* 0 where the geometry doesn't take it. */
static uint32_t alignment_of(const struct pc_program_setup *setup) {
  const struct geometry *geometry = &geometries[setup->geometry];
  uint32_t alignment = alignments[setup->alignment];
  return alignment % geometry->program_unit == 0 && alignment < geometry->sector_size ? alignment : 0;
}

static uint32_t redundancy_of(const struct pc_program_setup *setup) {
  uint32_t most = geometries[setup->geometry].sectors - 1;
  return setup->redundancy < most ? setup->redundancy : most;
}

const char *const pc_checksum_words[PC_PROGRAM_CHECKSUMS] = {"crc32c", "crc16_ccitt", "none"};
const char *const pc_recovery_words[PC_PROGRAM_RECOVERIES] = {"immediate", "lazy", "manual"};
const char *const pc_policy_words[PC_PROGRAM_POLICIES] = {"greedy", "circular", "cost_benefit", "hybrid"};

const char *const pc_collect_words[PC_PROGRAM_COLLECTIONS] = {"as_needed", "one", "off"};

const char *const pc_age_words[PC_PROGRAM_AGES] = {"0", "0.9", "1", "1.1"};

double pc_program_age(const struct pc_program_setup *setup) {
  static const double ages[PC_PROGRAM_AGES] = {0, 0.9, 1, 1.1};
  return ages[setup->worn];
}

const enum pc_fault pc_program_faults[PC_PROGRAM_FAULTS] = {PC_FAULT_BETWEEN_OPS, PC_FAULT_PREFIX, PC_FAULT_UNIT_SUBSET,
                                                            PC_FAULT_BIT_SUBSET, PC_FAULT_TWO_PHASE_ERASE};
const enum pc_fault pc_program_part_faults[PC_PROGRAM_FAULTS] = {PC_FAULT_METASTABLE, PC_FAULT_ECC, PC_FAULT_COLLATERAL,
                                                                 PC_FAULT_WORN, PC_FAULT_BIT_ROT};

static const char *value_of(const struct pc_program_setup *setup, const char *name,
                            struct pc_program_parameters *parameters) {
  if (strcmp(name, "redundancy") == 0) {
    (void)snprintf(parameters->redundancy, sizeof parameters->redundancy, "%u", redundancy_of(setup));
    return parameters->redundancy;
  }
  if (strcmp(name, "alignment") == 0) {
    (void)snprintf(parameters->alignment, sizeof parameters->alignment, "%u", alignment_of(setup));
    return parameters->alignment;
  }
  if (strcmp(name, "checksum") == 0) {
    return pc_checksum_words[setup->checksum];
  }
  if (strcmp(name, "recovery") == 0) {
    return pc_recovery_words[setup->recovery];
  }
  if (strcmp(name, "policy") == 0) {
    return pc_policy_words[setup->policy];
  }
  if (strcmp(name, "collect_on_write") == 0) {
    return pc_collect_words[setup->collect];
  }
  return strcmp(name, "max_keys") == 0 && setup->few_keys ? "6" : NULL;
}

enum pc_result pc_program_parameters(const struct pc_program_setup *setup, const struct pc_store *store,
                                     struct pc_program_parameters *parameters, struct pc_error *error) {
  bool known = strcmp(store->name, "norkv") == 0;
  if (store->parameter_count > PC_PROGRAM_MAX_PARAMETERS) {
    return pc_fail(error, PC_BAD_INPUT, "%s has %zu parameters, a program at most %u", store->name,
                   store->parameter_count, PC_PROGRAM_MAX_PARAMETERS);
  }
  parameters->count = store->parameter_count;
  for (size_t i = 0; i < store->parameter_count; i++) {
    const struct pc_parameter_info *info = &store->parameters[i];
    const char *value = known ? value_of(setup, info->name, parameters) : NULL;
    if (value == NULL && info->fallback == NULL) {
      return pc_fail(error, PC_BAD_INPUT, "%s must be given its parameter %s, which a program can't", store->name,
                     info->name);
    }
    parameters->list[i] = (struct pc_parameter){.name = info->name, .value = value != NULL ? value : info->fallback};
  }
  return PC_OK;
}

struct pc_power_plan pc_program_plan(const struct pc_program *program) {
  struct pc_power_plan plan = {.depth = 1, .samples = 16, .limit = 64, .seed = program->seed};
  uint32_t in_a_row = 0;
  plan.faults[PC_FAULT_BETWEEN_OPS] = true;
  for (uint32_t i = 0; i < program->step_count; i++) {
    const struct pc_program_step *step = &program->steps[i];
    in_a_row = step->code == PC_CODE_CUT ? in_a_row + 1 : 0;
    if (step->code == PC_CODE_CUT && pc_program_tears(&program->setup)) {
      plan.faults[step->fault] = true;
    }
    if (in_a_row > plan.depth && in_a_row <= PC_MAX_DEPTH) {
      plan.depth = in_a_row;
    }
  }
  return plan;
}

bool pc_program_tears(const struct pc_program_setup *setup) {
  return setup->checksum == PC_PROGRAM_CRC32C;
}
