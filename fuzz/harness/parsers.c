/*
 * parsers: everything that powercut reads of what users hand it. The first byte says as what the rest is read: a
 * scenario, a repro, a profile, a trace, a program's text, a dump of SFDP tables or a results database. Whatever it is,
 * it is read or refused with a message; what is read and can be written reads back.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "powercut/config.h"
#include "powercut/ledger.h"
#include "powercut/program.h"
#include "powercut/random.h"
#include "powercut/stores.h"

#define LARGEST 65536u

/* The engines call without a context. */
static struct {
  int file; /* that parsers read by its path */
  char path[64];
} input_file = {.file = -1};

static enum pc_result open(struct pc_error *error) {
  input_file.file = memfd_create("input", MFD_CLOEXEC);
  if (input_file.file < 0) {
    return pc_fail(error, PC_ENVIRONMENT, "no file in memory: %s", strerror(errno));
  }
  (void)snprintf(input_file.path, sizeof input_file.path, "/proc/self/fd/%d", input_file.file);
  return PC_OK;
}

static const char *write_file(struct pc_bytes content) {
  bool written = ftruncate(input_file.file, 0) == 0 &&
                 pwrite(input_file.file, content.data, content.size, 0) == (ssize_t)content.size;
  if (!written) {
    struct pc_error error;
    (void)pc_fail(&error, PC_ENVIRONMENT, "cannot write the input: %s", strerror(errno));
    pc_harness_fail(&error);
  }
  return input_file.path;
}

/* A refusal says why. A path that it names may hold anything: what prints it takes care of that. */
static void expect_reason(enum pc_result result, const struct pc_error *error) {
  if (result != PC_OK && error->message[0] == '\0') {
    pc_finding("a refusal without a reason", "status %d", (int)result);
  }
}

static void read_scenario(struct pc_bytes content, struct pc_error *error) {
  struct pc_scenario scenario;
  enum pc_result result = pc_scenario_load(write_file(content), NULL, &scenario, error);
  expect_reason(result, error);
  if (result == PC_OK) {
    pc_scenario_free(&scenario);
  }
}

/* What is written of a repro is a repro. */
static void rewrite_repro(const struct pc_repro *repro) {
  const struct pc_store *store = repro->scenario.engine == NULL ? NULL : pc_store_named(repro->scenario.engine);
  struct pc_parameter parameters[32];
  struct pc_error error;
  if (store == NULL || store->parameter_count > sizeof parameters / sizeof parameters[0] ||
      pc_scenario_parameters(&repro->scenario, store, parameters, &error) != PC_OK) {
    return;
  }
  struct pc_violation violation = {
      .invariant = repro->invariant, .path = repro->path, .operation = repro->scenario.workload.operation_count};
  struct pc_buffer text = {0};
  struct pc_repro again;
  pc_repro_write(&repro->scenario, parameters, store->parameter_count, &violation, &text);
  enum pc_result result =
      pc_repro_load(write_file((struct pc_bytes){.data = text.data, .size = text.size}), &again, &error);
  pc_buffer_free(&text);
  if (result != PC_OK) {
    pc_finding("a repro does not read back", "%s", error.message);
  }
  bool same = again.scenario.workload.operation_count == repro->scenario.workload.operation_count &&
              again.path.depth == repro->path.depth && again.scenario.sectors == repro->scenario.sectors;
  pc_repro_free(&again);
  if (!same) {
    pc_finding("a repro reads back as another", "operations, cuts or sectors");
  }
}

static void read_repro(struct pc_bytes content, struct pc_error *error) {
  struct pc_repro repro;
  enum pc_result result = pc_repro_load(write_file(content), &repro, error);
  expect_reason(result, error);
  if (result == PC_OK) {
    rewrite_repro(&repro);
    pc_repro_free(&repro);
  }
}

static void read_profile(struct pc_bytes content, struct pc_error *error) {
  struct pc_profile profile;
  expect_reason(pc_profile_find(write_file(content), NULL, &profile, error), error);
}

static void read_trace(struct pc_bytes content, struct pc_error *error) {
  struct pc_workload workload, again;
  struct pc_buffer text = {0};
  enum pc_result result = pc_trace_parse("input", content, &workload, error);
  expect_reason(result, error);
  if (result != PC_OK) {
    return;
  }
  pc_trace_write(&workload, 0, workload.operation_count, &text);
  result = pc_trace_parse("again", (struct pc_bytes){.data = text.data, .size = text.size}, &again, error);
  if (result != PC_OK || again.operation_count != workload.operation_count || again.key_count != workload.key_count) {
    pc_finding("a trace reads back as another", "%s", result == PC_OK ? "operations or keys" : error->message);
  }
  pc_buffer_free(&text);
  pc_workload_free(&again);
  pc_workload_free(&workload);
}

