/* The bytes of a program: fuzz/ENCODING.md. */
#include <string.h>

#include "setup.h"

static const uint8_t magic[2] = {'P', 'C'};

/* Which step a code byte's low half names: what is wanted more often has more of them. */
static const uint8_t codes[16] = {
    PC_CODE_PUT,    PC_CODE_PUT,    PC_CODE_PUT, PC_CODE_PUT,      PC_CODE_PUT,    PC_CODE_PUT,
    PC_CODE_DELETE, PC_CODE_DELETE, PC_CODE_GET, PC_CODE_MAINTAIN, PC_CODE_REBOOT, PC_CODE_CUT,
    PC_CODE_CUT,    PC_CODE_CUT,    PC_CODE_CUT, PC_CODE_CUT,
};
/* The byte that is written for each. */
static const uint8_t first_of[PC_CODE_COUNT] = {
    [PC_CODE_PUT] = 0,      [PC_CODE_DELETE] = 6,  [PC_CODE_GET] = 8,
    [PC_CODE_MAINTAIN] = 9, [PC_CODE_REBOOT] = 10, [PC_CODE_CUT] = 11,
};
/* From here on a cut is of a class that the part may have besides; in version 1 there were none. */
#define FIRST_PART_FAULT 14u
#define VERSION_OF_PARTS 2u
#define GEOMETRIES_BEFORE 16u

static const enum pc_program_checksum checksums[4] = {PC_PROGRAM_CRC32C, PC_PROGRAM_CRC16_CCITT, PC_PROGRAM_NO_CHECKSUM,
                                                      PC_PROGRAM_CRC32C};
static const enum pc_program_recovery recoveries[4] = {PC_PROGRAM_IMMEDIATE, PC_PROGRAM_LAZY, PC_PROGRAM_MANUAL,
                                                       PC_PROGRAM_IMMEDIATE};

bool pc_program_is(struct pc_bytes input) {
  return input.size >= sizeof magic && memcmp(input.data, magic, sizeof magic) == 0;
}

static struct pc_program_step decode_step(const uint8_t *bytes, uint8_t version) {
  struct pc_program_step step = {.code = (enum pc_step_code)codes[bytes[0] & 15u]};
  uint8_t high = bytes[0] >> 4;
  switch (step.code) {
    case PC_CODE_PUT:
      step.key = high;
      step.size = (uint16_t)(bytes[1] + ((bytes[3] & 15u) << 8));
      step.seed = bytes[2];
      step.from_largest = bytes[3] >> 7 != 0;
      break;
    case PC_CODE_DELETE:
    case PC_CODE_GET:
      step.key = high;
      break;
    case PC_CODE_MAINTAIN:
      step.level = (enum pc_maintenance)(bytes[1] % (PC_MAINTAIN_HEAVY + 1));
      break;
    case PC_CODE_CUT:
      step.flash_operation = (uint16_t)(bytes[1] + (high << 8));
      step.fault = version >= VERSION_OF_PARTS && (bytes[0] & 15u) >= FIRST_PART_FAULT
                       ? pc_program_part_faults[(bytes[2] & 7u) % PC_PROGRAM_FAULTS]
                       : pc_program_faults[(bytes[2] & 7u) % PC_PROGRAM_FAULTS];
      step.variant = (uint16_t)(bytes[3] + ((bytes[2] >> 3) << 8));
      break;
    case PC_CODE_REBOOT:
    case PC_CODE_COUNT:
      break;
  }
  return step;
}

static struct pc_program_setup decode_setup(const uint8_t *header) {
  bool has_parts = header[2] >= VERSION_OF_PARTS;
  return (struct pc_program_setup){
      .geometry = (uint8_t)(header[3] % (has_parts ? PC_PROGRAM_GEOMETRIES : GEOMETRIES_BEFORE)),
      .redundancy = (uint8_t)((header[4] & 3u) + 1),
      .checksum = checksums[header[4] >> 2 & 3u],
      .recovery = recoveries[header[4] >> 4 & 3u],
      .alignment = header[4] >> 6,
      .policy = header[5] & 3u,
      .collect = (header[5] >> 3 & 3u) % PC_PROGRAM_COLLECTIONS,
      .few_keys = (header[5] & 4u) != 0,
      .worn = has_parts ? header[5] >> 5 & 3u : 0,
      .fragile = has_parts && (header[5] & 0x80u) != 0,
  };
}

