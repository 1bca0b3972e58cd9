/*
 * device: {image: PATH}, or {image: | ...} with lines `ADDRESS: HEX`, and {image_hash: HEX}: what is on flash at the
 * beginning. Written into a repro, what is erased is left out.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "paths.h"
#include "powercut/file.h"
#include "scalar.h"
#include "scenario.h"

/* Programmed bytes of an image that is written into a repro, each as two digits. */
#define MOST_EMBEDDED ((size_t)256 << 10)
#define MOST_IMAGE ((size_t)256 << 20) /* bytes: no device is larger */
#define LINE_BYTES 32u                 /* of a line that is written */

static const char *const form = "lines of `ADDRESS: HEX`";

enum pc_result pc_bind_image(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  (void)target;
  return pc_bind_scalar(binding, node, "the path of a raw image, or a block of its lines, begun by '|'") != NULL
             ? PC_OK
             : PC_BAD_INPUT;
}

/* A line of an image's block. */
struct line {
  const struct pc_binding *binding;
  int number;
  const char *text;
  size_t size;
  struct pc_scenario *scenario;
};

static enum pc_result fail_line(const struct line *line, const char *what) {
  return pc_fail(line->binding->error, PC_BAD_INPUT, "%s:%d: %s, in the lines of device.image",
                 line->binding->document->name, line->number, what);
}

/* Puts the line's bytes into the image. */
static enum pc_result take_line(const struct line *line) {
  const char *colon = memchr(line->text, ':', line->size);
  uint64_t address = 0;
  char *end = NULL;
  if (colon == NULL || line->size < 3 || memcmp(line->text, "0x", 2) != 0 || pc_hex_value((uint8_t)line->text[2]) < 0) {
    return fail_line(line, "the line must be '0xADDRESS: HEX'");
  }
  address = strtoull(line->text, &end, 16);
  const char *digits = colon + 1 + strspn(colon + 1, " ");
  size_t count = (size_t)(line->text + line->size - digits);
  if (end != colon || count % 2 != 0) {
    return fail_line(line, end != colon ? "the line must be '0xADDRESS: HEX'" : "an odd number of hex digits");
  }
  if (address > line->scenario->image_size || count / 2 > line->scenario->image_size - address) {
    return fail_line(line, "an address behind the end of the device");
  }
  for (size_t i = 0; i < count; i += 2) {
    int high = pc_hex_value((uint8_t)digits[i]), low = pc_hex_value((uint8_t)digits[i + 1]);
    if (high < 0 || low < 0) {
      return fail_line(line, "what is no hex digit");
    }
    line->scenario->image[address + i / 2] = (uint8_t)(high << 4 | low);
  }
  return PC_OK;
}

static enum pc_result take_block(const struct pc_binding *binding, const struct pc_node *node,
                                 struct pc_scenario *scenario) {
  struct line line = {.binding = binding, .number = node->line + 1, .text = node->text, .scenario = scenario};
  enum pc_result result = PC_OK;
  for (const char *at = node->text; result == PC_OK && *at != '\0'; line.number++) {
    line.text = at;
    line.size = strcspn(at, "\n");
    at += line.size + (at[line.size] == '\n');
    if (line.size > 0) {
      result = take_line(&line);
    }
  }
  return result;
}

static enum pc_result take_file(const struct pc_binding *binding, const struct pc_node *node,
                                struct pc_reading *reading) {
  struct pc_scenario *scenario = &reading->repro.scenario;
  struct pc_buffer content = {0};
  struct pc_error cause;
  scenario->image_path = pc_path_join(reading->folder, node->text);
  if (scenario->image_path == NULL) {
    return pc_fail_memory(binding->error);
  }
  enum pc_result result = pc_file_read(scenario->image_path, MOST_IMAGE, &content, &cause);
  if (result == PC_OK && content.size != scenario->image_size) {
    result = pc_fail(&cause, PC_BAD_INPUT, "%s has %zu bytes, but %u sectors of %u bytes are %zu", scenario->image_path,
                     content.size, scenario->sectors, scenario->profile.sector_size, scenario->image_size);
  }
  if (result == PC_OK) {
    memcpy(scenario->image, content.data, content.size);
  }
  pc_buffer_free(&content);
  return pc_bind_cause(binding, node, result, &cause);
}

