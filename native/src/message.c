#include "message.h"

#include <netinet/in.h>
#include <string.h>

#include "bytes.h"

static const uint8_t ZEROS[ADDRESS_LENGTH];

static bool is_zero(const uint8_t *bytes, size_t length) { return memcmp(bytes, ZEROS, length) == 0; }

static bool refuse(struct failure *failure, enum reason reason, size_t packet) {
  failure->reason = reason;
  failure->packet = (uint16_t)packet;
  return false;
}

static void copy_bytes(struct reader *reader, uint8_t *to, size_t length) {
  const uint8_t *bytes = read_bytes(reader, length);
  if (bytes != NULL) memcpy(to, bytes, length);
}

/* An IPv4 address has no more than four bytes. */
static bool well_padded(uint8_t family, const uint8_t address[ADDRESS_LENGTH]) {
  return family == 6 || is_zero(address + 4, ADDRESS_LENGTH - 4);
}

/*
 * Not "this network" (0.0.0.0/8), multicast (224.0.0.0/4), reserved or broadcast (240.0.0.0/4), RFC 6890. The broadcast
 * addresses of subnets are in the routing table, not in the address.
 */
static bool ipv4_can_be_one_host(const uint8_t *address) { return address[0] >= 1 && address[0] < 224; }

/* Not unspecified, multicast (RFC 4291 §2.5.2, §2.7), or an IPv4 address in disguise (§2.5.5.2). */
static bool ipv6_can_be_one_host(const uint8_t *address) {
  static const uint8_t IPV4_MAPPED[12] = {[10] = 0xff, [11] = 0xff};
  return !is_zero(address, ADDRESS_LENGTH) && address[0] != 0xff &&
         memcmp(address, IPV4_MAPPED, sizeof IPV4_MAPPED) != 0;
}

static bool can_be_one_host(uint8_t family, const uint8_t address[ADDRESS_LENGTH]) {
  return family == 4 ? ipv4_can_be_one_host(address) : ipv6_can_be_one_host(address);
}

static bool check_way_out(const struct request *request) {
  if (request->level == LEVEL_ROUTED)
    return request->interface_index == 0 && is_zero(request->source_mac, MAC_LENGTH);
  /* The kernel counts interfaces in a positive int. The lowest bit of a MAC's first byte marks a group (IEEE 802). */
  return request->level == LEVEL_LINK && request->interface_index >= 1 && request->interface_index <= INT32_MAX &&
         (request->source_mac[0] & 1) == 0;
}

static bool check_addresses(const struct request *request, struct failure *failure) {
  uint8_t family = request->family;
  if (!well_padded(family, request->source) || !well_padded(family, request->destination))
    return refuse(failure, MALFORMED, NO_PACKET);
  if (!can_be_one_host(family, request->source)) return refuse(failure, SOURCE_NOT_OWN, NO_PACKET);
  if (!can_be_one_host(family, request->destination)) return refuse(failure, NOT_ONE_HOST, NO_PACKET);
  return true;
}

static bool is_family(uint8_t family) { return family == 4 || family == 6; }

/* Where the connection goes, and how its SYN looks. */
static bool read_connection(struct reader *reader, struct request *request, struct failure *failure) {
  struct connection *connection = &request->connection;
  request->family = read_u8(reader);
  uint8_t use = read_u8(reader);
  uint8_t timestamps = read_u8(reader);
  request->interface_index = read_u32(reader);
  copy_bytes(reader, request->source, ADDRESS_LENGTH);
  copy_bytes(reader, request->destination, ADDRESS_LENGTH);
  connection->destination_port = read_u16(reader);
  connection->isn = read_u32(reader);
  connection->acknowledgment = read_u32(reader);
  connection->ip_id = read_u16(reader);
  connection->tsval = read_u32(reader);
  connection->timeout_ms = read_u32(reader);
  connection->first_length = read_u16(reader);
  connection->first = read_bytes(reader, connection->first_length);
  connection->use = (enum use)use;
  connection->timestamps = timestamps == 1;
  const bool shape = !reader->failed && is_family(request->family) && use <= USE_PASS && timestamps <= 1 &&
                     request->interface_index <= INT32_MAX && connection->destination_port != 0 &&
                     connection->first_length <= MAX_FIRST;
  /* An odd TSval would switch the socket to microseconds (TCP_TIMESTAMP in Linux's net/ipv4/tcp.c). */
  const bool values = connection->timeout_ms >= 1 && connection->timeout_ms <= MAX_CONNECT_MS &&
                      connection->tsval % 2 == 0 && (connection->timestamps || connection->tsval == 0) &&
                      (request->family == 4 || connection->ip_id == 0);
  if (!shape || !values) return refuse(failure, MALFORMED, NO_PACKET);
  return check_addresses(request, failure);
}

