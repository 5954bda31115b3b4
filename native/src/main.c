/*
 * sesamy-helper: sends the raw packets that an unprivileged app asks for (docs/helper-protocol.md). One request, then the
 * end. It gives up what it can before it reads the first byte, and opens a socket only for a request that is in order.
 */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "failure.h"
#include "message.h"
#include "privileges.h"
#include "report.h"
#include "send.h"
#include "system-calls.h"
#include "wait.h"

enum { LENGTH_FIELD = 4, MIN_FRAME = 2 };

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

static bool serve(struct failure *failure) {
  static uint8_t body[MAX_FRAME];
  static struct request request;
  size_t length;
  struct privileges privileges;
  if (!privileges_drop(failure)) return false;
  wait_prepare();
  if (!system_calls_limit(failure) || !read_frame(body, &length, failure) ||
      !message_parse(body, length, &request, failure) || !privileges_read(&privileges, failure))
    return false;
  if (request.type == REQUEST_PROBE) {
    report_probed(&privileges);
    return true;
  }
  if (!privileges_allow_raw(&privileges)) return fail(failure, NOT_PERMITTED, 0);
  if (!send_packets(&request, failure)) return false;
  report_done(request.count);
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
