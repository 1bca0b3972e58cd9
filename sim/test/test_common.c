/* What all rooms use: byte strings, errors, randomness. */
#include <criterion/criterion.h>
#include <string.h>

#include "powercut/bytes.h"
#include "powercut/error.h"
#include "powercut/random.h"
#include "test_memory_help.h"

static struct pc_bytes text(const char *text) {
  return (struct pc_bytes){.data = (const uint8_t *)text, .size = strlen(text)};
}

static void expect_content(const struct pc_buffer *buffer, const char *content) {
  cr_assert_not(buffer->failed);
  cr_assert_eq(buffer->size, strlen(content));
  cr_assert_str_eq((const char *)buffer->data, content);
}

Test(bytes, are_equal_when_size_and_content_are) {
  cr_assert(pc_bytes_equal(text("abc"), text("abc")));
  cr_assert_not(pc_bytes_equal(text("abc"), text("abd")));
  cr_assert_not(pc_bytes_equal(text("abc"), text("ab")));
  cr_assert(pc_bytes_equal(text(""), (struct pc_bytes){.data = NULL, .size = 0}));
  cr_assert(pc_bytes_equal((struct pc_bytes){.data = (const uint8_t *)"a\0b", .size = 3},
                           (struct pc_bytes){.data = (const uint8_t *)"a\0b", .size = 3}));
  cr_assert_not(pc_bytes_equal((struct pc_bytes){.data = (const uint8_t *)"a\0b", .size = 3},
                               (struct pc_bytes){.data = (const uint8_t *)"a\0c", .size = 3}));
}

Test(buffer, builds_texts_and_ends_them_with_a_zero) {
  struct pc_buffer buffer = {0};
  pc_buffer_append(&buffer, NULL, 0);
  expect_content(&buffer, "");
  pc_buffer_append(&buffer, "put ", 4);
  pc_buffer_print(&buffer, "%s=%d", "key", 42);
  expect_content(&buffer, "put key=42");
  pc_buffer_print(&buffer, "%s", "");
  pc_buffer_hex(&buffer, (struct pc_bytes){.data = (const uint8_t *)"\x00\x9f\xA0\xff", .size = 4});
  expect_content(&buffer, "put key=42009fa0ff");
  pc_buffer_hex(&buffer, (struct pc_bytes){.data = NULL, .size = 0});
  expect_content(&buffer, "put key=42009fa0ff");
  pc_buffer_free(&buffer);
  cr_assert_null(buffer.data);
  cr_assert_eq(buffer.size, 0);
  pc_buffer_append(&buffer, "again", 5);
  expect_content(&buffer, "again");
  pc_buffer_free(&buffer);
}

Test(buffer, grows_through_every_size) {
  struct pc_buffer buffer = {0};
  for (size_t i = 0; i < 5000; i++) {
    uint8_t byte = (uint8_t)(i * 7);
    if (i % 3 == 0) {
      pc_buffer_append(&buffer, &byte, 1);
    } else {
      pc_buffer_print(&buffer, "%c", byte);
    }
    cr_assert_eq(buffer.size, i + 1);
    cr_assert_lt(buffer.size, buffer.capacity);
    cr_assert_eq(buffer.data[buffer.size], 0);
  }
  for (size_t i = 0; i < 5000; i++) {
    cr_assert_eq(buffer.data[i], (uint8_t)(i * 7));
  }
  pc_buffer_free(&buffer);
}

Test(buffer, that_failed_keeps_what_was_complete_and_takes_no_more) {
  struct pc_buffer buffer = {0};
  pc_buffer_append(&buffer, "kept", 4);
  pc_buffer_append(&buffer, "x", SIZE_MAX);
  cr_assert(buffer.failed);
  pc_buffer_append(&buffer, "more", 4);
  pc_buffer_print(&buffer, "more");
  pc_buffer_hex(&buffer, text("more"));
  pc_buffer_key(&buffer, text("more"));
  cr_assert(buffer.failed);
  cr_assert_eq(buffer.size, 4);
  cr_assert_str_eq((const char *)buffer.data, "kept");
  pc_buffer_free(&buffer);
  cr_assert_not(buffer.failed);

  pc_buffer_hex(&buffer, (struct pc_bytes){.data = (const uint8_t *)"x", .size = SIZE_MAX / 2 + 1});
  cr_assert(buffer.failed, "twice the size doesn't fit a size_t");
  pc_buffer_free(&buffer);
  pc_buffer_print(&buffer, "%ls", L"\x7fffffff");
  cr_assert(buffer.failed, "no character of any locale");
  pc_buffer_free(&buffer);
}

Test(buffer, that_gets_no_memory_failed) {
  if (!CAN_LIMIT_MEMORY) {
    return;
  }
  static const uint8_t data[1u << 22];
  struct pc_buffer buffer = {0};
  pc_buffer_append(&buffer, "kept", 4);
  take_memory_away();
  pc_buffer_append(&buffer, data, sizeof data);
  give_memory_back();
  cr_assert(buffer.failed);
  cr_assert_eq(buffer.size, 4);
  cr_assert_str_eq((const char *)buffer.data, "kept");
  pc_buffer_free(&buffer);
}

