/* powercut_bench: how fast the explorer is, and what its cost grows with. Prints tables; times decide no exit status.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"

#define MAX_RUNS 100
#define DEFAULT_RUNS 5

struct figure {
  const char *name;
  struct field_shape shape;
  double target; /* recoveries a second; 0: none */
};

#define GEOMETRY(sectors, size, operations) \
  { sectors, size, "crc16_ccitt", operations, 1, 8, 256, 0 }
static const struct figure geometries[] = {
    {"8 x 512 B", GEOMETRY(8, 512, 160), 750000},
    {"8 x 1 KiB", GEOMETRY(8, 1024, 128), 350000},
    {"20 x 4 KiB", GEOMETRY(20, 4096, 48), 40000},
};
#define WITH(sectors, operations, depth, aftermath) \
  { sectors, 512, "crc16_ccitt", operations, depth, 2, 4, aftermath }
static const struct figure by_operations[] = {
    {"50 operations", WITH(8, 50, 1, 0), 0},
    {"100 operations", WITH(8, 100, 1, 0), 0},
    {"200 operations", WITH(8, 200, 1, 0), 0},
    {"400 operations", WITH(8, 400, 1, 0), 0},
};
static const struct figure by_sectors[] = {
    {"4 sectors", WITH(4, 100, 1, 0), 0},   {"8 sectors", WITH(8, 100, 1, 0), 0},
    {"16 sectors", WITH(16, 100, 1, 0), 0}, {"32 sectors", WITH(32, 100, 1, 0), 0},
    {"64 sectors", WITH(64, 100, 1, 0), 0},
};
static const struct figure by_depth[] = {
    {"depth 1", WITH(8, 10, 1, 0), 0},
    {"depth 2", WITH(8, 10, 2, 0), 0},
    {"depth 3", WITH(8, 10, 3, 0), 0},
};
static const struct figure by_aftermath[] = {
    {"none", GEOMETRY(8, 512, 160), 0},
    {"one in 64", {8, 512, "crc16_ccitt", 160, 1, 8, 256, 64}, 0},
};

struct table {
  const char *name, *title;
  const struct figure *figures;
  size_t count;
};
#define TABLE(name, title, figures) \
  { name, title, figures, sizeof(figures) / sizeof((figures)[0]) }
static const struct table tables[] = {
    TABLE("geometries", "T0 to T4, depth 1, 8 samples, 256 prefixes, no aftermaths", geometries),
    TABLE("operations", "8 x 512 B, 2 samples, 4 prefixes", by_operations),
    TABLE("sectors", "of 512 B, 100 operations, 2 samples, 4 prefixes", by_sectors),
    TABLE("depth", "8 x 512 B, 10 operations, 2 samples, 4 prefixes", by_depth),
    TABLE("aftermaths", "8 x 512 B", by_aftermath),
};
#define TABLE_COUNT (sizeof tables / sizeof tables[0])

struct options {
  unsigned runs;
  const char *only;
  bool quick;
};

static void print_usage(FILE *out) {
  fputs(
      "Usage: powercut_bench [--runs N] [--only TABLE] [--quick]\n"
      "\n"
      "Explores half-full norkv stores in one process and times it. CPU time, so that other processes count less.\n"
      "\n"
      "  --runs N      repetitions of each figure, 1 to 100 (default 5)\n"
      "  --only TABLE  geometries, operations, sectors, depth or aftermaths\n"
      "  --quick       one short run of each: shows that it works, not how fast\n"
      "  --help        this text\n",
      out);
}

static int compare(const void *a, const void *b) {
  double first = *(const double *)a;
  double second = *(const double *)b;
  return first < second ? -1 : first > second;
}

static double median(double *values, unsigned count) {
  qsort(values, count, sizeof *values, compare);
  return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* What the runs of one figure came to. */
struct outcome {
  struct field_times times; /* of the last one */
  uint32_t entries;
  double walk[MAX_RUNS], start[MAX_RUNS];
};

/* A run with the starts timed after each that is timed as a whole: what disturbs one most likely disturbs both. */
static enum pc_result measure(const struct figure *figure, const struct options *options, struct outcome *outcome,
                              struct pc_error *error) {
  struct field_shape shape = figure->shape;
  struct field *field = NULL;
  if (options->quick) {
    shape.operations = 2;
  }
  enum pc_result result = field_open(&field, &shape, error);
  for (unsigned run = 0; result == PC_OK && run < options->runs; run++) {
    struct field_times times;
    result = field_walk(field, true, &times, error);
    outcome->start[run] = times.start;
    if (result == PC_OK) {
      result = field_walk(field, false, &outcome->times, error);
      outcome->walk[run] = outcome->times.walk;
    }
  }
  if (result == PC_OK) {
    outcome->entries = field_entries(field);
  }
  field_close(field);
  return result;
}

static void print_outcome(const struct figure *figure, struct outcome *outcome, unsigned runs) {
  const struct field_times *times = &outcome->times;
  double recoveries = (double)times->recoveries;
  double rate = recoveries / median(outcome->walk, runs);
  double slowest = recoveries / outcome->walk[runs - 1], fastest = recoveries / outcome->walk[0];
  double starts = recoveries / median(outcome->start, runs);
  printf("%-16s %7u %10lu %10lu %10lu %10.0f %10.0f %10.0f %12.0f %6.2f", figure->name, outcome->entries,
         (unsigned long)times->recoveries, (unsigned long)times->shared, (unsigned long)times->deduplicated, rate,
         slowest, fastest, starts, rate / starts);
  if (figure->target > 0) {
    printf(" %9.0f  %s", figure->target, rate >= figure->target ? "met" : "not met");
  }
  printf("\n");
  if (times->violations > 0) {
    printf("%-16s %lu checks failed: explore this shape to see why\n", "", (unsigned long)times->violations);
  }
}

static enum pc_result print_table(const struct table *table, const struct options *options, struct pc_error *error) {
  static struct outcome outcome;
  printf("%s: %s\n%-16s %7s %10s %10s %10s %10s %10s %10s %12s %6s %9s\n", table->name, table->title, "", "entries",
         "recoveries", "shared", "repeated", "median /s", "min /s", "max /s", "start alone", "ratio", "target");
  for (size_t i = 0; i < table->count; i++) {
    enum pc_result result = measure(&table->figures[i], options, &outcome, error);
    if (result != PC_OK) {
      return result;
    }
    print_outcome(&table->figures[i], &outcome, options->runs);
  }
  printf("\n");
  return PC_OK;
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
          fprintf(stderr, "powercut_bench: --runs takes 1 to %d\n", MAX_RUNS);
          return 2;
        }
        break;
      case 'o':
        options->only = optarg;
        break;
      case 'q':
        options->quick = true;
        options->runs = 1;
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

int main(int argc, char **argv) {
  struct options options = {.runs = DEFAULT_RUNS, .only = ""};
  struct pc_error error = {{0}};
  int status = parse(argc, argv, &options);
  if (status != 0) {
    return status;
  }
  printf("norkv, CRC-16, half full of entries of 64 bytes; one core, CPU time of %u runs\n\n", options.runs);
  bool any = false;
  for (size_t i = 0; i < TABLE_COUNT; i++) {
    if (strstr(tables[i].name, options.only) == NULL) {
      continue;
    }
    any = true;
    if (print_table(&tables[i], &options, &error) != PC_OK) {
      fprintf(stderr, "powercut_bench: %s\n", error.message);
      return 3;
    }
  }
  if (!any) {
    fprintf(stderr, "powercut_bench: there is no table %s\n", options.only);
    return 2;
  }
  return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 3;
}
