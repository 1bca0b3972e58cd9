#include "hexdump.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#define LINE 16u

static unsigned count_bits(unsigned byte) {
  unsigned count = 0;
  for (; byte != 0; byte &= byte - 1) {
    count++;
  }
  return count;
}

struct pc_change_count pc_change_count(const struct pc_flash_operation *operation, uint8_t flip) {
  struct pc_change_count count = {0};
  for (uint32_t i = 0; i < operation->size; i++) {
    unsigned before = operation->before[i] ^ flip, after = operation->after[i] ^ flip;
    count.bytes += before != after ? 1 : 0;
    count.cleared += count_bits(before & ~after);
    count.set += count_bits(after & ~before);
  }
  return count;
}

/* The bytes of an operation, before it or after it. */
struct side {
  char sign;
  const uint8_t *bytes;
  uint8_t flip;
};

/* One line of a side; what lies outside of the operation's range is left empty. */
static void print_line(FILE *stream, const struct pc_flash_operation *operation, struct side side, uint32_t line) {
  char text[LINE + 1] = {0};
  (void)fprintf(stream, "      %c 0x%06x ", side.sign, line);
  for (uint32_t i = 0; i < LINE; i++) {
    uint32_t offset = line + i - operation->address;
    if (line + i < operation->address || offset >= operation->size) {
      (void)fprintf(stream, "   ");
      text[i] = ' ';
    } else {
      uint8_t byte = side.bytes[offset] ^ side.flip;
      (void)fprintf(stream, " %02x", byte);
      text[i] = (char)(byte >= ' ' && byte <= '~' ? byte : '.');
    }
  }
  (void)fprintf(stream, "  |%s|\n", text);
}

/* Whether the part of the operation in the line that begins at address `line` changed. */
static bool line_differs(const struct pc_flash_operation *operation, uint32_t line) {
  uint32_t first = line > operation->address ? line - operation->address : 0;
  uint32_t end = line + LINE - operation->address;
  end = end < operation->size ? end : operation->size;
  return memcmp(operation->before + first, operation->after + first, end - first) != 0;
}

/* Whether the line, and the one above it, lie inside the operation and changed in the same way. */
static bool line_repeats(const struct pc_flash_operation *operation, uint32_t line) {
  uint32_t first = line - operation->address;
  if (line < LINE || line - LINE < operation->address || first + LINE > operation->size) {
    return false;
  }
  return memcmp(operation->before + first, operation->before + first - LINE, LINE) == 0 &&
         memcmp(operation->after + first, operation->after + first - LINE, LINE) == 0;
}

static void tell_alike(FILE *stream, uint32_t *alike) {
  if (*alike > 0) {
    (void)fprintf(stream, "      (and %u more line%s like that)\n", *alike, *alike == 1 ? "" : "s");
  }
  *alike = 0;
}

void pc_hexdump_change(FILE *stream, const struct pc_flash_operation *operation, uint8_t flip, uint32_t limit) {
  uint32_t more = 0, shown = 0, alike = 0;
  uint32_t end = operation->address + operation->size;
  for (uint32_t line = operation->address / LINE * LINE; line < end; line += LINE) {
    if (!line_differs(operation, line)) {
      continue;
    }
    if (limit != PC_ALL_LINES && more == 0 && line_repeats(operation, line)) {
      alike++;
      continue;
    }
    tell_alike(stream, &alike);
    if (shown == limit) {
      more++;
      continue;
    }
    shown++;
    print_line(stream, operation, (struct side){'-', operation->before, flip}, line);
    print_line(stream, operation, (struct side){'+', operation->after, flip}, line);
  }
  tell_alike(stream, &alike);
  if (more > 0) {
    (void)fprintf(stream, "      (%u more lines of 16 bytes changed; --all shows them)\n", more);
  }
}
