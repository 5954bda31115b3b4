/* The helper's parsers and its builder, against requests with one thing wrong each and against answers that were captured. */
#include <stdio.h>
#include <string.h>

#include "../src/answer.h"
#include "../src/bytes.h"
#include "../src/handshake.h"
#include "../src/message.h"
#include "../src/packet.h"
#include "../src/syn.h"

static int failures;

static void expect(bool holds, const char *what) {
  if (holds) return;
  failures++;
  fprintf(stderr, "FAILED: %s\n", what);
}

static uint8_t nibble(char digit) { return (uint8_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10); }

/* Bytes out of hex digits; blanks are for the reader. */
static size_t hex(const char *text, uint8_t *to) {
  size_t length = 0;
  for (size_t digits = 0; *text != '\0'; text++) {
    if (*text == ' ') continue;
    if (digits++ % 2 == 0)
      to[length] = (uint8_t)(nibble(*text) << 4);
    else
      to[length++] |= nibble(*text);
  }
  return length;
}

#define ZEROS_12 "000000000000000000000000 "
#define US_4 "c0000201" ZEROS_12
#define THEM_4 "c0000202" ZEROS_12
#define US_6 "20010db8000000000000000000000001 "
#define THEM_6 "20010db8000000000000000000000002 "
#define NO_MAC "000000000000 "

/* A SYN with an MSS at 0, a datagram at 5 ms, a SYN at 10 ms. */
static const char ROUTED_4[] = "0102 04 01 0003 00000000 " US_4 THEM_4 NO_MAC "01f4 "
                               "0000000000000000 06 40 1234 ee48 1b58 12345678 00000000 02 faf0 04 020405b4 "
                               "00000000004c4b40 11 40 1235 ee49 1b59 0001 00 "
                               "0000000000989680 06 40 1236 ee4a 1b5a 12345679 00000000 02 faf0 00 ";
static const char LINK_6[] = "0102 06 02 0001 00000002 " US_6 THEM_6 "020000000001 07d0 "
                             "0000000000000000 11 ff 0000 ee48 1b58 0003 616263 ";

/* To port 22, ISN, acknowledgment and IP ID, timestamps with TSval 256, 10 s, "SSH-2.0-" first. */
static const char CONNECT_4[] = "0103 04 01 01 00000000 " US_4 THEM_4 "0016 12345678 9abcdef0 1234 00000100 00002710 0008 "
                                "5353482d322e302d";
static const char CONNECT_6[] = "0103 06 02 00 00000002 " US_6 THEM_6 "0016 12345678 9abcdef0 0000 00000000 0000ea60 0000 ";

enum {
  USE = 3,
  TIMESTAMPS = 4,
  CONNECT_INDEX = 5,
  CONNECT_SOURCE = 9,
  CONNECT_DESTINATION = 25,
  CONNECT_PORT = 41,
  CONNECT_IP_ID = 51,
  TSVAL = 53,
  TIMEOUT = 57,
  FIRST = 61,
  FAMILY = 2,
  LEVEL = 3,
  COUNT = 4,
  INDEX = 6,
  SOURCE = 10,
  DESTINATION = 26,
  MAC = 42,
  LISTEN = 48,
  PACKETS = 50,
  AT = 0,
  PROTOCOL = 8,
  TTL = 9,
  IP_ID = 10,
  SOURCE_PORT = 12,
  DESTINATION_PORT = 14,
  UDP_LENGTH = 16,
  OPTIONS_LENGTH = 27,
  SECOND = PACKETS + 32,
  THIRD = SECOND + 19,
};

static struct request request;

static bool parse(const uint8_t *body, size_t length, enum reason reason, uint16_t packet) {
  struct failure failure;
  bool accepted = message_parse(body, length, &request, &failure);
  return accepted == (reason == OK) && failure.reason == reason && failure.packet == packet && failure.error == 0;
}

/* A good request with some bytes replaced. */
struct change {
  const char *what;
  const char *request;
  size_t at;
  const char *bytes;
  enum reason reason;
  uint16_t packet;
};

