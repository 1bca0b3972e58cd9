/*
 * The model: what the store must contain, and the invariants.
 *
 * The model keeps the acknowledged contents and at most one alternative, what they become if the operation in flight
 * had finished. After a cut the store must equal one of the two (the method of OpenSK's persistent_store driver).
 */
#ifndef POWERCUT_MODEL_H
#define POWERCUT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "powercut/decoder.h"
#include "powercut/error.h"
#include "powercut/target.h"
#include "powercut/violation.h"
#include "powercut/workload.h"

/* What a key holds. */
struct pc_content {
  uint64_t hash;         /* of key and value, and of being unsure; 0 where not live */
  struct pc_bytes value; /* of a live one; owned by the workload */
  /* 0, or 1 + the index of the first operation of the workload on this key that answered an error which a fault
     excuses: the key may as well hold what that, or one after it, would make of it. */
  uint32_t unsure_since;
  bool live;
  bool deleted; /* not live, and was once: a delete was acknowledged */
};

struct pc_model {
  const struct pc_workload *workload;
  const struct pc_target *target; /* whose footprint is counted */
  struct pc_content *contents;    /* acknowledged, one for each of the workload's keys */
  struct pc_usage usage;
  uint64_t hash; /* of the contents: the sum of their hashes */
  /* Since the store's parameters were updated: */
  bool outgrown;   /* entries take more or less room than those that were written before: the room promise is void */
  uint32_t copies; /* that live keys have until maintenance has worked; 0: as many as the store promises */
  bool single;     /* there may be one copy alone of what was written before, and damage may cost it; until maintenance
                      has worked without damage up to then */
};

/* A model of what the workload begins with. The workload and the target must stay valid. */
enum pc_result pc_model_open(struct pc_model *model, const struct pc_workload *workload, const struct pc_target *target,
                             struct pc_error *error);
void pc_model_close(struct pc_model *model);

/* What an operation makes of its key when it finishes. Only for a put or a delete. */
struct pc_content pc_model_outcome(const struct pc_model *model, const struct pc_operation *operation);

/* The store acknowledged the operation: the contents change as it says. */
void pc_model_acknowledge(struct pc_model *model, const struct pc_operation *operation);

/* The store answered an error that a fault excuses: the operation, which is the workload's, may or may not have
   happened. */
void pc_model_doubt(struct pc_model *model, const struct pc_operation *operation);

/* Maintenance of this level has worked. If that brings all copies back, those that an update asks for are there, and
   damage may take no key with it, unless it came before. Whether it does. */
bool pc_model_maintained(struct pc_model *model, enum pc_maintenance level);

/* Has the model, which is the caller's copy, go on from other contents: it changes them in place from then on. */
void pc_model_resume(struct pc_model *model, struct pc_content *contents);

/* Has the model go on from the contents that the store was found to have by pc_check_recovery, without a violation and
   without sharing. */
struct pc_checker;
void pc_model_settle(struct pc_model *model, const struct pc_checker *checker);

/* Whether the store may not answer this put or delete with PC_STATUS_FULL. */
bool pc_model_must_accept(const struct pc_model *model, size_t key_size, size_t value_size);

/* What the store may contain: the model's contents, or, for the one key in flight, its outcome. */
struct pc_expectation {
  const struct pc_model *model;
  bool in_flight;
  uint32_t key;
  struct pc_content outcome;
};

/* What one round of checks found. */
struct pc_report {
  uint64_t reads;        /* of pc_check_recovery: a hash of where the start read, in order */
  bool shared;           /* of pc_check_recovery: what was checked in the same situation before answered for the rest */
  enum pc_status answer; /* of pc_run_operation: what the operation answered */
  bool doubted;          /* of pc_run_operation: pc_model_doubt was called */
  bool cut_again;        /* of pc_check_aftermath: it failed, and the power had been cut there */
  enum pc_fault cut_by;  /* the last time, by this class */
  bool checked[PC_INVARIANT_COUNT];
  bool failed[PC_INVARIANT_COUNT];
  bool silent[PC_INVARIANT_COUNT]; /* of those that failed: the store did not say so itself, or not each time */
  struct pc_violation violations[PC_INVARIANT_COUNT]; /* of those that failed, the first evidence; the path and its
                                                         class aren't filled in */
  uint8_t keys[PC_INVARIANT_COUNT][PC_MAX_KEY_SIZE];  /* theirs, cut short where longer: a report isn't copied */
};

/* The class of the last cut before what was checked; PC_FAULT_COUNT: none. `path` is the one that led there. */
enum pc_fault pc_report_fault(const struct pc_report *report, const struct pc_cut_path *path);

/* Notes that `invariant` failed, with its evidence, unless it failed before in this report. `key` may be NULL; its
   bytes are copied. */
__attribute__((format(printf, 5, 6))) void pc_report_fail(struct pc_report *report, enum pc_invariant invariant,
                                                          const struct pc_bytes *key, const char *expected,
                                                          const char *actual, ...);
/* The same for evidence that lies in what a call on the store answered. An error tells whoever called it that something
   is wrong; OK and NOT_FOUND tell nothing, as all other evidence. */
__attribute__((format(printf, 6, 7))) void pc_report_answer(struct pc_report *report, enum pc_invariant invariant,
                                                            const struct pc_bytes *key, const char *expected,
                                                            enum pc_status status, const char *actual, ...);
