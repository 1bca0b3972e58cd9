/*
 * norkv: a wear-levelled, redundant key-value store for NOR flash, format-compatible with Pigweed's pw_kvs.
 *
 * The store is a log. Each put or delete appends one entry (header, key, value, padding) to `redundancy` different
 * sectors; the entry with the newest transaction ID of a key is current. An index in RAM finds the current entry of
 * each key. When space runs out, garbage collection copies the live entries of a sector to the one sector that is
 * always kept erased, then erases it. Nothing is ever changed in place, so a cut at any flash operation leaves either
 * the old or the new value readable.
 *
 * The caller owns all memory: `struct norkv`, and the block whose size norkv_memory_size tells. Both, and everything
 * the configuration points to, must stay where they are until the store is started again or no longer used. There is no
 * heap, no recursion, no global state; calls on one store must not overlap, calls on different stores may.
 *
 * Bounded work. With N sectors of S bytes, R copies, E = norkv_entry_size(1, 0) bytes the smallest entry: a collection
 * erases one sector and programs at most S bytes, in S / E + S / 256 calls of the port. A call collects at most
 *     put, delete    C = NORKV_TURNS N + R; with NORKV_COLLECT_ONE 1, with NORKV_COLLECT_OFF 0. In a store without
 *                    deleted keys that leaves the promised room (see norkv_put): R, with NORKV_POLICY_CIRCULAR N, with
 *                    NORKV_POLICY_HYBRID one before each of the R for even wear, or more where sectors lag far
 *     recovery       C + 2 N, where copies that it writes again count as much as they are large; a put or a delete that
 *                    has to recover first collects no more than that in all
 *     start          nothing; with NORKV_RECOVER_IMMEDIATE and damage, recovery
 *     maintain       IDLE 1, recovery included; if it is due, recovery and then: PARTIAL 1, FULL and HEAVY C
 * and erases R + 2 more sectors at most where cuts interrupted erases, or where a collection fails. A put or a delete
 * programs R entries besides. Reading calls write nothing. A get reads its key and its entry, and those of each copy
 * that it finds damaged; a put reads back what it programs; a start reads each entry once, and the key of the newest
 * one again for each older one.
 *
 * Keys are 1 to NORKV_MAX_KEY bytes of any content and are compared whole. A value is 0 bytes to what fits in a sector
 * with its header and key: norkv_max_value_size.
 */
#ifndef NORKV_NORKV_H
#define NORKV_NORKV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "norkv/flash.h"
#include "norkv/options.h"

#define NORKV_MAX_KEY 63u     /* bytes; the entry format's limit */
#define NORKV_MAX_KEYS 65000u /* index entries, deleted keys that are still remembered included */

enum norkv_error {
  NORKV_OK = 0,
  NORKV_ERR_INVALID,   /* an argument is out of its range: nothing was done */
  NORKV_ERR_GEOMETRY,  /* the flash geometry is not one that norkv can use: nothing was done */
  NORKV_ERR_MEMORY,    /* the memory block is missing, misaligned or smaller than norkv_memory_size */
  NORKV_ERR_NOT_FOUND, /* no such key, or it was deleted; the end of an iteration */
  NORKV_ERR_FULL,      /* no room for the entry: the store is unchanged, a delete may make room (see norkv_put) */
  NORKV_ERR_KEYS,      /* more keys than max_keys. From start: nothing was erased, start again with more */
  NORKV_ERR_BUFFER,    /* the value is longer than the buffer: it was filled with the part that fits */
  NORKV_ERR_DATA_LOSS, /* stored data failed its checksum or can't be read, and no good copy is left; with
                          NORKV_RECOVER_MANUAL, start found damage that norkv_maintain would mend: the store is readable
                          and writable as it is */
  NORKV_ERR_FLASH,     /* the flash port failed, or what was programmed reads back different */
};

enum norkv_checksum {
  NORKV_CHECKSUM_NONE = 0, /* a torn entry can't be told from a whole one: for images that have it, not for new ones */
  NORKV_CHECKSUM_CRC16_CCITT, /* polynomial 0x1021, initial 0xFFFF, not reflected, no final XOR: as pw_kvs writes */
  NORKV_CHECKSUM_CRC32C,      /* Castagnoli, reflected, initial and final 0xFFFFFFFF (RFC 3720): norkv's default */
};

/* An entry format: the magic names it on flash. No two formats of a store share a magic; 0xFFFFFFFF is not one. */
struct norkv_format {
  uint32_t magic;
  enum norkv_checksum checksum;
};