static const struct change CHANGES[] = {
    {"nothing wrong, IPv4", ROUTED_4, 0, "", OK, NO_PACKET},
    {"nothing wrong, IPv6", LINK_6, 0, "", OK, NO_PACKET},
    {"another version", ROUTED_4, 0, "02", WRONG_VERSION, NO_PACKET},
    {"an unknown command", ROUTED_4, 1, "7f", UNKNOWN_COMMAND, NO_PACKET},
    {"family 5", ROUTED_4, FAMILY, "05", MALFORMED, NO_PACKET},
    {"level 0", ROUTED_4, LEVEL, "00", MALFORMED, NO_PACKET},
    {"level 3", LINK_6, LEVEL, "03", MALFORMED, NO_PACKET},
    {"no packet", ROUTED_4, COUNT, "0000", TOO_MANY, NO_PACKET},
    {"1,001 packets", ROUTED_4, COUNT, "03e9", TOO_MANY, NO_PACKET},
    {"fewer packets than it says", ROUTED_4, COUNT, "0004", MALFORMED, 3},
    {"more packets than it says", ROUTED_4, COUNT, "0002", MALFORMED, NO_PACKET},
    {"routed through an interface", ROUTED_4, INDEX, "00000001", MALFORMED, NO_PACKET},
    {"routed with a source MAC", ROUTED_4, MAC, "020000000001", MALFORMED, NO_PACKET},
    {"link level through no interface", LINK_6, INDEX, "00000000", MALFORMED, NO_PACKET},
    {"an interface of no positive int", LINK_6, INDEX, "80000000", MALFORMED, NO_PACKET},
    {"a group as source MAC", LINK_6, MAC, "010000000001", MALFORMED, NO_PACKET},
    {"the interface's own MAC", LINK_6, MAC, NO_MAC, OK, NO_PACKET},
    {"bytes behind an IPv4 source", ROUTED_4, SOURCE + 15, "01", MALFORMED, NO_PACKET},
    {"bytes behind an IPv4 destination", ROUTED_4, DESTINATION + 4, "01", MALFORMED, NO_PACKET},
    {"a multicast source", ROUTED_4, SOURCE, "e0000001", SOURCE_NOT_OWN, NO_PACKET},
    {"an unspecified source", ROUTED_4, SOURCE, "00000000", SOURCE_NOT_OWN, NO_PACKET},
    {"an IPv4 source as IPv6", LINK_6, SOURCE, "00000000000000000000ffffc0000201", SOURCE_NOT_OWN, NO_PACKET},
    {"the unspecified address", ROUTED_4, DESTINATION, "00000000", NOT_ONE_HOST, NO_PACKET},
    {"this network", ROUTED_4, DESTINATION, "00ffffff", NOT_ONE_HOST, NO_PACKET},
    {"the first address", ROUTED_4, DESTINATION, "01000000", OK, NO_PACKET},
    {"the last address", ROUTED_4, DESTINATION, "dfffffff", OK, NO_PACKET},
    {"the first multicast address", ROUTED_4, DESTINATION, "e0000000", NOT_ONE_HOST, NO_PACKET},
    {"the last multicast address", ROUTED_4, DESTINATION, "efffffff", NOT_ONE_HOST, NO_PACKET},
    {"a reserved address", ROUTED_4, DESTINATION, "f0000001", NOT_ONE_HOST, NO_PACKET},
    {"the broadcast address", ROUTED_4, DESTINATION, "ffffffff", NOT_ONE_HOST, NO_PACKET},
    {"the unspecified IPv6 address", LINK_6, DESTINATION, "00000000000000000000000000000000", NOT_ONE_HOST, NO_PACKET},
    {"IPv6 loopback", LINK_6, DESTINATION, "00000000000000000000000000000001", OK, NO_PACKET},
    {"an IPv6 group", LINK_6, DESTINATION, "ff020000000000000000000000000001", NOT_ONE_HOST, NO_PACKET},
    {"an IPv4 address as IPv6", LINK_6, DESTINATION, "00000000000000000000ffffc0000202", NOT_ONE_HOST, NO_PACKET},
    {"listening for 2 s", ROUTED_4, LISTEN, "07d0", OK, NO_PACKET},
    {"listening for longer", ROUTED_4, LISTEN, "07d1", MALFORMED, NO_PACKET},
    {"two packets at once", ROUTED_4, SECOND + AT, "0000000000000000", OK, NO_PACKET},
    {"times that run backwards", ROUTED_4, THIRD + AT, "00000000004c4b3f", MALFORMED, 2},
    {"600 s", ROUTED_4, THIRD + AT, "0000008bb2c97000", OK, NO_PACKET},
    {"one nanosecond more", ROUTED_4, THIRD + AT, "0000008bb2c97001", TOO_LONG, 2},
    {"the highest number of nanoseconds", ROUTED_4, THIRD + AT, "ffffffffffffffff", TOO_LONG, 2},
    {"ICMP", ROUTED_4, PACKETS + PROTOCOL, "01", MALFORMED, 0},
    {"a TTL of 0", ROUTED_4, SECOND + TTL, "00", MALFORMED, 1},
    {"an IP ID of 0 in IPv4", ROUTED_4, SECOND + IP_ID, "0000", MALFORMED, 1},
    {"an IP ID in IPv6", LINK_6, PACKETS + IP_ID, "0001", MALFORMED, 0},
    {"source port 0", ROUTED_4, THIRD + SOURCE_PORT, "0000", MALFORMED, 2},
    {"destination port 0", ROUTED_4, THIRD + DESTINATION_PORT, "0000", MALFORMED, 2},
    {"options of half a word", ROUTED_4, PACKETS + OPTIONS_LENGTH, "02", MALFORMED, 0},
    {"options that go on to the next packet", ROUTED_4, PACKETS + OPTIONS_LENGTH, "2c", MALFORMED, 0},
    {"a payload longer than the frame", LINK_6, PACKETS + UDP_LENGTH, "0004", MALFORMED, 0},
    {"a payload shorter than the frame", LINK_6, PACKETS + UDP_LENGTH, "0002", MALFORMED, NO_PACKET},
    {"a connection, IPv4", CONNECT_4, 0, "", OK, NO_PACKET},
    {"a connection, IPv6", CONNECT_6, 0, "", OK, NO_PACKET},
    {"a connection of family 5", CONNECT_4, FAMILY, "05", MALFORMED, NO_PACKET},
    {"an unknown use", CONNECT_4, USE, "03", MALFORMED, NO_PACKET},
    {"timestamps neither on nor off", CONNECT_4, TIMESTAMPS, "02", MALFORMED, NO_PACKET},
    {"a TSval without timestamps", CONNECT_4, TIMESTAMPS, "00", MALFORMED, NO_PACKET},
    {"an IP ID in IPv6, of a connection", CONNECT_6, CONNECT_IP_ID, "0001", MALFORMED, NO_PACKET},
    {"the kernel's choice of IP ID", CONNECT_4, CONNECT_IP_ID, "0000", OK, NO_PACKET},
    {"an odd TSval", CONNECT_4, TSVAL, "00000101", MALFORMED, NO_PACKET},
    {"a connection through no positive int", CONNECT_6, CONNECT_INDEX, "80000000", MALFORMED, NO_PACKET},
    {"a connection from a group", CONNECT_4, CONNECT_SOURCE, "e0000001", SOURCE_NOT_OWN, NO_PACKET},
    {"a connection to everybody", CONNECT_4, CONNECT_DESTINATION, "ffffffff", NOT_ONE_HOST, NO_PACKET},
    {"a connection to a group", CONNECT_6, CONNECT_DESTINATION, "ff02", NOT_ONE_HOST, NO_PACKET},
    {"a connection to port 0", CONNECT_4, CONNECT_PORT, "0000", MALFORMED, NO_PACKET},
    {"no time", CONNECT_4, TIMEOUT, "00000000", MALFORMED, NO_PACKET},
    {"a minute", CONNECT_4, TIMEOUT, "0000ea60", OK, NO_PACKET},
    {"more than a minute", CONNECT_4, TIMEOUT, "0000ea61", MALFORMED, NO_PACKET},
    {"first bytes behind the frame", CONNECT_4, FIRST, "0009", MALFORMED, NO_PACKET},
    {"first bytes left over", CONNECT_4, FIRST, "0007", MALFORMED, NO_PACKET},
};

