/* What the checks share: one round after another over the same target and workload. */
#ifndef PC_MODEL_CHECKER_H
#define PC_MODEL_CHECKER_H

#include "keys.h"
#include "powercut/model.h"
#include "relay.h"
#include "shared.h"

struct pc_checker {
  struct pc_target *target;
  const struct pc_workload *workload;
  struct pc_keys keys;
  uint8_t *buffer; /* values are read into it */
  size_t buffer_size;
  struct pc_content *resolved; /* what each key was found to hold: the one in flight is settled by what it reads as */
  uint32_t resolved_live;
  uint64_t *visits; /* round in which iterating last met each key */
  uint64_t round;
  struct pc_decoded decoded;
  uint64_t decoded_state;          /* of the device, when it was decoded while sharing; 0: not to be used again */
  struct pc_decoded torn_sectors;  /* the sectors that were torn, decoded alone */
  uint64_t torn_place, torn_found; /* of an image like the one that was decoded last: see check_torn.c */
  uint32_t *whole; /* keys whose acknowledged value was whole on the damaged flash as the store started */
  uint32_t whole_count;
  struct pc_shared own, *shared;
  bool shares;                        /* a situation that held may answer for the next one */
  struct pc_relay *relay;             /* of the starts after cuts; NULL: each runs from its beginning to its end */
  struct pc_torn torn;                /* what the cut tore; of no bytes where it isn't known */
  uint64_t setup;                     /* tells situations of this target from others' in what is shared for good */
  void (*aside)(bool begins);         /* may be NULL */
  bool settled;                       /* `resolved` is what was found of a recovery since the last pc_checker_forget */
  uint8_t probe_key[PC_MAX_KEY_SIZE]; /* a key that the workload doesn't use */
  size_t probe_key_size;              /* 0: there is none */
  size_t probe_value_size;
  size_t largest_stated;  /* bytes: the largest value that the store states */
  size_t largest_tried;   /* at least that: beyond what a store with a room promise states */
  bool guesses;           /* what is put may be more than the store takes, whatever it states */
  uint8_t *pattern;       /* what pc_checker_pattern gives */
  uint64_t *erases;       /* of each sector, when the spread began to be counted; NULL where none is promised */
  uint64_t erases_in_all; /* when the spread was checked last */
  const struct pc_model *followed; /* may be NULL */
  uint32_t damage_at_start;        /* events of damage that there had been when the store was started last */
};

#define PC_PROBE_VALUE_SIZE 8u

/* A value of up to `largest_tried` bytes, another one than in the 31 steps before. Parts of it look erased. */
const uint8_t *pc_checker_pattern(const struct pc_checker *checker, uint32_t step);

#define PC_TEXT_SIZE 160u

/* A content, and what a get answered, as a person reads it. Both fill in and return `text` of PC_TEXT_SIZE bytes. */
const char *pc_describe_content(const struct pc_content *content, char *text);
const char *pc_describe_answer(enum pc_status status, struct pc_bytes value, char *text);

/* What a get answered; the value is in the checker's buffer. */
struct pc_answer {
  enum pc_status status;
  bool met_error; /* it says that something is wrong, and it met an error */
  struct pc_bytes value;
};
/* `expected` is the size of the largest value that is expected: as much of the buffer holds nothing that an earlier get
   left there. */
struct pc_answer pc_checker_read(struct pc_checker *checker, struct pc_bytes key, size_t expected);
bool pc_answer_is(const struct pc_answer *answer, const struct pc_content *content);

/* The same, or, for a key that is unsure, whether it is what one of the operations would make of it that answered an
   error: then `content` becomes that. */
bool pc_answer_fits(const struct pc_checker *checker, uint32_t key, const struct pc_answer *answer,
                    struct pc_content *content);

/* What faults excuse. Whether the damage is more than the copies that the store promises make up for: from then on it
   may have lost anything, as long as it doesn't make anything up. */
bool pc_checker_may_lose(const struct pc_checker *checker);
/* Whether flash operations failed or cells were damaged, so that the room promise is void. */
bool pc_checker_is_cramped(const struct pc_checker *checker);
/* Whether a status says that something is wrong. */
bool pc_status_tells(enum pc_status status);
/* Whether a call may answer this: it says that something is wrong, and something is: the call, before which the device
   counted so many errors, met one, or there is damage. */
bool pc_checker_excuses(const struct pc_checker *checker, enum pc_status status, uint64_t errors_before);
/* Starts the target, a few times if it tells of errors of the part that it met. It may say that it can't start if a
   read met an error each time, or if damage may have cost anything; a part whose programs or erases fail must still
   start. */
struct pc_started {
  enum pc_status status;
  bool excused;
};
struct pc_started pc_checker_start(struct pc_checker *checker);
/* What a get answers on a part whose damage may have cost anything. */
void pc_check_detected(const struct pc_checker *checker, uint32_t key, const struct pc_answer *answer,
                       const struct pc_content *content, struct pc_report *report);

