/* An invariant of a fuzz target: where it does not hold, the input is a finding. */
#ifndef SESAMY_CHECK_H
#define SESAMY_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                    \
  do {                                                                      \
    if (!(condition)) {                                                     \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      abort();                                                              \
    }                                                                       \
  } while (0)

#endif
