#include "database.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "powercut/file.h"
#include "powercut/ledger.h"
#include "schema.h"

#define WAIT_MS 10000

enum pc_result pc_database_fail(const struct pc_database *database, struct pc_error *error) {
  switch (sqlite3_errcode(database->connection)) {
    case SQLITE_BUSY:
      return pc_fail(error, PC_ENVIRONMENT, "%s: another process has kept it locked for %d s", database->path,
                     WAIT_MS / 1000);
    case SQLITE_NOMEM:
      return pc_fail_memory(error);
    default:
      return pc_fail(error, PC_ENVIRONMENT, "%s: %s", database->path, sqlite3_errmsg(database->connection));
  }
}

enum pc_result pc_database_run(const struct pc_database *database, const char *sql, struct pc_error *error) {
  return sqlite3_exec(database->connection, sql, NULL, NULL, NULL) == SQLITE_OK ? PC_OK
                                                                                : pc_database_fail(database, error);
}

enum pc_result pc_database_begin(const struct pc_database *database, struct pc_error *error) {
  return pc_database_run(database, "BEGIN IMMEDIATE", error);
}

enum pc_result pc_database_end(const struct pc_database *database, enum pc_result err, struct pc_error *error) {
  if (!err) {
    err = pc_database_run(database, "COMMIT", error);
  }
  if (err) {
    (void)pc_database_run(database, "ROLLBACK", NULL); /* the first error is the one to tell */
  }
  return err;
}

struct pc_value pc_null(void) {
  return (struct pc_value){.kind = PC_VALUE_NULL};
}

struct pc_value pc_integer(uint64_t value) {
  return (struct pc_value){.kind = PC_VALUE_INTEGER, .integer = (int64_t)value};
}

struct pc_value pc_real(double value) {
  return (struct pc_value){.kind = PC_VALUE_REAL, .real = value};
}

struct pc_value pc_text(const char *value) {
  return (struct pc_value){.kind = PC_VALUE_TEXT, .text = {(const uint8_t *)value, strlen(value)}};
}

enum pc_result pc_database_prepare(const struct pc_database *database, const char *sql, sqlite3_stmt **statement,
                                   struct pc_error *error) {
  return sqlite3_prepare_v2(database->connection, sql, -1, statement, NULL) == SQLITE_OK
             ? PC_OK
             : pc_database_fail(database, error);
}

static int bind(sqlite3_stmt *statement, int index, const struct pc_value *value) {
  switch (value->kind) {
    case PC_VALUE_NULL:
      return sqlite3_bind_null(statement, index);
    case PC_VALUE_INTEGER:
      return sqlite3_bind_int64(statement, index, value->integer);
    case PC_VALUE_REAL:
      return sqlite3_bind_double(statement, index, value->real);
    case PC_VALUE_TEXT:
      /* No data would be NULL, not an empty text. */
      return sqlite3_bind_text64(statement, index, value->text.size == 0 ? "" : (const char *)value->text.data,
                                 value->text.size, SQLITE_STATIC, SQLITE_UTF8);
  }
  return SQLITE_MISUSE;
}

enum pc_result pc_database_bind(const struct pc_database *database, sqlite3_stmt *statement, int index,
                                const struct pc_value *value, struct pc_error *error) {
  return bind(statement, index, value) == SQLITE_OK ? PC_OK : pc_database_fail(database, error);
}

enum pc_result pc_database_put(const struct pc_database *database, sqlite3_stmt *statement,
                               const struct pc_value *values, int count, struct pc_error *error) {
  for (int i = 0; i < count; i++) {
    enum pc_result bound = pc_database_bind(database, statement, i + 1, &values[i], error);
    if (bound) {
      return bound;
    }
  }
  enum pc_result err = sqlite3_step(statement) == SQLITE_DONE ? PC_OK : pc_database_fail(database, error);
  (void)sqlite3_reset(statement); /* tells the step's error once more */
  return err;
}

enum pc_result pc_database_put_one(const struct pc_database *database, const char *sql, const struct pc_value *values,
                                   int count, struct pc_error *error) {
  sqlite3_stmt *statement = NULL;
  enum pc_result err = pc_database_prepare(database, sql, &statement, error);
  if (!err) {
    err = pc_database_put(database, statement, values, count, error);
  }
  (void)sqlite3_finalize(statement); /* so does this */
  return err;
}