static void read_program(struct pc_bytes content, struct pc_error *error) {
  struct pc_program program, again;
  struct pc_buffer text = {0};
  enum pc_result result = pc_program_parse("input", content, &program, error);
  expect_reason(result, error);
  if (result != PC_OK) {
    return;
  }
  pc_program_write(&program, &text);
  result = pc_program_parse("again", (struct pc_bytes){.data = text.data, .size = text.size}, &again, error);
  if (result != PC_OK || again.step_count != program.step_count) {
    pc_finding("a program reads back as another", "%s", result == PC_OK ? "steps" : error->message);
  }
  pc_buffer_free(&text);
}

static void read_sfdp(struct pc_bytes content, struct pc_error *error) {
  struct pc_buffer text = {0};
  struct pc_profile profile;
  enum pc_result result = pc_sfdp_import("input", content, &text, error);
  expect_reason(result, error);
  if (result == PC_OK) {
    struct pc_bytes written = {.data = text.data, .size = text.size};
    if (pc_profile_find(write_file(written), NULL, &profile, error) != PC_OK) {
      pc_finding("an imported profile is none", "%s", error->message);
    }
  }
  pc_buffer_free(&text);
}

static void read_database(struct pc_bytes content, struct pc_error *error) {
  struct pc_ledger *ledger;
  enum pc_result result = pc_ledger_open(&ledger, write_file(content), error);
  expect_reason(result, error);
  if (result == PC_OK) {
    pc_ledger_close(ledger);
  }
}

static enum pc_result run(struct pc_bytes input, struct pc_error *error) {
  static const struct {
    char kind;
    void (*read)(struct pc_bytes content, struct pc_error *error);
  } readers[] = {{'s', read_scenario}, {'r', read_repro}, {'p', read_profile}, {'t', read_trace},
                 {'g', read_program},  {'f', read_sfdp},  {'d', read_database}};
  struct pc_error reason;
  if (input.size < 1) {
    return pc_fail(error, PC_BAD_INPUT, "empty: the first byte says what the rest is");
  }
  for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
    if ((char)input.data[0] == readers[i].kind) {
      readers[i].read((struct pc_bytes){.data = input.data + 1, .size = input.size - 1}, &reason);
      return PC_OK;
    }
  }
  return pc_fail(error, PC_BAD_INPUT, "no kind of file begins with byte 0x%02x", input.data[0]);
}

/* The place behind the end of the line at or behind `at`. */
static size_t next_line(const uint8_t *data, size_t size, size_t at) {
  const uint8_t *end = at < size ? memchr(data + at, '\n', size - at) : NULL;
  return end != NULL ? (size_t)(end - data) + 1 : size;
}

/* Lines once more, dropped, or of another file; or bytes. The first byte stays. */
static size_t mutate(uint8_t *data, size_t size, size_t capacity, struct pc_bytes other, uint32_t seed) {
  static uint8_t taken[256];
  struct pc_random random = {.state = seed};
  if (size < 2) {
    data[0] = (uint8_t) "srptgfd"[pc_random_below(&random, 7)];
    return 1;
  }
  size_t begin = next_line(data, size, (size_t)pc_random_below(&random, size - 1));
  size_t end = next_line(data, size, begin);
  size_t length = end - begin < sizeof taken ? end - begin : sizeof taken;
  size_t at = 1 + (size_t)pc_random_below(&random, size - 1);
  switch (pc_random_below(&random, 5)) {
    case 0:
      memmove(data + begin, data + end, size - end);
      return size - (end - begin);
    case 1:
      memcpy(taken, data + begin, length);
      break;
    case 2:
      length = other.size > 1 ? 1 + (size_t)pc_random_below(&random, other.size - 1) : 0;
      length = length < sizeof taken ? length : sizeof taken;
      memcpy(taken, other.size > 1 ? other.data + other.size - length : data, length);
      break;
    case 3:
      data[at] = (uint8_t)pc_random_next(&random);
      return size;
    default:
      length = 1 + (size_t)pc_random_below(&random, 4);
      for (size_t i = 0; i < length; i++) {
        taken[i] = (uint8_t)("0123456789-.:{}[], \n#'\"x"[pc_random_below(&random, 24)]);
      }
      break;
  }
  length = length < capacity - size ? length : capacity - size;
  memmove(data + at + length, data + at, size - at);
  memcpy(data + at, taken, length);
  return size + length;
}

const struct pc_harness *pc_harness(void) {
  static const struct pc_harness parsers = {
      .name = "parsers", .max_size = LARGEST, .open = open, .run = run, .mutate = mutate};
  return &parsers;
}
