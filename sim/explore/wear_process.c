/* A wear run in a process of its own, which sends what came of it. */
#include <stdlib.h>

#include "wear.h"

/* What comes first on the wire. Then: the wear, when samples were taken, and their erases. */
struct header {
  struct pc_outcome outcome;    /* if it isn't PC_OK, nothing follows */
  struct pc_wear_result result; /* its pointers mean nothing */
};

static bool send(int socket, const struct header *header) {
  const struct pc_wear_result *result = &header->result;
  if (!pc_socket_write(socket, header, sizeof *header)) {
    return false;
  }
  uint32_t sectors = result->counts.wear_count;
  return header->outcome.result != PC_OK ||
         (pc_socket_write(socket, result->counts.wear, sectors * sizeof *result->counts.wear) &&
          pc_socket_write(socket, result->sampled_at, result->sample_count * sizeof *result->sampled_at) &&
          pc_socket_write(socket, result->sampled_erases,
                          (size_t)sectors * result->sample_count * sizeof *result->sampled_erases));
}

void pc_wear_serve(const struct pc_worker_end *end, const void *job) {
  struct header header = {.outcome.magic = PC_OUTCOME_MAGIC};
  header.outcome.result = pc_wear_run_one(job, end->notice, &header.result, &header.outcome.error);
  (void)send(end->socket, &header);
  pc_wear_free(&header.result);
}

static enum pc_result receive_arrays(int socket, struct pc_wear_result *result, bool *whole, struct pc_error *error) {
  size_t sectors = result->counts.wear_count;
  result->counts.wear = calloc(sectors, sizeof *result->counts.wear);
  result->sampled_at = calloc(result->sample_count, sizeof *result->sampled_at);
  result->sampled_erases = calloc(sectors * result->sample_count, sizeof *result->sampled_erases);
  if (result->counts.wear == NULL || result->sampled_at == NULL || result->sampled_erases == NULL) {
    return pc_fail_memory(error);
  }
  *whole =
      pc_socket_read(socket, result->counts.wear, sectors * sizeof *result->counts.wear) &&
      pc_socket_read(socket, result->sampled_at, result->sample_count * sizeof *result->sampled_at) &&
      pc_socket_read(socket, result->sampled_erases, sectors * result->sample_count * sizeof *result->sampled_erases);
  return PC_OK;
}

enum pc_result pc_wear_receive(int socket, struct pc_wear_result *result, bool *whole, struct pc_error *error) {
  struct header *header = malloc(sizeof *header);
  *result = (struct pc_wear_result){0};
  if (header == NULL) {
    return pc_fail_memory(error);
  }
  enum pc_result outcome = PC_OK;
  *whole = pc_socket_read(socket, header, sizeof *header) && pc_outcome_is_sane(&header->outcome) &&
           header->result.sample_count <= PC_WEAR_SAMPLES + 1;
  if (*whole && header->outcome.result != PC_OK) {
    outcome = pc_fail(error, header->outcome.result, "%s", header->outcome.error.message);
  } else if (*whole) {
    *result = header->result;
    result->counts.wear = NULL;
    result->sampled_at = NULL;
    result->sampled_erases = NULL;
    outcome = receive_arrays(socket, result, whole, error);
  }
  free(header);
  if (outcome != PC_OK || !*whole) {
    pc_wear_free(result);
  }
  return outcome;
}
