/* How the parts say that something went wrong: they return false and leave the reason behind. */
#ifndef SESAMY_FAILURE_H
#define SESAMY_FAILURE_H

#include <errno.h>

#include "protocol.h"

static inline bool fail(struct failure *failure, enum reason reason, int error) {
  *failure = (struct failure){.reason = reason, .packet = NO_PACKET, .error = error};
  return false;
}

/* The reason behind an error that the kernel gave when a packet was sent, or a socket for it was used. */
static inline bool fail_to_send(struct failure *failure, int error) {
  switch (error) {
  case ENODEV:
  case ENXIO:
  case ENETDOWN:
    return fail(failure, NO_INTERFACE, error);
  case ENETUNREACH:
  case EHOSTUNREACH:
    return fail(failure, NO_ROUTE, error);
  default:
    /* EPERM as well: here it comes from a firewall of this host. */
    return fail(failure, SEND_FAILED, error);
  }
}

/* The same for opening a socket. */
static inline bool fail_to_open(struct failure *failure, int error) {
  return error == EPERM || error == EACCES ? fail(failure, NOT_PERMITTED, error) : fail_to_send(failure, error);
}

#endif
