/* From a tree to a struct, by tables: which keys a mapping takes, of which type, in which range, and where they go. */
#ifndef PC_CONFIG_BIND_H
#define PC_CONFIG_BIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node.h"
#include "powercut/error.h"

/* What is being bound, for the messages. */
struct pc_binding {
  const struct pc_document *document;
  struct pc_error *error;
};

/* Binds one node into the struct that the table is for. */
typedef enum pc_result (*pc_bind_function)(const struct pc_binding *binding, const struct pc_node *node, void *target);

enum pc_field_type {
  PC_FIELD_U32,    /* uint32_t, `min` to `max` */
  PC_FIELD_U64,    /* uint64_t, `min` to `max` */
  PC_FIELD_DOUBLE, /* double, `min` to `max` */
  PC_FIELD_TEXT,   /* char *, not empty, which the struct then owns; what it pointed to is freed */
  PC_FIELD_CHARS,  /* char[max + 1], not empty */
  PC_FIELD_CUSTOM, /* by `bind` */
};

struct pc_field {
  const char *key;
  enum pc_field_type type;
  bool required;
  size_t offset; /* into the struct */
  uint64_t min, max;
  pc_bind_function bind;
};

struct pc_schema {
  const struct pc_field *fields;
  size_t count;            /* at most PC_MAX_FIELDS */
  pc_bind_function others; /* takes what no field does; NULL: that is an unknown key */
};
#define PC_MAX_FIELDS 24u

/* Binds a mapping: unknown keys, keys given twice and missing ones that are required are bad input, as is all that the
   fields refuse. Fields that aren't given are left as they are. */
enum pc_result pc_bind_mapping(const struct pc_binding *binding, const struct pc_node *node,
                               const struct pc_schema *schema, void *target);
enum pc_result pc_bind_field(const struct pc_binding *binding, const struct pc_node *node, const struct pc_field *field,
                             void *target);

/* A scalar's text, or NULL for bad input, which the message says. `what` is what is expected: "a name". */
const char *pc_bind_scalar(const struct pc_binding *binding, const struct pc_node *node, const char *what);

/* "PATH must be WHAT, not ...", with what is there. */
enum pc_result pc_bind_fail_type(const struct pc_binding *binding, const struct pc_node *node, const char *what);

/* Passes on the result of something that the node asked for; bad input gets the node's place before its message. */
enum pc_result pc_bind_cause(const struct pc_binding *binding, const struct pc_node *node, enum pc_result result,
                             const struct pc_error *cause);

/* The end of a message about an unknown word: "; did you mean 'x'?", or else "; known are x, y". */
struct pc_hint {
  char text[320];
};
struct pc_hint pc_hint(const char *word, const char *const *known, size_t count);

#endif
