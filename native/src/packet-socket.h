/* Sockets at link level (packet(7)). */
#ifndef SESAMY_PACKET_SOCKET_H
#define SESAMY_PACKET_SOCKET_H

#include <linux/filter.h>

#include "protocol.h"

/*
 * Opens a packet socket (`type` SOCK_RAW or SOCK_DGRAM) on one interface (0: all). `ether_type` is what it receives, in the
 * host's order, and only what `filter` lets through; 0 and NULL: it only sends. Returns -1 with the reason in `failure`.
 */
int packet_socket(int type, uint16_t ether_type, uint32_t interface_index, const struct sock_fprog *filter,
                  struct failure *failure);

#endif
