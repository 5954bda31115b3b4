/* CLOCK_MONOTONIC, in nanoseconds. */
#ifndef SESAMY_CLOCK_H
#define SESAMY_CLOCK_H

#include <time.h>

#include "protocol.h"

#define NS_PER_MS UINT64_C(1000000)

static inline uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static inline struct timespec timespec_of(uint64_t ns) {
  return (struct timespec){.tv_sec = (time_t)(ns / NS_PER_SECOND), .tv_nsec = (long)(ns % NS_PER_SECOND)};
}

#endif
