/* norkv as a store under test. */
#ifndef PC_NORKV_STORE_H
#define PC_NORKV_STORE_H

#include "powercut/store.h"

extern const struct pc_store pc_norkv_store;

#endif
