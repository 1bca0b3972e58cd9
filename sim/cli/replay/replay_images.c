/* The flash around the cuts of a repro, as raw images. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arguments.h"
#include "inspect/inspect.h"
#include "output.h"
#include "powercut/file.h"
#include "replay.h"

struct images {
  const struct pc_replay_images *order;
  uint32_t written;
  bool before;            /* the image before the cut that comes next is written */
  enum pc_result outcome; /* the first failure */
  struct pc_error error;
};

/* Appends the options that `powercut inspect` needs to read the image as the store would. */
static void add_inspect(struct pc_buffer *text, const struct pc_replay_images *order, const char *path) {
  const struct pc_image_layout *layout = &order->promises->layout;
  pc_buffer_print(text, "powercut inspect ");
  pc_buffer_word(text, path);
  pc_buffer_print(text, " --sector-size %u --alignment %u --redundancy %u", layout->sector_size, layout->alignment,
                  layout->redundancy);
  for (uint32_t i = 0; i < layout->format_count; i++) {
    pc_buffer_print(text, " --format 0x%08x:%s", layout->formats[i].magic,
                    pc_checksum_name(layout->formats[i].checksum));
  }
}

static enum pc_result tell(const struct pc_replay_images *order, const char *path, const char *what,
                           struct pc_error *error) {
  struct pc_buffer text = {0};
  pc_buffer_text(&text, path);
  pc_buffer_print(&text, ": %s\n", what);
  if (order->promises->has_layout) {
    pc_buffer_print(&text, "  ");
    add_inspect(&text, order, path);
    pc_buffer_print(&text, "\n");
  }
  return pc_output_buffer(stdout, &text, error);
}

/* The cells as they are read, into the buffer. */
static void append_read(struct pc_buffer *image, struct pc_bytes cells, uint8_t flip) {
  uint8_t chunk[512];
  for (size_t at = 0; at < cells.size; at += sizeof chunk) {
    size_t size = cells.size - at < sizeof chunk ? cells.size - at : sizeof chunk;
    for (size_t i = 0; i < size; i++) {
      chunk[i] = cells.data[at + i] ^ flip;
    }
    pc_buffer_append(image, chunk, size);
  }
}

/* Writes an image, named by its place: "cut1-before.bin". */
static void write_image(struct images *images, uint32_t depth, const char *place, const char *what,
                        struct pc_bytes cells) {
  struct pc_buffer path = {0}, image = {0};
  if (images->outcome != PC_OK) {
    return;
  }
  append_read(&image, cells, pc_profile_flip(images->order->subject->profile));
  pc_buffer_print(&path, "%s/", images->order->folder);
  if (depth > 0) {
    pc_buffer_print(&path, "cut%u-", depth);
  }
  pc_buffer_print(&path, "%s.bin", place);
  images->outcome =
      path.failed || image.failed
          ? pc_fail_memory(&images->error)
          : pc_file_replace((const char *)path.data, (struct pc_bytes){image.data, image.size}, &images->error);
  if (images->outcome == PC_OK) {
    images->written++;
    images->outcome = tell(images->order, (const char *)path.data, what, &images->error);
  }
  pc_buffer_free(&image);
  pc_buffer_free(&path);
}

/* The flash before the flash operation that was cut: as after it, but for the operation's bytes. */
static void write_before(struct images *images, const struct pc_step *step) {
  uint8_t *before = malloc(step->cells.size);
  if (before == NULL) {
    images->outcome = pc_fail_memory(&images->error);
    return;
  }
  memcpy(before, step->cells.data, step->cells.size);
  memcpy(before + step->flash->address, step->flash->before, step->flash->size);
  write_image(images, step->depth + 1, "before", "the flash before the cut",
              (struct pc_bytes){.data = before, .size = step->cells.size});
  images->before = true;
  free(before);
}

/* A cut that comes after the last operation leaves the flash as it was. */
static void write_after(struct images *images, const struct pc_step *step) {
  if (!images->before) {
    write_image(images, step->depth, "before", "the flash before the cut", step->cells);
  }
  images->before = false;
  write_image(images, step->depth, "after", "the flash after the cut, as recovery finds it", step->cells);
}

static void take_step(void *context, const struct pc_step *step) {
  struct images *images = context;
  if (images->outcome != PC_OK) {
    return;
  }
  if (step->kind == PC_STEP_FLASH_OPERATION && step->cut != NULL) {
    write_before(images, step);
  } else if (step->kind == PC_STEP_START && step->depth > 0) {
    write_after(images, step);
  } else if (step->kind == PC_STEP_RECOVERED) {
    write_image(images, step->depth, "recovered", "the flash after the recovery from the cut", step->cells);
  } else if (step->kind == PC_STEP_VIOLATION && step->depth == 0) {
    write_image(images, 0, "violated", "the flash at the violation, which needs no cut", step->cells);
  }
}

static enum pc_result make_folder(const char *folder, struct pc_error *error) {
  if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
    return pc_fail(error, PC_ENVIRONMENT, "%s: %s", folder, strerror(errno));
  }
  return PC_OK;
}

enum pc_result pc_replay_write_images(const struct pc_repro *repro, const struct pc_replay_images *order,
                                      bool *violated, struct pc_error *error) {
  struct images images = {.order = order};
  uint32_t violations = 0;
  enum pc_result err = make_folder(order->folder, error);
  if (!err) {
    err = pc_replay(order->subject, &repro->scenario.workload, &repro->scenario.plan, &repro->path, take_step, &images,
                    &violations, error);
  }
  if (!err && images.outcome) {
    *error = images.error;
    err = images.outcome;
  }
  if (!err && images.written > 0 && !order->promises->has_layout) {
    (void)printf("`powercut inspect' reads images of pw_kvs; %s promises no such layout.\n",
                 order->subject->store->name);
  }
  *violated = violations > 0;
  return err;
}
