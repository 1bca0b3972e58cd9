#include "test_ledger_help.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Each test runs in a process of its own. */
static char folder[64];
static struct pc_buffer rows;

const char *ledger_folder(void) {
  if (folder[0] == 0) {
    (void)snprintf(folder, sizeof folder, "/tmp/powercut-ledger-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
  }
  return folder;
}

void ledger_folder_remove(void) {
  pc_buffer_free(&rows);
  DIR *directory = folder[0] == 0 ? NULL : opendir(folder);
  if (directory == NULL) {
    return;
  }
  for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
      cr_assert_eq(remove(ledger_file(entry->d_name)), 0);
    }
  }
  cr_assert_eq(closedir(directory), 0);
  cr_assert_eq(rmdir(folder), 0);
}

const char *ledger_file(const char *name) {
  static char paths[8][512];
  static unsigned next;
  char *path = paths[next++ % 8];
  (void)snprintf(path, sizeof paths[0], "%s/%s", ledger_folder(), name);
  return path;
}

struct pc_ledger *ledger_open(const char *path) {
  struct pc_ledger *ledger = NULL;
  struct pc_error error = {""};
  cr_assert_eq(pc_ledger_open(&ledger, path, &error), PC_OK, "%s", error.message);
  return ledger;
}

static sqlite3 *connect(const char *path) {
  sqlite3 *connection = NULL;
  cr_assert_eq(sqlite3_open(path, &connection), SQLITE_OK, "%s", path);
  cr_assert_eq(sqlite3_busy_timeout(connection, 10000), SQLITE_OK);
  return connection;
}

static int add_row(void *context, int columns, char **values, char **names) {
  (void)context;
  (void)names;
  for (int i = 0; i < columns; i++) {
    pc_buffer_print(&rows, "%s%s", i == 0 ? "" : "|", values[i] == NULL ? "NULL" : values[i]);
  }
  pc_buffer_print(&rows, "\n");
  return 0;
}

const char *ledger_query(const char *path, const char *sql) {
  sqlite3 *connection = connect(path);
  pc_buffer_free(&rows);
  pc_buffer_print(&rows, "%s", "");
  int code = sqlite3_exec(connection, sql, add_row, NULL, NULL);
  cr_assert_eq(code, SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(connection));
  cr_assert_eq(sqlite3_close(connection), SQLITE_OK);
  cr_assert_not(rows.failed);
  return (const char *)rows.data;
}

void ledger_sql(const char *path, const char *sql) {
  (void)ledger_query(path, sql);
}

const struct pc_run_info ledger_info = {
    .scenario = "settings", .device = "w25q128jv x 3", .store = "norkv redundancy=2", .seed = 7, .endurance = 100000};

struct pc_violation ledger_violation(void) {
  struct pc_violation violation = {
      .invariant = PC_DURABLE,
      .operation = 12,
      .path = {.depth = 2, .cuts = {{34, PC_FAULT_PREFIX, 5}, {6, PC_FAULT_BIT_SUBSET, 1}}},
      .fault = PC_FAULT_BIT_SUBSET,
      .has_key = true,
      .key = {(const uint8_t *)"k 1", 3},
  };
  (void)snprintf(violation.expected, sizeof violation.expected, "0011");
  (void)snprintf(violation.actual, sizeof violation.actual, "not there");
  return violation;
}

enum pc_result ledger_record(struct pc_ledger *ledger, int64_t run_id, const struct pc_violation *violation,
                             struct pc_bytes repro, struct pc_error *error) {
  cr_assert_eq(pc_ledger_add_violation(ledger, run_id, violation, repro, error), PC_OK);
  return pc_ledger_commit(ledger, run_id, 1.0, error);
}

int64_t ledger_begin(struct pc_ledger *ledger) {
  int64_t run_id = 0;
  struct pc_error error = {""};
  cr_assert_eq(pc_ledger_begin_run(ledger, &ledger_info, &run_id, &error), PC_OK, "%s", error.message);
  cr_assert_gt(run_id, 0);
  return run_id;
}

struct pc_exploration_result ledger_result(struct pc_sector_wear *wear) {
  struct pc_exploration_result result = {.operations = 2000,
                                         .flash_operations = 3000,
                                         .cuts = 40000,
                                         .recoveries = 30000,
                                         .deduplicated = 10000,
                                         .violations = 9,
                                         .put_bytes = 1000,
                                         .typical_us = 1000,
                                         .erasing_us = 250,
                                         .wear = wear,
                                         .wear_count = LEDGER_SECTORS};
  result.baseline[PC_MOUNTABLE] = (struct pc_check_count){1, 0};
  result.checks[PC_FAULT_BETWEEN_OPS][0][PC_MOUNTABLE] = (struct pc_check_count){300, 0};
  result.checks[PC_FAULT_BIT_SUBSET][1][PC_DURABLE] = (struct pc_check_count){400, 9};
  result.checks[PC_FAULT_TWO_PHASE_ERASE][PC_MAX_DEPTH - 1][PC_WELL_FORMED] = (struct pc_check_count){1, 0};
  result.guarantees[PC_FAULT_BETWEEN_OPS][0] = (struct pc_guarantee){.held = 300};
  result.guarantees[PC_FAULT_PREFIX][0] = (struct pc_guarantee){.held = 5, .detected = 1};
  result.guarantees[PC_FAULT_BIT_SUBSET][1] = (struct pc_guarantee){.held = 391, .detected = 2, .lost = 7};
  pc_histogram_note(&result.put_us, 1234);
  pc_histogram_note(&result.put_us, 1235);
  pc_histogram_note(&result.put_flash_operations, 1);
  result.latencies[PC_LATENCY_PUT] = (struct pc_latency){.calls = 7, .worst_us = 1234.5};
  result.latencies[PC_LATENCY_START] = (struct pc_latency){.calls = 9, .worst_us = PC_TIME_UNKNOWN};
  for (uint32_t i = 0; i < LEDGER_SECTORS; i++) {
    wear[i] = (struct pc_sector_wear){.erases = 2 * (uint64_t)i, .programmed_bytes = 500};
  }
  return result;
}
