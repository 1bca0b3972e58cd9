#include "powercut/invariant.h"

static const struct pc_invariant_info invariants[PC_INVARIANT_COUNT] = {
    [PC_MOUNTABLE] = {"mountable", "recovery succeeds after any cut, within a bound on its work"},
    [PC_DURABLE] = {"durable", "every acknowledged put reads back, byte for byte"},
    [PC_ATOMIC] = {"atomic", "the key in flight reads as before or as after, nothing else"},
    [PC_DELETED_STAYS_DELETED] = {"deleted_stays_deleted", "an acknowledged delete never returns"},
    [PC_EXACT_CONTENTS] = {"exact_contents", "the store holds the model's keys, no more and no fewer"},
    [PC_STABLE] = {"stable", "a second start without writes changes neither contents nor flash"},
    [PC_WRITABLE] = {"writable", "after recovery a put, a get and a delete work, unless the model says full"},
    [PC_DEVICE_CONTRACT] = {"device_contract", "the store asks for nothing that a real part would not do"},
    [PC_REDUNDANT] = {"redundant", "after recovery each live key has all its copies, each in another sector"},
    [PC_WELL_FORMED] = {"well_formed", "the independent decoder agrees on every live entry and on free space"},
    [PC_DETECTED] = {"detected", "on a damaged part a get answers what was put, or an error, never anything else"},
    [PC_BOUNDED] = {"bounded", "no call does more flash operations, erases or reads than the store states"},
    [PC_WEAR_SPREAD] = {"wear_spread", "with the power on, erase counts differ by no more than the store states"},
};

const struct pc_invariant_info *pc_invariant_info(enum pc_invariant invariant) {
  return &invariants[invariant];
}
