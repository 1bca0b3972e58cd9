#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "powercut/model.h"

void pc_report_clear(struct pc_report *report) {
  memset(report->checked, 0, sizeof report->checked);
  memset(report->failed, 0, sizeof report->failed);
  report->shared = false;
}

static void keep_key(struct pc_report *report, enum pc_invariant invariant, const struct pc_bytes *key) {
  size_t size = key->size < PC_MAX_KEY_SIZE ? key->size : PC_MAX_KEY_SIZE;
  if (size > 0) {
    memcpy(report->keys[invariant], key->data, size);
  }
  report->violations[invariant].key = (struct pc_bytes){.data = report->keys[invariant], .size = size};
}

void pc_report_fail(struct pc_report *report, enum pc_invariant invariant, const struct pc_bytes *key,
                    const char *expected, const char *actual, ...) {
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
  va_list arguments;
  va_start(arguments, actual);
  (void)vsnprintf(violation->actual, sizeof violation->actual, actual, arguments);
  va_end(arguments);
}

bool pc_report_failed(const struct pc_report *report) {
  for (enum pc_invariant invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
    if (report->failed[invariant]) {
      return true;
    }
  }
  return false;
}