static void test_requests(void) {
  for (size_t i = 0; i < sizeof CHANGES / sizeof CHANGES[0]; i++) {
    const struct change *change = &CHANGES[i];
    uint8_t body[256];
    size_t length = hex(change->request, body);
    hex(change->bytes, body + change->at);
    expect(parse(body, length, change->reason, change->packet), change->what);
  }
}

static void test_lengths(void) {
  static uint8_t body[MAX_FRAME + 1];
  size_t length = hex(ROUTED_4, body);
  for (size_t cut = 0; cut < length; cut++) {
    struct failure failure;
    expect(!message_parse(body, cut, &request, &failure) && failure.reason == MALFORMED, "a frame cut short");
  }
  expect(parse(body, MAX_FRAME, MALFORMED, NO_PACKET), "bytes left over");
  expect(parse(body, sizeof body, TOO_LARGE, NO_PACKET), "a frame that is too large");
  hex("0101", body);
  expect(parse(body, 2, OK, NO_PACKET) && request.type == REQUEST_PROBE, "a probe");
  expect(parse(body, 3, MALFORMED, NO_PACKET), "a probe with a field");
}

/* A request of `count` datagrams of `payload` bytes, one every `step_ns`. */
static size_t many(uint8_t *body, uint16_t count, uint64_t step_ns, uint16_t payload) {
  static const uint8_t zeros[MAX_UDP_PAYLOAD + 1];
  hex(ROUTED_4, body);
  put_u16(body + COUNT, count);
  uint8_t *to = body + PACKETS;
  for (uint64_t i = 0; i < count; i++) {
    to = put_u64(to, i * step_ns);
    to += hex("11 40 1234 ee48 1b58", to);
    to = put_u16(to, payload);
    to = put_bytes(to, zeros, payload);
  }
  return (size_t)(to - body);
}

