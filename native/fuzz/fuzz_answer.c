/*
 * Any bytes as what came from the network. The first 37 choose the request: a byte of bits (1: IPv6; 2, 4: packets less
 * one; 8 and up: which of them are UDP), source 16, destination and next hop 16, the first source port 2, destination
 * port 2. The rest is read as an IP packet, as a frame of the next hop, and as a SYN that a listener was sent.
 */
#include <string.h>

#include "../src/answer.h"
#include "../src/bytes.h"
#include "../src/syn.h"
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_request(struct reader *reader, struct request *request) {
  uint8_t bits = read_u8(reader);
  request->type = REQUEST_SEND;
  request->family = (bits & 1) == 0 ? 4 : 6;
  request->count = (uint16_t)(1 + (bits >> 1 & 3));
  const uint8_t *source = read_bytes(reader, 16);
  const uint8_t *destination = read_bytes(reader, 16);
  uint16_t source_port = read_u16(reader);
  uint16_t destination_port = read_u16(reader);
  if (reader->failed) return;
  memcpy(request->source, source, 16);
  memcpy(request->destination, destination, 16);
  for (size_t i = 0; i < request->count; i++) {
    struct packet *packet = &request->packets[i];
    packet->protocol = (bits >> (3 + i) & 1) == 0 ? 6 : 17;
    packet->source_port = (uint16_t)(source_port + i);
    packet->destination_port = destination_port;
  }
}

static void check_answer(const struct request *request, const struct answer *answer, size_t size) {
  CHECK(answer->packet < request->count);
  bool tcp = request->packets[answer->packet].protocol == 6;
  if (answer->kind == ANSWER_ICMP) {
    CHECK(request->family == 4 ? answer->icmp_type == 3 || answer->icmp_type == 11 || answer->icmp_type == 12
                               : answer->icmp_type >= 1 && answer->icmp_type <= 4);
    CHECK(size >= (request->family == 4 ? 20 + 8 + 20 + 8 : 40 + 8 + 40 + 8));
  } else {
    CHECK((answer->kind == ANSWER_SYN_ACK || answer->kind == ANSWER_RST) && tcp);
    CHECK(answer->icmp_type == 0 && answer->icmp_code == 0);
    CHECK(memcmp(answer->from, request->destination, request->family == 4 ? 4 : 16) == 0);
    CHECK(size >= (request->family == 4 ? 20 : 40) + 20);
  }
  static const uint8_t zeros[12];
  CHECK(request->family == 6 || memcmp(answer->from + 4, zeros, sizeof zeros) == 0);
}

static void check_mac(const uint8_t mac[MAC_LENGTH]) {
  struct reader reader = {.next = mac, .left = MAC_LENGTH};
  CHECK(read_number(&reader, MAC_LENGTH) != 0 && (mac[0] & 1) == 0);
}

static void check_syn(const struct arrived_syn *syn, const uint8_t *bytes, size_t size) {
  static const uint8_t zeros[12];
  CHECK(syn->family == bytes[0] >> 4 && (syn->family == 4 || syn->family == 6));
  size_t ip_length = syn->family == 4 ? (size_t)(bytes[0] & 15) * 4 : 40;
  CHECK(size >= ip_length + 20 && (bytes[ip_length + 13] & 0x16) == 2);
  CHECK(memcmp(syn->source, bytes + (syn->family == 4 ? 12 : 8), syn->family == 4 ? 4 : 16) == 0);
  CHECK(syn->family == 6 || memcmp(syn->source + 4, zeros, sizeof zeros) == 0);
  struct reader tcp = {.next = bytes + ip_length, .left = size - ip_length};
  CHECK(read_u16(&tcp) == syn->source_port && (read_u16(&tcp), read_u32(&tcp)) == syn->isn);
  CHECK(read_u32(&tcp) == syn->acknowledgment && (syn->timestamps || syn->tsval == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct request request;
  struct reader reader = {.next = data, .left = size};
  read_request(&reader, &request);
  if (reader.failed) return 0;
  struct answer answer;
  memset(&answer, 0xa5, sizeof answer);
  if (answer_parse(&request, reader.next, reader.left, &answer)) check_answer(&request, &answer, reader.left);
  struct arrived_syn syn;
  memset(&syn, 0xa5, sizeof syn);
  if (syn_parse(reader.next, reader.left, &syn)) check_syn(&syn, reader.next, reader.left);
  uint8_t mac[MAC_LENGTH] = {0};
  if (neighbour_parse(request.family, request.destination, reader.next, reader.left, mac)) check_mac(mac);
  return 0;
}
