/*
 * The values of docs/helper-protocol.md, and a request as it is once it has been read and checked. Addresses and packet
 * contents are kept in network byte order as bytes; everything else is in the host's order.
 */
#ifndef SESAMY_PROTOCOL_H
#define SESAMY_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  PROTOCOL_VERSION = 1,
  MAX_FRAME = 655360,
  MAX_PACKETS = 1000,
  MAX_PER_SECOND = 200,
  MAX_LISTEN_MS = 2000,
  MAX_UDP_PAYLOAD = 512,
  MAX_FIRST = 255,
  MAX_CONNECT_MS = 60000,
  MAX_LISTENING_MS = 600000,
  MAX_CONNECTIONS = 100,
  MAX_TCP_OPTIONS = 40,
  MAC_LENGTH = 6,
  ADDRESS_LENGTH = 16,
  NO_PACKET = 0xffff,
};

#define NS_PER_SECOND UINT64_C(1000000000)
#define MAX_DURATION_NS (600 * NS_PER_SECOND)

enum request_type { REQUEST_PROBE = 1, REQUEST_SEND = 2, REQUEST_CONNECT = 3, REQUEST_LISTEN = 4 };

enum report_type {
  REPORT_PROBED = 129,
  REPORT_ARMED = 130,
  REPORT_SENT = 131,
  REPORT_ANSWER = 132,
  REPORT_DONE = 133,
  REPORT_FAILED = 134,
  REPORT_SYN = 135,
  REPORT_OPEN = 136,
  REPORT_CARRIED = 137,
  REPORT_LISTENING = 138,
  REPORT_ARRIVED = 139,
};

enum reason {
  OK = 0,
  MALFORMED = 1,
  WRONG_VERSION = 2,
  TOO_LARGE = 3,
  UNKNOWN_COMMAND = 4,
  SOURCE_NOT_OWN = 5,
  NOT_ONE_HOST = 6,
  TOO_MANY = 7,
  TOO_LONG = 8,
  TOO_FAST = 9,
  NOT_PERMITTED = 10,
  NO_INTERFACE = 11,
  NO_ROUTE = 12,
  NEXT_HOP_SILENT = 13,
  SEND_FAILED = 14,
  CANCELLED = 15,
  INTERNAL = 16,
  REFUSED = 17,        /* the destination answered the SYN with a RST */
  UNREACHABLE = 18,    /* an ICMP error came back for the SYN */
  NO_ANSWER = 19,      /* no answer to any SYN in time */
  PORT_BUSY = 20,      /* the port is in use, or none is free */
  FIRST_TOO_LONG = 21, /* the first bytes do not fit into one segment */
  CONNECTION_BROKEN = 22, /* or what was to take it over */
  HUNG_UP = 23,           /* the server broke the connection before its first byte */
};

enum level { LEVEL_ROUTED = 1, LEVEL_LINK = 2 };

/* What becomes of a connection: it is closed, its bytes are carried, or the socket is handed over. */
enum use { USE_CLOSE = 0, USE_CARRY = 1, USE_PASS = 2 };

/* Why a request was refused or failed. */
struct failure {
  enum reason reason;
  uint16_t packet; /* NO_PACKET: none in particular */
  int error;       /* errno, 0: none */
};

struct packet {
  uint64_t at_ns; /* after the zero */
  uint8_t protocol; /* IPPROTO_TCP or IPPROTO_UDP */
  uint8_t ttl;
  uint16_t ip_id;
  uint16_t source_port;
  uint16_t destination_port;
  /* TCP */
  uint32_t sequence;
  uint32_t acknowledgment;
  uint8_t flags;
  uint16_t window;
  /* TCP options or UDP payload, inside the frame that was read */
  uint16_t data_length;
  const uint8_t *data;
};

struct connection {
  enum use use;
  bool timestamps;
  uint16_t destination_port;
  uint32_t isn;
  uint32_t acknowledgment; /* the SYN's field, without the flag */
  uint16_t ip_id;          /* IPv4; 0: the kernel's choice */
  uint32_t tsval;
  uint32_t timeout_ms;
  /* What goes out as the first segment, inside the frame that was read */
  uint16_t first_length;
  const uint8_t *first;
};

/* What REQUEST_LISTEN is to do. */
struct listening {
  uint16_t port;
  uint32_t duration_ms;
  uint8_t connections;
};

struct request {
  enum request_type type;
  /* REQUEST_SEND and REQUEST_CONNECT */
  uint8_t family; /* 4 or 6 */
  uint32_t interface_index;
  uint8_t source[ADDRESS_LENGTH];
  uint8_t destination[ADDRESS_LENGTH];
  /* REQUEST_CONNECT */
  struct connection connection;
  /* REQUEST_LISTEN */
  struct listening listening;
  /* REQUEST_SEND */
  enum level level;
  uint8_t source_mac[MAC_LENGTH];
  uint16_t listen_ms;
  uint16_t count;
  struct packet packets[MAX_PACKETS];
};

#endif
