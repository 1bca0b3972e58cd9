/* norkv_wear: how evenly each wear policy erases, and what it writes for that. Prints a table. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "norkv/norkv.h"
#include "plain_flash.h"

#define SECTOR_SIZE 4096u
#define SECTORS 16u
#define STATIC_KEYS 614u /* 64 bytes each: 60 % of the space */
#define ACTIVE_KEYS 40u
#define HOT_KEYS 4u /* of the active ones, and share of the puts */
#define HOT_TENTHS 9u
#define KEY_SIZE 8u
#define VALUE_SIZE 32u

static const char *const policy_names[] = {
    [NORKV_POLICY_GREEDY] = "greedy",
    [NORKV_POLICY_CIRCULAR] = "circular",
    [NORKV_POLICY_COST_BENEFIT] = "cost_benefit",
    [NORKV_POLICY_HYBRID] = "hybrid",
};
#define POLICY_COUNT (sizeof(policy_names) / sizeof(policy_names[0]))

/* Puts from one start to the next; 0: there is no other. */
static const uint32_t restarts[] = {0, 10000, 100};
#define RESTART_COUNT (sizeof(restarts) / sizeof(restarts[0]))

/* A part that counts, on top of one that does not. */
struct part {
  struct plain_flash flash;
  struct norkv_flash port;
  uint32_t erases[SECTORS];
  uint64_t programmed; /* bytes */
};

static int read_bytes(void *context, uint32_t address, void *buffer, size_t size) {
  struct part *part = context;
  return part->port.read(part->port.context, address, buffer, size);
}

static int program_bytes(void *context, uint32_t address, const void *data, size_t size) {
  struct part *part = context;
  part->programmed += size;
  return part->port.program(part->port.context, address, data, size);
}

static int erase_sector(void *context, uint32_t sector) {
  struct part *part = context;
  part->erases[sector]++;
  return part->port.erase(part->port.context, sector);
}

static uint32_t random_below(uint64_t *random, uint32_t limit) {
  *random ^= *random >> 12;
  *random ^= *random << 25;
  *random ^= *random >> 27;
  return (uint32_t)(((*random * 0x2545F4914F6CDD1Du >> 32) * limit) >> 32);
}

static enum norkv_error put(struct norkv *kv, uint32_t number) {
  char key[KEY_SIZE + 1];
  static const uint8_t value[VALUE_SIZE];
  (void)snprintf(key, sizeof(key), "%08u", (unsigned)(number % 100000000));
  return norkv_put(kv, key, KEY_SIZE, value, sizeof(value));
}

/* The workload: keys that stay, then `puts` puts of the others, a few of which are put most of the time. */
static enum norkv_error work(struct norkv *kv, const struct norkv_config *config, uint32_t puts, uint32_t restart) {
  uint64_t random = 1;
  enum norkv_error err = norkv_start(kv, config);
  for (uint32_t key = 0; key < STATIC_KEYS && err == NORKV_OK; key++) {
    err = put(kv, key);
  }
  for (uint32_t i = 1; i <= puts && err == NORKV_OK; i++) {
    uint32_t hot = random_below(&random, 10) < HOT_TENTHS;
    uint32_t key = hot ? random_below(&random, HOT_KEYS) : HOT_KEYS + random_below(&random, ACTIVE_KEYS - HOT_KEYS);
    err = put(kv, STATIC_KEYS + key);
    if (err == NORKV_OK && restart != 0 && i % restart == 0) {
      err = norkv_start(kv, config);
    }
  }
  return err;
}

