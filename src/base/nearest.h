/*
 * What somebody may have meant: the nearest known word to one that is not known.
 *
 * Thread-safe.
 */
#ifndef SG_BASE_NEAREST_H
#define SG_BASE_NEAREST_H

#include <stddef.h>

/* The nearest of `words` (count of them) to `word`, by edit distance, if it is near enough to be a slip; else NULL. */
const char *sg_nearest_word(const char *word, const char *const *words, size_t count);

#endif
