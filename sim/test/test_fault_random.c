/*
 * Fault classes by random operations: every variant of every class leaves only what its class allows, never the bytes
 * before or those after, and the same twice.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "powercut/fault.h"
#include "powercut/random.h"

#define MAX_SIZE 640u
#define MAX_VARIANTS 3000u

struct cut {
  uint8_t before[MAX_SIZE], after[MAX_SIZE], torn[MAX_SIZE + 1];
  struct pc_fault_input input;
  enum pc_fault fault;
  uint32_t variant, variants;
  uint64_t seed; /* of the whole operation, to find it again */
};

#define CHECK(cut, condition)                                                                            \
  cr_assert((condition), "seed %llu, %s variant %u of %u: " #condition, (unsigned long long)(cut)->seed, \
            pc_fault_class((cut)->fault)->name, (cut)->variant, (cut)->variants)

static uint32_t below(struct pc_random *random, uint32_t bound) {
  return (uint32_t)pc_random_below(random, bound);
}

/* Bytes of which about one in `one_in` is other than `usual`. */
static void draw_bytes(struct pc_random *random, uint8_t *bytes, uint32_t size, uint8_t usual, uint32_t one_in) {
  for (uint32_t i = 0; i < size; i++) {
    bytes[i] = below(random, one_in) == 0 ? (uint8_t)pc_random_next(random) : usual;
  }
}

/* An operation of 1 to 640 bytes, from one that changes nothing or hardly anything to one that changes all. */
static void draw_operation(struct cut *cut, uint64_t seed) {
  static const uint32_t units[] = {1, 1, 2, 4, 8, 24, 64};
  struct pc_random random = {.state = seed};
  uint32_t unit = units[below(&random, 7)];
  uint32_t most = below(&random, 3) == 0 ? MAX_SIZE / unit : 1 + 40 / unit;
  uint32_t size = unit * (1 + below(&random, most));
  bool erase = below(&random, 2) == 0;
  uint32_t one_in = 1u << below(&random, 9);
  memset(cut->after, PC_ERASED, sizeof cut->after);
  draw_bytes(&random, cut->before, size, below(&random, 2) == 0 ? PC_ERASED : 0, below(&random, 2) == 0 ? 1 : one_in);
  if (!erase) {
    draw_bytes(&random, cut->after, size, PC_ERASED, one_in);
    for (uint32_t i = 0; i < size; i++) {
      cut->after[i] &= cut->before[i];
    }
  }
  cut->seed = seed;
  cut->input = (struct pc_fault_input){
      .operation = {.kind = erase ? PC_ERASE : PC_PROGRAM, .size = size, .before = cut->before, .after = cut->after},
      .program_unit = unit,
      .samples = below(&random, 2) == 0 ? below(&random, 4) : below(&random, 40),
      .limit = below(&random, 2) == 0 ? below(&random, 8) : below(&random, 700),
      .seed = pc_random_next(&random),
  };
}

static uint32_t size_of(const struct cut *cut) {
  return cut->input.operation.size;
}

static bool is_equal(const uint8_t *a, const uint8_t *b, size_t size) {
  return size == 0 || memcmp(a, b, size) == 0;
}

/* T1, said naively: there is a boundary between two units. */
static bool is_prefix(const struct cut *cut) {
  for (size_t done = cut->input.program_unit; done < size_of(cut); done += cut->input.program_unit) {
    if (is_equal(cut->torn, cut->after, done) && is_equal(cut->torn + done, cut->before + done, size_of(cut) - done)) {
      return true;
    }
  }
  return false;
}

static bool is_unit_subset(const struct cut *cut) {
  size_t unit = cut->input.program_unit;
  for (size_t at = 0; at < size_of(cut); at += unit) {
    if (!is_equal(cut->torn + at, cut->before + at, unit) && !is_equal(cut->torn + at, cut->after + at, unit)) {
      return false;
    }
  }
  return true;
}

/* Between before and after: a program sets no bit, an erase clears none, and no other bit changes. */
static bool is_bit_subset(const struct cut *cut) {
  for (size_t i = 0; i < size_of(cut); i++) {
    uint8_t low = cut->before[i] & cut->after[i], high = cut->before[i] | cut->after[i];
    if ((low & ~cut->torn[i]) != 0 || (cut->torn[i] & ~high) != 0) {
      return false;
    }
  }
  return true;
}

