#include "powercut/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool pc_bytes_equal(struct pc_bytes a, struct pc_bytes b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Makes room for `size` more bytes and the zero byte behind them. */
static bool reserve(struct pc_buffer *buffer, size_t size) {
  if (buffer->failed || size > SIZE_MAX / 4 - buffer->size) {
    buffer->failed = true;
    return false;
  }
  size_t needed = buffer->size + size + 1;
  if (needed <= buffer->capacity) {
    return true;
  }
  size_t capacity = needed < 128 ? 128 : needed * 2;
  uint8_t *data = realloc(buffer->data, capacity);
  if (data == NULL) {
    buffer->failed = true;
    return false;
  }
  buffer->data = data;
  buffer->capacity = capacity;
  return true;
}

void pc_buffer_append(struct pc_buffer *buffer, const void *data, size_t size) {
  if (!reserve(buffer, size)) {
    return;
  }
  if (size > 0) {
    memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
  }
  buffer->data[buffer->size] = 0;
}

void pc_buffer_print(struct pc_buffer *buffer, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  va_list measured;
  va_copy(measured, arguments);
  int size = vsnprintf(NULL, 0, format, measured);
  va_end(measured);
  if (size < 0) {
    buffer->failed = true;
  } else if (reserve(buffer, (size_t)size)) {
    (void)vsnprintf((char *)buffer->data + buffer->size, (size_t)size + 1, format, arguments);
    buffer->size += (size_t)size;
  }
  va_end(arguments);
}

void pc_buffer_hex(struct pc_buffer *buffer, struct pc_bytes bytes) {
  static const char digits[] = "0123456789abcdef";
  if (bytes.size > SIZE_MAX / 2 || !reserve(buffer, bytes.size * 2)) {
    buffer->failed = true;
    return;
  }
  for (size_t i = 0; i < bytes.size; i++) {
    buffer->data[buffer->size++] = (uint8_t)digits[bytes.data[i] >> 4];
    buffer->data[buffer->size++] = (uint8_t)digits[bytes.data[i] & 0xFu];
  }
  buffer->data[buffer->size] = 0;
}

int pc_hex_value(uint8_t byte) {
  if (byte >= '0' && byte <= '9') {
    return byte - '0';
  }
  if (byte >= 'a' && byte <= 'f') {
    return byte - 'a' + 10;
  }
  return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

void pc_buffer_free(struct pc_buffer *buffer) {
  free(buffer->data);
  *buffer = (struct pc_buffer){0};
}

/* Whether a trace can hold this key as it is. */
static bool is_plain(struct pc_bytes key) {
  if (key.size == 0 || (key.size == 1 && key.data[0] == '-')) {
    return false;
  }
  if (key.size >= 4 && memcmp(key.data, "hex:", 4) == 0) {
    return false;
  }
  for (size_t i = 0; i < key.size; i++) {
    if (key.data[i] <= ' ' || key.data[i] > '~' || key.data[i] == '#') {
      return false;
    }
  }
  return true;
}

void pc_buffer_key(struct pc_buffer *buffer, struct pc_bytes key) {
  if (is_plain(key)) {
    pc_buffer_append(buffer, key.data, key.size);
  } else {
    pc_buffer_append(buffer, "hex:", 4);
    pc_buffer_hex(buffer, key);
  }
}
