#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "powercut/model.h"

void pc_report_clear(struct pc_report *report) {
  memset(report->checked, 0, sizeof report->checked);
  memset(report->failed, 0, sizeof report->failed);
  report->shared = false;
  report->cut_again = false;
  memset(report->silent, 0, sizeof report->silent);
}

static void keep_key(struct pc_report *report, enum pc_invariant invariant, const struct pc_bytes *key) {
  size_t size = key->size < PC_MAX_KEY_SIZE ? key->size : PC_MAX_KEY_SIZE;
  if (size > 0) {
    memcpy(report->keys[invariant], key->data, size);
  }
  report->violations[invariant].key = (struct pc_bytes){.data = report->keys[invariant], .size = size};
}

__attribute__((format(printf, 5, 0))) static void fail(struct pc_report *report, enum pc_invariant invariant,
                                                       const struct pc_bytes *key, const char *expected,
                                                       const char *actual, va_list arguments) {
  report->checked[invariant] = true;
  if (report->failed[invariant]) {
    return;
  }
  report->failed[invariant] = true;
  struct pc_violation *violation = &report->violations[invariant];
  *violation = (struct pc_violation){.invariant = invariant, .has_key = key != NULL};
  if (key != NULL) {
    keep_key(report, invariant, key);
  }
  (void)snprintf(violation->expected, sizeof violation->expected, "%s", expected);
  (void)vsnprintf(violation->actual, sizeof violation->actual, actual, arguments);
}

void pc_report_fail(struct pc_report *report, enum pc_invariant invariant, const struct pc_bytes *key,
                    const char *expected, const char *actual, ...) {
  report->silent[invariant] = true;
  va_list arguments;
  va_start(arguments, actual);
  fail(report, invariant, key, expected, actual, arguments);
  va_end(arguments);
}

void pc_report_answer(struct pc_report *report, enum pc_invariant invariant, const struct pc_bytes *key,
                      const char *expected, enum pc_status status, const char *actual, ...) {
  report->silent[invariant] |= status == PC_STATUS_OK || status == PC_STATUS_NOT_FOUND;
  va_list arguments;
  va_start(arguments, actual);
  fail(report, invariant, key, expected, actual, arguments);
  va_end(arguments);
}

void pc_report_note(struct pc_report *report, enum pc_invariant invariant, const char *note, ...) {
  struct pc_violation *violation = &report->violations[invariant];
  size_t length = strlen(violation->actual);
  va_list arguments;
  va_start(arguments, note);
  (void)vsnprintf(violation->actual + length, sizeof violation->actual - length, note, arguments);
  va_end(arguments);
}

enum pc_fault pc_report_fault(const struct pc_report *report, const struct pc_cut_path *path) {
  return report->cut_again ? report->cut_by : pc_cut_path_fault(path);
}

static bool any(const bool *of) {
  for (enum pc_invariant invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
    if (of[invariant]) {
      return true;
    }
  }
  return false;
}

bool pc_report_failed(const struct pc_report *report) {
  return any(report->failed);
}

bool pc_report_silent(const struct pc_report *report) {
  return any(report->silent);
}