struct image_hash {
  char text[2 * sizeof(XXH128_hash_t) + 1];
};

static struct image_hash hash_of(const struct pc_scenario *scenario) {
  struct image_hash hash;
  XXH128_hash_t value = XXH3_128bits(scenario->image, scenario->image_size);
  (void)snprintf(hash.text, sizeof hash.text, "%016" PRIx64 "%016" PRIx64, (uint64_t)value.high64,
                 (uint64_t)value.low64);
  return hash;
}

static enum pc_result check_hash(const struct pc_binding *binding, const struct pc_node *node,
                                 const struct pc_scenario *scenario) {
  const struct image_hash hash = hash_of(scenario);
  const char *text = pc_bind_scalar(binding, node, "a hash of the image");
  if (text == NULL) {
    return PC_BAD_INPUT;
  }
  return strcmp(text, hash.text) == 0 ? PC_OK
                                      : pc_node_fail(binding->document, node, binding->error,
                                                     "device.image is another one than it was: its hash is %s, not %s",
                                                     hash.text, pc_excerpt(text).text);
}

enum pc_result pc_make_image(const struct pc_binding *binding, struct pc_reading *reading) {
  struct pc_scenario *scenario = &reading->repro.scenario;
  const struct pc_node *node = pc_node_child(reading->device, "image");
  const struct pc_node *hash = pc_node_child(reading->device, "image_hash");
  if (node == NULL) {
    return hash == NULL ? PC_OK
                        : pc_node_fail(binding->document, hash, binding->error,
                                       "device.image_hash is there without a device.image");
  }
  if (reading->streamed) {
    return pc_node_fail(binding->document, node, binding->error,
                        "device.image: a comparison begins on blank flash; `powercut run` begins with an image");
  }
  scenario->image_size = (size_t)scenario->sectors * scenario->profile.sector_size;
  scenario->image = malloc(scenario->image_size);
  if (scenario->image == NULL) {
    return pc_fail_memory(binding->error);
  }
  memset(scenario->image, PC_ERASED, scenario->image_size);
  enum pc_result result = node->literal ? take_block(binding, node, scenario) : take_file(binding, node, reading);
  return result == PC_OK && hash != NULL ? check_hash(binding, hash, scenario) : result;
}

static size_t programmed(const uint8_t *bytes, size_t size) {
  size_t count = 0;
  for (size_t i = 0; i < size; i++) {
    count += bytes[i] != PC_ERASED;
  }
  return count;
}

static void write_reference(struct pc_buffer *text, const struct pc_scenario *scenario) {
  char *path = pc_path_absolute(scenario->image_path);
  text->failed = text->failed || path == NULL;
  pc_buffer_print(text, "  image: ");
  pc_write_quoted(text, path != NULL ? path : "");
  pc_buffer_print(text, "\n  image_hash: \"%s\"\n", hash_of(scenario).text);
  free(path);
}

void pc_write_image(struct pc_buffer *text, const struct pc_scenario *scenario) {
  size_t count = programmed(scenario->image, scenario->image_size);
  if (scenario->image == NULL) {
    return;
  }
  if (count > MOST_EMBEDDED && scenario->image_path != NULL) {
    write_reference(text, scenario);
    return;
  }
  pc_buffer_print(text, "  image: | # %s; the rest is erased\n    0x00000000:\n", form);
  for (size_t at = 0; at < scenario->image_size; at += LINE_BYTES) {
    const size_t left = scenario->image_size - at;
    const struct pc_bytes line = {.data = scenario->image + at, .size = left < LINE_BYTES ? left : LINE_BYTES};
    if (programmed(line.data, line.size) > 0) {
      pc_buffer_print(text, "    0x%08zx: ", at);
      pc_buffer_hex(text, line);
      pc_buffer_append(text, "\n", 1);
    }
  }
}