/* T4's first phase: zeros from a unit boundary to the end. */
static bool is_zeroing(const struct cut *cut) {
  for (size_t kept = 0; kept < size_of(cut); kept += cut->input.program_unit) {
    size_t zeros = 0;
    while (kept + zeros < size_of(cut) && cut->torn[kept + zeros] == 0) {
      zeros++;
    }
    if (is_equal(cut->torn, cut->before, kept) && kept + zeros == size_of(cut)) {
      return true;
    }
  }
  return false;
}

/* Boundaries that a prefix, or zeros from the end, could stop at and be neither none nor whole. */
static uint32_t count_boundaries(const struct cut *cut, bool zeroing) {
  uint32_t count = 0;
  for (size_t at = zeroing ? 0 : cut->input.program_unit; at < size_of(cut); at += cut->input.program_unit) {
    if (zeroing) {
      bool nothing_to_do = true;
      for (size_t i = at; i < size_of(cut); i++) {
        nothing_to_do = nothing_to_do && cut->before[i] == 0;
      }
      count += !nothing_to_do;
    } else {
      count +=
          !is_equal(cut->before, cut->after, at) && !is_equal(cut->before + at, cut->after + at, size_of(cut) - at);
    }
  }
  return count;
}

static void check_spread(struct cut *cut, uint32_t variants, uint32_t boundaries) {
  uint64_t most = (uint64_t)cut->input.limit + 2;
  CHECK(cut, variants <= most);
  if (boundaries <= most) {
    CHECK(cut, variants == boundaries);
  } else {
    CHECK(cut, variants >= most / 2);
  }
}

static void check_subsets(struct cut *cut, uint64_t elements) {
  if (elements < 2) {
    CHECK(cut, cut->variants == 0);
  } else if (elements <= 16 && (UINT64_C(1) << elements) - 2 <= cut->input.samples + 4) {
    CHECK(cut, cut->variants == (UINT64_C(1) << elements) - 2);
  } else {
    CHECK(cut, cut->variants == cut->input.samples + 4);
  }
}

static uint64_t count_changing(const struct cut *cut, uint32_t element_bits) {
  uint64_t count = 0;
  for (uint32_t i = 0; i < size_of(cut) * 8 / element_bits; i++) {
    if (element_bits == 1) {
      count += ((uint32_t)(cut->before[i / 8] ^ cut->after[i / 8]) >> i % 8 & 1u) != 0;
    } else {
      size_t bytes = element_bits / 8;
      count += !is_equal(cut->before + i * bytes, cut->after + i * bytes, bytes);
    }
  }
  return count;
}

/* How many variants of the first phase come before those of the second, which has always too many bits to enumerate. */
static uint32_t count_zeroing(const struct cut *cut) {
  return cut->variants - (cut->input.samples + 4);
}

static void check_count(struct cut *cut) {
  switch (cut->fault) {
    case PC_FAULT_BETWEEN_OPS:
      CHECK(cut, cut->variants == 1);
      break;
    case PC_FAULT_PREFIX:
      check_spread(cut, cut->variants, count_boundaries(cut, false));
      break;
    case PC_FAULT_UNIT_SUBSET:
      check_subsets(cut, count_changing(cut, cut->input.program_unit * 8));
      break;
    case PC_FAULT_BIT_SUBSET:
      check_subsets(cut, count_changing(cut, 1));
      break;
    case PC_FAULT_METASTABLE: {
      bool changes = cut->input.operation.kind == PC_ERASE || !is_equal(cut->before, cut->after, size_of(cut));
      CHECK(cut, cut->variants == (changes ? cut->input.samples + 5 : 0));
      break;
    }
    default:
      if (cut->input.operation.kind == PC_PROGRAM) {
        CHECK(cut, cut->variants == 0);
      } else {
        check_spread(cut, count_zeroing(cut), count_boundaries(cut, true));
      }
  }
}

