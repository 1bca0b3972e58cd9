/* What the database is made with: reports/schema.sql, put into the library by the build. */
#ifndef PC_LEDGER_SCHEMA_H
#define PC_LEDGER_SCHEMA_H

/* SQLite keeps it in a database's header: "pwrc". The schema sets the same. */
#define PC_LEDGER_APPLICATION 0x70777263

extern const char pc_schema_sql[];

/* reports/migrate-N.sql brings a database of version N - 1 to version N. */
extern const char pc_migrate_2_sql[];
extern const char pc_migrate_3_sql[];
extern const char pc_migrate_4_sql[];

#endif
