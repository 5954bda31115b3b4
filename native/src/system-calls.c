#include "system-calls.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "failure.h"

#if defined(__x86_64__) && !defined(__ILP32__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "The list of system calls is written for 64-bit x86 and ARM only."
#endif

#define FIELD(name) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
/* The low half of an argument (both architectures are little-endian): the kernel takes all of those below as ints. */
#define IS(value, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, (otherwise))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, (action))

/* Each rule stands by itself: it allows, or leaves the call to the rules after it. */
#define ALLOW(call) FIELD(nr), IS(call, 1), RETURN(SECCOMP_RET_ALLOW)
#define ALLOW_IF(call, a, value) FIELD(nr), IS(call, 3), FIELD(args[a]), IS(value, 1), RETURN(SECCOMP_RET_ALLOW)
#define ALLOW_IF_BOTH(call, a, value_a, b, value_b)                                                                    \
  FIELD(nr), IS(call, 5), FIELD(args[a]), IS(value_a, 3), FIELD(args[b]), IS(value_b, 1), RETURN(SECCOMP_RET_ALLOW)
#define ALLOW_SOCKET(family, type, protocol)                                                                           \
  FIELD(nr), IS(SYS_socket, 7), FIELD(args[0]), IS(family, 5), FIELD(args[1]), IS(type, 3), FIELD(args[2]),           \
      IS(protocol, 1), RETURN(SECCOMP_RET_ALLOW)

/* Beyond its standard input and output the process has no files but sockets. */
#define ALWAYS                                                                                                         \
  ALLOW_IF(SYS_read, 0, STDIN_FILENO), ALLOW_IF(SYS_write, 0, STDOUT_FILENO), ALLOW(SYS_ppoll),                        \
      ALLOW(SYS_clock_gettime), ALLOW(SYS_clock_nanosleep), ALLOW(SYS_close), ALLOW(SYS_exit_group)

/* What comes between two stages: a look at the capabilities, fewer of them, and the next filter. */
#define CHANGE_OF_STAGE                                                                                                \
  ALLOW(SYS_capget), ALLOW(SYS_capset), ALLOW_IF(SYS_prctl, 0, PR_GET_NO_NEW_PRIVS),                                   \
      ALLOW_IF(SYS_prctl, 0, PR_GET_SECCOMP), ALLOW_IF_BOTH(SYS_prctl, 0, PR_SET_SECCOMP, 1, SECCOMP_MODE_FILTER)

#define FOR_SENDING                                                                                                    \
  ALLOW_SOCKET(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), ALLOW_SOCKET(AF_INET, SOCK_RAW, IPPROTO_RAW),                     \
      ALLOW_SOCKET(AF_INET6, SOCK_RAW, IPPROTO_RAW), ALLOW_SOCKET(AF_PACKET, SOCK_RAW, 0),                             \
      ALLOW_SOCKET(AF_PACKET, SOCK_DGRAM, 0), ALLOW_IF_BOTH(SYS_setsockopt, 1, SOL_SOCKET, 2, SO_ATTACH_FILTER),       \
      ALLOW(SYS_bind), ALLOW(SYS_sendto), ALLOW(SYS_recvfrom)

#define STREAM (SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK)
#define RAW (SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK)
#define FOR_CONNECTING                                                                                                 \
  ALLOW_SOCKET(AF_INET, STREAM, IPPROTO_TCP), ALLOW_SOCKET(AF_INET6, STREAM, IPPROTO_TCP),                             \
      ALLOW_SOCKET(AF_INET, RAW, IPPROTO_TCP), ALLOW_SOCKET(AF_INET6, RAW, IPPROTO_TCP), ALLOW(SYS_setsockopt),        \
      ALLOW(SYS_getsockopt), ALLOW(SYS_getsockname), ALLOW(SYS_bind), ALLOW(SYS_listen), ALLOW(SYS_connect),           \
      ALLOW(SYS_sendto), ALLOW(SYS_recvfrom), ALLOW(SYS_recvmsg), ALLOW(SYS_getrandom)

/* No socket can be opened any more. */
#define FOR_CARRYING                                                                                                   \
  ALLOW(SYS_read), ALLOW(SYS_write), ALLOW(SYS_splice), ALLOW(SYS_pipe2), ALLOW(SYS_fcntl), ALLOW(SYS_shutdown),       \
      ALLOW_IF_BOTH(SYS_setsockopt, 1, IPPROTO_TCP, 2, TCP_NODELAY), ALLOW(SYS_sendmsg)

/* The port is open already, and no socket can be opened any more; nothing is read from connections. */
#define FOR_LISTENING                                                                                                  \
  ALLOW(SYS_accept4), ALLOW_IF_BOTH(SYS_getsockopt, 1, IPPROTO_TCP, 2, TCP_SAVED_SYN), ALLOW(SYS_sendto)

#define BEGIN                                                                                                          \
  FIELD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0), RETURN(SECCOMP_RET_KILL_PROCESS)
#define END RETURN(SECCOMP_RET_KILL_PROCESS)

static bool limit_to(struct sock_filter *rules, size_t length, struct failure *failure) {
  const struct sock_fprog program = {.len = (unsigned short)length, .filter = rules};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) return fail(failure, INTERNAL, errno);
  return true;
}
#define LIMIT_TO(rules) limit_to(rules, sizeof(rules) / sizeof *(rules), failure)

/* A filter is added to those before it: a call has to pass them all. */
bool system_calls_limit(enum stage stage, struct failure *failure) {
  struct sock_filter reading[] = {BEGIN, ALWAYS, CHANGE_OF_STAGE, FOR_SENDING, FOR_CONNECTING, FOR_CARRYING,
                                  FOR_LISTENING, END};
  struct sock_filter sending[] = {BEGIN, ALWAYS, FOR_SENDING, END};
  struct sock_filter connecting[] = {BEGIN, ALWAYS, CHANGE_OF_STAGE, FOR_CONNECTING, FOR_CARRYING, END};
  struct sock_filter carrying[] = {BEGIN, ALWAYS, FOR_CARRYING, END};
  struct sock_filter listening[] = {BEGIN, ALWAYS, FOR_LISTENING, END};
  switch (stage) {
  case STAGE_READING: return LIMIT_TO(reading);
  case STAGE_SENDING: return LIMIT_TO(sending);
  case STAGE_CONNECTING: return LIMIT_TO(connecting);
  case STAGE_CARRYING: return LIMIT_TO(carrying);
  case STAGE_LISTENING: return LIMIT_TO(listening);
  }
  return fail(failure, INTERNAL, 0);
}