static void test_many(void) {
  static uint8_t body[MAX_FRAME];
  expect(parse(body, many(body, 1000, 5000000, 512), OK, NO_PACKET), "the largest request, 200 packets a second");
  expect(parse(body, many(body, 1000, 4999999, 0), TOO_FAST, 200), "a little faster");
  expect(parse(body, many(body, 200, 0, 0), OK, NO_PACKET), "200 at once");
  expect(parse(body, many(body, 201, 0, 0), TOO_FAST, 200), "201 at once");
  expect(parse(body, many(body, 1, 0, 513), MALFORMED, 0), "a payload of 513 bytes");
}

static bool builds(size_t packet, const char *bytes) {
  uint8_t expected[MAX_PACKET];
  uint8_t built[MAX_PACKET];
  size_t length = hex(bytes, expected);
  return packet_build(&request, &request.packets[packet], built) == length && memcmp(built, expected, length) == 0;
}

/* The checksums were verified with tshark. */
static void test_packets(void) {
  uint8_t body[256];
  expect(parse(body, hex(ROUTED_4, body), OK, NO_PACKET), "a request to build");
  expect(builds(0, "4500002c 12344000 4006a494 c0000201 c0000202 "
                   "ee481b58 12345678 00000000 6002faf0 a6e40000 020405b4"),
         "a SYN with an MSS");
  expect(builds(1, "4500001d 12354000 4011a497 c0000201 c0000202 ee491b59 00097235 00"), "a datagram");
  expect(builds(2, "45000028 12364000 4006a496 c0000201 c0000202 ee4a1b5a 12345679 00000000 5002faf0 be9b0000"),
         "a bare SYN");
  expect(parse(body, hex(LINK_6, body), OK, NO_PACKET), "an IPv6 request to build");
  expect(builds(0, "60000000 000b11ff " US_6 THEM_6 "ee481b58 000bd65f 616263"), "an IPv6 datagram of odd length");
}

/* A payload that brings the sum to a checksum of zero, which in UDP has to be sent as 0xffff. */
static void test_zero_checksum(void) {
  uint8_t body[256];
  uint8_t built[MAX_PACKET];
  size_t length = hex(LINK_6, body) - 1;
  put_u16(body + PACKETS + UDP_LENGTH, 2);
  put_u16(body + PACKETS + UDP_LENGTH + 2, 0);
  expect(parse(body, length, OK, NO_PACKET), "a payload of zeros");
  packet_build(&request, &request.packets[0], built);
  put_bytes(body + PACKETS + UDP_LENGTH + 2, built + 46, 2);
  packet_build(&request, &request.packets[0], built);
  expect(built[46] == 0xff && built[47] == 0xff, "a UDP checksum of zero");
}

static void test_ethernet(void) {
  static const uint8_t TO[MAC_LENGTH] = {2, 0, 0, 0, 0, 1};
  static const uint8_t FROM[MAC_LENGTH] = {2, 0, 0, 0, 0, 2};
  uint8_t expected[ETHERNET_HEADER];
  uint8_t built[ETHERNET_HEADER];
  hex("020000000001 020000000002 0800", expected);
  ethernet_header(built, TO, FROM, 4);
  expect(memcmp(built, expected, sizeof built) == 0, "an Ethernet header for IPv4");
  hex("86dd", expected + 12);
  ethernet_header(built, TO, FROM, 6);
  expect(memcmp(built, expected, sizeof built) == 0, "an Ethernet header for IPv6");
}

/* After what Linux answered to knocks between two network namespaces, with the ports of the requests above. */
#define QUOTED_4 "45000028 12344000 4006a498 c0000201 c0000202 ee481b58 12345678 "
#define QUOTED_6 "60000000 00091140 " US_6 THEM_6 "ee481b58 00095b8f "
#define SYN_ACK_4(ip, flags) ip " c0000202 c0000201 1b58ee48 fe868282 d60eee39 a0" flags "fe88 84320000 "
#define ICMP_4(type) "45c00038 f6c50000 4001ff3a c0000209 c0000201 " type " bb010000 0000 "
#define ICMP_6(type) "60022133 00393a40 " ROUTER_6 US_6 type " b3280000 0000 "
#define ROUTER_6 "20010db8000000000000000000000009 "
#define PLAIN "4500003c 00004000 4006b6b8"

struct captured {
  const char *what;
  uint8_t family;
  const char *bytes;
  int kind; /* 0: no answer */
  uint16_t packet;
  const char *from;
};

