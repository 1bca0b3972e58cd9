/* Killed processes, several writers, full disks: what was recorded stays, and a run is whole or not ended. */
#include <criterion/criterion.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger/ledger.h"
#include "powercut/random.h"
#include "test_ledger_help.h"

TestSuite(ledger_kills, .fini = ledger_folder_remove);

#define SEED 77u

/* An exploration from begin to end; an exit status. */
static int record_run(const char *path) {
  struct pc_ledger *ledger = NULL;
  struct pc_error error;
  if (pc_ledger_open(&ledger, path, &error) != PC_OK) {
    return 1;
  }
  int64_t run_id = 0;
  struct pc_violation violation = ledger_violation();
  struct pc_bytes repro = {(const uint8_t *)"r", 1};
  struct pc_sector_wear wear[LEDGER_SECTORS];
  struct pc_exploration_result result = ledger_result(wear);
  bool good = pc_ledger_begin_run(ledger, &ledger_info, &run_id, &error) == PC_OK &&
              ledger_record(ledger, run_id, &violation, repro, &error) == PC_OK &&
              pc_ledger_end_run(ledger, run_id, &result, 1.0, &error) == PC_OK;
  pc_ledger_close(ledger);
  return good ? 0 : 1;
}

/* Runs that ended have all of it, others have no counts, and SQLite finds nothing wrong. */
static void expect_whole(const char *path) {
  cr_expect_str_eq(ledger_query(path, "PRAGMA integrity_check"), "ok\n");
  cr_expect_str_eq(ledger_query(path, "PRAGMA foreign_key_check"), "");
  cr_expect_str_eq(ledger_query(path,
                                "SELECT run_id, state FROM runs WHERE (state = 'finished') != (SELECT count(*) = "
                                "4 FROM checks WHERE checks.run_id = runs.run_id) OR (state = 'finished') != "
                                "(SELECT count(*) = 3 FROM wear WHERE wear.run_id = runs.run_id) OR (state = "
                                "'running') != (operations IS NULL)"),
                   "");
}

Test(ledger_kills, holds_what_was_recorded_before_a_kill) {
  const char *path = ledger_file("killed.db");
  pid_t child = fork();
  if (child == 0) {
    struct pc_ledger *ledger = ledger_open(path);
    int64_t run_id = ledger_begin(ledger);
    struct pc_violation violation = ledger_violation();
    struct pc_bytes repro = {(const uint8_t *)"the repro", 9};
    (void)ledger_record(ledger, run_id, &violation, repro, NULL);
    (void)sqlite3_exec(ledger->database.connection, "BEGIN; DELETE FROM runs", NULL, NULL, NULL);
    (void)raise(SIGKILL);
  }
  int status = 0;
  cr_assert_eq(waitpid(child, &status, 0), child);
  cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  struct pc_ledger *ledger = ledger_open(path);
  cr_expect_eq(ledger_begin(ledger), 2);
  pc_ledger_close(ledger);
  cr_expect_str_eq(ledger_query(path, "SELECT run_id, scenario, operations, violations FROM v_runs"),
                   "1|settings|NULL|1\n2|settings|NULL|0\n");
  cr_expect_str_eq(ledger_query(path, "SELECT run_id, repro FROM v_violations"), "1|the repro\n");
  expect_whole(path);
}

Test(ledger_kills, opens_after_a_kill_at_any_moment) {
  struct pc_random random = {.state = SEED};
  for (int round = 0; round < 40; round++) {
    char name[32];
    (void)snprintf(name, sizeof name, "round%d.db", round / 4); /* new ones and used ones */
    const char *path = ledger_file(name);
    pid_t child = fork();
    if (child == 0) {
      while (record_run(path) == 0) {
      }
      _exit(1);
    }
    (void)usleep((useconds_t)pc_random_below(&random, 30000));
    cr_assert_eq(kill(child, SIGKILL), 0);
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status), "round %d: recording failed", round);
    cr_assert_eq(record_run(path), 0, "round %d", round);
    expect_whole(path);
  }
}

Test(ledger_kills, takes_several_writers_and_a_reader_at_the_same_time) {
  enum { WRITERS = 3, RUNS = 8 };
  const char *path = ledger_file("shared.db");
  pid_t children[WRITERS];
  for (int i = 0; i < WRITERS; i++) {
    children[i] = fork();
    if (children[i] == 0) {
      int failures = 0;
      for (int run = 0; run < RUNS; run++) {
        failures += record_run(path);
      }
      _exit(failures);
    }
  }
  (void)record_run(path);
  for (int i = 0; i < 20; i++) {
    (void)ledger_query(path, "SELECT * FROM v_runs JOIN v_violations USING (run_id)");
  }
  for (int i = 0; i < WRITERS; i++) {
    int status = 0;
    cr_assert_eq(waitpid(children[i], &status, 0), children[i]);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "writer %d failed", i);
  }
  cr_expect_str_eq(ledger_query(path, "SELECT count(*), max(run_id), (SELECT count(*) FROM v_violations) FROM v_runs"),
                   "25|25|25\n");
  expect_whole(path);
}

