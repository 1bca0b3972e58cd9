#include "number.h"

#include <errno.h>
#include <stdlib.h>

bool pc_number_read(const char *text, const char *end, uint32_t maximum, uint32_t *number) {
  if (*text < '0' || *text > '9') {
    return false;
  }
  char *stop;
  errno = 0;
  bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  unsigned long long value = strtoull(text, &stop, hexadecimal ? 16 : 10);
  if (errno != 0 || stop != end || value > maximum) {
    return false;
  }
  *number = (uint32_t)value;
  return true;
}
