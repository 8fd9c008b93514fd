/*
 * Makes the N-th thing that can fail, fail: an allocation of anybody in the process, libraries included, or one of the calls
 * that reach the kernel or zlib. Linked into one test program (tests/CMakeLists.txt, faults.c).
 */
#ifndef SG_TESTS_TORTURE_FAULTS_H
#define SG_TESTS_TORTURE_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

/* Whose calls count: those of the process that armed, or those of a process that it forked and that forked again, which is how
 * packages are read (src/gate/reader.h). */
enum fault_scope { FAULT_HERE, FAULT_IN_READER };

/* Which calls count: all, or those alone that reach the kernel or zlib. */
enum fault_kinds { FAULT_ALL, FAULT_CALLS };

/* From now on the `nth` call fails, and only that one; 0 only counts, and notes the path that led to each. For a process with one
 * thread: no others are started, as if the machine refused them. */
void faults_arm(size_t nth, enum fault_scope scope, enum fault_kinds kinds);

struct faults_seen {
    size_t count;     /* calls that could have failed */
    const char *what; /* the one that did; NULL when none was reached */
    bool io;          /* it was a file that could not be opened, examined or read */
};

struct faults_seen faults_disarm(void);

/* Calls are let be between these two. */
void faults_pause(void);
void faults_resume(void);

/* After a run that only counted: the points (from 1, rising) that are the first that their path led to; with `all`, every point.
 * Arithmetic on large numbers allocates thousands of times on one path. Owned; free with free(3). */
size_t *faults_choose(bool all, size_t *count);

/* Prints the path to the call that fails, while it fails, to this descriptor; -1 ends that. */
void faults_show_path(int descriptor);

#endif
