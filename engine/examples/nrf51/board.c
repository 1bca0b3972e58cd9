#include "board.h"

/* Semihosting operations. */
#define SYS_WRITE0 0x04u
#define SYS_EXIT 0x18u
#define STOPPED_EXIT 0x20026u  /* the program ended */
#define STOPPED_ERROR 0x20023u /* the program ended in an error */

/* The Application Interrupt and Reset Control Register; a write needs the key in its upper half. */
#define AIRCR (*(volatile uint32_t *)0xE000ED0Cu)
#define AIRCR_KEY (0x05FAu << 16)
#define AIRCR_SYSRESETREQ (1u << 2)

static void semihosting(uint32_t operation, uintptr_t argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register uintptr_t r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

void board_print(const char *text) {
  semihosting(SYS_WRITE0, (uintptr_t)text);
}

void board_print_number(uint32_t number) {
  char text[11]; /* ten digits and the end */
  char *first = &text[sizeof(text) - 1];
  *first = '\0';
  do {
    *--first = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  board_print(first);
}

void board_reset(void) {
  __asm__ volatile("dsb" ::: "memory");
  AIRCR = AIRCR_KEY | AIRCR_SYSRESETREQ;
  for (;;) {
  }
}

void board_exit(int status) {
  semihosting(SYS_EXIT, status == 0 ? STOPPED_EXIT : STOPPED_ERROR);
  for (;;) {
  }
}
