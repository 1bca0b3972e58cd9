/* Which files the ledger opens, and which it leaves alone. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger/ledger.h"
#include "test_ledger_help.h"

TestSuite(ledger_files, .fini = ledger_folder_remove);

static struct pc_buffer read_whole(const char *path) {
  FILE *file = fopen(path, "rb");
  cr_assert_not_null(file, "%s", path);
  struct pc_buffer content = {0};
  uint8_t block[4096];
  for (size_t size = fread(block, 1, sizeof block, file); size > 0; size = fread(block, 1, sizeof block, file)) {
    pc_buffer_append(&content, block, size);
  }
  (void)fclose(file);
  return content;
}

static void write_whole(const char *path, const void *data, size_t size) {
  FILE *file = fopen(path, "wb");
  cr_assert_not_null(file, "%s", path);
  cr_assert_eq(fwrite(data, 1, size, file), size);
  cr_assert_eq(fclose(file), 0);
}

static int count_files(void) {
  DIR *directory = opendir(ledger_folder());
  cr_assert_not_null(directory);
  int count = 0;
  for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
    count += entry->d_name[0] != '.';
  }
  (void)closedir(directory);
  return count;
}

static void expect_refused(const char *path, enum pc_result result, const char *message) {
  struct pc_ledger *ledger = NULL;
  struct pc_error error = {""};
  cr_expect_eq(pc_ledger_open(&ledger, path, &error), result, "%s", error.message);
  cr_expect_null(ledger);
  cr_expect_not_null(strstr(error.message, message), "'%s' lacks '%s'", error.message, message);
  cr_expect_eq(strncmp(error.message, path, strlen(path)), 0, "'%s' does not begin with the file", error.message);
}

/* Refused, with every byte as before and no file beside it. */
static void expect_untouched(const char *path, const char *message) {
  struct pc_buffer before = read_whole(path);
  int files = count_files();
  expect_refused(path, PC_BAD_INPUT, message);
  struct pc_buffer after = read_whole(path);
  cr_expect_eq(count_files(), files);
  cr_expect(pc_bytes_equal((struct pc_bytes){before.data, before.size}, (struct pc_bytes){after.data, after.size}),
            "%s was written to", path);
  pc_buffer_free(&before);
  pc_buffer_free(&after);
}

Test(ledger_files, makes_a_database_of_an_empty_file) {
  const char *path = ledger_file("empty.db");
  write_whole(path, "", 0);
  struct pc_ledger *ledger = ledger_open(path);
  cr_expect_eq(ledger_begin(ledger), 1);
  pc_ledger_close(ledger);
  cr_expect_eq(count_files(), 1);
}

Test(ledger_files, takes_any_file_name_for_what_it_is) {
  static const char *const names[] = {":memory:", "file:x?mode=memory", "50% of #1?.db", "%41.db", "-", "\xC3\xA4.db"};
  cr_assert_eq(chdir(ledger_folder()), 0);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    struct pc_ledger *ledger = ledger_open(names[i]);
    cr_expect_eq(ledger_begin(ledger), 1, "%s", names[i]);
    pc_ledger_close(ledger);
    cr_expect_eq(access(names[i], F_OK), 0, "%s", names[i]);
    ledger = ledger_open(names[i]);
    cr_expect_eq(ledger_begin(ledger), 2, "%s", names[i]);
    pc_ledger_close(ledger);
    ledger_sql(ledger_file(names[i]), "PRAGMA user_version = 99");
    expect_untouched(names[i], "its schema is version 99");
  }
}

Test(ledger_files, refuses_what_is_not_sqlite) {
  const char *path = ledger_file("notes.txt");
  write_whole(path, "dear diary\n", 11);
  expect_untouched(path, "not an SQLite database");
  char noise[5000];
  memset(noise, 'x', sizeof noise);
  write_whole(path, noise, sizeof noise);
  expect_untouched(path, "not an SQLite database");
}

Test(ledger_files, refuses_a_database_of_others) {
  const char *path = ledger_file("other.db");
  ledger_sql(path, "CREATE TABLE photos (id)");
  expect_untouched(path, "an SQLite database, but not one of powercut");
  ledger_sql(path, "PRAGMA user_version = 1");
  expect_untouched(path, "an SQLite database, but not one of powercut");
  const char *ours = ledger_file("no_version.db");
  ledger_sql(ours, "CREATE TABLE photos (id); PRAGMA application_id = 0x70777263");
  expect_untouched(ours, "an SQLite database, but not one of powercut");
}

/* Dies in a transaction that has not fitted into its cache, so that the database and what lies beside it (a log, or the
   journal that undoes the transaction) are both needed to read it. */
static void die_inside_a_transaction(const char *path, const char *mode) {
  sqlite3 *connection = NULL;
  (void)sqlite3_open(path, &connection);
  (void)sqlite3_exec(connection, mode, NULL, NULL, NULL);
  (void)sqlite3_exec(connection,
                     "CREATE TABLE photos (data); INSERT INTO photos VALUES (zeroblob(100000)); PRAGMA cache_size = 1;"
                     "BEGIN; INSERT INTO photos VALUES (zeroblob(100000)); UPDATE photos SET data = 1",
                     NULL, NULL, NULL);
  (void)raise(SIGKILL);
}

