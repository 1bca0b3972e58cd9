/* device.image: what is read of it, what is written of it, and what is refused. */
#include "test_config_help.h"

TestSuite(config_image, .init = enter_folder, .fini = leave_folder);

#define SIZE 1024u /* of the device */

static uint8_t bytes[SIZE];

static enum pc_result load_with(const char *image, const struct pc_scenario_options *options,
                                struct pc_scenario *scenario, struct pc_error *error) {
  char replacement[1024];
  (void)snprintf(replacement, sizeof replacement, "  profile: {name: x, sector_size: 512}\n  sectors: 2\n  image: %s\n",
                 image);
  char *text = replaced(GOOD, "  profile: w25q128jv\n  sectors: 16\n", replacement);
  write_text("s.yaml", text);
  free(text);
  return pc_scenario_load("s.yaml", options, scenario, error);
}

static void write_image(size_t size) {
  memset(bytes, 0xFF, sizeof bytes);
  bytes[0] = 0x12;
  bytes[700] = 0x34;
  bytes[SIZE - 1] = 0;
  write_bytes("p.yaml", bytes, size);
}

Test(config_image, a_file_is_the_flash_at_the_beginning) {
  struct pc_scenario scenario;
  struct pc_error error;
  write_image(SIZE);
  cr_assert_eq(load_with("p.yaml", NULL, &scenario, &error), PC_OK, "%s", error.message);
  cr_assert_eq(scenario.image_size, SIZE);
  cr_expect_arr_eq(scenario.image, bytes, SIZE);
  pc_scenario_free(&scenario);
}

Test(config_image, a_block_is_written_and_needs_no_file) {
  struct pc_scenario scenario, again;
  struct pc_error error;
  struct pc_buffer text = {0};
  write_image(SIZE);
  cr_assert_eq(load_with("p.yaml", NULL, &scenario, &error), PC_OK, "%s", error.message);
  pc_scenario_write(&scenario, NULL, 0, &text);
  cr_assert_not(text.failed);
  cr_expect_null(strstr((const char *)text.data, "p.yaml"));
  cr_expect_not_null(strstr((const char *)text.data, "\n    0x000002a0: "));
  cr_expect_null(strstr((const char *)text.data, "\n    0x00000020: "), "what is erased is left out");
  cr_assert_eq(unlink("p.yaml"), 0);
  write_bytes("r.yaml", text.data, text.size);
  cr_assert_eq(pc_scenario_load("r.yaml", NULL, &again, &error), PC_OK, "%s", error.message);
  cr_assert_eq(again.image_size, SIZE);
  cr_expect_arr_eq(again.image, bytes, SIZE);
  cr_expect_null(again.image_path);
  pc_buffer_free(&text);
  pc_scenario_free(&scenario);
  pc_scenario_free(&again);
}

Test(config_image, a_blank_one_reads_back_too) {
  struct pc_scenario scenario, again;
  struct pc_error error;
  struct pc_buffer text = {0};
  memset(bytes, 0xFF, sizeof bytes);
  write_bytes("p.yaml", bytes, SIZE);
  cr_assert_eq(load_with("p.yaml", NULL, &scenario, &error), PC_OK, "%s", error.message);
  pc_scenario_write(&scenario, NULL, 0, &text);
  write_bytes("r.yaml", text.data, text.size);
  cr_assert_eq(pc_scenario_load("r.yaml", NULL, &again, &error), PC_OK, "%s", error.message);
  cr_assert_eq(again.image_size, SIZE);
  cr_expect_arr_eq(again.image, bytes, SIZE);
  pc_buffer_free(&text);
  pc_scenario_free(&scenario);
  pc_scenario_free(&again);
}

