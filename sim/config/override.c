#include <string.h>

#include "node.h"

/* The tree of the value, which the document then owns. */
static enum pc_result parse_value(struct pc_document *document, const char *path, const char *value,
                                  struct pc_node **parsed, struct pc_error *error) {
  struct pc_document part = {.override = path, .memory = document->memory};
  enum pc_result result = pc_document_parse(&part, value, strlen(value), error);
  document->memory = part.memory;
  if (result != PC_OK) {
    return result;
  }
  if (part.root == NULL) {
    part.root = pc_document_node(document);
    if (part.root == NULL) {
      return pc_fail_memory(error);
    }
    *part.root = (struct pc_node){.plain = true, .text = "", .override = path};
  }
  *parsed = part.root;
  return PC_OK;
}

/* The child of that key, made as a mapping if there is none. */
static struct pc_node *find_or_make(struct pc_document *document, struct pc_node *mapping, const char *key, size_t size,
                                    const char *path) {
  for (struct pc_node *child = mapping->first; child != NULL; child = child->next) {
    if (strlen(child->key) == size && memcmp(child->key, key, size) == 0) {
      return child;
    }
  }
  struct pc_node *child = pc_document_node(document);
  char *copy = pc_document_text(document, key, size);
  if (child == NULL || copy == NULL) {
    return NULL;
  }
  child->kind = PC_NODE_MAPPING;
  child->key = copy;
  child->override = path;
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

enum pc_result pc_document_override(struct pc_document *document, const char *path, const char *value,
                                    struct pc_error *error) {
  struct pc_node *parsed = NULL;
  enum pc_result result = parse_value(document, path, value, &parsed, error);
  if (result != PC_OK) {
    return result;
  }
  struct pc_node *node = document->root;
  for (const char *at = path;;) {
    size_t size = strcspn(at, ".");
    if (size == 0) {
      return pc_fail(error, PC_BAD_INPUT, "--set %s: the path has an empty part", pc_excerpt(path).text);
    }
    if (node->kind == PC_NODE_SCALAR && node->plain && node->size == 0) {
      node->kind = PC_NODE_MAPPING; /* `power:` with nothing behind it */
    }
    if (node->kind != PC_NODE_MAPPING) {
      return pc_fail(error, PC_BAD_INPUT, "--set %s: %s is not a mapping", pc_excerpt(path).text,
                     pc_node_path(node).text);
    }
    node = find_or_make(document, node, at, size, path);
    if (node == NULL) {
      return pc_fail_memory(error);
    }
    if (at[size] == '\0') {
      replace(node, parsed);
      return PC_OK;
    }
    at += size + 1;
  }
}
