/* The Ethernet address of the next hop. */
#ifndef SESAMY_NEXT_HOP_H
#define SESAMY_NEXT_HOP_H

#include "network.h"
#include "protocol.h"

/*
 * Takes it from the kernel's neighbour table, else asks for it on the link: ARP (RFC 826) or neighbour solicitation
 * (RFC 4861 §4.3), at 0, 300 and 600 ms. Fails with NEXT_HOP_SILENT after one second.
 */
bool next_hop_find(const struct request *request, const struct link *link, const struct route *route,
                   uint8_t mac[MAC_LENGTH], struct failure *failure);

#endif
