/* Hearing the answers to the packets that were sent. They are only told to the app, never acted upon. */
#ifndef SESAMY_CAPTURE_H
#define SESAMY_CAPTURE_H

#include "protocol.h"

/*
 * Opens the socket that hears answers: SYN or RST from the destination, and ICMP from anybody. At link level on the
 * request's interface, else on all. Returns -1 with the reason in `failure`.
 */
int capture_open(const struct request *request, struct failure *failure);

/* Reads one packet, and reports it if it answers one of the request's. */
bool capture_read(int fd, const struct request *request, struct failure *failure);

#endif
