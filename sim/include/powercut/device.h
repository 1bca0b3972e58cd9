/*
 * The NOR device: cells, the rules of the part, wear, and an undo journal in place of copies.
 *
 * Programs clear bits, in program units; erases set a sector to ones. On a part that erases to zeros it is the other
 * way round: the port inverts each byte that is read, programmed or loaded, and in here, in the journal and in the
 * cells, erased is a 1 as everywhere (pc_profile_flip). Whatever a real part would not do is refused and recorded. Each
 * flash operation that succeeds (and each tear) is journalled with the bytes before it and after it, so that the device
 * can be rolled back exactly: bytes, wear, program counts and hash.
 *
 * A device knows nothing of stores. It allocates when it is created and when its journal grows; a device is used by
 * one thread at a time.
 */
#ifndef POWERCUT_DEVICE_H
#define POWERCUT_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "powercut/bytes.h"
#include "powercut/error.h"
#include "powercut/flash.h"

#define PC_ERASED 0xFFu

/* What a part takes as a further program of a unit that was programmed, as long as programs_per_unit allows one. */
enum pc_reprogram {
  PC_REPROGRAM_ANY,       /* whatever only clears bits, or changes nothing */
  PC_REPROGRAM_DIFFERENT, /* what clears at least one bit of the unit */
  PC_REPROGRAM_ZEROS,     /* all zeros */
  PC_REPROGRAM_COUNT,
};
/* As in profiles: "any", "different", "zeros". */
const char *pc_reprogram_name(enum pc_reprogram reprogram);

/* What a program does that reaches beyond its page's end. */
enum pc_page_overflow {
  PC_PAGE_REFUSE, /* it is refused, so that the mistake shows where it is made */
  PC_PAGE_WRAP, /* it goes on at the page's start, as serial flash does; of more bytes than a page has, the last count.
                   Journalled as two flash operations */
  PC_PAGE_OVERFLOW_COUNT,
};
/* As in profiles: "refuse", "wrap". */
const char *pc_page_overflow_name(enum pc_page_overflow overflow);

/* What a part does when a word that its ECC can't correct is read. */
enum pc_ecc_error {
  PC_ECC_ERROR, /* the read answers PC_FLASH_FAILED */
  PC_ECC_FAULT, /* the processor faults: a violation of the contract */
  PC_ECC_ERROR_COUNT,
};
/* As in profiles: "error", "fault". */
const char *pc_ecc_error_name(enum pc_ecc_error error);

/* An aligned block of several sectors that the part also erases at once. */
struct pc_erase_block {
  uint32_t size;      /* bytes, a multiple of sector_size, to 1 MiB */
  uint32_t from, end; /* bytes, multiples of sector_size: only blocks inside [from, end) are; an end of 0: the part's */
  double erase_typical_us, erase_maximum_us; /* of one such block, as those of the profile */
};
#define PC_MAX_ERASE_BLOCKS (PC_MAX_ERASE_SIZES - 1u)

/* What is known of a part. Times and endurance are the datasheet's; each number's source is a comment in its YAML file.
 */
