/* The nearest known word: what somebody who slipped on the keyboard meant. */
#include "base/nearest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"

static uint8_t lower(char c)
{
    uint8_t byte = (uint8_t)c;
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 32) : byte;
}

static size_t smallest(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits that still count as a slip in a word of this length; a word of one letter has only its case to slip on. */
static size_t tolerated(size_t length)
{
    if (length <= 8)
        return length <= 1 ? 0 : (length <= 3 ? 1 : 2);
    return smallest(length / 4 + 1, 5);
}

/* Edit distance with transpositions of neighbours (optimal string alignment), case aside; more than `bound` as soon as it is
 * sure to be. Both words have at most SG_CONFIG_NAME_MAX_BYTES. Only cells that are at most `bound` away from the diagonal can
 * matter; the others are never looked at, so that thousands of long names cost little. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length, size_t bound)
{
    size_t rows[3][SG_CONFIG_NAME_MAX_BYTES + 2];
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *two_above = rows[(i + 1) % 3];
        size_t from = i > bound ? i - bound : 1;
        size_t to = smallest(b_length, i + bound);
        size_t best = row[from - 1] = from == 1 ? i : bound + 1;
        for (size_t j = from; j <= to; j++) {
            bool same = lower(a[i - 1]) == lower(b[j - 1]);
            size_t edits = smallest(above[j - 1] + (same ? 0 : 1), smallest(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                edits = smallest(edits, two_above[j - 2] + 1);
            row[j] = edits;
            best = smallest(best, edits);
        }
        row[to + 1] = bound + 1; /* what the next row sees beyond the edge */
        if (best > bound)
            return bound + 1;
    }
    return rows[a_length % 3][b_length];
}

const char *sg_nearest_word(const char *word, const char *const *words, size_t count)
{
    const char *nearest = NULL;
    size_t length = strlen(word);
    if (length > SG_CONFIG_NAME_MAX_BYTES)
        return NULL;
    size_t bound = tolerated(length) + 1; /* one more than is still taken */
    for (size_t i = 0; i < count && bound > 0; i++) {
        size_t other = strlen(words[i]);
        size_t difference = other > length ? other - length : length - other;
        if (other > SG_CONFIG_NAME_MAX_BYTES || difference >= bound)
            continue;
        size_t edits = distance(word, length, words[i], other, bound - 1);
        if (edits < bound) {
            bound = edits;
            nearest = words[i];
        }
    }
    return nearest;
}
