/* powercut devices: the device profiles. */
#include <stdio.h>

#include "arguments.h"
#include "output.h"
#include "powercut/config.h"
#include "powercut/file.h"
#include "table.h"

/* Times that a datasheet doesn't tell are null. */
static json_t *json_of_time(double microseconds) {
  return microseconds > 0 ? json_real(microseconds) : json_null();
}

/* Places are bytes; an end of null is the part's. */
static json_t *json_of_end(uint32_t end) {
  return end > 0 ? json_integer(end) : json_null();
}

static json_t *json_of_blocks(const struct pc_profile *profile) {
  json_t *blocks = json_array();
  int failed = 0;
  for (uint32_t i = 0; i < profile->erase_block_count; i++) {
    const struct pc_erase_block *block = &profile->erase_blocks[i];
    failed |= json_array_append_new(
        blocks, json_pack("{s:I, s:I, s:o, s:o, s:o}", "size", (json_int_t)block->size, "from", (json_int_t)block->from,
                          "end", json_of_end(block->end), "erase_typical_us", json_of_time(block->erase_typical_us),
                          "erase_maximum_us", json_of_time(block->erase_maximum_us)));
  }
  return pc_json_complete(blocks, failed);
}

static json_t *json_of_profile(const struct pc_profile *profile) {
  return json_pack(
      "{s:s, s:s, s:I, s:I, s:I, s:I, s:s, s:I, s:s, s:I, s:I, s:I, s:I, s:s, s:I, s:o, s:o, s:o, s:o, s:b, s:I, s:o, "
      "s:o, s:b, s:I}",
      "name", profile->name, "summary", profile->summary, "sector_size", (json_int_t)profile->sector_size,
      "program_unit", (json_int_t)profile->program_unit, "read_unit", (json_int_t)profile->read_unit, "page_size",
      (json_int_t)profile->page_size, "page_overflow", pc_page_overflow_name(profile->page_overflow),
      "programs_per_unit", (json_int_t)profile->programs_per_unit, "reprogram", pc_reprogram_name(profile->reprogram),
      "row_size", (json_int_t)profile->row_size, "programs_per_row", (json_int_t)profile->programs_per_row, "endurance",
      (json_int_t)profile->endurance, "ecc_word", (json_int_t)profile->ecc_word, "ecc_error",
      pc_ecc_error_name(profile->ecc_error), "collateral", (json_int_t)profile->collateral, "program_typical_us",
      json_of_time(profile->program_typical_us), "program_maximum_us", json_of_time(profile->program_maximum_us),
      "erase_typical_us", json_of_time(profile->erase_typical_us), "erase_maximum_us",
      json_of_time(profile->erase_maximum_us), "any_sector_size", profile->any_sector_size, "sector_from",
      (json_int_t)profile->sector_from, "sector_end", json_of_end(profile->sector_end), "erase_blocks",
      json_of_blocks(profile), "verifies", profile->verifies, "erased_value",
      (json_int_t)pc_profile_erased_value(profile));
}

static enum pc_result print_all_json(struct pc_error *error) {
  json_t *devices = json_array();
  int failed = 0;
  for (size_t i = 0; i < pc_profile_count(); i++) {
    struct pc_profile profile;
    enum pc_result err = pc_profile_at(i, &profile, error);
    if (err) {
      json_decref(devices);
      return err;
    }
    failed |= json_array_append_new(devices, json_of_profile(&profile));
  }
  return pc_output_json(pc_json_complete(json_pack("{s:o}", "devices", devices), failed), error);
}

static enum pc_result print_all_text(struct pc_error *error) {
  struct pc_table table = {.columns = 2};
  for (size_t i = 0; i < pc_profile_count(); i++) {
    struct pc_profile profile;
    enum pc_result err = pc_profile_at(i, &profile, error);
    if (err) {
      pc_buffer_free(&table.cells);
      return err;
    }
    pc_table_text(&table, profile.name);
    pc_table_text(&table, profile.summary);
  }
  return pc_table_print(&table, stdout, 0, error);
}

static void add_number(struct pc_table *table, const char *label, uint32_t number, const char *unit, const char *zero) {
  pc_table_cell(table, "%s", label);
  if (number == 0) {
    pc_table_cell(table, "%s", zero);
  } else {
    pc_buffer_count(&table->cells, number);
    pc_table_cell(table, "%s", unit);
  }
}

static void add_times(struct pc_table *table, const char *label, double typical, double maximum) {
  pc_table_cell(table, "%s", label);
  if (typical > 0 && maximum > 0) {
    pc_table_cell(table, "%g us typical, %g us at most", typical, maximum);
  } else if (typical > 0) {
    pc_table_cell(table, "%g us typical", typical);
  } else if (maximum > 0) {
    pc_table_cell(table, "%g us at most", maximum);
  } else {
    pc_table_cell(table, "not known");
  }
}

static void add_place(struct pc_table *table, uint32_t size, uint32_t from, uint32_t end) {
  if (from == 0 && end == 0) {
    return;
  }
  pc_table_cell(table, "erases of %u bytes", size);
  if (end == 0) {
    pc_table_cell(table, "only from byte %u on", from);
  } else {
    pc_table_cell(table, "only in bytes %u to %u", from, end - 1);
  }
}

