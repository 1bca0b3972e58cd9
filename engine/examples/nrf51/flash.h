/* norkv's flash port for the nRF51's own flash. */
#ifndef FLASH_H
#define FLASH_H

#include "norkv/flash.h"

/* The pages that the linker script keeps for the store. */
struct norkv_flash flash_port(void);

#endif
