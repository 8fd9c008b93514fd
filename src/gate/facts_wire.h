/*
 * The facts of one package as bytes: what the confined process that reads it answers with. Inside the gate room only.
 *
 * The reading side trusts nothing: every length, enumeration and text is checked, and what the format calls proven must fit its
 * grammar. It cannot check that the process told the truth, which is why the process has nothing to gain or to lose but the
 * verdict on its own package.
 */
#ifndef SG_GATE_FACTS_WIRE_H
#define SG_GATE_FACTS_WIRE_H

#include "verdict/verdict.h"

/* Appends the facts to `out`. */
SG_RESULT sg_facts_encode(const struct sg_facts *facts, struct sg_buffer *out, struct sg_error *error);

/* Reads facts from all of `bytes` into *out, whose arena is ready. INTERNAL when they are anything else than what
 * sg_facts_encode writes. */
SG_RESULT sg_facts_decode(struct sg_span bytes, struct sg_facts *out, struct sg_error *error);

#endif
