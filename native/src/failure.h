/* How the parts say that something went wrong: they return false and leave the reason behind. */
#ifndef SESAMY_FAILURE_H
#define SESAMY_FAILURE_H

#include <errno.h>

#include "protocol.h"

static inline bool fail(struct failure *failure, enum reason reason, int error) {
  *failure = (struct failure){.reason = reason, .packet = NO_PACKET, .error = error};
  return false;
}

/* The reason behind an error that the kernel gave when a socket was opened, bound or sent on. */
static inline bool fail_to_send(struct failure *failure, int error) {
  switch (error) {
  case ENODEV:
  case ENXIO:
  case ENETDOWN:
    return fail(failure, NO_INTERFACE, error);
  case EPERM:
  case EACCES:
    return fail(failure, NOT_PERMITTED, error);
  case ENETUNREACH:
  case EHOSTUNREACH:
    return fail(failure, NO_ROUTE, error);
  default:
    return fail(failure, SEND_FAILED, error);
  }
}

#endif
