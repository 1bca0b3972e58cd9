#include "harness.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void pc_finding(const char *signature, const char *format, ...) {
  va_list arguments;
  (void)fprintf(stderr, "powercut-finding: %s\n", signature);
  va_start(arguments, format);
  (void)vfprintf(stderr, format, arguments);
  va_end(arguments);
  (void)fputc('\n', stderr);
  abort();
}

void pc_harness_fail(const struct pc_error *error) {
  (void)fprintf(stderr, "%s\n", error->message);
  _Exit(3);
}
