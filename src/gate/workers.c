#include <pthread.h>
#include <stdatomic.h>

#include "gate/internal.h"

struct queue {
    atomic_size_t next;
    size_t count;
    void (*work)(void *context, size_t index);
    void *context;
};

static void *drain(void *argument)
{
    struct queue *queue = argument;
    for (;;) {
        size_t index = atomic_fetch_add(&queue->next, 1);
        if (index >= queue->count)
            return NULL;
        queue->work(queue->context, index);
    }
}

void sg_for_each(size_t count, unsigned jobs, void (*work)(void *context, size_t index), void *context)
{
    struct queue queue = {.count = count, .work = work, .context = context};
    pthread_t threads[SG_MAX_JOBS];
    unsigned started = 0;
    /* The calling thread works, too. */
    while (started + 1 < jobs && started + 1 < count && started < SG_MAX_JOBS &&
           pthread_create(&threads[started], NULL, drain, &queue) == 0)
        started++;
    drain(&queue);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}
