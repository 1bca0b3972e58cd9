/* Programs: bytes, text and runs. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "powercut/program.h"
#include "powercut/stores.h"

static struct pc_bytes bytes_of(const void *data, size_t size) {
  return (struct pc_bytes){.data = data, .size = size};
}

static enum pc_result decode(const char *bytes, size_t size, struct pc_program *program, struct pc_error *error) {
  return pc_program_decode("it", bytes_of(bytes, size), program, error);
}

Test(program, says_what_is_wrong_with_an_input) {
  static char huge[PC_PROGRAM_MAX_SIZE + 1] = "PC\1";
  struct pc_program program;
  struct pc_error error;
  cr_assert_eq(decode("", 0, &program, &error), PC_BAD_INPUT);
  cr_assert_not_null(strstr(error.message, "empty"));
  cr_assert_eq(decode("hello, world", 12, &program, &error), PC_BAD_INPUT);
  cr_assert_not_null(strstr(error.message, "not a fuzzing program"));
  cr_assert_eq(decode("PC\1", 3, &program, &error), PC_BAD_INPUT);
  cr_assert_eq(decode("PC\3\0\0\0\0\0", 8, &program, &error), PC_BAD_INPUT);
  cr_assert_not_null(strstr(error.message, "version 3"));
  cr_assert_eq(decode("PC\0\0\0\0\0\0", 8, &program, &error), PC_BAD_INPUT);
  cr_assert_not_null(strstr(error.message, "version 0"));
  cr_assert_eq(decode(huge, sizeof huge, &program, &error), PC_BAD_INPUT);
  cr_assert_not_null(strstr(error.message, "1033 bytes"));
  cr_assert_eq(decode(huge, sizeof huge - 1, &program, &error), PC_OK);
}

/* Any bytes behind the first three. */
static size_t draw_input(struct pc_random *random, uint8_t *input) {
  size_t size = PC_PROGRAM_HEADER_SIZE + (size_t)pc_random_below(random, PC_PROGRAM_MAX_SIZE - 8 + 1);
  for (size_t i = 0; i < size; i++) {
    input[i] = (uint8_t)pc_random_next(random);
  }
  input[0] = 'P';
  input[1] = 'C';
  input[2] = PC_PROGRAM_VERSION;
  return size;
}

static void assert_same(const struct pc_program *a, const struct pc_program *b, uint64_t seed) {
  uint8_t first[PC_PROGRAM_MAX_SIZE], second[PC_PROGRAM_MAX_SIZE];
  size_t size = pc_program_encode(a, first);
  cr_assert_eq(pc_program_encode(b, second), size, "seed %llu", (unsigned long long)seed);
  cr_assert_arr_eq(first, second, size, "seed %llu", (unsigned long long)seed);
}

Test(program, reads_back_what_it_wrote_as_bytes_and_as_text) {
  for (uint64_t seed = 0; seed < 300; seed++) {
    struct pc_random random = {.state = seed};
    uint8_t input[PC_PROGRAM_MAX_SIZE], again[PC_PROGRAM_MAX_SIZE];
    struct pc_program program, back;
    struct pc_error error;
    struct pc_buffer text = {0};
    size_t size = draw_input(&random, input);
    cr_assert_eq(pc_program_decode("it", bytes_of(input, size), &program, &error), PC_OK);
    cr_assert_eq(program.step_count, (size - 8) / 4);
    size = pc_program_encode(&program, again);
    cr_assert_eq(pc_program_decode("it", bytes_of(again, size), &back, &error), PC_OK);
    assert_same(&program, &back, seed);
    pc_program_write(&program, &text);
    cr_assert_eq(pc_program_parse("it", bytes_of(text.data, text.size), &back, &error), PC_OK, "%s", error.message);
    assert_same(&program, &back, seed);
    pc_buffer_free(&text);
  }
}

/* A geometry, a setup and a class that version 1 doesn't have: its bytes say what they always said. */
Test(program, reads_version_1_as_it_was) {
  static const char one[] = "PC\1\x12\0\xE7\0\0\x0E\1\2\3", two[] = "PC\2\x12\0\xE7\0\0\x0E\1\2\3";
  struct pc_program program;
  struct pc_error error;
  cr_assert_eq(decode(one, 12, &program, &error), PC_OK);
  cr_assert_eq(program.setup.geometry, 2);
  cr_assert_eq(program.setup.worn, 0);
  cr_assert_not(program.setup.fragile);
  cr_assert_eq(program.setup.policy, 3);
  cr_assert(program.setup.few_keys);
  cr_assert_eq(program.steps[0].fault, PC_FAULT_UNIT_SUBSET);
  cr_assert_eq(decode(two, 12, &program, &error), PC_OK);
  cr_assert_eq(program.setup.geometry, 18);
  cr_assert_eq(program.setup.worn, 3);
  cr_assert(program.setup.fragile);
  cr_assert_eq(program.steps[0].fault, PC_FAULT_COLLATERAL);
}

