#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/schema.h"
#include "test_ledger_help.h"

TestSuite(ledger, .fini = ledger_folder_remove);

Test(ledger, has_the_views_of_the_contract_with_exactly_their_columns) {
  static const struct {
    const char *view, *columns;
  } views[] = {
      {"v_runs",
       "run_id,started_at,scenario,device,store,seed,operations,flash_operations,cuts,recoveries,deduplicated,"
       "violations,seconds,recoveries_per_second\n"},
      {"v_checks", "run_id,invariant,fault,depth,checks,failures\n"},
      {"v_violations",
       "violation_id,run_id,invariant,fault,depth,operation,flash_operation,key,expected,actual,repro\n"},
      {"v_findings", "violation_id,run_id,invariant,fault,operation,count,repro_found,repro_shrunk\n"},
      {"v_wear", "run_id,sector,erases,programmed_bytes\n"},
      {"v_wear_histogram", "run_id,erases,sectors\n"},
      {"v_wear_summary", "run_id,erases_min,erases_max,erases_mean,erases_stddev,write_amplification,lifetime_years\n"},
      {"v_latency", "run_id,operation,calls,worst_us,erasing_share\n"},
      {"v_provenance", "run_id,group_id,version,command\n"},
      {"v_run_settings", "run_id,path,value\n"},
      {"v_put_latency", "run_id,from_us,below_us,puts,worst_us\n"},
      {"v_put_flash_operations", "run_id,least,below,puts,most\n"},
      {"v_wear_samples", "run_id,operation,sector,erases\n"},
      {"v_comparison",
       "run_id,group_id,store,device,cut_every,operations,worn,failure,erases_min,erases_max,erases_mean,erases_stddev,"
       "programmed_bytes,write_amplification,put_p999_us,put_worst_us,erasing_share,memory_size,lifetime_years,"
       "operations_per_day,pareto\n"},
      {"v_guarantees", "run_id,fault,depth,verdict,held,detected,lost\n"},
      {"v_soaks", "run_id,cuts,operations\n"},
      {"v_draws", "run_id,drawing,population,drawn,failed,failure_rate,rate_low,rate_high\n"},
      {"v_progress", "run_id,state,shard,shards,segments,explored\n"},
      {"v_campaigns",
       "campaign_id,started_at,fuzzer,harness,seconds,executions,executions_per_second,edges,corpus,crashes\n"},
      {"v_crashes", "crash_id,campaign_id,signature,input,minimized,first_seen\n"},
      {"v_campaign_progress", "campaign_id,second,executions,edges,corpus\n"},
      {"v_corpus_coverage", "measured_at,harness,file,inputs,lines,lines_reached,branches,branches_reached\n"},
      {"v_gates", "gate_id,decided_at,policy,passed,rules,failed,seconds,baseline,version,command\n"},
      {"v_newest_runs", "run_id,state,scenario,device,store,settings\n"},
      {"v_gate_rules", "gate_id,position,rule,scenario,run_id,required,measured,bound,value,verdict\n"},
  };
  const char *path = ledger_file("new.db");
  pc_ledger_close(ledger_open(path));
  for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
    char sql[128];
    (void)snprintf(sql, sizeof sql, "SELECT group_concat(name) FROM pragma_table_info('%s')", views[i].view);
    cr_expect_str_eq(ledger_query(path, sql), views[i].columns);
  }
  char count[16];
  (void)snprintf(count, sizeof count, "%zu\n", sizeof views / sizeof views[0]);
  cr_expect_str_eq(ledger_query(path, "SELECT count(*) FROM sqlite_schema WHERE type = 'view'"), count);
  char identity[64];
  (void)snprintf(identity, sizeof identity, "%d|%d\n", PC_LEDGER_APPLICATION, PC_LEDGER_VERSION);
  cr_expect_str_eq(ledger_query(path,
                                "SELECT application_id, user_version FROM pragma_application_id, "
                                "pragma_user_version"),
                   identity);
}

