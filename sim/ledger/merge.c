/* Copying databases into a new one. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "join.h"
#include "powercut/ledger_merge.h"
#include "rows.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* Columns that number the rows of a table, in it and wherever it is referred to: copies get new numbers. */
struct numbered {
  const char *column, *table;
};
static const struct numbered numbers[] = {
    {"run_id", "runs"},           {"group_id", "runs"},    {"violation_id", "violations"},
    {"campaign_id", "campaigns"}, {"crash_id", "crashes"}, {"gate_id", "gates"},
};

/* A table's columns, and what is selected of an input for each. */
struct copy {
  const struct pc_database *database;
  struct pc_buffer columns, selected;
  bool is_numbered; /* else rows that are there already are left out */
};

static enum pc_result take_column(void *context, const struct pc_row *row, struct pc_error *error) {
  struct copy *copy = context;
  const char *name = (const char *)row->values[0].text.data;
  const char *comma = copy->columns.size == 0 ? "" : ", ";
  const struct numbered *number = NULL;
  for (int i = 0; i < COUNT(numbers); i++) {
    number = strcmp(numbers[i].column, name) == 0 ? &numbers[i] : number;
  }
  pc_buffer_print(&copy->columns, "%s%s", comma, name);
  if (number != NULL) {
    copy->is_numbered = true;
    pc_buffer_print(&copy->selected, "%s%s + (SELECT last FROM numbers WHERE name = '%s')", comma, name, number->table);
  } else {
    pc_buffer_print(&copy->selected, "%s%s", comma, name);
  }
  return copy->columns.failed || copy->selected.failed ? pc_fail_memory(error) : PC_OK;
}

static enum pc_result copy_table(void *context, const struct pc_row *row, struct pc_error *error) {
  struct copy *place = context; /* only its database is set */
  struct copy copy = {.database = place->database};
  struct pc_buffer sql = {0};
  const struct pc_value *table = &row->values[0];
  enum pc_result err =
      pc_rows_read(copy.database, "SELECT name FROM pragma_table_info(?)", table, 1, take_column, &copy, error);
  if (!err) {
    pc_buffer_print(&sql, "INSERT %s INTO main.%s (%s) SELECT %s FROM input.%s", copy.is_numbered ? "" : "OR IGNORE",
                    (const char *)table->text.data, (const char *)copy.columns.data, (const char *)copy.selected.data,
                    (const char *)table->text.data);
    err = sql.failed ? pc_fail_memory(error) : pc_database_run(copy.database, (const char *)sql.data, error);
  }
  pc_buffer_free(&sql);
  pc_buffer_free(&copy.columns);
  pc_buffer_free(&copy.selected);
  return err;
}

/* Copies all of the database that is attached as `input`; in a transaction. */
static enum pc_result copy_input(const struct pc_database *database, const char *path, struct pc_error *error) {
  static const char prepare[] =
      "PRAGMA defer_foreign_keys = ON;" /* children may be copied before their parents */
      "DELETE FROM numbers; INSERT INTO numbers SELECT s.name, coalesce((SELECT seq FROM main.sqlite_sequence AS q "
      "WHERE q.name = s.name), 0) FROM main.sqlite_schema AS s WHERE type = 'table'";
  const struct pc_value values[] = {pc_text(path)};
  enum pc_result err = pc_database_run(database, prepare, error);
  if (!err) {
    err = pc_database_put_one(database,
                              "INSERT INTO origins SELECT run_id + (SELECT last FROM numbers WHERE name = 'runs'), ? "
                              "FROM input.runs",
                              values, COUNT(values), error);
  }
  struct copy place = {.database = database};
  return err ? err
             : pc_rows_read(database,
                            "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
                            NULL, 0, copy_table, &place, error);
}

static enum pc_result attach(const struct pc_database *database, const char *path, struct pc_error *error) {
  struct pc_buffer name = {0};
  pc_buffer_print(&name, "%s%s", path[0] == '/' ? "" : "./", path);
  const struct pc_value values[] = {{.kind = PC_VALUE_TEXT, .text = {name.data, name.size}}};
  enum pc_result err = name.failed ? pc_fail_memory(error)
                                   : pc_database_put_one(database, "ATTACH ? AS input", values, COUNT(values), error);
  pc_buffer_free(&name);
  return err;
}

