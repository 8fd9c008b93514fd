#include "crypto/hasher.h"

#include <pthread.h>

#include "base/cleanup.h"

/* Something to hash. */
struct piece {
    enum sg_hash hash;
    struct sg_span bytes;
    uint64_t ring_end; /* how much of the ring is free again once this is hashed */
};

struct sg_hasher {
    struct sg_sha256_stream *file;
    struct sg_sha384 *content;
    uint8_t *ring; /* one piece of room without a thread */
    size_t ring_bytes;

    bool threaded;
    pthread_t thread;
    pthread_mutex_t lock; /* over all that follows */
    pthread_cond_t more;  /* for the thread: there is a piece, or it shall end */
    pthread_cond_t less;  /* for the caller: there is room, or nothing is left to hash */
    bool running, ending, idle, caller_waits;
    struct piece pieces[SG_HASHER_PIECES];
    size_t added, hashed; /* pieces since the start */
    /* Bytes of the ring handed over and hashed since the start; a place in the ring is the rest of a division by its size. */
    uint64_t ring_used, ring_free;
    bool failed;
    struct sg_error error; /* why, when it failed */
};

static sg_result hash_piece(struct sg_hasher *hasher, enum sg_hash hash, struct sg_span bytes, struct sg_error *error)
{
    return hash == SG_HASH_FILE ? sg_sha256_stream_add(hasher->file, bytes, error)
                                : sg_sha384_add(hasher->content, bytes, error);
}

/* --- the thread ----------------------------------------------------------------------------------------------------------- */

/* Waits for a piece; false when there will be none. Under the lock. */
static bool wait_for_piece(struct sg_hasher *hasher)
{
    while (hasher->hashed == hasher->added && !hasher->ending) {
        hasher->idle = true;
        if (hasher->caller_waits)
            pthread_cond_signal(&hasher->less);
        pthread_cond_wait(&hasher->more, &hasher->lock);
    }
    hasher->idle = false;
    return hasher->hashed != hasher->added;
}

/* The oldest piece. The lock is open while it is hashed: until it counts as hashed, nobody else touches its bytes. */
static void hash_oldest(struct sg_hasher *hasher)
{
    struct piece piece = hasher->pieces[hasher->hashed % SG_HASHER_PIECES];
    struct sg_error error = {0};
    bool skip = hasher->failed;
    pthread_mutex_unlock(&hasher->lock);
    bool done = skip || hash_piece(hasher, piece.hash, piece.bytes, &error).done;
    pthread_mutex_lock(&hasher->lock);
    if (!done) {
        hasher->failed = true;
        hasher->error = error;
    }
    hasher->hashed++;
    hasher->ring_free = piece.ring_end;
    /* Not for every piece: each time the caller wakes up has its cost. */
    if (hasher->caller_waits && hasher->ring_used - hasher->ring_free <= hasher->ring_bytes / 2)
        pthread_cond_signal(&hasher->less);
}

static void *run_thread(void *argument)
{
    struct sg_hasher *hasher = argument;
    pthread_mutex_lock(&hasher->lock);
    hasher->running = true;
    pthread_cond_signal(&hasher->less);
    while (wait_for_piece(hasher))
        hash_oldest(hasher);
    pthread_mutex_unlock(&hasher->lock);
    return NULL;
}

/* --- the caller ----------------------------------------------------------------------------------------------------------- */

/* Under the lock. */
static void wait_for_thread(struct sg_hasher *hasher)
{
    hasher->caller_waits = true;
    pthread_cond_wait(&hasher->less, &hasher->lock);
    hasher->caller_waits = false;
}

static void start_thread(struct sg_hasher *hasher)
{
    hasher->threaded = pthread_create(&hasher->thread, NULL, run_thread, hasher) == 0;
    if (!hasher->threaded)
        return;
    pthread_mutex_lock(&hasher->lock);
    while (!hasher->running)
        wait_for_thread(hasher);
    pthread_mutex_unlock(&hasher->lock);
}

