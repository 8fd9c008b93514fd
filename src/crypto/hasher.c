#include "crypto/hasher.h"

#include <pthread.h>

#include "base/cleanup.h"

enum task { ADD_TO_FILE, ADD_TO_CONTENT, BEGIN_PART, ADD_TO_CONTENT_AND_PART, END_PART };

/* Something to hash. */
struct piece {
    enum task task;
    struct sg_span bytes;
    uint8_t *sha256;   /* of END_PART: where the digest belongs */
    uint64_t ring_end; /* how much of the ring is free again once this is hashed */
};

struct sg_hasher {
    struct sg_sha256_stream *file;
    struct sg_sha384 *content;
    struct sg_sha256_stream *part; /* of those that are the thread's */
    uint8_t *ring;                 /* one piece of room without a thread */
    size_t ring_bytes;

    /* The caller's part, and whether the caller's thread computes it. */
    struct sg_sha256_stream *own_part;
    uint8_t *part_sha256; /* NULL outside of parts */
    bool part_is_own;

    bool threaded;
    pthread_t thread;
    pthread_mutex_t lock; /* over all that follows */
    pthread_cond_t more;  /* for the thread: there is a piece, or it shall end */
    pthread_cond_t less;  /* for the caller: there is room, or nothing is left to hash */
    bool running, ending, idle, caller_waits;
    struct piece pieces[SG_HASHER_PIECES];
    size_t added, hashed; /* pieces since the start */
    size_t waiting_bytes; /* of the pieces that were added and not hashed */
    /* Bytes of the ring handed over and hashed since the start; a place in the ring is the rest of a division by its size. */
    uint64_t ring_used, ring_free;
    bool failed;
    struct sg_error error; /* why, when it failed */
};

static sg_result do_piece(struct sg_hasher *hasher, const struct piece *piece, struct sg_error *error)
{
    switch (piece->task) {
    case ADD_TO_FILE:
        return sg_sha256_stream_add(hasher->file, piece->bytes, error);
    case BEGIN_PART:
        return sg_sha256_stream_start(&hasher->part, error);
    case ADD_TO_CONTENT_AND_PART:
        SG_TRY(sg_sha256_stream_add(hasher->part, piece->bytes, error));
        return sg_sha384_add(hasher->content, piece->bytes, error);
    case END_PART:
        return sg_sha256_stream_finish(hasher->part, piece->sha256, error);
    case ADD_TO_CONTENT:
        break;
    }
    return sg_sha384_add(hasher->content, piece->bytes, error);
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
    bool done = skip || do_piece(hasher, &piece, &error).done;
    pthread_mutex_lock(&hasher->lock);
    if (!done) {
        hasher->failed = true;
        hasher->error = error;
    }
    hasher->hashed++;
    hasher->waiting_bytes -= piece.bytes.size;
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

static void wake_thread(struct sg_hasher *hasher)
{
    if (hasher->idle)
        pthread_cond_signal(&hasher->more);
    hasher->idle = false;
}

/* Under the lock. */
static void wait_for_thread(struct sg_hasher *hasher)
{
    wake_thread(hasher);
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
    SG_TRY(sg_sha256_stream_start(&hasher->part, error));
    SG_TRY(sg_sha256_stream_start(&hasher->own_part, error));
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
    sg_sha256_stream_free(&(*hasher)->part);
    sg_sha256_stream_free(&(*hasher)->own_part);
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

/* Under the lock. */
static void queue(struct sg_hasher *hasher, struct piece piece)
{
    while (hasher->added - hasher->hashed == SG_HASHER_PIECES)
        wait_for_thread(hasher);
    if (in_ring(hasher, piece.bytes))
        hasher->ring_used += piece.bytes.size;
    piece.ring_end = hasher->ring_used;
    hasher->pieces[hasher->added % SG_HASHER_PIECES] = piece;
    hasher->added++;
    hasher->waiting_bytes += piece.bytes.size;
    if (hasher->waiting_bytes >= SG_HASHER_WAKE_BYTES)
        wake_thread(hasher);
}

static sg_result hand_over(struct sg_hasher *hasher, struct piece piece, struct sg_error *error)
{
    if (!hasher->threaded)
        return do_piece(hasher, &piece, error);
    pthread_mutex_lock(&hasher->lock);
    bool failed = hasher->failed;
    if (!failed)
        queue(hasher, piece);
    pthread_mutex_unlock(&hasher->lock);
    return failed ? sg_fail(error, hasher->error.code, "%s", hasher->error.message) : SG_OK;
}

sg_result sg_hasher_add(struct sg_hasher *hasher, enum sg_hash hash, struct sg_span bytes, struct sg_error *error)
{
    enum task task = hash == SG_HASH_FILE ? ADD_TO_FILE : ADD_TO_CONTENT;
    if (bytes.size == 0)
        return SG_OK;
    if (hash == SG_HASH_CONTENT && hasher->part_sha256 != NULL) {
        if (hasher->part_is_own)
            SG_TRY(sg_sha256_stream_add(hasher->own_part, bytes, error));
        else
            task = ADD_TO_CONTENT_AND_PART;
    }
    return hand_over(hasher, (struct piece){.task = task, .bytes = bytes}, error);
}

static bool is_busy(struct sg_hasher *hasher)
{
    pthread_mutex_lock(&hasher->lock);
    bool busy = hasher->waiting_bytes > SG_HASHER_BUSY_BYTES;
    pthread_mutex_unlock(&hasher->lock);
    return busy;
}

sg_result sg_hasher_begin_part(struct sg_hasher *hasher, uint8_t *sha256, struct sg_error *error)
{
    hasher->part_sha256 = sha256;
    hasher->part_is_own = !hasher->threaded || is_busy(hasher);
    return hasher->part_is_own ? sg_sha256_stream_start(&hasher->own_part, error)
                               : hand_over(hasher, (struct piece){.task = BEGIN_PART}, error);
}

sg_result sg_hasher_end_part(struct sg_hasher *hasher, struct sg_error *error)
{
    uint8_t *sha256 = hasher->part_sha256;
    hasher->part_sha256 = NULL;
    return hasher->part_is_own ? sg_sha256_stream_finish(hasher->own_part, sha256, error)
                               : hand_over(hasher, (struct piece){.task = END_PART, .sha256 = sha256}, error);
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
