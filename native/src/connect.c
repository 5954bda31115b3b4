#include "connect.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bytes.h"
#include "clock.h"
#include "failure.h"
#include "handshake.h"
#include "packet.h"
#include "tcp-socket.h"

enum {
  DEFAULT_TTL = 64, /* RFC 1700 */
  /* linux/in6.h, which cannot be included together with netinet/in.h */
  SET_FLOW_INFO = 33,     /* IPV6_FLOWINFO_SEND */
  SET_IPV6_HDRINCL = 36,  /* IPV6_HDRINCL */
  SET_MIN_HOP_COUNT = 73, /* IPV6_MINHOPCOUNT */
  SET_AUTO_LABEL = 70,    /* IPV6_AUTOFLOWLABEL */
  FLOW_LABEL = 0xfffff,   /* RFC 8200 §3 */
  STATELESS = 0x80000,    /* IPV6_FLOWLABEL_STATELESS_FLAG in Linux's include/net/ipv6.h */
  PORT_TRIES = 32,
  SYN_COUNT = 4,
  MAX_ANSWER = 2048,
  MIN_MAXSEG = 88,        /* TCP_MIN_MSS and MAX_TCP_WINDOW in Linux's include/net/tcp.h bound TCP_MAXSEG */
  MAX_MAXSEG = 32767,
  MAX_SCALE = 14, /* RFC 7323 §2.3 */
};

union address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

/* What one call of connect_adopted() or connect_plain() holds. */
struct attempt {
  const struct connect_request *request;
  int cancel_fd;
  uint64_t deadline_ns;
  struct handshake handshake;
  uint32_t receive_window;
  uint8_t ttl;
  bool dont_fragment;
  uint32_t flow_label;
  uint64_t first_syn_ns;
  int holder; /* keeps the port and swallows what arrives for it */
  int raw;
  bool raw_filtered; /* takes the answers only */
  int socket;
  struct request ends; /* the addresses, as packet_build() takes them */
};

static bool fail_by_error(struct failure *failure) {
  switch (errno) {
    case EPERM:
    case EACCES:
      return fail(failure, NOT_PERMITTED, errno);
    case ENETUNREACH:
    case EHOSTUNREACH:
      return fail(failure, NO_ROUTE, errno);
    case EADDRINUSE:
      return fail(failure, PORT_BUSY, errno);
    case EADDRNOTAVAIL:
      return fail(failure, SOURCE_NOT_OWN, errno);
    default:
      return fail(failure, INTERNAL, errno);
  }
}

