/* The stores that are built in, and the plugin loader. */
#ifndef POWERCUT_STORES_H
#define POWERCUT_STORES_H

#include "powercut/error.h"
#include "powercut/store.h"

size_t pc_store_count(void);
const struct pc_store *pc_store_at(size_t index);
const struct pc_store *pc_store_named(const char *name); /* NULL: there is none */

/* Loads a shared library, in a process of its own first, and returns its store, which stays valid until
   pc_plugin_close. PC_BAD_INPUT: it brings that process down, or takes longer than 10 s to load, no such file, not a
   library, no PC_STORE_SYMBOL, a PC_STORE_API that isn't taken, or a required part is missing. PC_ENVIRONMENT: there is
   no process to be had. */
struct pc_plugin;
enum pc_result pc_plugin_open(struct pc_plugin **plugin, const char *path, const struct pc_store **store,
                              struct pc_error *error);
void pc_plugin_close(struct pc_plugin *plugin); /* NULL is fine */

#endif
