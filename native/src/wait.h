/* Time, and waiting without turning deaf: every wait also watches the standard input and output. */
#ifndef SESAMY_WAIT_H
#define SESAMY_WAIT_H

#include "protocol.h"

/* Asks the scheduler to wake this process punctually. What an older kernel refuses is done without. */
void wait_prepare(void);

enum wake { WAKE_TIME, WAKE_READABLE, WAKE_FAILED };

/*
 * Waits until the deadline or until `fd` (-1: none) has something to read, and writes pending reports meanwhile. Looks
 * at the standard input at least once, even when the deadline has passed: closed is CANCELLED, more bytes MALFORMED.
 */
enum wake wait_until(uint64_t deadline_ns, int fd, struct failure *failure);

/* Waits for the deadline and nothing else. For the last few milliseconds: it is the most punctual way. */
void wait_exactly(uint64_t deadline_ns);

#endif
