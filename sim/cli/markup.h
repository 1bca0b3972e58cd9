/*
 * XML and XHTML, by libxml2's writer: elements nest, text and attributes are escaped whatever they hold. What fails
 * (only memory can) is kept, and told once, at the end.
 */
#ifndef PC_CLI_MARKUP_H
#define PC_CLI_MARKUP_H

#include <libxml/xmlwriter.h>
#include <stdbool.h>

#include "powercut/bytes.h"
#include "powercut/error.h"

struct pc_markup {
  xmlBufferPtr buffer;
  xmlTextWriterPtr writer;
  bool failed;
};

/* Begins a document; what follows is indented if it is for people to read (`indented`). */
void pc_markup_begin(struct pc_markup *markup, bool indented);

void pc_markup_open(struct pc_markup *markup, const char *element);
/* Ends the innermost element, with an end tag even if it is empty: HTML wants it. */
void pc_markup_close(struct pc_markup *markup);
/* An empty element that HTML has no end tag for, or the last one's: closes it as <br/>. */
void pc_markup_close_void(struct pc_markup *markup);
/* Of the element that was just opened. */
__attribute__((format(printf, 3, 4))) void pc_markup_attribute(struct pc_markup *markup, const char *name,
                                                               const char *format, ...);
/* Text from anywhere: control characters but for newlines, and bytes that are no UTF-8, become \xNN. */
void pc_markup_text(struct pc_markup *markup, const char *text);
__attribute__((format(printf, 2, 3))) void pc_markup_print(struct pc_markup *markup, const char *format, ...);
/* Markup that is whole by itself. */
void pc_markup_raw(struct pc_markup *markup, const char *markup_text);
/* An element with nothing but text. */
void pc_markup_element(struct pc_markup *markup, const char *element, const char *text);

/* Writes the document to `path`, whole or not at all, and frees it. PC_ENVIRONMENT. */
enum pc_result pc_markup_write(struct pc_markup *markup, const char *path, struct pc_error *error);
/* Frees it without writing. */
void pc_markup_free(struct pc_markup *markup);

#endif
