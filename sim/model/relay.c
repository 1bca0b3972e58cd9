#include "relay.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "landmarks.h"
#include "powercut/random.h"

struct pc_relay {
  struct pc_target *target;
  struct pc_side_stack *stack;
  struct pc_landmarks *landmarks;
  bool has_tried;      /* to make room for copies of memory_size bytes */
  struct pc_torn torn; /* by the cut that the starts are from; of no bytes: none yet */

  /* The first look at that. */
  bool has_first;
  struct pc_side_place first;
  uint8_t *memory;
  size_t memory_size;
  struct pc_port_counts counts;

  /* The start that runs. */
  struct pc_bearings bearings;
  bool differs; /* what was torn is still there */
  bool took_over, looked;
  uint32_t calls; /* since it looked last */
  const struct pc_landmark *met;
  enum pc_status status;
};

struct pc_relay *pc_relay_open(struct pc_target *target) {
  struct pc_relay *relay = calloc(1, sizeof *relay);
  if (relay == NULL) {
    return NULL;
  }
  relay->stack = pc_side_stack_open();
  if (relay->stack == NULL) {
    pc_relay_close(relay);
    return NULL;
  }
  relay->target = target;
  return relay;
}

static void free_copies(struct pc_relay *relay) {
  pc_landmarks_close(relay->landmarks);
  free(relay->memory);
  relay->landmarks = NULL;
  relay->memory = NULL;
  relay->memory_size = 0;
}

void pc_relay_close(struct pc_relay *relay) {
  if (relay != NULL) {
    free_copies(relay);
    pc_side_place_free(&relay->first);
    pc_side_stack_close(relay->stack);
    free(relay);
  }
}

void pc_relay_forget(struct pc_relay *relay) {
  relay->torn = (struct pc_torn){0};
  relay->has_first = false;
  if (relay->landmarks != NULL) {
    pc_landmarks_forget(relay->landmarks);
  }
}

bool pc_relay_is_fit(const struct pc_relay *relay) {
  const struct pc_target *target = relay->target;
  /* What is given back when it stops was taken by its start: each must run. */
  return target->promises.self_contained && target->store->stop == NULL && pc_device_reads_raw(target->device) &&
         pc_device_is_sound(target->device);
}

/* Makes room for copies of the store's memory, whose size an update may have changed. */
static bool make_room(struct pc_relay *relay) {
  size_t size = relay->target->promises.memory_size;
  if (!relay->has_tried || relay->memory_size != size) {
    pc_relay_forget(relay);
    free_copies(relay);
    relay->memory = malloc(size + 1);
    relay->landmarks = pc_landmarks_open(size);
    relay->memory_size = size;
    relay->has_tried = true;
  }
  return relay->memory != NULL && relay->landmarks != NULL;
}

/* Whether nothing is wrong yet. What doesn't hold is never remembered. */
static bool holds(const struct pc_relay *relay) {
  const struct pc_device *device = relay->target->device;
  return pc_device_contract_violations(device, NULL) == 0 && !pc_device_stopped(device) && !pc_device_failed(device);
}

static void look(struct pc_relay *relay) {
  bool has_written = pc_device_mark(relay->target->device) != relay->bearings.begin;
  bool first = !relay->looked && !has_written && holds(relay);
  relay->looked = true;
  relay->calls = 0;
  pc_landmarks_pass_none(relay->landmarks);
  if (first) {
    relay->counts = pc_device_port_counts(relay->target->device);
    memcpy(relay->memory, relay->target->memory, relay->memory_size);
    /* A start that begins here comes back from this call. */
    relay->has_first = pc_side_stack_take(relay->stack, &relay->first);
  }
}

/* Landmarks lie the closer together the nearer they are to the last look. The start that looked first sets none: it may
   be the only one. */
static bool is_due(const struct pc_relay *relay) {
  return relay->took_over && (relay->calls & (relay->calls - 1)) == 0;
}

