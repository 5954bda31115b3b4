#include "packet-socket.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "failure.h"

int packet_socket(int type, uint16_t ether_type, uint32_t interface_index, const struct sock_fprog *filter,
                  struct failure *failure) {
  /* With protocol 0 it receives nothing until it is bound: no packet comes in before the filter is there. */
  const int fd = socket(AF_PACKET, type, 0);
  if (fd < 0) {
    fail_to_open(failure, errno);
    return -1;
  }
  const struct sockaddr_ll address = {
      .sll_family = AF_PACKET,
      .sll_protocol = htons(ether_type),
      .sll_ifindex = (int)interface_index,
  };
  if ((filter != NULL && setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, filter, sizeof *filter) != 0) ||
      bind(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
    fail_to_open(failure, errno);
    close(fd);
    return -1;
  }
  return fd;
}
