/* Runs that begin with what is on flash: what the store must hold is what it reads there, and what the decoder does. */
#include <string.h>

#include "powercut/device.h"
#include "powercut/shrink.h"
#include "powercut/target.h"
#include "test_explore_help.h"

#define SECTORS 4u
#define SECTOR_SIZE 128u /* the lab's */

static uint8_t image[SECTORS * SECTOR_SIZE];

static const struct pc_store *norkv(void) {
  return pc_store_named("norkv");
}

static struct pc_bytes text(const char *string) {
  return (struct pc_bytes){.data = (const uint8_t *)string, .size = strlen(string)};
}

/* What norkv leaves on flash, as the lab has it set up, once `use` has used it. */
static void make_image_by(const struct lab *lab, void (*use)(struct pc_target *target)) {
  struct pc_device *device;
  struct pc_target target;
  struct pc_error error;
  cr_assert_eq(pc_device_create(&device, &lab->profile, SECTORS, &error), PC_OK);
  cr_assert_eq(pc_target_open(&target, norkv(), device, lab->parameters, lab->subject.parameter_count, 8, &error),
               PC_OK, "%s", error.message);
  cr_assert_eq(pc_target_start(&target), PC_STATUS_OK);
  use(&target);
  memcpy(image, pc_device_cells(device).data, sizeof image);
  pc_target_close(&target);
  pc_device_destroy(device);
}

static void use_a_little(struct pc_target *target) {
  cr_assert_eq(pc_target_put(target, text("a"), text("1")), PC_STATUS_OK);
  cr_assert_eq(pc_target_put(target, text("b"), text("2")), PC_STATUS_OK);
  cr_assert_eq(pc_target_put(target, text("b"), text("3")), PC_STATUS_OK);
  cr_assert_eq(pc_target_put(target, text("c"), text("4")), PC_STATUS_OK);
  cr_assert_eq(pc_target_remove(target, text("c")), PC_STATUS_OK);
}

/* a is 1, b was 2 and is 3, c was 4 and is deleted. */
static void make_image(const struct lab *lab) {
  make_image_by(lab, use_a_little);
}

static void fill_three_sectors(struct pc_target *target) {
  static const uint8_t large[100] = {1};
  const struct pc_bytes value = {.data = large, .size = sizeof large};
  cr_assert_eq(pc_target_put(target, text("a"), value), PC_STATUS_OK);
  cr_assert_eq(pc_target_put(target, text("b"), value), PC_STATUS_OK);
  cr_assert_eq(pc_target_put(target, text("c"), value), PC_STATUS_OK);
}

static void make_full_image(const struct lab *lab) {
  make_image_by(lab, fill_three_sectors);
}

static void open_on_image(struct lab *lab, const struct pc_store *store, const char *trace) {
  struct pc_error error;
  lab_open(lab, store, SECTORS, trace);
  make_image(lab);
  lab->subject.image = (struct pc_bytes){.data = image, .size = sizeof image};
  lab->plan.faults[PC_FAULT_BETWEEN_OPS] = lab->plan.faults[PC_FAULT_PREFIX] = true;
  lab->plan.aftermath = 8;
  cr_assert_eq(pc_subject_survey(&lab->subject, &lab->workload, &error), PC_OK, "%s", error.message);
}

#define GOES_ON "put d 05\nget a\nput b 06\nput c 07\ndelete a\nput d 08\n"

static void explore(const struct lab *lab, struct lab_run *run) {
  *run = (struct lab_run){.jobs = 2};
  lab_explore(lab, run);
  cr_assert_eq(run->outcome, PC_OK, "%s", run->error.message);
}

static const struct pc_initial *initial_of(const struct pc_workload *workload, const char *key) {
  uint32_t i = 0;
  while (i < workload->initial_count && !pc_bytes_equal(workload->keys[workload->initial[i].key], text(key))) {
    i++;
  }
  cr_assert_lt(i, workload->initial_count, "%s is not there", key);
  return &workload->initial[i];
}

Test(explore_image, the_workload_begins_with_what_the_store_reads) {
  struct lab lab;
  open_on_image(&lab, norkv(), "put d 05\nput b 06\n");
  const struct pc_workload *workload = &lab.workload;
  cr_expect_eq(workload->initial_count, 3);
  cr_expect_eq(workload->key_count, 4);
  cr_expect(pc_bytes_equal(workload->keys[0], text("d")) && pc_bytes_equal(workload->keys[1], text("b")));
  cr_expect(initial_of(workload, "a")->live && pc_bytes_equal(initial_of(workload, "a")->value, text("1")));
  cr_expect(initial_of(workload, "b")->live && pc_bytes_equal(initial_of(workload, "b")->value, text("3")));
  cr_expect_eq(initial_of(workload, "b")->key, 1);
  cr_expect_not(initial_of(workload, "c")->live);
  cr_expect_not(workload->outgrown);
  lab_close(&lab);
}

