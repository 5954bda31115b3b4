#include "answer.h"

#include <netinet/in.h>
#include <string.h>

#include "bytes.h"
#include "packet.h"

enum {
  TCP_RST = 0x04,
  TCP_SYN = 0x02,
  TCP_ACK = 0x10,
  MORE_FRAGMENTS_OR_OFFSET = 0x3fff,
  ARP_REPLY = 2,
  NEIGHBOUR_ADVERTISEMENT = 136,
  SOLICITED = 0x40,
  TARGET_LINK_LAYER_ADDRESS = 2,
};

/* An IP packet as far as its header tells. */
struct ip {
  const uint8_t *source;
  const uint8_t *destination;
  uint8_t protocol;
  uint8_t hop_limit;
  size_t length; /* of what is behind the header, as the header says */
};

static size_t address_length(uint8_t family) { return family == 4 ? 4 : ADDRESS_LENGTH; }

static bool same_address(uint8_t family, const uint8_t *one, const uint8_t *other) {
  return memcmp(one, other, address_length(family)) == 0;
}

/* RFC 791 §3.1. Options are skipped; a fragment is not read. */
static bool read_ipv4(struct reader *reader, struct ip *ip) {
  uint8_t version = read_u8(reader);
  size_t header_length = (size_t)(version & 0x0f) * 4;
  read_u8(reader);
  size_t total_length = read_u16(reader);
  read_u16(reader);
  uint16_t fragment = read_u16(reader);
  ip->hop_limit = read_u8(reader);
  ip->protocol = read_u8(reader);
  read_u16(reader);
  ip->source = read_bytes(reader, 4);
  ip->destination = read_bytes(reader, 4);
  if (reader->failed || version >> 4 != 4 || header_length < 20 || total_length < header_length) return false;
  read_bytes(reader, header_length - 20);
  ip->length = total_length - header_length;
  return !reader->failed && (fragment & MORE_FRAGMENTS_OR_OFFSET) == 0;
}

/* RFC 8200 §3. Extension headers are not followed: what answers a knock has none. */
static bool read_ipv6(struct reader *reader, struct ip *ip) {
  uint32_t first = read_u32(reader);
  ip->length = read_u16(reader);
  ip->protocol = read_u8(reader);
  ip->hop_limit = read_u8(reader);
  ip->source = read_bytes(reader, ADDRESS_LENGTH);
  ip->destination = read_bytes(reader, ADDRESS_LENGTH);
  return !reader->failed && first >> 28 == 6;
}

static bool read_ip(struct reader *reader, uint8_t family, struct ip *ip) {
  return family == 4 ? read_ipv4(reader, ip) : read_ipv6(reader, ip);
}

/* Leaves out what is behind the packet: short Ethernet frames are filled up to 60 bytes. */
static void end_with(struct reader *reader, const struct ip *ip) {
  if (reader->left > ip->length) reader->left = ip->length;
}

static bool find_packet(const struct request *request, uint8_t protocol, uint16_t source_port,
                        uint16_t destination_port, struct answer *answer) {
  for (uint16_t i = 0; i < request->count; i++) {
    const struct packet *packet = &request->packets[i];
    if (packet->protocol == protocol && packet->source_port == source_port &&
        packet->destination_port == destination_port) {
      answer->packet = i;
      return true;
    }
  }
  return false;
}

