#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "powercut/config.h"

enum { MAX_WORD = 48 };

static unsigned smaller(unsigned a, unsigned b) {
  return a < b ? a : b;
}

/* Single edits (insert, delete, replace, swap two neighbours) that make one word of the other, case aside. */
static unsigned distance(const char *a, size_t a_size, const char *b, size_t b_size) {
  unsigned rows[3][MAX_WORD + 1]; /* the last two rows and this one, by turns */
  for (size_t j = 0; j <= b_size; j++) {
    rows[0][j] = (unsigned)j;
  }
  for (size_t i = 1; i <= a_size; i++) {
    unsigned *row = rows[i % 3];
    const unsigned *above = rows[(i + 2) % 3];
    row[0] = (unsigned)i;
    for (size_t j = 1; j <= b_size; j++) {
      int x = tolower((unsigned char)a[i - 1]);
      int y = tolower((unsigned char)b[j - 1]);
      unsigned replaced = above[j - 1] + (x != y);
      row[j] = smaller(replaced, smaller(above[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) && y == tolower((unsigned char)a[i - 2])) {
        row[j] = smaller(row[j], rows[(i + 1) % 3][j - 2] + 1);
      }
    }
  }
  return rows[a_size % 3][b_size];
}

const char *pc_nearest(const char *word, const char *const *known, size_t count) {
  const char *nearest = NULL;
  size_t size = strlen(word);
  if (size == 0 || size > MAX_WORD) {
    return NULL;
  }
  /* A third of the word may be wrong; more would suggest what nobody meant. */
  unsigned least = (unsigned)(size + 2) / 3 + 1;
  for (size_t i = 0; i < count; i++) {
    size_t known_size = strlen(known[i]);
    if (known_size > MAX_WORD) {
      continue;
    }
    unsigned edits = distance(word, size, known[i], known_size);
    if (edits < least && edits < known_size) {
      least = edits;
      nearest = known[i];
    }
  }
  return nearest;
}
