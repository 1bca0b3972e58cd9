/* A shared library is loaded in a process of its own first, since its constructors may do anything. */
#ifndef PC_STORE_PLUGIN_TRIAL_H
#define PC_STORE_PLUGIN_TRIAL_H

#include "powercut/error.h"

/* Loads a library; it may fail to. */
typedef void *(*pc_plugin_load)(const char *path);

/* PC_BAD_INPUT: loading it brings its process down, or takes longer than 10 s. PC_ENVIRONMENT: there is no process to
   be had. What it prints goes nowhere. */
enum pc_result pc_plugin_try(pc_plugin_load load, const char *path, struct pc_error *error);

#endif
