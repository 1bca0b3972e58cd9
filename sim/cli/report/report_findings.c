/* What failed: each finding with its story and its repro. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child.h"
#include "powercut/config.h"
#include "progress.h"
#include "report.h"

#define MAX_STORIES 12
#define STORY_SECONDS 5.0 /* a story takes milliseconds */
#define MAX_STORY_SIZE ((size_t)20000)

/* The columns of the query. */
enum {
  VIOLATION,
  RUN,
  SCENARIO,
  STORE,
  SETTINGS,
  INVARIANT,
  FAULT,
  DEPTH,
  OPERATION,
  FLASH_OPERATION,
  KEY,
  EXPECTED,
  ACTUAL,
  SEEN,
  PLACES,
  REPRO,
};

struct findings {
  struct pc_report *report;
  uint64_t count;
  unsigned stories;
};

static void write_block(struct pc_markup *page, const char *heading, const char *text) {
  pc_markup_element(page, "h3", heading);
  pc_markup_open(page, "pre");
  pc_markup_attribute(page, "tabindex", "0");
  pc_markup_text(page, text);
  pc_markup_close(page);
}

static void write_term(struct pc_markup *page, const char *term, const struct pc_value *value) {
  struct pc_buffer text = {0};
  pc_buffer_append(&text, "", 0);
  pc_report_value(&text, term, value);
  pc_markup_element(page, "dt", term);
  pc_markup_element(page, "dd", text.failed ? "?" : (const char *)text.data);
  pc_buffer_free(&text);
}

/* The repro as a file that a child can open, in memory. Its descriptor, or -1. */
static int open_in_memory(struct pc_bytes repro, char path[64]) {
  int file = memfd_create("repro", MFD_CLOEXEC);
  if (file < 0) {
    return -1;
  }
  size_t written = 0;
  while (written < repro.size) {
    ssize_t count = write(file, repro.data + written, repro.size - written);
    if (count <= 0) {
      (void)close(file);
      return -1;
    }
    written += (size_t)count;
  }
  (void)snprintf(path, 64, "/proc/%ld/fd/%d", (long)getpid(), file);
  return file;
}

/* Whether replaying it would run code that the database brought along. */
static bool needs_plugin(const char *path, bool *readable) {
  struct pc_repro repro;
  *readable = pc_repro_load(path, &repro, NULL) == PC_OK;
  if (!*readable) {
    return false;
  }
  bool plugin = repro.scenario.plugin != NULL;
  pc_repro_free(&repro);
  return plugin;
}

static enum pc_result tell(struct pc_report *report, const char *path, struct pc_error *error) {
  struct pc_markup *page = &report->page;
  const char *const argv[] = {PC_THIS_COMMAND, "replay", path, NULL};
  const struct pc_child child = {.argv = argv, .deadline = pc_seconds() + STORY_SECONDS};
  struct pc_child_outcome outcome;
  enum pc_result err = pc_child_run(&child, &outcome, error);
  bool told = !err && (outcome.status == 0 || outcome.status == 1) && outcome.output.size > 0;
  if (told) {
    if (outcome.output.size > MAX_STORY_SIZE) {
      outcome.output.data[MAX_STORY_SIZE] = '\0';
    }
    write_block(page, "Story", (const char *)outcome.output.data);
  } else if (!err) {
    pc_report_paragraph(report, "about", "Its story can't be told here: replaying it %s.",
                        outcome.stopped       ? "takes too long"
                        : outcome.signal != 0 ? "crashes"
                                              : "fails");
  }
  pc_child_outcome_free(&outcome);
  return err;
}

