/* The classes that leave more than bytes: what each may leave, by random testing on devices. A variant that is left is
   undone exactly, and left again it is the same. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "device/ecc.h"
#include "powercut/armed.h"
#include "powercut/fault.h"
#include "powercut/random.h"
#include "test_device_help.h"

enum { SIZE = 1024, SECTOR = 256, SECTORS = 4, BLOCK = 64, OPERATIONS = 6000 };

static const struct pc_profile GUARDED = {.name = "guarded",
                                          .sector_size = SECTOR,
                                          .program_unit = 8,
                                          .programs_per_unit = 2,
                                          .reprogram = PC_REPROGRAM_ZEROS,
                                          .endurance = 100,
                                          .ecc_word = 8,
                                          .collateral = BLOCK};

Test(fault_reach, the_code_corrects_one_wrong_bit_and_notices_two) {
  struct pc_random random = {.state = 3};
  static const uint32_t sizes[] = {1, 4, 8, 16, 32, 256};
  static const uint32_t widths[] = {5, 7, 8, 9, 10, 13};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    uint32_t size = sizes[i], width = pc_ecc_width(size), bits = size * 8 + width;
    cr_assert_eq(width, widths[i], "%u bytes: %u", size, width);
    for (int round = 0; round < 3000; round++) {
      uint32_t first = (uint32_t)pc_random_below(&random, bits);
      uint32_t second = (first + 1 + (uint32_t)pc_random_below(&random, bits - 1)) % bits;
      uint16_t one = first < size * 8 ? pc_ecc_column(first) : (uint16_t)(1u << (first - size * 8));
      uint16_t other = second < size * 8 ? pc_ecc_column(second) : (uint16_t)(1u << (second - size * 8));
      cr_assert_eq(pc_ecc_decode(one, size), first < size * 8 ? (int32_t)first : PC_ECC_RIGHT);
      cr_assert_eq(pc_ecc_decode(one ^ other, size), PC_ECC_WRONG, "%u and %u of %u", first, second, size);
    }
  }
}

Test(fault_reach, a_code_is_that_of_its_bits) {
  struct pc_random random = {.state = 4};
  for (int round = 0; round < 20000; round++) {
    uint8_t word[32], other[32];
    for (int i = 0; i < 32; i++) {
      word[i] = (uint8_t)pc_random_next(&random) | 1;
    }
    memcpy(other, word, sizeof word);
    uint32_t bit = 1 + (uint32_t)pc_random_below(&random, 255);
    other[bit / 8] ^= (uint8_t)(1u << bit % 8);
    if ((other[bit / 8] | word[bit / 8]) != 0) {
      cr_assert_eq(pc_ecc_code(word, 32) ^ pc_ecc_code(other, 32), pc_ecc_column(bit), "%u", bit);
    }
  }
  static const uint8_t zeros[8] = {0};
  cr_expect_eq(pc_ecc_code(zeros, 8), 0);
  uint8_t ones[8];
  memset(ones, PC_ERASED, sizeof ones);
  cr_expect_eq(pc_ecc_code(ones, 8), 0xff, "an erased word has erased check bits");
}

/* A device somewhere in its life, and an operation that is about to happen there. */
struct scene {
  struct pc_device *device;
  struct pc_random random;
  uint64_t seed;
  uint8_t after[SECTOR];
  struct pc_fault_input input;
  struct pc_fault_memory memory;
  enum pc_fault fault;
  uint32_t variant;
};

#define CHECK(scene, condition)                                                                      \
  cr_assert((condition), "seed %llu, %s variant %u: " #condition, (unsigned long long)(scene)->seed, \
            pc_fault_class((scene)->fault)->name, (scene)->variant)

static uint32_t below(struct scene *scene, uint32_t bound) {
  return (uint32_t)pc_random_below(&scene->random, bound);
}

static struct scene open_scene(uint64_t seed, double age) {
  struct scene scene = {.device = create(&GUARDED, SECTORS), .random = {.state = seed}, .seed = seed};
  pc_device_set_worn(scene.device, age);
  for (uint32_t unit = 0; unit < SIZE / 8; unit++) {
    uint64_t data = pc_random_next(&scene.random);
    if (below(&scene, 2) == 0) {
      cr_assert_eq(program(scene.device, unit * 8, &data, 8), PC_FLASH_OK);
    }
  }
  pc_device_forget(scene.device);
  return scene;
}

