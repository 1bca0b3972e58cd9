/* What `powercut inspect` learns of an image, and how it is shown. */
#ifndef PC_CLI_INSPECT_H
#define PC_CLI_INSPECT_H

#include <stdint.h>

#include "powercut/bytes.h"
#include "powercut/decoder.h"
#include "powercut/error.h"
#include "powercut/store.h"

/* What norkv makes of a copy of the image when it starts with immediate recovery. */
struct pc_store_reading {
  enum pc_status status;        /* of its start; PC_STATUS_INVALID: it does not take the setup */
  struct pc_error refusal;      /* why it does not take the setup; else an empty message */
  uint32_t difference_count;    /* in what it reads from what the decoder says */
  struct pc_buffer differences; /* a line for each, ended by a zero byte */
};

struct pc_inspection {
  const char *path;
  struct pc_image_layout layout;
  struct pc_buffer image;
  struct pc_decoded decoded;
  struct pc_store_reading reading;
};

/* Starts norkv on a copy of the image and compares what it reads with `inspection->decoded`. Fills in
   `inspection->reading`. PC_ENVIRONMENT: memory. */
enum pc_result pc_inspect_store(struct pc_inspection *inspection, struct pc_error *error);

/* OK, or DATA_LOSS where anything is damaged or a copy is missing: what a start without repair has to answer. */
enum pc_status pc_inspect_unrepaired(const struct pc_inspection *inspection);

enum pc_result pc_inspect_print_json(const struct pc_inspection *inspection, struct pc_error *error);
enum pc_result pc_inspect_print_text(const struct pc_inspection *inspection, struct pc_error *error);

#endif
