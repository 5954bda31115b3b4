#include "wait.h"

#include <linux/sched/types.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "failure.h"
#include "report.h"

/* A process that asks for a short time slice is let in soon after it wakes (EEVDF, Linux 6.12; the shortest is 100 µs). */
enum { SLICE_NS = 100000 };

void wait_prepare(void) {
  /* A session of its own is a scheduling group of its own, too (sched(7), autogroup): what the other programs of the
   * caller's session use up is then not held against this process. */
  setsid();
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  struct sched_attr attributes = {.size = sizeof attributes};
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  attributes.sched_runtime = SLICE_NS;
  syscall(SYS_sched_setattr, 0, &attributes, 0);
}

/* One process does one request: whatever comes after it, or the end of the input, ends the process. */
static enum wake ended_by_input(struct failure *failure) {
  uint8_t byte;
  const ssize_t got = read(STDIN_FILENO, &byte, 1);
  fail(failure, got > 0 ? MALFORMED : CANCELLED, 0);
  return WAKE_FAILED;
}

enum wake wait_until(uint64_t deadline_ns, int fd, struct failure *failure) {
  for (;;) {
    struct pollfd watched[] = {
        {.fd = STDIN_FILENO, .events = POLLIN | POLLRDHUP},
        {.fd = STDOUT_FILENO, .events = report_pending() ? POLLOUT : 0},
        {.fd = fd, .events = POLLIN},
    };
    const uint64_t now = now_ns();
    const struct timespec left = timespec_of(deadline_ns > now ? deadline_ns - now : 0);
    if (ppoll(watched, sizeof watched / sizeof *watched, &left, NULL) < 0) {
      if (errno == EINTR) continue;
      fail(failure, INTERNAL, errno);
      return WAKE_FAILED;
    }
    if (watched[0].revents != 0) return ended_by_input(failure);
    if ((watched[1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) _exit(EXIT_FAILURE);
    if (watched[1].revents != 0) report_flush();
    if (watched[2].revents != 0) return WAKE_READABLE;
    if (now_ns() >= deadline_ns) return WAKE_TIME;
  }
}

void wait_exactly(uint64_t deadline_ns) {
  const struct timespec until = timespec_of(deadline_ns);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) continue;
}