enum pc_result pc_program_decode(const char *name, struct pc_bytes input, struct pc_program *program,
                                 struct pc_error *error) {
  if (input.size == 0) {
    return pc_fail(error, PC_BAD_INPUT, "%s: empty, no fuzzing program", name);
  }
  if (!pc_program_is(input) || input.size < PC_PROGRAM_HEADER_SIZE) {
    return pc_fail(error, PC_BAD_INPUT, "%s: not a fuzzing program: it doesn't begin with the header of one", name);
  }
  if (input.data[2] < PC_PROGRAM_OLDEST_VERSION || input.data[2] > PC_PROGRAM_VERSION) {
    return pc_fail(error, PC_BAD_INPUT, "%s: a fuzzing program of version %u; this powercut reads versions %u to %u",
                   name, input.data[2], PC_PROGRAM_OLDEST_VERSION, PC_PROGRAM_VERSION);
  }
  if (input.size > PC_PROGRAM_MAX_SIZE) {
    return pc_fail(error, PC_BAD_INPUT, "%s: %zu bytes; a fuzzing program has at most %u", name, input.size,
                   PC_PROGRAM_MAX_SIZE);
  }
  program->setup = decode_setup(input.data);
  program->seed = (uint16_t)(input.data[6] + (input.data[7] << 8));
  program->step_count = (uint32_t)((input.size - PC_PROGRAM_HEADER_SIZE) / PC_PROGRAM_STEP_SIZE);
  for (uint32_t i = 0; i < program->step_count; i++) {
    program->steps[i] =
        decode_step(input.data + PC_PROGRAM_HEADER_SIZE + (size_t)i * PC_PROGRAM_STEP_SIZE, input.data[2]);
  }
  return PC_OK;
}

/* The number of the class in its list, and the byte that says which list that is. */
static uint8_t fault_number(enum pc_fault fault, uint8_t *first) {
  for (uint8_t number = 0; number < PC_PROGRAM_FAULTS; number++) {
    if (pc_program_part_faults[number] == fault) {
      *first = FIRST_PART_FAULT;
      return number;
    }
    if (pc_program_faults[number] == fault) {
      *first = first_of[PC_CODE_CUT];
      return number;
    }
  }
  return 0;
}

static void encode_step(const struct pc_program_step *step, uint8_t *bytes) {
  memset(bytes, 0, PC_PROGRAM_STEP_SIZE);
  bytes[0] = (uint8_t)(first_of[step->code] | (step->key << 4));
  if (step->code == PC_CODE_PUT) {
    bytes[1] = (uint8_t)step->size;
    bytes[2] = step->seed;
    bytes[3] = (uint8_t)((step->size >> 8) | (step->from_largest ? 0x80u : 0u));
  } else if (step->code == PC_CODE_MAINTAIN) {
    bytes[1] = (uint8_t)step->level;
  } else if (step->code == PC_CODE_CUT) {
    uint8_t first = first_of[PC_CODE_CUT];
    bytes[2] = (uint8_t)(fault_number(step->fault, &first) | ((step->variant >> 8) << 3));
    bytes[0] = (uint8_t)(first | ((step->flash_operation >> 8) << 4));
    bytes[1] = (uint8_t)step->flash_operation;
    bytes[3] = (uint8_t)step->variant;
  }
}

size_t pc_program_encode(const struct pc_program *program, uint8_t *bytes) {
  const struct pc_program_setup *setup = &program->setup;
  memcpy(bytes, magic, sizeof magic);
  bytes[2] = PC_PROGRAM_VERSION;
  bytes[3] = setup->geometry;
  bytes[4] = (uint8_t)((setup->redundancy - 1u) | ((unsigned)setup->checksum << 2) | ((unsigned)setup->recovery << 4) |
                       ((unsigned)setup->alignment << 6));
  bytes[5] = (uint8_t)(setup->policy | (setup->few_keys ? 4u : 0u) | ((unsigned)setup->collect << 3) |
                       ((unsigned)setup->worn << 5) | (setup->fragile ? 0x80u : 0u));
  bytes[6] = (uint8_t)program->seed;
  bytes[7] = (uint8_t)(program->seed >> 8);
  for (uint32_t i = 0; i < program->step_count; i++) {
    encode_step(&program->steps[i], bytes + PC_PROGRAM_HEADER_SIZE + (size_t)i * PC_PROGRAM_STEP_SIZE);
  }
  return PC_PROGRAM_HEADER_SIZE + (size_t)program->step_count * PC_PROGRAM_STEP_SIZE;
}