sg_result sg_hasher_start(bool threaded, struct sg_hasher **out, struct sg_error *error)
{
    SG_CLEANUP(sg_hasher_free) struct sg_hasher *hasher = calloc(1, sizeof *hasher);
    if (hasher == NULL)
        return sg_fail_memory(error);
    pthread_mutex_init(&hasher->lock, NULL);
    pthread_cond_init(&hasher->more, NULL);
    pthread_cond_init(&hasher->less, NULL);
    hasher->ring_bytes = threaded ? SG_HASHER_RING_BYTES : SG_INFLATE_CHUNK_BYTES;
    hasher->ring = malloc(hasher->ring_bytes);
    if (hasher->ring == NULL)
        return sg_fail_memory(error);
    SG_TRY(sg_sha256_stream_start(&hasher->file, error));
    SG_TRY(sg_sha384_start(&hasher->content, error));
    if (threaded)
        start_thread(hasher);
    *out = SG_TAKE(hasher);
    return SG_OK;
}

static void end_thread(struct sg_hasher *hasher)
{
    pthread_mutex_lock(&hasher->lock);
    hasher->ending = true;
    pthread_cond_signal(&hasher->more);
    pthread_mutex_unlock(&hasher->lock);
    pthread_join(hasher->thread, NULL);
}

void sg_hasher_free(struct sg_hasher **hasher)
{
    if (*hasher == NULL)
        return;
    if ((*hasher)->threaded)
        end_thread(*hasher);
    pthread_cond_destroy(&(*hasher)->less);
    pthread_cond_destroy(&(*hasher)->more);
    pthread_mutex_destroy(&(*hasher)->lock);
    sg_sha256_stream_free(&(*hasher)->file);
    sg_sha384_free(&(*hasher)->content);
    free((*hasher)->ring);
    free(*hasher);
    *hasher = NULL;
}

void sg_hasher_room(struct sg_hasher *hasher, size_t wanted, uint8_t **room, size_t *room_bytes)
{
    *room_bytes = wanted < SG_INFLATE_CHUNK_BYTES ? wanted : SG_INFLATE_CHUNK_BYTES;
    *room = hasher->ring;
    if (!hasher->threaded)
        return;
    pthread_mutex_lock(&hasher->lock);
    /* A piece does not go round the end. */
    size_t place = (size_t)(hasher->ring_used % hasher->ring_bytes);
    if (hasher->ring_bytes - place < *room_bytes) {
        hasher->ring_used += hasher->ring_bytes - place;
        place = 0;
    }
    while (hasher->ring_used + *room_bytes - hasher->ring_free > hasher->ring_bytes && hasher->hashed != hasher->added)
        wait_for_thread(hasher);
    pthread_mutex_unlock(&hasher->lock);
    *room += place;
}

static bool in_ring(const struct sg_hasher *hasher, struct sg_span bytes)
{
    return (uintptr_t)bytes.data - (uintptr_t)hasher->ring < hasher->ring_bytes;
}

static void hand_over(struct sg_hasher *hasher, enum sg_hash hash, struct sg_span bytes)
{
    while (hasher->added - hasher->hashed == SG_HASHER_PIECES)
        wait_for_thread(hasher);
    if (in_ring(hasher, bytes))
        hasher->ring_used += bytes.size;
    hasher->pieces[hasher->added % SG_HASHER_PIECES] = (struct piece){hash, bytes, hasher->ring_used};
    hasher->added++;
    if (hasher->idle)
        pthread_cond_signal(&hasher->more);
}

sg_result sg_hasher_add(struct sg_hasher *hasher, enum sg_hash hash, struct sg_span bytes, struct sg_error *error)
{
    if (bytes.size == 0)
        return SG_OK;
    if (!hasher->threaded)
        return hash_piece(hasher, hash, bytes, error);
    pthread_mutex_lock(&hasher->lock);
    bool failed = hasher->failed;
    if (!failed)
        hand_over(hasher, hash, bytes);
    pthread_mutex_unlock(&hasher->lock);
    return failed ? sg_fail(error, hasher->error.code, "%s", hasher->error.message) : SG_OK;
}

sg_result sg_hasher_finish(struct sg_hasher *hasher, enum sg_hash hash, uint8_t *out, struct sg_error *error)
{
    pthread_mutex_lock(&hasher->lock);
    while (hasher->hashed != hasher->added)
        wait_for_thread(hasher);
    bool failed = hasher->failed;
    pthread_mutex_unlock(&hasher->lock);
    if (failed)
        return sg_fail(error, hasher->error.code, "%s", hasher->error.message);
    return hash == SG_HASH_FILE ? sg_sha256_stream_finish(hasher->file, out, error)
                                : sg_sha384_finish(hasher->content, out, error);
}
