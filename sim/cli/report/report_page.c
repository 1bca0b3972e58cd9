/* What the sections of a report are made of. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "report.h"

void pc_report_open_section(struct pc_report *report, const char *id, const char *title) {
  struct pc_markup *page = &report->page;
  pc_markup_open(page, "section");
  pc_markup_attribute(page, "aria-labelledby", "%s", id);
  pc_markup_open(page, "h2");
  pc_markup_attribute(page, "id", "%s", id);
  pc_markup_text(page, title);
  pc_markup_close(page);
}

void pc_report_close_section(struct pc_report *report) {
  pc_markup_close(&report->page);
}

void pc_report_paragraph(struct pc_report *report, const char *class, const char *format, ...) {
  char *text = NULL;
  va_list arguments;
  va_start(arguments, format);
  int length = vasprintf(&text, format, arguments);
  va_end(arguments);
  if (length < 0) {
    report->page.failed = true;
    return;
  }
  pc_markup_open(&report->page, "p");
  if (class != NULL) {
    pc_markup_attribute(&report->page, "class", "%s", class);
  }
  pc_markup_text(&report->page, text);
  pc_markup_close(&report->page);
  free(text);
}

void pc_report_source(struct pc_report *report, const char *query) {
  struct pc_markup *page = &report->page;
  pc_markup_open(page, "p");
  pc_markup_attribute(page, "class", "source");
  pc_markup_text(page, "From ");
  pc_markup_open(page, "code");
  pc_markup_print(page, "reports/queries/%s.sql", query);
  pc_markup_close(page);
  pc_markup_close(page);
}

char *pc_report_text(const struct pc_value *value) {
  return value->kind == PC_VALUE_TEXT ? strndup((const char *)value->text.data, value->text.size) : strdup("");
}

static bool ends_with(const char *text, const char *end) {
  size_t size = strlen(text), length = strlen(end);
  return size >= length && strcmp(text + size - length, end) == 0;
}

/* Numbers that name something and don't count. */
static bool is_name(const char *name) {
  static const char *const names[] = {"run", "gate", "campaign", "crash", "sector", "seed", "operation"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (ends_with(name, names[i])) {
      return true;
    }
  }
  return false;
}

void pc_report_value(struct pc_buffer *text, const char *name, const struct pc_value *value) {
  switch (value->kind) {
    case PC_VALUE_NULL:
      pc_buffer_print(text, "-");
      return;
    case PC_VALUE_REAL:
      if (value->real >= 1000 && value->real < 1e15) {
        pc_buffer_count(text, (uint64_t)(value->real + 0.5));
      } else {
        pc_buffer_print(text, "%.4g", value->real);
      }
      return;
    case PC_VALUE_INTEGER:
      if (is_name(name) || value->integer < 0) {
        pc_buffer_print(text, "%" PRId64, value->integer);
      } else {
        pc_buffer_count(text, (uint64_t)value->integer);
      }
      return;
    case PC_VALUE_TEXT:
      pc_buffer_append(text, value->text.data, value->text.size);
      return;
  }
}

struct table_writing {
  struct pc_report *report;
  const char *caption;
  uint64_t rows;
};

/* "write_amplification" reads "write amplification". */
static void write_heading(struct pc_markup *page, const char *name) {
  char *words = strdup(name);
  if (words == NULL) {
    page->failed = true;
    return;
  }
  for (char *c = words; *c != '\0'; c++) {
    *c = *c == '_' ? ' ' : *c;
  }
  pc_markup_open(page, "th");
  pc_markup_attribute(page, "scope", "col");
  pc_markup_text(page, words);
  pc_markup_close(page);
  free(words);
}

static void write_head(const struct table_writing *writing, const struct pc_row *row) {
  struct pc_markup *page = &writing->report->page;
  pc_markup_open(page, "div");
  pc_markup_attribute(page, "class", "wide");
  pc_markup_attribute(page, "tabindex", "0");
  pc_markup_attribute(page, "role", "region");
  pc_markup_attribute(page, "aria-label", "%s", writing->caption);
  pc_markup_open(page, "table");
  pc_markup_element(page, "caption", writing->caption);
  pc_markup_open(page, "thead");
  pc_markup_open(page, "tr");
  for (int i = 0; i < row->columns; i++) {
    write_heading(page, row->names[i]);
  }
  pc_markup_close(page);
  pc_markup_close(page);
  pc_markup_open(page, "tbody");
}

/* Words that say how it went stand out. */
static const char *class_of(const struct pc_value *value) {
  if (value->kind != PC_VALUE_TEXT) {
    return value->kind == PC_VALUE_NULL ? NULL : "number";
  }
  static const struct {
    const char *word, *class;
  } words[] = {{"passed", "good"},  {"failed", "bad"}, {"not evaluated", "bad"}, {"interrupted", "warn"},
               {"running", "warn"}, {"worse", "bad"},  {"better", "good"}};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (strcmp((const char *)value->text.data, words[i].word) == 0) {
      return words[i].class;
    }
  }
  return NULL;
}

static enum pc_result write_row(void *context, const struct pc_row *row, struct pc_error *error) {
  struct table_writing *writing = context;
  struct pc_markup *page = &writing->report->page;
  if (writing->rows++ == 0) {
    write_head(writing, row);
  }
  pc_markup_open(page, "tr");
  for (int i = 0; i < row->columns; i++) {
    struct pc_buffer text = {0};
    pc_buffer_append(&text, "", 0);
    pc_report_value(&text, row->names[i], &row->values[i]);
    if (text.failed) {
      pc_buffer_free(&text);
      return pc_fail_memory(error);
    }
    const char *class = class_of(&row->values[i]);
    pc_markup_open(page, i == 0 ? "th" : "td");
    if (i == 0) {
      pc_markup_attribute(page, "scope", "row");
    }
    if (class != NULL) {
      pc_markup_attribute(page, "class", "%s", class);
    }
    pc_markup_text(page, (const char *)text.data);
    pc_markup_close(page);
    pc_buffer_free(&text);
  }
  pc_markup_close(page);
  return page->failed ? pc_fail_memory(error) : PC_OK;
}

enum pc_result pc_report_table(struct pc_report *report, const struct pc_report_table *table, uint64_t *rows,
                               struct pc_error *error) {
  struct table_writing writing = {.report = report, .caption = table->caption};
  enum pc_result err = pc_ledger_query(report->ledger, &table->query, write_row, &writing, error);
  if (err) {
    return err;
  }
  if (rows != NULL) {
    *rows = writing.rows;
  }
  if (writing.rows == 0) {
    pc_report_paragraph(report, "about", "%s", table->empty);
    return PC_OK;
  }
  pc_markup_close(&report->page); /* tbody */
  pc_markup_close(&report->page); /* table */
  pc_markup_close(&report->page); /* div */
  pc_report_source(report, table->query.name);
  return PC_OK;
}
