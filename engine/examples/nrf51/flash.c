#include "flash.h"

#include <string.h>

#define PAGE_SIZE 1024u
#define PAGE_COUNT 4u /* as in the linker script */
#define WORD_SIZE sizeof(uint32_t)

/* The Non-Volatile Memory Controller. While it programs or erases, the processor waits. */
#define NVMC_READY (*(volatile const uint32_t *)0x4001E400u)
#define NVMC_CONFIG (*(volatile uint32_t *)0x4001E504u)
#define NVMC_ERASEPAGE (*(volatile uint32_t *)0x4001E508u)
#define CONFIG_READ 0u
#define CONFIG_WRITE 1u
#define CONFIG_ERASE 2u

extern uint32_t store_begin[]; /* from the linker script */

static void wait_until_ready(void) {
  while (NVMC_READY == 0) {
  }
}

static void configure(uint32_t mode) {
  NVMC_CONFIG = mode;
  wait_until_ready();
}

/* Internal flash is memory: a read is a copy. */
static int read_bytes(void *context, uint32_t address, void *buffer, size_t size) {
  (void)context;
  memcpy(buffer, (const uint8_t *)store_begin + address, size);
  return 0;
}

/* The part takes whole words only, which is why the port's `alignment` is 4. `data` may lie at any address. */
static int program_words(void *context, uint32_t address, const void *data, size_t size) {
  (void)context;
  volatile uint32_t *to = store_begin + address / WORD_SIZE;
  const uint8_t *from = data;
  configure(CONFIG_WRITE);
  for (size_t done = 0; done < size; done += WORD_SIZE) {
    uint32_t word;
    memcpy(&word, from + done, WORD_SIZE);
    *to++ = word;
    wait_until_ready();
  }
  configure(CONFIG_READ);
  return 0; /* the part reports no failure: norkv reads back what it wrote */
}

static int erase_page(void *context, uint32_t sector) {
  (void)context;
  configure(CONFIG_ERASE);
  NVMC_ERASEPAGE = (uint32_t)(uintptr_t)store_begin + sector * PAGE_SIZE;
  wait_until_ready();
  configure(CONFIG_READ);
  return 0;
}

struct norkv_flash flash_port(void) {
  return (struct norkv_flash){
      .sector_size = PAGE_SIZE,
      .sector_count = PAGE_COUNT,
      .alignment = WORD_SIZE,
      .read = read_bytes,
      .program = program_words,
      .erase = erase_page,
  };
}
