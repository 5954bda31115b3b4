#include "handshake.h"

#include <netinet/in.h>
#include <string.h>

#include "bytes.h"
#include "packet.h"
#include "tcp-options.h"

enum {
  MAX_WINDOW_SCALE = 14, /* RFC 7323 §2.3 */
  TCP_HEADER = 20,
  TCP_CHECKSUM = 16,
  MAX_TCP_HEADER = 60,
};

static uint8_t *put_timestamps(uint8_t *to, uint32_t tsval, uint32_t tsecr) {
  to = put_u8(to, OPTION_TIMESTAMP);
  to = put_u8(to, TIMESTAMP_LENGTH);
  to = put_u32(to, tsval);
  return put_u32(to, tsecr);
}

static uint8_t *put_two_nops(uint8_t *to) { return put_u8(put_u8(to, OPTION_NOP), OPTION_NOP); }

static uint8_t *put_sack_permitted(uint8_t *to) {
  return put_u8(put_u8(to, OPTION_SACK_PERMITTED), SACK_PERMITTED_LENGTH);
}

/* The order of tcp_options_write() in Linux's net/ipv4/tcp_output.c, where SACK permitted takes the place of two NOPs. */
size_t syn_options(const struct handshake *handshake, uint8_t out[MAX_SYN_OPTIONS]) {
  uint8_t *to = put_u8(out, OPTION_MSS);
  to = put_u8(to, MSS_LENGTH);
  to = put_u16(to, handshake->mss);
  if (handshake->sack && !handshake->timestamps) to = put_two_nops(to);
  if (handshake->sack) to = put_sack_permitted(to);
  if (handshake->timestamps && !handshake->sack) to = put_two_nops(to);
  if (handshake->timestamps) to = put_timestamps(to, handshake->tsval, 0);
  if (handshake->scaling) {
    to = put_u8(to, OPTION_NOP);
    to = put_u8(to, OPTION_WINDOW_SCALE);
    to = put_u8(to, WINDOW_SCALE_LENGTH);
    to = put_u8(to, handshake->window_scale);
  }
  return (size_t)(to - out);
}

size_t timestamp_option(uint32_t tsval, uint32_t tsecr, uint8_t out[TIMESTAMP_OPTION]) {
  return (size_t)(put_timestamps(put_two_nops(out), tsval, tsecr) - out);
}

/* RFC 791 §3.1. The kernel has checked the header, and takes off no padding. */
static void skip_ipv4_header(struct reader *reader) {
  size_t header_length = (size_t)(read_u8(reader) & 0x0f) * 4;
  read_u8(reader);
  size_t total_length = read_u16(reader);
  if (header_length < 20 || total_length < header_length) reader->failed = true;
  read_bytes(reader, header_length - 4);
  size_t segment_length = total_length - header_length;
  if (segment_length > reader->left) reader->failed = true;
  reader->left = segment_length;
}

/*
 * A packet that never left this machine (loopback, containers) may hold only the pseudo-header's sum, which a network
 * card would have completed (CHECKSUM_PARTIAL, Documentation/networking/checksum-offloads.rst of Linux).
 */
static bool good_checksum(const struct handshake *handshake, const uint8_t *segment, size_t length) {
  static const uint8_t ZEROS[MAX_TCP_HEADER];
  const uint8_t *from = handshake->destination;
  const uint8_t *to = handshake->source;
  if (segment_checksum(handshake->family, from, to, IPPROTO_TCP, segment, length) == 0) return true;
  if (length > MAX_TCP_HEADER) return false;
  uint16_t partial = (uint16_t)~segment_checksum(handshake->family, from, to, IPPROTO_TCP, ZEROS, length);
  struct reader checksum = {.next = segment + TCP_CHECKSUM, .left = 2};
  return read_u16(&checksum) == partial;
}

static void read_option(const struct handshake *handshake, struct tcp_option *option, struct syn_ack *syn_ack) {
  if (option->kind == OPTION_MSS && option->length == MSS_LENGTH) {
    uint16_t mss = read_u16(&option->value);
    if (mss != 0) syn_ack->mss = mss;
  } else if (option->kind == OPTION_WINDOW_SCALE && option->length == WINDOW_SCALE_LENGTH && handshake->scaling) {
    uint8_t scale = read_u8(&option->value);
    syn_ack->scaling = true;
    syn_ack->window_scale = scale > MAX_WINDOW_SCALE ? MAX_WINDOW_SCALE : scale;
  } else if (option->kind == OPTION_SACK_PERMITTED && option->length == SACK_PERMITTED_LENGTH && handshake->sack) {
    syn_ack->sack = true;
  } else if (option->kind == OPTION_TIMESTAMP && option->length == TIMESTAMP_LENGTH && handshake->timestamps) {
    syn_ack->timestamps = true;
    syn_ack->tsval = read_u32(&option->value);
  }
}

