/* Building the bytes of one packet. The same bytes as app/domain/packet makes; a property test holds both to that. */
#ifndef SESAMY_PACKET_H
#define SESAMY_PACKET_H

#include "protocol.h"

enum { ETHERNET_HEADER = 14, MAX_PACKET = 40 + 20 + MAX_UDP_PAYLOAD };

/*
 * The checksum of a TCP, UDP or ICMPv6 segment and its pseudo-header (RFC 1071, RFC 9293 §3.1, RFC 8200 §8.1): what goes
 * into a segment whose checksum field is zero, and zero for a segment whose checksum is right.
 */
uint16_t segment_checksum(uint8_t family, const uint8_t source[ADDRESS_LENGTH],
                          const uint8_t destination[ADDRESS_LENGTH], uint8_t protocol, const uint8_t *segment,
                          size_t length);

/* Writes the IP packet with its checksums to `out` (of at least MAX_PACKET bytes) and returns its length. */
size_t packet_build(const struct request *request, const struct packet *packet, uint8_t out[MAX_PACKET]);

/* Writes an Ethernet header (EtherType by family: 0x0800 or 0x86dd). */
void ethernet_header(uint8_t out[ETHERNET_HEADER], const uint8_t to[MAC_LENGTH], const uint8_t from[MAC_LENGTH],
                     uint8_t family);

#endif
