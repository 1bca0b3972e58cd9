/*
 * What a build of norkv leaves out. Each option is a macro with a default; define others for all sources of the engine
 * and for all that includes its headers: with CMake in the variable NORKV_OPTIONS, otherwise with -D. What an option
 * leaves out norkv_start refuses, or it says so here; nothing on flash depends on any of them.
 *
 * Two options have no default, because they are off:
 *
 * NORKV_SMALL_CHECKSUM       checksums with tables of 96 bytes in place of 12 KiB, and slower
 * NORKV_ONLY_POLICY=POLICY   one wear policy, as enum norkv_policy names it; other ones are INVALID
 * NORKV_ONLY_CHECKSUM=KIND   one checksum, as enum norkv_checksum names it; formats with other ones are INVALID
 */
#ifndef NORKV_OPTIONS_H
#define NORKV_OPTIONS_H

/* Copies of each entry, 1 to 16; a configuration that wants more is INVALID. With 1, `redundancy` must be 1. */
#ifndef NORKV_MAX_REDUNDANCY
#define NORKV_MAX_REDUNDANCY 16u
#endif

/* Formats that one store reads, 1 to 255; a configuration with more is INVALID. */
#ifndef NORKV_MAX_FORMATS
#define NORKV_MAX_FORMATS 8u
#endif

/* 1: entries in another than the first format, or written at another alignment, are written anew in the first format
   and at the present alignment when they are moved. 0: there are none, and where start meets a good one it answers
   GEOMETRY and erases nothing; NORKV_MAX_FORMATS must be 1. */
#ifndef NORKV_MIGRATION
#define NORKV_MIGRATION 1
#endif

/* 0: norkv_start and norkv_memory_size rely on the configuration and answer neither INVALID nor GEOMETRY: for a
   firmware whose configuration never changes, once a build that checks has taken it. */
#ifndef NORKV_CHECK_CONFIG
#define NORKV_CHECK_CONFIG 1
#endif

#if NORKV_MAX_REDUNDANCY < 1 || NORKV_MAX_REDUNDANCY > 16
#error "NORKV_MAX_REDUNDANCY is 1 to 16"
#endif
#if NORKV_MAX_FORMATS < 1 || NORKV_MAX_FORMATS > 255 || (!NORKV_MIGRATION && NORKV_MAX_FORMATS != 1)
#error "NORKV_MAX_FORMATS is 1 to 255, and 1 without NORKV_MIGRATION"
#endif

#endif
