/*
 * The files that users write: scenarios, device profiles and repros, all YAML. The only room that knows YAML.
 *
 * Every error names the file and the line; an unknown key also names the nearest known one. A file is read whole and
 * checked whole before anything is done with it.
 */
#ifndef POWERCUT_CONFIG_H
#define POWERCUT_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "powercut/device.h"
#include "powercut/error.h"
#include "powercut/explore.h"
#include "powercut/workload.h"

struct pc_store_parameter {
  char *name, *value;
  int line; /* 0: it is from a --set; -1: from a --vary */
};

/* Of runs over the life of a part, and of what is told of wear. */
struct pc_wear_settings {
  uint64_t operations_per_day; /* that a device is assumed to do; at least 1 */
  uint32_t cut_every;          /* in a wear run the power is cut once in so many operations; 0: never */
};

struct pc_scenario {
  char *path; /* as it was given */
  char *name;
  struct pc_profile profile;
  uint32_t sectors;
  double worn;    /* how old each sector is at the beginning, in endurances */
  uint8_t *image; /* what is on flash at the beginning, `image_size` bytes: all of the device; NULL: it is blank */
  size_t image_size;
  char *image_path; /* of its file, as found from here; NULL: the scenario holds it */
  char *engine;     /* a built-in store's name, or NULL */
  char *plugin; /* path of a shared library as found from here (relative ones are looked up from the scenario's folder),
                   or NULL */
  int store_line;
  struct pc_store_parameter *parameters; /* what the store: section says besides, unchecked */
  size_t parameter_count;
  struct pc_scheduled_fault *faults;
  size_t fault_count;
  struct pc_workload workload; /* read or generated */
  bool generated;              /* it is: by `generator` */
  struct pc_generator generator;
  struct pc_wear_settings wear;
  struct pc_power_plan plan;  /* plan.seed is the scenario's seed */
  uint32_t *places;           /* that the plan points to */
  struct pc_listed_cut *cuts; /* the same */
};

/* --set PATH=VALUE: the path is the keys, joined by dots (`power.depth`); the value is YAML (`[prefix, bit_subset]`).
   It takes the place of what the file says there, or is added; paths of files in it start from the scenario's folder.
 */
struct pc_override {
  const char *path, *value;
  int line;    /* of the file, that it is from; 0: it is from the command line */
  bool varied; /* that is, from --vary and not from --set */
};

struct pc_scenario_options {
  const struct pc_override *settings; /* of one combination of a matrix: put in place before the overrides */
  size_t setting_count;
  const struct pc_override *overrides;
  size_t override_count;
  bool has_seed; /* --seed: in place of the file's */
  uint64_t seed;
  bool streamed; /* a generated workload is not made into a list: `workload` stays empty */
};

/* Reads a scenario, its profile and its workload. Its matrix is checked for its form alone: see pc_matrix_load.
 * `options` may be NULL. On failure nothing is left to free. */
enum pc_result pc_scenario_load(const char *path, const struct pc_scenario_options *options,
                                struct pc_scenario *scenario, struct pc_error *error);
void pc_scenario_free(struct pc_scenario *scenario);

/* What a scenario's `matrix:` and --vary ask for: several values for some paths, and every combination of them. */
struct pc_variation {
  char *path;    /* as --set takes it */
  char **values; /* YAML, as --set takes it */
  size_t value_count;
  int line; /* of the path in the file; 0: it is from --vary */
};
struct pc_matrix {
  struct pc_variation *variations;
  size_t variation_count;
  size_t combinations; /* 1 where nothing varies */
};
#define PC_MAX_COMBINATIONS 1000u

/* Reads the matrix of a scenario. `vary` are what --vary adds: a path, and values divided by commas (a comma within
   brackets, braces or quotes divides nothing). A path of the file's matrix that lies at or in one that `options`
   overrides does not vary. PC_BAD_INPUT: no list of values, an empty one, a value twice, paths that are one another or
   lie in one another, a --vary of what an override fixes, more than PC_MAX_COMBINATIONS. Values and paths are checked
   when a combination is loaded. On failure nothing is left to free. */
