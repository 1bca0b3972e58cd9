/* What the files of this room share about setups. */
#ifndef PC_PROGRAM_SETUP_H
#define PC_PROGRAM_SETUP_H

#include "powercut/program.h"

#define PC_PROGRAM_POLICIES 4u
#define PC_PROGRAM_COLLECTIONS 3u
#define PC_PROGRAM_AGES 4u

/* As norkv's parameters have them. */
extern const char *const pc_checksum_words[PC_PROGRAM_CHECKSUMS];
extern const char *const pc_recovery_words[PC_PROGRAM_RECOVERIES];
extern const char *const pc_policy_words[PC_PROGRAM_POLICIES];
extern const char *const pc_collect_words[PC_PROGRAM_COLLECTIONS];
extern const char *const pc_age_words[PC_PROGRAM_AGES];

/* Whether cuts are in operations. Only CRC-32C tells a torn entry from a whole one for as long as a campaign runs
   (CRC-16 misses one in 65,536, which is a second's work): with another checksum the power goes off behind the
   operation. */
bool pc_program_tears(const struct pc_program_setup *setup);

/* Classes of cuts, in the order of their numbers: those of every part, and those that a part may have besides. */
#define PC_PROGRAM_FAULTS 5u
extern const enum pc_fault pc_program_faults[PC_PROGRAM_FAULTS];
extern const enum pc_fault pc_program_part_faults[PC_PROGRAM_FAULTS];

/* One step as a line of a program's text. */
void pc_program_write_step(const struct pc_program_step *step, struct pc_buffer *text);

#endif
