/* From reset to main: the vector table and the C run-time environment. */
#include <stdint.h>

#include "board.h"

extern uint32_t data_begin[], data_end[], bss_begin[], bss_end[], stack_top[];
extern const uint32_t data_image[];

int main(void);
void reset_handler(void);

/* A fault ends the program, so that a test sees it. */
static void fault_handler(void) {
  board_exit(1);
}

void reset_handler(void) {
  const uint32_t *from = data_image;
  for (uint32_t *to = data_begin; to < data_end;) {
    *to++ = *from++;
  }
  for (uint32_t *to = bss_begin; to < bss_end;) {
    *to++ = 0;
  }
  board_exit(main());
}

/* The stack's top, reset, NMI, HardFault; the program enables no interrupt, so that the table ends there. */
__attribute__((section(".vectors"), used)) static const struct {
  const uint32_t *stack;
  void (*handlers[3])(void);
} vectors = {stack_top, {reset_handler, fault_handler, fault_handler}};
