/* The names of the invariants. */
#ifndef POWERCUT_INVARIANT_H
#define POWERCUT_INVARIANT_H

enum pc_invariant {
  PC_MOUNTABLE,             /* recovery succeeds after any cut, within its bound */
  PC_DURABLE,               /* every acknowledged put reads back, byte for byte */
  PC_ATOMIC,                /* the key in flight reads as before or as after */
  PC_DELETED_STAYS_DELETED, /* an acknowledged delete never returns */
  PC_EXACT_CONTENTS,        /* iterating yields the model's keys, no more and no fewer */
  PC_STABLE,                /* a second start without writes changes neither contents nor flash */
  PC_WRITABLE,              /* after recovery a put, a get and a delete work, unless the model says full */
  PC_DEVICE_CONTRACT,       /* the store asks nothing of the device that a real part would not do */
  PC_REDUNDANT,             /* after recovery each live key has its copies, each in another sector */
  PC_WELL_FORMED,           /* the independent decoder agrees with the store on live entries and free space */
  PC_DETECTED,              /* whatever faults left: a get answers what was put, or tells */
  PC_BOUNDED,               /* no call does more on flash than the store states */
  PC_WEAR_SPREAD,           /* with the power on, erase counts differ by no more than the store states */
  PC_INVARIANT_COUNT,
};

struct pc_invariant_info {
  const char *name; /* as in results */
  const char *summary;
};
const struct pc_invariant_info *pc_invariant_info(enum pc_invariant invariant);

#endif