static void close_scene(struct scene *scene) {
  pc_device_destroy(scene->device);
  pc_fault_memory_free(&scene->memory);
}

/* A program of blank units, or an erase. False if there is no room for a program where it was drawn. */
static bool draw_operation(struct scene *scene) {
  bool erases = below(scene, 3) == 0;
  uint32_t units = 1 + below(scene, 6);
  uint32_t address = erases ? below(scene, SECTORS) * SECTOR : below(scene, SIZE / 8 - units) * 8;
  scene->input = (struct pc_fault_input){.samples = 6, .limit = 6, .seed = pc_random_next(&scene->random)};
  scene->input.operation = (struct pc_flash_operation){.kind = erases ? PC_ERASE : PC_PROGRAM,
                                                       .address = address,
                                                       .size = erases ? SECTOR : units * 8,
                                                       .before = pc_device_cells(scene->device).data + address,
                                                       .after = scene->after};
  for (uint32_t i = 0; i < scene->input.operation.size; i++) {
    scene->after[i] = erases ? PC_ERASED : (uint8_t)pc_random_next(&scene->random);
    if (!erases && cell(scene->device, address + i) != PC_ERASED) {
      return false;
    }
  }
  pc_fault_describe(&scene->input, scene->device);
  return true;
}

/* What a variant left is handed to `check` with the cells before. It is undone, and left once more. */
static uint32_t leave_all(struct scene *scene, enum pc_fault fault,
                          void (*check)(struct scene *scene, const uint8_t *before,
                                        const struct pc_flash_operation *left)) {
  uint8_t before[SIZE];
  uint64_t hash = pc_device_hash(scene->device);
  scene->fault = fault;
  memcpy(before, pc_device_cells(scene->device).data, SIZE);
  uint32_t variants = pc_fault_variants(fault, &scene->input);
  for (scene->variant = 0; scene->variant < variants; scene->variant++) {
    uint64_t hashes[2];
    for (int i = 0; i < 2; i++) {
      struct pc_flash_operation left;
      CHECK(scene,
            pc_fault_leave(scene->device, fault, &scene->input, scene->variant, &scene->memory, &left, NULL) == PC_OK);
      pc_device_begin_reads(scene->device, 1);
      hashes[i] = pc_device_hash(scene->device);
      check(scene, before, &left);
      pc_device_rollback(scene->device, 0);
      pc_device_begin_reads(scene->device, 1);
      CHECK(scene, pc_device_hash(scene->device) == hash);
      CHECK(scene, memcmp(pc_device_cells(scene->device).data, before, SIZE) == 0);
      CHECK(scene, pc_device_damage(scene->device).events == 0 && pc_device_weak_cells(scene->device) == 0);
      CHECK(scene, pc_device_reads_raw(scene->device));
    }
    CHECK(scene, hashes[0] == hashes[1]);
  }
  return variants;
}

static bool is_inside(const struct scene *scene, uint32_t at) {
  return at >= scene->input.operation.address && at - scene->input.operation.address < scene->input.operation.size;
}

static uint64_t corrected, failed, read_as_before;

/* Bits that a word and its check bits differ in from those of another word. */
static uint32_t distance(const struct scene *scene, uint32_t word, const struct pc_flash_operation *left,
                         const uint8_t *other) {
  const uint8_t *cells = pc_device_cells(scene->device).data + word;
  uint32_t at = (word - scene->input.operation.address) / 8;
  uint32_t bits =
      (uint32_t)__builtin_popcount(pc_syndrome_at(left->syndromes, at) ^ pc_ecc_code(cells, 8) ^ pc_ecc_code(other, 8));
  for (int i = 0; i < 8; i++) {
    bits += (uint32_t)__builtin_popcount(cells[i] ^ other[i]);
  }
  return bits;
}

