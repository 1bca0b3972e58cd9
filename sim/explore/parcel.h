/* Violations on their way from the process that found them to the one that hands them on. */
#ifndef PC_EXPLORE_PARCEL_H
#define PC_EXPLORE_PARCEL_H

#include "findings.h"

/* Zero it to begin. */
struct pc_parcel {
  struct pc_buffer violations;
  uint32_t count;
};

void pc_parcel_free(struct pc_parcel *parcel);
void pc_parcel_clear(struct pc_parcel *parcel); /* keeps the memory */

/* Puts a violation in, with its key's bytes. */
enum pc_result pc_parcel_add(struct pc_parcel *parcel, const struct pc_violation *violation, struct pc_error *error);

/* Sends what is in it; its count must have been sent before. False: nobody is there. */
bool pc_parcel_send(const struct pc_parcel *parcel, int socket);

/* Receives a parcel of `count`. `*whole` is false if the sender went away, or sent what can't be: the store spoilt its
   memory. PC_ENVIRONMENT: out of memory. */
enum pc_result pc_parcel_receive(struct pc_parcel *parcel, int socket, uint32_t count, bool *whole,
                                 struct pc_error *error);

/* Hands its violations on, in order. */
enum pc_result pc_parcel_hand_on(const struct pc_parcel *parcel, struct pc_findings *findings, struct pc_error *error);

#endif