Test(ledger, gives_back_what_was_recorded) {
  const char *path = ledger_file("runs.db");
  struct pc_ledger *ledger = ledger_open(path);
  int64_t run_id = ledger_begin(ledger);
  struct pc_violation violation = ledger_violation();
  struct pc_bytes repro = {(const uint8_t *)"repro: 1\n", 9};
  struct pc_error error = {""};
  cr_assert_eq(ledger_record(ledger, run_id, &violation, repro, &error), PC_OK, "%s", error.message);
  violation.path.depth = 0;
  violation.fault = PC_FAULT_COUNT;
  violation.has_key = false;
  cr_assert_eq(ledger_record(ledger, run_id, &violation, (struct pc_bytes){0}, &error), PC_OK);
  struct pc_sector_wear wear[LEDGER_SECTORS];
  struct pc_exploration_result result = ledger_result(wear);
  cr_assert_eq(pc_ledger_end_run(ledger, run_id, &result, 2.0, &error), PC_OK, "%s", error.message);
  pc_ledger_close(ledger);

  cr_expect_str_eq(ledger_query(path,
                                "SELECT *, started_at LIKE '20__-__-__T__:__:__Z' FROM (SELECT * FROM v_runs) WHERE "
                                "abs(julianday('now') - julianday(started_at)) < 1.0 / 24") +
                       strlen("1|2000-01-01T00:00:00Z|"),
                   "settings|w25q128jv x 3|norkv redundancy=2|7|2000|3000|40000|30000|10000|9|2.0|15000.0|1\n");
  cr_expect_str_eq(ledger_query(path, "SELECT * FROM v_checks ORDER BY depth"),
                   "1|mountable|none|0|1|0\n"
                   "1|mountable|between_ops|1|300|0\n"
                   "1|durable|bit_subset|2|400|9\n"
                   "1|well_formed|two_phase_erase|8|1|0\n");
  cr_expect_str_eq(ledger_query(path, "SELECT * FROM v_violations ORDER BY violation_id"),
                   "1|1|durable|bit_subset|2|12|34|hex:6b2031|0011|not there|repro: 1\n\n"
                   "2|1|durable|none|0|12|NULL|NULL|0011|not there|\n");
  cr_expect_str_eq(ledger_query(path, "SELECT * FROM v_guarantees ORDER BY depth"),
                   "1|between_ops|1|holds|300|0|0\n1|prefix|1|detected|5|1|0\n1|bit_subset|2|lost|391|2|7\n");
  cr_expect_str_eq(ledger_query(path, "SELECT * FROM v_wear"), "1|0|0|500\n1|1|2|500\n1|2|4|500\n");
  cr_expect_str_eq(ledger_query(path, "SELECT * FROM v_wear_histogram"), "1|0|1\n1|2|1\n1|4|1\n");
  /* 100,000 erases at 4 for 2,000 operations are 50,000,000 operations: 50,000 days. */
  cr_expect_str_eq(ledger_query(path,
                                "SELECT run_id, erases_min, erases_max, erases_mean, round(erases_stddev, 6), "
                                "write_amplification, round(lifetime_years, 6) FROM v_wear_summary"),
                   "1|0|4|2.0|1.632993|1.5|136.892539\n");
  cr_expect_str_eq(ledger_query(path, "SELECT state FROM runs"), "finished\n");
}

