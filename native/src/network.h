/* What the kernel knows about this host's network: own addresses, interfaces, routes, neighbours (rtnetlink(7)). */
#ifndef SESAMY_NETWORK_H
#define SESAMY_NETWORK_H

#include "protocol.h"

/* 4 or 16. */
size_t address_length(uint8_t family);
/* fe80::/10: such an address means something on one interface only (RFC 4291 §2.5.6). */
bool is_link_local(uint8_t family, const uint8_t address[ADDRESS_LENGTH]);

bool network_open(struct failure *failure);

/*
 * Finds the interface that has the request's source address; the request's own one, if it has it. Fails with
 * SOURCE_NOT_OWN, also for an IPv6 address that is still being checked for duplicates: the kernel does not use it either.
 */
bool network_own_address(const struct request *request, uint32_t *interface_index, struct failure *failure);

struct link {
  uint8_t mac[MAC_LENGTH];
  bool loopback;
};

/* Fails with NO_INTERFACE: there is none, it is down, or it has no Ethernet frames (EOPNOTSUPP: a tunnel, for one). */
bool network_link(uint32_t interface_index, struct link *link, struct failure *failure);

struct route {
  uint32_t interface_index;
  uint8_t next_hop[ADDRESS_LENGTH]; /* the gateway, or the destination itself */
};

/*
 * The route to the request's destination, through this interface if it is not 0. Fails with NOT_ONE_HOST for the broadcast
 * address of a network here, and with NO_ROUTE.
 */
bool network_route(const struct request *request, uint32_t interface_index, struct route *route,
                   struct failure *failure);

/* Looks the next hop up in the neighbour table. False: not there, or not to be trusted. */
bool network_neighbour(uint8_t family, const struct route *route, uint8_t mac[MAC_LENGTH]);

#endif
