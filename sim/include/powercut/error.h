/*
 * Errors of host code are values. A function that can fail returns an enum pc_result and says in a struct pc_error, in
 * one line without a newline, what went wrong and where (`file:line: ...` for files that users write).
 */
#ifndef POWERCUT_ERROR_H
#define POWERCUT_ERROR_H

enum pc_result {
  PC_OK = 0,
  PC_BAD_INPUT,   /* the user's to mend: exit status 2 */
  PC_ENVIRONMENT, /* memory, files or the database failed: exit status 3 */
};

struct pc_error {
  char message[768]; /* always terminated; cut short when longer */
};

/* Fills in `error` (which may be NULL) and returns `result`, so that a failure is one statement. */
__attribute__((format(printf, 3, 4))) enum pc_result pc_fail(struct pc_error *error, enum pc_result result,
                                                             const char *format, ...);

/* pc_fail for an allocation that failed. Defined here so that static analysis sees that it never returns PC_OK. */
static inline enum pc_result pc_fail_memory(struct pc_error *error) {
  (void)pc_fail(error, PC_ENVIRONMENT, "out of memory");
  return PC_ENVIRONMENT;
}

#endif