Test(ledger_kills, is_made_once_when_many_make_it_at_the_same_moment) {
  enum { MAKERS = 6, ROUNDS = 8 };
  for (int round = 0; round < ROUNDS; round++) {
    char name[32];
    (void)snprintf(name, sizeof name, "race%d.db", round);
    const char *path = ledger_file(name);
    int gate[2];
    cr_assert_eq(pipe(gate), 0);
    pid_t children[MAKERS];
    for (int i = 0; i < MAKERS; i++) {
      children[i] = fork();
      if (children[i] == 0) {
        char byte;
        (void)close(gate[1]);
        (void)!read(gate[0], &byte, 1); /* until the parent closes it */
        _exit(record_run(path));
      }
    }
    (void)close(gate[0]);
    (void)close(gate[1]);
    for (int i = 0; i < MAKERS; i++) {
      int status = 0;
      cr_assert_eq(waitpid(children[i], &status, 0), children[i]);
      cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "round %d: maker %d failed", round, i);
    }
    cr_expect_str_eq(ledger_query(path, "SELECT count(*) FROM v_runs"), "6\n");
  }
}

/* Enough to need new pages. */
static struct pc_bytes large_repro(void) {
  static uint8_t text[20000];
  memset(text, 'r', sizeof text);
  return (struct pc_bytes){text, sizeof text};
}

Test(ledger_kills, says_that_the_disk_is_full_and_ends_a_run_whole_or_not_at_all) {
  const char *path = ledger_file("full.db");
  struct pc_ledger *ledger = ledger_open(path);
  int64_t run_id = ledger_begin(ledger);
  cr_assert_eq(sqlite3_exec(ledger->database.connection, "PRAGMA max_page_count = 1", NULL, NULL, NULL), SQLITE_OK);
  struct pc_violation violation = ledger_violation();
  struct pc_error error = {""};
  cr_expect_eq(ledger_record(ledger, run_id, &violation, large_repro(), &error), PC_ENVIRONMENT);
  cr_expect_not_null(strstr(error.message, "full.db: database or disk is full"), "%s", error.message);
  enum { MANY = 5000 };
  struct pc_sector_wear *wear = calloc(MANY, sizeof *wear);
  cr_assert_not_null(wear);
  struct pc_exploration_result result = ledger_result(wear);
  result.wear_count = MANY;
  cr_expect_eq(pc_ledger_end_run(ledger, run_id, &result, 1.0, &error), PC_ENVIRONMENT);
  cr_expect_not_null(strstr(error.message, "database or disk is full"), "%s", error.message);
  cr_expect_str_eq(ledger_query(path, "SELECT state, operations FROM runs"), "running|NULL\n");
  expect_whole(path);
  cr_assert_eq(sqlite3_exec(ledger->database.connection, "PRAGMA max_page_count = 100000", NULL, NULL, NULL),
               SQLITE_OK);
  cr_expect_eq(pc_ledger_end_run(ledger, run_id, &result, 1.0, &error), PC_OK, "%s", error.message);
  pc_ledger_close(ledger);
  free(wear);
  cr_expect_str_eq(ledger_query(path, "SELECT state, (SELECT count(*) FROM wear) FROM runs"), "finished|5000\n");
}

static void limit_file_size(rlim_t size) {
  struct rlimit limit;
  cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = size < limit.rlim_max ? size : limit.rlim_max;
  cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

Test(ledger_kills, survives_writes_that_fail) {
  const char *path = ledger_file("failing.db");
  cr_assert_neq(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
  struct pc_error error = {""};
  struct pc_ledger *ledger = NULL;
  limit_file_size(1000);
  cr_expect_eq(pc_ledger_open(&ledger, path, &error), PC_ENVIRONMENT);
  cr_expect_not_null(strstr(error.message, "failing.db: "), "%s", error.message);
  cr_expect_null(ledger);
  limit_file_size(RLIM_INFINITY);
  ledger = ledger_open(path);
  int64_t run_id = ledger_begin(ledger);
  struct stat status;
  cr_assert_eq(stat(path, &status), 0);
  limit_file_size((rlim_t)status.st_size);
  struct pc_violation violation = ledger_violation();
  cr_expect_eq(ledger_record(ledger, run_id, &violation, large_repro(), &error), PC_ENVIRONMENT);
  limit_file_size(RLIM_INFINITY);
  expect_whole(path);
  cr_expect_eq(pc_ledger_commit(ledger, run_id, 1.0, &error), PC_OK, "%s", error.message);
  pc_ledger_close(ledger);
  expect_whole(path);
  cr_expect_str_eq(ledger_query(path, "SELECT count(*), max(length(repro)) FROM v_violations"), "1|20000\n");
}

Test(ledger_kills, says_that_memory_ran_out_wherever_it_does) {
  const char *path = ledger_file("memory.db");
  struct pc_violation violation = ledger_violation();
  int failures = 0;
  int64_t recorded = 0;
  for (sqlite3_int64 limit = 4096; recorded == 0 && limit < (8 << 20); limit += 4096) {
    struct pc_ledger *ledger = NULL;
    struct pc_error error = {""};
    int64_t run_id = 0;
    (void)sqlite3_hard_heap_limit64(limit);
    enum pc_result err = pc_ledger_open(&ledger, path, &error);
    err = err ? err : pc_ledger_begin_run(ledger, &ledger_info, &run_id, &error);
    err = err ? err : ledger_record(ledger, run_id, &violation, large_repro(), &error);
    recorded = err ? 0 : run_id;
    pc_ledger_close(ledger);
    (void)sqlite3_hard_heap_limit64(0);
    if (err) {
      cr_assert_eq(err, PC_ENVIRONMENT);
      cr_assert_str_eq(error.message, "out of memory", "limit %lld: %s", (long long)limit, error.message);
      failures++;
    }
  }
  cr_expect_gt(failures, 5);
  cr_expect_gt(recorded, 0);
  expect_whole(path);
}

Test(ledger_kills, closes_nothing_without_complaint) {
  pc_ledger_close(NULL);
}