static void add_erases(struct pc_table *table, const struct pc_profile *profile) {
  add_times(table, "erase (a sector)", profile->erase_typical_us, profile->erase_maximum_us);
  add_place(table, profile->sector_size, profile->sector_from, profile->sector_end);
  for (uint32_t i = 0; i < profile->erase_block_count; i++) {
    const struct pc_erase_block *block = &profile->erase_blocks[i];
    char label[32];
    (void)snprintf(label, sizeof label, "erase (%u bytes)", block->size);
    add_times(table, label, block->erase_typical_us, block->erase_maximum_us);
    add_place(table, block->size, block->from, block->end);
  }
}

static enum pc_result print_one_text(const struct pc_profile *profile, struct pc_error *error) {
  pc_output_text(stdout, profile->name);
  (void)fputs("  ", stdout);
  pc_output_text(stdout, profile->summary);
  (void)fputc('\n', stdout);
  struct pc_table table = {.columns = 2};
  add_number(&table, "sector size", profile->sector_size, " bytes", "");
  add_number(&table, "program unit", profile->program_unit, profile->program_unit == 1 ? " byte" : " bytes", "");
  add_number(&table, "read unit", profile->read_unit, profile->read_unit == 1 ? " byte" : " bytes", "");
  add_number(
      &table, "page", profile->page_size,
      profile->page_overflow == PC_PAGE_WRAP ? " bytes; programs wrap in it" : " bytes; programs may not cross it",
      "none");
  add_number(&table, "programs per unit", profile->programs_per_unit, " between erases",
             "as often as bits can be cleared");
  if (profile->reprogram != PC_REPROGRAM_ANY) {
    pc_table_text(&table, "reprogramming");
    pc_table_text(&table,
                  profile->reprogram == PC_REPROGRAM_ZEROS ? "only to zeros" : "only with what changes the unit");
  }
  if (profile->row_size > 0) {
    add_number(&table, "row", profile->row_size, " bytes", "");
    add_number(&table, "programs per row", profile->programs_per_row, " of units between erases", "");
  }
  if (profile->erases_to_zeros) {
    pc_table_text(&table, "erased value");
    pc_table_text(&table, "0x00: erases give zeros, programs set bits");
  }
  add_number(&table, "endurance", profile->endurance, " erases of a sector", "unlimited");
  if (profile->ecc_word > 0) {
    add_number(&table, "ECC word", profile->ecc_word,
               profile->ecc_error == PC_ECC_FAULT ? " bytes; one that can't be corrected faults when read"
                                                  : " bytes; one that can't be corrected is a read error",
               "");
  }
  if (profile->verifies) {
    pc_table_text(&table, "verifies");
    pc_table_text(&table, "answers an error where a stuck cell keeps it from what it should do");
  }
  add_number(&table, "collateral", profile->collateral, " bytes around a program that a cut may damage", "none known");
  add_times(&table, profile->page_size > 0 ? "program (a page)" : "program", profile->program_typical_us,
            profile->program_maximum_us);
  add_erases(&table, profile);
  return pc_table_print(&table, stdout, 2, error);
}

struct devices_arguments {
  bool json;
  const char *name; /* NULL: all */
  const char *sfdp; /* a dump to import, or NULL */
};

static error_t parse(int key, char *argument, struct argp_state *state) {
  struct devices_arguments *arguments = state->input;
  switch (key) {
    case 'j':
      arguments->json = true;
      return 0;
    case 'i':
      arguments->sfdp = argument;
      return 0;
    case ARGP_KEY_ARG:
      pc_argument_single(state, &arguments->name, argument);
      return 0;
    case ARGP_KEY_END:
      if (arguments->sfdp != NULL && (arguments->json || arguments->name != NULL)) {
        argp_error(state, "--import-sfdp prints a profile and goes with nothing else");
      }
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

static enum pc_result import_sfdp(const char *path, struct pc_error *error) {
  struct pc_buffer dump = {0}, text = {0};
  enum pc_result err = pc_file_read(path, PC_MAX_SFDP_SIZE, &dump, error);
  if (!err) {
    err = pc_sfdp_import(path, (struct pc_bytes){.data = dump.data, .size = dump.size}, &text, error);
  }
  pc_buffer_free(&dump);
  if (!err) {
    return pc_output_buffer(stdout, &text, error);
  }
  pc_buffer_free(&text);
  return err;
}

static enum pc_result print_one(const struct devices_arguments *arguments, struct pc_error *error) {
  struct pc_profile profile;
  enum pc_result err = pc_profile_find(arguments->name, NULL, &profile, error);
  if (err) {
    return err;
  }
  return arguments->json ? pc_output_json(json_of_profile(&profile), error) : print_one_text(&profile, error);
}

enum pc_exit pc_command_devices(int argc, char **argv) {
  static const struct argp_option options[] = {
      {.name = "json", .key = 'j', .doc = "print one JSON object"},
      {.name = "import-sfdp",
       .key = 'i',
       .arg = "FILE",
       .doc = "print a profile made from a dump of a part's SFDP (JESD216)"},
      {0},
  };
  const struct argp argp = {
      .options = options,
      .parser = parse,
      .args_doc = "[NAME]",
      .doc =
          "Lists the device profiles that are built in, or shows one by its name or file (a NAME with a slash or "
          "ending in .yaml).",
  };
  struct devices_arguments arguments = {0};
  (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
  struct pc_error error;
  enum pc_result err;
  if (arguments.sfdp != NULL) {
    err = import_sfdp(arguments.sfdp, &error);
  } else if (arguments.name != NULL) {
    err = print_one(&arguments, &error);
  } else {
    err = arguments.json ? print_all_json(&error) : print_all_text(&error);
  }
  return err ? pc_output_error(err, &error) : PC_EXIT_HELD;
}