/*
 * When damage that start finds (torn entries, missing copies) is mended.
 *
 * A limit where the store is read before it is mended (LAZY, MANUAL, or IMMEDIATE that could not finish): a part may
 * write zeros before it erases. If all that is missing of a torn entry is zeros, as of its padding, and a later erase
 * of its sector is cut while it writes them, the entry is whole: its key, that read as before the put which was cut,
 * then reads as after it, unless it was put or deleted since. With IMMEDIATE nothing is read in between. (It can't be
 * made unreadable first: that would program bytes a second time, which parts with ECC forbid.)
 */
enum norkv_recovery {
  NORKV_RECOVER_IMMEDIATE = 0, /* by start, before it returns */
  NORKV_RECOVER_LAZY,          /* by the first put, delete or maintain that follows */
  NORKV_RECOVER_MANUAL,        /* by norkv_maintain only; start returns NORKV_ERR_DATA_LOSS if there is any */
};

/*
 * Which sector garbage collection takes. The spread, the largest number of erases of a sector less the smallest,
 * decides how long the part lasts; each erase of a sector with live entries costs to write them again (write
 * amplification). README.md has measured figures.
 *
 * A bound on the spread holds whatever is put, deleted and maintained, as long as no flash operation fails, power is
 * not lost in one, and recovery has nothing to mend; each such event may erase a sector out of turn.
 */
enum norkv_policy {
  /* The most reclaimable bytes first, as pw_kvs: the fewest erases now. No bound on the spread: a sector of entries
     that are never superseded is never erased. */
  NORKV_POLICY_GREEDY = 0,
  /* One sector after the other, round and round, whatever is in it. The spread is at most NORKV_CIRCULAR_SPREAD,
     counted from the partition's first use on, over any number of starts: which sector is next is seen from where the
     newest entry and the empty sectors are. (A partition that is blank when the store starts, because everything was
     deleted and collected, begins anew with its first sector.) Each turn writes all live entries again: where a share u
     of the space is live, write amplification comes near to 1 / (1 - u). */
  NORKV_POLICY_CIRCULAR,
  /* The largest product of reclaimable share and age, where the age is that of the newest live entry, in transactions:
     entries that still change are left until more of them are superseded. No bound on the spread. */
  NORKV_POLICY_COST_BENEFIT,
  /* As GREEDY, but the sector erased least is collected once it lags NORKV_HYBRID_LAG erases behind, so that entries
     which never change move now and then. The spread is at most NORKV_HYBRID_SPREAD, counted from start on. Since erase
     counts are not kept over a start, a store that is started so often that they can't tell collects the next sector in
     turn now and then, decided by the transaction ID; that keeps the spread to some per cent of the mean, but is no
     bound. At most every other collection is one for even wear, unless the lag is twice as large. */
  NORKV_POLICY_HYBRID,
};
#define NORKV_CIRCULAR_SPREAD 1u
#define NORKV_HYBRID_LAG 8u
#define NORKV_HYBRID_SPREAD (2u * NORKV_HYBRID_LAG + 2u)

/* Collections in a call, for each sector of the partition. */
#define NORKV_TURNS(policy) ((policy) == NORKV_POLICY_HYBRID ? 9u : 3u)

/* How many sectors a put or a delete may collect when it finds no room. Recovery, when it is due, comes on top. */
enum norkv_collection {
  /* As many as it takes: the promise of norkv_put. */
  NORKV_COLLECT_AS_NEEDED = 0,
  /* One: then it answers FULL, or KEYS, where a further one might have helped. What AS_NEEDED would accept is accepted
     if it is tried again and again: each try goes one sector further the same way. With a redundancy of more than 1
     that is not so for an entry that has room only in place of the key's present one. */
  NORKV_COLLECT_ONE,
  /* None: FULL where `redundancy` sectors have no room for the entry, KEYS where the index is full. After
     NORKV_MAINTAIN_HEAVY there is as much room as norkv_put promises while the live entries leave it; but an update or
     a delete in a store full of live entries is refused until the store is started with another setting. */
  NORKV_COLLECT_OFF,
};

struct norkv_config {
  struct norkv_flash flash;
  const struct norkv_format *formats; /* all that are read; new entries use the first */
  uint8_t format_count;               /* 1 to NORKV_MAX_FORMATS */
  uint8_t redundancy;                 /* copies of each entry, 1 to NORKV_MAX_REDUNDANCY, less than sector_count */
  uint16_t max_keys;                  /* index size, 1 to NORKV_MAX_KEYS */
  enum norkv_recovery recovery;
  enum norkv_policy policy;
  enum norkv_collection collect_on_write;
  bool skip_verify_on_read;  /* get trusts what start or put verified, and reads the value without its checksum */
  bool skip_verify_on_write; /* a program that reports success is not read back */
  void *memory;              /* aligned for uint32_t */
  size_t memory_size;        /* at least norkv_memory_size */
};

