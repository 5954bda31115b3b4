/*
 * sesamy-helper: sends the raw packets that an unprivileged app asks for (docs/helper-protocol.md). One request, then the
 * end. It gives up what it can before it reads the first byte, and opens a socket only for a request that is in order.
 */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "carry.h"
#include "connect.h"
#include "failure.h"
#include "listen.h"
#include "message.h"
#include "privileges.h"
#include "report.h"
#include "send.h"
#include "system-calls.h"
#include "wait.h"

enum { LENGTH_FIELD = 4, MIN_FRAME = 2 };

/* Where a connection's bytes come from and go to. */
enum { INPUT = 3, OUTPUT = 4 };

/* Reads so many bytes, or fewer when the input ends. */
static size_t read_input(uint8_t *bytes, size_t length) {
  size_t got = 0;
  while (got < length) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (ppoll(&input, 1, NULL, NULL) < 0 && errno != EINTR) return got;
    const ssize_t count = read(STDIN_FILENO, bytes + got, length - got);
    if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) return got;
    if (count > 0) got += (size_t)count;
  }
  return got;
}

/* Reads the body of the one frame. */
static bool read_frame(uint8_t body[MAX_FRAME], size_t *length, struct failure *failure) {
  uint8_t field[LENGTH_FIELD];
  const size_t got = read_input(field, sizeof field);
  if (got == 0) return fail(failure, CANCELLED, 0);
  if (got < sizeof field) return fail(failure, MALFORMED, 0);
  *length = (size_t)field[0] << 24 | (size_t)field[1] << 16 | (size_t)field[2] << 8 | field[3];
  if (*length > MAX_FRAME) return fail(failure, TOO_LARGE, 0);
  if (*length < MIN_FRAME || read_input(body, *length) < *length) return fail(failure, MALFORMED, 0);
  return true;
}

static bool serve_send(const struct request *request, const struct privileges *privileges, struct failure *failure) {
  if (!privileges_allow_raw(privileges)) return fail(failure, NOT_PERMITTED, 0);
  if (!privileges_keep_raw_only(failure) || !system_calls_limit(STAGE_SENDING, failure) ||
      !send_packets(request, failure))
    return false;
  report_done(request->count);
  return true;
}

static void tell_syn(void *context, uint64_t sent_ns) {
  (void)context;
  report_syn(sent_ns);
}

static bool open_connection(const struct request *request, const struct host_tcp *host, struct connect_result *result,
                            struct failure *failure) {
  const struct connection *wanted = &request->connection;
  struct connect_request connect = {
      .family = request->family,
      .interface_index = request->interface_index,
      .destination_port = wanted->destination_port,
      .isn = wanted->isn,
      .acknowledgment = wanted->acknowledgment,
      .ip_id = wanted->ip_id,
      .timestamps = wanted->timestamps,
      .tsval = wanted->tsval,
      .timeout_ms = wanted->timeout_ms,
      .first_length = wanted->first_length,
      .first = wanted->first,
      .host = host,
      .syn_sent = tell_syn,
  };
  memcpy(connect.source, request->source, ADDRESS_LENGTH);
  memcpy(connect.destination, request->destination, ADDRESS_LENGTH);
  /* Where this host uses no timestamps, the kernel's own SYN differs from the wanted one in its ISN only. */
  const bool plain = !wanted->timestamps && !host->timestamps && wanted->acknowledgment == 0 && wanted->ip_id == 0;
  if ((plain ? connect_plain : connect_adopted)(&connect, STDIN_FILENO, result, failure)) return true;
  if (failure->reason == UNREACHABLE) failure->packet = (uint16_t)(result->icmp_type << 8 | result->icmp_code);
  return false;
}

/* What is asked for becomes of the connection. */
static bool use_connection(const struct connection *connection, int socket, struct failure *failure) {
  struct carried carried = {.up = 0, .down = 0};
  if (connection->use == USE_CARRY) {
    const int error = carry(INPUT, OUTPUT, socket, STDIN_FILENO, &carried);
    if (error != 0) return fail(failure, carried.down == 0 ? HUNG_UP : CONNECTION_BROKEN, error);
  }
  if (connection->use == USE_PASS && !pass_socket(OUTPUT, socket)) return fail(failure, CONNECTION_BROKEN, errno);
  report_carried(carried.up + connection->first_length, carried.down);
  return true;
}

static bool serve_connect(const struct request *request, const struct host_tcp *host,
                          const struct privileges *privileges, struct failure *failure) {
  struct connect_result result;
  if (!privileges_allow_connect(privileges)) return fail(failure, NOT_PERMITTED, 0);
  if (!system_calls_limit(STAGE_CONNECTING, failure) || !open_connection(request, host, &result, failure) ||
      !privileges_drop_all(failure) || !system_calls_limit(STAGE_CARRYING, failure))
    return false;
  report_open(result.source_port, result.established_ns);
  /* From here on the descriptors may be silent for hours, and nobody looks whether the report can be written. */
  report_drain();
  return use_connection(&request->connection, result.fd, failure);
}

/* The port is opened without a capability, so that the kernel's own rules for ports hold. */
static bool serve_listen(const struct listening *wanted, struct failure *failure) {
  uint8_t family;
  uint16_t arrived;
  if (!privileges_drop_all(failure)) return false;
  const int socket = listen_open(wanted->port, &family, failure);
  if (socket < 0 || !system_calls_limit(STAGE_LISTENING, failure)) return false;
  report_listening(family, wanted->port);
  if (!listen_for_syns(socket, wanted, &arrived, failure)) return false;
  report_done(arrived);
  return true;
}

static bool serve(struct failure *failure) {
  static uint8_t body[MAX_FRAME];
  static struct request request;
  size_t length;
  struct privileges privileges;
  struct host_tcp host;
  if (!privileges_drop(failure)) return false;
  wait_prepare();
  signal(SIGPIPE, SIG_IGN);
  host_tcp_read(&host);
  if (!system_calls_limit(STAGE_READING, failure) || !read_frame(body, &length, failure) ||
      !message_parse(body, length, &request, failure) || !privileges_read(&privileges, failure))
    return false;
  if (request.type == REQUEST_CONNECT) return serve_connect(&request, &host, &privileges, failure);
  close(INPUT);
  close(OUTPUT);
  if (request.type == REQUEST_SEND) return serve_send(&request, &privileges, failure);
  if (request.type == REQUEST_LISTEN) return serve_listen(&request.listening, failure);
  report_probed(&privileges);
  return true;
}

int main(void) {
  struct failure failure;
  const bool done = serve(&failure);
  if (!done) report_failed(&failure);
  report_drain();
  /* Not exit(): there is nothing to clean up, and it makes system calls of its own. */
  _exit(done ? EXIT_SUCCESS : EXIT_FAILURE);
}
