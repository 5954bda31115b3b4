#include "send.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "capture.h"
#include "clock.h"
#include "failure.h"
#include "network.h"
#include "next-hop.h"
#include "packet-socket.h"
#include "packet.h"
#include "report.h"
#include "wait.h"

/* Between being ready and the zero: time enough for `armed` to be written. */
#define LEAD_NS (2 * NS_PER_MS)
/* So long before a packet is due the process stops listening and only sleeps: no answer to be read delays a packet. */
#define NAP_NS (3 * NS_PER_MS)

/* Where packets are handed to the kernel. */
struct way_out {
  int fd;
  union {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
    struct sockaddr_ll link;
  } to;
  socklen_t to_length;
  /* In front of every packet; empty at routed level */
  uint8_t header[ETHERNET_HEADER];
  size_t header_length;
};

/*
 * A raw socket whose packets bring their own IP header (IPPROTO_RAW; raw(7)). Bound to the source address, so that rules
 * that route by source apply, and that the kernel checks the address once more.
 */
static bool open_routed(const struct request *request, const struct route *route, uint32_t source_interface,
                        struct way_out *out, struct failure *failure) {
  struct sockaddr_in source4 = {.sin_family = AF_INET};
  struct sockaddr_in6 source6 = {.sin6_family = AF_INET6};
  const struct sockaddr *source;
  if (request->family == 4) {
    memcpy(&source4.sin_addr, request->source, sizeof source4.sin_addr);
    out->to.ipv4 = (struct sockaddr_in){.sin_family = AF_INET};
    memcpy(&out->to.ipv4.sin_addr, request->destination, sizeof out->to.ipv4.sin_addr);
    source = (const struct sockaddr *)&source4;
    out->to_length = sizeof source4;
  } else {
    memcpy(&source6.sin6_addr, request->source, sizeof source6.sin6_addr);
    source6.sin6_scope_id = is_link_local(6, request->source) ? source_interface : 0;
    out->to.ipv6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
    memcpy(&out->to.ipv6.sin6_addr, request->destination, sizeof out->to.ipv6.sin6_addr);
    out->to.ipv6.sin6_scope_id = is_link_local(6, request->destination) ? route->interface_index : 0;
    source = (const struct sockaddr *)&source6;
    out->to_length = sizeof source6;
  }
  out->header_length = 0;
  out->fd = socket(out->to.any.sa_family, SOCK_RAW, IPPROTO_RAW);
  if (out->fd < 0 || bind(out->fd, source, out->to_length) != 0) return fail_to_open(failure, errno);
  return true;
}

/* A packet socket, and the Ethernet header that all frames have. */
static bool open_link(const struct request *request, const struct link *link, const struct route *route,
                      struct path *path, struct way_out *out, struct failure *failure) {
  static const uint8_t OWN[MAC_LENGTH] = {0};
  path->interface_index = request->interface_index;
  memcpy(path->next_hop, route->next_hop, ADDRESS_LENGTH);
  const bool chosen = memcmp(request->source_mac, OWN, MAC_LENGTH) != 0;
  memcpy(path->source_mac, chosen ? request->source_mac : link->mac, MAC_LENGTH);
  /* On the loopback interface nobody has an address, and nobody could be asked for one. */
  if (!link->loopback && !next_hop_find(request, link, route, path->next_hop_mac, failure)) return false;
  ethernet_header(out->header, path->next_hop_mac, path->source_mac, request->family);
  out->header_length = ETHERNET_HEADER;
  out->to.link = (struct sockaddr_ll){
      .sll_family = AF_PACKET,
      .sll_protocol = htons(request->family == 4 ? ETH_P_IP : ETH_P_IPV6),
      .sll_ifindex = (int)request->interface_index,
      .sll_halen = MAC_LENGTH,
  };
  memcpy(out->to.link.sll_addr, path->next_hop_mac, MAC_LENGTH);
  out->to_length = sizeof out->to.link;
  out->fd = packet_socket(SOCK_RAW, 0, request->interface_index, NULL, failure);
  return out->fd >= 0;
}

/* Checks what depends on this host, and opens the way out. */
static bool get_ready(const struct request *request, struct path *path, struct way_out *out, struct failure *failure) {
  struct link link = {0};
  struct route route;
  uint32_t source_interface;
  if (!network_open(failure) || !network_own_address(request, &source_interface, failure)) return false;
  if (request->level == LEVEL_LINK)
    return network_link(request->interface_index, &link, failure) &&
           network_route(request, request->interface_index, &route, failure) &&
           open_link(request, &link, &route, path, out, failure);
  const uint32_t bound = is_link_local(request->family, request->source) ? source_interface : 0;
  return network_route(request, bound, &route, failure) &&
         open_routed(request, &route, source_interface, out, failure);
}

/* Reports answers until then. */
static bool listen_until(uint64_t deadline_ns, int capture, const struct request *request, struct failure *failure) {
  for (;;) {
    const enum wake wake = wait_until(deadline_ns, capture, failure);
    if (wake != WAKE_READABLE) return wake == WAKE_TIME;
    if (!capture_read(capture, request, failure)) return false;
    if (now_ns() >= deadline_ns) return true;
  }
}

bool send_packets(const struct request *request, struct failure *failure) {
  static uint64_t sent_ns[MAX_PACKETS];
  struct way_out out;
  struct path path = {0};
  if (!get_ready(request, &path, &out, failure)) return false;
  const int capture = capture_open(request, failure);
  if (capture < 0) return false;

  const uint64_t zero = now_ns() + LEAD_NS;
  report_armed(zero, &path);
  for (uint16_t i = 0; i < request->count; i++) {
    uint8_t bytes[ETHERNET_HEADER + MAX_PACKET];
    memcpy(bytes, out.header, out.header_length);
    const size_t length = out.header_length + packet_build(request, &request->packets[i], bytes + out.header_length);
    const uint64_t planned = zero + request->packets[i].at_ns;
    /* The schedule keeps to the limit; packets that were held up (a stopped process) must not make up for it at once. */
    const uint64_t allowed = i < MAX_PER_SECOND ? 0 : sent_ns[i - MAX_PER_SECOND] + NS_PER_SECOND;
    const uint64_t due = planned > allowed ? planned : allowed;
    if (!listen_until(due - NAP_NS, capture, request, failure)) return false;
    wait_exactly(due);
    const ssize_t sent = sendto(out.fd, bytes, length, MSG_DONTWAIT, &out.to.any, out.to_length);
    sent_ns[i] = now_ns();
    if (sent < 0) {
      fail_to_send(failure, errno);
      failure->packet = i;
      return false;
    }
    report_sent(i, planned, sent_ns[i]);
  }
  return listen_until(now_ns() + request->listen_ms * NS_PER_MS, capture, request, failure);
}