struct pc_profile {
  char name[32];
  char summary[128];
  uint32_t sector_size;  /* bytes one erase covers: 16 to 1 MiB, a multiple of program_unit */
  uint32_t program_unit; /* bytes, 1 to 256 */
  uint32_t read_unit;    /* bytes; addresses and sizes of reads are multiples of it; a divisor of sector_size, to 256;
                            0 is 1 */
  uint32_t page_size;    /* bytes, a multiple of program_unit, or 0 for none */
  uint32_t programs_per_unit; /* how often a unit may be programmed between erases, up to 255; 0: as often as bits can
                                 be cleared. Each program that covers the unit counts, also one that changes nothing */
  enum pc_page_overflow page_overflow; /* wrap: sector_size is a multiple of page_size, which isn't 0, and there is no
                                          limit by row */
  enum pc_reprogram reprogram;         /* other than any: programs_per_unit is at least 2 */
  uint32_t row_size;         /* bytes, a multiple of program_unit and a divisor of sector_size; 0: no limit by row */
  uint32_t programs_per_row; /* programs of units in a row between erases: each unit that a program covers counts. Given
                                if and only if row_size is, and programs_per_unit with it */
  bool erases_to_zeros;      /* erased bytes read as 0x00, and programs set bits; else 0xFF, and programs clear bits */
  uint32_t endurance;        /* erases a sector is specified for; 0: unlimited */
  uint32_t ecc_word;         /* bytes that one set of check bits guards, a divisor of program_unit; 0: no ECC */
  enum pc_ecc_error ecc_error; /* what a read of a word that can't be corrected does */
  bool verifies; /* the part looks at what it programmed and erased: where cells that are stuck kept it from that, it
                    answers PC_FLASH_FAILED; otherwise nothing tells */
  uint32_t collateral;  /* bytes, a multiple of program_unit and a divisor of sector_size: a cut in a program may clear
                           other bits in the aligned blocks of so many that it is in; 0: none, or not known */
  bool any_sector_size; /* no real part: pc_profile_choose_sector takes any size. Not with erase_blocks */
  uint32_t sector_from, sector_end; /* where single sectors are erased, as in struct pc_erase_block: elsewhere a block
                                       is the least. Stores that erase nothing but sectors can't use what lies there */
  uint32_t erase_block_count;
  struct pc_erase_block erase_blocks[PC_MAX_ERASE_BLOCKS]; /* by rising size, each a multiple of the one before */
  double program_typical_us, program_maximum_us; /* for a page, or a part of it; where there are no pages, for a program
                                                    unit; 0: not known */
  double erase_typical_us, erase_maximum_us;     /* for one sector; 0: not known */
  /* Times are finite and not negative, and a typical one is at most the maximum where that is known. */
};

enum pc_flash_operation_kind {
  PC_PROGRAM,
  PC_ERASE,
  PC_ROT, /* no flash operation: cells that changed by themselves. It wears nothing and takes no time */
};

/* How metastable cells answer reads. Each read that meets such cells has a number, from 0 when a sequence of reads is
   begun; by the sequence's seed, the answers of the last two change for good between the 1st and the 1,024th read. */
enum pc_weakness {
  PC_FIRM,                  /* there are none */
  PC_WEAK_NOISY,            /* each read anew, by the seed */
  PC_WEAK_ERASED_FIRST,     /* 1 at first, later 0: blank, but not erased */
  PC_WEAK_PROGRAMMED_FIRST, /* 0 at first, later 1: an entry that reads as written, then as erased */
};

/* One journalled flash operation. The bytes belong to the journal and stay valid until it is rolled back past this
   operation, forgotten or the next operation is journalled. */
struct pc_flash_operation {
  enum pc_flash_operation_kind kind;
  bool torn;    /* what pc_device_tear left */
  bool failed;  /* it answered an error; `after` is what it left */
  bool ignored; /* it answered OK and did not do all that it should; `after` is what it left */
  uint32_t address;
  uint32_t size;
  const uint8_t *before, *after; /* `size` bytes each */
  /* For pc_device_tear: the cells that are left metastable, `size` bytes, a 1 for each, and how they answer; NULL and
     PC_FIRM where there are none, and in what the journal tells. */
  const uint8_t *weak;
  enum pc_weakness weakness;
  /* For pc_device_tear, or NULL; `size` bytes each, a 1 for each cell. */
  const uint8_t *spoilt; /* changed though the operation has no business with them: damage */
  const uint8_t *stuck;  /* stuck as they are left: damage */
  /* The same, 2 bytes for each ECC word, least significant first: what its check bits differ in from those of the bytes
     that are left. NULL: nowhere. */
  const uint8_t *syndromes;
};

struct pc_sector_wear {
  uint64_t erases;
  uint64_t programmed_bytes;
};

/* The rules of `device_contract`. A call that breaks several is recorded under the first of this order: range,
   alignment, erase size, page, set bit, overprogram, reprogram, row, ECC. */