static void check_ecc(struct scene *scene, const uint8_t *before, const struct pc_flash_operation *left) {
  for (uint32_t word = 0; word < SIZE; word += 8) {
    uint8_t data[8];
    int status = read(scene->device, word, data, 8);
    if (!is_inside(scene, word)) {
      CHECK(scene, status == PC_FLASH_OK && memcmp(data, before + word, 8) == 0);
      continue;
    }
    const uint8_t *after = scene->after + (word - scene->input.operation.address);
    for (uint32_t i = 0; i < 8; i++) {
      uint8_t now = cell(scene->device, word + i);
      CHECK(scene, ((now ^ before[word + i]) & ~(before[word + i] ^ after[i])) == 0);
    }
    uint32_t from_before = distance(scene, word, left, before + word), from_after = distance(scene, word, left, after);
    if (from_before <= 1 || from_after <= 1) {
      /* A word of zeros is right with zeros as check bits: one bit from there is not within the code's reach. */
      bool of_zeros = memcmp(before + word, "\0\0\0\0\0\0\0\0", 8) == 0 || memcmp(after, "\0\0\0\0\0\0\0\0", 8) == 0;
      CHECK(scene, of_zeros || status == PC_FLASH_OK);
      CHECK(scene, of_zeros || memcmp(data, from_before <= 1 ? before + word : after, 8) == 0);
      corrected += from_before == 1 || from_after == 1;
      read_as_before += from_before <= 1;
    } else if (from_before == 2 || from_after == 2) {
      CHECK(scene, status == PC_FLASH_FAILED);
      failed++;
    }
  }
  CHECK(scene, pc_device_contract_violations(scene->device, NULL) == 0);
  CHECK(scene, pc_device_damage(scene->device).events == 0);
}

Test(fault_reach, ecc_corrects_one_wrong_bit_and_fails_on_two) {
  for (uint64_t seed = 1; seed <= 60; seed++) {
    struct scene scene = open_scene(seed, 0);
    for (int i = 0; i < OPERATIONS / 60; i++) {
      if (draw_operation(&scene)) {
        (void)leave_all(&scene, PC_FAULT_ECC, check_ecc);
      }
    }
    close_scene(&scene);
  }
  cr_assert(corrected > 1000 && failed > 1000 && read_as_before > 1000, "%llu %llu %llu", (unsigned long long)corrected,
            (unsigned long long)failed, (unsigned long long)read_as_before);
}

static void check_collateral(struct scene *scene, const uint8_t *before, const struct pc_flash_operation *left) {
  uint32_t outside = 0, first = scene->input.operation.address / BLOCK * BLOCK;
  uint32_t end = scene->input.operation.address + scene->input.operation.size;
  CHECK(scene, scene->input.operation.kind == PC_PROGRAM);
  for (uint32_t at = 0; at < SIZE; at++) {
    uint8_t now = cell(scene->device, at), changed = now ^ before[at];
    CHECK(scene, (now & ~before[at]) == 0);
    if (is_inside(scene, at)) {
      CHECK(scene, (scene->after[at - scene->input.operation.address] & ~now) == 0);
    } else {
      outside += (uint32_t)__builtin_popcount(changed);
      CHECK(scene, changed == 0 || (at >= first && at < (end + BLOCK - 1) / BLOCK * BLOCK));
      bool in_place = at >= left->address && at - left->address < left->size;
      CHECK(scene, changed == (in_place ? left->spoilt[at - left->address] : 0));
    }
  }
  CHECK(scene, outside >= 1 && outside <= 8);
  CHECK(scene, pc_device_damage(scene->device).events == 1);
}

static uint8_t left_at(const uint8_t *cells, uint32_t at) {
  return cells == NULL ? 0 : cells[at];
}

static uint64_t stuck_cells, noisy_cells;

