/* The device of a subject; and its store, which is asked whether it takes its setup in a process of its own: it may
   fall over at that, or print. */
#include "subject.h"

#include "powercut/target.h"
#include "trial.h"

enum pc_result pc_subject_create_device(const struct pc_subject *subject, struct pc_device **device,
                                        struct pc_error *error) {
  enum pc_result result = pc_device_create(device, subject->profile, subject->sectors, error);
  if (result != PC_OK) {
    return result;
  }
  pc_device_set_worn(*device, subject->worn);
  if (subject->image.size > 0) {
    result = pc_device_load(*device, subject->image, error);
  }
  if (result != PC_OK) {
    pc_device_destroy(*device);
    *device = NULL;
  }
  return result;
}

struct question {
  const struct pc_subject *subject;
  uint32_t key_count;
  struct pc_store_promises *promises; /* the parent's */
};

/* What comes back. */
struct answer {
  struct pc_outcome outcome;
  struct pc_store_promises promises; /* if the outcome is PC_OK */
};

static enum pc_result ask(const struct question *question, struct pc_store_promises *promises, struct pc_error *error) {
  const struct pc_subject *subject = question->subject;
  struct pc_device *device;
  enum pc_result result = pc_subject_create_device(subject, &device, error);
  if (result != PC_OK) {
    return result;
  }
  struct pc_target target;
  result = pc_target_open(&target, subject->store, device, subject->parameters, subject->parameter_count,
                          question->key_count, error);
  if (result == PC_OK) {
    *promises = target.promises;
    pc_target_close(&target);
  }
  pc_device_destroy(device);
  return result;
}

static void serve(const struct pc_worker_end *end, const void *context) {
  struct answer answer = {.outcome.magic = PC_OUTCOME_MAGIC};
  answer.outcome.result = ask(context, &answer.promises, &answer.outcome.error);
  (void)pc_socket_write(end->socket, &answer, sizeof answer);
}

static enum pc_result receive(void *context, int socket, bool *whole, struct pc_error *error) {
  const struct question *question = context;
  struct answer answer;
  *whole = pc_socket_read(socket, &answer, sizeof answer) && pc_outcome_is_sane(&answer.outcome);
  if (*whole && answer.outcome.result != PC_OK) {
    return pc_fail(error, answer.outcome.result, "%s", answer.outcome.error.message);
  }
  if (*whole) {
    *question->promises = answer.promises;
  }
  return PC_OK;
}

enum pc_result pc_subject_check(const struct pc_subject *subject, uint32_t key_count,
                                struct pc_store_promises *promises, struct pc_error *error) {
  /* One more key than the workload's: the one that the checks write. */
  struct question question = {.subject = subject, .key_count = key_count + 1, .promises = promises};
  const struct pc_trial_plan plan = {
      .work = {.serve = serve, .context = &question, .patience = pc_subject_patience(subject)},
      .receive = receive,
      .context = &question,
  };
  struct pc_trial trial;
  enum pc_result result = pc_profile_check(subject->profile, subject->sectors, error);
  if (result == PC_OK) {
    result = pc_trial_run(&plan, &trial, error);
  }
  if (result == PC_OK && !trial.survived) {
    result = pc_fail(error, PC_BAD_INPUT, "%s can't be set up: %s", subject->store->name, trial.what);
  }
  return result;
}
