/* YAML text to a tree, event by event, so that what a file may not have is refused where it stands. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "node.h"

enum { MAX_DEPTH = 16, MAX_NODES = 20000 };

struct builder {
  struct pc_document *document;
  yaml_parser_t parser;
  yaml_event_t event;
  struct pc_node *open;  /* the list or mapping that is being filled, or NULL */
  struct pc_node *added; /* by add_node, last */
  const char *key;       /* in a mapping: the key that was read last and has no value yet */
  int key_line;
  int depth, nodes, documents;
  struct pc_error *error;
};

static int event_line(const struct builder *builder) {
  return builder->document->line > 0 ? builder->document->line : (int)builder->event.start_mark.line + 1;
}

__attribute__((format(printf, 3, 4))) static enum pc_result fail_at(const struct builder *builder, int line,
                                                                    const char *format, ...) {
  char what[256];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  struct pc_node place = {.line = line, .override = builder->document->override};
  return pc_node_fail(builder->document, &place, builder->error, "%s", what);
}

/* libyaml tells where in the bytes it stumbled over an encoding, not on which line. */
static int count_lines(const char *text, size_t size) {
  int lines = 1;
  for (size_t i = 0; i < size; i++) {
    lines += text[i] == '\n';
  }
  return lines;
}

static enum pc_result fail_syntax(const struct builder *builder, const char *text, size_t size) {
  const yaml_parser_t *parser = &builder->parser;
  if (parser->error == YAML_MEMORY_ERROR) {
    return pc_fail_memory(builder->error);
  }
  const char *problem = parser->problem != NULL ? parser->problem : "not YAML";
  if (parser->error == YAML_READER_ERROR) {
    size_t offset = parser->problem_offset < size ? parser->problem_offset : size;
    return fail_at(builder, count_lines(text, offset), "not UTF-8 text: %s", problem);
  }
  int line = (int)parser->problem_mark.line + 1;
  if (parser->context == NULL) {
    return fail_at(builder, line, "not YAML: %s", problem);
  }
  return fail_at(builder, line, "not YAML: %s %s (which begins on line %d)", problem, parser->context,
                 (int)parser->context_mark.line + 1);
}

static enum pc_result read_key(struct builder *builder) {
  const char *text = (const char *)builder->event.data.scalar.value;
  size_t size = builder->event.data.scalar.length;
  if (strlen(text) != size) {
    return fail_at(builder, event_line(builder), "a NUL character in a key");
  }
  builder->key = pc_document_text(builder->document, text, size);
  builder->key_line = event_line(builder);
  return builder->key != NULL ? PC_OK : pc_fail_memory(builder->error);
}

/* Puts a new node where the parser stands. */
static enum pc_result add_node(struct builder *builder, enum pc_node_kind kind) {
  if (builder->open != NULL && builder->open->kind == PC_NODE_MAPPING && builder->key == NULL) {
    return fail_at(builder, event_line(builder), "a key must be a word, not a list or a mapping");
  }
  if (++builder->nodes > MAX_NODES) {
    return fail_at(builder, event_line(builder), "more than %d values", MAX_NODES);
  }
  struct pc_node *node = pc_document_node(builder->document);
  if (node == NULL) {
    return pc_fail_memory(builder->error);
  }
  node->kind = kind;
  node->override = builder->document->override;
  /* A block under a key begins on its first line, but people look for the key. */
  node->line = kind != PC_NODE_SCALAR && builder->key != NULL ? builder->key_line : event_line(builder);
  node->key = builder->key;
  builder->key = NULL;
  if (builder->open == NULL) {
    builder->document->root = node;
  } else {
    pc_node_append(builder->open, node);
  }
  builder->added = node;
  return PC_OK;
}

static enum pc_result add_scalar(struct builder *builder) {
  if (builder->open != NULL && builder->open->kind == PC_NODE_MAPPING && builder->key == NULL) {
    return read_key(builder);
  }
  enum pc_result result = add_node(builder, PC_NODE_SCALAR);
  if (result != PC_OK) {
    return result;
  }
  struct pc_node *node = builder->added;
  const char *text = (const char *)builder->event.data.scalar.value;
  node->size = builder->event.data.scalar.length;
  if (strlen(text) != node->size) {
    return fail_at(builder, node->line, "a NUL character in a value");
  }
  node->plain = builder->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
  node->literal = builder->event.data.scalar.style == YAML_LITERAL_SCALAR_STYLE;
  node->text = pc_document_text(builder->document, text, node->size);
  return node->text != NULL ? PC_OK : pc_fail_memory(builder->error);
}

static enum pc_result open_node(struct builder *builder, enum pc_node_kind kind) {
  if (++builder->depth > MAX_DEPTH) {
    return fail_at(builder, event_line(builder), "nested deeper than %d levels", MAX_DEPTH);
  }
  enum pc_result result = add_node(builder, kind);
  if (result == PC_OK) {
    builder->open = builder->added;
  }
  return result;
}

static enum pc_result refuse_tag(const struct builder *builder, const yaml_char_t *tag) {
  if (tag != NULL) {
    return fail_at(builder, event_line(builder), "tags are not supported: '%s'", pc_excerpt((const char *)tag).text);
  }
  return PC_OK;
}

static enum pc_result take_event(struct builder *builder) {
  enum pc_result result = PC_OK;
  switch (builder->event.type) {
    case YAML_DOCUMENT_START_EVENT:
      if (++builder->documents > 1) {
        return fail_at(builder, event_line(builder), "a second document in the same file");
      }
      return PC_OK;
    case YAML_ALIAS_EVENT:
      return fail_at(builder, event_line(builder), "aliases are not supported: write the value again");
    case YAML_SCALAR_EVENT:
      result = refuse_tag(builder, builder->event.data.scalar.tag);
      return result == PC_OK ? add_scalar(builder) : result;
    case YAML_SEQUENCE_START_EVENT:
      result = refuse_tag(builder, builder->event.data.sequence_start.tag);
      return result == PC_OK ? open_node(builder, PC_NODE_LIST) : result;
    case YAML_MAPPING_START_EVENT:
      result = refuse_tag(builder, builder->event.data.mapping_start.tag);
      return result == PC_OK ? open_node(builder, PC_NODE_MAPPING) : result;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      builder->open = builder->open->parent;
      builder->depth--;
      return PC_OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
      return PC_OK;
  }
  return PC_OK;
}

static enum pc_result take_events(struct builder *builder, const char *text, size_t size) {
  for (;;) {
    if (yaml_parser_parse(&builder->parser, &builder->event) == 0) {
      return fail_syntax(builder, text, size);
    }
    bool end = builder->event.type == YAML_STREAM_END_EVENT;
    enum pc_result result = take_event(builder);
    yaml_event_delete(&builder->event);
    if (result != PC_OK || end) {
      return result;
    }
  }
}

enum pc_result pc_document_parse(struct pc_document *document, const char *text, size_t size, struct pc_error *error) {
  struct builder builder = {.document = document, .error = error};
  if (yaml_parser_initialize(&builder.parser) == 0) {
    return pc_fail_memory(error);
  }
  /* Else libyaml would guess UTF-16 from the first bytes. */
  yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&builder.parser, (const unsigned char *)text, size);
  enum pc_result result = take_events(&builder, text, size);
  yaml_parser_delete(&builder.parser);
  return result;
}