/* SQLite would write one into the other as soon as it opens the database. */
Test(ledger_files, leaves_what_lies_beside_a_database_of_others_alone) {
  static const char *const modes[][3] = {{"PRAGMA journal_mode = WAL", "50% of #1?.db", "50% of #1?.db-wal"},
                                         {"PRAGMA journal_mode = DELETE", "#2", "#2-journal"}};
  for (int i = 0; i < 2; i++) {
    const char *path = ledger_file(modes[i][1]);
    pid_t child = fork();
    if (child == 0) {
      die_inside_a_transaction(path, modes[i][0]);
    }
    cr_assert_eq(waitpid(child, NULL, 0), child);
    const char *beside = ledger_file(modes[i][2]);
    struct pc_buffer before = read_whole(beside);
    cr_assert_gt(before.size, 0);
    expect_untouched(path, "an SQLite database, but not one of powercut");
    struct pc_buffer after = read_whole(beside);
    cr_expect(pc_bytes_equal((struct pc_bytes){before.data, before.size}, (struct pc_bytes){after.data, after.size}),
              "%s was written to", beside);
    pc_buffer_free(&before);
    pc_buffer_free(&after);
  }
}

Test(ledger_files, refuses_a_newer_schema_and_names_both_versions) {
  const char *path = ledger_file("newer.db");
  pc_ledger_close(ledger_open(path));
  ledger_sql(path, "PRAGMA user_version = 77");
  expect_untouched(path, "its schema is version 77, and this powercut knows up to version 4");
}

Test(ledger_files, refuses_a_damaged_database) {
  const char *path = ledger_file("damaged.db");
  pc_ledger_close(ledger_open(path));
  struct pc_buffer content = read_whole(path);
  write_whole(path, content.data, content.size / 2);
  expect_untouched(path, "the database is damaged");
  memset(content.data + 100, 0x55, 400);
  write_whole(path, content.data, content.size);
  expect_untouched(path, "the database is damaged");
  pc_buffer_free(&content);
}

Test(ledger_files, says_why_a_file_can_not_be_opened) {
  const char *folder = ledger_file("folder");
  cr_assert_eq(mkdir(folder, 0755), 0);
  expect_refused(folder, PC_ENVIRONMENT, "is a directory");
  expect_refused("/dev/null", PC_ENVIRONMENT, "is not a regular file");
  expect_refused(ledger_file("nowhere/x.db"), PC_ENVIRONMENT, strerror(ENOENT));
  expect_refused(ledger_file("missing.db/x.db"), PC_ENVIRONMENT, strerror(ENOENT));
  write_whole(ledger_file("file"), "", 0);
  expect_refused(ledger_file("file/x.db"), PC_ENVIRONMENT, strerror(ENOTDIR));
  expect_refused("", PC_BAD_INPUT, "the database's file name is empty");
}

/* Root may write anything. */
static void drop_root(void) {
  if (geteuid() == 0) {
    cr_assert_eq(chmod(ledger_folder(), 0777), 0);
    cr_assert_eq(seteuid(65534), 0);
  }
}

static void regain_root(void) {
  if (getuid() == 0) {
    cr_assert_eq(seteuid(0), 0);
  }
}

Test(ledger_files, says_that_a_file_is_read_only_or_unreadable) {
  const char *path = ledger_file("read_only.db");
  pc_ledger_close(ledger_open(path));
  cr_assert_eq(chmod(path, 0444), 0);
  drop_root();
  expect_refused(path, PC_ENVIRONMENT, "can't be written");
  regain_root();
  cr_assert_eq(chmod(path, 0), 0);
  drop_root();
  expect_refused(path, PC_ENVIRONMENT, strerror(EACCES));
  regain_root();
}

Test(ledger_files, tells_a_lock_that_another_process_keeps) {
  const char *path = ledger_file("locked.db");
  struct pc_ledger *ledger = ledger_open(path);
  int64_t run_id = ledger_begin(ledger);
  sqlite3 *other = NULL;
  cr_assert_eq(sqlite3_open(path, &other), SQLITE_OK);
  cr_assert_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
  (void)sqlite3_busy_timeout(ledger->database.connection, 10); /* in place of the 10 s that users wait */
  struct pc_error error = {""};
  struct pc_violation violation = ledger_violation();
  struct pc_bytes repro = {(const uint8_t *)"r", 1};
  struct pc_sector_wear wear[LEDGER_SECTORS];
  struct pc_exploration_result result = ledger_result(wear);
  cr_expect_eq(pc_ledger_begin_run(ledger, &ledger_info, &run_id, &error), PC_ENVIRONMENT);
  cr_expect_not_null(strstr(error.message, "another process has kept it locked"), "%s", error.message);
  cr_expect_eq(ledger_record(ledger, run_id, &violation, repro, &error), PC_ENVIRONMENT);
  cr_expect_eq(pc_ledger_end_run(ledger, run_id, &result, 1.0, &error), PC_ENVIRONMENT);
  cr_assert_eq(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
  (void)sqlite3_close(other);
  cr_expect_eq(pc_ledger_end_run(ledger, run_id, &result, 1.0, &error), PC_OK, "%s", error.message);
  pc_ledger_close(ledger);
}

Test(ledger_files, waits_for_another_writer) {
  const char *path = ledger_file("busy.db");
  pc_ledger_close(ledger_open(path));
  int ready[2];
  cr_assert_eq(pipe(ready), 0);
  pid_t child = fork();
  if (child == 0) {
    sqlite3 *other = NULL;
    (void)sqlite3_open(path, &other);
    (void)sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL);
    (void)!write(ready[1], "!", 1);
    (void)usleep(400000);
    (void)sqlite3_exec(other, "COMMIT", NULL, NULL, NULL);
    _exit(0);
  }
  char byte;
  cr_assert_eq(read(ready[0], &byte, 1), 1);
  struct pc_ledger *ledger = ledger_open(path);
  cr_expect_eq(ledger_begin(ledger), 1);
  pc_ledger_close(ledger);
  cr_assert_eq(waitpid(child, NULL, 0), child);
}
