/*
 * Any bytes as a request. What is accepted keeps every limit of docs/helper-protocol.md, says in its values all that the
 * bytes said, and builds packets with the right lengths and checksums. The checks are written out here a second time, on
 * purpose in another way than in the code under test.
 */
#include <string.h>

#include "../src/bytes.h"
#include "../src/message.h"
#include "../src/packet.h"
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *encode_packet(uint8_t *to, const struct packet *packet) {
  to = put_u64(to, packet->at_ns);
  to = put_u8(to, packet->protocol);
  to = put_u8(to, packet->ttl);
  to = put_u16(to, packet->ip_id);
  to = put_u16(to, packet->source_port);
  to = put_u16(to, packet->destination_port);
  if (packet->protocol == 6) {
    to = put_u32(to, packet->sequence);
    to = put_u32(to, packet->acknowledgment);
    to = put_u8(to, packet->flags);
    to = put_u16(to, packet->window);
    to = put_u8(to, (uint8_t)packet->data_length);
  } else {
    to = put_u16(to, packet->data_length);
  }
  return put_bytes(to, packet->data, packet->data_length);
}

static size_t encode_connection(const struct request *request, uint8_t *body) {
  const struct connection *connection = &request->connection;
  uint8_t *to = put_u8(put_u8(body, 1), 3);
  to = put_u8(to, request->family);
  to = put_u8(to, (uint8_t)connection->use);
  to = put_u8(to, connection->timestamps ? 1 : 0);
  to = put_u32(to, request->interface_index);
  to = put_bytes(to, request->source, 16);
  to = put_bytes(to, request->destination, 16);
  to = put_u16(to, connection->destination_port);
  to = put_u32(to, connection->isn);
  to = put_u32(to, connection->acknowledgment);
  to = put_u16(to, connection->ip_id);
  to = put_u32(to, connection->tsval);
  to = put_u32(to, connection->timeout_ms);
  to = put_u16(to, connection->first_length);
  to = put_bytes(to, connection->first, connection->first_length);
  return (size_t)(to - body);
}

/* The body that the request was read from: nothing in it may be without a meaning. */
static size_t encode(const struct request *request, uint8_t *body) {
  uint8_t *to = put_u8(put_u8(body, 1), (uint8_t)request->type);
  if (request->type == REQUEST_PROBE) return (size_t)(to - body);
  if (request->type == REQUEST_CONNECT) return encode_connection(request, body);
  if (request->type == REQUEST_LISTEN) {
    to = put_u32(put_u16(to, request->listening.port), request->listening.duration_ms);
    return (size_t)(put_u8(to, request->listening.connections) - body);
  }
  to = put_u8(to, request->family);
  to = put_u8(to, (uint8_t)request->level);
  to = put_u16(to, request->count);
  to = put_u32(to, request->interface_index);
  to = put_bytes(to, request->source, 16);
  to = put_bytes(to, request->destination, 16);
  to = put_bytes(to, request->source_mac, 6);
  to = put_u16(to, request->listen_ms);
  for (size_t i = 0; i < request->count; i++) to = encode_packet(to, &request->packets[i]);
  return (size_t)(to - body);
}

static void check_one_host(uint8_t family, const uint8_t *address) {
  struct reader words = {.next = address, .left = 16};
  if (family == 4) {
    uint32_t number = read_u32(&words);
    CHECK(number >= 0x01000000 && number < 0xe0000000);
    CHECK(read_u32(&words) == 0 && read_u64(&words) == 0);
    return;
  }
  uint64_t high = read_u64(&words);
  uint64_t low = read_u64(&words);
  CHECK(high != 0 || low != 0);
  CHECK(high >> 56 != 0xff);
  CHECK(high != 0 || low >> 32 != 0xffff);
}

static void check_head(const struct request *request) {
  CHECK(request->family == 4 || request->family == 6);
  CHECK(request->count >= 1 && request->count <= 1000);
  CHECK(request->listen_ms <= 2000);
  check_one_host(request->family, request->source);
  check_one_host(request->family, request->destination);
  struct reader mac = {.next = request->source_mac, .left = 6};
  uint64_t source_mac = read_number(&mac, 6);
  if (request->level == LEVEL_LINK) {
    CHECK(request->interface_index != 0 && request->interface_index < 0x80000000);
    CHECK((source_mac >> 40 & 1) == 0);
  } else {
    CHECK(request->level == LEVEL_ROUTED && request->interface_index == 0 && source_mac == 0);
  }
}

static void check_schedule(const struct request *request) {
  uint64_t at = 0;
  for (size_t i = 0; i < request->count; i++) {
    CHECK(request->packets[i].at_ns >= at);
    at = request->packets[i].at_ns;
    if (i + 200 < request->count) CHECK(request->packets[i + 200].at_ns - at >= 1000000000);
  }
  CHECK(at <= UINT64_C(600000000000));
}

