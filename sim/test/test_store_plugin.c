/* Stores in shared libraries: those that load, and why others don't. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "powercut/stores.h"

#define PLUGIN(name) PC_TEST_PLUGIN_DIR "/" name ".so"

Test(store_plugin, loads_a_store) {
  struct pc_plugin *plugin;
  const struct pc_store *store;
  struct pc_error error = {{0}};
  cr_assert_eq(pc_plugin_open(&plugin, PLUGIN("sound"), &store, &error), PC_OK, "%s", error.message);
  cr_expect_str_eq(store->name, "spoilt");
  cr_expect_eq(store->api, PC_STORE_API);
  pc_plugin_close(plugin);
  pc_plugin_close(NULL);
}

/* Not from where the system has its libraries. */
Test(store_plugin, loads_a_file_that_is_named_without_its_folder_from_here) {
  struct pc_plugin *plugin;
  const struct pc_store *store;
  struct pc_error error = {{0}};
  cr_assert_eq(chdir(PC_TEST_PLUGIN_DIR), 0);
  cr_assert_eq(pc_plugin_open(&plugin, "sound.so", &store, &error), PC_OK, "%s", error.message);
  pc_plugin_close(plugin);
  cr_expect_eq(pc_plugin_open(&plugin, "libc.so.6", &store, &error), PC_BAD_INPUT);
  cr_expect_not_null(strstr(error.message, "can't load the store: ./libc.so.6: "), "%s", error.message);
}

Test(store_plugin, says_why_a_library_is_not_a_store) {
  static const struct {
    const char *path, *message;
  } cases[] = {
      {PLUGIN("no_such"), "can't load the store: " PLUGIN("no_such") ": cannot open shared object file: No such file"},
      {PC_SOURCE_DIR "/CMakeLists.txt", "can't load the store: " PC_SOURCE_DIR "/CMakeLists.txt: "},
      {PC_SOURCE_DIR, "can't load the store: " PC_SOURCE_DIR ": "},
      {PLUGIN("constructor_crashes"), PLUGIN("constructor_crashes") ": loading it brings its process down: Aborted"},
      {PLUGIN("constructor_exits"), PLUGIN("constructor_exits") ": loading it ends its process with status "},
      {PLUGIN("no_symbol"), PLUGIN("no_symbol") ": does not export powercut_store"},
      {PLUGIN("other_api"), PLUGIN("other_api") ": built for version "},
      {PLUGIN("lacks_name"), PLUGIN("lacks_name") ": the store lacks name and summary"},
      {PLUGIN("lacks_parameters"), PLUGIN("lacks_parameters") ": the store lacks parameters"},
      {PLUGIN("lacks_parameter_name"),
       PLUGIN("lacks_parameter_name") ": the store lacks name and summary of a parameter"},
      {PLUGIN("lacks_get"), PLUGIN("lacks_get") ": the store lacks get"},
      {PLUGIN("lacks_footprint"), PLUGIN("lacks_footprint") ": the store lacks footprint, which must_accept needs"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct pc_plugin *plugin;
    const struct pc_store *store;
    struct pc_error error = {{0}};
    cr_expect_eq(pc_plugin_open(&plugin, cases[i].path, &store, &error), PC_BAD_INPUT);
    cr_expect_eq(strncmp(error.message, cases[i].message, strlen(cases[i].message)), 0, "%s", error.message);
  }
}

Test(store_plugin, is_not_for_another_version_of_the_interface) {
  struct pc_plugin *plugin;
  const struct pc_store *store;
  struct pc_error error = {{0}};
  char message[256];
  (void)snprintf(message, sizeof message,
                 "%s: built for version %u of the store interface, this is version %u and takes %u and later",
                 PLUGIN("other_api"), PC_STORE_API + 1, PC_STORE_API, PC_OLDEST_STORE_API);
  cr_expect_eq(pc_plugin_open(&plugin, PLUGIN("other_api"), &store, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message, message);
}

/* What was added since is behind what such a store knows of. */
Test(store_plugin, may_be_of_an_older_version_of_the_interface) {
  struct pc_plugin *plugin;
  const struct pc_store *store;
  struct pc_error error = {{0}};
  cr_assert_eq(pc_plugin_open(&plugin, PLUGIN("version_3"), &store, &error), PC_OK, "%s", error.message);
  cr_expect_eq(store->api, 3);
  cr_expect_lt(store->api, PC_STORE_API);
  pc_plugin_close(plugin);
  enum { SETUP_3 = sizeof(struct pc_flash) + 2 * sizeof(void *) + sizeof(uint64_t) };
  /* What each version added stands behind all that was there. */
  cr_expect_eq(offsetof(struct pc_store_setup, erases), SETUP_3);
  cr_expect_eq(offsetof(struct pc_store_setup, erased_value), SETUP_3 + sizeof(struct pc_flash_erases));
  cr_expect_eq(sizeof(struct pc_flash), 56);
}

Test(store_plugin, has_its_place_beside_those_that_are_built_in) {
  cr_assert_gt(pc_store_count(), 0);
  for (size_t i = 0; i < pc_store_count(); i++) {
    cr_expect_eq(pc_store_named(pc_store_at(i)->name), pc_store_at(i));
  }
  cr_expect_null(pc_store_named("no such store"));
}

Test(store_plugin, answers_in_words_that_are_told_apart) {
  static const char *const texts[] = {"OK", "NOT_FOUND", "FULL", "INVALID", "DATA_LOSS", "FLASH_ERROR", "FAILED"};
  for (enum pc_status status = PC_STATUS_OK; status <= PC_STATUS_FAILED; status++) {
    cr_expect_str_eq(pc_status_text(status), texts[status]);
  }
  cr_expect_str_eq(pc_status_text((enum pc_status)77), "a status that the interface does not have");
}
