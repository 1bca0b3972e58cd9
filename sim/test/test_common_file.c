/* Reading the files that users hand in. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "powercut/file.h"
#include "test_memory_help.h"

/* A file of `size` bytes that count up; its path is kept in `path`. */
static void write_file(char *path, size_t size) {
  int descriptor = mkstemp(path);
  cr_assert_geq(descriptor, 0);
  FILE *file = fdopen(descriptor, "wb");
  cr_assert_not_null(file);
  for (size_t i = 0; i < size; i++) {
    cr_assert_neq(fputc((int)(i % 251), file), EOF);
  }
  cr_assert_eq(fclose(file), 0);
}

static void expect_failure(const char *path, size_t limit, enum pc_result result, const char *message) {
  struct pc_buffer content = {0};
  struct pc_error error = {.message = ""};
  cr_assert_eq(pc_file_read(path, limit, &content, &error), result);
  cr_assert_eq(strncmp(error.message, path, strlen(path)), 0, "%s", error.message);
  cr_assert_not_null(strstr(error.message, message), "%s", error.message);
  pc_buffer_free(&content);
}

Test(file, is_read_whole_behind_what_was_there) {
  const size_t sizes[] = {0, 1, 65535, 65536, 65537, 200000};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    char path[] = "/tmp/powercut_test_XXXXXX";
    write_file(path, sizes[i]);
    struct pc_buffer content = {0};
    pc_buffer_append(&content, "kept", 4);
    cr_assert_eq(pc_file_read(path, sizes[i], &content, NULL), PC_OK, "the limit is the size itself");
    cr_assert_eq(content.size, 4 + sizes[i]);
    cr_assert_eq(memcmp(content.data, "kept", 4), 0);
    for (size_t at = 0; at < sizes[i]; at++) {
      cr_assert_eq(content.data[4 + at], at % 251);
    }
    pc_buffer_free(&content);
    if (sizes[i] > 0) {
      expect_failure(path, sizes[i] - 1, PC_BAD_INPUT, "is larger than");
    }
    cr_assert_eq(unlink(path), 0);
  }
}

Test(file, that_cannot_be_read_is_told_by_its_path_and_reason) {
  expect_failure("/tmp/powercut_no_such_file", 10, PC_BAD_INPUT, "No such file");
  expect_failure("/tmp", 10, PC_BAD_INPUT, "Is a directory");
  /* Nothing is mapped at address 0 of any process. */
  expect_failure("/proc/self/mem", 10, PC_ENVIRONMENT, "cannot read");
}

Test(file, that_does_not_fit_memory_is_the_environments_fault) {
  if (!CAN_LIMIT_MEMORY) {
    return;
  }
  char path[] = "/tmp/powercut_test_XXXXXX";
  write_file(path, 4000000);
  struct pc_buffer content = {0};
  struct pc_error error;
  take_memory_away();
  enum pc_result result = pc_file_read(path, 4000000, &content, &error);
  give_memory_back();
  cr_assert_eq(unlink(path), 0);
  cr_assert_eq(result, PC_ENVIRONMENT);
  cr_assert_eq(strcmp(error.message + strlen(path), ": out of memory"), 0, "%s", error.message);
  pc_buffer_free(&content);
}