/* Adds up 16-bit words with end-around carry (RFC 1071 §1). */
static uint16_t add(uint16_t sum, const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i += 2) {
    uint32_t word = (uint32_t)(bytes[i] << 8) + (i + 1 < length ? bytes[i + 1] : 0);
    word += sum;
    sum = (uint16_t)((word & 0xffff) + (word >> 16));
  }
  return sum;
}

static void check_segment(const struct request *request, const struct packet *packet, const uint8_t *segment,
                          size_t length) {
  uint8_t pseudo_header[40];
  uint8_t *to = put_bytes(pseudo_header, request->source, 16);
  to = put_bytes(to, request->destination, 16);
  put_u32(put_u32(to, (uint32_t)length), packet->protocol);
  CHECK(add(add(0, pseudo_header, sizeof pseudo_header), segment, length) == 0xffff);
  CHECK((segment[0] << 8 | segment[1]) == packet->source_port && packet->source_port != 0);
  CHECK((segment[2] << 8 | segment[3]) == packet->destination_port && packet->destination_port != 0);
  size_t header_length = packet->protocol == 6 ? (size_t)(segment[12] >> 4) * 4 - packet->data_length : 8;
  if (packet->protocol == 6) {
    CHECK(header_length == 20 && packet->data_length <= 40 && segment[13] == packet->flags);
  } else {
    CHECK(packet->protocol == 17 && packet->data_length <= 512);
    CHECK((segment[4] << 8 | segment[5]) == (int)length && (segment[6] != 0 || segment[7] != 0));
  }
  CHECK(length == header_length + packet->data_length);
  CHECK(packet->data_length == 0 || memcmp(segment + header_length, packet->data, packet->data_length) == 0);
}

static void check_packet(const struct request *request, const struct packet *packet) {
  uint8_t *built = malloc(MAX_PACKET);
  CHECK(built != NULL);
  size_t length = packet_build(request, packet, built);
  CHECK(length <= MAX_PACKET && packet->ttl != 0);
  size_t header_length = request->family == 4 ? 20 : 40;
  if (request->family == 4) {
    CHECK(built[0] == 0x45 && built[1] == 0 && built[6] == 0x40 && built[7] == 0);
    CHECK((built[2] << 8 | built[3]) == (int)length && packet->ip_id != 0);
    CHECK((built[4] << 8 | built[5]) == packet->ip_id);
    CHECK(built[8] == packet->ttl && built[9] == packet->protocol);
    CHECK(add(0, built, 20) == 0xffff);
    CHECK(memcmp(built + 12, request->source, 4) == 0 && memcmp(built + 16, request->destination, 4) == 0);
  } else {
    CHECK(built[0] == 0x60 && built[1] == 0 && built[2] == 0 && built[3] == 0);
    CHECK((built[4] << 8 | built[5]) == (int)(length - 40) && packet->ip_id == 0);
    CHECK(built[6] == packet->protocol && built[7] == packet->ttl);
    CHECK(memcmp(built + 8, request->source, 16) == 0 && memcmp(built + 24, request->destination, 16) == 0);
  }
  check_segment(request, packet, built + header_length, length - header_length);
  free(built);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct request request;
  static uint8_t encoded[MAX_FRAME];
  struct failure failure;
  memset(&request, 0xa5, sizeof request);
  if (!message_parse(data, size, &request, &failure)) {
    CHECK(failure.reason >= MALFORMED && failure.reason <= TOO_FAST);
    CHECK(failure.packet == NO_PACKET || failure.packet < 1000);
    CHECK(failure.error == 0);
    return 0;
  }
  CHECK(failure.reason == OK);
  CHECK(encode(&request, encoded) == size && memcmp(encoded, data, size) == 0);
  if (request.type == REQUEST_PROBE) return 0;
  if (request.type == REQUEST_CONNECT) {
    check_one_host(request.family, request.destination);
    CHECK(request.connection.first_length <= 255 && (request.connection.tsval & 1) == 0);
    CHECK(request.family == 4 || request.connection.ip_id == 0);
    CHECK(request.connection.timeout_ms - 1 < 60000 && request.connection.destination_port > 0);
    return 0;
  }
  if (request.type == REQUEST_LISTEN) {
    CHECK(request.listening.port > 0 && request.listening.duration_ms - 1 < 600000);
    CHECK(request.listening.connections > 0 && request.listening.connections <= 100);
    return 0;
  }
  check_head(&request);
  check_schedule(&request);
  for (size_t i = 0; i < request.count; i++) check_packet(&request, &request.packets[i]);
  return 0;
}
