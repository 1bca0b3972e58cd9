#include "scalar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Decodes the UTF-8 character at `bytes` (which a NUL ends). Returns its length, or 0 where there is none. */
static size_t decode_utf8(const unsigned char *bytes, uint32_t *code) {
  static const struct {
    unsigned char mask, lead;
    uint32_t least; /* smaller ones have a shorter form, which is the valid one */
  } forms[] = {{0x80, 0x00, 0}, {0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}};
  size_t extra = 0;
  while (extra < 4 && (bytes[0] & forms[extra].mask) != forms[extra].lead) {
    extra++;
  }
  if (extra == 4) {
    return 0;
  }
  *code = bytes[0] & (unsigned char)~forms[extra].mask;
  for (size_t i = 1; i <= extra; i++) {
    if ((bytes[i] & 0xC0u) != 0x80) {
      return 0;
    }
    *code = *code << 6 | (bytes[i] & 0x3Fu);
  }
  if (*code < forms[extra].least || *code > 0x10FFFF || (*code >= 0xD800 && *code <= 0xDFFF)) {
    return 0;
  }
  return extra + 1;
}

static void write_character(struct pc_buffer *buffer, uint32_t code) {
  char letter = (char)code;
  if (code == '"' || code == '\\') {
    pc_buffer_print(buffer, "\\%c", letter);
  } else if (code >= ' ' && code <= '~') {
    pc_buffer_append(buffer, &letter, 1);
  } else if (code <= 0xFF) {
    pc_buffer_print(buffer, "\\x%02X", (unsigned)code);
  } else if (code <= 0xFFFF) {
    pc_buffer_print(buffer, "\\u%04X", (unsigned)code);
  } else {
    pc_buffer_print(buffer, "\\U%08X", (unsigned)code);
  }
}

void pc_write_quoted(struct pc_buffer *buffer, const char *text) {
  pc_buffer_append(buffer, "\"", 1);
  const unsigned char *at = (const unsigned char *)text;
  while (*at != '\0') {
    uint32_t code = 0;
    size_t size = decode_utf8(at, &code);
    write_character(buffer, size > 0 ? code : 0xFFFD);
    at += size > 0 ? size : 1;
  }
  pc_buffer_append(buffer, "\"", 1);
}

void pc_write_double(struct pc_buffer *buffer, double number) {
  char text[40];
  for (int digits = 15; digits <= 17; digits++) {
    (void)snprintf(text, sizeof text, "%.*g", digits, number);
    double back = strtod(text, NULL);
    if (back >= number && back <= number) {
      break;
    }
  }
  pc_buffer_append(buffer, text, strlen(text));
}
