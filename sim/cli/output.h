/* Standard output and standard error: checked, and safe for terminals whatever a file or a database holds. */
#ifndef PC_CLI_OUTPUT_H
#define PC_CLI_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "command.h"
#include "powercut/bytes.h"
#include "powercut/error.h"

/*
 * Call it first. From then on the process ends with PC_EXIT_ENVIRONMENT if standard output could not be written to the
 * last byte (disk full, reader gone), whatever else its status would be. False: the process can't be set up so.
 */
bool pc_output_begin(void);

/* Prints "powercut: MESSAGE" to standard error and returns the exit status that belongs to `result`. */
enum pc_exit pc_output_error(enum pc_result result, const struct pc_error *error);

/* Appends text that came from outside: control characters, DEL and bytes that are no UTF-8 as \xNN. */
void pc_buffer_text(struct pc_buffer *buffer, const char *text);

/* The same, printed. */
void pc_output_text(FILE *stream, const char *text);

/* Prints what was built in `buffer` and frees it. PC_ENVIRONMENT: building it ran out of memory; nothing is printed. */
enum pc_result pc_output_buffer(FILE *stream, struct pc_buffer *buffer, struct pc_error *error);

/* Appends "1,234,567". */
void pc_buffer_count(struct pc_buffer *buffer, uint64_t count);

/* Appends a time in the unit that fits it; one below 0 is "not known". */
void pc_buffer_time(struct pc_buffer *buffer, double microseconds);

/* Appends bytes as a trace writes a value: hex, "-" where empty; at most `limit` bytes and then "... (N bytes)". */
void pc_buffer_value(struct pc_buffer *buffer, struct pc_bytes value, size_t limit);

/* Prints an object on one line, its keys in the order in which they were set, and releases it. NULL (memory ran out
   while it was built) is PC_ENVIRONMENT. */
enum pc_result pc_output_json(json_t *object, struct pc_error *error);

/* `object`, or NULL once it is released if `failed` says that something could not be added to it. */
json_t *pc_json_complete(json_t *object, int failed);

/* Values for jansson; NULL when memory ran out. Text of any bytes: what is no UTF-8 as \xNN. */
json_t *pc_json_text(const char *text);
json_t *pc_json_hex(struct pc_bytes bytes);
/* A count as a number; those above INT64_MAX, which JSON readers would change, as a string of digits. */
json_t *pc_json_count(uint64_t count);

#endif