Test(explore_image, a_sound_store_holds) {
  struct lab lab;
  struct lab_run run;
  open_on_image(&lab, norkv(), GOES_ON);
  lab.plan.depth = 2;
  explore(&lab, &run);
  cr_expect_eq(run.result.violations, 0, "%s", run.violations[0].violation.actual);
  cr_expect_gt(run.result.recoveries, 50);
  cr_expect_gt(run.result.baseline[PC_DURABLE].checks, 0);
  cr_expect_gt(run.result.baseline[PC_DELETED_STAYS_DELETED].checks, 0);
  lab_run_free(&run);
  lab_close(&lab);
}

/* The same store, which reads an older value of b: first on the image, in agreement with itself. */
static enum pc_status read_older(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  enum pc_status status = norkv()->get(memory, key, buffer, capacity, size);
  if (status == PC_STATUS_OK && *size == 1 && buffer[0] == '3') {
    buffer[0] = '2';
  }
  return status;
}

Test(explore_image, what_the_decoder_reads_otherwise_is_a_violation) {
  struct pc_store store = *norkv();
  struct lab lab;
  struct lab_run run;
  store.get = read_older;
  open_on_image(&lab, &store, GOES_ON);
  explore(&lab, &run);
  cr_expect_gt(run.result.baseline[PC_WELL_FORMED].failures, 0);
  cr_assert_gt(run.violation_count, 0);
  cr_expect_eq(run.violations[0].violation.invariant, PC_WELL_FORMED);
  cr_expect_eq(run.violations[0].violation.operation, 0);
  cr_expect_eq(run.violations[0].violation.path.depth, 0);
  lab_run_free(&run);
  lab_close(&lab);
}

/* The same store, which forgets all that it is found with as soon as it has put something. */
static bool has_put;
static enum pc_status put_and_note(void *memory, struct pc_bytes key, struct pc_bytes value) {
  has_put = true;
  return norkv()->put(memory, key, value);
}
static enum pc_status forget_a(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  if (has_put && key.size == 1 && key.data[0] == 'a') {
    return PC_STATUS_NOT_FOUND;
  }
  return norkv()->get(memory, key, buffer, capacity, size);
}

/* A key that no operation names is lost all the same. */
Test(explore_image, what_is_on_it_is_kept_when_a_violation_is_made_small) {
  struct pc_store store = *norkv();
  struct lab lab;
  struct lab_run run;
  struct pc_shrunk shrunk;
  struct pc_error error;
  store.put = put_and_note;
  store.get = forget_a;
  has_put = false;
  open_on_image(&lab, &store, "put d 05\nput longer 0606\nput d 07\nreboot\nput b 08\n");
  explore(&lab, &run);
  cr_expect_gt(run.result.baseline[PC_DURABLE].failures, 0);
  cr_assert_gt(run.violation_count, 0);
  const struct pc_shrink_order order = {.subject = &lab.subject,
                                        .workload = &lab.workload,
                                        .plan = &lab.plan,
                                        .path = &run.violations[0].violation.path,
                                        .invariant = run.violations[0].violation.invariant};
  cr_assert_eq(pc_shrink(&order, &shrunk, &error), PC_OK, "%s", error.message);
  cr_assert(shrunk.shown);
  cr_expect_eq(shrunk.workload.initial_count, 3);
  cr_expect_lt(shrunk.workload.operation_count, 4);
  cr_expect(initial_of(&shrunk.workload, "a")->live);
  cr_expect(pc_bytes_equal(initial_of(&shrunk.workload, "b")->value, text("3")));
  pc_shrunk_free(&shrunk);
  lab_run_free(&run);
  lab_close(&lab);
}

Test(explore_image, a_store_that_cannot_iterate_is_asked_for_the_keys_of_the_workload) {
  struct pc_store store = *norkv();
  struct lab lab;
  struct lab_run run;
  store.iterate = NULL;
  open_on_image(&lab, &store, GOES_ON);
  cr_expect(initial_of(&lab.workload, "a")->live && initial_of(&lab.workload, "b")->live);
  explore(&lab, &run);
  cr_expect_eq(run.result.violations, 0, "%s", run.violations[0].violation.actual);
  lab_run_free(&run);
  lab_close(&lab);
}

