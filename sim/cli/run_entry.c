#include "run_entry.h"

#include <stdlib.h>

#include "output.h"

void pc_run_settings_text(const struct pc_override *settings, size_t count, struct pc_buffer *text) {
  pc_buffer_append(text, "", 0);
  for (size_t i = 0; i < count; i++) {
    pc_buffer_print(text, "%s%s=", i == 0 ? "" : " ", settings[i].path);
    pc_buffer_text(text, settings[i].value);
  }
}

enum pc_result pc_name_combination(const struct pc_override *settings, size_t count, enum pc_result err,
                                   struct pc_error *error) {
  if (err != PC_BAD_INPUT || count == 0) {
    return err;
  }
  struct pc_error cause = *error;
  struct pc_buffer text = {0};
  pc_run_settings_text(settings, count, &text);
  err =
      text.failed ? pc_fail_memory(error) : pc_fail(error, err, "%s (with %s)", cause.message, (const char *)text.data);
  pc_buffer_free(&text);
  return err;
}

static enum pc_result enter_with(const struct pc_run_entry *entry, const struct pc_run_setting *settings,
                                 struct pc_error *error) {
  struct pc_buffer device = {0}, store = {0};
  pc_subject_device(&entry->opened->subject, &device);
  pc_subject_store(&entry->opened->subject, &store);
  enum pc_result err = device.failed || store.failed ? pc_fail_memory(error) : PC_OK;
  if (!err) {
    struct pc_run_info info = {
        .scenario = entry->scenario->name,
        .device = (const char *)device.data,
        .store = (const char *)store.data,
        .seed = entry->scenario->plan.seed,
        .endurance = entry->scenario->profile.endurance,
        .group = entry->group,
        .version = PC_VERSION,
        .command = entry->command,
        .operations_per_day = entry->scenario->wear.operations_per_day,
        .memory_size = entry->opened->promises.memory_size,
        .settings = settings,
        .setting_count = entry->setting_count,
    };
    err = entry->enter(entry->context, &info, error);
  }
  pc_buffer_free(&store);
  pc_buffer_free(&device);
  return err;
}

enum pc_result pc_run_enter(const struct pc_run_entry *entry, struct pc_error *error) {
  struct pc_run_setting *settings = calloc(entry->setting_count + 1, sizeof *settings);
  if (settings == NULL) {
    return pc_fail_memory(error);
  }
  for (size_t i = 0; i < entry->setting_count; i++) {
    settings[i] = (struct pc_run_setting){.path = entry->settings[i].path, .value = entry->settings[i].value};
  }
  enum pc_result err = enter_with(entry, settings, error);
  free(settings);
  return err;
}
