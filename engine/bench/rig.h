/* A store on a plain part, and the operations that are timed. */
#ifndef RIG_H
#define RIG_H

#include "norkv/norkv.h"
#include "plain_flash.h"

#define RIG_KEY_SIZE 8u    /* bytes of each key */
#define RIG_VALUE_SIZE 32u /* bytes of each value */

struct rig_shape {
  uint32_t sector_count; /* of 4 KiB */
  uint16_t keys;
  uint16_t rounds; /* times that each key is put before anything is timed */
  enum norkv_checksum checksum;
  bool skip_verify; /* on reads and on writes */
};

struct rig {
  struct norkv kv;
  struct norkv_config config;
  struct norkv_format format;
  struct plain_flash flash;
  void *memory;
  char (*keys)[RIG_KEY_SIZE]; /* as many as the shape says */
  uint64_t random;            /* state of the choice of keys */
  uint32_t puts;              /* so far: each value tells its number */
};

/* Makes a blank part, starts a store on it and fills it as the shape says. Free it in any case. */
enum norkv_error rig_init(struct rig *rig, const struct rig_shape *shape);
void rig_free(struct rig *rig);

/* `count` puts, gets or starts, one after the other; each put and get takes any of the keys. The first error ends it.
   DATA_LOSS also where a get reads what was not put. */
enum norkv_error rig_put(struct rig *rig, uint32_t count);
enum norkv_error rig_get(struct rig *rig, uint32_t count);
enum norkv_error rig_start(struct rig *rig, uint32_t count);

#endif