static void check_worn(struct scene *scene, const uint8_t *before, const struct pc_flash_operation *left) {
  uint64_t stuck_here = 0;
  bool past = scene->input.age > 1;
  for (uint32_t at = 0; at < SIZE; at++) {
    uint8_t now = cell(scene->device, at);
    if (!is_inside(scene, at)) {
      CHECK(scene, now == before[at]);
      continue;
    }
    uint32_t i = at - scene->input.operation.address;
    uint8_t stuck = left_at(left->stuck, i), weak = left_at(left->weak, i);
    uint8_t changes = before[at] ^ scene->after[i], low = before[at] & scene->after[i];
    CHECK(scene, (stuck & ~changes) == 0 && (weak & ~changes) == 0 && (weak & stuck) == 0);
    CHECK(scene, (weak & ~now) == 0 && ((now ^ before[at]) & stuck) == 0);
    CHECK(scene, (now & ~(before[at] | scene->after[i])) == 0 && (low & ~now) == 0);
    CHECK(scene, past || stuck == 0);
    stuck_here += (uint64_t)__builtin_popcount(stuck);
    noisy_cells += (uint64_t)__builtin_popcount(weak);
  }
  CHECK(scene, pc_device_damage(scene->device).events == (stuck_here > 0));
  stuck_cells += stuck_here;
  if (stuck_here > 0) {
    /* They stay through an erase. */
    uint32_t sector = scene->input.operation.address / SECTOR * SECTOR;
    CHECK(scene, erase(scene->device, sector) == PC_FLASH_OK);
    for (uint32_t i = 0; i < left->size; i++) {
      uint32_t at = left->address + i;
      CHECK(scene, at - sector >= SECTOR || ((cell(scene->device, at) ^ before[at]) & left_at(left->stuck, i)) == 0);
    }
  }
}

Test(fault_reach, collateral_clears_bits_beside_a_program_inside_its_block_and_never_sets_one) {
  uint64_t variants = 0;
  for (uint64_t seed = 1; seed <= 60; seed++) {
    struct scene scene = open_scene(seed, 0);
    for (int i = 0; i < OPERATIONS / 60; i++) {
      if (draw_operation(&scene)) {
        variants += leave_all(&scene, PC_FAULT_COLLATERAL, check_collateral);
      }
    }
    close_scene(&scene);
  }
  cr_assert_gt(variants, 2000);
}

Test(fault_reach, worn_leaves_unstable_cells_near_the_endurance_and_stuck_ones_past_it) {
  static const double ages[] = {0, 0.79, 0.8, 0.95, 1.05, 1.3};
  for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
    uint64_t variants = 0;
    stuck_cells = noisy_cells = 0;
    for (uint64_t seed = 1; seed <= 15; seed++) {
      struct scene scene = open_scene(seed, ages[i]);
      for (int j = 0; j < OPERATIONS / 60; j++) {
        if (draw_operation(&scene)) {
          variants += leave_all(&scene, PC_FAULT_WORN, check_worn);
        }
      }
      close_scene(&scene);
    }
    cr_assert_eq(variants > 0, ages[i] >= 0.8, "age %g", ages[i]);
    cr_assert_eq(noisy_cells > 1000, ages[i] >= 0.8, "age %g: %llu", ages[i], (unsigned long long)noisy_cells);
    cr_assert_eq(stuck_cells > 100, ages[i] > 1, "age %g: %llu", ages[i], (unsigned long long)stuck_cells);
  }
}

static void check_rot(struct scene *scene, const uint8_t *before, const struct pc_flash_operation *left) {
  uint32_t changed = 0;
  for (uint32_t at = 0; at < SIZE; at++) {
    changed += (uint32_t)__builtin_popcount(cell(scene->device, at) ^ before[at]);
  }
  CHECK(scene, changed == 1 && left->kind == PC_ROT && pc_device_damage(scene->device).events == 1);
  /* One wrong bit of a word is corrected. */
  uint8_t data[SIZE];
  CHECK(scene, read(scene->device, 0, data, SIZE) == PC_FLASH_OK && memcmp(data, before, SIZE) == 0);
}

Test(fault_reach, rot_changes_one_bit_which_ecc_corrects) {
  for (uint64_t seed = 1; seed <= 200; seed++) {
    struct scene scene = open_scene(seed, 0);
    if (draw_operation(&scene)) {
      cr_assert_eq(leave_all(&scene, PC_FAULT_BIT_ROT, check_rot), 6);
    }
    close_scene(&scene);
  }
}

Test(fault_reach, classes_that_the_part_or_its_age_gives_no_reason_for_have_no_variant) {
  uint8_t after[8] = "abcdefg";
  struct pc_device *device = create(&IDEAL, 1);
  struct pc_fault_input input = {.operation = {.kind = PC_PROGRAM, .size = 8, .after = after}, .samples = 4};
  input.operation.before = pc_device_cells(device).data;
  pc_fault_describe(&input, device);
  cr_expect_eq(pc_fault_variants(PC_FAULT_ECC, &input), 0);
  cr_expect_eq(pc_fault_variants(PC_FAULT_COLLATERAL, &input), 0);
  cr_expect_eq(pc_fault_variants(PC_FAULT_WORN, &input), 0);
  pc_device_destroy(device);
}

