/* The options of a TCP header that somebody else wrote, one by one (RFC 9293 §3.1). */
#ifndef SESAMY_TCP_OPTIONS_H
#define SESAMY_TCP_OPTIONS_H

#include "bytes.h"

enum {
  OPTION_END = 0,
  OPTION_NOP = 1,
  OPTION_MSS = 2,
  OPTION_WINDOW_SCALE = 3,
  OPTION_SACK_PERMITTED = 4,
  OPTION_TIMESTAMP = 8,
  /* Kind, length and value. */
  MSS_LENGTH = 4,
  WINDOW_SCALE_LENGTH = 3,
  SACK_PERMITTED_LENGTH = 2,
  TIMESTAMP_LENGTH = 10,
};

struct tcp_option {
  uint8_t kind;
  size_t length; /* with kind and length themselves */
  struct reader value;
};

/* False at the end. What follows an option that is cut off or shorter than its own head is left unread, as Linux does. */
static inline bool next_option(struct reader *options, struct tcp_option *option) {
  while (options->left > 0) {
    option->kind = read_u8(options);
    if (option->kind == OPTION_END) return false;
    if (option->kind == OPTION_NOP) continue;
    option->length = read_u8(options);
    if (option->length < 2) return false;
    option->value = (struct reader){.left = option->length - 2};
    option->value.next = read_bytes(options, option->value.left);
    return option->value.next != NULL;
  }
  return false;
}

#endif
