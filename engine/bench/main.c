/* norkv_bench: how fast the engine is on flash that costs nothing. Prints a table; times decide no exit status. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rig.h"

#define MAX_RUNS 1000
#define DEFAULT_RUNS 15
#define SECTORS 16u /* of 4 KiB, for puts and gets */
#define KEYS 64u

#define CRC16 NORKV_CHECKSUM_CRC16_CCITT
#define CRC32C NORKV_CHECKSUM_CRC32C

struct figure {
  const char *name;
  struct rig_shape shape;
  enum norkv_error (*operate)(struct rig *rig, uint32_t count);
  uint32_t count;   /* operations in each run */
  bool is_rate;     /* millions of operations in a second; else milliseconds for one */
  const char *peer; /* what pw_kvs does on a machine of this kind */
  const char *target;
};

static const struct figure figures[] = {
    {"put CRC-16", {SECTORS, KEYS, 1, CRC16, false}, rig_put, 200000, true, "1.0", "3.0"},
    {"put CRC-16, no verify", {SECTORS, KEYS, 1, CRC16, true}, rig_put, 200000, true, "1.4", ""},
    {"put CRC-32C", {SECTORS, KEYS, 1, CRC32C, false}, rig_put, 200000, true, "", ""},
    {"get CRC-16", {SECTORS, KEYS, 1, CRC16, false}, rig_get, 500000, true, "2.2-2.4", "8.0"},
    {"get CRC-16, no verify", {SECTORS, KEYS, 1, CRC16, true}, rig_get, 500000, true, "", ""},
    {"get CRC-32C", {SECTORS, KEYS, 1, CRC32C, false}, rig_get, 500000, true, "", ""},
    {"start CRC-16, 1 write", {256, 1000, 1, CRC16, false}, rig_start, 100, false, "0.37", "0.12"},
    {"start CRC-16, 15 writes", {256, 1000, 15, CRC16, false}, rig_start, 20, false, "5.4", "1.8"},
    {"start CRC-32C, 1 write", {256, 1000, 1, CRC32C, false}, rig_start, 100, false, "", ""},
    {"start CRC-32C, 15 writes", {256, 1000, 15, CRC32C, false}, rig_start, 20, false, "", ""},
};
#define FIGURE_COUNT (sizeof(figures) / sizeof(figures[0]))

struct options {
  unsigned runs;
  unsigned divisor; /* of the operations in each run */
  const char *only;
};

struct series {
  struct rig rig;
  bool is_wanted;
  double results[MAX_RUNS];
};

static void print_usage(FILE *out) {
  fputs(
      "Usage: norkv_bench [--runs N] [--only TEXT] [--quick]\n"
      "\n"
      "Times the engine on flash that is an array. CPU time, so that other processes count less.\n"
      "\n"
      "  --runs N     repetitions of each figure, 1 to 1000 (default 15)\n"
      "  --only TEXT  only the figures whose name contains TEXT\n"
      "  --quick      a hundredth of the operations: shows that it works, not how fast\n"
      "  --help       this text\n",
      out);
}

static double cpu_seconds(void) {
  struct timespec now = {0};
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) != 0) {
    perror("norkv_bench: clock_gettime");
    exit(3);
  }
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int fail(const struct figure *figure, enum norkv_error err) {
  fprintf(stderr, "norkv_bench: %s: the store returned error %d\n", figure->name, (int)err);
  return 3;
}

static int time_once(const struct figure *figure, struct rig *rig, const struct options *options, double *result) {
  uint32_t count = (figure->count + options->divisor - 1) / options->divisor;
  double begin = cpu_seconds();
  enum norkv_error err = figure->operate(rig, count);
  double seconds = cpu_seconds() - begin;
  if (err != NORKV_OK) {
    return fail(figure, err);
  }
  *result = figure->is_rate ? count / seconds / 1e6 : seconds * 1e3 / count;
  return 0;
}

/* One run of each figure after the other, so that a disturbance spoils one run of several figures and not one figure.
   The first turn only warms up. */