/* Weak cells are among those that were changing, and show as 1; what isn't weak is as before or as after. */
static bool is_metastable(const struct cut *cut) {
  uint8_t weak[MAX_SIZE];
  bool erase = cut->input.operation.kind == PC_ERASE;
  uint8_t any = 0;
  memset(weak, 0xA5, sizeof weak);
  if (pc_fault_weaken(cut->fault, &cut->input, cut->variant, weak) == PC_FIRM) {
    return false;
  }
  for (size_t i = 0; i < size_of(cut); i++) {
    uint8_t changing = erase ? 0xFF : cut->before[i] & (uint8_t)~cut->after[i];
    uint8_t firm = (uint8_t)~weak[i];
    any |= weak[i];
    if ((weak[i] & ~changing) != 0 || (weak[i] & ~cut->torn[i]) != 0 || (erase && cut->torn[i] != 0xFF) ||
        (!erase && ((cut->torn[i] & ~cut->before[i]) != 0 || (cut->after[i] & firm & ~cut->torn[i]) != 0))) {
      return false;
    }
  }
  /* Where all that an erase changes was blank already, none may be left. */
  return any != 0 || cut->variant == 2;
}

static bool obeys_class(const struct cut *cut) {
  switch (cut->fault) {
    case PC_FAULT_BETWEEN_OPS:
      return is_equal(cut->torn, cut->before, size_of(cut));
    case PC_FAULT_PREFIX:
      return is_prefix(cut);
    case PC_FAULT_UNIT_SUBSET:
      return is_unit_subset(cut);
    case PC_FAULT_BIT_SUBSET:
      return is_bit_subset(cut);
    case PC_FAULT_METASTABLE:
      return is_metastable(cut);
    default:
      /* The second phase may leave anything. */
      return cut->variant >= count_zeroing(cut) || is_zeroing(cut);
  }
}

static void check_variant(struct cut *cut) {
  uint8_t again[MAX_SIZE];
  size_t size = size_of(cut);
  memset(cut->torn, 0xA5, sizeof cut->torn);
  pc_fault_tear(cut->fault, &cut->input, cut->variant, cut->torn);
  CHECK(cut, cut->torn[size] == 0xA5);
  pc_fault_tear(cut->fault, &cut->input, cut->variant, again);
  CHECK(cut, is_equal(cut->torn, again, size));
  CHECK(cut, obeys_class(cut));
  if (cut->fault != PC_FAULT_BETWEEN_OPS && cut->fault != PC_FAULT_METASTABLE) {
    CHECK(cut, !is_equal(cut->torn, cut->before, size));
    CHECK(cut, !is_equal(cut->torn, cut->after, size));
  }
}

/* Returns how many tears were checked. */
static uint32_t check_operation(struct cut *cut, uint64_t seed) {
  uint32_t tears = 0;
  draw_operation(cut, seed);
  /* Those that reach beyond the operation are tested with a device. */
  for (int fault = 0; fault <= PC_FAULT_METASTABLE; fault++) {
    cut->fault = (enum pc_fault)fault;
    cut->variant = 0;
    cut->variants = pc_fault_variants(cut->fault, &cut->input);
    CHECK(cut, cut->variants <= MAX_VARIANTS);
    check_count(cut);
    for (; cut->variant < cut->variants; cut->variant++) {
      check_variant(cut);
      tears++;
    }
  }
  return tears;
}

Test(fault_random, every_variant_obeys_its_class_and_is_neither_none_nor_whole) {
  static struct cut cut;
  uint64_t tears = 0;
  for (uint64_t seed = 1; seed <= 10000; seed++) {
    tears += check_operation(&cut, seed);
  }
  cr_assert_gt(tears, 500000, "%llu", (unsigned long long)tears);
}

/* All of the few boundaries are there, in rising order, the first and the last always. */
Test(fault_random, a_prefix_grows_from_variant_to_variant) {
  static struct cut cut;
  for (uint64_t seed = 1; seed <= 2000; seed++) {
    draw_operation(&cut, seed);
    cut.fault = PC_FAULT_PREFIX;
    cut.variants = pc_fault_variants(cut.fault, &cut.input);
    uint64_t changed = 0;
    for (cut.variant = 0; cut.variant < cut.variants; cut.variant++) {
      pc_fault_tear(cut.fault, &cut.input, cut.variant, cut.torn);
      uint64_t now = 0;
      for (uint32_t i = 0; i < size_of(&cut); i++) {
        now += (uint64_t)__builtin_popcount((uint32_t)(cut.torn[i] ^ cut.before[i]));
      }
      CHECK(&cut, now >= changed);
      changed = now;
    }
  }
}