Test(program, keeps_every_field_of_a_step) {
  static const char text[] =
      "powercut program 1\ngeometry 23\nredundancy 4\nchecksum crc16_ccitt\nrecovery manual\n"
      "alignment 3\npolicy hybrid\ncollect off\nfew_keys yes\nworn 1.1\nfragile yes\nseed 65535\nput 15 4095 255\n"
      "put 1 largest-7 2\ndelete 2\nget 3\nmaintain heavy\nreboot\ncut bit_subset 4095 8191\ncut worn 4095 8191\n";
  struct pc_program program;
  struct pc_error error;
  struct pc_buffer written = {0};
  uint8_t bytes[PC_PROGRAM_MAX_SIZE];
  cr_assert_eq(pc_program_parse("it", bytes_of(text, sizeof text - 1), &program, &error), PC_OK, "%s", error.message);
  size_t size = pc_program_encode(&program, bytes);
  cr_assert_eq(pc_program_decode("it", bytes_of(bytes, size), &program, &error), PC_OK);
  pc_program_write(&program, &written);
  cr_assert_not_null(
      strstr((char *)written.data,
             "policy hybrid\ncollect off\nfew_keys yes\nworn 1.1\nfragile yes\nseed 65535\nput 15 4095 255"));
  cr_assert_not_null(strstr((char *)written.data, "put 1 largest-7 2"));
  cr_assert_not_null(
      strstr((char *)written.data, "maintain heavy\nreboot\ncut bit_subset 4095 8191\ncut worn 4095 8191\n"));
  pc_buffer_free(&written);
}

Test(program, names_the_line_of_a_text_that_is_wrong) {
  static const struct {
    const char *text, *what;
  } cases[] = {
      {"powercut program 9\n", "it:1: this powercut reads programs of versions 1 and 2"},
      {"powercut program 1\ngeometry 24\n", "it:2: too large"},
      {"powercut program 1\n\nredundancy 0\n", "it:3: redundancy is 1 to 4"},
      {"powercut program 1\nchecksum md5\n", "it:2: not a word"},
      {"powercut program 1\nput 1 2\n", "it:2: too many or too few words for a 'put'"},
      {"powercut program 1\nput 16 1 1\n", "it:2: too large"},
      {"powercut program 1\nput 1 1 -1\n", "it:2: no number"},
      {"powercut program 2\ncut meta 0 0\n", "it:2: not a word"},
      {"powercut program 1\nput 1 1 1 1 1 1\n", "it:2: too many words"},
      {"powercut programme 1\n", "it: not the text"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct pc_program program;
    struct pc_error error;
    cr_assert_eq(pc_program_parse("it", bytes_of(cases[i].text, strlen(cases[i].text)), &program, &error), PC_BAD_INPUT,
                 "%s", cases[i].text);
    cr_assert_not_null(strstr(error.message, cases[i].what), "%s", error.message);
  }
}

Test(program, mutates_into_programs_and_changes_them) {
  struct pc_random random = {.state = 5};
  struct pc_program program = {.setup = {.redundancy = 1}}, other = program;
  uint32_t changed = 0, most = 0;
  for (int i = 0; i < 5000; i++) {
    uint8_t bytes[PC_PROGRAM_MAX_SIZE], before[PC_PROGRAM_MAX_SIZE];
    struct pc_program back;
    struct pc_error error;
    size_t size_before = pc_program_encode(&program, before);
    pc_program_mutate(&program, i % 2 == 0 ? &other : NULL, &random);
    size_t size = pc_program_encode(&program, bytes);
    changed += size != size_before || memcmp(bytes, before, size) != 0;
    most = program.step_count > most ? program.step_count : most;
    cr_assert_leq(size, PC_PROGRAM_MAX_SIZE);
    cr_assert_eq(pc_program_decode("it", bytes_of(bytes, size), &back, &error), PC_OK);
    assert_same(&program, &back, (uint64_t)i);
    if (i % 100 == 99) {
      other = program;
    }
  }
  cr_assert_gt(changed, 4000);
  cr_assert_gt(most, 100);
}

/* What a run of random programs comes to: a number that any difference changes. */
static uint64_t run_all(struct pc_runner *runner, uint64_t first, uint64_t end) {
  uint64_t sum = 0;
  for (uint64_t seed = first; seed < end; seed++) {
    struct pc_random random = {.state = seed};
    struct pc_program program = {.setup = {.redundancy = 1}};
    struct pc_program_outcome outcome;
    struct pc_error error;
    for (int i = 0; i < 40; i++) {
      pc_program_mutate(&program, NULL, &random);
    }
    cr_assert_eq(pc_runner_run(runner, &program, NULL, &outcome, &error), PC_OK, "%s", error.message);
    cr_assert_null(outcome.violation, "seed %llu violates %s", (unsigned long long)seed,
                   outcome.violation == NULL ? "" : pc_invariant_info(outcome.violation->invariant)->name);
    sum = pc_random_mix(sum, outcome.cut_paths + outcome.step * 1000u + outcome.refused);
  }
  return sum;
}

Test(program, holds_and_leaves_nothing_behind_in_its_runner) {
  struct pc_runner *used, *fresh;
  struct pc_error error;
  cr_assert_eq(pc_runner_open(&used, pc_store_named("norkv"), &error), PC_OK);
  cr_assert_eq(pc_runner_open(&fresh, pc_store_named("norkv"), &error), PC_OK);
  (void)run_all(used, 0, 200);
  cr_assert_eq(run_all(used, 200, 400), run_all(fresh, 200, 400));
  pc_runner_close(used);
  pc_runner_close(fresh);
}