Test(ledger, leaves_null_what_is_not_known) {
  const char *path = ledger_file("null.db");
  struct pc_ledger *ledger = ledger_open(path);
  struct pc_run_info info = ledger_info;
  info.seed = UINT64_MAX;
  info.endurance = 0;
  int64_t run_id = 0;
  struct pc_error error = {""};
  cr_assert_eq(pc_ledger_begin_run(ledger, &info, &run_id, &error), PC_OK, "%s", error.message);
  int64_t killed = ledger_begin(ledger);
  struct pc_violation violation = ledger_violation();
  struct pc_bytes repro = {(const uint8_t *)"r", 1};
  cr_assert_eq(ledger_record(ledger, killed, &violation, repro, &error), PC_OK, "%s", error.message);
  struct pc_sector_wear wear[LEDGER_SECTORS];
  struct pc_exploration_result result = ledger_result(wear);
  result.put_bytes = 0;
  result.interrupted = true;
  cr_assert_eq(pc_ledger_end_run(ledger, run_id, &result, 0.0, &error), PC_OK, "%s", error.message);
  int64_t unworn = ledger_begin(ledger);
  memset(wear, 0, sizeof wear);
  cr_assert_eq(pc_ledger_end_run(ledger, unworn, &result, 1.0, &error), PC_OK, "%s", error.message);
  pc_ledger_close(ledger);
  cr_expect_str_eq(ledger_query(path,
                                "SELECT run_id, seed, operations, violations, seconds, recoveries_per_second "
                                "FROM v_runs ORDER BY run_id"),
                   "1|18446744073709551615|2000|9|0.0|NULL\n2|7|NULL|1|NULL|NULL\n3|7|2000|9|1.0|30000.0\n");
  cr_expect_str_eq(ledger_query(path, "SELECT run_id, write_amplification, lifetime_years FROM v_wear_summary"),
                   "1|NULL|NULL\n3|NULL|NULL\n");
  cr_expect_str_eq(ledger_query(path, "SELECT state FROM runs ORDER BY run_id"), "interrupted\nrunning\ninterrupted\n");
}

Test(ledger, keeps_the_runs_of_each_opening_and_never_uses_an_id_again) {
  const char *path = ledger_file("again.db");
  for (int64_t i = 1; i <= 3; i++) {
    struct pc_ledger *ledger = ledger_open(path);
    cr_expect_eq(ledger_begin(ledger), i);
    pc_ledger_close(ledger);
  }
  ledger_sql(path, "DELETE FROM runs WHERE run_id = 3");
  struct pc_ledger *ledger = ledger_open(path);
  cr_expect_eq(ledger_begin(ledger), 4);
  pc_ledger_close(ledger);
}

Test(ledger, deletes_with_a_run_all_that_belongs_to_it) {
  const char *path = ledger_file("delete.db");
  struct pc_ledger *ledger = ledger_open(path);
  int64_t run_id = ledger_begin(ledger);
  struct pc_violation violation = ledger_violation();
  struct pc_bytes repro = {(const uint8_t *)"r", 1};
  struct pc_error error;
  cr_assert_eq(ledger_record(ledger, run_id, &violation, repro, &error), PC_OK);
  struct pc_sector_wear wear[LEDGER_SECTORS];
  struct pc_exploration_result result = ledger_result(wear);
  cr_assert_eq(pc_ledger_end_run(ledger, run_id, &result, 1.0, &error), PC_OK);
  pc_ledger_close(ledger);
  ledger_sql(path, "PRAGMA foreign_keys = ON; DELETE FROM runs");
  cr_expect_str_eq(ledger_query(path,
                                "SELECT (SELECT count(*) FROM checks), (SELECT count(*) FROM violations), "
                                "(SELECT count(*) FROM wear)"),
                   "0|0|0\n");
}

Test(ledger, refuses_what_belongs_to_no_running_run) {
  const char *path = ledger_file("none.db");
  struct pc_ledger *ledger = ledger_open(path);
  struct pc_violation violation = ledger_violation();
  struct pc_bytes repro = {(const uint8_t *)"r", 1};
  struct pc_error error;
  cr_expect_eq(ledger_record(ledger, 1, &violation, repro, &error), PC_ENVIRONMENT);
  cr_expect_not_null(strstr(error.message, "FOREIGN KEY constraint failed"), "%s", error.message);
  struct pc_sector_wear wear[LEDGER_SECTORS];
  struct pc_exploration_result result = ledger_result(wear);
  cr_expect_eq(pc_ledger_end_run(ledger, 1, &result, 1.0, &error), PC_ENVIRONMENT);
  cr_expect_not_null(strstr(error.message, "run 1 is not there or has ended"), "%s", error.message);
  int64_t run_id = ledger_begin(ledger);
  cr_expect_eq(pc_ledger_end_run(ledger, run_id, &result, 1.0, &error), PC_OK);
  cr_expect_eq(pc_ledger_end_run(ledger, run_id, &result, 1.0, &error), PC_ENVIRONMENT, "a run ended twice");
  cr_expect_not_null(strstr(error.message, "run 1 is not there or has ended"), "%s", error.message);
  pc_ledger_close(ledger);
  cr_expect_str_eq(ledger_query(path, "SELECT count(*) FROM checks"), "4\n");
}