static enum handshake_answer read_segment(const struct handshake *handshake, struct reader *reader,
                                          struct syn_ack *syn_ack) {
  const uint8_t *segment = reader->next;
  size_t length = reader->left;
  uint16_t from_port = read_u16(reader);
  uint16_t to_port = read_u16(reader);
  syn_ack->sequence = read_u32(reader);
  uint32_t acknowledged = read_u32(reader);
  size_t header_length = (size_t)(read_u8(reader) >> 4) * 4;
  uint8_t flags = read_u8(reader);
  syn_ack->window = read_u16(reader);
  read_bytes(reader, 4); /* checksum, urgent pointer */
  if (reader->failed || header_length < TCP_HEADER || header_length > length) return ANSWER_NOT_OURS;
  if (from_port != handshake->destination_port || to_port != handshake->source_port) return ANSWER_NOT_OURS;
  if ((flags & FLAG_ACK) == 0 || acknowledged != handshake->isn + 1) return ANSWER_NOT_OURS;
  if (!good_checksum(handshake, segment, length)) return ANSWER_NOT_OURS;
  if ((flags & FLAG_RST) != 0) return ANSWER_REFUSED;
  if ((flags & FLAG_SYN) == 0) return ANSWER_NOT_OURS;
  reader->left = header_length - TCP_HEADER;
  struct tcp_option option;
  while (next_option(reader, &option)) read_option(handshake, &option, syn_ack);
  return ANSWER_ACCEPTED;
}

enum handshake_answer handshake_parse(const struct handshake *handshake, const uint8_t *bytes, size_t length,
                                      struct syn_ack *syn_ack) {
  struct reader reader = {.next = bytes, .left = length};
  /* Without the option the MSS is 536 for IPv4, 1220 for IPv6 (RFC 9293 §3.7.1). */
  *syn_ack = (struct syn_ack){.mss = handshake->family == 4 ? 536 : 1220};
  if (handshake->family == 4) skip_ipv4_header(&reader);
  return reader.failed ? ANSWER_NOT_OURS : read_segment(handshake, &reader, syn_ack);
}

/* The addresses of the quoted packet; the reader is behind its header afterwards. False when it is not TCP. */
static bool read_quoted_header(struct reader *reader, uint8_t family, const uint8_t **source,
                               const uint8_t **destination) {
  uint8_t protocol;
  if (family == 4) {
    size_t header_length = (size_t)(read_u8(reader) & 0x0f) * 4;
    read_bytes(reader, 8);
    protocol = read_u8(reader);
    read_u16(reader);
    *source = read_bytes(reader, 4);
    *destination = read_bytes(reader, 4);
    if (header_length < 20) return false;
    read_bytes(reader, header_length - 20);
  } else {
    read_bytes(reader, 6);
    protocol = read_u8(reader);
    read_u8(reader);
    *source = read_bytes(reader, ADDRESS_LENGTH);
    *destination = read_bytes(reader, ADDRESS_LENGTH);
  }
  return !reader->failed && protocol == IPPROTO_TCP;
}

/* An ICMP error quotes at least eight bytes behind the IP header (RFC 792): the ports and the sequence number. */
bool handshake_quoted(const struct handshake *handshake, const uint8_t *bytes, size_t length) {
  struct reader reader = {.next = bytes, .left = length};
  const uint8_t *source;
  const uint8_t *destination;
  size_t address_length = handshake->family == 4 ? 4 : ADDRESS_LENGTH;
  if (!read_quoted_header(&reader, handshake->family, &source, &destination)) return false;
  if (memcmp(source, handshake->source, address_length) != 0) return false;
  if (memcmp(destination, handshake->destination, address_length) != 0) return false;
  uint16_t source_port = read_u16(&reader);
  uint16_t destination_port = read_u16(&reader);
  uint32_t sequence = read_u32(&reader);
  return !reader.failed && source_port == handshake->source_port &&
         destination_port == handshake->destination_port && sequence == handshake->isn;
}

/*
 * Destination unreachable but not "fragmentation needed", time exceeded, parameter problem: what tcp_v4_err() and
 * tcp_v6_err() of Linux hand to a connect() that waits (RFC 792; RFC 4443 §3).
 */
bool icmp_ends_handshake(uint8_t family, uint8_t type, uint8_t code) {
  if (family == 4) return (type == 3 && code != 4) || type == 11 || type == 12;
  return type == 1 || type == 3 || type == 4;
}