/* The last of the file's numbers; `otherwise` when there is none to be read. */
static uint32_t read_setting(const char *path, uint32_t otherwise) {
  char text[64];
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return otherwise;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return otherwise;
  text[length] = '\0';
  const char *blank = strrchr(text, '\t'); /* between the numbers of tcp_rmem */
  unsigned long value = strtoul(blank == NULL ? text : blank, NULL, 10);
  return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

/* The defaults are those of Linux; tcp_rmem's depends on memory and is 6 MiB from 1 GiB on (tcp_init(), net/ipv4/tcp.c). */
void host_tcp_read(struct host_tcp *host) {
  uint32_t tcp_max = read_setting("/proc/sys/net/ipv4/tcp_rmem", 6 << 20);
  uint32_t socket_max = read_setting("/proc/sys/net/core/rmem_max", 0);
  host->window_scaling = read_setting("/proc/sys/net/ipv4/tcp_window_scaling", 1) != 0;
  host->sack = read_setting("/proc/sys/net/ipv4/tcp_sack", 1) != 0;
  host->timestamps = read_setting("/proc/sys/net/ipv4/tcp_timestamps", 1) != 0;
  host->stateless_labels = read_setting("/proc/sys/net/ipv6/flowlabel_state_ranges", 0) != 0;
  host->receive_max = tcp_max > socket_max ? tcp_max : socket_max;
}

/* -1 when the kernel does not tell. */
static int get_number(int fd, int level, int option) {
  int value = -1;
  socklen_t length = sizeof value;
  return getsockopt(fd, level, option, &value, &length) == 0 ? value : -1;
}

static void close_fd(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static socklen_t make_address(const struct connect_request *request, const uint8_t *bytes, uint16_t port,
                              union address *address) {
  memset(address, 0, sizeof *address);
  if (request->family == 4) {
    address->v4.sin_family = AF_INET;
    address->v4.sin_port = htons(port);
    memcpy(&address->v4.sin_addr, bytes, 4);
    return sizeof address->v4;
  }
  address->v6.sin6_family = AF_INET6;
  address->v6.sin6_port = htons(port);
  address->v6.sin6_scope_id = request->interface_index;
  memcpy(&address->v6.sin6_addr, bytes, ADDRESS_LENGTH);
  return sizeof address->v6;
}

static bool bind_to_source(int fd, const struct connect_request *request, uint16_t port) {
  union address address;
  socklen_t length = make_address(request, request->source, port, &address);
  return bind(fd, &address.any, length) == 0;
}

/* A flow label other than 0 stays for all that the socket sends. */
static int connect_to_destination(int fd, const struct connect_request *request, uint16_t port, uint32_t flow_label) {
  union address address;
  socklen_t length = make_address(request, request->destination, port, &address);
  if (request->family == 6) address.v6.sin6_flowinfo = htonl(flow_label);
  return connect(fd, &address.any, length);
}

static uint16_t port_of(int fd) {
  union address address;
  socklen_t length = sizeof address;
  if (getsockname(fd, &address.any, &length) != 0) return 0;
  return ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
}

/*
 * A classic BPF filter that takes nothing: the kernel finds a socket for the segment, drops it there (tcp_filter() in
 * tcp_v4_rcv() of Linux's net/ipv4/tcp_ipv4.c), and so has no cause for a RST.
 */
static bool swallow_segments(int fd) {
  struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
  struct sock_fprog program = {.len = 1, .filter = &nothing};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

static uint8_t log2_of(uint32_t value) {
  uint8_t log = 0;
  while (value >>= 1) log++;
  return log;
}

static void read_ip_terms(struct attempt *attempt, int fd) {
  uint8_t family = attempt->request->family;
  int ttl = family == 4 ? get_number(fd, IPPROTO_IP, IP_TTL) : get_number(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS);
  attempt->ttl = ttl < 1 ? DEFAULT_TTL : (uint8_t)ttl;
  attempt->dont_fragment = get_number(fd, IPPROTO_IP, IP_MTU_DISCOVER) != IP_PMTUDISC_DONT;
  /* The kernel's own label is a hash of a random number, one for each connection (ip6_make_flowlabel() in net/ipv6.h). */
  if (family == 6 && get_number(fd, IPPROTO_IPV6, SET_AUTO_LABEL) == 1 &&
      getrandom(&attempt->flow_label, sizeof attempt->flow_label, 0) == (ssize_t)sizeof attempt->flow_label) {
    attempt->flow_label &= FLOW_LABEL;
    if (attempt->request->host->stateless_labels) attempt->flow_label |= STATELESS;
  }
}

/* The end of tcp_select_initial_window() in Linux's net/ipv4/tcp_output.c. */
static uint8_t choose_window_scale(uint32_t receive_max) {
  uint8_t log = log2_of(receive_max);
  if (log <= 15) return 0;
  return log - 15 > MAX_SCALE ? MAX_SCALE : (uint8_t)(log - 15);
}

static bool read_tcp_terms(struct attempt *attempt, int fd) {
  struct tcp_info info = {0};
  struct tcp_repair_window window;
  socklen_t info_length = sizeof info;
  socklen_t window_length = sizeof window;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &info_length) != 0) return false;
  if (getsockopt(fd, IPPROTO_TCP, TCP_REPAIR_WINDOW, &window, &window_length) != 0) return false;
  attempt->handshake.mss = (uint16_t)info.tcpi_advmss;
  attempt->receive_window = window.rcv_wnd;
  return true;
}

/* An ordinary socket again, without a port of its own. */
static bool disconnect(int fd) {
  const struct sockaddr none = {.sa_family = AF_UNSPEC};
  return connect(fd, &none, sizeof none) == 0 && set_number(fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP) == 0;
}

/*
 * Under TCP_REPAIR connect() goes through all of the kernel's choices (route, port, MSS, window) and sends nothing, and
 * neither does disconnecting: so a socket can be asked what the kernel would put into a SYN. It becomes the holder, which
 * saves the time for another one.
 */
static bool ask_kernel(struct attempt *attempt, struct failure *failure) {
  const struct connect_request *request = attempt->request;
  int fd = attempt->holder = open_tcp(request->family);
  bool bound = fd >= 0 && set_number(fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON) == 0 &&
               /* Otherwise the port would be one that bind() prefers, and connect() prefers others. */
               set_number(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1) == 0 && bind_to_source(fd, request, 0);
  bool connected = bound && connect_to_destination(fd, request, request->destination_port, 0) == 0;
  if (bound && !connected && errno == EADDRNOTAVAIL)
    return fail(failure, PORT_BUSY, errno); /* the address is the host's own, or bind() would have failed */
  if (!connected || !read_tcp_terms(attempt, fd)) return fail_by_error(failure);
  read_ip_terms(attempt, fd);
  attempt->handshake.source_port = port_of(fd);
  return disconnect(fd) || fail_by_error(failure);
}

/* Takes a port for the attempt, or fails with errno. */
typedef bool take_port(struct attempt *attempt, uint16_t port);

/* No other socket of the source has the port when this succeeds: there is no SO_REUSEADDR. */
static bool hold_port(struct attempt *attempt, uint16_t port) {
  int fd = attempt->holder;
  return swallow_segments(fd) && bind_to_source(fd, attempt->request, port) && listen(fd, 1) == 0;
}

/*
 * The port is one that connect() would take. connect() also shares a port among destinations, which bind() does not: then
 * another one is tried.
 */
static bool choose_port(struct attempt *attempt, take_port *take, struct failure *failure) {
  for (int tries = 1;; tries++) {
    if (!ask_kernel(attempt, failure)) return false;
    if (take(attempt, attempt->handshake.source_port)) return true;
    if (errno != EADDRINUSE || tries == PORT_TRIES) return fail_by_error(failure);
    close_fd(&attempt->holder);
    close_fd(&attempt->socket);
  }
}

/* Takes TCP to the source port from the destination port. A raw socket's bytes: IPv4 from the IP header, IPv6 behind it. */
static bool filter_answers(int raw, const struct handshake *handshake) {
  const struct sock_filter skip_ipv4_header = BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0);
  const struct sock_filter skip_nothing = BPF_STMT(BPF_LDX | BPF_IMM, 0);
  struct sock_filter code[] = {
      handshake->family == 4 ? skip_ipv4_header : skip_nothing,
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, handshake->destination_port, 0, 3),
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, handshake->source_port, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, MAX_ANSWER),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
  return setsockopt(raw, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

/* Headers are ours, and ICMP errors for what was sent come to the error queue, quoting it from the IP header on. */
static bool set_raw_options(int raw, uint8_t family) {
  if (family == 4)
    return set_number(raw, IPPROTO_IP, IP_HDRINCL, 1) == 0 && set_number(raw, IPPROTO_IP, IP_RECVERR, 1) == 0;
  return set_number(raw, IPPROTO_IPV6, SET_IPV6_HDRINCL, 1) == 0 &&
         set_number(raw, IPPROTO_IPV6, IPV6_RECVERR, 1) == 0;
}

/* Bound and connected: the kernel hands it this pair's packets only, and takes the same route as for the connection. */
static bool open_raw(struct attempt *attempt, struct failure *failure) {
  const struct connect_request *request = attempt->request;
  int family = request->family == 4 ? AF_INET : AF_INET6;
  attempt->raw = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
  bool done = attempt->raw >= 0 && set_raw_options(attempt->raw, request->family) &&
              bind_to_source(attempt->raw, request, 0) && connect_to_destination(attempt->raw, request, 0, 0) == 0;
  return done || fail_by_error(failure);
}

static bool set_queue(int fd, int queue, uint32_t sequence) {
  return set_number(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, queue) == 0 &&
         setsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &sequence, sizeof sequence) == 0;
}