/* Adds to the evidence of an invariant that failed. */
__attribute__((format(printf, 3, 4))) void pc_report_note(struct pc_report *report, enum pc_invariant invariant,
                                                          const char *note, ...);
void pc_report_clear(struct pc_report *report);
/* Whether any invariant failed. */
bool pc_report_failed(const struct pc_report *report);
/* Whether any failed without the store saying so itself. */
bool pc_report_silent(const struct pc_report *report);

/* The working memory of checks, made once for a target and a workload. PC_BAD_INPUT: the store promises a layout that
   can't be, or isn't of this device. */
struct pc_checker;
enum pc_result pc_checker_open(struct pc_checker **checker, struct pc_target *target,
                               const struct pc_workload *workload, struct pc_error *error);
void pc_checker_close(struct pc_checker *checker);

/* What the last cut tore: `size` bytes at `address`, on a device that had the hash `state` before. */
struct pc_torn {
  uint64_t state;
  uint32_t address, size;
};

/*
 * Whether recoveries may be answered by earlier ones, no until it is said. A store that promises to be self-contained
 * answers by its memory and the flash alone. Where a start ends with both the same as after one that was checked since
 * the last pc_checker_forget and held, all that follows is the same too: of such a recovery the start is checked
 * (mountable, device_contract), and the other invariants count as checked like then. Where memory is the same, the
 * start wrote nothing and the flash differs only in what was torn, the contents need not be read again if reading them
 * took no look at that. `torn` may be NULL. After that the contents that aftermaths go on from aren't settled. Equal is
 * what has equal hashes: 2^-64 for each pair. Call pc_checker_forget whenever what is expected changes.
 */
void pc_checker_share(struct pc_checker *checker, bool share, const struct pc_torn *torn);
void pc_checker_forget(struct pc_checker *checker);

/* From now on each start runs from its beginning to its end, so that it can be timed. Else one that comes to where
   another one has been, after a cut in the same flash operation, may take over from that: see explore/README.md. */
void pc_checker_start_whole(struct pc_checker *checker);

/*
 * Situations that checkers of many targets have in common, for as long as it is there. In place of forgetting, those of
 * one expectation are told apart from those of another, and those of one target by `setup`, which is a hash of how it
 * was set up. Contents are settled also where an earlier recovery answered. Not together with `torn`.
 */
struct pc_shared;
enum pc_result pc_shared_create(struct pc_shared **shared, struct pc_error *error);
void pc_shared_destroy(struct pc_shared *shared); /* NULL is fine */
void pc_checker_share_for_good(struct pc_checker *checker, struct pc_shared *shared, uint64_t setup);

/* Has `aside` called before and after what a recovery is asked beside its start: for callers that follow what a store
   runs, and not what the checks have it do. */
void pc_checker_set_aside(struct pc_checker *checker, void (*aside)(bool begins));

/* Checks the spread of erase counts, if the store promises one. For a device that has been on since it was blank, after
   each operation of the run; `started`: the operation was a start. */
void pc_check_wear(struct pc_checker *checker, bool started, struct pc_report *report);
/* The device was made blank: the spread is counted from here. */
void pc_begin_wear(struct pc_checker *checker);
/* The power was cut and the store has started again: how evenly it wears is stated with the power on alone. A spread
   that is stated since the last start is counted anew from here, any other one is not checked any more. */
void pc_forget_wear(struct pc_checker *checker);

/* Has damage judged by what this model, which must stay valid, says of copies. */
void pc_checker_follow(struct pc_checker *checker, const struct pc_model *model);

/* Runs one operation with the power on and checks what it answers, and after maintenance the image too; the model
   follows what the store acknowledged. PC_ENVIRONMENT: out of memory. */
enum pc_result pc_run_operation(struct pc_checker *checker, struct pc_model *model,
                                const struct pc_operation *operation, struct pc_report *report, struct pc_error *error);

/*
 * Starts the target and checks every invariant. Leaves the store stopped and the device as the start left it: what the
 * checks wrote is rolled back. `*recovered` is the mark of the device's journal after the start.
 * PC_ENVIRONMENT: out of memory. What the store does wrong is in the report.
 */
enum pc_result pc_check_recovery(struct pc_checker *checker, const struct pc_expectation *expectation,
                                 struct pc_report *report, size_t *recovered, struct pc_error *error);

/* What each of the workload's keys was found to hold by the recovery that was just checked, without a violation. The
   checker's, and valid until its next check. */
const struct pc_content *pc_checker_found(const struct pc_checker *checker);

/* How an aftermath goes on. */
struct pc_aftermath_plan {
  uint32_t key_count; /* the first so many of the workload's keys are put and deleted */
  /* The classes of the cuts that are part of it, PC_FAULT_COUNT of them; of those that leave damage none is drawn.
     NULL: the power isn't cut again. */
  const bool *faults;
  uint32_t samples, limit; /* struct pc_fault_input */
  uint64_t seed;           /* of what is drawn, together with what the recovery left */
};

/*
 * Goes on from the recovery that was just checked, without a violation: the store starts again, puts and deletes keys
 * until as much was programmed as the partition holds, starting again and again on the way, and is checked like a
 * recovery. Now and then an operation is cut, then checked, and run again. The report, which must be clear, is of that.
 * The device is left as it was found.
 */
enum pc_result pc_check_aftermath(struct pc_checker *checker, const struct pc_expectation *expectation,
                                  const struct pc_aftermath_plan *plan, struct pc_report *report,
                                  struct pc_error *error);

#endif
