#include "capture.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "answer.h"
#include "clock.h"
#include "failure.h"
#include "packet-socket.h"
#include "report.h"
#include "wait.h"

#define BYTE(offset) BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (offset))
#define WORD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define IS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define HAS(bits, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), (yes), (no))
#define TAKE BPF_STMT(BPF_RET | BPF_K, UINT32_MAX)
#define LEAVE BPF_STMT(BPF_RET | BPF_K, 0)

enum { TCP_FLAGS = 13, SYN_OR_RST = 0x02 | 0x04 };

static uint32_t word(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/*
 * The filters only spare this process other traffic of the host, such as a session with the destination; answer_parse
 * decides. Offsets count from the IP header (SOCK_DGRAM).
 */
static int open_ipv4(const struct request *request, uint32_t interface_index, struct failure *failure) {
  struct sock_filter rules[] = {
      BYTE(9),
      IS(IPPROTO_ICMP, 6, 0),
      IS(IPPROTO_TCP, 0, 6),
      WORD(12),
      IS(word(request->destination), 0, 4),
      BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
      BPF_STMT(BPF_LD | BPF_B | BPF_IND, TCP_FLAGS),
      HAS(SYN_OR_RST, 0, 1),
      TAKE,
      LEAVE,
  };
  const struct sock_fprog filter = {.len = sizeof rules / sizeof *rules, .filter = rules};
  return packet_socket(SOCK_DGRAM, ETH_P_IP, interface_index, &filter, failure);
}

static int open_ipv6(const struct request *request, uint32_t interface_index, struct failure *failure) {
  struct sock_filter rules[] = {
      BYTE(6),
      IS(IPPROTO_ICMPV6, 11, 0),
      IS(IPPROTO_TCP, 0, 11),
      WORD(8),
      IS(word(request->destination), 0, 9),
      WORD(12),
      IS(word(request->destination + 4), 0, 7),
      WORD(16),
      IS(word(request->destination + 8), 0, 5),
      WORD(20),
      IS(word(request->destination + 12), 0, 3),
      BYTE(40 + TCP_FLAGS),
      HAS(SYN_OR_RST, 0, 1),
      TAKE,
      LEAVE,
  };
  const struct sock_fprog filter = {.len = sizeof rules / sizeof *rules, .filter = rules};
  return packet_socket(SOCK_DGRAM, ETH_P_IPV6, interface_index, &filter, failure);
}

int capture_open(const struct request *request, struct failure *failure) {
  const uint32_t interface_index = request->level == LEVEL_LINK ? request->interface_index : 0;
  return (request->family == 4 ? open_ipv4 : open_ipv6)(request, interface_index, failure);
}

bool capture_read(int fd, const struct request *request, struct failure *failure) {
  /* More than any ICMP error quotes; what is cut off is no answer to a knock. */
  uint8_t bytes[2048];
  const ssize_t size = recvfrom(fd, bytes, sizeof bytes, MSG_DONTWAIT, NULL, NULL);
  if (size < 0) return errno == EAGAIN || errno == EINTR || fail_to_send(failure, errno);
  struct answer answer;
  if (answer_parse(request, bytes, (size_t)size, &answer)) report_answer(now_ns(), &answer);
  return true;
}