/*
 * A socket that wants 255 swallows every segment but one that began with it and passed no router (RFC 5082 §3). That is
 * quicker than a filter, and enough for the moment between connect() and the last option: what it may let in is a SYN/ACK
 * once more, which the kernel then answers with an ACK without timestamps.
 */
static bool set_min_ttl(int fd, uint8_t family, int ttl) {
  if (family == 4) return set_number(fd, IPPROTO_IP, IP_MINTTL, ttl) == 0;
  return set_number(fd, IPPROTO_IPV6, SET_MIN_HOP_COUNT, ttl) == 0;
}

/*
 * All that the connection's socket can have before the answer is known, so that little is left to do once it is here.
 * TCP_REPAIR lets it share the holder's port (SK_FORCE_REUSE in Linux's net/ipv4/tcp.c).
 */
static bool prepare_socket(struct attempt *attempt, struct failure *failure) {
  const struct connect_request *request = attempt->request;
  attempt->socket = open_tcp(request->family);
  int fd = attempt->socket;
  bool done = fd >= 0 && set_number(fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON) == 0 &&
              set_min_ttl(fd, request->family, UINT8_MAX) &&
              (attempt->flow_label == 0 || set_number(fd, IPPROTO_IPV6, SET_FLOW_INFO, 1) == 0) &&
              set_queue(fd, TCP_SEND_QUEUE, request->isn + 1) &&
              bind_to_source(fd, request, attempt->handshake.source_port);
  return done || fail_by_error(failure);
}

