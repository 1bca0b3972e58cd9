#include "subset.h"

#include <stdbool.h>

#include "powercut/random.h"
#include "words.h"

#define EXTREMES 4u
#define MOST_ENUMERATED_ELEMENTS 16u
#define MOST_FEW 8u
#define SHAPES 20u /* of samples: for each of 1 to 5 halvings four */

/* Elements by their rank: 0 is the set's first. */
struct ranks {
  uint64_t rank[MOST_ENUMERATED_ELEMENTS];
  uint32_t count;
};

/* How a subset is made: each element is kept with chance 2^-halvings (or dropped with that chance), except for those
   that are kept or dropped by rank. No halvings: all are kept (or dropped). */
struct plan {
  uint32_t halvings;
  bool inverted;
  struct ranks keep, drop;
};

uint64_t pc_subset_elements(const uint8_t *set, size_t size) {
  uint64_t elements = 0;
  for (size_t offset = 0; offset < size; offset += PC_WORD_SIZE) {
    elements += (uint64_t)__builtin_popcountll(pc_word_at(set, size, offset));
  }
  return elements;
}

static bool is_enumerated(uint64_t elements, uint32_t samples) {
  return elements <= MOST_ENUMERATED_ELEMENTS && (UINT64_C(1) << elements) - 2 <= (uint64_t)samples + EXTREMES;
}

uint32_t pc_subset_variants(uint64_t elements, uint32_t samples) {
  if (elements < 2) {
    return 0;
  }
  return is_enumerated(elements, samples) ? (1u << elements) - 2 : samples + EXTREMES;
}

static void add_rank(struct ranks *ranks, uint64_t rank) {
  ranks->rank[ranks->count++] = rank;
}

static struct plan plan_enumerated(const struct pc_subset *subset) {
  struct plan plan = {.inverted = true};
  for (uint32_t pattern = subset->variant + 1; pattern != 0; pattern &= pattern - 1) {
    add_rank(&plan.keep, (uint64_t)__builtin_ctz(pattern));
  }
  return plan;
}

static struct plan plan_extreme(const struct pc_subset *subset) {
  bool alone = subset->variant < EXTREMES / 2;
  struct plan plan = {.inverted = alone};
  add_rank(alone ? &plan.keep : &plan.drop, subset->variant % 2 == 0 ? 0 : subset->elements - 1);
  return plan;
}

/* A handful of elements kept, or all but a handful. Ranks may be drawn twice: there is one at least. */
static void draw_handful(const struct pc_subset *subset, struct pc_random *random, struct plan *plan) {
  struct ranks *ranks = plan->inverted ? &plan->keep : &plan->drop;
  uint64_t most = subset->elements - 1 < MOST_FEW ? subset->elements - 1 : MOST_FEW;
  for (uint64_t left = 1 + pc_random_below(random, most); left > 0; left--) {
    add_rank(ranks, pc_random_below(random, subset->elements));
  }
}

/* One element kept and one dropped, whatever the chance of the others, so that the subset is a proper one. */
static void draw_guards(const struct pc_subset *subset, struct pc_random *random, struct plan *plan) {
  uint64_t kept = pc_random_below(random, subset->elements);
  add_rank(&plan->keep, kept);
  add_rank(&plan->drop, (kept + 1 + pc_random_below(random, subset->elements - 1)) % subset->elements);
}

/* Shapes take turns, so that a few samples already differ in density: few or nearly all by count, then by chance from
   1/2 to 1/32 and from 1/2 to 31/32. */
static struct plan plan_sample(const struct pc_subset *subset, struct pc_random *random) {
  uint32_t shape = (uint32_t)((subset->seed + subset->variant) % SHAPES);
  struct plan plan = {.inverted = shape % 2 == 0};
  if (shape % 4 < 2) {
    draw_handful(subset, random, &plan);
  } else {
    plan.halvings = 1 + shape / 4;
    draw_guards(subset, random, &plan);
  }
  return plan;
}

static struct plan make_plan(const struct pc_subset *subset, struct pc_random *random) {
  if (is_enumerated(subset->elements, subset->samples)) {
    return plan_enumerated(subset);
  }
  return subset->variant < EXTREMES ? plan_extreme(subset) : plan_sample(subset, random);
}

static uint64_t draw_mask(const struct plan *plan, struct pc_random *random) {
  uint64_t mask = UINT64_MAX;
  for (uint32_t i = 0; i < plan->halvings; i++) {
    mask &= pc_random_next(random);
  }
  return plan->inverted ? ~mask : mask;
}

/* The elements of `word`, the first of which has rank `base`, that `ranks` names. */
static uint64_t named_elements(const struct ranks *ranks, uint64_t word, uint64_t base, uint64_t elements) {
  uint64_t named = 0;
  for (uint32_t i = 0; i < ranks->count; i++) {
    if (ranks->rank[i] < base || ranks->rank[i] - base >= elements) {
      continue;
    }
    uint64_t rest = word;
    for (uint64_t skip = ranks->rank[i] - base; skip > 0; skip--) {
      rest &= rest - 1;
    }
    named |= rest & (~rest + 1);
  }
  return named;
}

void pc_subset_choose(const struct pc_subset *subset, uint8_t *set, size_t size) {
  struct pc_random random = {.state = pc_random_mix(subset->seed, subset->variant)};
  struct plan plan = make_plan(subset, &random);
  uint64_t base = 0;
  for (size_t offset = 0; offset < size; offset += PC_WORD_SIZE) {
    uint64_t word = pc_word_at(set, size, offset);
    uint64_t elements = (uint64_t)__builtin_popcountll(word);
    uint64_t chosen = word & draw_mask(&plan, &random);
    chosen |= named_elements(&plan.keep, word, base, elements);
    chosen &= ~named_elements(&plan.drop, word, base, elements);
    pc_word_put(set, size, offset, chosen);
    base += elements;
  }
}