enum pc_rule {
  PC_RULE_RANGE,       /* the flash operation or read lies outside the partition */
  PC_RULE_ALIGNMENT,   /* address or size isn't a multiple of the program unit, in a read of the read unit, or an erase
                          isn't at a multiple of its size */
  PC_RULE_SET_BIT,     /* the program would change a 0 to a 1; where the part erases to zeros, a 1 to a 0 */
  PC_RULE_OVERPROGRAM, /* a unit would be programmed more often than programs_per_unit */
  PC_RULE_PAGE,        /* the program crosses a page boundary, and page_overflow is refuse */
  PC_RULE_REPROGRAM,   /* a unit that was programmed would be programmed with what `reprogram` doesn't take */
  PC_RULE_ROW,         /* units of a row would be programmed more often than programs_per_row */
  PC_RULE_ECC,         /* a read of a word that can't be corrected, on a part that faults then */
  PC_RULE_ERASE_SIZE,  /* an erase of so many bytes is none that the part does, or not there */
  PC_RULE_COUNT,
};

struct pc_contract_violation {
  enum pc_rule rule;
  uint32_t address;
  size_t size;
};

struct pc_device;

/* A blank device of `sectors` sectors, never worn. Errors: PC_BAD_INPUT (a number out of range: the message names it),
   PC_ENVIRONMENT (memory). Free it with pc_device_destroy (NULL is fine). */
enum pc_result pc_device_create(struct pc_device **device, const struct pc_profile *profile, uint32_t sectors,
                                struct pc_error *error);
void pc_device_destroy(struct pc_device *device);

/* Has the part's sector, what the store erases at once, be of another of its erase sizes, with the time and the place
   of that; smaller ones are no longer there. PC_BAD_INPUT: the part has no such size; the message lists them. */
enum pc_result pc_profile_choose_sector(struct pc_profile *profile, uint32_t size, struct pc_error *error);

/* What erased bytes read as. */
uint8_t pc_profile_erased_value(const struct pc_profile *profile);
/* What each byte of the cells and of the journal differs in from what a store sees: 0x00, or 0xFF. */
uint8_t pc_profile_flip(const struct pc_profile *profile);

/* The most bytes that one erase covers. */
uint32_t pc_profile_largest_erase(const struct pc_profile *profile);

/* Whether so many sectors of the part, whose profile is checked, hold a sector or a block that it erases at once. */
bool pc_profile_erases(const struct pc_profile *profile, uint32_t sectors);

/* Checks a profile's ranges and that `sectors` (1 to 65,535) of it fit: at most 256 MiB in all. */
enum pc_result pc_profile_check(const struct pc_profile *profile, uint32_t sectors, struct pc_error *error);

/* Replaces all cells, e.g. with a dumped image (bytes as they are read); size must be the device's. Forgets the
   journal; wear counts stay; units that are not erased count as programmed once. */
enum pc_result pc_device_load(struct pc_device *device, struct pc_bytes image, struct pc_error *error);

/* The raw cells, all of them, an erased one a 1; valid as long as the device. Reading them is no read of the part. */
struct pc_bytes pc_device_cells(const struct pc_device *device);
const struct pc_profile *pc_device_profile(const struct pc_device *device);
uint32_t pc_device_sectors(const struct pc_device *device);

/* The port for a store; valid as long as the device. A program or read of no bytes does nothing and succeeds if its
   address lies inside the partition, its end included (and, for a program, is aligned), as drivers have it: it is no
   flash operation and isn't journalled. */
struct pc_flash pc_device_port(struct pc_device *device);
/* The same for erases of all sizes; their context is the port's. A block counts as one erase of each of its sectors. */
struct pc_flash_erases pc_device_erases(const struct pc_device *device);

/* The journal. A mark is the number of journalled operations since the last forget: operation i is undone by
   rolling back to mark i. Marks and indexes beyond the journal are mistakes of the caller (asserted). Rolling back
   restores cells, program counts, metastable cells, damage, wear, work, hash and what armed faults counted; not the
   number of the next read (pc_device_begin_reads), the budget, nor the violations and errors that were recorded. */
size_t pc_device_mark(const struct pc_device *device);
struct pc_flash_operation pc_device_journalled(const struct pc_device *device, size_t index);
void pc_device_rollback(struct pc_device *device, size_t mark);
void pc_device_forget(struct pc_device *device);
/* While off, nothing is journalled (long wear runs); the journal must be empty when it is turned off. On at creation.
 */