static const struct captured CAPTURED[] = {
    {"a SYN/ACK", 4, SYN_ACK_4(PLAIN, "12"), ANSWER_SYN_ACK, 0, THEM_4},
    {"a RST", 4, SYN_ACK_4(PLAIN, "14"), ANSWER_RST, 0, THEM_4},
    {"a SYN", 4, SYN_ACK_4(PLAIN, "02"), 0, 0, ""},
    {"an ACK", 4, SYN_ACK_4(PLAIN, "10"), 0, 0, ""},
    {"a SYN/ACK to the third packet", 4, PLAIN "c0000202c0000201 1b5aee4a 0000000000000000 5012 fe8800000000",
     ANSWER_SYN_ACK, 2, THEM_4},
    {"a SYN/ACK to the datagram's ports", 4, PLAIN "c0000202c0000201 1b59ee49 0000000000000000 5012 fe8800000000", 0, 0,
     ""},
    {"a SYN/ACK from another port", 4, PLAIN "c0000202c0000201 1b59ee48 0000000000000000 5012 fe8800000000", 0, 0, ""},
    {"a TCP header of four words", 4, PLAIN "c0000202c0000201 1b58ee48 0000000000000000 4012 fe8800000000", 0, 0, ""},
    {"a SYN/ACK from another host", 4, PLAIN "c0000203c0000201 1b58ee48 0000000000000000 5012 fe8800000000", 0, 0, ""},
    {"a SYN/ACK to another host", 4, PLAIN "c0000202c0000203 1b58ee48 0000000000000000 5012 fe8800000000", 0, 0, ""},
    {"a SYN/ACK behind IP options", 4,
     "4600002c 00004000 4006b6b8 c0000202 c0000201 01010100 1b58ee48 0000000000000000 5012fe88 00000000",
     ANSWER_SYN_ACK, 0, THEM_4},
    {"a first fragment", 4, SYN_ACK_4("4500003c 00002000 4006b6b8", "12"), 0, 0, ""},
    {"a later fragment", 4, SYN_ACK_4("4500003c 00000001 4006b6b8", "12"), 0, 0, ""},
    {"a header of four words", 4, SYN_ACK_4("4400003c 00004000 4006b6b8", "12"), 0, 0, ""},
    {"a length that ends in the TCP header", 4, SYN_ACK_4("45000027 00004000 4006b6b8", "12"), 0, 0, ""},
    {"IPv6 for IPv4", 4, SYN_ACK_4("6500003c 00004000 4006b6b8", "12"), 0, 0, ""},
    {"port unreachable", 4, ICMP_4("0303") QUOTED_4, ANSWER_ICMP, 0, "c0000209" ZEROS_12},
    {"time exceeded", 4, ICMP_4("0b00") QUOTED_4, ANSWER_ICMP, 0, "c0000209" ZEROS_12},
    {"a parameter problem", 4, ICMP_4("0c00") QUOTED_4, ANSWER_ICMP, 0, "c0000209" ZEROS_12},
    {"an echo reply", 4, ICMP_4("0000") QUOTED_4, 0, 0, ""},
    {"a redirect", 4, ICMP_4("0501") QUOTED_4, 0, 0, ""},
    {"a quote cut short", 4, ICMP_4("0303") "45000028 12344000 4006a498 c0000201 c0000202 ee481b58 123456", 0, 0, ""},
    {"a quote of another's packet", 4, ICMP_4("0303") "45000028 12344000 4006a498 c0000203 c0000202 ee481b5812345678",
     0, 0, ""},
    {"a quote of a packet to another", 4,
     ICMP_4("0303") "45000028 12344000 4006a498 c0000201 c0000203 ee481b5812345678", 0, 0, ""},
    {"a quote of another protocol", 4, ICMP_4("0303") "4500001d 12354000 4011a497 c0000201 c0000202 ee481b5800090000",
     0, 0, ""},
    {"port unreachable, of the datagram", 4,
     ICMP_4("0303") "4500001d 12354000 4011a497 c0000201 c0000202 ee491b5900090000", ANSWER_ICMP, 1,
     "c0000209" ZEROS_12},
    {"port unreachable, IPv6", 6, ICMP_6("0104") QUOTED_6, ANSWER_ICMP, 0, ROUTER_6},
    {"packet too big", 6, ICMP_6("0200") QUOTED_6, ANSWER_ICMP, 0, ROUTER_6},
    {"time exceeded, IPv6", 6, ICMP_6("0300") QUOTED_6, ANSWER_ICMP, 0, ROUTER_6},
    {"a parameter problem, IPv6", 6, ICMP_6("0402") QUOTED_6, ANSWER_ICMP, 0, ROUTER_6},
    {"an echo request, IPv6", 6, ICMP_6("8000") QUOTED_6, 0, 0, ""},
    {"an extension header", 6, "60022133 00390040 " ROUTER_6 US_6 "3a00000000000000 0104 b32800000000" QUOTED_6, 0, 0,
     ""},
};

