/* What a run of a subject begins on. */
#ifndef PC_EXPLORE_SUBJECT_H
#define PC_EXPLORE_SUBJECT_H

#include "powercut/explore.h"

/* A device of the subject's profile, as old as it says, with what is on its image. PC_BAD_INPUT: the profile is out of
   range, or the image isn't of the device's size; PC_ENVIRONMENT. On failure `*device` is NULL. */
enum pc_result pc_subject_create_device(const struct pc_subject *subject, struct pc_device **device,
                                        struct pc_error *error);

#endif
