#include "node.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A piece of a chain that is freed at once. */
struct pc_memory {
  struct pc_memory *next;
  max_align_t bytes[];
};

static void *take(struct pc_document *document, size_t size) {
  if (size > SIZE_MAX - sizeof(struct pc_memory)) {
    return NULL;
  }
  struct pc_memory *memory = malloc(sizeof *memory + size);
  if (memory == NULL) {
    return NULL;
  }
  memory->next = document->memory;
  document->memory = memory;
  return memory->bytes;
}

struct pc_node *pc_document_node(struct pc_document *document) {
  struct pc_node *node = take(document, sizeof *node);
  if (node != NULL) {
    *node = (struct pc_node){0};
  }
  return node;
}

char *pc_document_text(struct pc_document *document, const char *text, size_t size) {
  char *copy = take(document, size + 1);
  if (copy != NULL) {
    memcpy(copy, text, size);
    copy[size] = '\0';
  }
  return copy;
}

void pc_document_free(struct pc_document *document) {
  struct pc_memory *memory = document->memory;
  while (memory != NULL) {
    struct pc_memory *next = memory->next;
    free(memory);
    memory = next;
  }
  document->root = NULL;
  document->memory = NULL;
}

void pc_node_append(struct pc_node *parent, struct pc_node *child) {
  child->parent = parent;
  if (parent->last == NULL) {
    parent->first = child;
  } else {
    parent->last->next = child;
  }
  parent->last = child;
}

const struct pc_node *pc_node_child(const struct pc_node *mapping, const char *key) {
  if (mapping->kind != PC_NODE_MAPPING) {
    return NULL;
  }
  for (const struct pc_node *child = mapping->first; child != NULL; child = child->next) {
    if (strcmp(child->key, key) == 0) {
      return child;
    }
  }
  return NULL;
}

enum pc_result pc_node_fail(const struct pc_document *document, const struct pc_node *node, struct pc_error *error,
                            const char *format, ...) {
  char what[sizeof error->message];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  if (node->override != NULL) {
    return pc_fail(error, PC_BAD_INPUT, "%s: %s", pc_excerpt(node->override).text, what);
  }
  return pc_fail(error, PC_BAD_INPUT, "%s:%d: %s", document->name, node->line, what);
}

bool pc_is_varied(const struct pc_node *node) {
  return node->override != NULL && strncmp(node->override, "--vary", 6) == 0;
}

struct pc_excerpt pc_excerpt(const char *text) {
  struct pc_excerpt excerpt = {{0}};
  const size_t most = 96;
  size_t i = 0;
  for (; text[i] != '\0' && i < most; i++) {
    unsigned char byte = (unsigned char)text[i];
    excerpt.text[i] = byte < ' ' || byte == 0x7F ? '?' : text[i];
  }
  if (text[i] != '\0') {
    while (i > 0 && ((unsigned char)text[i] & 0xC0u) == 0x80u) {
      i--; /* not within a UTF-8 character */
    }
    memcpy(excerpt.text + i, "...", 4);
  }
  return excerpt;
}

/* "[3]" for an item of a list, ".key" for a value of a mapping. */
static void print_step(const struct pc_node *node, char *text, size_t size) {
  if (node->key != NULL) {
    (void)snprintf(text, size, ".%s", pc_excerpt(node->key).text);
    return;
  }
  size_t index = 0;
  for (const struct pc_node *item = node->parent->first; item != node; item = item->next) {
    index++;
  }
  (void)snprintf(text, size, "[%zu]", index);
}

struct pc_excerpt pc_node_path(const struct pc_node *node) {
  struct pc_excerpt path = {"the file"};
  if (node->parent == NULL) {
    return path;
  }
  /* From the end to the beginning; what doesn't fit is left out of the beginning. */
  size_t at = sizeof path.text - 1;
  path.text[at] = '\0';
  for (; node->parent != NULL; node = node->parent) {
    char step[sizeof(struct pc_excerpt) + 2];
    print_step(node, step, sizeof step);
    size_t size = strlen(step);
    if (size > at) {
      break;
    }
    at -= size;
    memcpy(path.text + at, step, size);
  }
  if (path.text[at] == '.') {
    at++;
  }
  memmove(path.text, path.text + at, sizeof path.text - at);
  return path;
}
