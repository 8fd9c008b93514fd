/*
 * Refuses a room what it asks of others: memory (base/arena.h, base/buffer.h), and OpenSSL's calls that only a lack of memory or
 * a broken library can make fail. Every call of the room's functions that a unit test makes is first made once for each way on
 * which such a request is reached, and that request fails. What must come of it is an error that says so, whatever the package,
 * signature or finding was about to be: never a verdict. tests/torture/faults.h does the same to whole runs of the command, but
 * there an arena fails only where it happens to need a new block.
 *
 * Linked into the unit tests of the rooms that judge (tests/CMakeLists.txt): requests.c and openssl.c, to which the linker sends
 * the requests, and requests_of_ROOM.c, to which it sends the tests' calls. For one thread.
 */
#ifndef SG_TESTS_TORTURE_REQUESTS_H
#define SG_TESTS_TORTURE_REQUESTS_H

#include "../unit/unit.h"

/* What a failure must be called: out of memory, or any error with the exit status 4. */
enum request { REQUEST_MEMORY, REQUEST_OPENSSL };

/* Whether this request, which is made now, must fail. */
bool request_fails(enum request kind);

/* Makes the call that `self` describes, on things of its own, and frees what comes of it. */
typedef sg_result torture_run(void *self, struct sg_error *error);

/* Makes the call once and counts, then once for each way to a request that no call in this program has gone before. Fails the
 * test when one that was refused something is done, or says something else. */
void torture_requests(const char *what, torture_run *run, void *self);

#endif
