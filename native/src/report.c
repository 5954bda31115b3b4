#include "report.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bytes.h"
#include "failure.h"

enum {
  HEADER = 4 + 2,
  ARMED = HEADER + 8 + 4 + 2 * MAC_LENGTH + ADDRESS_LENGTH,
  SENT = HEADER + 2 + 8 + 8,
  ANSWER = HEADER + 8 + 2 + 3 + ADDRESS_LENGTH,
  /* Of `probed`, `done` and `failed`, one at most ends a request. */
  LAST = HEADER + 8 + 2,
  /* A destination that floods us with answers must not fill the memory. */
  MAX_ANSWERS = 4096,
  CAPACITY = ARMED + MAX_PACKETS * SENT + MAX_ANSWERS * ANSWER + LAST,
};

static uint8_t buffer[CAPACITY];
static size_t filled;
static size_t written;
static unsigned answers;

static void put(uint64_t value, size_t width) {
  /* Cannot happen as long as the sizes above are right; a wrong one must not become an overflow. */
  if (width > CAPACITY - filled) abort();
  put_number(buffer + filled, value, width);
  filled += width;
}

static void put_array(const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) put(bytes[i], 1);
}

static void begin(enum report_type type, size_t frame) {
  put(frame - 4, 4);
  put(PROTOCOL_VERSION, 1);
  put(type, 1);
}

void report_probed(const struct privileges *privileges) {
  begin(REPORT_PROBED, HEADER + 8 + 2);
  put(privileges->capabilities, 8);
  put(privileges->no_new_privs, 1);
  put(privileges->seccomp_mode, 1);
}

void report_armed(uint64_t zero_ns, const struct path *path) {
  begin(REPORT_ARMED, ARMED);
  put(zero_ns, 8);
  put(path->interface_index, 4);
  put_array(path->source_mac, MAC_LENGTH);
  put_array(path->next_hop_mac, MAC_LENGTH);
  put_array(path->next_hop, ADDRESS_LENGTH);
  report_flush();
}

void report_sent(uint16_t packet, uint64_t planned_ns, uint64_t actual_ns) {
  begin(REPORT_SENT, SENT);
  put(packet, 2);
  put(planned_ns, 8);
  put(actual_ns, 8);
  report_flush();
}

void report_answer(uint64_t seen_ns, const struct answer *answer) {
  if (answers == MAX_ANSWERS) return;
  answers++;
  begin(REPORT_ANSWER, ANSWER);
  put(seen_ns, 8);
  put(answer->packet, 2);
  put(answer->kind, 1);
  put(answer->icmp_type, 1);
  put(answer->icmp_code, 1);
  put_array(answer->from, ADDRESS_LENGTH);
  report_flush();
}

void report_done(uint16_t sent) {
  begin(REPORT_DONE, HEADER + 2);
  put(sent, 2);
}

void report_syn(uint64_t sent_ns) {
  begin(REPORT_SYN, HEADER + 8);
  put(sent_ns, 8);
  report_flush();
}

void report_open(uint16_t source_port, uint64_t established_ns) {
  begin(REPORT_OPEN, HEADER + 2 + 8);
  put(source_port, 2);
  put(established_ns, 8);
  report_flush();
}

void report_carried(uint64_t up, uint64_t down) {
  begin(REPORT_CARRIED, HEADER + 8 + 8);
  put(up, 8);
  put(down, 8);
}

void report_listening(uint8_t family, uint16_t port) {
  begin(REPORT_LISTENING, HEADER + 1 + 2);
  put(family, 1);
  put(port, 2);
  report_flush();
}

void report_arrived(const struct arrived_syn *syn) {
  begin(REPORT_ARRIVED, HEADER + 1 + ADDRESS_LENGTH + 2 + 4 + 4 + 1 + 4);
  put(syn->family, 1);
  put_array(syn->source, ADDRESS_LENGTH);
  put(syn->source_port, 2);
  put(syn->isn, 4);
  put(syn->acknowledgment, 4);
  put(syn->timestamps, 1);
  put(syn->tsval, 4);
  report_flush();
}

void report_failed(const struct failure *failure) {
  begin(REPORT_FAILED, HEADER + 1 + 2 + 4);
  put(failure->reason, 1);
  put(failure->packet, 2);
  put((uint32_t)failure->error, 4);
}

bool report_pending(void) { return written < filled; }

/* Writes as long as the reader has room, and waits for room no longer than `timeout` (NULL: for ever). */
static void write_pending(const struct timespec *timeout) {
  while (report_pending()) {
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    const int ready = ppoll(&output, 1, timeout, NULL);
    if (ready == 0) return;
    if (ready < 0) {
      if (errno == EINTR) continue;
      _exit(EXIT_FAILURE);
    }
    /* With room at all, PIPE_BUF bytes do not block (pipe(7)); a socket with room has more than that. */
    const size_t left = filled - written;
    const ssize_t count = write(STDOUT_FILENO, buffer + written, left < PIPE_BUF ? left : PIPE_BUF);
    if (count >= 0) written += (size_t)count;
    else if (errno != EINTR && errno != EAGAIN) _exit(EXIT_FAILURE);
  }
}

void report_flush(void) {
  const struct timespec at_once = {0, 0};
  write_pending(&at_once);
}

void report_drain(void) { write_pending(NULL); }