static void test_captured(const struct captured *captured) {
  uint8_t bytes[256];
  uint8_t from[ADDRESS_LENGTH];
  struct answer answer;
  expect(parse(bytes, hex(captured->family == 4 ? ROUTED_4 : LINK_6, bytes), OK, NO_PACKET), "a request to answer");
  /* The request points into its frame, and only its addresses, ports and protocols are needed from here on. */
  size_t length = hex(captured->bytes, bytes);
  bool answered = answer_parse(&request, bytes, length, &answer);
  expect(answered == (captured->kind != 0), captured->what);
  if (!answered) return;
  hex(captured->from, from);
  bool icmp = captured->kind == ANSWER_ICMP;
  size_t header_length = captured->family == 4 ? 20 : 40;
  expect((int)answer.kind == captured->kind && answer.packet == captured->packet, captured->what);
  expect(memcmp(answer.from, from, sizeof from) == 0, captured->what);
  expect(answer.icmp_type == (icmp ? bytes[header_length] : 0), captured->what);
  expect(answer.icmp_code == (icmp ? bytes[header_length + 1] : 0), captured->what);
}

#define TO_US "666a013e59b4 5ad665b56ae0 "
#define ARP_REPLY_BYTES TO_US "0806 0001 0800 06 04 0002 5ad665b56ae0 c0000202 666a013e59b4 c0000201"
#define ADVERTISEMENT                                                                                  \
  TO_US "86dd 60000000 0020 3a ff " THEM_6 US_6 "8800 e106 e0000000 " THEM_6 "0201 5ad665b56ae0"

/* A captured frame with some bytes replaced. */
struct neighbour {
  const char *what;
  uint8_t family;
  const char *frame;
  size_t at;
  const char *bytes;
  bool tells;
};

static const struct neighbour NEIGHBOURS[] = {
    {"an ARP reply", 4, ARP_REPLY_BYTES, 0, "", true},
    {"an ARP request", 4, ARP_REPLY_BYTES, 21, "01", false},
    {"ARP of another hardware", 4, ARP_REPLY_BYTES, 15, "06", false},
    {"ARP of another protocol", 4, ARP_REPLY_BYTES, 16, "86dd", false},
    {"ARP of another length", 4, ARP_REPLY_BYTES, 18, "08", false},
    {"an ARP reply of another host", 4, ARP_REPLY_BYTES, 31, "03", false},
    {"an ARP reply that tells a group", 4, ARP_REPLY_BYTES, 22, "ffffffffffff", false},
    {"an ARP reply that tells no MAC", 4, ARP_REPLY_BYTES, 22, NO_MAC, false},
    {"another EtherType", 4, ARP_REPLY_BYTES, 12, "0800", false},
    {"ARP for IPv6", 6, ARP_REPLY_BYTES, 0, "", false},
    {"an advertisement", 6, ADVERTISEMENT, 0, "", true},
    {"an advertisement for IPv4", 4, ADVERTISEMENT, 0, "", false},
    {"an advertisement that came through a router", 6, ADVERTISEMENT, 21, "fe", false},
    {"a wrong checksum", 6, ADVERTISEMENT, 56, "e107", false},
    {"a solicitation", 6, ADVERTISEMENT, 54, "8700e206", false},
    {"code 1", 6, ADVERTISEMENT, 54, "8801e105", false},
    {"an advertisement of another host", 6, ADVERTISEMENT, 54, "8800e105e0000000 20010db8000000000000000000000003", false},
    {"an option of no length", 6, ADVERTISEMENT, 54, "8800e107e0000000 " THEM_6 "0200", false},
    {"an option that goes on behind the end", 6, ADVERTISEMENT, 54, "8800e105e0000000 " THEM_6 "0202", false},
    {"only an unknown option", 6, ADVERTISEMENT, 54, "8800d506e0000000 " THEM_6 "0e01", false},
    {"an advertisement that tells a group", 6, ADVERTISEMENT, 54, "8800e006e0000000 " THEM_6 "0201 5bd6", false},
    {"a solicited advertisement to everybody", 6, ADVERTISEMENT, 38,
     "ff020000000000000000000000000001 8800 0fbd", false},
    {"an unsolicited advertisement to everybody", 6, ADVERTISEMENT, 38,
     "ff020000000000000000000000000001 8800 4fbda0000000", true},
    {"a length behind the end", 6, ADVERTISEMENT, 18, "0021", false},
};

static void test_neighbour(const struct neighbour *neighbour) {
  uint8_t next_hop[ADDRESS_LENGTH];
  uint8_t expected[MAC_LENGTH];
  uint8_t frame[128];
  uint8_t mac[MAC_LENGTH] = {0};
  hex(neighbour->family == 4 ? THEM_4 : THEM_6, next_hop);
  hex("5ad665b56ae0", expected);
  size_t length = hex(neighbour->frame, frame);
  hex(neighbour->bytes, frame + neighbour->at);
  bool tells = neighbour_parse(neighbour->family, next_hop, frame, length, mac);
  expect(tells == neighbour->tells && (!tells || memcmp(mac, expected, sizeof mac) == 0), neighbour->what);
  for (size_t cut = 0; tells && cut < length; cut++)
    expect(!neighbour_parse(neighbour->family, next_hop, frame, cut, mac), neighbour->what);
}

