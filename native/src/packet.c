#include "packet.h"

#include <netinet/in.h>

#include "bytes.h"

enum {
  IPV4_HEADER = 20,
  IPV4_CHECKSUM = 10,
  IPV6_HEADER = 40,
  TCP_HEADER = 20,
  TCP_CHECKSUM = 16,
  UDP_HEADER = 8,
  UDP_CHECKSUM = 6,
};

static size_t address_length(uint8_t family) { return family == 4 ? 4 : ADDRESS_LENGTH; }

/* At most 64 KiB and a pseudo-header are added up, so 32 bits do not overflow. */
static uint32_t add_words(uint32_t sum, const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
  return sum;
}

static uint16_t fold(uint32_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~sum;
}

uint16_t segment_checksum(uint8_t family, const uint8_t source[ADDRESS_LENGTH],
                          const uint8_t destination[ADDRESS_LENGTH], uint8_t protocol, const uint8_t *segment,
                          size_t length) {
  /* Both pseudo-headers add up to the same: the addresses, the protocol and the length. */
  uint32_t sum = protocol + (uint32_t)length;
  sum = add_words(sum, source, address_length(family));
  sum = add_words(sum, destination, address_length(family));
  return fold(add_words(sum, segment, length));
}

static uint8_t *put_ip_header(uint8_t *to, const struct request *request, const struct packet *packet,
                              size_t segment_length) {
  if (request->family == 4) {
    uint8_t *header = to;
    to = put_u8(to, 0x45); /* version 4, five words */
    to = put_u8(to, 0);    /* ToS */
    to = put_u16(to, (uint16_t)(IPV4_HEADER + segment_length));
    to = put_u16(to, packet->ip_id);
    to = put_u16(to, 0x4000); /* DF */
    to = put_u8(to, packet->ttl);
    to = put_u8(to, packet->protocol);
    to = put_u16(to, 0);
    to = put_bytes(to, request->source, 4);
    to = put_bytes(to, request->destination, 4);
    put_u16(header + IPV4_CHECKSUM, fold(add_words(0, header, IPV4_HEADER)));
    return to;
  }
  to = put_u32(to, UINT32_C(6) << 28); /* version 6, traffic class 0, flow label 0 */
  to = put_u16(to, (uint16_t)segment_length);
  to = put_u8(to, packet->protocol);
  to = put_u8(to, packet->ttl);
  to = put_bytes(to, request->source, ADDRESS_LENGTH);
  return put_bytes(to, request->destination, ADDRESS_LENGTH);
}

static uint8_t *put_tcp(uint8_t *to, const struct packet *packet) {
  to = put_u16(to, packet->source_port);
  to = put_u16(to, packet->destination_port);
  to = put_u32(to, packet->sequence);
  to = put_u32(to, packet->acknowledgment);
  to = put_u8(to, (uint8_t)((TCP_HEADER + packet->data_length) / 4 << 4));
  to = put_u8(to, packet->flags);
  to = put_u16(to, packet->window);
  to = put_u16(to, 0);
  to = put_u16(to, 0); /* urgent pointer */
  return put_bytes(to, packet->data, packet->data_length);
}

static uint8_t *put_udp(uint8_t *to, const struct packet *packet) {
  to = put_u16(to, packet->source_port);
  to = put_u16(to, packet->destination_port);
  to = put_u16(to, (uint16_t)(UDP_HEADER + packet->data_length));
  to = put_u16(to, 0);
  return put_bytes(to, packet->data, packet->data_length);
}

size_t packet_build(const struct request *request, const struct packet *packet, uint8_t out[MAX_PACKET]) {
  bool tcp = packet->protocol == IPPROTO_TCP;
  size_t header_length = request->family == 4 ? IPV4_HEADER : IPV6_HEADER;
  size_t segment_length = (size_t)(tcp ? TCP_HEADER : UDP_HEADER) + packet->data_length;
  uint8_t *segment = put_ip_header(out, request, packet, segment_length);
  if (tcp)
    put_tcp(segment, packet);
  else
    put_udp(segment, packet);
  uint16_t checksum = segment_checksum(request->family, request->source, request->destination, packet->protocol,
                                       segment, segment_length);
  /* In UDP a zero says that there is no checksum (RFC 768). */
  if (!tcp && checksum == 0) checksum = 0xffff;
  put_u16(segment + (tcp ? TCP_CHECKSUM : UDP_CHECKSUM), checksum);
  return header_length + segment_length;
}

void ethernet_header(uint8_t out[ETHERNET_HEADER], const uint8_t to[MAC_LENGTH], const uint8_t from[MAC_LENGTH],
                     uint8_t family) {
  uint8_t *next = put_bytes(out, to, MAC_LENGTH);
  next = put_bytes(next, from, MAC_LENGTH);
  put_u16(next, family == 4 ? 0x0800 : 0x86dd);
}
