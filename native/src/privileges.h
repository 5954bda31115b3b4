/* Becoming a process that can do raw packets and nothing else. */
#ifndef SESAMY_PRIVILEGES_H
#define SESAMY_PRIVILEGES_H

#include "protocol.h"

/*
 * Closes what was inherited beyond the three standard descriptors and the two for a connection's bytes, forbids core
 * dumps and tracing, forgets the environment, becomes an ordinary user when started as root, keeps CAP_NET_RAW and
 * CAP_NET_ADMIN and no other capability, and sets no_new_privs. Reads nothing but PKEXEC_UID and SUDO_UID. Nothing may go on after a false.
 */
bool privileges_drop(struct failure *failure);

/* What the kernel says about this process: the request `probe`, and whether raw sockets can be had at all. */
struct privileges {
  uint64_t capabilities; /* permitted, as the kernel's bit mask */
  bool no_new_privs;
  uint8_t seccomp_mode;
};

bool privileges_read(struct privileges *privileges, struct failure *failure);
/* For all but connections, which alone need CAP_NET_ADMIN. */
bool privileges_keep_raw_only(struct failure *failure);
/* Once a connection stands. */
bool privileges_drop_all(struct failure *failure);
bool privileges_allow_connect(const struct privileges *privileges);
bool privileges_allow_raw(const struct privileges *privileges);

#endif
