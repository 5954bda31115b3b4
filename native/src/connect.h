/*
 * Opening a TCP connection whose SYN has chosen values, on a kernel that has no say for them. What comes out is an
 * ordinary socket of that kernel. Needs CAP_NET_ADMIN (TCP_REPAIR) and connect_adopted() CAP_NET_RAW too; both only until
 * the function returns.
 */
#ifndef SESAMY_CONNECT_H
#define SESAMY_CONNECT_H

#include "protocol.h"

/* The settings of this host that shape every SYN and that no socket tells. */
struct host_tcp {
  bool window_scaling;   /* net.ipv4.tcp_window_scaling */
  bool sack;             /* net.ipv4.tcp_sack */
  bool timestamps;       /* net.ipv4.tcp_timestamps */
  bool stateless_labels; /* net.ipv6.flowlabel_state_ranges */
  uint32_t receive_max;  /* bytes: the larger of net.ipv4.tcp_rmem's last and net.core.rmem_max */
};

struct connect_request {
  uint8_t family; /* 4 or 6 */
  uint8_t source[ADDRESS_LENGTH];
  uint8_t destination[ADDRESS_LENGTH];
  uint32_t interface_index; /* of a link-local destination (IPv6), else 0 */
  uint16_t destination_port;
  uint32_t isn;
  uint32_t acknowledgment; /* the field's value; the SYN has no ACK flag */
  uint16_t ip_id;          /* IPv4; 0: the kernel's choice */
  bool timestamps;
  uint32_t tsval;
  uint32_t timeout_ms;   /* for the handshake as a whole */
  uint16_t first_length; /* 0: nothing is sent */
  const uint8_t *first;  /* what goes out as the first segment */
  const struct host_tcp *host;
  /* Called for each SYN that was sent, with CLOCK_MONOTONIC in ns. The plain way knows only of the first. */
  void (*syn_sent)(void *context, uint64_t sent_ns);
  void *context;
};

struct connect_result {
  int fd; /* non-blocking; -1 when the connection failed */
  uint16_t source_port;
  uint64_t established_ns; /* CLOCK_MONOTONIC */
  /* UNREACHABLE: the ICMP error. */
  uint8_t icmp_type;
  uint8_t icmp_code;
};

/* Reads /proc/sys; what cannot be read is taken for the kernel's default. To be called before the sandbox is on. */
void host_tcp_read(struct host_tcp *host);

/*
 * The adopted handshake: the SYN (sent again after 1, 2 and 4 s with the same values) and the ACK leave through a raw
 * socket, and the connection is then handed to the kernel. Cancelled when the other end of `cancel_fd` closes or ends its
 * writing (-1: never).
 */
bool connect_adopted(const struct connect_request *request, int cancel_fd, struct connect_result *result,
                     struct failure *failure);

/*
 * connect() with a chosen ISN. The kernel picks the rest: `acknowledgment`, `ip_id`, `timestamps` and `tsval` have
 * no effect. Only for hosts where net.ipv4.tcp_timestamps is 0, or servers that do not look at TSval.
 */
bool connect_plain(const struct connect_request *request, int cancel_fd, struct connect_result *result,
                   struct failure *failure);

#endif