/* What tells whose database a file is. */
struct identity {
  int64_t application, version, objects;
};

/* The one integer that `sql` yields; an SQLite result code. */
static int read_integer(sqlite3 *connection, const char *sql, int64_t *value) {
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2(connection, sql, -1, &statement, NULL);
  if (code != SQLITE_OK) {
    return code;
  }
  code = sqlite3_step(statement);
  if (code == SQLITE_ROW) {
    *value = sqlite3_column_int64(statement, 0);
    code = SQLITE_OK;
  }
  (void)sqlite3_finalize(statement);
  return code;
}

/* Only the first page is needed for these two, so that they can be read without a lock. */
static int read_header(sqlite3 *connection, struct identity *identity) {
  int code = read_integer(connection, "PRAGMA application_id", &identity->application);
  return code != SQLITE_OK ? code : read_integer(connection, "PRAGMA user_version", &identity->version);
}

static enum pc_result check_identity(const struct identity *identity, const char *path, struct pc_error *error) {
  if (identity->application != PC_LEDGER_APPLICATION || identity->version < 1) {
    return pc_fail(error, PC_BAD_INPUT, "%s: an SQLite database, but not one of powercut", path);
  }
  if (identity->version > PC_LEDGER_VERSION) {
    return pc_fail(error, PC_BAD_INPUT, "%s: its schema is version %lld, and this powercut knows up to version %d",
                   path, (long long)identity->version, PC_LEDGER_VERSION);
  }
  return PC_OK;
}

/* `path` as a URI of SQLite that opens it as a file that nobody changes: no lock, no journal, no write. */
static void print_inspection_uri(struct pc_buffer *uri, const char *path) {
  pc_buffer_print(uri, "file:%s", path[0] == '/' ? "" : "./");
  for (const char *c = path; *c != 0; c++) {
    if (*c == '%' || *c == '?' || *c == '#') {
      pc_buffer_print(uri, "%%%02x", (unsigned)*c);
    } else {
      pc_buffer_append(uri, c, 1);
    }
  }
  pc_buffer_print(uri, "?immutable=1");
}

/* Looks at a file before SQLite may touch it: opening in earnest plays back a journal or a log that lies beside it, and
   a file that isn't ours must stay as it is. What can't be told this way is left to the opening in earnest. */
