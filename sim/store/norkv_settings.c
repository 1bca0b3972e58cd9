#include "norkv_settings.h"

#include <stdio.h>
#include <string.h>

#include "number.h"

/* The order of this table is the order of a setup's parameters. */
enum parameter {
  REDUNDANCY,
  CHECKSUM,
  FORMATS,
  ALIGNMENT,
  RECOVERY,
  MAX_KEYS,
  POLICY,
  COLLECT_ON_WRITE,
  PARTIAL_MAINTENANCE,
  VERIFY
};

const struct pc_parameter_info pc_norkv_parameters[PC_NORKV_PARAMETER_COUNT] = {
    [REDUNDANCY] = {"redundancy", "1", "copies of each entry, each in another sector: 1 to 16"},
    [CHECKSUM] = {"checksum", "crc32c", "of new entries: crc32c, crc16_ccitt or none"},
    [FORMATS] = {"formats", "", "MAGIC:CHECKSUM,... all that are read, the first is written; in place of checksum"},
    [ALIGNMENT] = {"alignment", "0", "write alignment in bytes: a multiple of the program unit; 0: the program unit"},
    [RECOVERY] = {"recovery", "immediate",
                  "when damage is mended: immediate, lazy, manual (at once, by the firmware) or "
                  "manual_late (when it maintains)"},
    [MAX_KEYS] = {"max_keys", "0", "keys that the index holds: 1 to 65000; 0: as many as the workload uses"},
    [POLICY] = {"policy", "greedy", "which sector is collected: greedy, circular, cost_benefit or hybrid"},
    [COLLECT_ON_WRITE] = {"collect_on_write", "as_needed",
                          "sectors that a put or delete may collect to find room: as_needed, one or off"},
    [PARTIAL_MAINTENANCE] = {"partial_maintenance", "partial",
                             "what `maintain partial' asks of norkv: partial, or idle (one sector's work at most)"},
    [VERIFY] = {"verify", "both",
                "what is checked again: read (each value), write (what was programmed), both or none"},
};

/* Manual recovery by a firmware that mends when it maintains the store, not when it starts it. */
#define MANUAL_LATE (NORKV_RECOVER_MANUAL + 1)

static const char *const recovery_names[] = {
    [NORKV_RECOVER_IMMEDIATE] = "immediate",
    [NORKV_RECOVER_LAZY] = "lazy",
    [NORKV_RECOVER_MANUAL] = "manual",
    [MANUAL_LATE] = "manual_late",
};

static const char *const policy_names[] = {
    [NORKV_POLICY_GREEDY] = "greedy",
    [NORKV_POLICY_CIRCULAR] = "circular",
    [NORKV_POLICY_COST_BENEFIT] = "cost_benefit",
    [NORKV_POLICY_HYBRID] = "hybrid",
};

static const char *const collection_names[] = {
    [NORKV_COLLECT_AS_NEEDED] = "as_needed",
    [NORKV_COLLECT_ONE] = "one",
    [NORKV_COLLECT_OFF] = "off",
};

static const char *const partial_names[] = {"partial", "idle"};

/* The bits are what is verified: 1 reads, 2 writes. */
static const char *const verify_names[] = {"none", "read", "write", "both"};

/* The magic that stands for a checksum when the scenario names none: pw_kvs's usual one where its format is the same.
 */
