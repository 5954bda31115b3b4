/* Reading what came from the network. Hostile bytes: no system call, no allocation; this is what the other fuzzer drives. */
#ifndef SESAMY_ANSWER_H
#define SESAMY_ANSWER_H

#include "protocol.h"

enum answer_kind { ANSWER_SYN_ACK = 1, ANSWER_RST = 2, ANSWER_ICMP = 3 };

struct answer {
  uint16_t packet; /* the packet that it answers */
  enum answer_kind kind;
  uint8_t icmp_type;
  uint8_t icmp_code;
  uint8_t from[ADDRESS_LENGTH];
};

/*
 * Whether an IP packet (from its IP header on) answers a packet of the request: a SYN/ACK or RST from the destination to
 * a knock's ports, or an ICMP or ICMPv6 error that quotes a knock. The first packet with these ports counts.
 */
bool answer_parse(const struct request *request, const uint8_t *bytes, size_t length, struct answer *answer);

/*
 * Whether a frame (from its Ethernet header on) tells the MAC address of `next_hop`: an ARP reply (RFC 826), or a
 * neighbour advertisement (RFC 4861 §4.4) with hop limit 255 and a right checksum. Copies the address to `mac`.
 */
bool neighbour_parse(uint8_t family, const uint8_t next_hop[ADDRESS_LENGTH], const uint8_t *frame, size_t length,
                     uint8_t mac[MAC_LENGTH]);

#endif
