/* powercut campaign: what scripts that run fuzzers write down. */
#include "campaign.h"

#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "command.h"
#include "output.h"
#include "powercut/file.h"
#include "powercut/ledger_gate.h"
#include "table.h"

static const char doc[] =
    "Writes down what a fuzzing campaign comes to, for scripts that run fuzzers (scripts/nightly is one).\v"
    "begin HARNESS FUZZER\n"
    "  begins a campaign of one fuzzer on one harness, and prints its number\n"
    "progress ID SECOND EXECUTIONS EDGES CORPUS\n"
    "  how far that campaign is, so many seconds after it began: executions in all, edges reached, inputs kept\n"
    "crash ID SIGNATURE INPUT [MINIMIZED]\n"
    "  a crash, with the files of its input; the signature is equal for crashes of one cause. Prints `new', or `known' "
    "where a campaign of the same harness had that signature before\n"
    "coverage HARNESS INPUTS SUMMARY.json --at TIME\n"
    "  what of the engine a corpus of so many inputs reaches, as `gcovr --json-summary' counted it\n"
    "list\n"
    "  prints the campaigns, the newest first, at most 50\n\n"
    "Exit status: 0 done, 2 bad usage or bad input, such as a campaign that isn't there (nothing is written), 3 the "
    "environment failed (what was done is kept).";

enum { KEY_DB = 256, KEY_AT, KEY_SINCE };
static const struct argp_option options[] = {
    {.name = "db", .key = KEY_DB, .arg = "FILE", .doc = "the results database (default: powercut.db)"},
    {.name = "at",
     .key = KEY_AT,
     .arg = "TIME",
     .doc = "when coverage was measured: the same for all that was measured together, as 2026-01-31T12:00:00Z"},
    {.name = "since", .key = KEY_SINCE, .arg = "ID", .doc = "list the campaigns from this number on"},
    {0}};

#define MOST_WORDS 6u
#define LARGEST_INPUT ((size_t)16 << 20)
static const struct pc_range any = {.minimum = 0, .maximum = INT64_MAX};

struct campaign {
  const char *db, *at;
  uint64_t since;
  const char *words[MOST_WORDS]; /* the action, and what belongs to it */
  size_t count;
  uint64_t numbers[MOST_WORDS]; /* of the words, those that are numbers */
};

struct action {
  const char *name;
  size_t least, most;  /* words, the name counted */
  const char *numbers; /* of each word whether it is one: 'n' */
  bool makes;          /* the database where there is none */
  enum pc_result (*check)(const struct campaign *campaign, struct pc_error *error); /* before it is opened; or NULL */
  enum pc_result (*run)(struct pc_ledger *ledger, const struct campaign *campaign, struct pc_error *error);
};

static enum pc_result begin(struct pc_ledger *ledger, const struct campaign *campaign, struct pc_error *error) {
  int64_t id = 0;
  enum pc_result err = pc_ledger_begin_campaign(ledger, campaign->words[1], campaign->words[2], &id, error);
  if (!err) {
    (void)printf("%" PRId64 "\n", id);
  }
  return err;
}

static enum pc_result progress(struct pc_ledger *ledger, const struct campaign *campaign, struct pc_error *error) {
  const uint64_t *numbers = campaign->numbers;
  const struct pc_campaign_progress progress = {.campaign_id = (int64_t)numbers[1],
                                                .second = numbers[2],
                                                .executions = numbers[3],
                                                .edges = numbers[4],
                                                .corpus = numbers[5]};
  return pc_ledger_note_progress(ledger, &progress, error);
}

static enum pc_result crash(struct pc_ledger *ledger, const struct campaign *campaign, struct pc_error *error) {
  struct pc_buffer input = {0}, minimized = {0};
  bool is_new = false;
  enum pc_result err = pc_file_read(campaign->words[3], LARGEST_INPUT, &input, error);
  if (!err && campaign->count > 4) {
    err = pc_file_read(campaign->words[4], LARGEST_INPUT, &minimized, error);
  }
  if (!err) {
    const struct pc_crash crash = {.campaign_id = (int64_t)campaign->numbers[1],
                                   .signature = campaign->words[2],
                                   .input = {.data = input.data, .size = input.size},
                                   .minimized = {.data = minimized.data, .size = minimized.size}};
    err = pc_ledger_add_crash(ledger, &crash, &is_new, error);
  }
  if (!err) {
    (void)printf("%s\n", is_new ? "new" : "known");
  }
  pc_buffer_free(&input);
  pc_buffer_free(&minimized);
  return err;
}

static enum pc_result check_coverage(const struct campaign *campaign, struct pc_error *error) {
  if (campaign->at == NULL) {
    return pc_fail(error, PC_BAD_INPUT, "coverage needs --at TIME");
  }
  return pc_campaign_check_coverage(campaign->words[3], error);
}

static enum pc_result coverage(struct pc_ledger *ledger, const struct campaign *campaign, struct pc_error *error) {
  struct pc_corpus_coverage coverage = {
      .measured_at = campaign->at, .harness = campaign->words[1], .inputs = campaign->numbers[2]};
  return pc_campaign_record_coverage(ledger, &coverage, campaign->words[3], error);
}

