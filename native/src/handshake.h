/* A TCP handshake as bytes: what a SYN says and what its answer means. Hostile bytes: no system call, no allocation. */
#ifndef SESAMY_HANDSHAKE_H
#define SESAMY_HANDSHAKE_H

#include "protocol.h"

enum { MAX_SYN_OPTIONS = 20, TIMESTAMP_OPTION = 12 };

enum tcp_flag { FLAG_SYN = 0x02, FLAG_RST = 0x04, FLAG_ACK = 0x10 };

/* One handshake from this host, and what its SYN offers. */
struct handshake {
  uint8_t family; /* 4 or 6 */
  uint8_t source[ADDRESS_LENGTH];
  uint8_t destination[ADDRESS_LENGTH];
  uint16_t source_port;
  uint16_t destination_port;
  uint32_t isn;
  uint16_t mss;
  bool scaling; /* RFC 7323 §2 */
  uint8_t window_scale;
  bool sack; /* RFC 2018 §2 */
  bool timestamps; /* RFC 7323 §3 */
  uint32_t tsval;
};

/* What a SYN/ACK says. An option that the SYN did not offer counts as absent. */
struct syn_ack {
  uint32_t sequence;
  uint16_t window; /* never scaled in a SYN/ACK (RFC 7323 §2.2) */
  uint16_t mss;
  bool scaling;
  uint8_t window_scale;
  bool sack;
  bool timestamps;
  uint32_t tsval;
};

enum handshake_answer { ANSWER_NOT_OURS = 0, ANSWER_ACCEPTED, ANSWER_REFUSED };

/* Writes the SYN's options in the order in which Linux writes them, and returns their length. */
size_t syn_options(const struct handshake *handshake, uint8_t out[MAX_SYN_OPTIONS]);

/* Writes the timestamp option of every segment after the SYN, and returns its length. */
size_t timestamp_option(uint32_t tsval, uint32_t tsecr, uint8_t out[TIMESTAMP_OPTION]);

/*
 * What a packet from the destination, as a raw socket gives it (IPv4 with its header, IPv6 without, raw(7)), means to
 * the handshake. Only an answer that acknowledges ISN + 1 counts: nobody who did not see the SYN can make one.
 */
enum handshake_answer handshake_parse(const struct handshake *handshake, const uint8_t *bytes, size_t length,
                                      struct syn_ack *syn_ack);

/* Whether these are the first bytes of the handshake's SYN (from its IP header on), as an ICMP error quotes them. */
bool handshake_quoted(const struct handshake *handshake, const uint8_t *bytes, size_t length);

/* Whether this ICMP (ICMPv6) error ends a handshake, as it ends connect(). */
bool icmp_ends_handshake(uint8_t family, uint8_t type, uint8_t code);

#endif