static const uint32_t default_magics[] = {
    [NORKV_CHECKSUM_NONE] = 0x600DBEEFu,
    [NORKV_CHECKSUM_CRC16_CCITT] = 0x600DBEEFu,
    [NORKV_CHECKSUM_CRC32C] = 0x6B76C32Cu,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The index of the word in `names`, or -1. */
static int find_word(const char *const *names, size_t count, const char *word, size_t length) {
  for (size_t i = 0; i < count; i++) {
    if (strlen(names[i]) == length && memcmp(names[i], word, length) == 0) {
      return (int)i;
    }
  }
  return -1;
}

/* False: there is none of that name. */
static bool find_checksum(const char *word, size_t length, enum norkv_checksum *checksum) {
  for (enum pc_checksum each = 0; each < PC_CHECKSUM_COUNT; each++) {
    const char *name = pc_checksum_name(each);
    if (find_word(&name, 1, word, length) == 0) {
      *checksum = (enum norkv_checksum)each;
      return true;
    }
  }
  return false;
}

/* Where a problem is told. */
struct message {
  char *text;
  size_t size;
};

static enum pc_status refuse(char *message, size_t size, enum parameter parameter, const char *value) {
  (void)snprintf(message, size, "'%s' is no value of %s (%s)", value, pc_norkv_parameters[parameter].name,
                 pc_norkv_parameters[parameter].summary);
  return PC_STATUS_INVALID;
}

/* Reads one `MAGIC:CHECKSUM` of `length` characters. */
static bool read_format(const char *text, size_t length, struct norkv_format *format) {
  const char *colon = memchr(text, ':', length);
  if (colon == NULL || !pc_number_read(text, colon, UINT32_MAX, &format->magic) || format->magic == UINT32_MAX) {
    return false;
  }
  return find_checksum(colon + 1, length - (size_t)(colon + 1 - text), &format->checksum);
}

static bool has_magic(const struct pc_norkv_settings *settings, uint32_t magic) {
  for (size_t i = 0; i < settings->format_count; i++) {
    if (settings->formats[i].magic == magic) {
      return true;
    }
  }
  return false;
}

static bool read_formats(const char *text, struct pc_norkv_settings *settings) {
  settings->format_count = 0;
  while (settings->format_count < NORKV_MAX_FORMATS) {
    size_t length = strcspn(text, ",");
    struct norkv_format format;
    if (!read_format(text, length, &format) || has_magic(settings, format.magic)) {
      return false;
    }
    settings->formats[settings->format_count++] = format;
    if (text[length] == '\0') {
      return true;
    }
    text += length + 1;
  }
  return false;
}

/* The format of new entries and all others that are read, from `formats` or else from `checksum`. */
static enum pc_status read_format_parameters(const struct pc_store_setup *setup, struct pc_norkv_settings *settings,
                                             char *message, size_t size) {
  const char *formats = setup->parameters[FORMATS].value;
  if (*formats != '\0') {
    return read_formats(formats, settings) ? PC_STATUS_OK : refuse(message, size, FORMATS, formats);
  }
  const char *name = setup->parameters[CHECKSUM].value;
  enum norkv_checksum checksum;
  if (!find_checksum(name, strlen(name), &checksum)) {
    return refuse(message, size, CHECKSUM, name);
  }
  settings->formats[0] = (struct norkv_format){.magic = default_magics[checksum], .checksum = checksum};
  settings->format_count = 1;
  return PC_STATUS_OK;
}

/* The index of a parameter's value in `names`, or -1; then `message` says what is wrong. */
static int read_word_parameter(const struct pc_store_setup *setup, enum parameter parameter, const char *const *names,
                               size_t count, struct message message) {
  const char *value = setup->parameters[parameter].value;
  int index = find_word(names, count, value, strlen(value));
  if (index < 0) {
    (void)refuse(message.text, message.size, parameter, value);
  }
  return index;
}

static bool read_number_parameter(const struct pc_store_setup *setup, enum parameter parameter, uint32_t minimum,
                                  uint32_t maximum, uint32_t *number) {
  const char *value = setup->parameters[parameter].value;
  return pc_number_read(value, value + strlen(value), maximum, number) && *number >= minimum;
}

enum pc_status pc_norkv_read_settings(const struct pc_store_setup *setup, struct pc_norkv_settings *settings,
                                      char *message, size_t message_size) {
  if (setup->erased_value != 0xFF) {
    (void)snprintf(message, message_size,
                   "norkv takes parts that erase to 0xff (here: 0x%02x); a port that inverts each byte makes one of "
                   "such a part",
                   setup->erased_value);
    return PC_STATUS_INVALID;
  }
  enum pc_status status = read_format_parameters(setup, settings, message, message_size);
  if (status != PC_STATUS_OK) {
    return status;
  }
  uint32_t number;
  if (!read_number_parameter(setup, REDUNDANCY, 1, NORKV_MAX_REDUNDANCY, &number)) {
    return refuse(message, message_size, REDUNDANCY, setup->parameters[REDUNDANCY].value);
  }
  settings->redundancy = (uint8_t)number;

  uint32_t unit = setup->flash.program_unit;
  if (!read_number_parameter(setup, ALIGNMENT, 0, NORKV_MAX_ALIGNMENT, &number) || number % unit != 0) {
    return refuse(message, message_size, ALIGNMENT, setup->parameters[ALIGNMENT].value);
  }
  settings->alignment = number == 0 ? unit : number;

  struct message problem = {message, message_size};
  int recovery = read_word_parameter(setup, RECOVERY, recovery_names, COUNT(recovery_names), problem);
  int policy = read_word_parameter(setup, POLICY, policy_names, COUNT(policy_names), problem);
  int collection = read_word_parameter(setup, COLLECT_ON_WRITE, collection_names, COUNT(collection_names), problem);
  int partial = read_word_parameter(setup, PARTIAL_MAINTENANCE, partial_names, COUNT(partial_names), problem);
  int verify = read_word_parameter(setup, VERIFY, verify_names, COUNT(verify_names), problem);
  if (recovery < 0 || policy < 0 || collection < 0 || partial < 0 || verify < 0) {
    return PC_STATUS_INVALID;
  }
  settings->mends_late = recovery == MANUAL_LATE;
  settings->recovery = settings->mends_late ? NORKV_RECOVER_MANUAL : (enum norkv_recovery)recovery;
  settings->policy = (enum norkv_policy)policy;
  settings->collect_on_write = (enum norkv_collection)collection;
  settings->partial_is_idle = partial == 1;
  settings->verifies_reads = verify % 2 == 1;
  settings->verifies_writes = verify >= 2;

  if (!read_number_parameter(setup, MAX_KEYS, 0, NORKV_MAX_KEYS, &number)) {
    return refuse(message, message_size, MAX_KEYS, setup->parameters[MAX_KEYS].value);
  }
  if (number == 0) {
    number = setup->key_count < NORKV_MAX_KEYS ? setup->key_count : NORKV_MAX_KEYS;
  }
  settings->max_keys = (uint16_t)(number == 0 ? 1 : number);
  return PC_STATUS_OK;
}