struct listing {
  struct pc_table table;
  int64_t since;
};

static void list_value(struct pc_table *table, const struct pc_value *value, bool counts) {
  if (value->kind == PC_VALUE_TEXT) {
    pc_table_text(table, (const char *)value->text.data);
  } else if (value->kind == PC_VALUE_NULL) {
    pc_table_cell(table, "-");
  } else {
    int64_t number = value->kind == PC_VALUE_REAL ? (int64_t)value->real : value->integer;
    if (counts) {
      pc_table_count(table, (uint64_t)number);
    } else {
      pc_table_cell(table, "%" PRId64, number);
    }
  }
}

static enum pc_result list_row(void *context, const struct pc_row *row, struct pc_error *error) {
  struct listing *listing = context;
  (void)error;
  struct pc_table *table = &listing->table;
  if (table->columns == 0) {
    table->columns = (uint32_t)row->columns;
    table->right = ~0u << 4; /* the first four are a number and words */
    for (int i = 0; i < row->columns; i++) {
      pc_table_text(table, row->names[i]);
    }
  }
  if (row->values[0].integer >= listing->since) {
    for (int i = 0; i < row->columns; i++) {
      list_value(table, &row->values[i], i > 0);
    }
  }
  return PC_OK;
}

static enum pc_result list(struct pc_ledger *ledger, const struct campaign *campaign, struct pc_error *error) {
  struct listing listing = {.since = (int64_t)campaign->since};
  enum pc_result err = pc_ledger_query(ledger, &(struct pc_query){.name = "campaigns"}, list_row, &listing, error);
  if (err) {
    pc_buffer_free(&listing.table.cells);
    return err;
  }
  return pc_table_print(&listing.table, stdout, 0, error);
}

static const struct action actions[] = {
    {"begin", 3, 3, "...", true, NULL, begin},    {"progress", 6, 6, ".nnnnn", false, NULL, progress},
    {"crash", 4, 5, ".n...", false, NULL, crash}, {"coverage", 4, 4, "..n.", true, check_coverage, coverage},
    {"list", 1, 1, ".", false, NULL, list},
};
#define ACTIONS (sizeof actions / sizeof actions[0])

/* The action that the words name; anything else ends the process. */
static const struct action *find_action(const struct argp_state *state, struct campaign *campaign) {
  for (size_t i = 0; i < ACTIONS && campaign->count > 0; i++) {
    const struct action *action = &actions[i];
    if (strcmp(action->name, campaign->words[0]) != 0) {
      continue;
    }
    if (campaign->count < action->least || campaign->count > action->most) {
      argp_error(state, "%s takes %zu arguments, not %zu", action->name, action->least - 1, campaign->count - 1);
    }
    for (size_t word = 1; word < campaign->count; word++) {
      if (action->numbers[word] == 'n') {
        campaign->numbers[word] = pc_argument_number(state, action->name, campaign->words[word], any);
      } else if (campaign->words[word][0] == '\0') {
        argp_error(state, "%s: an argument is empty", action->name);
      }
    }
    return action;
  }
  argp_error(state, "it takes one of begin, progress, crash, coverage and list");
  return NULL;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
  struct campaign *campaign = state->input;
  switch (key) {
    case KEY_DB:
      campaign->db = argument;
      return 0;
    case KEY_AT:
      campaign->at = argument;
      return 0;
    case KEY_SINCE:
      campaign->since = pc_argument_number(state, "--since", argument, any);
      return 0;
    case ARGP_KEY_ARG:
      if (campaign->count == MOST_WORDS) {
        argp_error(state, "'%s' is one too many", argument);
      }
      campaign->words[campaign->count++] = argument;
      return 0;
    case ARGP_KEY_END:
      (void)find_action(state, campaign);
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

static enum pc_result act(const struct action *action, const struct campaign *campaign, struct pc_error *error) {
  struct pc_ledger *ledger = NULL;
  enum pc_result err = action->check == NULL ? PC_OK : action->check(campaign, error);
  if (!err) {
    err = action->makes ? pc_ledger_open(&ledger, campaign->db, error)
                        : pc_ledger_open_filled(&ledger, campaign->db, error);
  }
  if (!err) {
    err = action->run(ledger, campaign, error);
  }
  pc_ledger_close(ledger);
  return err;
}

enum pc_exit pc_command_campaign(int argc, char **argv) {
  static const struct argp argp = {.options = options, .parser = parse, .args_doc = "ACTION [ARGUMENT...]", .doc = doc};
  struct campaign campaign = {.db = "powercut.db"};
  (void)argp_parse(&argp, argc, argv, 0, NULL, &campaign);
  const struct action *action = actions;
  while (strcmp(action->name, campaign.words[0]) != 0) {
    action++; /* parsing found it, or ended the process */
  }
  struct pc_error error;
  enum pc_result err = act(action, &campaign, &error);
  return err ? pc_output_error(err, &error) : PC_EXIT_HELD;
}
