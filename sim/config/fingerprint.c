#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "scenario.h"

#define OPERATIONS_AT_ONCE 4096u /* bounds the text of a long workload */

static enum pc_result digest_text(XXH3_state_t *state, struct pc_buffer *text, struct pc_error *error) {
  enum pc_result result = text->failed ? pc_fail_memory(error) : PC_OK;
  if (result == PC_OK) {
    (void)XXH3_128bits_update(state, text->data, text->size);
  }
  pc_buffer_free(text);
  return result;
}

static enum pc_result digest_workload(XXH3_state_t *state, const struct pc_workload *workload, struct pc_error *error) {
  enum pc_result result = PC_OK;
  for (uint32_t first = 0; result == PC_OK && first < workload->operation_count; first += OPERATIONS_AT_ONCE) {
    uint32_t left = workload->operation_count - first;
    struct pc_buffer text = {0};
    pc_trace_write(workload, first, first + (left < OPERATIONS_AT_ONCE ? left : OPERATIONS_AT_ONCE), &text);
    result = digest_text(state, &text, error);
  }
  return result;
}

static enum pc_result digest_file(XXH3_state_t *state, const char *path, struct pc_error *error) {
  uint8_t chunk[16384];
  FILE *file = fopen(path, "rbe");
  if (file == NULL) {
    return pc_fail(error, PC_ENVIRONMENT, "%s: %s", path, strerror(errno));
  }
  size_t size;
  do {
    size = fread(chunk, 1, sizeof chunk, file);
    (void)XXH3_128bits_update(state, chunk, size);
  } while (size > 0);
  bool failed = ferror(file) != 0;
  (void)fclose(file); /* it was only read */
  return failed ? pc_fail(error, PC_ENVIRONMENT, "%s: can't be read", path) : PC_OK;
}

enum pc_result pc_scenario_fingerprint(const struct pc_scenario *scenario, const struct pc_parameter *parameters,
                                       size_t parameter_count, const char *version,
                                       char fingerprint[PC_FINGERPRINT_SIZE], struct pc_error *error) {
  /* What is written of a plugin is its path: its content stands in for that. */
  struct pc_scenario placeless = *scenario;
  char plugin[] = "plugin";
  placeless.engine = scenario->engine != NULL ? scenario->engine : plugin;
  placeless.workload.operation_count = 0; /* it may be long: it comes in pieces */
  struct pc_buffer text = {0};
  pc_buffer_print(&text, "powercut %s\n", version);
  pc_scenario_write(&placeless, parameters, parameter_count, &text);
  XXH3_state_t *state = XXH3_createState();
  if (state == NULL) {
    pc_buffer_free(&text);
    return pc_fail_memory(error);
  }
  (void)XXH3_128bits_reset(state);
  enum pc_result result = digest_text(state, &text, error);
  if (result == PC_OK) {
    result = digest_workload(state, &scenario->workload, error);
  }
  if (result == PC_OK && scenario->plugin != NULL) {
    result = digest_file(state, scenario->plugin, error);
  }
  XXH128_hash_t hash = XXH3_128bits_digest(state);
  (void)XXH3_freeState(state);
  (void)snprintf(fingerprint, PC_FINGERPRINT_SIZE, "%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64,
                 (uint64_t)hash.low64);
  return result;
}
