#include "powercut/error.h"

#include <stdarg.h>
#include <stdio.h>

enum pc_result pc_fail(struct pc_error *error, enum pc_result result, const char *format, ...) {
  if (error != NULL) {
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
  }
  return result;
}
