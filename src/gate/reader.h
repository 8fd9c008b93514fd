/*
 * Reads packages in processes of their own, each of which sees one package and can do nothing but answer (sandbox.h).
 *
 * A process that only waits is forked before there are threads; for each package it forks a reader, which gets the open file and
 * a socket to answer on, and ends with the package. A reader that dies, lies out of form or takes for ever leaves its package
 * undecided, and no other.
 *
 * Making and ending a pool is for one thread; reading through it is thread-safe.
 */
#ifndef SG_GATE_READER_H
#define SG_GATE_READER_H

#include "gate/sandbox.h"
#include "verdict/verdict.h"

struct sg_readers;

/* Forks the process that starts readers. `anchors` are borrowed until this returns: the process keeps its copy. */
SG_RESULT sg_readers_start(const struct sg_anchors *anchors, struct sg_readers **out, struct sg_error *error);
void sg_readers_stop(struct sg_readers **readers); /* ends the process and waits for it */

/* What confines the readers on this machine. */
struct sg_sandbox sg_readers_sandbox(const struct sg_readers *readers);

/* Reads and verifies the package at `path`. A package that cannot be read, or whose reader did not answer, has
 * facts->unreadable. Errors only when memory runs out. Free with sg_facts_free. */
SG_RESULT sg_readers_read(struct sg_readers *readers, const char *path, struct sg_facts *out, struct sg_error *error);

#endif