static int time_all(struct series *all, const struct options *options) {
  for (unsigned turn = 0; turn <= options->runs; turn++) {
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
      double *result = &all[i].results[turn == 0 ? 0 : turn - 1];
      int err = all[i].is_wanted ? time_once(&figures[i], &all[i].rig, options, result) : 0;
      if (err != 0) {
        return err;
      }
    }
  }
  return 0;
}

static int compare(const void *a, const void *b) {
  double first = *(const double *)a;
  double second = *(const double *)b;
  return first < second ? -1 : first > second;
}

static const char *verdict(const struct figure *figure, double median) {
  if (figure->target[0] == '\0') {
    return "";
  }
  double target = strtod(figure->target, NULL);
  return (figure->is_rate ? median >= target : median <= target) ? "met" : "not met";
}

static void print_series(const struct figure *figure, struct series *series, unsigned runs) {
  qsort(series->results, runs, sizeof(series->results[0]), compare);
  double median = (series->results[(runs - 1) / 2] + series->results[runs / 2]) / 2;
  printf("%-26s %-4s %8.3f %8.3f %8.3f %9s %7s  %s\n", figure->name, figure->is_rate ? "M/s" : "ms", median,
         series->results[0], series->results[runs - 1], figure->peer, figure->target, verdict(figure, median));
}

static void print_all(struct series *all, const struct options *options) {
  printf("put, get: 32-byte values, 64 keys in random order, 16 sectors of 4 KiB; start: 1000 keys, 256 sectors\n");
  printf("CPU time of %u runs\n\n", options->runs);
  printf("%-26s %-4s %8s %8s %8s %9s %7s\n", "", "unit", "median", "min", "max", "pw_kvs", "target");
  for (size_t i = 0; i < FIGURE_COUNT; i++) {
    if (all[i].is_wanted) {
      print_series(&figures[i], &all[i], options->runs);
    }
  }
}

static int parse(int argc, char **argv, struct options *options) {
  static const struct option known[] = {
      {"runs", required_argument, NULL, 'r'},
      {"only", required_argument, NULL, 'o'},
      {"quick", no_argument, NULL, 'q'},
      {"help", no_argument, NULL, 'h'},
      {0},
  };
  for (int option = 0; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
    char *end = NULL;
    switch (option) {
      case 'r':
        options->runs = (unsigned)strtoul(optarg, &end, 10);
        if (*end != '\0' || options->runs < 1 || options->runs > MAX_RUNS) {
          fprintf(stderr, "norkv_bench: --runs takes 1 to %d\n", MAX_RUNS);
          return 2;
        }
        break;
      case 'o':
        options->only = optarg;
        break;
      case 'q':
        options->divisor = 100;
        break;
      case 'h':
        print_usage(stdout);
        exit(0);
      default:
        print_usage(stderr);
        return 2;
    }
  }
  if (optind < argc) {
    print_usage(stderr);
    return 2;
  }
  return 0;
}

/* Starts the store of each figure that is wanted. */
static int set_up(struct series *all, const struct options *options) {
  for (size_t i = 0; i < FIGURE_COUNT; i++) {
    all[i].is_wanted = strstr(figures[i].name, options->only) != NULL;
    enum norkv_error err = all[i].is_wanted ? rig_init(&all[i].rig, &figures[i].shape) : NORKV_OK;
    if (err != NORKV_OK) {
      return fail(&figures[i], err);
    }
  }
  return 0;
}

int main(int argc, char **argv) {
  struct options options = {.runs = DEFAULT_RUNS, .divisor = 1, .only = ""};
  int err = parse(argc, argv, &options);
  if (err != 0) {
    return err;
  }
  struct series *all = calloc(FIGURE_COUNT, sizeof(*all));
  if (all == NULL) {
    perror("norkv_bench");
    return 3;
  }
  err = set_up(all, &options);
  if (err == 0) {
    err = time_all(all, &options);
  }
  if (err == 0) {
    print_all(all, &options);
    err = fflush(stdout) == 0 && !ferror(stdout) ? 0 : 3;
  }
  for (size_t i = 0; i < FIGURE_COUNT; i++) {
    rig_free(&all[i].rig);
  }
  free(all);
  return err;
}
