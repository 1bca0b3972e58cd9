/*
 * A counter that survives: at each start the store is read back and checked, then the counter is put again and again
 * until power fails, in the middle of a put or of the garbage collection that it caused. After POWER_CUTS of them, all
 * survived, the program ends.
 */
#include <string.h>

#include "board.h"
#include "flash.h"
#include "norkv/norkv.h"
#include "power.h"

#define POWER_CUTS 200u
#define MAX_WORDS 400u /* more than the store's pages have free: garbage collection is met too */
#define MAX_KEYS 8u
#define MEMORY_SIZE 768u /* at least norkv_memory_size of the configuration below, or norkv_start says so */
#define SERIAL "SN-0000-4711"

/* What the outside world knows, which loses no power: the test's memory, not the product's. */
static struct {
  uint32_t magic; /* MAGIC once the rest is valid */
  uint32_t power_cuts;
  uint32_t acknowledged;  /* the last counter whose put returned NORKV_OK */
  uint32_t finished_late; /* cuts after which the interrupted put was there all the same */
  uint32_t random;
} world __attribute__((section(".noinit")));
#define MAGIC 0x57A7E0F5u

static const struct norkv_format formats[] = {{0x600DBEEF, NORKV_CHECKSUM_CRC32C}};
static uint32_t memory[MEMORY_SIZE / sizeof(uint32_t)];
static struct power power;
static struct norkv store;

static int fail(const char *what, uint32_t number) {
  board_print("FAILED: ");
  board_print(what);
  board_print(" ");
  board_print_number(number);
  board_print("\n");
  return 1;
}

static enum norkv_error start(void) {
  struct norkv_flash flash = flash_port();
  struct norkv_config config = {
      .flash = power_port(&power, &flash),
      .formats = formats,
      .format_count = 1,
      .redundancy = 1,
      .max_keys = MAX_KEYS,
      .memory = memory,
      .memory_size = sizeof(memory),
  };
  return norkv_start(&store, &config);
}

/* The first start of a new device. */
static enum norkv_error provision(void) {
  memset(&world, 0, sizeof(world));
  enum norkv_error err = norkv_put(&store, "serial", 6, SERIAL, sizeof(SERIAL));
  if (err == NORKV_OK) {
    err = norkv_put(&store, "counter", 7, &world.acknowledged, sizeof(world.acknowledged));
  }
  world.random = 1;
  world.magic = MAGIC;
  return err;
}

/* After power failed: the counter is what was acknowledged or what was being put, and everything else is untouched. */
static int check(void) {
  char serial[sizeof(SERIAL)];
  size_t size = 0;
  enum norkv_error err = norkv_get(&store, "serial", 6, 0, serial, sizeof(serial), &size);
  if (err != NORKV_OK || size != sizeof(serial) || memcmp(serial, SERIAL, sizeof(serial)) != 0) {
    return fail("the serial number is lost, error", (uint32_t)err);
  }
  uint32_t counter = 0;
  err = norkv_get(&store, "counter", 7, 0, &counter, sizeof(counter), &size);
  if (err != NORKV_OK || size != sizeof(counter)) {
    return fail("the counter is lost, error", (uint32_t)err);
  }
  if (counter != world.acknowledged && counter != world.acknowledged + 1) {
    return fail("the counter reads", counter);
  }
  world.finished_late += counter - world.acknowledged;
  world.acknowledged = counter;
  return 0;
}

/* Puts until power fails; comes back only when a put does not succeed. */
static int work(void) {
  world.power_cuts++;
  world.random = world.random * 1664525u + 1013904223u;
  power.words_left = 1 + (world.random >> 16) % MAX_WORDS;
  for (;;) {
    uint32_t counter = world.acknowledged + 1;
    enum norkv_error err = norkv_put(&store, "counter", 7, &counter, sizeof(counter));
    if (err != NORKV_OK) {
      return fail("a put returned error", (uint32_t)err);
    }
    world.acknowledged = counter;
  }
}

int main(void) {
  enum norkv_error err = start();
  if (err == NORKV_OK && world.magic != MAGIC) {
    err = provision();
  }
  if (err != NORKV_OK) {
    return fail("the store did not start, error", (uint32_t)err);
  }
  int status = check();
  if (status != 0) {
    return status;
  }
  if (world.power_cuts < POWER_CUTS) {
    return work();
  }
  board_print("survived ");
  board_print_number(world.power_cuts);
  board_print(" power cuts in ");
  board_print_number(world.acknowledged);
  board_print(" puts; ");
  board_print_number(world.finished_late);
  board_print(" interrupted puts had been finished\n");
  world.magic = 0; /* the next start is a new device's */
  return 0;
}
