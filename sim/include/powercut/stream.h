/*
 * Operations one after the other, without end and without a list of them: for runs of many millions. A stream takes
 * memory when it is opened, never after that.
 */
#ifndef POWERCUT_STREAM_H
#define POWERCUT_STREAM_H

#include "powercut/workload.h"

struct pc_stream;

struct pc_streamed {
  enum pc_operation_kind kind;
  enum pc_maintenance level; /* of a maintain */
  uint32_t key;              /* of a put, delete or get */
  struct pc_bytes value;     /* of a put; valid until the next call */
  uint64_t token;            /* of a put: pc_stream_value gives its value again */
};

/* Of a generator: the operations that pc_workload_generate lists, and on from there. PC_BAD_INPUT: as there. */
enum pc_result pc_stream_open(struct pc_stream **stream, const struct pc_generator *generator, uint64_t seed,
                              struct pc_error *error);
/* Of a list, which must stay valid and not be empty: its operations, again and again. */
enum pc_result pc_stream_open_list(struct pc_stream **stream, const struct pc_workload *workload,
                                   struct pc_error *error);
void pc_stream_close(struct pc_stream *stream); /* NULL is fine */

void pc_stream_next(struct pc_stream *stream, struct pc_streamed *next);

/* The keys that operations may use, distinct. */
uint32_t pc_stream_key_count(const struct pc_stream *stream);
struct pc_bytes pc_stream_key(const struct pc_stream *stream, uint32_t key);
size_t pc_stream_largest_value(const struct pc_stream *stream);

/* The value of an earlier put, by its key and token; valid until the next call of this function. */
struct pc_bytes pc_stream_value(struct pc_stream *stream, uint32_t key, uint64_t token);

#endif
