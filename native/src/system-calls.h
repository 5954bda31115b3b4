/* The lists of system calls that are left to the process, one for each thing that it does. */
#ifndef SESAMY_SYSTEM_CALLS_H
#define SESAMY_SYSTEM_CALLS_H

#include "protocol.h"

/* Reading the request, with all that may follow; then only what the request needs. */
enum stage { STAGE_READING, STAGE_SENDING, STAGE_CONNECTING, STAGE_CARRYING, STAGE_LISTENING };

/* From here on any other system call ends the process at once (seccomp, SECCOMP_RET_KILL_PROCESS). */
bool system_calls_limit(enum stage stage, struct failure *failure);

#endif
