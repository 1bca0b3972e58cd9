/*
 * What AddressSanitizer's leak check leaves out: Criterion's own runner, which at times keeps 48 bytes of a test that
 * ran long beside others. The tests run in processes of their own, and their leaks are found.
 */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the sanitizer looks for this name. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void) {
  return "leak:libcriterion\n";
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