static enum pc_result inspect(const char *path, struct pc_error *error) {
  struct stat status;
  if (stat(path, &status) != 0) {
    return errno == ENOENT ? PC_OK : pc_fail(error, PC_ENVIRONMENT, "%s: %s", path, strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) {
    return pc_fail(error, PC_ENVIRONMENT, "%s: %s", path,
                   S_ISDIR(status.st_mode) ? "is a directory" : "is not a regular file");
  }
  if (status.st_size == 0) {
    return PC_OK;
  }
  struct pc_buffer uri = {0};
  print_inspection_uri(&uri, path);
  if (uri.failed) {
    pc_buffer_free(&uri);
    return pc_fail_memory(error);
  }
  sqlite3 *connection = NULL;
  int code = sqlite3_open_v2((const char *)uri.data, &connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
  struct identity identity = {0};
  if (code == SQLITE_OK) {
    code = read_header(connection, &identity);
  }
  (void)sqlite3_close(connection);
  pc_buffer_free(&uri);
  if (code == SQLITE_NOTADB) {
    return pc_fail(error, PC_BAD_INPUT, "%s: not an SQLite database", path);
  }
  return code == SQLITE_OK ? check_identity(&identity, path, error) : PC_OK;
}

/* The failure of a first read, which finds out whether the file is good for anything. */
static enum pc_result fail_first_read(const struct pc_database *database, struct pc_error *error) {
  int code = sqlite3_errcode(database->connection);
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT) {
    return pc_fail(error, PC_BAD_INPUT, "%s: the database is damaged: %s", database->path,
                   sqlite3_errmsg(database->connection));
  }
  return pc_database_fail(database, error);
}

enum pc_result pc_database_expect_filled(const char *path, struct pc_error *error) {
  struct stat status;
  if (stat(path, &status) != 0) {
    return pc_fail(error, errno == ENOMEM || errno == EIO ? PC_ENVIRONMENT : PC_BAD_INPUT, "%s: %s", path,
                   strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) {
    return pc_fail(error, PC_BAD_INPUT, "%s: not a regular file", path);
  }
  return status.st_size > 0 ? PC_OK : pc_fail(error, PC_BAD_INPUT, "%s: the file is empty", path);
}

static bool is_new(const struct identity *identity) {
  return identity->application == 0 && identity->version == 0 && identity->objects == 0;
}

static enum pc_result migrate(const struct pc_database *database, int64_t version, struct pc_error *error) {
  static const char *const steps[] = {pc_migrate_2_sql, pc_migrate_3_sql, pc_migrate_4_sql}; /* from 1, 2, 3 */
  assert(version >= 1);
  enum pc_result err = PC_OK;
  for (int64_t from = version; !err && from < PC_LEDGER_VERSION; from++) {
    err = pc_database_run(database, steps[from - 1], error);
  }
  return err;
}

/* Makes the schema in a database that is empty, brings an older one up to it, and refuses one that is not ours. In a
 * transaction. */
static enum pc_result make_or_check(const struct pc_database *database, struct pc_error *error) {
  struct identity identity = {0};
  if (read_header(database->connection, &identity) != SQLITE_OK ||
      read_integer(database->connection, "SELECT count(*) FROM sqlite_schema", &identity.objects) != SQLITE_OK) {
    return fail_first_read(database, error);
  }
  if (is_new(&identity)) {
    return pc_database_run(database, pc_schema_sql, error);
  }
  enum pc_result err = check_identity(&identity, database->path, error);
  return err ? err : migrate(database, identity.version, error);
}

/* The transaction makes the three reads one, and lets one of several processes make the schema. */
static enum pc_result settle(const struct pc_database *database, struct pc_error *error) {
  if (sqlite3_exec(database->connection, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
    return fail_first_read(database, error);
  }
  enum pc_result err = make_or_check(database, error);
  return pc_database_end(database, err, error);
}

static enum pc_result connect(struct pc_database *database, struct pc_error *error) {
  /* "./" before it, since SQLite gives names like ":memory:" and "file:x" a meaning of their own. */
  struct pc_buffer path = {0};
  pc_buffer_print(&path, "%s%s", database->path[0] == '/' ? "" : "./", database->path);
  if (path.failed) {
    pc_buffer_free(&path);
    return pc_fail_memory(error);
  }
  int code =
      sqlite3_open_v2((const char *)path.data, &database->connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
  pc_buffer_free(&path);
  if (database->connection == NULL) {
    return pc_fail_memory(error);
  }
  if (code != SQLITE_OK) {
    int cause = sqlite3_system_errno(database->connection);
    /* What may not be made, SQLite tries to open read-only, and then it is only not there. */
    enum pc_result err = cause == ENOENT ? pc_file_expect_folder(database->path, error) : PC_OK;
    if (err) {
      return err;
    }
    return cause == 0 ? pc_database_fail(database, error)
                      : pc_fail(error, PC_ENVIRONMENT, "%s: %s", database->path, strerror(cause));
  }
  if (sqlite3_db_readonly(database->connection, "main") == 1) {
    return pc_fail(error, PC_ENVIRONMENT, "%s: can't be written", database->path);
  }
  if (sqlite3_busy_timeout(database->connection, WAIT_MS) != SQLITE_OK) {
    return pc_database_fail(database, error);
  }
  return pc_database_run(database, "PRAGMA foreign_keys = ON", error);
}

static enum pc_result open_checked(struct pc_database *database, struct pc_error *error) {
  enum pc_result err = inspect(database->path, error);
  if (!err) {
    err = connect(database, error);
  }
  return err ? err : settle(database, error);
}

enum pc_result pc_database_open(struct pc_database *database, const char *path, struct pc_error *error) {
  *database = (struct pc_database){.path = strdup(path)};
  if (database->path == NULL) {
    return pc_fail_memory(error);
  }
  enum pc_result err =
      path[0] == 0 ? pc_fail(error, PC_BAD_INPUT, "the database's file name is empty") : open_checked(database, error);
  if (err) {
    pc_database_close(database);
  }
  return err;
}

void pc_database_close(struct pc_database *database) {
  /* Fails only while statements are open, and every one is finalized where it is prepared. */
  (void)sqlite3_close(database->connection);
  free(database->path);
  *database = (struct pc_database){0};
}
