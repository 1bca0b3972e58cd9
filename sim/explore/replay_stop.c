/* A replay that stops for a debugger. */
#include "replay.h"
#include "soak.h"

/* Whether the flash operation that the store asks for is the one that is to be cut. */
static bool is_due(struct pc_replay *replay) {
  bool due = replay->armed && pc_device_mark(replay->watched->device) == replay->armed_mark;
  replay->armed = replay->armed && !due;
  return due;
}

static int read_flash(void *context, uint32_t address, void *data, size_t size) {
  const struct pc_replay *replay = context;
  return replay->flash.read(replay->flash.context, address, data, size);
}

/* The debugger counts on it that the store called these, and that these call what stops it. */
static int program_flash(void *context, uint32_t address, const void *data, size_t size) {
  struct pc_replay *replay = context;
  if (size > 0 && is_due(replay)) {
    replay->stops->cut();
  }
  return replay->flash.program(replay->flash.context, address, data, size);
}

static int erase_flash(void *context, uint32_t address) {
  struct pc_replay *replay = context;
  if (is_due(replay)) {
    replay->stops->cut();
  }
  return replay->flash.erase(replay->flash.context, address);
}

static int erase_block(void *context, uint32_t address, uint32_t size) {
  struct pc_replay *replay = context;
  if (is_due(replay)) {
    replay->stops->cut();
  }
  return replay->erases.erase(replay->flash.context, address, size);
}

enum pc_result pc_replay_attach(struct pc_replay *replay, struct pc_rig *rig, struct pc_error *error) {
  struct pc_target *target = &rig->target;
  struct pc_flash *flash = &target->setup.flash;
  replay->flash = *flash;
  flash->context = replay;
  flash->read = read_flash;
  flash->program = program_flash;
  flash->erase = erase_flash;
  replay->erases = target->setup.erases;
  target->setup.erases.erase = erase_block;
  return pc_target_update(target, error); /* what it was told of its flash has changed */
}

void pc_replay_stop(struct pc_replay *replay, uint32_t operation, uint32_t depth) {
  const struct pc_cut_path *path = replay->path;
  if (operation != replay->stops->operation || replay->stopped) {
    return;
  }
  if (depth == path->depth) {
    replay->stopped = true;
    if (replay->armed || depth == 0) {
      replay->stops->between();
    }
    replay->armed = false;
    if (depth > 0) {
      replay->stops->recovery(replay->rig.target.store->start);
    }
  } else if (depth + 1 == path->depth) {
    size_t before = depth == 0 ? 0 : pc_device_mark(replay->rig.device);
    replay->armed = true;
    replay->armed_mark = before + path->cuts[depth].flash_operation - (depth == 0 ? replay->flash_operations : 0);
  }
}

void pc_replay_stop_soak(struct pc_replay *replay, uint32_t cuts, size_t next) {
  const uint32_t last = replay->path->number;
  if (replay->stopped) {
    return;
  }
  if (cuts == last) {
    replay->stopped = true;
    replay->armed = false;
    replay->stops->recovery(replay->watched->target.store->start);
  } else if (cuts + 1 == last && next != PC_SOAK_NOWHERE) {
    replay->armed = true;
    replay->armed_mark = next;
  }
}