static bool read_tcp_answer(const struct request *request, const struct ip *ip, struct reader *reader,
                            struct answer *answer) {
  uint16_t from_port = read_u16(reader);
  uint16_t to_port = read_u16(reader);
  read_bytes(reader, 8); /* sequence and acknowledgment */
  uint8_t data_offset = read_u8(reader) >> 4;
  uint8_t flags = read_u8(reader);
  read_bytes(reader, 6); /* window, checksum, urgent pointer */
  if (reader->failed || data_offset < 5) return false;
  if (!same_address(request->family, ip->source, request->destination)) return false;
  if ((flags & TCP_RST) != 0)
    answer->kind = ANSWER_RST;
  else if ((flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
    answer->kind = ANSWER_SYN_ACK;
  else
    return false;
  return find_packet(request, IPPROTO_TCP, to_port, from_port, answer);
}

/* Destination unreachable, time exceeded, parameter problem (RFC 792), and for IPv6 packet too big (RFC 4443 §3). */
static bool is_icmp_error(uint8_t family, uint8_t type) {
  return family == 4 ? type == 3 || type == 11 || type == 12 : type >= 1 && type <= 4;
}

static bool read_icmp_answer(const struct request *request, struct reader *reader, struct answer *answer) {
  answer->kind = ANSWER_ICMP;
  answer->icmp_type = read_u8(reader);
  answer->icmp_code = read_u8(reader);
  read_bytes(reader, 6); /* checksum, and four bytes that only some errors use */
  struct ip quoted;
  if (!is_icmp_error(request->family, answer->icmp_type) || !read_ip(reader, request->family, &quoted)) return false;
  const uint8_t *first_bytes = read_bytes(reader, 8);
  if (first_bytes == NULL || !same_address(request->family, quoted.source, request->source) ||
      !same_address(request->family, quoted.destination, request->destination))
    return false;
  struct reader ports = {.next = first_bytes, .left = 4};
  uint16_t source_port = read_u16(&ports);
  return find_packet(request, quoted.protocol, source_port, read_u16(&ports), answer);
}

bool answer_parse(const struct request *request, const uint8_t *bytes, size_t length, struct answer *answer) {
  struct reader reader = {.next = bytes, .left = length};
  struct ip ip;
  *answer = (struct answer){.packet = NO_PACKET};
  if (!read_ip(&reader, request->family, &ip)) return false;
  if (!same_address(request->family, ip.destination, request->source)) return false;
  memcpy(answer->from, ip.source, address_length(request->family));
  end_with(&reader, &ip);
  if (ip.protocol == IPPROTO_TCP) return read_tcp_answer(request, &ip, &reader, answer);
  return ip.protocol == (request->family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6) &&
         read_icmp_answer(request, &reader, answer);
}

/* A MAC that one interface can have: neither a group's nor none. */
static bool copy_mac(const uint8_t *from, uint8_t mac[MAC_LENGTH]) {
  static const uint8_t NONE[MAC_LENGTH];
  if ((from[0] & 1) != 0 || memcmp(from, NONE, MAC_LENGTH) == 0) return false;
  memcpy(mac, from, MAC_LENGTH);
  return true;
}

/* RFC 826: Ethernet (1), IPv4 (0x0800), their address lengths, and a reply whose sender is the next hop. */
static bool read_arp_reply(struct reader *reader, const uint8_t *next_hop, uint8_t mac[MAC_LENGTH]) {
  uint16_t hardware = read_u16(reader);
  uint16_t protocol = read_u16(reader);
  uint16_t lengths = read_u16(reader);
  uint16_t operation = read_u16(reader);
  const uint8_t *sender_mac = read_bytes(reader, MAC_LENGTH);
  const uint8_t *sender = read_bytes(reader, 4);
  read_bytes(reader, MAC_LENGTH + 4); /* the target */
  if (reader->failed || hardware != 1 || protocol != 0x0800 || lengths != 0x0604 || operation != ARP_REPLY)
    return false;
  return same_address(4, sender, next_hop) && copy_mac(sender_mac, mac);
}

/* RFC 4861 §4.6: type, length in units of eight bytes, value. Every option has to be whole (§7.1.2). */
static const uint8_t *find_target_mac(struct reader *options) {
  const uint8_t *target_mac = NULL;
  while (options->left > 0) {
    uint8_t type = read_u8(options);
    size_t length = (size_t)read_u8(options) * 8;
    const uint8_t *value = length == 0 ? NULL : read_bytes(options, length - 2);
    if (value == NULL) return NULL;
    if (type == TARGET_LINK_LAYER_ADDRESS && length == 8) target_mac = value;
  }
  return target_mac;
}

/* The checks of RFC 4861 §7.1.2, and that the target is the next hop. */
static bool read_advertisement(struct reader *reader, const uint8_t *next_hop, uint8_t mac[MAC_LENGTH]) {
  struct ip ip;
  if (!read_ipv6(reader, &ip) || ip.protocol != IPPROTO_ICMPV6 || ip.hop_limit != 255 || ip.length > reader->left)
    return false;
  end_with(reader, &ip);
  if (segment_checksum(6, ip.source, ip.destination, IPPROTO_ICMPV6, reader->next, reader->left) != 0) return false;
  uint8_t type = read_u8(reader);
  uint8_t code = read_u8(reader);
  read_u16(reader);
  bool solicited = (read_u32(reader) >> 24 & SOLICITED) != 0;
  const uint8_t *target = read_bytes(reader, ADDRESS_LENGTH);
  if (target == NULL || type != NEIGHBOUR_ADVERTISEMENT || code != 0 || !same_address(6, target, next_hop))
    return false;
  if (solicited && ip.destination[0] == 0xff) return false; /* sent to a group, it answers nobody */
  const uint8_t *target_mac = find_target_mac(reader);
  return target_mac != NULL && copy_mac(target_mac, mac);
}

bool neighbour_parse(uint8_t family, const uint8_t next_hop[ADDRESS_LENGTH], const uint8_t *frame, size_t length,
                     uint8_t mac[MAC_LENGTH]) {
  struct reader reader = {.next = frame, .left = length};
  read_bytes(&reader, 2 * MAC_LENGTH);
  uint16_t ether_type = read_u16(&reader);
  if (family == 4) return ether_type == 0x0806 && read_arp_reply(&reader, next_hop, mac);
  return ether_type == 0x86dd && read_advertisement(&reader, next_hop, mac);
}