/* One with much in it stays where it is, and must be the same when it is read again. */
Test(config_image, a_full_one_is_written_as_its_path_and_hash) {
  static uint8_t full[512 * 1024];
  struct pc_scenario scenario, again;
  struct pc_error error;
  struct pc_buffer text = {0};
  memset(full, 0x5A, sizeof full);
  write_bytes("p.yaml", full, sizeof full);
  char *scenario_text = replaced(GOOD, "  profile: w25q128jv\n  sectors: 16\n",
                                 "  profile: {name: x, sector_size: 512}\n  sectors: 1024\n  image: p.yaml\n");
  write_text("s.yaml", scenario_text);
  free(scenario_text);
  cr_assert_eq(pc_scenario_load("s.yaml", NULL, &scenario, &error), PC_OK, "%s", error.message);
  pc_scenario_write(&scenario, NULL, 0, &text);
  cr_expect_not_null(strstr((const char *)text.data, "/p.yaml\"\n  image_hash: \""));
  write_bytes("r.yaml", text.data, text.size);
  cr_assert_eq(pc_scenario_load("r.yaml", NULL, &again, &error), PC_OK, "%s", error.message);
  pc_scenario_free(&again);
  full[9] = 0;
  write_bytes("p.yaml", full, sizeof full);
  cr_expect_eq(pc_scenario_load("r.yaml", NULL, &again, &error), PC_BAD_INPUT);
  cr_expect_not_null(strstr(error.message, "device.image is another one than it was: its hash is "), "%s",
                     error.message);
  pc_buffer_free(&text);
  pc_scenario_free(&scenario);
}

Test(config_image, its_bytes_tell_two_runs_apart) {
  char prints[2][PC_FINGERPRINT_SIZE];
  for (size_t i = 0; i < 2; i++) {
    struct pc_scenario scenario;
    struct pc_error error;
    write_image(SIZE);
    bytes[900] = (uint8_t)i;
    write_bytes("p.yaml", bytes, SIZE);
    cr_assert_eq(load_with("p.yaml", NULL, &scenario, &error), PC_OK, "%s", error.message);
    cr_assert_eq(pc_scenario_fingerprint(&scenario, NULL, 0, "1", prints[i], &error), PC_OK);
    pc_scenario_free(&scenario);
  }
  cr_expect_str_neq(prints[0], prints[1]);
}

static void expect_refusal(const char *image, const char *message) {
  struct pc_scenario scenario;
  struct pc_error error = {{0}};
  cr_expect_eq(load_with(image, NULL, &scenario, &error), PC_BAD_INPUT, "%s", image);
  cr_expect_str_eq(error.message, message);
}

Test(config_image, mistakes_are_refused_with_what_would_be_right) {
  write_image(SIZE - 1);
  expect_refusal("p.yaml", "s.yaml:5: ./p.yaml has 1023 bytes, but 2 sectors of 512 bytes are 1024");
  expect_refusal("t.trace", "s.yaml:5: ./t.trace: cannot open: No such file or directory");
  expect_refusal("[p.yaml]",
                 "s.yaml:5: device.image must be the path of a raw image, or a block of its lines, begun by '|', not a "
                 "list");
  expect_refusal("|\n    0x10: 00\n    here",
                 "s.yaml:7: the line must be '0xADDRESS: HEX', in the lines of device.image");
  expect_refusal("|\n    10: 00", "s.yaml:6: the line must be '0xADDRESS: HEX', in the lines of device.image");
  expect_refusal("|\n    0x10 : 00", "s.yaml:6: the line must be '0xADDRESS: HEX', in the lines of device.image");
  expect_refusal("|\n    0x10: 000", "s.yaml:6: an odd number of hex digits, in the lines of device.image");
  expect_refusal("|\n    0x10: 0g", "s.yaml:6: what is no hex digit, in the lines of device.image");
  expect_refusal("|\n    0x3ff: 0000",
                 "s.yaml:6: an address behind the end of the device, in the lines of device.image");
  expect_refusal("|\n    0xffffffffffffffffff: 00",
                 "s.yaml:6: an address behind the end of the device, in the lines of device.image");
  write_image(SIZE);
  expect_refusal(
      "p.yaml\n  image_hash: abc",
      "s.yaml:6: device.image is another one than it was: its hash is 95c28bb978cf4488ebb82bd01762bba1, not abc");
}

Test(config_image, a_comparison_takes_none) {
  struct pc_scenario scenario;
  struct pc_error error;
  const struct pc_scenario_options options = {.streamed = true};
  write_image(SIZE);
  cr_expect_eq(load_with("p.yaml", &options, &scenario, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message,
                   "s.yaml:5: device.image: a comparison begins on blank flash; `powercut run` begins with an image");
}