void pc_device_set_journal(struct pc_device *device, bool on);
/* True once memory for the journal ran out: results since then are void (PC_ENVIRONMENT). */
bool pc_device_failed(const struct pc_device *device);

/*
 * Leaves what a cut in `operation` leaves: `torn` are the bytes of its range, the caller's. The operation must be the
 * next one, that is, its `before` equals the cells (asserted) and may be the cells themselves. Not checked against the
 * rules, nor charged to the budget. Journalled like an operation. Wear counts as for the whole operation. A torn
 * program counts as one on each unit it changed or left metastable; a torn erase resets the count of the units that
 * read erased after it.
 */
void pc_device_tear(struct pc_device *device, const struct pc_flash_operation *operation, const uint8_t *torn);

/* Does an operation again that was journalled on a device in the same state, as it was done then (`failed`, `ignored`
   and `after`). Not checked against the rules, nor charged to the budget. */
void pc_device_redo(struct pc_device *device, const struct pc_flash_operation *operation);

/* Damage: cells that are not what the flash operations made of them, since the device was made; also what was erased
   since. Rolled back with the rest. See powercut/armed.h. */
struct pc_damage {
  uint32_t events;    /* how often some came about */
  uint32_t sector;    /* where the last did */
  bool beyond_copies; /* copies in other sectors don't make up for it: it is in several, or an erase was ignored, which
                         leaves old entries whole */
  uint32_t failures;  /* programs and erases that answered an error: no damage, as the store was told */
};
struct pc_damage pc_device_damage(const struct pc_device *device);

/* Whether nothing is armed, and nothing damaged. */
bool pc_device_is_sound(const struct pc_device *device);

/* How many calls were answered PC_FLASH_FAILED since the device was made, and how many of them were reads. */
uint64_t pc_device_errors(const struct pc_device *device);
uint64_t pc_device_read_errors(const struct pc_device *device);

/*
 * Metastable cells. A tear may leave some (`weak` in its operation; their bits in `torn` are 1): each answers every
 * read from the seed of the sequence of reads, until it is programmed to 0 or its sector is erased whole. The raw cells
 * show them as 1. All of a device answer as the last tear that left some says. Reads are not undone: to have them
 * answer the same again, as after the same cut, begin the same sequence.
 */
uint64_t pc_device_weak_cells(const struct pc_device *device);
/* Whether reads give the raw cells: none is metastable, and the check bits of all ECC words are those of their data. */
bool pc_device_reads_raw(const struct pc_device *device);
void pc_device_begin_reads(struct pc_device *device, uint64_t seed);

/* A hash of all that decides how the device behaves from here on (cells, program counts where they are limited, where
   there are metastable cells these and the reads to come, damage, and what armed faults counted). A function of the
   state alone, so that rolling back restores it; what changed since it was last asked for is hashed anew: equal states
   have equal hashes, different ones differ but for chance (2^-64). */
uint64_t pc_device_hash(const struct pc_device *device);

/* A hash of how often each sector was erased. No call of the port can tell, so that it is no part of the state's; but
   what a tear of the class `worn` leaves depends on it. Where PC_ARMED_WEAR_OUT is armed, which has calls depend on it,
   it is in the state's hash too. */
uint64_t pc_device_wear_hash(const struct pc_device *device);

struct pc_sector_wear pc_device_wear(const struct pc_device *device, uint32_t sector);

/* How old a sector is: its erases, those before the device was made included, divided by the profile's endurance; 0
   where that is unlimited. */
double pc_device_age(const struct pc_device *device, uint32_t sector);
/* How old all sectors were when the device was made: 0 unless this says otherwise. At least 0. */
void pc_device_set_worn(struct pc_device *device, double age);

/* What takes time: how often a page (where there are none, a program unit) was programmed and a sector erased since the
   device was made. A tear counts like the whole operation. Rolled back with the rest. */
