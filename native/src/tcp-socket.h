/* What connect.c and listen.c both do with a TCP socket. */
#ifndef SESAMY_TCP_SOCKET_H
#define SESAMY_TCP_SOCKET_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

static inline int set_number(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value);
}

static inline int open_tcp(uint8_t family) {
  return socket(family == 4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
}

#endif
