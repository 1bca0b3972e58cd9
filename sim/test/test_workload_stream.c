/* Streams: the operations of the list, without a list. */
#include <criterion/criterion.h>
#include <string.h>

#include "powercut/stream.h"

static const struct pc_generator generator = {
    .operations = 3000,
    .keys = 40,
    .key_size_min = 1,
    .key_size_max = 9,
    .value_size_min = 0,
    .value_size_max = 70,
    .popularity = {.kind = PC_HOT, .hot = 0.1, .share = 0.9},
    .mix = {[PC_PUT] = 70, [PC_DELETE] = 10, [PC_GET] = 10, [PC_MAINTAIN] = 5, [PC_REBOOT] = 5},
    .static_keys = 30,
    .static_size_min = 5,
    .static_size_max = 9,
};

static struct pc_stream *open_stream(uint64_t seed) {
  struct pc_stream *stream;
  struct pc_error error = {""};
  cr_assert_eq(pc_stream_open(&stream, &generator, seed, &error), PC_OK, "%s", error.message);
  return stream;
}

static struct pc_workload list(uint64_t seed) {
  struct pc_workload workload;
  struct pc_error error = {""};
  cr_assert_eq(pc_workload_generate(&generator, seed, &workload, &error), PC_OK, "%s", error.message);
  return workload;
}

static bool has_key(enum pc_operation_kind kind) {
  return kind == PC_PUT || kind == PC_DELETE || kind == PC_GET;
}

Test(workload_stream, gives_the_operations_of_the_list) {
  for (uint64_t seed = 1; seed < 6; seed++) {
    struct pc_stream *stream = open_stream(seed);
    struct pc_workload workload = list(seed);
    cr_assert_eq(workload.operation_count, 3030);
    for (uint32_t i = 0; i < workload.operation_count; i++) {
      const struct pc_operation *operation = &workload.operations[i];
      struct pc_streamed next;
      pc_stream_next(stream, &next);
      cr_assert_eq(next.kind, operation->kind, "seed %llu, operation %u", (unsigned long long)seed, i);
      cr_assert_eq(next.level, operation->level);
      if (has_key(next.kind)) {
        cr_assert(pc_bytes_equal(pc_stream_key(stream, next.key), workload.keys[operation->key]));
      }
      cr_assert(next.kind != PC_PUT || pc_bytes_equal(next.value, operation->value));
    }
    pc_workload_free(&workload);
    pc_stream_close(stream);
  }
}

Test(workload_stream, puts_static_keys_once_and_first) {
  struct pc_stream *stream = open_stream(9);
  cr_expect_eq(pc_stream_key_count(stream), 70);
  for (uint32_t i = 0; i < 10000; i++) {
    struct pc_streamed next;
    pc_stream_next(stream, &next);
    if (i < 30) {
      cr_expect(next.kind == PC_PUT && next.key == 40 + i && next.value.size >= 5 && next.value.size <= 9);
    } else {
      cr_expect(!has_key(next.kind) || next.key < 40);
    }
  }
  pc_stream_close(stream);
}

Test(workload_stream, gives_the_value_of_an_earlier_put_again) {
  struct pc_stream *stream = open_stream(4);
  struct {
    uint32_t key;
    uint64_t token;
    uint8_t bytes[80];
    size_t size;
  } puts[500];
  for (size_t count = 0; count < 500;) {
    struct pc_streamed next;
    pc_stream_next(stream, &next);
    if (next.kind == PC_PUT) {
      puts[count].key = next.key;
      puts[count].token = next.token;
      puts[count].size = next.value.size;
      memcpy(puts[count++].bytes, next.value.data, next.value.size);
    }
  }
  for (size_t i = 0; i < 500; i++) {
    struct pc_bytes value = pc_stream_value(stream, puts[i].key, puts[i].token);
    cr_expect(pc_bytes_equal(value, (struct pc_bytes){puts[i].bytes, puts[i].size}), "put %zu", i);
  }
  cr_expect_eq(pc_stream_largest_value(stream), 70);
  pc_stream_close(stream);
}

Test(workload_stream, of_a_list_begins_again) {
  static const char text[] = "put a 00112233\nget a\ndelete b\n";
  struct pc_workload workload;
  struct pc_error error = {""};
  cr_assert_eq(pc_trace_parse("t", (struct pc_bytes){(const uint8_t *)text, sizeof text - 1}, &workload, &error),
               PC_OK);
  struct pc_stream *stream;
  cr_assert_eq(pc_stream_open_list(&stream, &workload, &error), PC_OK);
  for (uint32_t i = 0; i < 10; i++) {
    struct pc_streamed next;
    pc_stream_next(stream, &next);
    cr_expect_eq(next.kind, workload.operations[i % 3].kind);
    cr_expect(next.kind != PC_PUT || pc_bytes_equal(pc_stream_value(stream, next.key, next.token), next.value));
  }
  cr_expect_eq(pc_stream_key_count(stream), 2);
  cr_expect_eq(pc_stream_largest_value(stream), 4);
  pc_stream_close(stream);
  pc_workload_free(&workload);
}

Test(workload_stream, refuses_what_the_list_refuses) {
  struct pc_generator wrong = generator;
  struct pc_stream *stream;
  struct pc_error error = {""};
  wrong.static_keys = PC_MAX_GENERATED_KEYS;
  cr_expect_eq(pc_stream_open(&stream, &wrong, 1, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message, "static_keys must be 0 to 64960, not 65000");
  wrong = generator;
  wrong.static_size_min = 10;
  cr_expect_eq(pc_stream_open(&stream, &wrong, 1, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message, "static_size_max must be 10 to 65534, not 9");
}
