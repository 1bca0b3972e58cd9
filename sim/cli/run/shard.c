#include "shard.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "powercut/explore.h"

/* What runs a job in parts tells each part which one it is. */
struct convention {
  const char *index; /* the part's number */
  const char *count; /* how many there are */
  const char *first; /* the number of the first part, or NULL: 0 */
  const char *step;  /* how far the numbers are apart; NULL, or not set: 1 */
};

static const struct convention conventions[] = {
    /* Slurm's job arrays (sbatch --array) count from any number on. */
    {.index = "SLURM_ARRAY_TASK_ID",
     .count = "SLURM_ARRAY_TASK_COUNT",
     .first = "SLURM_ARRAY_TASK_MIN",
     .step = "SLURM_ARRAY_TASK_STEP"},
    /* Kubernetes' indexed jobs tell the index alone: the job's manifest has to pass .spec.completions on. */
    {.index = "JOB_COMPLETION_INDEX", .count = "JOB_COMPLETIONS"},
    /* Bazel's sharded tests, and what follows them. */
    {.index = "TEST_SHARD_INDEX", .count = "TEST_TOTAL_SHARDS"},
};
#define CONVENTION_COUNT (sizeof conventions / sizeof conventions[0])

/* A number from the environment. */
static uint64_t number_of(const struct argp_state *state, const char *name, struct pc_range range) {
  const char *text = getenv(name);
  uint64_t number = 0;
  if (text == NULL) {
    argp_error(state, "--shard auto: %s is not set", name);
  } else if (!pc_parse_number(text, range, &number)) {
    argp_error(state, "--shard auto: %s is '%s', not a whole number from %lu to %lu", name, text,
               (unsigned long)range.minimum, (unsigned long)range.maximum);
  }
  return number < range.minimum ? range.minimum : number; /* argp_error does not return */
}

static struct pc_shard read_convention(const struct argp_state *state, const struct convention *convention) {
  const struct pc_range any = {0, UINT32_MAX};
  uint64_t first = convention->first == NULL ? 0 : number_of(state, convention->first, any);
  bool has_step = convention->step != NULL && getenv(convention->step) != NULL;
  uint64_t step = has_step ? number_of(state, convention->step, (struct pc_range){1, UINT32_MAX}) : 1;
  uint64_t count = number_of(state, convention->count, (struct pc_range){1, PC_MAX_SHARDS});
  uint64_t index = number_of(state, convention->index, (struct pc_range){first, first + (count - 1) * step});
  return (struct pc_shard){.number = (uint32_t)((index - first) / step) + 1, .count = (uint32_t)count};
}

static struct pc_shard read_environment(const struct argp_state *state) {
  for (size_t i = 0; i < CONVENTION_COUNT; i++) {
    if (getenv(conventions[i].index) != NULL) {
      return read_convention(state, &conventions[i]);
    }
  }
  argp_error(state, "--shard auto: none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX and TEST_SHARD_INDEX is set");
  return (struct pc_shard){0};
}

struct pc_shard pc_argument_shard(const struct argp_state *state, const char *text) {
  if (strcmp(text, "auto") == 0) {
    return read_environment(state);
  }
  char number[16] = "";
  const char *slash = strchr(text, '/');
  if (slash != NULL && (size_t)(slash - text) < sizeof number) {
    memcpy(number, text, (size_t)(slash - text));
  }
  uint64_t count = 0, index = 0;
  if (slash == NULL || !pc_parse_number(slash + 1, (struct pc_range){1, PC_MAX_SHARDS}, &count) ||
      !pc_parse_number(number, (struct pc_range){1, count}, &index)) {
    argp_error(state, "--shard takes I/N, with N from 1 to %u and I from 1 to N, or auto, not '%s'", PC_MAX_SHARDS,
               text);
  }
  return (struct pc_shard){.number = (uint32_t)index, .count = (uint32_t)count};
}