static void expect_key(const char *key, size_t size, const char *written) {
  struct pc_buffer buffer = {0};
  pc_buffer_key(&buffer, (struct pc_bytes){.data = (const uint8_t *)key, .size = size});
  expect_content(&buffer, written);
  pc_buffer_free(&buffer);
}

Test(buffer, writes_keys_as_a_trace_reads_them) {
  expect_key("wifi/ssid", 9, "wifi/ssid");
  expect_key("!~", 2, "!~");
  expect_key("--", 2, "--");
  expect_key("hex", 3, "hex");
  expect_key("ahex:", 5, "ahex:");
  expect_key("-", 1, "hex:2d");
  expect_key("", 0, "hex:");
  expect_key("a b", 3, "hex:612062");
  expect_key("a#b", 3, "hex:612362");
  expect_key("a\0", 2, "hex:6100");
  expect_key("\x7f", 1, "hex:7f");
  expect_key("\xc3\xa9", 2, "hex:c3a9");
  expect_key("hex:", 4, "hex:6865783a");
  expect_key("hex:00", 6, "hex:6865783a3030");
}

Test(error, is_one_statement) {
  struct pc_error error;
  cr_assert_eq(pc_fail(&error, PC_BAD_INPUT, "%s:%d: what", "file", 3), PC_BAD_INPUT);
  cr_assert_str_eq(error.message, "file:3: what");
  cr_assert_eq(pc_fail(NULL, PC_ENVIRONMENT, "nobody asks"), PC_ENVIRONMENT);
  cr_assert_eq(pc_fail_memory(&error), PC_ENVIRONMENT);
  cr_assert_str_eq(error.message, "out of memory");
}

Test(error, that_is_too_long_is_cut_short) {
  struct pc_error error;
  (void)pc_fail(&error, PC_BAD_INPUT, "%2000s", "end");
  cr_assert_eq(strlen(error.message), sizeof error.message - 1);
}

Test(random, is_splitmix64) {
  /* The reference implementation's first numbers for this seed. */
  struct pc_random random = {.state = 1234567};
  cr_assert_eq(pc_random_next(&random), UINT64_C(6457827717110365317));
  cr_assert_eq(pc_random_next(&random), UINT64_C(3203168211198807973));
  cr_assert_eq(pc_random_next(&random), UINT64_C(9817491932198370423));
  cr_assert_eq(pc_random_next(&random), UINT64_C(4593380528125082431));
  cr_assert_eq(pc_random_next(&random), UINT64_C(16408922859458223821));
}

Test(random, mixing_depends_on_both_seeds_and_their_order) {
  uint64_t mixed[400];
  for (uint64_t i = 0; i < 400; i++) {
    mixed[i] = pc_random_mix(i / 20, i % 20);
    cr_assert_eq(mixed[i], pc_random_mix(i / 20, i % 20));
    for (uint64_t j = 0; j < i; j++) {
      cr_assert_neq(mixed[i], mixed[j]);
    }
  }
}

Test(random, numbers_below_a_bound_are_uniform) {
  /* For 3 * 2^62 the low third is twice as likely unless numbers are drawn again. */
  const uint64_t bounds[] = {1, 2, 3, 10, 1000, UINT64_C(3) << 62, UINT64_MAX};
  for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++) {
    const uint64_t bound = bounds[b];
    struct pc_random random = {.state = 99 + b};
    uint64_t buckets[10] = {0}, used = bound < 10 ? bound : 10;
    const uint64_t draws = 100000;
    for (uint64_t i = 0; i < draws; i++) {
      uint64_t value = pc_random_below(&random, bound);
      cr_assert_lt(value, bound);
      buckets[bound < 10 ? value : value / (bound / 10 + (bound % 10 != 0))]++;
    }
    double chi_square = 0, expected = (double)draws / (double)used;
    for (uint64_t i = 0; i < used; i++) {
      chi_square += ((double)buckets[i] - expected) * ((double)buckets[i] - expected) / expected;
    }
    /* With at most nine degrees of freedom one in ten thousand is above 34; the seeds are fixed. */
    cr_assert_lt(chi_square, 34, "bound %llu: %g", (unsigned long long)bound, chi_square);
  }
}

Test(random, units_are_uniform_and_below_one) {
  struct pc_random random = {.state = 5};
  double sum = 0, least = 1, most = 0;
  for (int i = 0; i < 100000; i++) {
    double unit = pc_random_unit(&random);
    cr_assert(unit >= 0 && unit < 1);
    sum += unit;
    least = unit < least ? unit : least;
    most = unit > most ? unit : most;
  }
  cr_assert_float_eq(sum / 100000, 0.5, 0.005);
  cr_assert_lt(least, 0.001);
  cr_assert_gt(most, 0.999);
}
