/* Telling how SYNs arrive: the listening end of the check whether a path keeps sequence numbers. Needs no capability. */
#ifndef SESAMY_LISTEN_H
#define SESAMY_LISTEN_H

#include "protocol.h"

/*
 * Listens on the port at all addresses, IPv4 and IPv6 (IPv4 alone where this host has no IPv6). Returns the socket and
 * the family that it has, or -1: PORT_BUSY, NOT_PERMITTED for a port below net.ipv4.ip_unprivileged_port_start.
 */
int listen_open(uint16_t port, uint8_t *family, struct failure *failure);

/*
 * Accepts connections until the time or their number is up. Each SYN is reported, and the peer is told in one line of
 * text what arrived; then the connection is closed. Nothing is read from it. `arrived` says how many there were.
 */
bool listen_for_syns(int socket, const struct listening *wanted, uint16_t *arrived, struct failure *failure);

#endif
