#include <string.h>

#include "node.h"
#include "powercut/bytes.h"
#include "powercut/config.h"

/* A value on its way into a document. */
struct placing {
  struct pc_document *document;
  const char *path;
  struct pc_node from; /* where messages say that it is from: option or line */
  struct pc_error *error;
};

/* "--set power.depth", which the document then owns; NULL: no memory. */
static const char *name_option(struct pc_document *document, const struct pc_override *override) {
  struct pc_buffer text = {0};
  pc_buffer_print(&text, "%s %s", override->varied ? "--vary" : "--set", override->path);
  char *option = text.failed ? NULL : pc_document_text(document, (const char *)text.data, text.size);
  pc_buffer_free(&text);
  return option;
}

/* The tree of the value, which the document then owns. */
static enum pc_result parse_value(const struct placing *placing, const char *value, struct pc_node **parsed) {
  struct pc_document *document = placing->document;
  struct pc_document part = {.name = document->name,
                             .override = placing->from.override,
                             .line = placing->from.line,
                             .memory = document->memory};
  enum pc_result result = pc_document_parse(&part, value, strlen(value), placing->error);
  document->memory = part.memory;
  if (result != PC_OK) {
    return result;
  }
  if (part.root == NULL) {
    part.root = pc_document_node(document);
    if (part.root == NULL) {
      return pc_fail_memory(placing->error);
    }
    *part.root =
        (struct pc_node){.plain = true, .text = "", .override = placing->from.override, .line = placing->from.line};
  }
  *parsed = part.root;
  return PC_OK;
}

/* The child of that key, made as a mapping if there is none. */
static struct pc_node *find_or_make(const struct placing *placing, struct pc_node *mapping, const char *key,
                                    size_t size) {
  for (struct pc_node *child = mapping->first; child != NULL; child = child->next) {
    if (strlen(child->key) == size && memcmp(child->key, key, size) == 0) {
      return child;
    }
  }
  struct pc_node *child = pc_document_node(placing->document);
  char *copy = pc_document_text(placing->document, key, size);
  if (child == NULL || copy == NULL) {
    return NULL;
  }
  child->kind = PC_NODE_MAPPING;
  child->key = copy;
  child->override = placing->from.override;
  child->line = placing->from.line;
  pc_node_append(mapping, child);
  return child;
}

/* Takes the value's place in the tree's list of siblings: the node stays, its content is the value's. */
static void replace(struct pc_node *node, const struct pc_node *value) {
  struct pc_node content = *value;
  content.key = node->key;
  content.parent = node->parent;
  content.next = node->next;
  *node = content;
  for (struct pc_node *child = node->first; child != NULL; child = child->next) {
    child->parent = node;
  }
}

static enum pc_result place(const struct placing *placing, const struct pc_node *parsed) {
  struct pc_node *node = placing->document->root;
  for (const char *at = placing->path;;) {
    size_t size = strcspn(at, ".");
    if (size == 0) {
      return pc_node_fail(placing->document, &placing->from, placing->error, "the path has an empty part");
    }
    if (node->kind == PC_NODE_SCALAR && node->plain && node->size == 0) {
      node->kind = PC_NODE_MAPPING; /* `power:` with nothing behind it */
    }
    if (node->kind != PC_NODE_MAPPING) {
      return pc_node_fail(placing->document, &placing->from, placing->error, "%s is not a mapping",
                          pc_node_path(node).text);
    }
    node = find_or_make(placing, node, at, size);
    if (node == NULL) {
      return pc_fail_memory(placing->error);
    }
    if (at[size] == '\0') {
      replace(node, parsed);
      return PC_OK;
    }
    at += size + 1;
  }
}

enum pc_result pc_document_override(struct pc_document *document, const struct pc_override *override,
                                    struct pc_error *error) {
  struct placing placing = {.document = document, .path = override->path, .error = error};
  placing.from.line = override->line;
  if (override->line == 0) {
    placing.from.override = name_option(document, override);
    if (placing.from.override == NULL) {
      return pc_fail_memory(error);
    }
  }
  struct pc_node *parsed = NULL;
  enum pc_result result = parse_value(&placing, override->value, &parsed);
  return result != PC_OK ? result : place(&placing, parsed);
}
