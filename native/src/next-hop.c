#include "next-hop.h"

#include <linux/if_ether.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"
#include "bytes.h"
#include "clock.h"
#include "failure.h"
#include "packet-socket.h"
#include "packet.h"
#include "wait.h"

/* When to ask, and when to give up, after the first time. */
static const uint64_t STEPS_NS[] = {0, 300 * NS_PER_MS, 600 * NS_PER_MS, 1000 * NS_PER_MS};
enum { TRIES = sizeof STEPS_NS / sizeof *STEPS_NS - 1 };

enum {
  IPV6_HEADER = 40,
  SOLICITATION = 32, /* with the option that tells our Ethernet address */
  NEIGHBOUR_SOLICIT = 135,
  NEIGHBOUR_ADVERT = 136,
  SOURCE_LINK_ADDRESS = 1,
  /* RFC 4861 §7.1: a smaller one has crossed a router and is thrown away */
  HOP_LIMIT = 255,
  MAX_QUESTION = ETH_HLEN + IPV6_HEADER + SOLICITATION,
};

struct question {
  uint8_t bytes[MAX_QUESTION];
  size_t length;
};

/*
 * Both kinds of question come from the interface's own Ethernet address, also when the packets are to have another one:
 * whoever answers takes the address into its table, and the host's other traffic would be lost with a wrong one there.
 */
static struct question arp_request(const struct request *request, const struct link *link, const struct route *route) {
  static const uint8_t EVERYBODY[MAC_LENGTH] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  struct question question;
  uint8_t *to = put_bytes(question.bytes, EVERYBODY, MAC_LENGTH);
  to = put_bytes(to, link->mac, MAC_LENGTH);
  to = put_u16(to, ETH_P_ARP);
  to = put_u16(to, ARPHRD_ETHER);
  to = put_u16(to, ETH_P_IP);
  to = put_u8(to, MAC_LENGTH);
  to = put_u8(to, 4);
  to = put_u16(to, ARPOP_REQUEST);
  to = put_bytes(to, link->mac, MAC_LENGTH);
  to = put_bytes(to, request->source, 4);
  to = put_number(to, 0, MAC_LENGTH);
  to = put_bytes(to, route->next_hop, 4);
  question.length = (size_t)(to - question.bytes);
  return question;
}

static struct question neighbour_solicitation(const struct request *request, const struct link *link,
                                              const struct route *route) {
  /* RFC 2464 §7 and RFC 4291 §2.7.1: the last bytes of the address make the multicast addresses */
  const uint8_t *tail = route->next_hop + 12;
  const uint8_t group_mac[MAC_LENGTH] = {0x33, 0x33, 0xff, tail[1], tail[2], tail[3]};
  const uint8_t group[ADDRESS_LENGTH] = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, tail[1], tail[2], tail[3]};
  struct question question;
  uint8_t *to = put_bytes(question.bytes, group_mac, MAC_LENGTH);
  to = put_bytes(to, link->mac, MAC_LENGTH);
  to = put_u16(to, ETH_P_IPV6);
  to = put_u32(to, 6u << 28);
  to = put_u16(to, SOLICITATION);
  to = put_u8(to, IPPROTO_ICMPV6);
  to = put_u8(to, HOP_LIMIT);
  to = put_bytes(to, request->source, ADDRESS_LENGTH);
  to = put_bytes(to, group, ADDRESS_LENGTH);
  uint8_t *const icmp = to;
  to = put_u8(to, NEIGHBOUR_SOLICIT);
  to = put_number(to, 0, 1 + 2 + 4); /* code, checksum so far, reserved */
  to = put_bytes(to, route->next_hop, ADDRESS_LENGTH);
  to = put_u8(to, SOURCE_LINK_ADDRESS);
  to = put_u8(to, 1); /* in units of eight bytes */
  to = put_bytes(to, link->mac, MAC_LENGTH);
  put_u16(icmp + 2, segment_checksum(6, request->source, group, IPPROTO_ICMPV6, icmp, SOLICITATION));
  question.length = (size_t)(to - question.bytes);
  return question;
}

/* A packet socket that hears ARP, or of all IPv6 only neighbour advertisements. */
static int open_socket(uint8_t family, uint32_t interface_index, struct failure *failure) {
  if (family == 4) return packet_socket(SOCK_RAW, ETH_P_ARP, interface_index, NULL, failure);
  struct sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH_HLEN + 6),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 3),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH_HLEN + IPV6_HEADER),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NEIGHBOUR_ADVERT, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  const struct sock_fprog filter = {.len = sizeof rules / sizeof *rules, .filter = rules};
  return packet_socket(SOCK_RAW, ETH_P_IPV6, interface_index, &filter, failure);
}

enum hearing { HEARD, NOT_HEARD, BROKEN };

static enum hearing listen_until(uint64_t deadline_ns, int fd, uint8_t family, const struct route *route,
                                 uint8_t mac[MAC_LENGTH], struct failure *failure) {
  for (;;) {
    const enum wake wake = wait_until(deadline_ns, fd, failure);
    if (wake == WAKE_FAILED) return BROKEN;
    if (wake == WAKE_TIME) return NOT_HEARD;
    uint8_t frame[2048];
    const ssize_t size = recvfrom(fd, frame, sizeof frame, MSG_DONTWAIT, NULL, NULL);
    if (size >= 0 && neighbour_parse(family, route->next_hop, frame, (size_t)size, mac)) return HEARD;
    if (size < 0 && errno != EAGAIN && errno != EINTR) {
      fail_to_send(failure, errno);
      return BROKEN;
    }
  }
}

bool next_hop_find(const struct request *request, const struct link *link, const struct route *route,
                   uint8_t mac[MAC_LENGTH], struct failure *failure) {
  if (network_neighbour(request->family, route, mac)) return true;
  const int fd = open_socket(request->family, route->interface_index, failure);
  if (fd < 0) return false;
  const struct question question =
      request->family == 4 ? arp_request(request, link, route) : neighbour_solicitation(request, link, route);
  const uint64_t start = now_ns();
  enum hearing hearing = NOT_HEARD;
  for (size_t i = 0; i < TRIES && hearing == NOT_HEARD; i++) {
    if (sendto(fd, question.bytes, question.length, MSG_DONTWAIT, NULL, 0) < 0) {
      fail_to_send(failure, errno);
      hearing = BROKEN;
    } else hearing = listen_until(start + STEPS_NS[i + 1], fd, request->family, route, mac, failure);
  }
  close(fd);
  if (hearing == NOT_HEARD) return fail(failure, NEXT_HOP_SILENT, 0);
  return hearing == HEARD;
}
