/* What a YAML text says, as a tree: scalars, lists and mappings, each with the place it comes from. */
#ifndef PC_CONFIG_NODE_H
#define PC_CONFIG_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "powercut/error.h"

enum pc_node_kind { PC_NODE_SCALAR, PC_NODE_LIST, PC_NODE_MAPPING };

struct pc_node {
  enum pc_node_kind kind;
  bool plain;           /* of a scalar: without quotes, so it may be a number */
  bool literal;         /* of a scalar: a block begun by '|', whose lines are lines of the file */
  const char *override; /* the option that it comes from, "--set power.depth", or NULL: it is in the file */
  int line;             /* in the file, from 1 */
  const char *key;      /* in a mapping: the key, else NULL */
  const char *text;     /* of a scalar: UTF-8, without NUL bytes but the one behind it */
  size_t size;          /* of text, without that NUL */
  struct pc_node *parent, *first, *last, *next; /* of a list or mapping: the children, in order */
};

struct pc_document {
  const char *name;     /* the file, for messages */
  const char *override; /* the option that the text is of, "--set power.depth", or NULL: it is a file's */
  int line;             /* that all of the text is on; 0: it has its own lines */
  struct pc_node *root;
  struct pc_memory *memory; /* owns the tree; NULL: empty */
};

/* Parses a text into `document`, whose name or override is set. The root is NULL if the text is empty. Refused with
   PC_BAD_INPUT: what isn't UTF-8 or not YAML, aliases, tags, a second document, keys that are not scalars, NUL
   characters, and more depth or nodes than a file that people write has. PC_ENVIRONMENT: memory. */
enum pc_result pc_document_parse(struct pc_document *document, const char *text, size_t size, struct pc_error *error);
/* Puts a value at its path, in place of what is there; missing mappings on the way are made. PC_BAD_INPUT: the value is
   no YAML, or the path leads through what is no mapping. */
struct pc_override;
enum pc_result pc_document_override(struct pc_document *document, const struct pc_override *override,
                                    struct pc_error *error);
void pc_document_free(struct pc_document *document);

/* A zeroed node, or a copy of a text, that live as long as the document; NULL: no memory. */
struct pc_node *pc_document_node(struct pc_document *document);
char *pc_document_text(struct pc_document *document, const char *text, size_t size);

void pc_node_append(struct pc_node *parent, struct pc_node *child);
const struct pc_node *pc_node_child(const struct pc_node *mapping, const char *key); /* NULL: there is none */

/* Fails with PC_BAD_INPUT; the message begins with the node's place: `file:line` or `--set PATH`. */
__attribute__((format(printf, 4, 5))) enum pc_result pc_node_fail(const struct pc_document *document,
                                                                  const struct pc_node *node, struct pc_error *error,
                                                                  const char *format, ...);

/* Whether a node is from a --vary. */
bool pc_is_varied(const struct pc_node *node);

/* A short text for a message. */
struct pc_excerpt {
  char text[128];
};
/* The node's path, "power.depth"; of the root, "the file". */
struct pc_excerpt pc_node_path(const struct pc_node *node);
/* The beginning of a text, without control characters. */
struct pc_excerpt pc_excerpt(const char *text);

#endif