static void compare(void *context) {
  struct pc_relay *relay = context;
  relay->met = pc_landmarks_find(relay->landmarks, &relay->bearings);
  if (relay->met == NULL && is_due(relay)) {
    pc_landmarks_pass(relay->landmarks, &relay->bearings);
  }
}

/* A call behind the last look. */
static void advance(struct pc_relay *relay, const struct pc_port_call *call) {
  relay->calls++;
  relay->bearings.call = call;
  if (is_due(relay) || pc_landmarks_may_be_at(relay->landmarks, call)) {
    pc_side_stack_stand(relay->stack, compare, relay);
  }
  if (relay->met != NULL) {
    pc_side_stack_leave(relay->stack);
  }
}

/* What isn't is refused, and nobody looks at its data. */
static bool is_inside(const struct pc_relay *relay, const struct pc_port_call *call) {
  size_t size = pc_device_cells(relay->target->device).size;
  return call->address <= size && call->size <= size - call->address;
}

/* What a write adds to the course. */
static void write(struct pc_relay *relay, const struct pc_port_call *call) {
  struct pc_bearings *bearings = &relay->bearings;
  const struct pc_torn *torn = &relay->torn;
  bool erases = call->kind == PC_PORT_ERASE;
  uint64_t data = erases || !is_inside(relay, call) ? 0 : XXH3_64bits(call->data, call->size);
  bearings->course = pc_random_mix(bearings->course, (uint64_t)call->address << 32 | (uint32_t)call->size);
  bearings->course = pc_random_mix(bearings->course, data + (uint64_t)call->kind);
  if (erases && call->address <= torn->address && call->size >= torn->size &&
      torn->address - call->address <= call->size - torn->size) {
    relay->differs = false;
  }
}

/* Before each call of the port. */
static void observe(void *context, const struct pc_port_call *call) {
  struct pc_relay *relay = context;
  bool looks = relay->differs && pc_port_call_meets(relay->target->device, call, relay->torn.address, relay->torn.size);
  if (looks) {
    look(relay);
  } else if (relay->looked) {
    advance(relay, call);
  }
  if (call->kind != PC_PORT_READ) {
    write(relay, call);
  }
}

static void run(void *context) {
  struct pc_relay *relay = context;
  relay->status = relay->target->store->start(relay->target->memory, &relay->target->setup);
}

static bool is_same(const struct pc_torn *a, const struct pc_torn *b) {
  return a->state == b->state && a->address == b->address && a->size == b->size;
}

static void go(struct pc_relay *relay) {
  struct pc_target *target = relay->target;
  relay->bearings =
      (struct pc_bearings){.stack = relay->stack, .target = target, .begin = pc_device_mark(target->device)};
  relay->differs = true;
  relay->took_over = relay->has_first;
  relay->looked = relay->has_first;
  relay->calls = 0;
  relay->met = NULL;
  pc_landmarks_pass_none(relay->landmarks);
  pc_device_observe(target->device, observe, relay);
  if (relay->has_first) {
    memcpy(target->memory, relay->memory, relay->memory_size);
    pc_device_set_port_counts(target->device, &relay->counts);
    pc_side_stack_go_on(relay->stack, &relay->first);
  } else {
    pc_side_stack_run(relay->stack, run, relay);
  }
  pc_device_observe(target->device, NULL, NULL);
}

enum pc_status pc_relay_start(void *context) {
  const struct pc_relay_leg *leg = context;
  struct pc_relay *relay = leg->relay;
  struct pc_target *target = relay->target;
  if (!make_room(relay)) {
    return target->store->start(target->memory, &target->setup);
  }
  if (!is_same(&relay->torn, leg->torn)) {
    pc_relay_forget(relay);
    relay->torn = *leg->torn;
  }
  go(relay);
  if (relay->met != NULL) {
    pc_landmarks_follow(relay->landmarks, relay->met, target);
    return PC_STATUS_OK;
  }
  if (relay->status == PC_STATUS_OK && holds(relay)) {
    pc_landmarks_arrive(relay->landmarks, target, relay->bearings.begin);
  }
  return relay->status;
}
