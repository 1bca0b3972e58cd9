/* A scenario or a repro while it is read. A repro is a scenario with three keys more, so both are read as one. */
#ifndef PC_CONFIG_SCENARIO_H
#define PC_CONFIG_SCENARIO_H

#include "bind.h"
#include "powercut/config.h"

#define PC_REPRO_VERSION 1u

struct pc_reading {
  struct pc_document document;
  char *folder; /* that relative paths start from */
  struct pc_repro repro;
  uint32_t sector_size;           /* that the device section chooses; 0: the profile's */
  const struct pc_node *device;   /* its image is made once its size is known */
  const struct pc_node *faults;   /* made once the device is known */
  const struct pc_node *workload; /* what it says is checked; made into operations once the seed is known */
  bool streamed;                  /* a generated workload isn't made into a list */
  const struct pc_node *moments;  /* of the power section: by_time or soak, if it is there */
};

/* The sections of the file; the target is the struct pc_reading. */
enum pc_result pc_bind_device(const struct pc_binding *binding, const struct pc_node *node, void *target);
enum pc_result pc_bind_store(const struct pc_binding *binding, const struct pc_node *node, void *target);
enum pc_result pc_bind_workload(const struct pc_binding *binding, const struct pc_node *node, void *target);
enum pc_result pc_bind_power(const struct pc_binding *binding, const struct pc_node *node, void *target);
enum pc_result pc_bind_wear(const struct pc_binding *binding, const struct pc_node *node, void *target);
enum pc_result pc_bind_matrix(const struct pc_binding *binding, const struct pc_node *node, void *target);
enum pc_result pc_bind_faults(const struct pc_binding *binding, const struct pc_node *node, void *target);
enum pc_result pc_bind_version(const struct pc_binding *binding, const struct pc_node *node, void *target);
enum pc_result pc_bind_invariant(const struct pc_binding *binding, const struct pc_node *node, void *target);
enum pc_result pc_bind_soak(const struct pc_binding *binding, const struct pc_node *node, void *target);
/* The cuts of a soak that lists them. */
enum pc_result pc_bind_listed(const struct pc_binding *binding, const struct pc_node *node, void *target);
enum pc_result pc_bind_cut_path(const struct pc_binding *binding, const struct pc_node *node, void *target);

/* What of the power section can only be checked once the rest is read. */
enum pc_result pc_check_power(const struct pc_binding *binding, const struct pc_reading *reading);

/* Reads or generates the operations. */
enum pc_result pc_make_workload(const struct pc_binding *binding, struct pc_reading *reading);

/* device.image: its form, and its bytes once the device is known. What is streamed takes none. */
enum pc_result pc_bind_image(const struct pc_binding *binding, const struct pc_node *node, void *target);
enum pc_result pc_make_image(const struct pc_binding *binding, struct pc_reading *reading);
/* Writes the keys that read back as the scenario's image; nothing if there is none. An image with much in it is written
   as its path and hash. */
void pc_write_image(struct pc_buffer *text, const struct pc_scenario *scenario);

/* workload.updates: its form, and once the workload is made, the operations of it. What is streamed takes none. */
enum pc_result pc_bind_updates(const struct pc_binding *binding, const struct pc_node *node, void *target);
enum pc_result pc_make_updates(const struct pc_binding *binding, struct pc_reading *reading);

/* Makes the scenario's faults of what the file says. The device is known. */
enum pc_result pc_make_faults(const struct pc_binding *binding, struct pc_reading *reading);
/* Writes the section that reads back as the scenario's faults; nothing if there are none. */
void pc_write_faults(struct pc_buffer *text, const struct pc_scenario *scenario);

/* A word that must be a fault class's name. */
enum pc_result pc_bind_fault(const struct pc_binding *binding, const struct pc_node *node, enum pc_fault *fault);

/* Parses a file into a document, whose name is set and which is the caller's to free, also on failure. */
enum pc_result pc_document_read(const char *path, struct pc_document *document, struct pc_error *error);
/* Puts values in their places, in order. PC_BAD_INPUT, too, where the document is empty. */
enum pc_result pc_apply_overrides(struct pc_document *document, const struct pc_override *overrides, size_t count,
                                  struct pc_error *error);

/* A file of this kind. */
struct pc_source {
  const char *path;     /* that messages name, and in whose folder relative paths start */
  struct pc_bytes text; /* what is in it, */
  bool has_text;        /* or else the file is read */
  bool is_repro;
};

/* Reads it whole: `*repro` is all that it says, or, on failure, empty. */
enum pc_result pc_read_source(const struct pc_source *source, const struct pc_scenario_options *options,
                              struct pc_repro *repro, struct pc_error *error);

#endif
