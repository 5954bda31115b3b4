/*
 * Any bytes as the answer to a stealth SYN. The first 41 choose the handshake: a byte of bits (1: IPv6; 2: scaling; 4: SACK;
 * 8: timestamps), source 16, destination 16, source port 2, destination port 2, ISN 4. The rest is read as what a raw socket
 * gives, once as it is and once with its checksum put right (no fuzzer finds one), and as what an ICMP error quotes.
 */
#include <string.h>

#include "../src/bytes.h"
#include "../src/handshake.h"
#include "../src/packet.h"
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_handshake(struct reader *reader, struct handshake *handshake) {
  uint8_t bits = read_u8(reader);
  const uint8_t *source = read_bytes(reader, 16);
  const uint8_t *destination = read_bytes(reader, 16);
  handshake->family = (bits & 1) == 0 ? 4 : 6;
  handshake->scaling = (bits & 2) != 0;
  handshake->sack = (bits & 4) != 0;
  handshake->timestamps = (bits & 8) != 0;
  handshake->source_port = read_u16(reader);
  handshake->destination_port = read_u16(reader);
  handshake->isn = read_u32(reader);
  if (reader->failed) return;
  memcpy(handshake->source, source, 16);
  memcpy(handshake->destination, destination, 16);
}

static size_t head_length(const struct handshake *handshake, const uint8_t *bytes) {
  return handshake->family == 4 ? (size_t)(bytes[0] & 0x0f) * 4 : 0;
}

static uint32_t number(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void check(const struct handshake *handshake, const uint8_t *bytes, size_t length) {
  struct syn_ack syn_ack;
  memset(&syn_ack, 0xa5, sizeof syn_ack);
  enum handshake_answer answer = handshake_parse(handshake, bytes, length, &syn_ack);
  if (answer == ANSWER_NOT_OURS) return;
  size_t at = head_length(handshake, bytes);
  CHECK(length >= at + 20);
  const uint8_t *tcp = bytes + at;
  CHECK((tcp[0] << 8 | tcp[1]) == handshake->destination_port && (tcp[2] << 8 | tcp[3]) == handshake->source_port);
  CHECK(number(tcp + 8) == handshake->isn + 1 && (tcp[13] & 0x10) != 0);
  CHECK(((tcp[13] & 0x04) != 0) == (answer == ANSWER_REFUSED));
  if (answer == ANSWER_REFUSED) return;
  CHECK((tcp[13] & 0x02) != 0 && syn_ack.sequence == number(tcp + 4));
  CHECK(syn_ack.window == (tcp[14] << 8 | tcp[15]) && syn_ack.mss != 0 && syn_ack.window_scale <= 14);
  CHECK((handshake->scaling || !syn_ack.scaling) && (handshake->sack || !syn_ack.sack));
  CHECK((handshake->timestamps || !syn_ack.timestamps) && (syn_ack.scaling || syn_ack.window_scale == 0));
}

/* As long as the segment is what the IP header says. */
static void put_checksum(const struct handshake *handshake, uint8_t *bytes, size_t length) {
  if (length == 0) return;
  size_t at = head_length(handshake, bytes);
  size_t end = handshake->family == 6 || length < 4 ? length : (size_t)(bytes[2] << 8 | bytes[3]);
  if (end > length || end < at + 18) return;
  put_u16(bytes + at + 16, 0);
  put_u16(bytes + at + 16, segment_checksum(handshake->family, handshake->destination, handshake->source, 6, bytes + at,
                                            end - at));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct handshake handshake = {.mss = 1460};
  struct reader reader = {.next = data, .left = size};
  read_handshake(&reader, &handshake);
  if (reader.failed) return 0;
  check(&handshake, reader.next, reader.left);
  uint8_t *bytes = malloc(reader.left + 1);
  CHECK(bytes != NULL);
  memcpy(bytes, reader.next, reader.left);
  put_checksum(&handshake, bytes, reader.left);
  check(&handshake, bytes, reader.left);
  free(bytes);
  if (handshake_quoted(&handshake, reader.next, reader.left))
    CHECK(reader.left >= (handshake.family == 4 ? 28 : 48));
  return 0;
}
