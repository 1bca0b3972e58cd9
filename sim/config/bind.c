#include "bind.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "powercut/config.h"

struct pc_hint pc_hint(const char *word, const char *const *known, size_t count) {
  struct pc_hint hint = {{0}};
  const char *nearest = pc_nearest(word, known, count);
  if (nearest != NULL) {
    (void)snprintf(hint.text, sizeof hint.text, "; did you mean '%s'?", nearest);
    return hint;
  }
  size_t size = (size_t)snprintf(hint.text, sizeof hint.text, "; known are");
  for (size_t i = 0; i < count && size < sizeof hint.text; i++) {
    size += (size_t)snprintf(hint.text + size, sizeof hint.text - size, "%s %s", i == 0 ? "" : ",", known[i]);
  }
  return hint;
}

enum pc_result pc_bind_fail_type(const struct pc_binding *binding, const struct pc_node *node, const char *what) {
  struct pc_excerpt path = pc_node_path(node);
  switch (node->kind) {
    case PC_NODE_LIST:
      return pc_node_fail(binding->document, node, binding->error, "%s must be %s, not a list", path.text, what);
    case PC_NODE_MAPPING:
      return pc_node_fail(binding->document, node, binding->error, "%s must be %s, not a mapping", path.text, what);
    case PC_NODE_SCALAR:
      break;
  }
  if (node->size == 0) {
    return pc_node_fail(binding->document, node, binding->error, "%s must be %s, not empty", path.text, what);
  }
  const char *quote = node->plain ? "'" : "\"";
  return pc_node_fail(binding->document, node, binding->error, "%s must be %s, not %s%s%s", path.text, what, quote,
                      pc_excerpt(node->text).text, quote);
}

enum pc_result pc_bind_cause(const struct pc_binding *binding, const struct pc_node *node, enum pc_result result,
                             const struct pc_error *cause) {
  switch (result) {
    case PC_OK:
      break;
    case PC_BAD_INPUT:
      return pc_node_fail(binding->document, node, binding->error, "%s", cause->message);
    case PC_ENVIRONMENT:
      return pc_fail(binding->error, PC_ENVIRONMENT, "%s", cause->message);
  }
  return PC_OK;
}

const char *pc_bind_scalar(const struct pc_binding *binding, const struct pc_node *node, const char *what) {
  if (node->kind == PC_NODE_SCALAR && node->size > 0) {
    return node->text;
  }
  (void)pc_bind_fail_type(binding, node, what);
  return NULL;
}

/* The whole of a text as a number, decimal or 0x. A leading 0 means octal to some: refused. What is above UINT64_MAX is
   a number, too, but `too_large`. */
static bool parse_whole(const char *text, uint64_t *number, bool *too_large) {
  unsigned base = 10;
  if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    base = 16;
    text += 2;
  } else if (text[0] == '0' && text[1] != '\0') {
    return false;
  }
  *number = 0;
  size_t i = 0;
  for (; text[i] != '\0'; i++) {
    static const char digits[] = "0123456789abcdef";
    char letter = text[i] >= 'A' && text[i] <= 'F' ? (char)(text[i] - 'A' + 'a') : text[i];
    const char *digit = memchr(digits, letter, base);
    if (digit == NULL) {
      return false;
    }
    uint64_t value = (uint64_t)(digit - digits);
    *too_large = *too_large || *number > (UINT64_MAX - value) / base;
    *number = *number * base + value;
  }
  return i > 0;
}

static enum pc_result fail_range(const struct pc_binding *binding, const struct pc_node *node,
                                 const struct pc_field *field) {
  return pc_node_fail(binding->document, node, binding->error, "%s must be %" PRIu64 " to %" PRIu64 ", not %s",
                      pc_node_path(node).text, field->min, field->max, pc_excerpt(node->text).text);
}

static enum pc_result bind_whole(const struct pc_binding *binding, const struct pc_node *node,
                                 const struct pc_field *field, uint64_t *number) {
  bool too_large = false;
  if (node->kind != PC_NODE_SCALAR || !node->plain || !parse_whole(node->text, number, &too_large)) {
    return pc_bind_fail_type(binding, node, "a whole number");
  }
  if (too_large || *number < field->min || *number > field->max) {
    return fail_range(binding, node, field);
  }
  return PC_OK;
}

/* Digits, a point, an exponent: strtod takes more (infinities, hexadecimal, spaces). */
static bool looks_like_number(const char *text) {
  size_t digits = strspn(text, "0123456789");
  const char *at = text + digits;
  if (*at == '.') {
    size_t fraction = strspn(at + 1, "0123456789");
    digits += fraction;
    at += 1 + fraction;
  }
  if (digits > 0 && (*at == 'e' || *at == 'E')) {
    at++;
    at += *at == '+' || *at == '-';
    size_t exponent = strspn(at, "0123456789");
    at += exponent;
    digits = exponent;
  }
  return digits > 0 && *at == '\0';
}

