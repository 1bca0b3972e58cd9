/*
 * The calls of a sound store that does something around each call of norkv's. A plugin includes this and defines what
 * that is; starting and stopping are its own.
 */
#ifndef PC_TEST_FORWARDED_H
#define PC_TEST_FORWARDED_H

#include "wrapped.h"

static void *enter(void *memory);                   /* before a call; the memory that norkv is called with */
static enum pc_status leave(enum pc_status status); /* after it; what the plugin answers */

static enum pc_status forwarded_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  return leave(wrapped_put(enter(memory), key, value));
}

static enum pc_status forwarded_remove(void *memory, struct pc_bytes key) {
  return leave(wrapped_remove(enter(memory), key));
}

static enum pc_status forwarded_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  return leave(wrapped_get(enter(memory), key, buffer, capacity, size));
}

static enum pc_status forwarded_iterate(void *memory, pc_visit visit, void *context) {
  return leave(wrapped_iterate(enter(memory), visit, context));
}

static enum pc_status forwarded_maintain(void *memory, enum pc_maintenance level) {
  return leave(wrapped_maintain(enter(memory), level));
}

static enum pc_status forwarded_sector_report(void *memory, uint32_t sector, struct pc_sector_report *report) {
  return leave(wrapped_sector_report(enter(memory), sector, report));
}

#define FORWARDED_STORE                                                                                   \
  .api = PC_STORE_API, .put = forwarded_put, .remove = forwarded_remove, .get = forwarded_get,            \
  .iterate = forwarded_iterate, .maintain = forwarded_maintain, .sector_report = forwarded_sector_report, \
  .footprint = wrapped_footprint, .must_accept = wrapped_must_accept

#endif
