#include "markup.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "powercut/file.h"

/* The library's texts are of unsigned bytes. */
static const xmlChar *xml(const char *text) {
  return (const xmlChar *)text;
}

static void check(struct pc_markup *markup, int result) {
  markup->failed = markup->failed || result < 0;
}

void pc_markup_begin(struct pc_markup *markup, bool indented) {
  *markup = (struct pc_markup){.buffer = xmlBufferCreate()};
  markup->writer = markup->buffer == NULL ? NULL : xmlNewTextWriterMemory(markup->buffer, 0);
  markup->failed = markup->writer == NULL;
  if (!markup->failed && indented) {
    check(markup, xmlTextWriterSetIndent(markup->writer, 1));
    check(markup, xmlTextWriterSetIndentString(markup->writer, xml("  ")));
    check(markup, xmlTextWriterStartDocument(markup->writer, NULL, "UTF-8", NULL));
  }
}

void pc_markup_open(struct pc_markup *markup, const char *element) {
  if (!markup->failed) {
    check(markup, xmlTextWriterStartElement(markup->writer, xml(element)));
  }
}

void pc_markup_close(struct pc_markup *markup) {
  if (!markup->failed) {
    check(markup, xmlTextWriterFullEndElement(markup->writer));
  }
}

void pc_markup_close_void(struct pc_markup *markup) {
  if (!markup->failed) {
    check(markup, xmlTextWriterEndElement(markup->writer));
  }
}

/* `text` line by line, each made safe; what was no memory for is noted. */
static void make_safe(struct pc_markup *markup, const char *text, struct pc_buffer *safe) {
  pc_buffer_append(safe, "", 0);
  for (const char *line = text; line != NULL;) {
    const char *end = strchr(line, '\n');
    char *copy = end == NULL ? strdup(line) : strndup(line, (size_t)(end - line));
    if (copy == NULL) {
      markup->failed = true;
      return;
    }
    pc_buffer_text(safe, copy);
    free(copy);
    if (end != NULL) {
      pc_buffer_append(safe, "\n", 1);
    }
    line = end == NULL ? NULL : end + 1;
  }
  markup->failed = markup->failed || safe->failed;
}

void pc_markup_attribute(struct pc_markup *markup, const char *name, const char *format, ...) {
  char *text = NULL;
  va_list arguments;
  va_start(arguments, format);
  int length = vasprintf(&text, format, arguments);
  va_end(arguments);
  if (length < 0) {
    markup->failed = true;
    return;
  }
  struct pc_buffer safe = {0};
  make_safe(markup, text, &safe);
  free(text);
  if (!markup->failed) {
    check(markup, xmlTextWriterWriteAttribute(markup->writer, xml(name), safe.data));
  }
  pc_buffer_free(&safe);
}

void pc_markup_text(struct pc_markup *markup, const char *text) {
  struct pc_buffer safe = {0};
  make_safe(markup, text, &safe);
  if (!markup->failed) {
    check(markup, xmlTextWriterWriteString(markup->writer, safe.data));
  }
  pc_buffer_free(&safe);
}

void pc_markup_print(struct pc_markup *markup, const char *format, ...) {
  char *text = NULL;
  va_list arguments;
  va_start(arguments, format);
  int length = vasprintf(&text, format, arguments);
  va_end(arguments);
  if (length < 0) {
    markup->failed = true;
    return;
  }
  pc_markup_text(markup, text);
  free(text);
}

void pc_markup_raw(struct pc_markup *markup, const char *markup_text) {
  if (!markup->failed) {
    check(markup, xmlTextWriterWriteRaw(markup->writer, xml(markup_text)));
  }
}

void pc_markup_element(struct pc_markup *markup, const char *element, const char *text) {
  pc_markup_open(markup, element);
  pc_markup_text(markup, text);
  pc_markup_close(markup);
}

enum pc_result pc_markup_write(struct pc_markup *markup, const char *path, struct pc_error *error) {
  if (!markup->failed) {
    check(markup, xmlTextWriterEndDocument(markup->writer));
    check(markup, xmlTextWriterFlush(markup->writer));
  }
  enum pc_result err = PC_OK;
  if (markup->failed) {
    err = pc_fail_memory(error);
  } else {
    struct pc_bytes content = {xmlBufferContent(markup->buffer), (size_t)xmlBufferLength(markup->buffer)};
    err = pc_file_replace(path, content, error);
  }
  pc_markup_free(markup);
  return err;
}

void pc_markup_free(struct pc_markup *markup) {
  if (markup->writer != NULL) {
    xmlFreeTextWriter(markup->writer);
  }
  if (markup->buffer != NULL) {
    xmlBufferFree(markup->buffer);
  }
  *markup = (struct pc_markup){.failed = true};
}
