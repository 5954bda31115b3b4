#include "network.h"

#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "failure.h"

size_t address_length(uint8_t family) { return family == 4 ? 4 : 16; }

bool is_link_local(uint8_t family, const uint8_t address[ADDRESS_LENGTH]) {
  return family == 6 && address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

static unsigned char kernel_family(uint8_t family) { return family == 4 ? AF_INET : AF_INET6; }

/* One question: a header, a fixed part and some attributes. */
struct question {
  uint8_t bytes[128];
  size_t length;
};

/* One message of the kernel's reply. */
struct reply {
  const uint8_t *body;
  size_t length;
};

typedef void reader(const struct reply *reply, void *context);

static int netlink = -1;
static uint32_t sequence;

bool network_open(struct failure *failure) {
  netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  return netlink >= 0 || fail(failure, INTERNAL, errno);
}

static void append(struct question *question, const void *bytes, size_t length) {
  memcpy(question->bytes + question->length, bytes, length);
  question->length += NLMSG_ALIGN(length);
}

static struct question ask_for(uint16_t type, uint16_t flags, const void *fixed, size_t length) {
  struct question question = {.length = 0};
  const struct nlmsghdr header = {.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags, .nlmsg_seq = ++sequence};
  append(&question, &header, sizeof header);
  append(&question, fixed, length);
  return question;
}

static void add_attribute(struct question *question, uint16_t type, const void *value, size_t length) {
  const struct rtattr attribute = {.rta_type = type, .rta_len = (uint16_t)RTA_LENGTH(length)};
  append(question, &attribute, sizeof attribute);
  append(question, value, length);
}

/* The value of the first attribute of this type that has at least so many bytes, or NULL. */
static const uint8_t *attribute(const struct reply *reply, size_t fixed, uint16_t type, size_t length) {
  for (size_t offset = NLMSG_ALIGN(fixed); offset + sizeof(struct rtattr) <= reply->length;) {
    struct rtattr header;
    memcpy(&header, reply->body + offset, sizeof header);
    if (header.rta_len < sizeof header || header.rta_len > reply->length - offset) return NULL;
    if ((header.rta_type & NLA_TYPE_MASK) == type && header.rta_len >= RTA_LENGTH(length))
      return reply->body + offset + RTA_LENGTH(0);
    offset += RTA_ALIGN((size_t)header.rta_len);
  }
  return NULL;
}

/* Reads the messages of one datagram. Returns whether the reply ends in it; `error` is the kernel's refusal, or 0. */
static bool read_datagram(const uint8_t *bytes, size_t size, reader *read_one, void *context, int *error) {
  for (size_t offset = 0; offset + sizeof(struct nlmsghdr) <= size;) {
    struct nlmsghdr header;
    memcpy(&header, bytes + offset, sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > size - offset) break;
    const struct reply reply = {bytes + offset + NLMSG_HDRLEN, header.nlmsg_len - sizeof header};
    offset += NLMSG_ALIGN((size_t)header.nlmsg_len);
    if (header.nlmsg_seq != sequence) continue;
    if (header.nlmsg_type == NLMSG_DONE) return true;
    if (header.nlmsg_type == NLMSG_ERROR) {
      struct nlmsgerr refusal;
      if (reply.length < sizeof refusal) break;
      memcpy(&refusal, reply.body, sizeof refusal);
      *error = -refusal.error;
      return true;
    }
    read_one(&reply, context);
    if ((header.nlmsg_flags & NLM_F_MULTI) == 0) return true;
  }
  return false;
}

/* Asks the kernel and gives every message of its reply to `read_one`. Returns 0 or an errno. */
static int ask(struct question *question, reader *read_one, void *context) {
  /* The kernel fills what it sends to 32 KiB at most, and answers at once: this never waits. */
  static uint8_t datagram[32768];
  const uint32_t length = (uint32_t)question->length;
  memcpy(question->bytes + offsetof(struct nlmsghdr, nlmsg_len), &length, sizeof length);
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  if (sendto(netlink, question->bytes, question->length, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0) return errno;
  for (;;) {
    socklen_t from_length = sizeof kernel;
    const ssize_t size =
        recvfrom(netlink, datagram, sizeof datagram, MSG_TRUNC, (struct sockaddr *)&kernel, &from_length);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno;
    if ((size_t)size > sizeof datagram) return EMSGSIZE;
    /* Any process of this user may send to this socket; number 0 is the kernel. */
    if (kernel.nl_pid != 0) continue;
    int error = 0;
    if (read_datagram(datagram, (size_t)size, read_one, context, &error)) return error;
  }
}

struct address_search {
  const struct request *request;
  uint32_t interface_index; /* 0: not found */
};

static void read_address(const struct reply *reply, void *context) {
  struct address_search *search = context;
  const struct request *request = search->request;
  const size_t length = address_length(request->family);
  struct ifaddrmsg message;
  if (reply->length < sizeof message) return;
  memcpy(&message, reply->body, sizeof message);
  const bool tentative = (message.ifa_flags & IFA_F_TENTATIVE) != 0 && (message.ifa_flags & IFA_F_OPTIMISTIC) == 0;
  if (message.ifa_family != kernel_family(request->family) || tentative || (message.ifa_flags & IFA_F_DADFAILED) != 0)
    return;
  /* On a point-to-point link IFA_ADDRESS is the other end, and IFA_LOCAL this one. */
  const uint8_t *address = attribute(reply, sizeof message, IFA_LOCAL, length);
  if (address == NULL) address = attribute(reply, sizeof message, IFA_ADDRESS, length);
  if (address == NULL || memcmp(address, request->source, length) != 0) return;
  if (search->interface_index == 0 || message.ifa_index == request->interface_index)
    search->interface_index = message.ifa_index;
}

bool network_own_address(const struct request *request, uint32_t *interface_index, struct failure *failure) {
  const struct ifaddrmsg fixed = {.ifa_family = kernel_family(request->family)};
  struct question question = ask_for(RTM_GETADDR, NLM_F_DUMP, &fixed, sizeof fixed);
  struct address_search search = {.request = request};
  const int error = ask(&question, read_address, &search);
  if (error != 0) return fail(failure, INTERNAL, error);
  *interface_index = search.interface_index;
  return search.interface_index != 0 || fail(failure, SOURCE_NOT_OWN, 0);
}

struct link_search {
  struct link *link;
  int error;
};

static void read_link(const struct reply *reply, void *context) {
  struct link_search *search = context;
  struct ifinfomsg message;
  if (reply->length < sizeof message) return;
  memcpy(&message, reply->body, sizeof message);
  const uint8_t *mac = attribute(reply, sizeof message, IFLA_ADDRESS, MAC_LENGTH);
  search->link->loopback = (message.ifi_flags & IFF_LOOPBACK) != 0;
  if (mac != NULL) memcpy(search->link->mac, mac, MAC_LENGTH);
  if ((message.ifi_flags & IFF_UP) == 0) search->error = ENETDOWN;
  else if (mac == NULL || (message.ifi_type != ARPHRD_ETHER && message.ifi_type != ARPHRD_LOOPBACK))
    search->error = EOPNOTSUPP;
  else search->error = 0;
}

bool network_link(uint32_t interface_index, struct link *link, struct failure *failure) {
  const struct ifinfomsg fixed = {.ifi_family = AF_UNSPEC, .ifi_index = (int)interface_index};
  struct question question = ask_for(RTM_GETLINK, 0, &fixed, sizeof fixed);
  struct link_search search = {.link = link, .error = ENODEV};
  const int error = ask(&question, read_link, &search);
  if (error != 0) return fail(failure, NO_INTERFACE, error);
  return search.error == 0 || fail(failure, NO_INTERFACE, search.error);
}

struct route_search {
  const struct request *request;
  struct route *route;
  uint8_t type; /* RTN_UNSPEC: no reply */
};

static void read_route(const struct reply *reply, void *context) {
  struct route_search *search = context;
  const uint8_t family = search->request->family;
  const size_t length = address_length(family);
  struct rtmsg message;
  if (reply->length < sizeof message) return;
  memcpy(&message, reply->body, sizeof message);
  const uint8_t *interface_index = attribute(reply, sizeof message, RTA_OIF, sizeof(uint32_t));
  /* RTA_VIA: an IPv4 route through an IPv6 gateway (RFC 5549). The protocol has no word for such a next hop. */
  if (interface_index == NULL || attribute(reply, sizeof message, RTA_VIA, 0) != NULL) return;
  const uint8_t *gateway = attribute(reply, sizeof message, RTA_GATEWAY, length);
  search->type = message.rtm_type;
  *search->route = (struct route){0};
  memcpy(&search->route->interface_index, interface_index, sizeof(uint32_t));
  memcpy(search->route->next_hop, gateway != NULL ? gateway : search->request->destination, length);
}

/* Returns 0 or an errno. */
static int look_up_route(struct route_search *search, uint32_t interface_index, bool with_source) {
  const struct request *request = search->request;
  const size_t length = address_length(request->family);
  const struct rtmsg fixed = {
      .rtm_family = kernel_family(request->family),
      .rtm_dst_len = (unsigned char)(8 * length),
      .rtm_src_len = with_source ? (unsigned char)(8 * length) : 0,
  };
  struct question question = ask_for(RTM_GETROUTE, 0, &fixed, sizeof fixed);
  add_attribute(&question, RTA_DST, request->destination, length);
  if (with_source) add_attribute(&question, RTA_SRC, request->source, length);
  if (interface_index != 0) add_attribute(&question, RTA_OIF, &interface_index, sizeof interface_index);
  search->type = RTN_UNSPEC;
  const int error = ask(&question, read_route, search);
  if (error != 0) return error;
  if (search->type == RTN_UNSPEC) return ENETUNREACH;
  return interface_index == 0 || search->route->interface_index == interface_index ? 0 : ENETUNREACH;
}

bool network_route(const struct request *request, uint32_t interface_index, struct route *route,
                   struct failure *failure) {
  struct route_search search = {.request = request, .route = route};
  int error = look_up_route(&search, interface_index, true);
  /* With a source IPv6 takes the interface for a wish only; without one it keeps to it. */
  if (error != 0 && interface_index != 0) error = look_up_route(&search, interface_index, false);
  if (search.type == RTN_BROADCAST || search.type == RTN_MULTICAST) return fail(failure, NOT_ONE_HOST, 0);
  if (error != 0) return fail(failure, NO_ROUTE, error);
  return search.type == RTN_UNICAST || search.type == RTN_LOCAL || fail(failure, NO_ROUTE, ENETUNREACH);
}

struct neighbour_search {
  uint8_t *mac;
  bool found;
};

static void read_neighbour(const struct reply *reply, void *context) {
  const uint16_t trusted = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT | NUD_NOARP;
  struct neighbour_search *search = context;
  struct ndmsg message;
  if (reply->length < sizeof message) return;
  memcpy(&message, reply->body, sizeof message);
  const uint8_t *mac = attribute(reply, sizeof message, NDA_LLADDR, MAC_LENGTH);
  if (mac == NULL || (message.ndm_state & trusted) == 0) return;
  memcpy(search->mac, mac, MAC_LENGTH);
  search->found = true;
}

bool network_neighbour(uint8_t family, const struct route *route, uint8_t mac[MAC_LENGTH]) {
  const struct ndmsg fixed = {.ndm_family = kernel_family(family), .ndm_ifindex = (int)route->interface_index};
  struct question question = ask_for(RTM_GETNEIGH, 0, &fixed, sizeof fixed);
  add_attribute(&question, NDA_DST, route->next_hop, address_length(family));
  struct neighbour_search search = {.mac = mac};
  /* A refusal (not in the table, or a kernel before 5.0, which cannot look up one) only means to ask the neighbour. */
  return ask(&question, read_neighbour, &search) == 0 && search.found;
}