/* What the store knows of itself. Counters count from start; sizes are bytes of flash. */
struct norkv_statistics {
  uint32_t keys;                      /* live keys */
  uint32_t deleted_keys;              /* deleted keys whose tombstone must still be kept */
  uint32_t live_bytes;                /* current entries and kept tombstones, every copy */
  uint32_t reclaimable_bytes;         /* superseded and damaged: garbage collection frees them */
  uint32_t free_bytes;                /* appendable, the sector that is kept erased not counted */
  uint32_t transaction_id;            /* newest on flash */
  uint32_t erases;                    /* sectors erased since start */
  uint32_t corrupt_entries;           /* damaged entries that start found */
  uint32_t corrupt_sectors_recovered; /* sectors with damage that were collected and erased */
  uint32_t missing_copies_recovered;  /* copies written again to reach the redundancy */
};

/* One sector as the store sees it. A sector whose free end is found not to be blank counts as damaged. */
struct norkv_sector_info {
  uint32_t free_bytes; /* erased bytes at its end that an append may use; 0 when the sector takes none */
  uint32_t live_bytes; /* current entries and kept tombstones in it */
  uint32_t erases;     /* since start: the format keeps no erase counts on flash */
  bool damaged;        /* holds damage that recovery has not mended yet */
};

enum norkv_maintenance {
  NORKV_MAINTAIN_PARTIAL, /* recover, then collect at most one sector */
  NORKV_MAINTAIN_FULL,    /* recover, then collect every sector that is mostly garbage: as pw_kvs does before trouble */
  NORKV_MAINTAIN_HEAVY,   /* recover, then leave nothing reclaimable: every superseded entry and tombstone is gone */
  /* At most one sector's work, recovery included: it goes on in the next call. It collects one sector only if puts
     would soon have to: while fewer than `redundancy` sectors, besides the one that is kept empty, are at least half
     free, and if a quarter of a sector can be gained. Called in each idle moment it keeps puts short, at little more
     wear. */
  NORKV_MAINTAIN_IDLE,
};

/* An iteration; zero it to begin. A key that is put or deleted while an iteration is under way may be met or not, every
   other live key is met exactly once, whatever else is called meanwhile. A start ends all iterations. */
struct norkv_iterator {
  uint32_t position;
};

struct norkv_item {
  uint8_t key[NORKV_MAX_KEY];
  uint8_t key_length;
  uint16_t value_size;
};

/* Private to the engine; here so that callers can hold one. What is used most comes first, where a Cortex-M reaches it
   with short instructions. */
struct norkv {
  uint8_t redundancy;
  bool started;
  bool needs_recovery;
  bool evened;                  /* the last collection was for the sake of even wear */
  bool counts_lost;             /* `entries` of some keys is too low: tombstones stay until the next start */
  uint16_t free_key;            /* number of the first of the free slots before keys_end */
  uint16_t last_sector;         /* last one appended to: searches begin there */
  uint16_t last_taken;          /* last empty one that was written to: the next is looked for behind it */
  uint16_t last_collected;      /* the turn of the others comes behind it */
  struct norkv_key *keys;       /* index slots */
  struct norkv_key *keys_end;   /* behind the last one that has been used */
  struct norkv_sector *sectors; /* one for each sector */
  uint16_t *buckets;            /* hash table: the first slot of each bucket's chain */
  uint16_t *chains;             /* for each slot the next of its chain, or the next free one */
  uint8_t *buffer;              /* staging for programs and window for reads, a multiple of the write alignment */
  uint32_t buffer_size;
  uint32_t window_address; /* what the buffer holds of the flash: window_size bytes from here */
  uint32_t window_size;
  uint32_t window_end;   /* reads may go ahead up to here */
  uint32_t window_limit; /* no entry reaches beyond: the end of the sector */
  uint32_t bucket_mask;
  uint32_t entry_alignment;
  uint32_t key_count;      /* slots in use, deleted keys included */
  uint32_t deleted_count;  /* of these, tombstones */
  uint32_t empty_count;    /* sectors that hold nothing */
  uint32_t unsure_count;   /* sectors that may hold entries the index does not count: unchecked or damaged */
  uint32_t transaction_id; /* newest used */
  uint32_t allowance;      /* what the present call may still erase and copy, in units of 16 bytes */
  struct norkv_config config;
  struct norkv_statistics counters;
  uint32_t checksum_start; /* of entries in the first format: what their first eight bytes come to */
};

