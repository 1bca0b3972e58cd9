/* redundant and well_formed: the raw image, read by the independent decoder, against the store. */
#include "checker.h"

static void check_live_entries(struct pc_checker *checker, uint32_t redundancy, struct pc_report *report) {
  const struct pc_decoded *decoded = &checker->decoded;
  for (uint32_t i = 0; i < decoded->live_count; i++) {
    const struct pc_live_entry *entry = &decoded->live[i];
    uint32_t key = pc_keys_find(&checker->keys, entry->key);
    if (key == PC_NO_KEY || !checker->resolved[key].live) {
      pc_report_fail(report, PC_WELL_FORMED, &entry->key, "no such key", "live on flash, with transaction ID %u",
                     entry->transaction_id);
      continue;
    }
    if (!pc_bytes_equal(entry->value, checker->resolved[key].value)) {
      char expected[PC_TEXT_SIZE], actual[PC_TEXT_SIZE];
      pc_report_fail(report, PC_WELL_FORMED, &entry->key, pc_describe_content(&checker->resolved[key], expected),
                     "%s on flash", pc_describe_answer(PC_STATUS_OK, entry->value, actual));
    }
    if (entry->copies < redundancy) {
      pc_report_fail(report, PC_REDUNDANT, &entry->key, "every copy that the redundancy asks for", "%u of %u copies",
                     entry->copies, redundancy);
    }
  }
  if (decoded->live_count < checker->resolved_live) {
    pc_report_fail(report, PC_WELL_FORMED, NULL, "each live key on flash", "%u of %u live keys on flash",
                   decoded->live_count, checker->resolved_live);
  }
}

/* A store may decline to append to a sector, but what it would append to must really be there and blank. */
static void check_free_space(struct pc_checker *checker, struct pc_report *report) {
  struct pc_target *target = checker->target;
  for (uint32_t sector = 0; sector < checker->decoded.sector_count; sector++) {
    struct pc_sector_report space;
    enum pc_status status = pc_target_sector_report(target, sector, &space);
    if (status != PC_STATUS_OK) {
      pc_report_fail(report, PC_WELL_FORMED, NULL, "the store tells of each sector", "%s for sector %u",
                     pc_status_text(status), sector);
    } else if (space.free_bytes != 0 && space.free_bytes != checker->decoded.sectors[sector].free_bytes) {
      pc_report_fail(report, PC_WELL_FORMED, NULL, "free space as it is on flash",
                     "sector %u: the store would append to %u bytes, %u are free", sector, space.free_bytes,
                     checker->decoded.sectors[sector].free_bytes);
    }
  }
}

bool pc_checker_sees_image(const struct pc_checker *checker) {
  const struct pc_target *target = checker->target;
  return target->promises.has_layout && pc_device_reads_raw(target->device) && !pc_checker_may_lose(checker);
}

/* Decodes the image, unless that was the last one that was decoded. */
enum pc_result pc_checker_decode(struct pc_checker *checker, struct pc_error *error) {
  const struct pc_target *target = checker->target;
  uint64_t state = checker->shares ? pc_device_hash(target->device) : 0;
  if (state != 0 && state == checker->decoded_state) {
    return PC_OK;
  }
  checker->decoded_state = 0;
  checker->torn_place = 0;
  enum pc_result result =
      pc_decode(pc_device_cells(target->device), &target->promises.layout, &checker->decoded, error);
  if (result == PC_OK) {
    checker->decoded_state = state;
  }
  return result;
}

/* How many copies each live key must have. */
static uint32_t copies_due(const struct pc_target *target, const struct pc_model *model, bool maintained) {
  const uint32_t promised = target->promises.redundancy;
  if (target->promises.repairs_later && !maintained) {
    return 0;
  }
  return model->copies > 0 && model->copies < promised ? model->copies : promised;
}

void pc_check_decoded(struct pc_checker *checker, const struct pc_model *model, bool maintained,
                      struct pc_report *report) {
  const struct pc_target *target = checker->target;
  const uint32_t redundancy = copies_due(target, model, maintained);
  report->checked[PC_WELL_FORMED] = true;
  report->checked[PC_REDUNDANT] = report->checked[PC_REDUNDANT] || redundancy > 0;
  check_live_entries(checker, redundancy, report);
  /* A store can't know of free space that changed behind its back. */
  if (target->store->sector_report != NULL && pc_device_damage(target->device).events == 0) {
    check_free_space(checker, report);
  }
}

enum pc_result pc_check_image(struct pc_checker *checker, const struct pc_model *model, bool maintained,
                              struct pc_report *report, struct pc_error *error) {
  if (!pc_checker_sees_image(checker)) {
    return PC_OK;
  }
  enum pc_result result = pc_checker_decode(checker, error);
  if (result == PC_OK) {
    pc_check_decoded(checker, model, maintained, report);
  }
  return result;
}
