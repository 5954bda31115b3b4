/* The list of system calls that are left once the process is ready to read its request. */
#ifndef SESAMY_SYSTEM_CALLS_H
#define SESAMY_SYSTEM_CALLS_H

#include "protocol.h"

/* From here on any other system call ends the process at once (seccomp, SECCOMP_RET_KILL_PROCESS). */
bool system_calls_limit(struct failure *failure);

#endif