/* Bytes of memory that this configuration needs (its memory fields are not looked at), or 0 if it is not valid. */
size_t norkv_memory_size(const struct norkv_config *config);

/* Largest value, in bytes, that a key of this length can have: one entry fills at most one sector. */
uint32_t norkv_max_value_size(const struct norkv_config *config, size_t key_length);

/* Bytes of flash that one copy of an entry takes. */
uint32_t norkv_entry_size(const struct norkv_config *config, size_t key_length, size_t value_size);

/*
 * Starts the store on whatever is on flash: reads and verifies each entry once, builds the index, recovers as
 * `config->recovery` says. A blank partition is an empty store. The configuration is copied.
 * Errors: INVALID, GEOMETRY, MEMORY, KEYS, FLASH (the part can't be read); DATA_LOSS only with manual recovery, and the
 * store is usable then. Where recovery can't program or erase, start says OK: the contents are complete, recovery goes
 * on in other sectors, and what it could not mend is tried again by the calls that follow; norkv_maintain tells. An
 * image whose every sector is in use is readable; writes report FULL, unless what lives in one sector has room in
 * others.
 */
enum norkv_error norkv_start(struct norkv *kv, const struct norkv_config *config);

/*
 * Stores `value` under `key`. When it returns NORKV_OK the value survives any cut; if power fails before, the key reads
 * as before or as after. An equal value is written again.
 *
 * Room is promised, with NORKV_COLLECT_AS_NEEDED, on a store without damage that was written with the present
 * alignment. FULL can't happen
 *  - while redundancy * (sum of norkv_entry_size over live keys)
 *    <= (sector_count - redundancy) * (sector_size - entry size of this put), nor
 *  - when the entry is no larger than the key's present one: an update that does not grow, or a delete, always works.
 *
 * A sector that fails to program is closed and another one is taken. Once one copy is written the new value is live:
 * copies that fail are left to recovery, which the next call does, and the put succeeds.
 *
 * Errors: INVALID (key length, value too long), KEYS, FULL, FLASH, DATA_LOSS (there is room only behind live data that
 * is damaged). After FULL, KEYS, DATA_LOSS or INVALID the key is unchanged. After FLASH it reads as before or as after.
 */
enum norkv_error norkv_put(struct norkv *kv, const void *key, size_t key_length, const void *value, size_t value_size);

/* Deletes `key`: appends a tombstone. Errors: INVALID, NOT_FOUND, FULL, FLASH, DATA_LOSS; as norkv_put. */
enum norkv_error norkv_delete(struct norkv *kv, const void *key, size_t key_length);

/*
 * Reads up to `size` bytes of the value from `offset` on; `*read_size` tells how many (it may be NULL). A copy that is
 * found damaged is passed over for a good one, and is damage from then on: recovery replaces it, as `recovery` says, or
 * norkv_maintain does.
 * Errors: INVALID (offset beyond the value's end), NOT_FOUND, BUFFER, DATA_LOSS (every copy fails its checksum or
 * can't be read: the buffer's content is undefined), FLASH.
 */
enum norkv_error norkv_get(struct norkv *kv, const void *key, size_t key_length, size_t offset, void *buffer,
                           size_t size, size_t *read_size);

/* The size of the value of `key`. Errors: INVALID, NOT_FOUND, DATA_LOSS, FLASH. */
enum norkv_error norkv_value_size(struct norkv *kv, const void *key, size_t key_length, size_t *value_size);

/* The next live key. Errors: NOT_FOUND at the end, DATA_LOSS, FLASH (the iteration can go on after both). */
enum norkv_error norkv_next(struct norkv *kv, struct norkv_iterator *iterator, struct norkv_item *item);

/* Work for an idle moment. Errors: INVALID, FULL (redundancy can't be restored for want of room, or there is no empty
   sector to work with), FLASH, DATA_LOSS (a live entry has no good copy: put or delete its key; the rest was done). */
enum norkv_error norkv_maintain(struct norkv *kv, enum norkv_maintenance level);

/* Fills in `statistics`. Reads no flash. */
enum norkv_error norkv_get_statistics(const struct norkv *kv, struct norkv_statistics *statistics);

/* Tells of one sector. The first call on a sector after start may read its free end, to see that it really is blank. */
enum norkv_error norkv_get_sector_info(struct norkv *kv, uint32_t sector, struct norkv_sector_info *info);

#endif
