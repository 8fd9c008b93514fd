/*
 * The facts of one package, in the parts that the program and its confined readers do. Inside the gate room only.
 */
#ifndef SG_GATE_FACTS_H
#define SG_GATE_FACTS_H

#include "gate/gate.h"

/* Where a symbolic link at `path` leads, printable and in the arena of `facts`; *out stays NULL for anything else. */
SG_RESULT sg_facts_resolve(const char *path, struct sg_facts *facts, const char **out, struct sg_error *error);

/* Opens the package for a reader. When it cannot be read, or is too large to be read, *opened is false and the facts say so. */
SG_RESULT sg_facts_open(const char *path, struct sg_facts *facts, int *descriptor, bool *opened,
                        struct sg_error *error);

/* Reads and verifies an open package; `hasher` as for sg_package_read_with. Free with sg_facts_free. */
SG_RESULT sg_facts_read_open(int descriptor, const struct sg_anchors *anchors, struct sg_hasher *hasher,
                             struct sg_facts *out, struct sg_error *error);

#endif
