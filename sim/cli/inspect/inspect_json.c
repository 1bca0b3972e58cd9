/* An inspected image as one JSON object. `status` and `entries` come first: users script against those. */
#include <string.h>

#include "inspect.h"
#include "output.h"

static json_t *json_of_live(const struct pc_decoded *decoded) {
  json_t *entries = json_array();
  int failed = 0;
  for (uint32_t i = 0; i < decoded->live_count; i++) {
    const struct pc_live_entry *live = &decoded->live[i];
    failed |= json_array_append_new(
        entries,
        json_pack("{s:o, s:o, s:o, s:o}", "key", pc_json_hex(live->key), "value", pc_json_hex(live->value),
                  "transaction_id", pc_json_count(live->transaction_id), "copies", pc_json_count(live->copies)));
  }
  return pc_json_complete(entries, failed);
}

static json_t *json_of_sectors(const struct pc_decoded *decoded) {
  json_t *sectors = json_array();
  int failed = 0;
  for (uint32_t i = 0; i < decoded->sector_count; i++) {
    const struct pc_decoded_sector *sector = &decoded->sectors[i];
    failed |= json_array_append_new(
        sectors, json_pack("{s:o, s:o, s:o, s:b, s:o}", "sector", pc_json_count(i), "used_bytes",
                           pc_json_count(sector->used_bytes), "free_bytes", pc_json_count(sector->free_bytes),
                           "blank_gap", (int)sector->blank_gap, "damaged", pc_json_count(sector->damaged)));
  }
  return pc_json_complete(sectors, failed);
}

static json_t *json_of_entry(const struct pc_entry *entry) {
  json_t *object = json_pack("{s:s, s:o, s:o}", "state", pc_entry_state_text(entry->state), "address",
                             pc_json_count(entry->address), "size", pc_json_count(entry->size));
  if (object == NULL || entry->state == PC_ENTRY_DAMAGED) {
    return object;
  }
  int failed = json_object_set_new(object, "magic", json_sprintf("0x%08x", entry->magic));
  failed |= json_object_set_new(object, "transaction_id", pc_json_count(entry->transaction_id));
  failed |= json_object_set_new(object, "key", pc_json_hex(entry->key));
  failed |= json_object_set_new(object, "value", pc_json_hex(entry->value));
  return pc_json_complete(object, failed);
}

static json_t *json_of_entries(const struct pc_decoded *decoded) {
  json_t *entries = json_array();
  int failed = 0;
  for (uint32_t i = 0; i < decoded->entry_count; i++) {
    failed |= json_array_append_new(entries, json_of_entry(&decoded->entries[i]));
  }
  return pc_json_complete(entries, failed);
}

static json_t *json_of_differences(const struct pc_store_reading *reading) {
  json_t *differences = json_array();
  int failed = 0;
  const char *line = (const char *)reading->differences.data;
  for (uint32_t i = 0; i < reading->difference_count; i++) {
    failed |= json_array_append_new(differences, json_string(line));
    line += strlen(line) + 1;
  }
  return pc_json_complete(differences, failed);
}

enum pc_result pc_inspect_print_json(const struct pc_inspection *inspection, struct pc_error *error) {
  const struct pc_decoded *decoded = &inspection->decoded;
  json_t *object = json_pack(
      "{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "status", pc_status_text(inspection->reading.status), "entries",
      json_of_live(decoded), "status_without_repair", pc_status_text(pc_inspect_unrepaired(inspection)), "damaged",
      pc_json_count(decoded->damaged), "missing_copies", pc_json_count(decoded->missing_copies), "refusal",
      pc_json_text(inspection->reading.refusal.message), "differences", json_of_differences(&inspection->reading),
      "sectors", json_of_sectors(decoded), "all", json_of_entries(decoded));
  return pc_output_json(object, error);
}
