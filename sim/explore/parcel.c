#include "parcel.h"

#include <stdlib.h>
#include <string.h>

#include "process.h"

/* On the wire. */
struct sent {
  struct pc_violation violation; /* its key's data means nothing */
  uint8_t key[PC_MAX_KEY_SIZE];
};

/* Of each kind as many as are handed on. */
#define MOST_VIOLATIONS ((PC_FAULT_COUNT + 1u) * PC_INVARIANT_COUNT * PC_MAX_SAME_VIOLATIONS)

void pc_parcel_free(struct pc_parcel *parcel) {
  pc_buffer_free(&parcel->violations);
  parcel->count = 0;
}

void pc_parcel_clear(struct pc_parcel *parcel) {
  parcel->violations.size = 0;
  parcel->count = 0;
}

enum pc_result pc_parcel_add(struct pc_parcel *parcel, const struct pc_violation *violation, struct pc_error *error) {
  struct sent sent = {.violation = *violation};
  if (violation->has_key) {
    size_t size = violation->key.size < sizeof sent.key ? violation->key.size : sizeof sent.key;
    memcpy(sent.key, violation->key.data, size);
    sent.violation.key = (struct pc_bytes){.size = size};
  }
  pc_buffer_append(&parcel->violations, &sent, sizeof sent);
  parcel->count++;
  return parcel->violations.failed ? pc_fail_memory(error) : PC_OK;
}

bool pc_parcel_send(const struct pc_parcel *parcel, int socket) {
  return pc_socket_write(socket, parcel->violations.data, parcel->violations.size);
}

static struct sent sent_at(const struct pc_parcel *parcel, uint32_t index) {
  struct sent sent;
  memcpy(&sent, parcel->violations.data + index * sizeof sent, sizeof sent);
  return sent;
}

/* Whether it is one that can be handed on. */
static bool is_sane(const struct sent *sent) {
  const struct pc_violation *violation = &sent->violation;
  const struct pc_cut_path *path = &violation->path;
  bool sane = (unsigned)violation->invariant < PC_INVARIANT_COUNT && (unsigned)violation->fault <= PC_FAULT_COUNT &&
              path->depth <= PC_MAX_DEPTH && violation->key.size <= sizeof sent->key &&
              memchr(violation->expected, '\0', sizeof violation->expected) != NULL &&
              memchr(violation->actual, '\0', sizeof violation->actual) != NULL;
  for (uint32_t i = 0; sane && i < path->depth; i++) {
    sane = (unsigned)path->cuts[i].fault < PC_FAULT_COUNT;
  }
  return sane;
}

enum pc_result pc_parcel_receive(struct pc_parcel *parcel, int socket, uint32_t count, bool *whole,
                                 struct pc_error *error) {
  struct sent sent;
  *whole = count <= MOST_VIOLATIONS;
  for (uint32_t i = 0; *whole && i < count; i++) {
    *whole = pc_socket_read(socket, &sent, sizeof sent) && is_sane(&sent);
    if (*whole) {
      pc_buffer_append(&parcel->violations, &sent, sizeof sent);
      parcel->count++;
    }
  }
  return parcel->violations.failed ? pc_fail_memory(error) : PC_OK;
}

enum pc_result pc_parcel_hand_on(const struct pc_parcel *parcel, struct pc_findings *findings, struct pc_error *error) {
  enum pc_result result = PC_OK;
  for (uint32_t i = 0; result == PC_OK && i < parcel->count; i++) {
    struct sent sent = sent_at(parcel, i);
    sent.violation.key.data = sent.key;
    result = pc_findings_hand_on(findings, &sent.violation, error);
  }
  return result;
}