/* What a part that is damaged so far still holds, before the start; and that the store gives it, after that. */
enum pc_result pc_checker_find_whole(struct pc_checker *checker, const struct pc_expectation *expectation,
                                     struct pc_error *error);
void pc_check_whole(struct pc_checker *checker, const struct pc_expectation *expectation, struct pc_report *report);

/* Which invariant says that a key holds this. */
enum pc_invariant pc_content_invariant(const struct pc_content *content);

/* Reads the workload's key number `key`: unless it holds `content`, or a fault excuses what it answers, `invariant`
   failed. What it holds. */
struct pc_content pc_checker_expect(struct pc_checker *checker, uint32_t key, const struct pc_content *content,
                                    enum pc_invariant invariant, struct pc_report *report);

/* What tells situations of one expectation and setup from those of another, where they are shared for good. */
uint64_t pc_checker_expected(const struct pc_checker *checker, const struct pc_expectation *expectation);

/* What a fresh start finds and what must be read from then on: the flash, and which way the operation in flight went,
   as `resolved` tells. Together with what is asked from there on. */
enum pc_from { PC_FROM_SECOND_START = 1, PC_FROM_AFTERMATH };
uint64_t pc_checker_situation(const struct pc_checker *checker, const struct pc_expectation *expectation,
                              enum pc_from from);

/* Settles `resolved`: the store is taken to hold what the model says. False if the model isn't sure of every key. */
bool pc_checker_settle(struct pc_checker *checker, const struct pc_model *model);

/* Reads every key, and iterates. Settles `resolved`. */
void pc_check_contents(struct pc_checker *checker, const struct pc_expectation *expectation, struct pc_report *report);

/* Asks for keys that nobody put and that are all but one of the live ones, as `resolved` tells: another first or last
   byte, a byte more or less. None may be there. */
void pc_check_neighbours(struct pc_checker *checker, struct pc_report *report);

/* Reads every key again: each must hold what `resolved` says, else `invariant` failed. */
void pc_check_resolved(struct pc_checker *checker, enum pc_invariant invariant, struct pc_report *report);

/* Decodes the raw image and compares. `resolved` is settled; of the model the copies count. `maintained`: after
   maintenance every copy must be there, also those that the store may be late with. */
enum pc_result pc_check_image(struct pc_checker *checker, const struct pc_model *model, bool maintained,
                              struct pc_report *report, struct pc_error *error);

/* The same in two steps. Whether there is an image to be looked at: one of metastable cells is one of many, one of
   words that ECC corrects is not what the store reads, and one that damage has changed is not the store's. */
bool pc_checker_sees_image(const struct pc_checker *checker);
enum pc_result pc_checker_decode(struct pc_checker *checker, struct pc_error *error);
void pc_check_decoded(struct pc_checker *checker, const struct pc_model *model, bool maintained,
                      struct pc_report *report);

/* Puts, gets and deletes a key that the workload doesn't use, if there is one that the store takes. The caller rolls
   the device back. Whether the store took both. */
bool pc_check_writable(struct pc_checker *checker, const struct pc_expectation *expectation, struct pc_report *report);

/* A store that came up, and is asked. */
struct pc_arrival {
  struct pc_checker *checker;
  const struct pc_expectation *expectation;
  struct pc_report *report;
  size_t before, recovered; /* marks of the journal: the start lies between them */
  uint64_t memory;          /* a hash of the store's, where anything is shared */
};

/* What was checked and found up to now, to be kept; whether all of it held; and to take it to have been found again:
   all keys but the one in flight hold what they held then. */
uint32_t pc_arrival_checked(const struct pc_arrival *arrival);
bool pc_arrival_holds(const struct pc_arrival *arrival);
void pc_arrival_settle(const struct pc_arrival *arrival, uint32_t checked);

/* Has the store work: pc_check_writable, and the image after that where the store promises something of it. The caller
   rolls the device back. */
enum pc_result pc_check_work(const struct pc_arrival *arrival, struct pc_error *error);

/* Checks contents, image and work of a recovery whose start wrote nothing, so that the flash differs from that of the
   others in what was torn alone. What others were asked without a look at that isn't asked again. The caller rolls the
   device back. */
enum pc_result pc_check_torn(const struct pc_arrival *arrival, struct pc_error *error);

/* Checks a store that came up, from the journal's mark `before` on: everything but device_contract. */
enum pc_result pc_check_store(struct pc_checker *checker, const struct pc_expectation *expectation, size_t before,
                              struct pc_report *report, struct pc_error *error);

/* Reports a call that did more than the store states, since this was last asked. */
void pc_check_bounds(struct pc_checker *checker, struct pc_report *report);

/* Reports what the device refused since its violations were last cleared. */
void pc_check_contract(struct pc_checker *checker, struct pc_report *report);

#endif
