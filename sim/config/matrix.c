/* matrix: {PATH: [VALUE, ...], ...} and --vary: what is run in several ways. */
#include <stdlib.h>
#include <string.h>

#include "powercut/bytes.h"
#include "scalar.h"
#include "scenario.h"

/* A matrix while it is put together. */
struct assembly {
  const struct pc_document *document;
  const struct pc_scenario_options *options;
  struct pc_matrix matrix; /* with room for all variations */
  struct pc_error *error;
};

enum pc_result pc_bind_matrix(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  (void)target;
  if (node->kind != PC_NODE_MAPPING) {
    return pc_bind_fail_type(binding, node, "a mapping of paths to lists of values");
  }
  for (const struct pc_node *child = node->first; child != NULL; child = child->next) {
    if (child->kind != PC_NODE_LIST) {
      return pc_bind_fail_type(binding, child, "a list of values");
    }
    if (child->first == NULL) {
      return pc_node_fail(binding->document, child, binding->error, "%s must have at least one value",
                          pc_node_path(child).text);
    }
  }
  return PC_OK;
}

/* A word that reads the same inside brackets as it does alone. */
static bool is_safe(const char *text) {
  return text[0] != '\0' && text[strcspn(text, ",[]{}:#\"'&*!|>%@` ")] == '\0';
}

static void write_scalar(const struct pc_node *node, bool inside, struct pc_buffer *text) {
  if (node->plain && (!inside || is_safe(node->text))) {
    pc_buffer_print(text, "%s", node->text);
  } else {
    pc_write_quoted(text, node->text);
  }
}

/* Writes a value on one line, to read back as the same. As deep as the parser lets values nest. */
static void write_value(const struct pc_node *node, bool inside, struct pc_buffer *text) {
  if (node->kind == PC_NODE_SCALAR) {
    write_scalar(node, inside, text);
    return;
  }
  pc_buffer_print(text, node->kind == PC_NODE_LIST ? "[" : "{");
  for (const struct pc_node *child = node->first; child != NULL; child = child->next) {
    pc_buffer_print(text, child == node->first ? "" : ", ");
    if (child->key != NULL) {
      pc_write_quoted(text, child->key);
      pc_buffer_print(text, ": ");
    }
    write_value(child, true, text);
  }
  pc_buffer_print(text, node->kind == PC_NODE_LIST ? "]" : "}");
}

static enum pc_result add_value(const struct assembly *assembly, struct pc_variation *variation,
                                const struct pc_node *value) {
  struct pc_buffer text = {0};
  write_value(value, false, &text);
  pc_buffer_append(&text, "", 0);
  if (text.failed) {
    pc_buffer_free(&text);
    return pc_fail_memory(assembly->error);
  }
  for (size_t i = 0; i < variation->value_count; i++) {
    if (strcmp(variation->values[i], (const char *)text.data) == 0) {
      enum pc_result result = pc_node_fail(assembly->document, value, assembly->error, "'%s' is twice in %s",
                                           pc_excerpt((const char *)text.data).text, pc_node_path(value->parent).text);
      pc_buffer_free(&text);
      return result;
    }
  }
  variation->values[variation->value_count++] = (char *)text.data;
  return PC_OK;
}

/* Whether `inner` is `outer`, or lies in it. */
static bool is_at_or_in(const char *inner, const char *outer) {
  size_t size = strlen(outer);
  return strncmp(inner, outer, size) == 0 && (inner[size] == '\0' || inner[size] == '.');
}

static bool is_fixed(const struct assembly *assembly, const char *path) {
  for (size_t i = 0; i < assembly->options->override_count; i++) {
    if (is_at_or_in(path, assembly->options->overrides[i].path)) {
      return true;
    }
  }
  return false;
}

static enum pc_result check_path(const struct assembly *assembly, const struct pc_node *list, const char *path) {
  for (size_t i = 0; i < assembly->matrix.variation_count; i++) {
    const char *varied = assembly->matrix.variations[i].path;
    if (strcmp(path, varied) == 0) {
      return pc_node_fail(assembly->document, list, assembly->error, "%s is varied already", pc_excerpt(path).text);
    }
    if (is_at_or_in(path, varied) || is_at_or_in(varied, path)) {
      return pc_node_fail(assembly->document, list, assembly->error, "%s can't vary beside %s: one lies in the other",
                          pc_excerpt(path).text, pc_excerpt(varied).text);
    }
  }
  return PC_OK;
}

/* Multiplies the combinations, within their bound. */
static enum pc_result count_in(struct assembly *assembly, const struct pc_node *list, size_t values) {
  if (assembly->matrix.combinations * values > PC_MAX_COMBINATIONS) {
    return pc_node_fail(assembly->document, list, assembly->error, "%zu combinations are more than %u",
                        assembly->matrix.combinations * values, PC_MAX_COMBINATIONS);
  }
  assembly->matrix.combinations *= values;
  return PC_OK;
}

static size_t count_children(const struct pc_node *list) {
  size_t count = 0;
  for (const struct pc_node *child = list->first; child != NULL; child = child->next) {
    count++;
  }
  return count;
}

