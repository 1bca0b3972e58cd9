/* Measures the device beside memcpy: programs and reads through the port, with no fault armed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "powercut/device.h"

enum { SECTOR = 4096, SECTORS = 16, SIZE = SECTOR * SECTORS, RUNS = 7, FORGET = 16, PASSES = 64 };

static const struct pc_profile profile = {.name = "bench", .sector_size = SECTOR, .program_unit = 1};

struct bench {
  struct pc_device *device;
  struct pc_flash port;
  uint8_t *memory; /* as large as the device: what memcpy works on */
  uint8_t data[SECTOR];
  uint32_t size; /* of an operation */
};

static double now(void) {
  struct timespec time;
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Each goes through the whole device once. The journal is forgotten now and then, as between operations of a store. */
static void program_all(struct bench *bench) {
  for (uint32_t at = 0; at + bench->size <= SIZE; at += bench->size) {
    (void)bench->port.program(bench->port.context, at, bench->data, bench->size);
    if (pc_device_mark(bench->device) >= FORGET) {
      pc_device_forget(bench->device);
    }
  }
}

static void read_all(struct bench *bench) {
  for (uint32_t at = 0; at + bench->size <= SIZE; at += bench->size) {
    (void)bench->port.read(bench->port.context, at, bench->data, bench->size);
  }
}

/* Kept from being seen through: what is copied is used. */
static void copy_all(struct bench *bench) {
  for (uint32_t at = 0; at + bench->size <= SIZE; at += bench->size) {
    memcpy(bench->memory + at, bench->data, bench->size);
    __asm__ volatile("" : : "r"(bench->memory) : "memory");
  }
}

/* Operations per second, the best of some runs. */
static double measure(struct bench *bench, void (*what)(struct bench *bench)) {
  double best = 0;
  for (int run = 0; run < RUNS; run++) {
    double seconds = 0;
    uint64_t operations = 0;
    while (seconds < 0.02) {
      double begin = now();
      for (int pass = 0; pass < PASSES; pass++) { /* the clock takes longer than a short one */
        what(bench);
      }
      seconds += now() - begin;
      operations += (uint64_t)PASSES * (SIZE / bench->size);
    }
    best = (double)operations / seconds > best ? (double)operations / seconds : best;
  }
  return best;
}

static void print_row(const char *name, const struct bench *bench, double rate, double copies) {
  double gigabytes = rate * bench->size / 1e9;
  if (copies > 0) {
    (void)printf("%-8s %6u %10.2f %10.2f %14.2f\n", name, bench->size, rate / 1e6, gigabytes, copies / rate);
  } else {
    (void)printf("%-8s %6u %10.2f %10.2f\n", name, bench->size, rate / 1e6, gigabytes);
  }
}

int main(void) {
  static const uint32_t sizes[] = {16, 64, 256, 4096};
  struct bench bench = {.memory = calloc(SIZE, 1)};
  struct pc_error error;
  if (bench.memory == NULL || pc_device_create(&bench.device, &profile, SECTORS, &error) != PC_OK) {
    (void)fprintf(stderr, "powercut_device_bench: out of memory\n");
    free(bench.memory);
    return 3;
  }
  bench.port = pc_device_port(bench.device);
  (void)printf("CPU time, best of %d runs; a device of %d KiB, journalled and hashed, no fault armed\n\n", RUNS,
               SIZE / 1024);
  (void)printf("%-8s %6s %10s %10s %14s\n", "", "bytes", "M/s", "GB/s", "of memcpy's time");
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    bench.size = sizes[i];
    double copies = measure(&bench, copy_all);
    print_row("memcpy", &bench, copies, 0);
    print_row("read", &bench, measure(&bench, read_all), copies);
    memset(bench.data, 0x5A, sizeof bench.data);
    print_row("program", &bench, measure(&bench, program_all), copies);
  }
  pc_device_destroy(bench.device);
  free(bench.memory);
  return 0;
}