Test(ledger, counts_the_crashes_of_a_campaign) {
  const char *path = ledger_file("fuzz.db");
  pc_ledger_close(ledger_open(path));
  ledger_sql(path,
             "INSERT INTO campaigns (started_at, fuzzer, harness, seconds, executions, edges, corpus) VALUES "
             "('2024-01-02T03:04:05Z', 'libfuzzer', 'store', 4, 1000, 200, 30);"
             "INSERT INTO crashes (campaign_id, signature, input, first_seen) VALUES "
             "(1, 'durable', x'00', '2024-01-02T03:04:06Z')");
  cr_expect_str_eq(ledger_query(path, "SELECT * FROM v_campaigns"),
                   "1|2024-01-02T03:04:05Z|libfuzzer|store|4.0|1000|250.0|200|30|1\n");
  cr_expect_str_eq(ledger_query(path,
                                "SELECT crash_id, campaign_id, signature, hex(input), minimized, first_seen FROM "
                                "v_crashes"),
                   "1|1|durable|00|NULL|2024-01-02T03:04:06Z\n");
}

Test(ledger, runs_every_query_of_its_documentation) {
  const char *path = ledger_file("documented.db");
  struct pc_ledger *ledger = ledger_open(path);
  int64_t run_id = ledger_begin(ledger);
  struct pc_violation violation = ledger_violation();
  struct pc_bytes repro = {(const uint8_t *)"r", 1};
  struct pc_error error;
  cr_assert_eq(ledger_record(ledger, run_id, &violation, repro, &error), PC_OK);
  struct pc_sector_wear wear[LEDGER_SECTORS];
  struct pc_exploration_result result = ledger_result(wear);
  cr_assert_eq(pc_ledger_end_run(ledger, run_id, &result, 1.0, &error), PC_OK);
  pc_ledger_close(ledger);
  ledger_sql(
      path,
      "INSERT INTO run_settings VALUES (1, 'power.depth', '2');"
      "INSERT INTO wear_runs VALUES (1, 0, 1, 0, NULL); INSERT INTO wear_samples VALUES (1, 1024, 0, 3);"
      "UPDATE runs SET drawing = 'by_time: 10', population = 100, drawn = 10, failed = 1, soaked = 9;"
      "INSERT INTO campaigns (fuzzer, harness) VALUES ('f', 'h');"
      "INSERT INTO crashes (campaign_id, signature, input) VALUES (1, 's', x'00');"
      "INSERT INTO campaign_progress VALUES (1, 10, 20000, 900, 80);"
      "INSERT INTO corpus_coverage VALUES ('2024-01-01T00:00:00Z', 'all', 'total', 80, 900, 890, 500, 480);"
      "INSERT INTO gates (policy, seconds) VALUES ('release', 1);"
      "INSERT INTO gate_rules (gate_id, position, rule, required, measured, verdict) VALUES (1, 0, 'recoveries', "
      "'at least 2', '1', 'failed')");
  FILE *file = fopen(PC_SOURCE_DIR "/reports/README.md", "r");
  cr_assert_not_null(file);
  char line[512];
  int queries = 0;
  bool inside = false;
  while (fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, "```", 3) == 0) {
      inside = strcmp(line, "```sql\n") == 0;
    } else if (inside) {
      cr_expect_str_neq(ledger_query(path, line), "", "no rows: %s", line);
      queries++;
    }
  }
  (void)fclose(file);
  cr_expect_geq(queries, strtol(ledger_query(path, "SELECT count(*) FROM sqlite_schema WHERE type = 'view'"), NULL, 10),
                "one for each view");
}

