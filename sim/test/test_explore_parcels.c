/* Violations on their way between processes. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "explore/parcel.h"
#include "test_explore_help.h"

static const struct pc_violation sound = {
    .invariant = PC_DURABLE,
    .operation = 3,
    .path = {.depth = 2, .cuts = {{1, PC_FAULT_PREFIX, 2}, {3, PC_FAULT_BIT_SUBSET, 4}}},
    .has_key = true,
    .key = {(const uint8_t *)"key", 3},
    .expected = "this",
    .actual = "that",
};

/* Sends the violation and receives it; whether that was whole. */
static bool pass(const struct pc_violation *violation, uint32_t count, struct pc_parcel *received) {
  struct pc_parcel parcel = {0};
  struct pc_error error;
  int sockets[2];
  bool whole = false;
  cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
  cr_assert_eq(pc_parcel_add(&parcel, violation, &error), PC_OK);
  cr_assert_eq(parcel.count, 1);
  cr_expect(pc_parcel_send(&parcel, sockets[0]));
  (void)close(sockets[0]);
  *received = (struct pc_parcel){0};
  cr_assert_eq(pc_parcel_receive(received, sockets[1], count, &whole, &error), PC_OK);
  cr_expect_not(pc_parcel_send(&parcel, sockets[1]), "there is nobody");
  (void)close(sockets[1]);
  pc_parcel_free(&parcel);
  return whole;
}

static enum pc_result expect_sound(void *context, const struct pc_violation *violation, struct pc_error *error) {
  (void)error;
  (*(int *)context)++;
  cr_expect_eq(violation->invariant, PC_DURABLE);
  cr_expect_eq(violation->path.cuts[1].variant, 4);
  cr_expect(pc_bytes_equal(violation->key, sound.key));
  cr_expect_str_eq(violation->actual, "that");
  return PC_OK;
}

Test(explore_parcels, arrive_as_they_were_sent) {
  struct pc_parcel received;
  struct pc_exploration_result result = {0};
  struct pc_error error;
  int count = 0;
  struct pc_observer observer = {.context = &count, .violation = expect_sound};
  struct pc_findings findings = {.observer = &observer, .result = &result};
  cr_expect(pass(&sound, 1, &received));
  cr_expect_eq(pc_parcel_hand_on(&received, &findings, &error), PC_OK);
  cr_expect_eq(count, 1);
  pc_parcel_clear(&received);
  cr_expect_eq(pc_parcel_hand_on(&received, &findings, &error), PC_OK);
  cr_expect_eq(count, 1);
  pc_parcel_free(&received);
}

static void expect_refused(const struct pc_violation *violation, uint32_t count) {
  struct pc_parcel received;
  cr_expect_not(pass(violation, count, &received));
  pc_parcel_free(&received);
}

Test(explore_parcels, are_refused_where_they_cannot_be) {
  struct pc_violation wrong = sound;
  wrong.invariant = PC_INVARIANT_COUNT;
  expect_refused(&wrong, 1);
  wrong = sound;
  wrong.path.depth = PC_MAX_DEPTH + 1;
  expect_refused(&wrong, 1);
  wrong = sound;
  wrong.path.cuts[1].fault = PC_FAULT_COUNT;
  expect_refused(&wrong, 1);
  wrong = sound;
  wrong.has_key = false;
  wrong.key.size = PC_MAX_KEY_SIZE + 1;
  expect_refused(&wrong, 1);
  wrong = sound;
  memset(wrong.expected, 'x', sizeof wrong.expected);
  expect_refused(&wrong, 1);
  wrong = sound;
  memset(wrong.actual, 'x', sizeof wrong.actual);
  expect_refused(&wrong, 1);
  /* Cut short, and more than there can be. */
  expect_refused(&sound, 2);
  expect_refused(&sound, UINT32_MAX);
}