/* As TCP_SAVED_SYN gives them: a SYN of Linux's own, and one without options. */
#define SYN_OPTIONS "020405b4 0402 080a 11223344 00000000 01 030307"
#define SYN_TCP "d9861388 89abcdef 00000000 a002 faf0 0000 0000 " SYN_OPTIONS
#define SYN_4 "4500003c 12344000 40060000 c0000201 c0000202 " SYN_TCP
#define SYN_6 "60000000 0028 06 40 " US_6 THEM_6 SYN_TCP

struct saved {
  const char *what;
  const char *bytes;
  size_t at;
  const char *change;
  bool is_syn;
  bool timestamps;
};

enum { TCP_4 = 20, TCP_6 = 40, DATA_OFFSET = 12, FLAGS = 13, OPTIONS = 20 };

static const struct saved SAVED[] = {
    {"a SYN, IPv4", SYN_4, 0, "", true, true},
    {"a SYN, IPv6", SYN_6, 0, "", true, true},
    {"a SYN with ECN", SYN_4, TCP_4 + FLAGS, "c2", true, true},
    {"a SYN/ACK, saved", SYN_4, TCP_4 + FLAGS, "12", false, false},
    {"a RST with SYN", SYN_4, TCP_4 + FLAGS, "06", false, false},
    {"no flag", SYN_6, TCP_6 + FLAGS, "00", false, false},
    {"UDP in a saved SYN", SYN_4, 9, "11", false, false},
    {"an extension header before TCP", SYN_6, 6, "3c", false, false},
    {"a saved header of four words", SYN_4, 0, "44", false, false},
    {"IP version 5", SYN_4, 0, "55", false, false},
    {"a TCP header of four words, saved", SYN_4, TCP_4 + DATA_OFFSET, "40", false, false},
    {"a TCP header behind the end", SYN_4, TCP_4 + DATA_OFFSET, "b0", false, false},
    {"a SYN whose options are left out", SYN_4, TCP_4 + DATA_OFFSET, "50", true, false},
    {"an option of no length before the timestamp", SYN_4, TCP_4 + OPTIONS + 1, "00", true, false},
    {"the end of options before the timestamp", SYN_4, TCP_4 + OPTIONS, "00", true, false},
    {"a timestamp of another length", SYN_4, TCP_4 + OPTIONS + 7, "06", true, false},
    {"a timestamp that goes on behind the end", SYN_4, TCP_4 + OPTIONS + 7, "0f", true, false},
};

static void test_saved(const struct saved *saved) {
  uint8_t bytes[128];
  uint8_t from[ADDRESS_LENGTH];
  struct arrived_syn syn;
  size_t length = hex(saved->bytes, bytes);
  hex(saved->change, bytes + saved->at);
  expect(syn_parse(bytes, length, &syn) == saved->is_syn, saved->what);
  for (size_t cut = 0; cut < length; cut++) {
    struct arrived_syn other;
    expect(!syn_parse(bytes, cut, &other) || (saved->is_syn && !saved->timestamps), "a saved SYN cut short");
  }
  if (!saved->is_syn) return;
  hex(syn.family == 4 ? US_4 : US_6, from);
  expect(memcmp(syn.source, from, sizeof from) == 0 && syn.source_port == 0xd986, saved->what);
  expect(syn.isn == 0x89abcdef && syn.acknowledgment == 0, saved->what);
  expect(syn.timestamps == saved->timestamps && syn.tsval == (saved->timestamps ? 0x11223344 : 0), saved->what);
}

/* A request to listen, and each of its fields out of range. */
static void test_listening(void) {
  static const struct {
    const char *bytes;
    enum reason reason;
  } CASES[] = {
      {"0104 1388 000927c0 64", OK},        {"0104 0001 00000001 01", OK},        {"0104 0000 00000001 01", MALFORMED},
      {"0104 1388 000927c1 64", MALFORMED}, {"0104 1388 00000000 64", MALFORMED}, {"0104 1388 000927c0 65", MALFORMED},
      {"0104 1388 000927c0 00", MALFORMED}, {"0104 1388 000927c0", MALFORMED},    {"0104 1388 000927c0 64 00", MALFORMED},
  };
  uint8_t body[16];
  for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
    expect(parse(body, hex(CASES[i].bytes, body), CASES[i].reason, NO_PACKET), CASES[i].bytes);
  expect(parse(body, hex(CASES[0].bytes, body), OK, NO_PACKET) && request.type == REQUEST_LISTEN &&
             request.listening.port == 5000 && request.listening.duration_ms == 600000 &&
             request.listening.connections == 100,
         "the fields of a request to listen");
}