struct pc_flash_work {
  uint64_t programs, erases;                  /* erases of blocks are erases, too: one each */
  uint64_t block_erases[PC_MAX_ERASE_BLOCKS]; /* those of the profile's erase_blocks */
  uint64_t flash_operations;                  /* as the journal counts them, which take no time of their own */
};
struct pc_flash_work pc_device_work(const struct pc_device *device);
/* What was done since the device's work was `before`. */
struct pc_flash_work pc_device_work_since(const struct pc_device *device, const struct pc_flash_work *before);

/* Whether the profile tells the typical time of all that the part does. */
bool pc_profile_tells_times(const struct pc_profile *profile);

/* How long that takes on the part, in microseconds; PC_TIME_UNKNOWN if the profile doesn't tell a time that is needed.
 */
#define PC_TIME_UNKNOWN (-1.0)
double pc_work_typical_us(const struct pc_profile *profile, struct pc_flash_work work);
double pc_work_maximum_us(const struct pc_profile *profile, struct pc_flash_work work);

/* Watches the bytes [address, address + size), which lie inside the device; a size of 0 ends it. Met: whether since
   then a call of the port may have done something else than it would have with other bytes there. True if it read them,
   or programmed in their sectors, before all of them were erased, and always where cells are metastable or damaged or
   faults are armed. */
void pc_device_watch(struct pc_device *device, uint32_t address, uint32_t size);
bool pc_device_watch_met(const struct pc_device *device);

/* A hash of where calls of the port have read and how much, in order, since it was begun anew; not rolled back. */
void pc_device_begin_trace(struct pc_device *device);
uint64_t pc_device_trace(const struct pc_device *device);

/* Violations of the part's rules since the last clear: how many, and the first. */
size_t pc_device_contract_violations(const struct pc_device *device, struct pc_contract_violation *first);
void pc_device_clear_contract_violations(struct pc_device *device);
const char *pc_rule_text(enum pc_rule rule);

/* The flash operations and bytes read that are left before the device answers PC_FLASH_STOPPED. Every call of program
   and erase costs one, also a refused or empty one; a read costs its bytes, but at least
   PC_LEAST_READ_COST, since many short reads take as long, and that if it asks for more than the device holds. A call
   that isn't covered is stopped, not recorded as a violation, and takes what was left: every later call is stopped too.
   UINT64_MAX can't be used up: no bound, though it is counted down. */
#define PC_LEAST_READ_COST 16u
struct pc_budget {
  uint64_t flash_operations;
  uint64_t read_bytes;
};
void pc_device_set_budget(struct pc_device *device, struct pc_budget budget);
struct pc_budget pc_device_budget(const struct pc_device *device);
/* True once a call was refused for want of budget; cleared by pc_device_set_budget. */
bool pc_device_stopped(const struct pc_device *device);

/* What calls of the port count, beside what they do to the cells: what is left of the budget, and the trace. */
struct pc_port_counts {
  struct pc_budget budget;
  uint64_t trace, reads;
};
struct pc_port_counts pc_device_port_counts(const struct pc_device *device);
void pc_device_set_port_counts(struct pc_device *device, const struct pc_port_counts *counts);
/* Counts the calls that were made between `from` and `to` once more. The budget must be enough for them. */
void pc_device_repeat_port_counts(struct pc_device *device, const struct pc_port_counts *from,
                                  const struct pc_port_counts *to);

/* A call of the port, any one, sane or not. */
struct pc_port_call {
  enum pc_port_call_kind { PC_PORT_READ, PC_PORT_PROGRAM, PC_PORT_ERASE } kind;
  uint32_t address;
  size_t size;
  const void *data; /* of a program */
};
/* Whether what the call does, or answers, may depend on the bytes [address, address + size), which lie inside the
   device: it reads them, or programs in their sectors. An erase on a part without faults depends on nothing. */
bool pc_port_call_meets(const struct pc_device *device, const struct pc_port_call *call, uint32_t address,
                        uint32_t size);

/* Has `observer` called before each call of the port does anything; NULL ends it. It may leave the call by a jump. */
typedef void (*pc_port_observer)(void *context, const struct pc_port_call *call);
void pc_device_observe(struct pc_device *device, pc_port_observer observer, void *context);

#endif
