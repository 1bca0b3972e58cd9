/* Repros that are shrunk after they were recorded. */
#include <criterion/criterion.h>
#include <string.h>

#include "test_ledger_help.h"

TestSuite(ledger_shrunk, .fini = ledger_folder_remove);

static struct pc_bytes text_of(const char *text) {
  return (struct pc_bytes){(const uint8_t *)text, strlen(text)};
}

/* Records a violation of that class, found `count` times. */
static void add(struct pc_ledger *ledger, int64_t run_id, enum pc_fault fault, uint64_t count, const char *repro) {
  struct pc_violation violation = ledger_violation();
  struct pc_error error = {""};
  violation.path.cuts[1].fault = fault;
  violation.fault = fault;
  violation.count = count;
  cr_assert_eq(ledger_record(ledger, run_id, &violation, text_of(repro), &error), PC_OK, "%s", error.message);
}

static const char *next(struct pc_ledger *ledger, int64_t run_id, struct pc_unshrunk *unshrunk) {
  struct pc_error error = {""};
  cr_assert_eq(pc_ledger_next_unshrunk(ledger, run_id, unshrunk, &error), PC_OK, "%s", error.message);
  return unshrunk->violation_id == 0 ? "" : (const char *)unshrunk->repro.data;
}

Test(ledger_shrunk, the_first_of_each_kind_is_asked_for_once_it_is_recorded_no_more) {
  const char *path = ledger_file("results.db");
  struct pc_ledger *ledger = ledger_open(path);
  int64_t other = ledger_begin(ledger), run_id = ledger_begin(ledger);
  struct pc_unshrunk unshrunk = {0};
  struct pc_error error = {""};
  add(ledger, other, PC_FAULT_PREFIX, 1, "other");
  add(ledger, run_id, PC_FAULT_PREFIX, 7, "first");
  add(ledger, run_id, PC_FAULT_PREFIX, 2, "second");
  add(ledger, run_id, PC_FAULT_BIT_SUBSET, 0, "third");
  cr_expect_str_eq(next(ledger, run_id, &unshrunk), "first");
  cr_assert_eq(pc_ledger_add_shrunk(ledger, unshrunk.violation_id, text_of("small"), &error), PC_OK, "%s",
               error.message);
  cr_expect_str_eq(next(ledger, run_id, &unshrunk), "third");
  cr_expect_eq(unshrunk.number, 3);
  cr_expect_str_eq(next(ledger, run_id, &unshrunk), "");
  cr_expect_eq(unshrunk.violation_id, 0);
  cr_expect_str_eq(next(ledger, run_id, &unshrunk), "third", "once more from the start");
  pc_buffer_free(&unshrunk.repro);
  pc_ledger_close(ledger);
  cr_expect_str_eq(ledger_query(path, "SELECT count, repro_found, repro_shrunk FROM v_findings WHERE run_id = 2"),
                   "7|first|small\n2|second|NULL\nNULL|third|NULL\n");
  cr_expect_str_eq(ledger_query(path, "SELECT repro FROM v_violations WHERE run_id = 2"), "small\nsecond\nthird\n");
}
