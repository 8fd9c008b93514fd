/*
 * The judgement (CONTRACT.md section 4): facts, a configuration and a time in; checks, findings and an action out. No I/O, no
 * clock, no printing.
 *
 * Thread-safe.
 */
#ifndef SG_VERDICT_VERDICT_H
#define SG_VERDICT_VERDICT_H

#include "config/lock.h"
#include "crypto/envelope.h"
#include "package/package.h"

/* What was found out about one package file, once for all configurations that it is judged under. */
struct sg_facts {
    bool was_read;          /* false: `unreadable` says why, and nothing else is known */
    const char *unreadable; /* printable */
    struct sg_package package;
    struct sg_envelope envelope; /* filled when the package has a signature */
    struct sg_proof revocation;  /* filled when the signature is proven and there are sources */
    const char *resolved_path;   /* where a symbolic link led, or NULL */
    struct sg_arena arena;       /* owns all of the above */
};

enum sg_status { SG_STATUS_UNDECIDED = 0, SG_STATUS_PASS, SG_STATUS_FAIL, SG_STATUS_SKIPPED };

struct sg_check_result {
    enum sg_status status;
    enum sg_rule rule;   /* SG_RULE_NONE unless it failed or is undecided */
    const char *message; /* NULL when there is no rule */
};

enum sg_signature_status {
    SG_SIGNATURE_UNDECIDED = 0,
    SG_SIGNATURE_VALID,
    SG_SIGNATURE_INVALID,
    SG_SIGNATURE_EXPIRED,
    SG_SIGNATURE_MISMATCH,
    SG_SIGNATURE_REVOKED,
    SG_SIGNATURE_NOT_APPLICABLE, /* an image: cannot be signed this way */
};

enum sg_action { SG_ACTION_UNDECIDED = 0, SG_ACTION_ALLOW, SG_ACTION_WARN, SG_ACTION_BLOCK };

enum sg_level { SG_LEVEL_ERROR, SG_LEVEL_WARNING, SG_LEVEL_NOTICE };

struct sg_finding {
    enum sg_rule rule;
    enum sg_check check;
    enum sg_level level; /* error: it blocks or cannot be decided; warning: it warns; notice: changes nothing */
    const char *message; /* what is wrong, with names and values; printable, one line */
    const char *help;    /* how to mend it; printable, one line; never NULL */
    const char *detail;  /* more for a person, e.g. "allowed: …"; NULL when there is none */
};

struct sg_judgement {
    struct sg_check_result checks[SG_CHECK_COUNT];
    enum sg_signature_status signature_status;
    enum sg_action action;
    struct sg_finding *findings; /* borrowed from the arena given to sg_judge */
    size_t finding_count;
    size_t finding_capacity;
};

struct sg_judging {
    struct sg_time now;
    bool enforce_all;           /* --enforce */
    bool strict;                /* config->strict */
    bool revocation_configured; /* there is at least one source */
    bool unavailable_warns;     /* on_unavailable: warn */
    const struct sg_lock *lock; /* NULL when there is none, or when it is not to be held against */
    bool frozen;                /* --frozen: an artifact without an entry in the lock is blocked */
};

/* Judges one artifact under one configuration (NULL only for an image). Findings live in `arena`. Errors only when memory
 * runs out; the judgement is then undecided. */
SG_RESULT sg_judge(const struct sg_artifact *artifact, const struct sg_facts *facts,
                   const struct sg_code_signing_config *config, const struct sg_judging *judging,
                   struct sg_arena *arena, struct sg_judgement *out, struct sg_error *error);

/* Whether anything the package claims is proven: integrity passed. */
bool sg_judgement_authenticated(const struct sg_judgement *judgement);

/* "pass", "VALID", "allow", "error": the words of the report. */
const char *sg_status_name(enum sg_status status);
const char *sg_signature_status_name(enum sg_signature_status status);
const char *sg_action_name(enum sg_action action);
const char *sg_level_name(enum sg_level level);

#endif
