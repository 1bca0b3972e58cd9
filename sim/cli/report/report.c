/* powercut report: one page that tells what the results of a database say. */
#include "report.h"

#include <argp.h>
#include <inttypes.h>
#include <stdlib.h>

#include "arguments.h"
#include "command.h"
#include "interrupt.h"
#include "output.h"
#include "powercut/file.h"
#include "templates.h"

enum { OPTION_OUTPUT = 'o', OPTION_NO_PLOTS = 0x100, OPTION_PLUGINS };

static const struct argp_option options[] = {
    {.name = "output", .key = OPTION_OUTPUT, .arg = "OUT.html", .doc = "the page to write (default report.html)"},
    {.name = "no-plots", .key = OPTION_NO_PLOTS, .doc = "leave the plots out, for which gnuplot is needed"},
    {.name = "plugins",
     .key = OPTION_PLUGINS,
     .doc = "also tell the stories of violations of stores that are plugins, for which their code is run"},
    {0},
};

static const char doc[] =
    "Writes a page that tells what the results of a database say: the verdict, what survives which faults, each "
    "finding "
    "with its story and its repro, wear, latency, fuzzing, and how to make each figure again. The page needs nothing "
    "but itself: no network, no JavaScript.\v"
    "It is about the newest run of each configuration (view v_newest_runs).\n\n"
    "Exit status: 0 the page is written, 2 bad usage or a bad file, or a database without results (nothing is "
    "written), "
    "3 the environment failed (an older page is left as it was).";

struct arguments {
  const char *database, *output;
  bool plots, plugins;
};

static error_t parse(int key, char *argument, struct argp_state *state) {
  struct arguments *arguments = state->input;
  switch (key) {
    case OPTION_OUTPUT:
      arguments->output = argument;
      return 0;
    case OPTION_NO_PLOTS:
      arguments->plots = false;
      return 0;
    case OPTION_PLUGINS:
      arguments->plugins = true;
      return 0;
    case ARGP_KEY_ARG:
      pc_argument_single(state, &arguments->database, argument);
      return 0;
    case ARGP_KEY_END:
      if (arguments->database == NULL) {
        argp_error(state, "a FILE is missing: the database");
      }
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

struct section {
  const char *id, *title;
  enum pc_result (*write)(struct pc_report *report, struct pc_error *error);
};

static const struct section sections[] = {
    {"guarantees", "What survives which faults", pc_report_guarantees},
    {"findings", "Findings", pc_report_findings},
    {"wear", "Wear", pc_report_wear},
    {"comparison", "Configurations side by side", pc_report_comparison},
    {"latency", "Latency", pc_report_latency},
    {"fuzzing", "Fuzzing", pc_report_fuzzing},
    {"provenance", "How to make it again", pc_report_provenance},
};
#define SECTION_COUNT (sizeof sections / sizeof sections[0])

static void write_head(struct pc_report *report) {
  struct pc_markup *page = &report->page;
  pc_markup_open(page, "head");
  pc_markup_open(page, "meta");
  pc_markup_attribute(page, "charset", "utf-8");
  pc_markup_close_void(page);
  pc_markup_open(page, "meta");
  pc_markup_attribute(page, "name", "viewport");
  pc_markup_attribute(page, "content", "width=device-width, initial-scale=1");
  pc_markup_close_void(page);
  pc_markup_open(page, "title");
  pc_markup_print(page, "powercut: %s", report->database);
  pc_markup_close(page);
  pc_markup_open(page, "style");
  pc_markup_raw(page, pc_report_css);
  pc_markup_close(page);
  pc_markup_close(page);
}

static void write_link(struct pc_markup *page, const char *class, const char *id, const char *text) {
  pc_markup_open(page, "a");
  if (class != NULL) {
    pc_markup_attribute(page, "class", "%s", class);
  }
  pc_markup_attribute(page, "href", "#%s", id);
  pc_markup_text(page, text);
  pc_markup_close(page);
}

static void write_header(struct pc_report *report) {
  struct pc_markup *page = &report->page;
  write_link(page, "skip", "main", "Skip to the verdict");
  pc_markup_open(page, "header");
  pc_markup_element(page, "h1", "powercut report");
  pc_report_paragraph(report, "about", "Database %s", report->database);
  pc_markup_open(page, "nav");
  pc_markup_attribute(page, "aria-label", "Sections");
  pc_markup_open(page, "ul");
  for (size_t i = 0; i < SECTION_COUNT; i++) {
    pc_markup_open(page, "li");
    write_link(page, NULL, sections[i].id, sections[i].title);
    pc_markup_close(page);
  }
  pc_markup_close(page);
  pc_markup_close(page);
  pc_markup_close(page);
}

static enum pc_result write_main(struct pc_report *report, struct pc_error *error) {
  struct pc_markup *page = &report->page;
  pc_markup_open(page, "main");
  pc_markup_attribute(page, "id", "main");
  enum pc_result err = pc_report_verdict(report, error);
  for (size_t i = 0; !err && i < SECTION_COUNT; i++) {
    pc_report_open_section(report, sections[i].id, sections[i].title);
    err = sections[i].write(report, error);
    pc_report_close_section(report);
    if (!err && pc_interrupted()) {
      err = pc_fail(error, PC_ENVIRONMENT, "interrupted: the page is not written");
    }
  }
  pc_markup_close(page);
  return err;
}

static enum pc_result write_page(struct pc_report *report, const char *path, struct pc_error *error) {
  struct pc_markup *page = &report->page;
  pc_markup_begin(page, false);
  pc_markup_raw(page, "<!DOCTYPE html>\n");
  pc_markup_open(page, "html");
  pc_markup_attribute(page, "xmlns", "http://www.w3.org/1999/xhtml");
  pc_markup_attribute(page, "lang", "en");
  write_head(report);
  pc_markup_open(page, "body");
  write_header(report);
  enum pc_result err = write_main(report, error);
  pc_markup_open(page, "footer");
  pc_markup_text(page, "Made by powercut " PC_VERSION
                       ". Ask the database yourself: the queries that are named on this "
                       "page, and others, are in reports/queries.");
  pc_markup_close(page);
  pc_markup_close(page);
  pc_markup_close(page);
  if (err) {
    pc_markup_free(page);
    return err;
  }
  return pc_markup_write(page, path, error);
}

static enum pc_result make_report(const struct arguments *arguments, struct pc_error *error) {
  struct pc_report report = {.database = arguments->database, .plots = arguments->plots, .plugins = arguments->plugins};
  enum pc_result err = pc_file_expect_replaceable(arguments->output, error);
  if (!err) {
    err = pc_ledger_open_filled(&report.ledger, arguments->database, error);
  }
  if (!err) {
    err = write_page(&report, arguments->output, error);
  }
  pc_ledger_close(report.ledger);
  return err;
}

enum pc_exit pc_command_report(int argc, char **argv) {
  static const struct argp argp = {.options = options, .parser = parse, .args_doc = "FILE.db", .doc = doc};
  struct arguments arguments = {.output = "report.html", .plots = true};
  (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);

  struct pc_error error;
  enum pc_result err =
      pc_interrupt_begin() ? PC_OK : pc_fail(&error, PC_ENVIRONMENT, "the handlers of Ctrl-C can't be installed");
  if (!err) {
    err = make_report(&arguments, &error);
  }
  return err ? pc_output_error(err, &error) : PC_EXIT_HELD;
}