static void end_a_run(const char *path) {
  struct pc_ledger *ledger = ledger_open(path);
  int64_t run_id = ledger_begin(ledger);
  struct pc_sector_wear wear[LEDGER_SECTORS];
  struct pc_exploration_result result = ledger_result(wear);
  struct pc_error error = {""};
  cr_assert_eq(pc_ledger_end_run(ledger, run_id, &result, 2.0, &error), PC_OK, "%s", error.message);
  pc_ledger_close(ledger);
}

Test(ledger, keeps_how_long_operations_took_and_what_is_not_known_is_null) {
  const char *path = ledger_file("times.db");
  end_a_run(path);
  cr_expect_str_eq(ledger_query(path, "SELECT * FROM v_latency ORDER BY operation"),
                   "1|put|7|1234.5|0.25\n1|start|9|NULL|0.25\n");
  ledger_sql(path, "UPDATE runs SET typical_us = NULL");
  cr_expect_str_eq(ledger_query(path, "SELECT operation, erasing_share FROM v_latency ORDER BY 1"),
                   "put|NULL\nstart|NULL\n");
}

/* What a database is made of: names of tables and views, with their columns. */
static const char tables[] =
    "SELECT name, (SELECT group_concat(name) FROM pragma_table_info(s.name)) FROM sqlite_schema AS s "
    "WHERE type IN ('table', 'view') ORDER BY 1";

/* Takes back what version 4, then version 3 and then version 2 brought. */
static const char undo_4[] =
    "DROP VIEW v_newest_runs;"
    "DROP VIEW v_comparison; DROP VIEW v_wear_samples; DROP VIEW v_put_flash_operations; DROP VIEW v_put_latency;"
    "DROP TABLE wear_samples; DROP TABLE wear_runs; DROP TABLE put_histograms;"
    "ALTER TABLE runs DROP COLUMN memory_size;"
    "DROP VIEW v_campaign_progress; DROP TABLE campaign_progress;"
    "DROP VIEW v_corpus_coverage; DROP TABLE corpus_coverage;"
    "DROP VIEW v_soaks; DROP VIEW v_draws; ALTER TABLE runs DROP COLUMN soaked; ALTER TABLE runs DROP COLUMN failed; "
    "ALTER TABLE runs DROP COLUMN drawn;"
    "ALTER TABLE runs DROP COLUMN population; ALTER TABLE runs DROP COLUMN drawing;"
    "DROP VIEW v_progress; DROP TABLE segments; ALTER TABLE runs DROP COLUMN fingerprint;"
    "ALTER TABLE runs DROP COLUMN shard; ALTER TABLE runs DROP COLUMN shards; ALTER TABLE runs DROP COLUMN segments;"
    "ALTER TABLE violations DROP COLUMN segment; ALTER TABLE violations DROP COLUMN cut_path;"
    "DROP VIEW v_findings; DROP VIEW v_violations;"
    "ALTER TABLE violations DROP COLUMN count; ALTER TABLE violations DROP COLUMN shrunk;"
    "CREATE VIEW v_violations (violation_id, run_id, invariant, fault, depth, operation, flash_operation, key, "
    "expected,"
    "  actual, repro) AS SELECT violation_id, run_id, invariant, fault, depth, operation, flash_operation, key, "
    "expected,"
    "  actual, repro FROM violations;"
    "PRAGMA user_version = 3";
static const char undo_3[] =
    "DROP VIEW v_gate_rules; DROP VIEW v_gates; DROP TABLE gate_rules; DROP TABLE gates;"
    "DROP VIEW v_guarantees; DROP TABLE guarantees;"
    "DROP VIEW v_provenance; DROP VIEW v_run_settings; DROP TABLE run_settings;"
    "ALTER TABLE runs DROP COLUMN group_id; ALTER TABLE runs DROP COLUMN version; ALTER TABLE runs DROP COLUMN command;"
    "PRAGMA user_version = 2;"
    "INSERT INTO runs (scenario, device, store, seed) VALUES ('old', 'a', 'b', 1)";
