/* Byte strings, and a growable buffer that texts and byte strings are built in. */
#ifndef POWERCUT_BYTES_H
#define POWERCUT_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A view; who owns the bytes is said where it is used. data may be NULL when size is 0. */
struct pc_bytes {
  const uint8_t *data;
  size_t size;
};

bool pc_bytes_equal(struct pc_bytes a, struct pc_bytes b);

/* Zero it to begin; free it with pc_buffer_free. Once an allocation fails, `failed` stays set, later appends do
   nothing, and the content is what was complete before: check it once, at the end. */
struct pc_buffer {
  uint8_t *data; /* always followed by a zero byte once anything was appended */
  size_t size, capacity;
  bool failed;
};

void pc_buffer_append(struct pc_buffer *buffer, const void *data, size_t size);
__attribute__((format(printf, 2, 3))) void pc_buffer_print(struct pc_buffer *buffer, const char *format, ...);
/* Appends lower-case hex digits, two a byte. */
void pc_buffer_hex(struct pc_buffer *buffer, struct pc_bytes bytes);
/* The value of a hex digit, or -1. */
int pc_hex_value(uint8_t byte);
void pc_buffer_free(struct pc_buffer *buffer);

/* A key as a trace writes it: as text if it is printable ASCII without spaces, '#' and a leading "hex:" and not just
   "-", else "hex:..". */
void pc_buffer_key(struct pc_buffer *buffer, struct pc_bytes key);

#endif