static enum pc_result write_story(struct findings *findings, const struct pc_row *row, struct pc_error *error) {
  struct pc_report *report = findings->report;
  if (findings->stories == MAX_STORIES) {
    pc_report_paragraph(report, "about", "Stories are told of the first %d findings.", MAX_STORIES);
    return PC_OK;
  }
  char path[64];
  int file = open_in_memory(row->values[REPRO].text, path);
  if (file < 0) {
    return pc_fail(error, PC_ENVIRONMENT, "a repro could not be handed to its replay");
  }
  bool readable = false;
  bool plugin = needs_plugin(path, &readable);
  enum pc_result err = PC_OK;
  if (!readable) {
    pc_report_paragraph(report, "about", "Its story can't be told: the repro is not one that this version reads.");
  } else if (plugin && !report->plugins) {
    pc_report_paragraph(report, "about",
                        "Its story is left out, since telling it runs the code of a plugin: --plugins allows that.");
  } else {
    findings->stories++;
    err = tell(report, path, error);
  }
  (void)close(file);
  return err;
}

static void write_summary(struct pc_markup *page, const struct pc_row *row) {
  char *invariant = pc_report_text(&row->values[INVARIANT]);
  char *fault = pc_report_text(&row->values[FAULT]);
  char *scenario = pc_report_text(&row->values[SCENARIO]);
  bool cut = row->values[DEPTH].integer > 0;
  pc_markup_open(page, "summary");
  if (invariant == NULL || fault == NULL || scenario == NULL) {
    page->failed = true;
  } else {
    pc_markup_print(page, "%s, %s%s, in %s (run %" PRId64 ")", invariant, cut ? "after " : "without a cut",
                    cut ? fault : "", scenario, row->values[RUN].integer);
  }
  pc_markup_close(page);
  free(invariant);
  free(fault);
  free(scenario);
}

static void write_facts(struct pc_markup *page, const struct pc_row *row) {
  pc_markup_open(page, "dl");
  static const struct {
    const char *term;
    int column;
  } facts[] = {{"store", STORE},
               {"configuration", SETTINGS},
               {"cuts in a row", DEPTH},
               {"operation", OPERATION},
               {"flash operation", FLASH_OPERATION},
               {"key", KEY},
               {"expected", EXPECTED},
               {"actual", ACTUAL},
               {"failed checks", SEEN},
               {"places", PLACES}};
  for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
    const struct pc_value *value = &row->values[facts[i].column];
    if (value->kind != PC_VALUE_NULL && !(value->kind == PC_VALUE_TEXT && value->text.size == 0)) {
      write_term(page, facts[i].term, value);
    }
  }
  pc_markup_close(page);
}

static enum pc_result write_finding(void *context, const struct pc_row *row, struct pc_error *error) {
  struct findings *findings = context;
  struct pc_report *report = findings->report;
  struct pc_markup *page = &report->page;
  pc_markup_open(page, "details");
  if (findings->count++ == 0) {
    pc_markup_attribute(page, "open", "open");
  }
  write_summary(page, row);
  write_facts(page, row);
  enum pc_result err = write_story(findings, row, error);
  char *repro = pc_report_text(&row->values[REPRO]);
  if (!err && repro == NULL) {
    err = pc_fail_memory(error);
  }
  if (!err) {
    char command[256];
    (void)snprintf(command, sizeof command,
                   "sqlite3 DATABASE 'SELECT repro FROM v_violations WHERE violation_id = %" PRId64
                   "' >repro.yaml\npowercut replay repro.yaml",
                   row->values[VIOLATION].integer);
    write_block(page, "See it fail", command);
    write_block(page, "Repro", repro);
  }
  free(repro);
  pc_markup_close(page);
  return err;
}

enum pc_result pc_report_findings(struct pc_report *report, struct pc_error *error) {
  struct findings findings = {.report = report};
  const struct pc_query query = {.name = "findings"};
  enum pc_result err = pc_ledger_query(report->ledger, &query, write_finding, &findings, error);
  if (err) {
    return err;
  }
  if (findings.count == 0) {
    pc_report_paragraph(report, "about", "There are none: no check failed in these runs.");
    return PC_OK;
  }
  pc_report_source(report, "findings");
  const struct pc_report_table worst = {.query = {.name = "worst_operations"},
                                        .caption = "The operations that break most often, of all runs",
                                        .empty = ""};
  return pc_report_table(report, &worst, NULL, error);
}