static const char undo_2[] =
    "DROP VIEW v_latency; DROP TABLE latencies; ALTER TABLE runs DROP COLUMN typical_us;"
    "ALTER TABLE runs DROP COLUMN erasing_us; PRAGMA user_version = 1;";

static void expect_same_as_a_new_one(const char *path) {
  char expected[8192];
  const char *fresh = ledger_file("new.db");
  pc_ledger_close(ledger_open(fresh));
  (void)snprintf(expected, sizeof expected, "%s", ledger_query(fresh, tables));
  end_a_run(path);
  cr_expect_str_eq(ledger_query(path, tables), expected);
  cr_expect_str_eq(ledger_query(path, "SELECT user_version FROM pragma_user_version"), "4\n");
  cr_expect_str_eq(ledger_query(path, "SELECT run_id, scenario FROM v_runs"), "1|old\n2|settings\n");
  cr_expect_str_eq(ledger_query(path, "SELECT run_id, operation, worst_us FROM v_latency ORDER BY 2"),
                   "2|put|1234.5\n2|start|NULL\n");
}

Test(ledger, brings_a_database_of_version_2_to_the_same_as_a_new_one) {
  const char *path = ledger_file("old.db");
  pc_ledger_close(ledger_open(path));
  ledger_sql(path, undo_4);
  ledger_sql(path, undo_3);
  expect_same_as_a_new_one(path);
}

/* A violation that was recorded before there were counts and shrunk repros. */
Test(ledger, keeps_the_violations_of_version_3) {
  const char *path = ledger_file("old.db");
  struct pc_ledger *ledger = ledger_open(path);
  int64_t run_id = ledger_begin(ledger);
  struct pc_violation violation = ledger_violation();
  struct pc_error error;
  cr_assert_eq(ledger_record(ledger, run_id, &violation, (struct pc_bytes){(const uint8_t *)"r", 1}, &error), PC_OK);
  pc_ledger_close(ledger);
  ledger_sql(path, undo_4);
  pc_ledger_close(ledger_open(path));
  cr_expect_str_eq(ledger_query(path, "SELECT repro FROM v_violations"), "r\n");
  cr_expect_str_eq(ledger_query(path, "SELECT violation_id, count, repro_found, repro_shrunk FROM v_findings"),
                   "1|NULL|r|NULL\n");
}

Test(ledger, brings_a_database_of_version_1_to_the_same_as_a_new_one) {
  const char *path = ledger_file("old.db");
  pc_ledger_close(ledger_open(path));
  ledger_sql(path, undo_4);
  ledger_sql(path, undo_3);
  ledger_sql(path, undo_2);
  expect_same_as_a_new_one(path);
}

Test(ledger, tells_where_a_run_is_from_and_what_a_group_differs_in) {
  const char *path = ledger_file("group.db");
  struct pc_ledger *ledger = ledger_open(path);
  int64_t first = ledger_begin(ledger), second;
  const struct pc_run_setting settings[] = {{"power.depth", "2"}, {"store.policy", "greedy"}};
  struct pc_run_info info = ledger_info;
  info.group = first;
  info.version = "1.2.3";
  info.command = "powercut run it's";
  info.settings = settings;
  info.setting_count = 2;
  struct pc_error error;
  cr_assert_eq(pc_ledger_begin_run(ledger, &info, &second, &error), PC_OK, "%s", error.message);
  cr_expect_str_eq(ledger_query(path, "SELECT * FROM v_provenance ORDER BY 1"),
                   "1|1|NULL|NULL\n2|1|1.2.3|powercut run it's\n");
  cr_expect_str_eq(ledger_query(path, "SELECT * FROM v_run_settings ORDER BY 1, 2"),
                   "2|power.depth|2\n2|store.policy|greedy\n");
  info.settings = (const struct pc_run_setting[]){settings[0], settings[0]};
  cr_expect_eq(pc_ledger_begin_run(ledger, &info, &second, &error), PC_ENVIRONMENT);
  cr_expect_str_eq(ledger_query(path, "SELECT count(*) FROM v_runs"), "2\n", "the run was begun in part");
  pc_ledger_close(ledger);
}
