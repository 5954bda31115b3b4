/* Reading a request out of the bytes of one frame. No system call, no allocation: this is what the fuzzer drives. */
#ifndef SESAMY_MESSAGE_H
#define SESAMY_MESSAGE_H

#include "protocol.h"

/*
 * Reads the frame's body (version, type, fields) and checks everything that needs no knowledge of this host: ranges,
 * counts, order, duration and rate, and that the destination can be one host. `request` points into `body` afterwards.
 * Returns true, or false with the reason in `failure`.
 */
bool message_parse(const uint8_t *body, size_t length, struct request *request, struct failure *failure);

#endif