/* The header as the kernel writes it for this connection: its DF and its flow label. */
static size_t build_segment(const struct attempt *attempt, const struct packet *packet, uint8_t out[MAX_PACKET]) {
  size_t length = packet_build(&attempt->ends, packet, out);
  /* The kernel makes the IPv4 checksum anew (IP_HDRINCL, raw(7)). */
  if (attempt->ends.family == 4 && !attempt->dont_fragment) put_u16(out + 6, 0);
  if (attempt->ends.family == 6) put_u32(out, UINT32_C(6) << 28 | attempt->flow_label);
  return length;
}

static struct packet make_packet(const struct attempt *attempt) {
  return (struct packet){.protocol = IPPROTO_TCP,
                         .ttl = attempt->ttl,
                         .source_port = attempt->handshake.source_port,
                         .destination_port = attempt->handshake.destination_port};
}

static bool send_raw(const struct attempt *attempt, const struct packet *packet) {
  uint8_t bytes[MAX_PACKET];
  size_t length = build_segment(attempt, packet, bytes);
  ssize_t sent = send(attempt->raw, bytes, length, 0);
  /* An ICMP error for an earlier packet is told once, here or in poll(); the error queue has it in any case. */
  if (sent < 0 && errno != EPERM && errno != ENETUNREACH) sent = send(attempt->raw, bytes, length, 0);
  return sent == (ssize_t)length;
}

static bool send_syn(struct attempt *attempt, struct failure *failure) {
  const struct connect_request *request = attempt->request;
  uint8_t options[MAX_SYN_OPTIONS];
  struct packet syn = make_packet(attempt);
  syn.ip_id = request->ip_id;
  syn.sequence = request->isn;
  syn.acknowledgment = request->acknowledgment;
  syn.flags = FLAG_SYN;
  syn.window = (uint16_t)(attempt->receive_window > UINT16_MAX ? UINT16_MAX : attempt->receive_window);
  syn.data_length = (uint16_t)syn_options(&attempt->handshake, options);
  syn.data = options;
  if (!send_raw(attempt, &syn)) return fail(failure, errno == ENETUNREACH ? NO_ROUTE : SEND_FAILED, errno);
  uint64_t sent_ns = now_ns();
  if (attempt->first_syn_ns == 0) attempt->first_syn_ns = sent_ns;
  if (request->syn_sent != NULL) request->syn_sent(request->context, sent_ns);
  return true;
}

static bool is_queued_error(const struct cmsghdr *control) {
  return (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_RECVERR) ||
         (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_RECVERR);
}

/* What comes with an ICMP error in the error queue: ip(7), ipv6(7), IP_RECVERR. */
static bool find_queued_error(struct msghdr *message, struct sock_extended_err *error) {
  for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control != NULL; control = CMSG_NXTHDR(message, control)) {
    if (!is_queued_error(control) || control->cmsg_len < CMSG_LEN(sizeof *error)) continue;
    memcpy(error, CMSG_DATA(control), sizeof *error);
    return error->ee_origin == SO_EE_ORIGIN_ICMP || error->ee_origin == SO_EE_ORIGIN_ICMP6;
  }
  return false;
}

/* Takes the next ICMP error out of the queue; -1 when there is none. Otherwise the length of the packet it quotes. */
static ssize_t take_icmp_error(int fd, struct sock_extended_err *error, uint8_t quoted[MAX_ANSWER]) {
  union {
    struct cmsghdr aligned;
    uint8_t bytes[512];
  } control;
  for (;;) {
    struct iovec part = {.iov_base = quoted, .iov_len = MAX_ANSWER};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t length = recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
    if (length < 0 || find_queued_error(&message, error)) return length;
  }
}

/* True when an ICMP error ended the handshake; `result` tells which. */
static bool read_icmp_errors(const struct attempt *attempt, struct connect_result *result) {
  struct sock_extended_err queued;
  uint8_t quoted[MAX_ANSWER];
  ssize_t length;
  while ((length = take_icmp_error(attempt->raw, &queued, quoted)) >= 0) {
    if (!icmp_ends_handshake(attempt->handshake.family, queued.ee_type, queued.ee_code)) continue;
    if (!handshake_quoted(&attempt->handshake, quoted, (size_t)length)) continue;
    result->icmp_type = queued.ee_type;
    result->icmp_code = queued.ee_code;
    return true;
  }
  return false;
}