Test(fault_reach, a_part_that_faults_is_not_to_be_read_there_and_a_word_that_only_reads_blank_takes_no_program) {
  struct pc_profile faulting = GUARDED;
  faulting.ecc_error = PC_ECC_FAULT;
  struct pc_device *device = create(&faulting, 1);
  uint8_t before[8], torn[8], data[8];
  memset(before, PC_ERASED, 8);
  memset(torn, PC_ERASED, 8);
  const uint8_t one[2] = {1, 0}, two[2] = {3, 0};
  struct pc_flash_operation operation = {
      .kind = PC_PROGRAM, .address = 8, .size = 8, .before = before, .syndromes = one};
  pc_device_tear(device, &operation, torn);
  cr_expect_eq(read(device, 8, data, 8), PC_FLASH_OK, "one wrong check bit");
  cr_expect_arr_eq(data, before, 8);
  cr_expect_eq(program(device, 8, "abcdefgh", 8), PC_FLASH_FAILED, "it is not erased");
  cr_expect_eq(pc_device_contract_violations(device, NULL), 0);
  cr_expect_eq(program(device, 8, "\0\0\0\0\0\0\0\0", 8), PC_FLASH_OK, "zeros are taken");
  cr_expect_eq(read(device, 8, data, 8), PC_FLASH_OK);
  pc_device_rollback(device, 0);
  operation.syndromes = two;
  pc_device_tear(device, &operation, torn);
  EXPECT_REFUSED(device, read(device, 10, data, 1), PC_RULE_ECC, 10, 1);
  cr_expect_eq(read(device, 0, data, 8), PC_FLASH_OK, "the word beside it");
  pc_device_clear_contract_violations(device);
  cr_expect_eq(erase(device, 0), PC_FLASH_OK);
  cr_expect_eq(read(device, 8, data, 8), PC_FLASH_OK);
  cr_expect(pc_device_reads_raw(device));
  pc_device_destroy(device);
}

Test(fault_reach, a_word_that_is_programmed_twice_has_the_check_bits_of_neither) {
  struct pc_profile twice = GUARDED;
  twice.reprogram = PC_REPROGRAM_ANY;
  struct pc_device *device = create(&twice, 1);
  uint8_t data[8];
  cr_assert_eq(program(device, 0, "\xf0\xff\xff\xff\xff\xff\xff\xff", 8), PC_FLASH_OK);
  cr_assert_eq(read(device, 0, data, 8), PC_FLASH_OK);
  cr_assert_eq(program(device, 0, "\x10\xff\xff\x0f\xff\xff\xff\xff", 8), PC_FLASH_OK);
  cr_expect_eq(read(device, 0, data, 8), PC_FLASH_FAILED);
  pc_device_rollback(device, 1);
  cr_expect_eq(read(device, 0, data, 8), PC_FLASH_OK);
  pc_device_destroy(device);
}

/* A stored repro names what is left by seed and variant: it must stay the same in every release. */
Test(fault_reach, what_is_left_stays_the_same_from_release_to_release) {
  uint64_t digest = 0;
  struct scene scene = open_scene(7, 1.2);
  static const enum pc_fault classes[] = {PC_FAULT_ECC, PC_FAULT_COLLATERAL, PC_FAULT_WORN, PC_FAULT_BIT_ROT};
  for (int i = 0; i < 40; i++) {
    if (!draw_operation(&scene)) {
      continue;
    }
    for (size_t j = 0; j < sizeof classes / sizeof classes[0]; j++) {
      for (uint32_t variant = 0; variant < pc_fault_variants(classes[j], &scene.input); variant++) {
        cr_assert_eq(pc_fault_leave(scene.device, classes[j], &scene.input, variant, &scene.memory, NULL, NULL), PC_OK);
        pc_device_begin_reads(scene.device, 1);
        for (uint32_t at = 0; at < SIZE; at++) {
          digest = pc_random_mix(digest, cell(scene.device, at));
        }
        pc_device_rollback(scene.device, 0);
      }
    }
  }
  close_scene(&scene);
  cr_assert_eq(digest, UINT64_C(0xabcb86b099fe6765), "the digest is now 0x%016llx", (unsigned long long)digest);
}
