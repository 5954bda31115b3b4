/* Carrying a connection's bytes to and from a pair of descriptors, or handing the connection itself to another program. */
#ifndef SESAMY_CARRY_H
#define SESAMY_CARRY_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes to the server and from it. */
struct carried {
  uint64_t up;
  uint64_t down;
};

/*
 * Carries bytes from `from_fd` to `socket` and from `socket` to `to_fd` until both ways have ended, and closes `to_fd` when
 * the server has. The end of `from_fd` becomes a FIN. Ends at once when the program behind the two descriptors is gone, or
 * the other end of `cancel_fd` has closed. Returns 0, or the errno with which the connection broke. SIGPIPE has to be ignored.
 * `socket` is made non-blocking and stays open.
 */
int carry(int from_fd, int to_fd, int socket, int cancel_fd, struct carried *carried);

/*
 * Hands a descriptor over a UNIX socket, with one byte, as OpenSSH's mm_receive_fd() expects it (ssh_config(5),
 * ProxyUseFdpass). False: errno tells why.
 */
bool pass_socket(int unix_fd, int socket);

#endif