static enum pc_result add_input(const struct pc_database *database, const char *path, struct pc_error *error) {
  struct pc_database input;
  enum pc_result err = pc_database_open(&input, path, error); /* brings it to this version, plays a journal back */
  if (err) {
    return err;
  }
  pc_database_close(&input);
  err = attach(database, path, error);
  if (err) {
    return err;
  }
  err = pc_database_begin(database, error);
  if (!err) {
    err = pc_database_end(database, copy_input(database, path, error), error);
  }
  enum pc_result detached = pc_database_run(database, "DETACH input", err ? NULL : error);
  return err ? err : detached;
}

static enum pc_result join_all(const struct pc_database *database, const char *command, uint64_t *joined,
                               struct pc_error *error) {
  enum pc_result err = pc_database_begin(database, error);
  return err ? err : pc_database_end(database, pc_join_shards(database, command, joined, error), error);
}

static enum pc_result fill(const struct pc_database *database, const struct pc_merge *merge, struct pc_merged *merged,
                           struct pc_error *error) {
  enum pc_result err = pc_database_run(
      database, PC_JOIN_ORIGINS "; CREATE TEMP TABLE numbers (name TEXT PRIMARY KEY, last INTEGER NOT NULL)", error);
  for (size_t i = 0; !err && i < merge->input_count; i++) {
    err = add_input(database, merge->inputs[i], error);
  }
  if (!err) {
    err = join_all(database, merge->command, &merged->joined, error);
  }
  if (!err) {
    err = pc_rows_read(database, "SELECT count(*) FROM runs", NULL, 0, pc_rows_take_integer, &merged->runs, error);
  }
  return err ? err
             : pc_rows_read(database, "SELECT count(*) FROM campaigns", NULL, 0, pc_rows_take_integer,
                            &merged->campaigns, error);
}

/* Before anything is written. */
static enum pc_result check(const struct pc_merge *merge, struct pc_error *error) {
  struct stat a, b;
  if (lstat(merge->path, &a) == 0) {
    return pc_fail(error, PC_BAD_INPUT, "%s: is there already; name another, and this one too to have all of it",
                   merge->path);
  }
  for (size_t i = 0; i < merge->input_count; i++) {
    enum pc_result err = pc_database_expect_filled(merge->inputs[i], error);
    if (err) {
      return err;
    }
    for (size_t j = 0; j < i; j++) {
      if (stat(merge->inputs[i], &a) == 0 && stat(merge->inputs[j], &b) == 0 && a.st_dev == b.st_dev &&
          a.st_ino == b.st_ino) {
        return pc_fail(error, PC_BAD_INPUT, "%s: is given twice", merge->inputs[i]);
      }
    }
  }
  return PC_OK;
}

static enum pc_result write_beside(const char *beside, const struct pc_merge *merge, struct pc_merged *merged,
                                   struct pc_error *error) {
  struct pc_database database;
  enum pc_result err = pc_database_open(&database, beside, error);
  if (err) {
    return err;
  }
  err = fill(&database, merge, merged, error);
  pc_database_close(&database);
  if (!err && rename(beside, merge->path) != 0) {
    err = pc_fail(error, PC_ENVIRONMENT, "%s: %s", merge->path, strerror(errno));
  }
  return err;
}

enum pc_result pc_ledger_merge(const struct pc_merge *merge, struct pc_merged *merged, struct pc_error *error) {
  struct pc_buffer beside = {0};
  *merged = (struct pc_merged){0};
  enum pc_result err = check(merge, error);
  if (err) {
    return err;
  }
  pc_buffer_print(&beside, "%s.%ld.tmp", merge->path, (long)getpid());
  if (beside.failed) {
    pc_buffer_free(&beside);
    return pc_fail_memory(error);
  }
  err = write_beside((const char *)beside.data, merge, merged, error);
  if (err) {
    (void)unlink((const char *)beside.data); /* it may not be there */
  }
  pc_buffer_free(&beside);
  return err;
}
