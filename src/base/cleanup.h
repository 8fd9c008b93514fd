/*
 * The one cleanup idiom: a variable declares its destructor, functions return early, and what outlives the function is taken
 * out of the variable with SG_TAKE. No `goto out`.
 */
#ifndef SG_BASE_CLEANUP_H
#define SG_BASE_CLEANUP_H

/* `SG_CLEANUP(sg_buffer_free) struct sg_buffer b = …;` calls sg_buffer_free(&b) when b goes out of scope. */
#define SG_CLEANUP(function) __attribute__((cleanup(function)))

/* The value of `variable`, which is set to NULL: ownership moves to whoever receives the value. */
#define SG_TAKE(variable)                                                                                              \
    __extension__({                                                                                                    \
        __typeof__(variable) sg_taken_ = (variable);                                                                   \
        (variable) = NULL;                                                                                             \
        sg_taken_;                                                                                                     \
    })

/* free(3) for SG_CLEANUP on any pointer; frees *pointer. */
void sg_cleanup_free(void *pointer);

/* close(2) for SG_CLEANUP on a descriptor; -1 is nothing to close. */
void sg_cleanup_close(int *descriptor);

#endif
