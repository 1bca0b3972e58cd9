/* The older chunk format as a store under test. */
#ifndef PC_CHUNK_STORE_H
#define PC_CHUNK_STORE_H

#include "powercut/store.h"

extern const struct pc_store pc_chunk_store;

#endif