/* A filter takes longer to make than all else that is done for the raw socket: so not before there is something else. */
static enum handshake_answer read_answers(struct attempt *attempt, struct syn_ack *syn_ack) {
  uint8_t bytes[MAX_ANSWER];
  for (;;) {
    ssize_t length = recv(attempt->raw, bytes, sizeof bytes, 0);
    if (length < 0 && errno == EAGAIN) return ANSWER_NOT_OURS;
    if (length < 0) continue; /* an ICMP error, told once; the error queue has it */
    enum handshake_answer answer = handshake_parse(&attempt->handshake, bytes, (size_t)length, syn_ack);
    if (answer != ANSWER_NOT_OURS) return answer;
    if (!attempt->raw_filtered) attempt->raw_filtered = filter_answers(attempt->raw, &attempt->handshake);
  }
}

enum wake { WAKE_TIME, WAKE_READY, WAKE_CANCELLED };

/*
 * Waits until `fd` has `events` or an error, or until `until_ns`. A pipe tells that its other end has closed by POLLHUP, a
 * socket that it has ended its writing by POLLRDHUP: poll(2). What was written before may be bytes for the connection.
 */
static enum wake wait_for(int fd, short events, int cancel_fd, uint64_t until_ns) {
  struct pollfd watched[] = {{.fd = fd, .events = events}, {.fd = cancel_fd, .events = POLLRDHUP}};
  for (;;) {
    uint64_t now = now_ns();
    uint64_t left = until_ns > now ? until_ns - now : 0;
    struct timespec timeout = timespec_of(left);
    int ready = ppoll(watched, 2, &timeout, NULL);
    if (ready == 0) return WAKE_TIME;
    if (ready > 0 && watched[1].revents != 0) return WAKE_CANCELLED;
    if (ready > 0) return WAKE_READY;
  }
}

/* Reads what comes until `until_ns`. OK: a SYN/ACK; NO_ANSWER: nothing that counts. */
static enum reason await_answer(struct attempt *attempt, uint64_t until_ns, struct syn_ack *syn_ack,
                                struct connect_result *result) {
  for (;;) {
    enum wake wake = wait_for(attempt->raw, POLLIN, attempt->cancel_fd, until_ns);
    if (wake == WAKE_CANCELLED) return CANCELLED;
    if (wake == WAKE_TIME) return NO_ANSWER;
    enum handshake_answer answer = read_answers(attempt, syn_ack);
    if (answer != ANSWER_NOT_OURS) return answer == ANSWER_ACCEPTED ? OK : REFUSED;
    if (read_icmp_errors(attempt, result)) return UNREACHABLE;
  }
}

/* The times of RFC 6298 §2 and §5.5, counted from the first SYN: 1 s, doubled with each. */
static bool shake_hands(struct attempt *attempt, struct syn_ack *syn_ack, struct connect_result *result,
                        struct failure *failure) {
  static const uint64_t NEXT_SYN_MS[SYN_COUNT] = {1000, 3000, 7000, UINT32_MAX};
  for (size_t i = 0; i < SYN_COUNT; i++) {
    if (!send_syn(attempt, failure)) return false;
    uint64_t next_ns = attempt->first_syn_ns + NEXT_SYN_MS[i] * NS_PER_MS;
    uint64_t until_ns = next_ns < attempt->deadline_ns ? next_ns : attempt->deadline_ns;
    enum reason reason = await_answer(attempt, until_ns, syn_ack, result);
    if (reason == OK) return true;
    if (reason != NO_ANSWER || until_ns == attempt->deadline_ns) return fail(failure, reason, 0);
  }
  return fail(failure, NO_ANSWER, 0);
}

/*
 * The kernel computes its segment size when it connects, and not again when TCP_REPAIR_OPTIONS sets the MSS (see
 * tcp_connect_init() and tcp_repair_options_est() in Linux's net/ipv4): without TCP_MAXSEG it would stay at 536.
 */
static bool set_maximum_segment(int fd, uint16_t mss) {
  int value = mss < MIN_MAXSEG ? MIN_MAXSEG : mss > MAX_MAXSEG ? MAX_MAXSEG : mss;
  return set_number(fd, IPPROTO_TCP, TCP_MAXSEG, value) == 0;
}

/*
 * Without a window scale in the SYN/ACK neither side scales (RFC 7323 §2.2). It is set all the same, to 0, for connect()
 * has set the kernel's own.
 */
static bool set_negotiated(const struct attempt *attempt, const struct syn_ack *syn_ack) {
  struct tcp_repair_opt options[4] = {
      {.opt_code = TCPOPT_MAXSEG, .opt_val = syn_ack->mss},
      {.opt_code = TCPOPT_WINDOW, .opt_val = 0},
  };
  socklen_t count = 2;
  if (syn_ack->scaling)
    options[1].opt_val = syn_ack->window_scale | (uint32_t)attempt->handshake.window_scale << 16;
  if (syn_ack->sack) options[count++].opt_code = TCPOPT_SACK_PERMITTED;
  if (syn_ack->timestamps) options[count++].opt_code = TCPOPT_TIMESTAMP;
  return setsockopt(attempt->socket, IPPROTO_TCP, TCP_REPAIR_OPTIONS, options, count * (socklen_t)sizeof *options) == 0;
}

