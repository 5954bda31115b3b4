#include "listen.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bytes.h"
#include "clock.h"
#include "failure.h"
#include "report.h"
#include "syn.h"
#include "tcp-socket.h"
#include "wait.h"

enum {
  /* IP header with options or not, TCP header with options. */
  MAX_SAVED = 60 + 60,
  MAX_LINE = 64,
  HEX_DIGITS = 8,
};

static bool bind_to(int fd, uint8_t family, uint16_t port) {
  const struct sockaddr_in any4 = {.sin_family = AF_INET, .sin_port = htons(port)};
  const struct sockaddr_in6 any6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
  if (family == 4) return bind(fd, (const struct sockaddr *)&any4, sizeof any4) == 0;
  return set_number(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0) == 0 && bind(fd, (const struct sockaddr *)&any6, sizeof any6) == 0;
}

int listen_open(uint16_t port, uint8_t *family, struct failure *failure) {
  *family = 6;
  int fd = open_tcp(6);
  if (fd < 0 && errno == EAFNOSUPPORT) {
    *family = 4;
    fd = open_tcp(4);
  }
  /* Connections of an earlier listener are in TIME_WAIT at this end, which closes first: they must not keep the port. */
  if (fd >= 0 && set_number(fd, SOL_SOCKET, SO_REUSEADDR, 1) == 0 &&
      set_number(fd, IPPROTO_TCP, TCP_SAVE_SYN, 1) == 0 && bind_to(fd, *family, port) &&
      listen(fd, MAX_CONNECTIONS) == 0)
    return fd;
  const int error = errno;
  if (fd >= 0) close(fd);
  if (error == EADDRINUSE) fail(failure, PORT_BUSY, error);
  else fail(failure, error == EACCES || error == EPERM ? NOT_PERMITTED : INTERNAL, error);
  return -1;
}

static uint8_t *put_text(uint8_t *to, const char *text) { return put_bytes(to, (const uint8_t *)text, strlen(text)); }

static uint8_t *put_hex(uint8_t *to, uint32_t value) {
  to = put_text(to, "0x");
  for (unsigned digit = HEX_DIGITS; digit-- > 0;) to = put_u8(to, (uint8_t)"0123456789abcdef"[value >> 4 * digit & 0xf]);
  return to;
}

/* docs/helper-protocol.md. A new connection has room for so little, so nothing is waited for. */
static void tell_peer(int fd, const struct arrived_syn *syn) {
  uint8_t line[MAX_LINE];
  uint8_t *to = put_hex(put_text(line, "open-sesamy isn "), syn->isn);
  to = put_text(to, " tsval ");
  to = syn->timestamps ? put_hex(to, syn->tsval) : put_text(to, "none");
  to = put_text(to, "\n");
  send(fd, line, (size_t)(to - line), MSG_NOSIGNAL);
}

/* The kernel keeps no SYN of a connection that it took by a SYN cookie: there is nothing to tell then. */
static bool read_saved(int fd, struct arrived_syn *syn) {
  uint8_t saved[MAX_SAVED];
  socklen_t length = sizeof saved;
  return getsockopt(fd, IPPROTO_TCP, TCP_SAVED_SYN, saved, &length) == 0 && syn_parse(saved, length, syn);
}

/* False when there was none to take after all. */
static bool take_connection(int listener) {
  struct arrived_syn syn;
  const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return false;
  if (read_saved(fd, &syn)) {
    tell_peer(fd, &syn);
    report_arrived(&syn);
  }
  close(fd);
  return true;
}

bool listen_for_syns(int socket, const struct listening *wanted, uint16_t *arrived, struct failure *failure) {
  const uint64_t deadline = now_ns() + wanted->duration_ms * NS_PER_MS;
  for (*arrived = 0; *arrived < wanted->connections;) {
    const enum wake wake = wait_until(deadline, socket, failure);
    if (wake == WAKE_FAILED) return false;
    if (wake == WAKE_TIME) return true;
    if (take_connection(socket)) ++*arrived;
  }
  return true;
}
