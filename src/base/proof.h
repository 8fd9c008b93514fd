/*
 * What is known about one claim. The zero value is "undecided"; "proven" is assigned in one place for each claim, after every
 * fact that it needs.
 */
#ifndef SG_BASE_PROOF_H
#define SG_BASE_PROOF_H

#include "base/arena.h"
#include "base/rule.h"

enum sg_outcome {
    SG_UNDECIDED = 0,
    SG_PROVEN,
    SG_REFUTED,
};

struct sg_proof {
    enum sg_outcome outcome;
    enum sg_rule rule; /* why it is refuted, else SG_RULE_NONE */
    const char
        *message; /* printable; why it is refuted or undecided, else NULL; borrowed from the arena of its maker */
};

/* Refutes `proof` with a message made in `arena`. Foreign bytes reach the format only through sg_printable. Fails only when
 * memory runs out; the proof is then undecided. A proof that is refuted already keeps its first reason. */
SG_RESULT sg_refute(struct sg_proof *proof, struct sg_arena *arena, enum sg_rule rule, struct sg_error *error,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Something worth saying that changes no action (ATTACKS.md, amendment a). */
struct sg_notice {
    enum sg_rule rule; /* SUSPICIOUS_CONTENT or UNUSUAL_PACKAGE */
    const char *message;
};

struct sg_notices {
    struct sg_notice *items; /* borrowed from the arena */
    size_t count;            /* at most SG_PACKAGE_MAX_NOTICES */
    size_t capacity;
    size_t left_out; /* how many more there were */
};

SG_RESULT sg_note(struct sg_notices *notices, struct sg_arena *arena, enum sg_rule rule, struct sg_error *error,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