/* Opens norkv with two copies on an image that it wrote with one. */
static void open_with_a_copy_more(struct lab *lab, const char *trace) {
  struct pc_error error;
  lab_open(lab, norkv(), SECTORS, trace);
  make_image(lab);
  lab_set(lab, "redundancy", "2");
  lab->subject.image = (struct pc_bytes){.data = image, .size = sizeof image};
  cr_assert_eq(pc_subject_survey(&lab->subject, &lab->workload, &error), PC_OK, "%s", error.message);
  cr_expect_eq(lab->workload.copies, 1);
}

Test(explore_image, what_rots_before_it_has_its_copies_may_be_lost) {
  struct lab lab;
  struct lab_run run;
  open_with_a_copy_more(&lab, "get a\nmaintain full\nput d 05\n");
  lab.plan.faults[PC_FAULT_BIT_ROT] = true;
  lab.plan.samples = 100;
  explore(&lab, &run);
  cr_expect_eq(run.result.violations, 0, "%s", run.violations[0].violation.actual);
  cr_expect_gt(run.result.checks[PC_FAULT_BIT_ROT][0][PC_DURABLE].checks, 0);
  lab_run_free(&run);
  lab_close(&lab);
}

/* No room is promised for the copies of keys that fill a sector each. */
Test(explore_image, copies_without_room_are_asked_for_after_maintenance) {
  struct lab lab;
  struct lab_run run;
  struct pc_error error;
  lab_open(&lab, norkv(), SECTORS, "get a\nreboot\n");
  make_full_image(&lab);
  lab_set(&lab, "redundancy", "2");
  lab.subject.image = (struct pc_bytes){.data = image, .size = sizeof image};
  lab.plan.faults[PC_FAULT_BETWEEN_OPS] = true;
  cr_assert_eq(pc_subject_survey(&lab.subject, &lab.workload, &error), PC_OK, "%s", error.message);
  explore(&lab, &run);
  cr_expect_eq(lab_failures(&run, PC_REDUNDANT), 0);
  cr_expect_eq(run.result.violations, 0, "%s", run.violations[0].violation.actual);
  lab_run_free(&run);
  lab_close(&lab);
}

static enum pc_status never_start(void *memory, const struct pc_store_setup *setup) {
  (void)memory;
  (void)setup;
  return PC_STATUS_DATA_LOSS;
}

Test(explore_image, a_store_that_does_not_start_on_it_is_a_violation) {
  struct pc_store store = *norkv();
  struct lab lab;
  struct lab_run run;
  store.start = never_start;
  open_on_image(&lab, &store, GOES_ON);
  explore(&lab, &run);
  cr_expect_gt(run.result.baseline[PC_MOUNTABLE].failures, 0);
  lab_run_free(&run);
  lab_close(&lab);
}

Test(explore_image, the_same_on_any_number_of_workers_and_in_each_life_of_a_soak) {
  struct lab lab;
  struct lab_run one = {.jobs = 1}, three = {.jobs = 3}, soak;
  struct pc_store store = *norkv();
  store.get = read_older;
  open_on_image(&lab, &store, GOES_ON GOES_ON GOES_ON GOES_ON);
  lab_explore(&lab, &one);
  lab_explore(&lab, &three);
  lab_expect_same(&one, &three);
  lab_run_free(&one);
  lab_run_free(&three);
  lab_close(&lab);
  open_on_image(&lab, norkv(), GOES_ON);
  lab.plan.cuts = PC_CUTS_SOAK;
  lab.plan.count = 2500;
  lab.plan.consecutive = 1;
  explore(&lab, &soak);
  cr_expect_eq(soak.result.violations, 0, "%s", soak.violations[0].violation.actual);
  cr_expect_geq(soak.result.cuts, 2500);
  lab_run_free(&soak);
  lab_close(&lab);
}

Test(explore_image, entries_of_another_alignment_void_the_room_promise) {
  struct lab lab;
  struct pc_error error;
  open_on_image(&lab, norkv(), GOES_ON);
  struct pc_workload again = lab.workload;
  again.initial = NULL;
  again.initial_count = 0;
  lab_set(&lab, "alignment", "64");
  cr_assert_eq(pc_subject_survey(&lab.subject, &again, &error), PC_OK, "%s", error.message);
  cr_expect(again.outgrown);
  free(again.initial);
  lab.workload.keys = again.keys; /* they grew */
  lab_close(&lab);
}

Test(explore_image, an_image_of_another_size_is_refused) {
  struct lab lab;
  struct pc_error error;
  open_on_image(&lab, norkv(), GOES_ON);
  lab.subject.image.size -= SECTOR_SIZE;
  cr_expect_eq(pc_subject_survey(&lab.subject, &lab.workload, &error), PC_BAD_INPUT);
  cr_expect_not_null(strstr(error.message, "the image is 384 bytes, the device 512"), "%s", error.message);
  lab_close(&lab);
}