static enum pc_result bind_double(const struct pc_binding *binding, const struct pc_node *node,
                                  const struct pc_field *field, double *number) {
  char *end = NULL;
  double parsed = 0;
  bool is_number = node->kind == PC_NODE_SCALAR && node->plain && looks_like_number(node->text);
  if (is_number) {
    parsed = strtod(node->text, &end);
  }
  if (!is_number || *end != '\0') {
    return pc_bind_fail_type(binding, node, "a number");
  }
  if (!(parsed >= (double)field->min && parsed <= (double)field->max)) {
    return fail_range(binding, node, field);
  }
  *number = parsed;
  return PC_OK;
}

static enum pc_result bind_text(const struct pc_binding *binding, const struct pc_node *node, char **place) {
  const char *text = pc_bind_scalar(binding, node, "a text");
  if (text == NULL) {
    return PC_BAD_INPUT;
  }
  char *copy = strdup(text);
  if (copy == NULL) {
    return pc_fail_memory(binding->error);
  }
  free(*place);
  *place = copy;
  return PC_OK;
}

static enum pc_result bind_chars(const struct pc_binding *binding, const struct pc_node *node,
                                 const struct pc_field *field, char *place) {
  const char *text = pc_bind_scalar(binding, node, "a text");
  if (text == NULL) {
    return PC_BAD_INPUT;
  }
  if (node->size > field->max) {
    return pc_node_fail(binding->document, node, binding->error, "%s must be at most %" PRIu64 " bytes long, not %zu",
                        pc_node_path(node).text, field->max, node->size);
  }
  memcpy(place, text, node->size + 1);
  return PC_OK;
}

enum pc_result pc_bind_field(const struct pc_binding *binding, const struct pc_node *node, const struct pc_field *field,
                             void *target) {
  void *place = (char *)target + field->offset;
  uint64_t whole = 0;
  enum pc_result result = PC_OK;
  switch (field->type) {
    case PC_FIELD_U32:
      result = bind_whole(binding, node, field, &whole);
      if (result == PC_OK) {
        *(uint32_t *)place = (uint32_t)whole;
      }
      return result;
    case PC_FIELD_U64:
      result = bind_whole(binding, node, field, &whole);
      if (result == PC_OK) {
        *(uint64_t *)place = whole;
      }
      return result;
    case PC_FIELD_DOUBLE:
      return bind_double(binding, node, field, place);
    case PC_FIELD_TEXT:
      return bind_text(binding, node, place);
    case PC_FIELD_CHARS:
      return bind_chars(binding, node, field, place);
    case PC_FIELD_CUSTOM:
      break;
  }
  return field->bind(binding, node, target);
}

/* " in power", or nothing for the file itself. */
static struct pc_excerpt in_section(const struct pc_node *section) {
  struct pc_excerpt text = {{0}};
  if (section->parent != NULL) {
    (void)snprintf(text.text, sizeof text.text, " in %.*s", (int)sizeof text.text - 8, pc_node_path(section).text);
  }
  return text;
}

static enum pc_result fail_unknown(const struct pc_binding *binding, const struct pc_node *child,
                                   const struct pc_schema *schema) {
  const char *known[PC_MAX_FIELDS];
  for (size_t i = 0; i < schema->count; i++) {
    known[i] = schema->fields[i].key;
  }
  return pc_node_fail(binding->document, child, binding->error, "unknown key '%s'%s%s", pc_excerpt(child->key).text,
                      in_section(child->parent).text, pc_hint(child->key, known, schema->count).text);
}

static size_t find_field(const struct pc_schema *schema, const char *key) {
  size_t i = 0;
  while (i < schema->count && strcmp(schema->fields[i].key, key) != 0) {
    i++;
  }
  return i;
}

static enum pc_result bind_child(const struct pc_binding *binding, const struct pc_node *child,
                                 const struct pc_schema *schema, const struct pc_node **seen, void *target) {
  size_t index = find_field(schema, child->key);
  if (index == schema->count) {
    return schema->others != NULL ? schema->others(binding, child, target) : fail_unknown(binding, child, schema);
  }
  if (seen[index] != NULL) {
    return pc_node_fail(binding->document, child, binding->error, "'%s' is given twice%s, first on line %d", child->key,
                        in_section(child->parent).text, seen[index]->line);
  }
  seen[index] = child;
  return pc_bind_field(binding, child, &schema->fields[index], target);
}

enum pc_result pc_bind_mapping(const struct pc_binding *binding, const struct pc_node *node,
                               const struct pc_schema *schema, void *target) {
  if (node->kind != PC_NODE_MAPPING) {
    return pc_bind_fail_type(binding, node, "a mapping");
  }
  const struct pc_node *seen[PC_MAX_FIELDS] = {NULL};
  for (const struct pc_node *child = node->first; child != NULL; child = child->next) {
    enum pc_result result = bind_child(binding, child, schema, seen, target);
    if (result != PC_OK) {
      return result;
    }
  }
  for (size_t i = 0; i < schema->count; i++) {
    if (schema->fields[i].required && seen[i] == NULL) {
      return pc_node_fail(binding->document, node, binding->error, "'%s' is missing%s", schema->fields[i].key,
                          in_section(node).text);
    }
  }
  return PC_OK;
}