struct pc_vary {
  const struct pc_override *variations;
  size_t count;
};
enum pc_result pc_matrix_load(const char *path, const struct pc_scenario_options *options, const struct pc_vary *vary,
                              struct pc_matrix *matrix, struct pc_error *error);
void pc_matrix_free(struct pc_matrix *matrix);
/* Combination `index`, below `combinations`; the last path's value changes fastest. `settings` has room for
   variation_count, and points into the matrix. */
void pc_matrix_combination(const struct pc_matrix *matrix, size_t index, struct pc_override *settings);

/* The store's parameters complete, in the order of `store->parameters`: given ones and fallbacks. An unknown or missing
   one is PC_BAD_INPUT with file, line and the nearest known. `complete` has room for store->parameter_count and points
   into scenario and store. */
enum pc_result pc_scenario_parameters(const struct pc_scenario *scenario, const struct pc_store *store,
                                      struct pc_parameter *complete, struct pc_error *error);

/* Changes the complete parameters as an update says. PC_BAD_INPUT: the store has no such parameter; the message names
   the update's place and the nearest known. They point into the update, too, from then on. */
enum pc_result pc_scenario_update(const struct pc_store *store, const struct pc_update *update,
                                  struct pc_parameter *complete, struct pc_error *error);

/* A fingerprint of all that decides what a run of the scenario comes to: what the files that it is read from say, its
   profile, workload, complete parameters, plan and seed, a plugin's file, and the `version` of powercut. Equal
   fingerprints are of equal runs, but for chance (2^-128). It doesn't depend on names and places of files, but for the
   scenario's name. PC_ENVIRONMENT: a plugin that can't be read. */
#define PC_FINGERPRINT_SIZE 33u /* hex digits and a NUL */
enum pc_result pc_scenario_fingerprint(const struct pc_scenario *scenario, const struct pc_parameter *parameters,
                                       size_t parameter_count, const char *version,
                                       char fingerprint[PC_FINGERPRINT_SIZE], struct pc_error *error);

/* A repro: a scenario with everything inline, and the cut path that shows a violation. */
struct pc_repro {
  struct pc_scenario scenario;
  struct pc_cut_path path;
  enum pc_invariant invariant;
};
enum pc_result pc_repro_load(const char *path, struct pc_repro *repro, struct pc_error *error);
/* The same from memory, for errors under this name. */
enum pc_result pc_repro_parse(const char *name, struct pc_bytes text, struct pc_repro *repro, struct pc_error *error);
void pc_repro_free(struct pc_repro *repro);
/* Writes the repro of a violation; operations after the one that was cut are left out. `parameters` are the complete
   ones. What is written reads back the same, but that a plugin's path is absolute, and that bytes of texts that aren't
   UTF-8 become U+FFFD. */
void pc_repro_write(const struct pc_scenario *scenario, const struct pc_parameter *parameters, size_t parameter_count,
                    const struct pc_violation *violation, struct pc_buffer *text);

/* Writes a scenario with everything inline, which reads back to the same, with the same exceptions. */
void pc_scenario_write(const struct pc_scenario *scenario, const struct pc_parameter *parameters,
                       size_t parameter_count, struct pc_buffer *text);

/* Built-in profiles. */
size_t pc_profile_count(void);
enum pc_result pc_profile_at(size_t index, struct pc_profile *profile, struct pc_error *error);
/* By name, or, if it has a slash or ends in .yaml, from a file (relative to `folder`, which may be NULL). */
enum pc_result pc_profile_find(const char *name, const char *folder, struct pc_profile *profile,
                               struct pc_error *error);

/* Turns a dump of a part's Serial Flash Discoverable Parameters (JESD216) into a profile's file, which says where each
   number is from and what the tables don't tell. The profile uses the smallest erase size. `name` is what messages call
   the dump. PC_BAD_INPUT: it is not such a dump, ends too early, or tells of what can't be. */
#define PC_MAX_SFDP_SIZE (1u << 24) /* addresses in it have 24 bits */
enum pc_result pc_sfdp_import(const char *name, struct pc_bytes dump, struct pc_buffer *text, struct pc_error *error);

/* The known name that is nearest to `word` by edit distance, or NULL if none is near enough to suggest. */
const char *pc_nearest(const char *word, const char *const *known, size_t count);

#endif