static uint8_t own_scale(const struct attempt *attempt, const struct syn_ack *syn_ack) {
  return syn_ack->scaling ? attempt->handshake.window_scale : 0;
}

/* As tcp_select_window() of Linux: what was offered, rounded up so that scaling takes nothing off. */
static uint32_t scaled_window(const struct attempt *attempt, const struct syn_ack *syn_ack) {
  uint8_t scale = own_scale(attempt, syn_ack);
  uint32_t window = (attempt->receive_window + (UINT32_C(1) << scale) - 1) >> scale;
  return window > UINT16_MAX ? UINT16_MAX : window;
}

static bool set_windows(const struct attempt *attempt, const struct syn_ack *syn_ack) {
  struct tcp_repair_window window = {
      .snd_wl1 = syn_ack->sequence + 1,
      .snd_wnd = syn_ack->window,
      .max_window = syn_ack->window,
      .rcv_wnd = scaled_window(attempt, syn_ack) << own_scale(attempt, syn_ack),
      .rcv_wup = syn_ack->sequence + 1,
  };
  return setsockopt(attempt->socket, IPPROTO_TCP, TCP_REPAIR_WINDOW, &window, sizeof window) == 0;
}

/*
 * The timestamp clock goes on from the SYN's TSval in milliseconds. An odd value would switch the socket to microseconds
 * (TCP_TIMESTAMP in Linux's net/ipv4/tcp.c), and one below the SYN's would fail the server's check (RFC 7323 §5): so it is
 * rounded up.
 */
static uint32_t current_tsval(const struct attempt *attempt) {
  uint64_t elapsed_ms = (now_ns() - attempt->first_syn_ns) / NS_PER_MS;
  return (attempt->handshake.tsval + (uint32_t)elapsed_ms + 1) & ~UINT32_C(1);
}

/*
 * The server does not send before our ACK, and the socket is complete by then. Until its options are set it swallows what
 * arrives; from its connect() on the kernel finds it before the holder, which is closed last. So at no moment is there a
 * segment for which there is no socket. TCP_REPAIR is left without the window probe: its sequence number is ISN, which no ordinary
 * connection repeats, and the server has the window from the ACK.
 */
static bool adopt(struct attempt *attempt, const struct syn_ack *syn_ack, uint32_t tsval, struct failure *failure) {
  int fd = attempt->socket;
  bool done = set_queue(fd, TCP_RECV_QUEUE, syn_ack->sequence + 1) && set_maximum_segment(fd, syn_ack->mss) &&
              connect_to_destination(fd, attempt->request, attempt->handshake.destination_port, attempt->flow_label) == 0 &&
              set_negotiated(attempt, syn_ack) &&
              (!syn_ack->timestamps || setsockopt(fd, IPPROTO_TCP, TCP_TIMESTAMP, &tsval, sizeof tsval) == 0) &&
              set_windows(attempt, syn_ack) && set_number(fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP) == 0 &&
              set_min_ttl(fd, attempt->request->family, 0);
  return done || fail_by_error(failure);
}

static struct packet make_ack(const struct attempt *attempt, const struct syn_ack *syn_ack, uint32_t tsval,
                              uint8_t options[TIMESTAMP_OPTION]) {
  struct packet ack = make_packet(attempt);
  ack.ip_id = attempt->request->ip_id == 0 ? 0 : (uint16_t)(attempt->request->ip_id + 1);
  ack.sequence = attempt->request->isn + 1;
  ack.acknowledgment = syn_ack->sequence + 1;
  ack.flags = FLAG_ACK;
  ack.window = (uint16_t)scaled_window(attempt, syn_ack);
  ack.data_length = syn_ack->timestamps ? (uint16_t)timestamp_option(tsval, syn_ack->tsval, options) : 0;
  ack.data = options;
  return ack;
}

/* An ACK that is lost needs no care: the server repeats its SYN/ACK, and the kernel answers that with another ACK. */
static bool send_ack(struct attempt *attempt, const struct syn_ack *syn_ack, uint32_t tsval, struct failure *failure) {
  uint8_t options[TIMESTAMP_OPTION];
  struct packet ack = make_ack(attempt, syn_ack, tsval, options);
  return send_raw(attempt, &ack) || fail(failure, SEND_FAILED, errno);
}

