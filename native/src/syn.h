/* A SYN as it arrived (the socket option TCP_SAVED_SYN). Hostile bytes: no system call, no allocation. */
#ifndef SESAMY_SYN_H
#define SESAMY_SYN_H

#include "protocol.h"

struct arrived_syn {
  uint8_t family; /* 4 or 6 */
  uint8_t source[ADDRESS_LENGTH];
  uint16_t source_port;
  uint32_t isn;
  uint32_t acknowledgment; /* the field's value; a SYN has no ACK flag */
  bool timestamps;
  uint32_t tsval; /* 0 without timestamps */
};

/* Reads an IP header with the TCP header behind it. Returns false for anything but a SYN; extension headers are not followed. */
bool syn_parse(const uint8_t *bytes, size_t length, struct arrived_syn *syn);

#endif