static enum pc_result add_variation(struct assembly *assembly, const struct pc_node *list, const char *path) {
  size_t count = count_children(list);
  enum pc_result result = check_path(assembly, list, path);
  if (result == PC_OK) {
    result = count_in(assembly, list, count);
  }
  if (result != PC_OK) {
    return result;
  }
  struct pc_variation *variation = &assembly->matrix.variations[assembly->matrix.variation_count++];
  *variation = (struct pc_variation){.path = strdup(path),
                                     .values = calloc(count, sizeof *variation->values),
                                     .line = list->override == NULL ? list->line : 0};
  if (variation->path == NULL || variation->values == NULL) {
    return pc_fail_memory(assembly->error);
  }
  for (const struct pc_node *value = list->first; result == PC_OK && value != NULL; value = value->next) {
    result = add_value(assembly, variation, value);
  }
  return result;
}

static enum pc_result add_of_file(struct assembly *assembly, const struct pc_node *matrix) {
  const struct pc_binding binding = {.document = assembly->document, .error = assembly->error};
  enum pc_result result = pc_bind_matrix(&binding, matrix, NULL);
  for (const struct pc_node *list = matrix->first; result == PC_OK && list != NULL; list = list->next) {
    if (!is_fixed(assembly, list->key)) {
      result = add_variation(assembly, list, list->key);
    }
  }
  return result;
}

/* What --vary has, read as a list in brackets. */
static enum pc_result add_varied(struct assembly *assembly, struct pc_document *document,
                                 const struct pc_override *vary) {
  struct pc_buffer option = {0}, text = {0};
  pc_buffer_print(&option, "--vary %s", vary->path);
  pc_buffer_print(&text, "[%s]", vary->value);
  enum pc_result result = option.failed || text.failed ? pc_fail_memory(assembly->error) : PC_OK;
  struct pc_document part = {.memory = document->memory, .override = (const char *)option.data};
  if (result == PC_OK) {
    result = pc_document_parse(&part, (const char *)text.data, text.size, assembly->error);
    document->memory = part.memory;
  }
  if (result == PC_OK && part.root->first == NULL) {
    result = pc_node_fail(document, part.root, assembly->error, "it needs at least one value");
  }
  if (result == PC_OK && is_fixed(assembly, vary->path)) {
    result = pc_node_fail(document, part.root, assembly->error, "a --set fixes it");
  }
  if (result == PC_OK) {
    result = add_variation(assembly, part.root, vary->path);
  }
  pc_buffer_free(&text);
  pc_buffer_free(&option);
  return result;
}

static enum pc_result assemble(struct assembly *assembly, struct pc_document *document, const struct pc_vary *vary) {
  const struct pc_node *matrix = pc_node_child(document->root, "matrix");
  size_t count = (matrix != NULL ? count_children(matrix) : 0) + vary->count;
  assembly->matrix.combinations = 1;
  assembly->matrix.variations = calloc(count > 0 ? count : 1, sizeof *assembly->matrix.variations);
  enum pc_result result = assembly->matrix.variations == NULL ? pc_fail_memory(assembly->error) : PC_OK;
  if (result == PC_OK && matrix != NULL) {
    result = add_of_file(assembly, matrix);
  }
  for (size_t i = 0; result == PC_OK && i < vary->count; i++) {
    result = add_varied(assembly, document, &vary->variations[i]);
  }
  return result;
}

enum pc_result pc_matrix_load(const char *path, const struct pc_scenario_options *options, const struct pc_vary *vary,
                              struct pc_matrix *matrix, struct pc_error *error) {
  struct pc_document document = {.name = path};
  struct assembly assembly = {.document = &document, .options = options, .error = error};
  *matrix = (struct pc_matrix){0};
  enum pc_result result = pc_document_read(path, &document, error);
  if (result == PC_OK) {
    result = pc_apply_overrides(&document, options->overrides, options->override_count, error);
  }
  if (result == PC_OK) {
    result = assemble(&assembly, &document, vary);
  }
  pc_document_free(&document);
  if (result != PC_OK) {
    pc_matrix_free(&assembly.matrix);
    return result;
  }
  *matrix = assembly.matrix;
  return PC_OK;
}

void pc_matrix_free(struct pc_matrix *matrix) {
  for (size_t i = 0; i < matrix->variation_count; i++) {
    struct pc_variation *variation = &matrix->variations[i];
    for (size_t value = 0; value < variation->value_count; value++) {
      free(variation->values[value]);
    }
    free(variation->values);
    free(variation->path);
  }
  free(matrix->variations);
  *matrix = (struct pc_matrix){0};
}

void pc_matrix_combination(const struct pc_matrix *matrix, size_t index, struct pc_override *settings) {
  for (size_t i = matrix->variation_count; i > 0; i--) {
    const struct pc_variation *variation = &matrix->variations[i - 1];
    settings[i - 1] = (struct pc_override){
        .path = variation->path,
        .value = variation->values[index % variation->value_count],
        .line = variation->line,
        .varied = variation->line == 0,
    };
    index /= variation->value_count;
  }
}
