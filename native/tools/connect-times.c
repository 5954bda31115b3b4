/*
 * A tool of `npm run bench:connect`, never installed: how long connecting takes from the call until the connection stands.
 * Usage: connect-times SOURCE DESTINATION PORT ROUNDS. Each round connects once in each way and writes a line for it: the
 * way and the nanoseconds. The server has to close what it accepts; the next connection waits for that. Needs
 * CAP_NET_ADMIN and CAP_NET_RAW.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../src/clock.h"
#include "../src/connect.h"

enum { TIMEOUT_MS = 5000 };

static void give_up(const char *what, int error) {
  fprintf(stderr, "connect-times: %s: %s\n", what, strerror(error));
  exit(EXIT_FAILURE);
}

static bool wait_for(int fd, short events) {
  struct pollfd watched = {.fd = fd, .events = events};
  return poll(&watched, 1, TIMEOUT_MS) == 1;
}

/* What every program does: the socket, connect(), and poll() until it stands. Returns when it did. */
static uint64_t connect_ordinary(const struct connect_request *request, int *fd) {
  struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(request->destination_port)};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(request->destination_port)};
  memcpy(&v4.sin_addr, request->destination, sizeof v4.sin_addr);
  memcpy(&v6.sin6_addr, request->destination, sizeof v6.sin6_addr);
  const bool is_v4 = request->family == 4;
  *fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
  const int done = is_v4 ? connect(*fd, (const struct sockaddr *)&v4, sizeof v4)
                         : connect(*fd, (const struct sockaddr *)&v6, sizeof v6);
  if (done != 0 && errno != EINPROGRESS) give_up("connect", errno);
  int error = ETIMEDOUT;
  socklen_t length = sizeof error;
  if (wait_for(*fd, POLLOUT)) getsockopt(*fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) give_up("connect", error);
  return now_ns();
}

typedef bool connect_with_isn(const struct connect_request *request, int cancel_fd, struct connect_result *result,
                              struct failure *failure);

static uint64_t connect_chosen(connect_with_isn *connect, const struct connect_request *request, int *fd) {
  struct connect_result result;
  struct failure failure;
  if (!connect(request, -1, &result, &failure)) {
    fprintf(stderr, "connect-times: reason %u\n", failure.reason);
    give_up("connect", failure.error);
  }
  *fd = result.fd;
  return result.established_ns;
}

/* With a reset, so that no port stays in TIME_WAIT. */
static void close_after_server(int fd) {
  const struct linger reset = {.l_onoff = 1, .l_linger = 0};
  if (!wait_for(fd, POLLIN)) give_up("the server does not close", ETIMEDOUT);
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close(fd);
}

static void measure(const char *way, connect_with_isn *connect, struct connect_request *request) {
  int fd;
  if (getrandom(&request->isn, sizeof request->isn, 0) < 0 || getrandom(&request->tsval, sizeof request->tsval, 0) < 0)
    give_up("getrandom", errno);
  const uint64_t called_ns = now_ns();
  const uint64_t established_ns =
      connect == NULL ? connect_ordinary(request, &fd) : connect_chosen(connect, request, &fd);
  printf("%s %llu\n", way, (unsigned long long)(established_ns - called_ns));
  close_after_server(fd);
}

static uint8_t read_addresses(const char *source, const char *destination, struct connect_request *request) {
  if (inet_pton(AF_INET, source, request->source) == 1 && inet_pton(AF_INET, destination, request->destination) == 1)
    return 4;
  if (inet_pton(AF_INET6, source, request->source) == 1 && inet_pton(AF_INET6, destination, request->destination) == 1)
    return 6;
  give_up("two addresses of one family are needed", EINVAL);
  return 0;
}

int main(int argc, char **argv) {
  struct host_tcp host;
  struct connect_request request = {.timestamps = true, .timeout_ms = TIMEOUT_MS, .host = &host};
  if (argc != 5) give_up("SOURCE DESTINATION PORT ROUNDS", EINVAL);
  host_tcp_read(&host);
  request.family = read_addresses(argv[1], argv[2], &request);
  request.destination_port = (uint16_t)strtoul(argv[3], NULL, 10);
  for (unsigned long left = strtoul(argv[4], NULL, 10); left > 0; left--) {
    measure("adopted", connect_adopted, &request);
    measure("ordinary", NULL, &request);
    measure("chosen-isn", connect_plain, &request);
  }
  return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
