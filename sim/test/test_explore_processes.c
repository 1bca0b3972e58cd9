/* The processes that run the store: what it does to its own reaches nothing else, and none outlives its parent. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "explore/process.h"
#include "explore/walk.h"
#include "plugins/wrapped.h"
#include "test_explore_help.h"
#include "test_explore_stores.h"

static void open_small(struct lab *lab, const struct pc_store *store) {
  lab_open_generated(lab, store, 4, 20, 1);
  lab->plan.faults[PC_FAULT_BETWEEN_OPS] = lab->plan.faults[PC_FAULT_PREFIX] = true;
}

static enum pc_status printing_start(void *memory, const struct pc_store_setup *setup) {
  (void)printf("the store starts\n");
  (void)fflush(stdout);
  return lab_spoilt.start(memory, setup);
}

Test(explore_processes, keep_what_a_store_prints_from_standard_output) {
  struct lab lab;
  struct lab_run run = {.jobs = 2};
  struct pc_store store = lab_spoilt;
  struct stat after;
  char path[] = "/tmp/powercut-printed-XXXXXX";
  store.start = printing_start;
  open_small(&lab, &store);
  int file = mkstemp(path), standard = dup(STDOUT_FILENO);
  cr_assert(file >= 0 && standard >= 0 && fflush(stdout) == 0 && dup2(file, STDOUT_FILENO) >= 0);
  lab_explore(&lab, &run);
  cr_assert(fflush(stdout) == 0 && dup2(standard, STDOUT_FILENO) >= 0);
  cr_expect_eq(run.result.violations, 0);
  cr_assert_eq(fstat(file, &after), 0);
  cr_expect_eq(after.st_size, 0);
  (void)close(file);
  (void)close(standard);
  (void)unlink(path);
  lab_run_free(&run);
  lab_close(&lab);
}

/* The parent's sockets are out of the way of what it prints, also when it has no standard streams. */
Test(explore_processes, work_without_standard_streams) {
  struct lab lab;
  open_small(&lab, &lab_spoilt);
  pid_t child = fork();
  cr_assert_geq(child, 0);
  if (child == 0) {
    struct lab_run run = {.jobs = 2};
    (void)close(STDIN_FILENO);
    (void)close(STDOUT_FILENO);
    (void)close(STDERR_FILENO);
    lab_explore(&lab, &run);
    _exit(run.outcome == PC_OK && run.result.recoveries > 0 && run.result.violations == 0 &&
                  write(STDOUT_FILENO, "", 1) < 0 && write(STDERR_FILENO, "", 1) < 0
              ? 0
              : 1);
  }
  int status;
  cr_assert_eq(waitpid(child, &status, 0), child);
  cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  lab_close(&lab);
}

static enum pc_status signalled_start(void *memory, const struct pc_store_setup *setup) {
  (void)raise(SIGINT);
  (void)raise(SIGTERM);
  (void)raise(SIGHUP);
  return lab_spoilt.start(memory, setup);
}

/* A signal to the whole group isn't the store's doing. */
Test(explore_processes, leave_to_their_parent_what_ends_a_run) {
  struct lab lab;
  struct lab_run run = {.jobs = 2};
  struct pc_store store = lab_spoilt;
  store.start = signalled_start;
  open_small(&lab, &store);
  lab_explore(&lab, &run);
  cr_expect_eq(run.outcome, PC_OK, "%s", run.error.message);
  cr_expect_eq(run.result.violations, 0);
  lab_run_free(&run);
  lab_close(&lab);
}

/* Does its worst to the files of its process, where recovery had something to mend. */
static bool writes;

static enum pc_status meddling_start(void *memory, const struct pc_store_setup *setup) {
  static const uint8_t garbage[4096] = {1, 2, 3};
  struct stat about;
  enum pc_status status = lab_spoilt.start(memory, setup);
  if (wrapped(memory)->flash_operations > 0) {
    for (int file = 0; file < 64; file++) {
      if (!writes) {
        (void)close(file);
      } else if (file > STDERR_FILENO && fstat(file, &about) == 0 && S_ISSOCK(about.st_mode)) {
        (void)send(file, garbage, sizeof garbage, MSG_NOSIGNAL | MSG_DONTWAIT);
      }
    }
  }
  return status;
}

static void expect_kept_apart(bool write) {
  struct lab lab;
  struct lab_run one = {.jobs = 1}, three = {.jobs = 3};
  struct pc_store store = lab_spoilt;
  store.start = meddling_start;
  writes = write;
  open_small(&lab, &store);
  lab_explore(&lab, &one);
  cr_expect_eq(one.outcome, PC_OK, "%s", one.error.message);
  cr_expect_gt(lab_failures(&one, PC_MOUNTABLE), 0);
  cr_expect_not_null(strstr(one.violations[0].violation.actual, "closed or spoilt files"), "%s",
                     one.violations[0].violation.actual);
  lab_explore(&lab, &three);
  lab_expect_same(&one, &three);
  lab_run_free(&one);
  lab_run_free(&three);
  lab_close(&lab);
}

Test(explore_processes, survive_a_store_that_closes_their_files) {
  expect_kept_apart(false);
}

Test(explore_processes, survive_a_store_that_writes_to_their_files) {
  expect_kept_apart(true);
}