static void print_row(const struct part *part, const struct norkv_config *config, uint32_t puts, uint32_t restart) {
  uint32_t least = UINT32_MAX;
  uint32_t most = 0;
  double sum = 0;
  for (uint32_t i = 0; i < SECTORS; i++) {
    least = part->erases[i] < least ? part->erases[i] : least;
    most = part->erases[i] > most ? part->erases[i] : most;
    sum += part->erases[i];
  }
  double mean = sum / SECTORS;
  double base = mean > 0 ? mean : 1;
  double asked = (double)norkv_entry_size(config, KEY_SIZE, VALUE_SIZE) * (STATIC_KEYS + puts);
  char text[16] = "none";
  if (restart != 0) {
    (void)snprintf(text, sizeof(text), "%u puts", (unsigned)restart);
  }
  printf("%-13s %-11s %7u %7u %8.1f %9.3f %9.3f %14.3f\n", policy_names[config->policy], text, (unsigned)least,
         (unsigned)most, mean, least / base, most / base, (double)part->programmed / asked);
}

/* Runs one policy, on a part and memory of its own. */
static int measure(enum norkv_policy policy, uint32_t puts, uint32_t restart) {
  static const struct norkv_format format = {0x600DBEEF, NORKV_CHECKSUM_CRC16_CCITT};
  struct part part = {0};
  struct norkv kv;
  struct norkv_config config = {
      .flash = {.context = &part,
                .sector_size = SECTOR_SIZE,
                .sector_count = SECTORS,
                .alignment = 1,
                .read = read_bytes,
                .program = program_bytes,
                .erase = erase_sector},
      .formats = &format,
      .format_count = 1,
      .redundancy = 1,
      .max_keys = STATIC_KEYS + ACTIVE_KEYS,
      .policy = policy,
  };
  config.memory_size = norkv_memory_size(&config);
  config.memory = malloc(config.memory_size);
  enum norkv_error err = NORKV_ERR_MEMORY;
  if (plain_flash_init(&part.flash, SECTOR_SIZE, SECTORS) == 0 && config.memory != NULL) {
    part.port = plain_flash_port(&part.flash, SECTORS);
    err = work(&kv, &config, puts, restart);
  }
  if (err == NORKV_OK) {
    print_row(&part, &config, puts, restart);
  } else {
    fprintf(stderr, "norkv_wear: %s: the store returned error %d\n", policy_names[policy], (int)err);
  }
  free(config.memory);
  plain_flash_free(&part.flash);
  return err == NORKV_OK ? 0 : 3;
}

static void print_usage(FILE *out) {
  fputs(
      "Usage: norkv_wear [--puts N]\n"
      "\n"
      "Counts what each wear policy erases and programs: 16 sectors of 4 KiB, 614 keys that stay (60 % of the\n"
      "space), 40 active ones, of which 4 take 90 % of the puts; 32-byte values; with and without restarts.\n"
      "\n"
      "  --puts N  1 to 100000000 (default 2000000)\n"
      "  --help    this text\n",
      out);
}

int main(int argc, char **argv) {
  static const struct option known[] = {{"puts", required_argument, NULL, 'p'}, {"help", no_argument, NULL, 'h'}, {0}};
  unsigned long puts = 2000000;
  for (int option = 0; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
    char *end = NULL;
    if (option == 'h') {
      print_usage(stdout);
      return 0;
    }
    puts = option == 'p' ? strtoul(optarg, &end, 10) : 0;
    if (option != 'p' || *end != '\0' || puts < 1 || puts > 100000000) {
      print_usage(stderr);
      return 2;
    }
  }
  if (optind < argc) {
    print_usage(stderr);
    return 2;
  }
  printf("%lu puts; erases of a sector; write amplification: bytes programmed for each byte of entries put\n\n", puts);
  printf("%-13s %-11s %7s %7s %8s %9s %9s %14s\n", "policy", "restarts", "min", "max", "mean", "min/mean", "max/mean",
         "amplification");
  int err = 0;
  for (size_t i = 0; i < RESTART_COUNT && err == 0; i++) {
    for (size_t policy = 0; policy < POLICY_COUNT && err == 0; policy++) {
      err = measure((enum norkv_policy)policy, (uint32_t)puts, restarts[i]);
    }
  }
  return err == 0 && (fflush(stdout) != 0 || ferror(stdout)) ? 3 : err;
}