static bool read_listening(struct reader *reader, struct listening *listening, struct failure *failure) {
  listening->port = read_u16(reader);
  listening->duration_ms = read_u32(reader);
  listening->connections = read_u8(reader);
  const bool good = listening->port != 0 && listening->duration_ms >= 1 && listening->duration_ms <= MAX_LISTENING_MS &&
                    listening->connections >= 1 && listening->connections <= MAX_CONNECTIONS;
  return good || refuse(failure, MALFORMED, NO_PACKET);
}

static bool read_head(struct reader *reader, struct request *request, struct failure *failure) {
  request->family = read_u8(reader);
  uint8_t level = read_u8(reader);
  request->count = read_u16(reader);
  request->interface_index = read_u32(reader);
  copy_bytes(reader, request->source, ADDRESS_LENGTH);
  copy_bytes(reader, request->destination, ADDRESS_LENGTH);
  copy_bytes(reader, request->source_mac, MAC_LENGTH);
  request->listen_ms = read_u16(reader);
  if (reader->failed || (level != LEVEL_ROUTED && level != LEVEL_LINK)) return refuse(failure, MALFORMED, NO_PACKET);
  request->level = (enum level)level;
  if (!is_family(request->family)) return refuse(failure, MALFORMED, NO_PACKET);
  if (!check_way_out(request) || request->listen_ms > MAX_LISTEN_MS) return refuse(failure, MALFORMED, NO_PACKET);
  if (request->count == 0 || request->count > MAX_PACKETS) return refuse(failure, TOO_MANY, NO_PACKET);
  return check_addresses(request, failure);
}

static void read_tcp(struct reader *reader, struct packet *packet) {
  packet->sequence = read_u32(reader);
  packet->acknowledgment = read_u32(reader);
  packet->flags = read_u8(reader);
  packet->window = read_u16(reader);
  packet->data_length = read_u8(reader);
  if (packet->data_length > MAX_TCP_OPTIONS || packet->data_length % 4 != 0) reader->failed = true;
}

static void read_udp(struct reader *reader, struct packet *packet) {
  packet->data_length = read_u16(reader);
  if (packet->data_length > MAX_UDP_PAYLOAD) reader->failed = true;
}

/* False when a field is missing or out of range. */
static bool read_packet(struct reader *reader, uint8_t family, struct packet *packet) {
  packet->at_ns = read_u64(reader);
  packet->protocol = read_u8(reader);
  packet->ttl = read_u8(reader);
  packet->ip_id = read_u16(reader);
  packet->source_port = read_u16(reader);
  packet->destination_port = read_u16(reader);
  if (packet->protocol == IPPROTO_TCP)
    read_tcp(reader, packet);
  else if (packet->protocol == IPPROTO_UDP)
    read_udp(reader, packet);
  else
    return false;
  packet->data = read_bytes(reader, packet->data_length);
  return !reader->failed && packet->ttl != 0 && packet->source_port != 0 && packet->destination_port != 0 &&
         (packet->ip_id != 0) == (family == 4);
}

/* What the packets before it allow for the moment of packet `i`. */
static enum reason check_moment(const struct packet *packets, size_t i) {
  uint64_t at = packets[i].at_ns;
  if (i > 0 && at < packets[i - 1].at_ns) return MALFORMED;
  if (at > MAX_DURATION_NS) return TOO_LONG;
  if (i >= MAX_PER_SECOND && at - packets[i - MAX_PER_SECOND].at_ns < NS_PER_SECOND) return TOO_FAST;
  return OK;
}

static bool read_packets(struct reader *reader, struct request *request, struct failure *failure) {
  for (size_t i = 0; i < request->count; i++) {
    if (!read_packet(reader, request->family, &request->packets[i])) return refuse(failure, MALFORMED, i);
    enum reason reason = check_moment(request->packets, i);
    if (reason != OK) return refuse(failure, reason, i);
  }
  return true;
}

bool message_parse(const uint8_t *body, size_t length, struct request *request, struct failure *failure) {
  struct reader reader = {.next = body, .left = length};
  memset(request, 0, sizeof *request);
  *failure = (struct failure){.reason = OK, .packet = NO_PACKET};
  if (length > MAX_FRAME) return refuse(failure, TOO_LARGE, NO_PACKET);
  uint8_t version = read_u8(&reader);
  uint8_t type = read_u8(&reader);
  if (reader.failed) return refuse(failure, MALFORMED, NO_PACKET);
  if (version != PROTOCOL_VERSION) return refuse(failure, WRONG_VERSION, NO_PACKET);
  if (type < REQUEST_PROBE || type > REQUEST_LISTEN) return refuse(failure, UNKNOWN_COMMAND, NO_PACKET);
  request->type = (enum request_type)type;
  if (type == REQUEST_SEND &&
      !(read_head(&reader, request, failure) && read_packets(&reader, request, failure)))
    return false;
  if (type == REQUEST_CONNECT && !read_connection(&reader, request, failure)) return false;
  if (type == REQUEST_LISTEN && !read_listening(&reader, &request->listening, failure)) return false;
  return reader.left == 0 || refuse(failure, MALFORMED, NO_PACKET);
}