/* Where the processes that are meant to die say who they are. */
static struct { volatile pid_t worker; } * shared;

static enum pc_status waiting_start(void *memory, const struct pc_store_setup *setup) {
  shared->worker = getpid();
  while (shared->worker != 0) {
    (void)pause();
  }
  return lab_spoilt.start(memory, setup);
}

static bool is_gone(pid_t pid) {
  for (int i = 0; i < 2000; i++) {
    char path[64], text[512] = "";
    (void)snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
      return true;
    }
    size_t size = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    const char *state = strrchr(text, ')');
    if (size == 0 || state == NULL || state[2] == 'Z') {
      return true; /* dead, and not yet waited for by whoever inherited it */
    }
    (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  return false;
}

Test(explore_processes, die_with_their_parent) {
  struct lab lab;
  struct pc_store store = lab_spoilt;
  store.start = waiting_start;
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  cr_assert_neq(shared, MAP_FAILED);
  open_small(&lab, &store);
  pid_t parent = fork();
  cr_assert_geq(parent, 0);
  if (parent == 0) {
    struct lab_run run = {.jobs = 1};
    lab_explore(&lab, &run);
    _exit(0);
  }
  for (int i = 0; i < 5000 && shared->worker == 0; i++) {
    (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  cr_assert_neq(shared->worker, 0);
  cr_assert_neq(shared->worker, parent);
  cr_assert_eq(kill(parent, SIGKILL), 0);
  cr_assert_eq(waitpid(parent, NULL, 0), parent);
  cr_expect(is_gone(shared->worker));
  lab_close(&lab);
}

/* Work for a process of its own. */
static void finish(const struct pc_worker_end *end, const void *context) {
  (void)end;
  (void)context;
}

static _Noreturn void never_exit(void) {
  for (;;) {
    (void)pause();
  }
}

static void finish_never(const struct pc_worker_end *end, const void *context) {
  (void)end;
  (void)context;
  if (atexit(never_exit) != 0) {
    abort();
  }
}

static void exit_at_once(const struct pc_worker_end *end, const void *context) {
  (void)end;
  (void)context;
  _exit(7);
}

static double now(void) {
  struct timespec time;
  cr_assert_eq(clock_gettime(CLOCK_MONOTONIC, &time), 0);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double seconds_to_end(void (*serve)(const struct pc_worker_end *end, const void *context), bool busy) {
  struct pc_process process = {.socket = -1};
  struct pc_process_work work = {.serve = serve, .patience = 1};
  struct pc_error error;
  cr_assert_eq(pc_process_start(&process, &work, &error), PC_OK, "%s", error.message);
  double began = now();
  pc_process_end(&process, busy);
  double took = now() - began;
  cr_expect_eq(process.pid, 0);
  cr_expect_eq(process.socket, -1);
  pc_process_end(&process, busy);
  pc_process_free(&process);
  pc_process_free(&process);
  return took;
}

Test(explore_processes, end_when_they_are_let_go_or_by_force) {
  cr_expect_lt(seconds_to_end(finish, false), 1.5);
  cr_expect_lt(seconds_to_end(finish_never, true), 1.5);
  cr_expect_geq(seconds_to_end(finish_never, false), 1.5);
}

Test(explore_processes, are_well_until_they_are_gone) {
  struct pc_process process = {.socket = -1};
  struct pc_process_work work = {.serve = exit_at_once, .patience = 1};
  struct pc_error error;
  char what[PC_CRASH_TEXT] = "";
  bool hung = true, well = true;
  cr_assert_eq(pc_process_start(&process, &work, &error), PC_OK, "%s", error.message);
  for (int i = 0; i < 5000 && well; i++) {
    well = pc_process_is_well(&process, what, &hung);
    (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  cr_expect_not(well);
  cr_expect_not(hung);
  cr_expect_str_eq(what, "the store ended its process with status 7");
  cr_expect_eq(process.pid, 0);
  pc_process_free(&process);
}

/* Getting on is told also where nothing is cut: a worker may have far to go to its segment. */
Test(explore_processes, tell_that_they_get_on_while_they_walk_to_their_segment) {
  struct lab lab;
  struct pc_error error = {{0}};
  struct pc_notice notice = {0};
  struct pc_exploration_result result = {0};
  struct pc_observer observer = {0};
  struct pc_findings findings = {.observer = &observer, .result = &result};
  struct pc_baseline baseline = {0};
  struct pc_walk *walk;
  open_small(&lab, pc_store_named("norkv"));
  cr_assert_eq(pc_baseline_run(&baseline, &lab.subject, &lab.workload, &findings, &error), PC_OK);
  struct pc_walk_plan plan = {.subject = &lab.subject,
                              .workload = &lab.workload,
                              .power = &lab.plan,
                              .baseline = &baseline,
                              .findings = &findings,
                              .notice = &notice};
  cr_assert_eq(pc_walk_open(&walk, &plan, &error), PC_OK);
  cr_assert_eq(pc_walk_operations(walk, 18, 18, &error), PC_OK);
  cr_expect_eq(result.cuts, 0);
  cr_expect_geq(notice.beats, baseline.end[17]);
  pc_walk_close(walk);
  pc_baseline_free(&baseline);
  pc_exploration_free(&result);
  lab_close(&lab);
}