static void test_answers(void) {
  for (size_t i = 0; i < sizeof CAPTURED / sizeof CAPTURED[0]; i++) test_captured(&CAPTURED[i]);
  for (size_t i = 0; i < sizeof NEIGHBOURS / sizeof NEIGHBOURS[0]; i++) test_neighbour(&NEIGHBOURS[i]);
}

#define SYN_ACK "0016ee48 fe868282 12345679 a012fe88 ec4a0000 020405b4 0402080a000000ff 00000001 0103030a"

/* An answer to a SYN from port 61000 that offers everything, with some bytes replaced. */
struct reply {
  const char *what;
  const char *segment;
  size_t at;
  const char *bytes;
  enum handshake_answer answer;
};

static const struct reply REPLIES[] = {
    {"a SYN/ACK", SYN_ACK, 0, "", ANSWER_ACCEPTED},
    {"a SYN/ACK without options", "0016ee48 fe868282 12345679 5012fe88 55300000", 0, "", ANSWER_ACCEPTED},
    {"a RST", "0016ee48 fe868282 12345679 5014fe88 552e0000", 0, "", ANSWER_REFUSED},
    {"a wrong checksum", SYN_ACK, 16, "ec4b", ANSWER_NOT_OURS},
    {"the pseudo-header's sum only", SYN_ACK, 16, "8432", ANSWER_ACCEPTED},
    {"an answer to another ISN", "0016ee48 fe868282 1234567a a012fe88 ec490000 020405b4 0402080a000000ff 000000010103030a",
     0, "", ANSWER_NOT_OURS},
    {"another source port", SYN_ACK, 0, "0017", ANSWER_NOT_OURS},
    {"another destination port", SYN_ACK, 2, "ee49", ANSWER_NOT_OURS},
    {"a header of four words", SYN_ACK, 12, "40", ANSWER_NOT_OURS},
    {"a header that goes on behind the end", SYN_ACK, 12, "b0", ANSWER_NOT_OURS},
};

static struct handshake offered(void) {
  struct handshake handshake = {.family = 4,
                                .source_port = 61000,
                                .destination_port = 22,
                                .isn = 0x12345678,
                                .mss = 1460,
                                .scaling = true,
                                .window_scale = 7,
                                .sack = true,
                                .timestamps = true,
                                .tsval = 1};
  hex(US_4, handshake.source);
  hex(THEM_4, handshake.destination);
  return handshake;
}

static void test_reply(const struct reply *reply) {
  struct handshake handshake = offered();
  struct syn_ack syn_ack;
  uint8_t bytes[128];
  size_t head = hex("4500003c 00004000 4006b6b8 c0000202 c0000201", bytes);
  size_t length = head + hex(reply->segment, bytes + head);
  put_u16(bytes + 2, (uint16_t)length);
  hex(reply->bytes, bytes + head + reply->at);
  expect(handshake_parse(&handshake, bytes, length, &syn_ack) == reply->answer, reply->what);
  for (size_t cut = 0; cut < length; cut++)
    expect(handshake_parse(&handshake, bytes, cut, &syn_ack) == ANSWER_NOT_OURS, reply->what);
}

/* What was not offered counts for nothing in the answer (RFC 7323 §2.2, §3.2; RFC 2018 §2). */
static void test_offers(void) {
  struct handshake handshake = offered();
  struct syn_ack syn_ack;
  uint8_t bytes[128];
  size_t length = hex("4500003c 00004000 4006b6b8 c0000202 c0000201" SYN_ACK, bytes);
  handshake_parse(&handshake, bytes, length, &syn_ack);
  expect(syn_ack.sequence == 0xfe868282 && syn_ack.window == 0xfe88 && syn_ack.mss == 1460, "what a SYN/ACK says");
  expect(syn_ack.scaling && syn_ack.window_scale == 10 && syn_ack.sack, "scaling and SACK that were offered");
  expect(syn_ack.timestamps && syn_ack.tsval == 255, "timestamps that were offered");
  handshake.scaling = handshake.sack = handshake.timestamps = false;
  handshake_parse(&handshake, bytes, length, &syn_ack);
  expect(!syn_ack.scaling && !syn_ack.sack && !syn_ack.timestamps, "options that were not offered");
}

static void test_handshake(void) {
  for (size_t i = 0; i < sizeof REPLIES / sizeof REPLIES[0]; i++) test_reply(&REPLIES[i]);
  test_offers();
}

int main(void) {
  test_requests();
  test_lengths();
  test_many();
  test_packets();
  test_zero_checksum();
  test_ethernet();
  test_answers();
  test_handshake();
  test_listening();
  for (size_t i = 0; i < sizeof SAVED / sizeof SAVED[0]; i++) test_saved(&SAVED[i]);
  if (failures == 0) puts("ok");
  return failures == 0 ? 0 : 1;
}