/*
 * Nothing sets the timestamp that a socket echoes (TSecr) but a segment that arrives, and the SYN/ACK arrived before there
 * was a socket. So the kernel gets an ACK with the SYN/ACK's timestamp once more, over this host's own loopback, where it
 * changes nothing else. Without it the first segment would echo 0, as no ordinary connection does; a host that refuses such
 * packets loses only that.
 */
static void repeat_timestamp(const struct attempt *attempt, const struct syn_ack *syn_ack) {
  const struct connect_request *request = attempt->request;
  uint8_t options[TIMESTAMP_OPTION];
  uint8_t bytes[MAX_PACKET];
  union address own;
  socklen_t own_length = make_address(request, request->source, 0, &own);
  uint16_t window = (uint16_t)(syn_ack->window >> syn_ack->window_scale);
  struct packet ack = {
      .protocol = IPPROTO_TCP,
      .ttl = attempt->ttl,
      .ip_id = 1,
      .source_port = attempt->handshake.destination_port,
      .destination_port = attempt->handshake.source_port,
      .sequence = syn_ack->sequence + 1,
      .acknowledgment = request->isn + 1,
      .flags = FLAG_ACK,
      .window = window == 0 ? 1 : window,
      .data_length = (uint16_t)timestamp_option(syn_ack->tsval, attempt->handshake.tsval, options),
      .data = options,
  };
  struct request ends = {.family = request->family};
  memcpy(ends.source, request->destination, ADDRESS_LENGTH);
  memcpy(ends.destination, request->source, ADDRESS_LENGTH);
  size_t length = packet_build(&ends, &ack, bytes);
  sendto(attempt->raw, bytes, length, 0, &own.any, own_length);
}

/* In one segment: nothing is under way before it, so neither Nagle's algorithm nor corking holds it back. */
static bool send_first(const struct attempt *attempt, struct failure *failure) {
  const struct connect_request *request = attempt->request;
  if (request->first_length == 0) return true;
  ssize_t sent = send(attempt->socket, request->first, request->first_length, MSG_NOSIGNAL);
  return sent == request->first_length || fail(failure, SEND_FAILED, errno);
}

/* The kernel's figure for the data in one segment, with the timestamp option taken off; 0 when it does not tell. */
static uint32_t segment_size(int fd) {
  struct tcp_info info = {0};
  socklen_t length = sizeof info;
  return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 ? info.tcpi_snd_mss : 0;
}

static bool first_fits(const struct attempt *attempt, uint32_t mss, bool timestamps) {
  return attempt->request->first_length + (timestamps ? (uint32_t)TIMESTAMP_OPTION : 0) <= mss;
}

static struct attempt start_attempt(const struct connect_request *request, int cancel_fd) {
  struct attempt attempt = {
      .request = request,
      .cancel_fd = cancel_fd,
      .deadline_ns = now_ns() + request->timeout_ms * NS_PER_MS,
      .handshake = {.family = request->family,
                    .destination_port = request->destination_port,
                    .isn = request->isn,
                    .scaling = request->host->window_scaling,
                    .window_scale = choose_window_scale(request->host->receive_max),
                    .sack = request->host->sack,
                    .timestamps = request->timestamps,
                    .tsval = request->tsval},
      .holder = -1,
      .raw = -1,
      .socket = -1,
      .ends = {.family = request->family},
  };
  memcpy(attempt.handshake.source, request->source, ADDRESS_LENGTH);
  memcpy(attempt.handshake.destination, request->destination, ADDRESS_LENGTH);
  memcpy(attempt.ends.source, request->source, ADDRESS_LENGTH);
  memcpy(attempt.ends.destination, request->destination, ADDRESS_LENGTH);
  return attempt;
}

static bool run_adopted(struct attempt *attempt, struct connect_result *result, struct failure *failure) {
  struct syn_ack syn_ack;
  if (!choose_port(attempt, hold_port, failure)) return false;
  result->source_port = attempt->handshake.source_port;
  if (!first_fits(attempt, attempt->handshake.mss, attempt->request->timestamps))
    return fail(failure, FIRST_TOO_LONG, 0);
  if (!open_raw(attempt, failure) || !prepare_socket(attempt, failure)) return false;
  if (!shake_hands(attempt, &syn_ack, result, failure)) return false;
  if (!first_fits(attempt, syn_ack.mss, syn_ack.timestamps) || attempt->request->first_length > syn_ack.window)
    return fail(failure, FIRST_TOO_LONG, 0);
  uint32_t tsval = current_tsval(attempt);
  if (!adopt(attempt, &syn_ack, tsval, failure)) return false;
  if (syn_ack.timestamps) repeat_timestamp(attempt, &syn_ack);
  if (!send_ack(attempt, &syn_ack, tsval, failure)) return false;
  result->established_ns = now_ns();
  return send_first(attempt, failure);
}

