/* Doing a `send` request, from the checks that need this host to the last report but `done` or `failed`. */
#ifndef SESAMY_SEND_H
#define SESAMY_SEND_H

#include "protocol.h"

/* Checks, arms, sends on schedule, listens. On false no further packet leaves. */
bool send_packets(const struct request *request, struct failure *failure);

#endif
