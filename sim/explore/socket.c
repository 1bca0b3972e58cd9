#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "process.h"

bool pc_socket_read(int socket, void *data, size_t size) {
  uint8_t *bytes = data;
  while (size > 0) {
    ssize_t part = read(socket, bytes, size);
    if (part < 0 && errno == EINTR) {
      continue;
    }
    if (part <= 0) {
      return false;
    }
    bytes += part;
    size -= (size_t)part;
  }
  return true;
}

/* MSG_NOSIGNAL: a peer that is gone is an answer, not a signal. */
bool pc_socket_write(int socket, const void *data, size_t size) {
  const uint8_t *bytes = data;
  while (size > 0) {
    ssize_t part = send(socket, bytes, size, MSG_NOSIGNAL);
    if (part < 0 && errno == EINTR) {
      continue;
    }
    if (part <= 0) {
      return false;
    }
    bytes += part;
    size -= (size_t)part;
  }
  return true;
}

bool pc_outcome_is_sane(const struct pc_outcome *outcome) {
  return outcome->magic == PC_OUTCOME_MAGIC && (unsigned)outcome->result <= PC_ENVIRONMENT &&
         memchr(outcome->error.message, '\0', sizeof outcome->error.message) != NULL;
}