/* Hands the socket over when all went well, and closes the rest. */
static bool finish(struct attempt *attempt, bool done, struct connect_result *result) {
  close_fd(&attempt->raw);
  close_fd(&attempt->holder);
  result->fd = done ? attempt->socket : -1;
  if (!done) close_fd(&attempt->socket);
  return done;
}

bool connect_adopted(const struct connect_request *request, int cancel_fd, struct connect_result *result,
                     struct failure *failure) {
  struct attempt attempt = start_attempt(request, cancel_fd);
  *result = (struct connect_result){.fd = -1};
  return finish(&attempt, run_adopted(&attempt, result, failure), result);
}

/*
 * A socket that has a sequence number keeps it when it connects; 0 counts as none (tcp_v4_connect() in Linux's
 * net/ipv4/tcp_ipv4.c). bind() shuts out a port in TIME_WAIT, whose reuse would replace the number (tcp_twsk_unique()).
 */
static bool bind_with_isn(struct attempt *attempt, uint16_t port) {
  const struct connect_request *request = attempt->request;
  attempt->socket = open_tcp(request->family);
  int fd = attempt->socket;
  return fd >= 0 && set_number(fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON) == 0 &&
         set_queue(fd, TCP_SEND_QUEUE, request->isn) &&
         set_number(fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP) == 0 &&
         bind_to_source(fd, request, port);
}

/* With it an ICMP error tells its type; later it would make errors fatal that TCP should survive: ip(7). */
static bool set_error_queue(int fd, uint8_t family, int on) {
  if (family == 4) return set_number(fd, IPPROTO_IP, IP_RECVERR, on) == 0;
  return set_number(fd, IPPROTO_IPV6, IPV6_RECVERR, on) == 0;
}

static enum reason read_connect_error(int fd, int error, struct connect_result *result) {
  struct sock_extended_err queued;
  uint8_t quoted[MAX_ANSWER];
  if (error == ETIMEDOUT) return NO_ANSWER;
  if (take_icmp_error(fd, &queued, quoted) < 0) return error == ECONNREFUSED ? REFUSED : SEND_FAILED;
  result->icmp_type = queued.ee_type;
  result->icmp_code = queued.ee_code;
  return UNREACHABLE;
}

static bool connect_and_wait(const struct attempt *attempt, struct connect_result *result, struct failure *failure) {
  const struct connect_request *request = attempt->request;
  int fd = attempt->socket;
  if (connect_to_destination(fd, request, request->destination_port, 0) != 0 && errno != EINPROGRESS)
    return fail_by_error(failure);
  if (request->syn_sent != NULL) request->syn_sent(request->context, now_ns());
  enum wake wake = wait_for(fd, POLLOUT, attempt->cancel_fd, attempt->deadline_ns);
  if (wake != WAKE_READY) return fail(failure, wake == WAKE_CANCELLED ? CANCELLED : NO_ANSWER, 0);
  int error = get_number(fd, SOL_SOCKET, SO_ERROR);
  result->established_ns = now_ns();
  if (error == 0) return true;
  enum reason reason = read_connect_error(fd, error, result);
  return fail(failure, reason, error);
}

static bool run_plain(struct attempt *attempt, struct connect_result *result, struct failure *failure) {
  uint8_t family = attempt->request->family;
  if (!choose_port(attempt, bind_with_isn, failure)) return false;
  result->source_port = attempt->handshake.source_port;
  if (!first_fits(attempt, attempt->handshake.mss, true)) return fail(failure, FIRST_TOO_LONG, 0);
  if (!set_error_queue(attempt->socket, family, 1)) return fail_by_error(failure);
  if (!connect_and_wait(attempt, result, failure)) return false;
  if (!set_error_queue(attempt->socket, family, 0)) return fail_by_error(failure);
  if (!first_fits(attempt, segment_size(attempt->socket), false)) return fail(failure, FIRST_TOO_LONG, 0);
  return send_first(attempt, failure);
}

bool connect_plain(const struct connect_request *request, int cancel_fd, struct connect_result *result,
                   struct failure *failure) {
  if (request->isn == 0) return connect_adopted(request, cancel_fd, result, failure);
  struct attempt attempt = start_attempt(request, cancel_fd);
  *result = (struct connect_result){.fd = -1};
  return finish(&attempt, run_plain(&attempt, result, failure), result);
}
