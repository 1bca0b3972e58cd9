/* Cuts, and what they can show: an invariant that did not hold. */
#ifndef POWERCUT_VIOLATION_H
#define POWERCUT_VIOLATION_H

#include <stdbool.h>
#include <stdint.h>

#include "powercut/bytes.h"
#include "powercut/fault.h"
#include "powercut/invariant.h"

#define PC_MAX_DEPTH 8u

/* One cut: at flash operation `flash_operation` (the first is 0) of the workload, or, further down a cut path, of the
   recovery from the cut before it. */
struct pc_cut {
  uint32_t flash_operation;
  enum pc_fault fault;
  uint32_t variant;
};

/* A cut that is named, of a soak whose cuts are listed. */
struct pc_listed_cut {
  uint32_t operation; /* of the workload, the one that is cut */
  struct pc_cut cut;  /* its flash operation counts from the beginning of the operation; of a further cut of the same
                         one,  from the beginning of the recovery from the cut before it */
  uint64_t seed;      /* of what its class draws */
};

struct pc_cut_path {
  uint32_t depth; /* cuts in it; 0: none, the baseline run */
  struct pc_cut cuts[PC_MAX_DEPTH];
  /* Of a soak, in which many cuts come before: the life, from 1, and which of its cuts this is, from 1 (0: before the
     first). The one cut's flash operation counts from the beginning of the life. 0, 0: not of a soak. */
  uint32_t life, number;
};

/* The class of its last cut; PC_FAULT_COUNT: there is none. */
static inline enum pc_fault pc_cut_path_fault(const struct pc_cut_path *path) {
  return path->depth == 0 ? PC_FAULT_COUNT : path->cuts[path->depth - 1].fault;
}

/* An invariant that did not hold. Texts are for people; keys and values in them are written as in a trace. */
struct pc_violation {
  enum pc_invariant invariant;
  uint32_t operation; /* index of the workload's operation that was cut, or after which the baseline was checked; */
                      /* operation_count: power lost after the last */
  struct pc_cut_path path;
  /* The class of the last cut that came before it; PC_FAULT_COUNT: none did. That is the path's last one, or, in what
     goes on after the recovery from that, the last one there. */
  enum pc_fault fault;
  bool has_key;
  struct pc_bytes key; /* valid while the violation is handed over */
  char expected[256], actual[256];
  uint64_t count; /* how often this invariant failed in this operation after a last cut of its class; 0: not counted */
};

#endif
