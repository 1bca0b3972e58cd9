/* Shrinking an input that shows something. */
#ifndef PC_FUZZ_SHRINK_H
#define PC_FUZZ_SHRINK_H

/* Writes to `output` the smallest input that was found to show what the one in `path` shows. The exit status of the
   runner: 0; 2 where the input shows nothing, 3. */
int pc_shrink(const char *path, const char *output);

#endif
