#include "syn.h"

#include <netinet/in.h>
#include <string.h>

#include "bytes.h"
#include "tcp-options.h"

enum {
  IPV4_HEADER = 20,
  TCP_HEADER = 20,
  FLAG_SYN = 0x02,
  FLAGS_RST_ACK = 0x14,
};

/* The address is taken over; what is behind the header is left. RFC 791 §3.1. */
static bool read_ipv4(struct reader *reader, struct arrived_syn *syn) {
  size_t header_length = (size_t)(read_u8(reader) & 0x0f) * 4;
  read_bytes(reader, 8); /* type of service, length, ID, fragment, TTL */
  uint8_t protocol = read_u8(reader);
  read_u16(reader);
  const uint8_t *source = read_bytes(reader, 4);
  read_bytes(reader, 4);
  if (header_length < IPV4_HEADER) return false;
  read_bytes(reader, header_length - IPV4_HEADER);
  if (reader->failed || protocol != IPPROTO_TCP) return false;
  memcpy(syn->source, source, 4);
  return true;
}

/* RFC 8200 §3. */
static bool read_ipv6(struct reader *reader, struct arrived_syn *syn) {
  read_bytes(reader, 6); /* version, traffic class, flow label, length */
  uint8_t next_header = read_u8(reader);
  read_u8(reader);
  const uint8_t *source = read_bytes(reader, ADDRESS_LENGTH);
  read_bytes(reader, ADDRESS_LENGTH);
  if (reader->failed || next_header != IPPROTO_TCP) return false;
  memcpy(syn->source, source, ADDRESS_LENGTH);
  return true;
}

static void read_timestamp(struct reader *options, struct arrived_syn *syn) {
  struct tcp_option option;
  while (next_option(options, &option)) {
    if (option.kind != OPTION_TIMESTAMP || option.length != TIMESTAMP_LENGTH) continue;
    syn->timestamps = true;
    syn->tsval = read_u32(&option.value);
  }
}

static bool read_tcp(struct reader *reader, struct arrived_syn *syn) {
  const size_t length = reader->left;
  syn->source_port = read_u16(reader);
  read_u16(reader);
  syn->isn = read_u32(reader);
  syn->acknowledgment = read_u32(reader);
  size_t header_length = (size_t)(read_u8(reader) >> 4) * 4;
  uint8_t flags = read_u8(reader);
  read_bytes(reader, 6); /* window, checksum, urgent pointer */
  if (reader->failed || header_length < TCP_HEADER || header_length > length) return false;
  if ((flags & (FLAG_SYN | FLAGS_RST_ACK)) != FLAG_SYN) return false;
  reader->left = header_length - TCP_HEADER;
  read_timestamp(reader, syn);
  return true;
}

bool syn_parse(const uint8_t *bytes, size_t length, struct arrived_syn *syn) {
  struct reader reader = {.next = bytes, .left = length};
  memset(syn, 0, sizeof *syn);
  if (length == 0) return false;
  syn->family = bytes[0] >> 4;
  if (syn->family == 4) return read_ipv4(&reader, syn) && read_tcp(&reader, syn);
  return syn->family == 6 && read_ipv6(&reader, syn) && read_tcp(&reader, syn);
}
