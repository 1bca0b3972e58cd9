/* An inspected image as tables. */
#include <string.h>

#include "inspect.h"
#include "output.h"
#include "table.h"

#define SHOWN_BYTES 16u

static void print_heading(const struct pc_inspection *inspection) {
  const struct pc_image_layout *layout = &inspection->layout;
  pc_output_text(stdout, inspection->path);
  (void)printf(": %u sectors of %u bytes, alignment %u, redundancy %u, formats", layout->sector_count,
               layout->sector_size, layout->alignment, layout->redundancy);
  for (uint32_t i = 0; i < layout->format_count; i++) {
    (void)printf(" 0x%08x:%s", layout->formats[i].magic, pc_checksum_name(layout->formats[i].checksum));
  }
  (void)printf("\n\nEntries by address:\n");
}

static void add_entry(struct pc_table *table, const struct pc_entry *entry, uint32_t sector_size) {
  pc_table_cell(table, "0x%06x", entry->address);
  pc_table_cell(table, "%u", entry->address / sector_size);
  pc_table_cell(table, "%s", pc_entry_state_text(entry->state));
  pc_table_cell(table, "%u", entry->size);
  if (entry->state == PC_ENTRY_DAMAGED) {
    for (int i = 0; i < 4; i++) {
      pc_table_end_cell(table);
    }
    return;
  }
  pc_table_cell(table, "0x%08x", entry->magic);
  pc_table_cell(table, "%u", entry->transaction_id);
  pc_buffer_key(&table->cells, entry->key);
  pc_table_end_cell(table);
  if (entry->state != PC_ENTRY_TOMBSTONE) {
    pc_buffer_value(&table->cells, entry->value, SHOWN_BYTES);
  }
  pc_table_end_cell(table);
}

static enum pc_result print_entries(const struct pc_inspection *inspection, struct pc_error *error) {
  struct pc_table table = {.columns = 8, .right = 1u << 1 | 1u << 3 | 1u << 5};
  static const char *const headings[] = {"address", "sector", "state", "size", "magic", "transaction", "key", "value"};
  for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++) {
    pc_table_cell(&table, "%s", headings[i]);
  }
  for (uint32_t i = 0; i < inspection->decoded.entry_count; i++) {
    add_entry(&table, &inspection->decoded.entries[i], inspection->layout.sector_size);
  }
  return pc_table_print(&table, stdout, 2, error);
}

static enum pc_result print_sectors(const struct pc_inspection *inspection, struct pc_error *error) {
  struct pc_table table = {.columns = 5, .right = 1u << 0 | 1u << 1 | 1u << 2 | 1u << 3};
  static const char *const headings[] = {"sector", "used bytes", "free bytes", "damaged", ""};
  for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++) {
    pc_table_cell(&table, "%s", headings[i]);
  }
  for (uint32_t i = 0; i < inspection->decoded.sector_count; i++) {
    const struct pc_decoded_sector *sector = &inspection->decoded.sectors[i];
    pc_table_cell(&table, "%u", i);
    pc_table_cell(&table, "%u", sector->used_bytes);
    pc_table_cell(&table, "%u", sector->free_bytes);
    pc_table_cell(&table, "%u", sector->damaged);
    pc_table_cell(&table, "%s", sector->blank_gap ? "programmed behind a blank header" : "");
  }
  (void)printf("\nSectors:\n");
  return pc_table_print(&table, stdout, 2, error);
}

static enum pc_result print_live(const struct pc_inspection *inspection, struct pc_error *error) {
  struct pc_table table = {.columns = 4, .right = 1u << 1 | 1u << 2};
  static const char *const headings[] = {"key", "transaction", "copies", "value"};
  for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++) {
    pc_table_cell(&table, "%s", headings[i]);
  }
  for (uint32_t i = 0; i < inspection->decoded.live_count; i++) {
    const struct pc_live_entry *live = &inspection->decoded.live[i];
    pc_buffer_key(&table.cells, live->key);
    pc_table_end_cell(&table);
    pc_table_cell(&table, "%u", live->transaction_id);
    pc_table_cell(&table, "%u", live->copies);
    pc_buffer_value(&table.cells, live->value, SHOWN_BYTES);
    pc_table_end_cell(&table);
  }
  (void)printf("\nLive keys (%u):\n", inspection->decoded.live_count);
  return pc_table_print(&table, stdout, 2, error);
}

static void print_status(const struct pc_inspection *inspection) {
  const struct pc_decoded *decoded = &inspection->decoded;
  const struct pc_store_reading *reading = &inspection->reading;
  (void)printf("\nDamaged stretches: %u. Missing copies: %u. A start without repair has to answer %s.\n",
               decoded->damaged, decoded->missing_copies, pc_status_text(pc_inspect_unrepaired(inspection)));
  if (reading->refusal.message[0] != '\0') {
    (void)printf("Not started: %s\n", reading->refusal.message);
    return;
  }
  (void)printf("norkv's start with immediate recovery answers %s", pc_status_text(reading->status));
  if (reading->status != PC_STATUS_OK && reading->status != PC_STATUS_DATA_LOSS) {
    (void)printf(".\n");
  } else if (reading->difference_count == 0) {
    (void)printf(" and reads the live contents as listed.\n");
  } else {
    (void)printf(" and reads something else (%u differences):\n", reading->difference_count);
  }
  const char *line = (const char *)reading->differences.data;
  for (uint32_t i = 0; i < reading->difference_count; i++) {
    (void)printf("  %s\n", line);
    line += strlen(line) + 1;
  }
}

enum pc_result pc_inspect_print_text(const struct pc_inspection *inspection, struct pc_error *error) {
  print_heading(inspection);
  enum pc_result err = print_entries(inspection, error);
  if (!err) {
    err = print_sectors(inspection, error);
  }
  if (!err) {
    err = print_live(inspection, error);
  }
  if (!err) {
    print_status(inspection);
  }
  return err;
}
