/* powercut inspect: decodes a raw flash dump, and has norkv read a copy of it. */
#include "inspect.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "output.h"
#include "powercut/config.h"
#include "powercut/file.h"

#define MAX_IMAGE_SIZE (256u << 20)

enum { OPTION_SECTOR_SIZE = 0x100, OPTION_ALIGNMENT, OPTION_REDUNDANCY, OPTION_FORMAT, OPTION_JSON };

static const struct argp_option options[] = {
    {.name = "sector-size", .key = OPTION_SECTOR_SIZE, .arg = "N", .doc = "bytes of a sector; must be given"},
    {.name = "alignment", .key = OPTION_ALIGNMENT, .arg = "A", .doc = "write alignment in bytes (default 16)"},
    {.name = "redundancy", .key = OPTION_REDUNDANCY, .arg = "R", .doc = "copies of each entry (default 1)"},
    {.name = "format",
     .key = OPTION_FORMAT,
     .arg = "MAGIC:CHECKSUM",
     .doc =
         "an entry format, such as 0x600dbeef:crc16_ccitt; CHECKSUM is crc16_ccitt, crc32c or none. May be repeated: "
         "all are read (default: 0x600dbeef:crc16_ccitt and 0x6b76c32c:crc32c, which pw_kvs and norkv write)"},
    {.name = "json", .key = OPTION_JSON, .doc = "print one JSON object"},
    {0},
};

static const char doc[] =
    "Decodes a raw flash dump: every entry with its state, each sector, the live contents. Then starts norkv with "
    "immediate recovery on a copy and shows where it reads something else.\v"
    "Exit status: 0 norkv's start answers OK and it reads what the decoder does, 1 it does not, 2 bad usage or an "
    "image that does not fit, 3 the environment failed.";

struct arguments {
  const char *path;
  struct pc_image_layout layout;
  bool json;
};

static enum pc_checksum parse_checksum(const struct argp_state *state, const char *name) {
  const char *names[PC_CHECKSUM_COUNT];
  for (size_t i = 0; i < PC_CHECKSUM_COUNT; i++) {
    names[i] = pc_checksum_name((enum pc_checksum)i);
    if (strcmp(names[i], name) == 0) {
      return (enum pc_checksum)i;
    }
  }
  const char *nearest = pc_nearest(name, names, PC_CHECKSUM_COUNT);
  argp_error(state, "--format: there is no checksum '%s'; did you mean '%s'?", name,
             nearest != NULL ? nearest : pc_checksum_name(PC_CHECKSUM_CRC16_CCITT));
  return PC_CHECKSUM_NONE;
}

static void add_format(const struct argp_state *state, struct pc_image_layout *layout, const char *text) {
  const char *colon = strchr(text, ':');
  char magic_text[32] = "";
  if (colon != NULL && (size_t)(colon - text) < sizeof magic_text) {
    memcpy(magic_text, text, (size_t)(colon - text));
  }
  uint64_t magic = 0;
  if (colon == NULL || !pc_parse_number(magic_text, (struct pc_range){0, UINT32_MAX}, &magic)) {
    argp_error(state, "--format takes MAGIC:CHECKSUM, MAGIC a number of 32 bits, not '%s'", text);
    return;
  }
  if (layout->format_count == PC_MAX_FORMATS) {
    argp_error(state, "--format can be given %u times", PC_MAX_FORMATS);
    return;
  }
  layout->formats[layout->format_count++] =
      (struct pc_format){.magic = (uint32_t)magic, .checksum = parse_checksum(state, colon + 1)};
}

static void finish(const struct argp_state *state, struct arguments *arguments) {
  static const struct pc_format defaults[] = {{0x600DBEEFu, PC_CHECKSUM_CRC16_CCITT},
                                              {0x6B76C32Cu, PC_CHECKSUM_CRC32C}};
  if (arguments->path == NULL) {
    argp_error(state, "an IMAGE is missing");
  }
  if (arguments->layout.sector_size == 0) {
    argp_error(state, "--sector-size is missing");
  }
  if (arguments->layout.format_count == 0) {
    memcpy(arguments->layout.formats, defaults, sizeof defaults);
    arguments->layout.format_count = sizeof defaults / sizeof defaults[0];
  }
}

static error_t parse(int key, char *argument, struct argp_state *state) {
  struct arguments *arguments = state->input;
  struct pc_image_layout *layout = &arguments->layout;
  switch (key) {
    case OPTION_SECTOR_SIZE:
      layout->sector_size =
          (uint32_t)pc_argument_number(state, "--sector-size", argument, (struct pc_range){16, 16u << 20});
      return 0;
    case OPTION_ALIGNMENT:
      layout->alignment = (uint32_t)pc_argument_number(state, "--alignment", argument, (struct pc_range){1, 4096});
      return 0;
    case OPTION_REDUNDANCY:
      layout->redundancy = (uint32_t)pc_argument_number(state, "--redundancy", argument, (struct pc_range){1, 16});
      return 0;
    case OPTION_FORMAT:
      add_format(state, layout, argument);
      return 0;
    case OPTION_JSON:
      arguments->json = true;
      return 0;
    case ARGP_KEY_ARG:
      pc_argument_single(state, &arguments->path, argument);
      return 0;
    case ARGP_KEY_END:
      finish(state, arguments);
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

static enum pc_result load(struct pc_inspection *inspection, struct pc_error *error) {
  enum pc_result err = pc_file_read(inspection->path, MAX_IMAGE_SIZE, &inspection->image, error);
  if (err) {
    return err;
  }
  size_t size = inspection->image.size;
  struct pc_image_layout *layout = &inspection->layout;
  if (size == 0) {
    return pc_fail(error, PC_BAD_INPUT, "%s: the file is empty", inspection->path);
  }
  if (size % layout->sector_size != 0) {
    return pc_fail(error, PC_BAD_INPUT, "%s: its size, %zu bytes, is no multiple of the sector size, %u bytes",
                   inspection->path, size, layout->sector_size);
  }
  layout->sector_count = (uint32_t)(size / layout->sector_size);
  struct pc_error cause;
  err = pc_layout_check(layout, &cause);
  return err ? pc_fail(error, err, "%s: %s", inspection->path, cause.message) : PC_OK;
}

static enum pc_result inspect(struct pc_inspection *inspection, bool json, struct pc_error *error) {
  enum pc_result err = load(inspection, error);
  if (err) {
    return err;
  }
  struct pc_bytes image = {.data = inspection->image.data, .size = inspection->image.size};
  err = pc_decode(image, &inspection->layout, &inspection->decoded, error);
  if (!err) {
    err = pc_inspect_store(inspection, error);
  }
  if (!err) {
    err = json ? pc_inspect_print_json(inspection, error) : pc_inspect_print_text(inspection, error);
  }
  return err;
}

enum pc_exit pc_command_inspect(int argc, char **argv) {
  static const struct argp argp = {.options = options, .parser = parse, .args_doc = "IMAGE", .doc = doc};
  struct arguments arguments = {.layout = {.alignment = 16, .redundancy = 1}};
  (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);

  struct pc_inspection inspection = {.path = arguments.path, .layout = arguments.layout};
  struct pc_error error;
  enum pc_result err = inspect(&inspection, arguments.json, &error);
  bool agrees = inspection.reading.status == PC_STATUS_OK && inspection.reading.difference_count == 0;
  pc_buffer_free(&inspection.reading.differences);
  pc_decoded_free(&inspection.decoded);
  pc_buffer_free(&inspection.image);
  if (err) {
    return pc_output_error(err, &error);
  }
  return agrees ? PC_EXIT_HELD : PC_EXIT_VIOLATED;
}
