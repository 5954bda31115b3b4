/*
 * A tool of the tests, never installed: shows the bytes that the helper would send. Reads request frames (length and
 * body) from standard input until it ends. For each packet of a request it writes a 32-bit length and the IP packet; for
 * a refused request 0xffffffff, the reason in a byte, and the packet in two. A probe gives nothing. A frame that is too
 * large or cut short is refused, and is the last one.
 */
#include <stdio.h>

#include "../src/bytes.h"
#include "../src/message.h"
#include "../src/packet.h"

static void write_all(const uint8_t *bytes, size_t length) { fwrite(bytes, 1, length, stdout); }

static void write_refusal(enum reason reason, uint16_t packet) {
  uint8_t refusal[7];
  put_u16(put_u8(put_u32(refusal, UINT32_MAX), (uint8_t)reason), packet);
  write_all(refusal, sizeof refusal);
}

static void write_packets(const struct request *request) {
  for (size_t i = 0; i < request->count; i++) {
    uint8_t packet[MAX_PACKET];
    size_t length = packet_build(request, &request->packets[i], packet);
    uint8_t prefix[4];
    put_u32(prefix, (uint32_t)length);
    write_all(prefix, sizeof prefix);
    write_all(packet, length);
  }
}

/* Reads and answers one frame. False when there is no more. */
static bool answer_frame(void) {
  static uint8_t body[MAX_FRAME];
  static struct request request;
  uint8_t prefix[4];
  size_t got = fread(prefix, 1, sizeof prefix, stdin);
  if (got == 0) return false;
  struct reader reader = {.next = prefix, .left = got};
  size_t length = read_u32(&reader);
  enum reason reason = reader.failed ? MALFORMED : length > MAX_FRAME ? TOO_LARGE : OK;
  if (reason == OK && fread(body, 1, length, stdin) != length) reason = MALFORMED;
  if (reason != OK) {
    write_refusal(reason, NO_PACKET);
    return false;
  }
  struct failure failure;
  if (message_parse(body, length, &request, &failure))
    write_packets(&request);
  else
    write_refusal(failure.reason, failure.packet);
  fflush(stdout);
  return true;
}

int main(void) {
  while (answer_frame()) continue;
  return fflush(stdout) == 0 && !ferror(stdout) && !ferror(stdin) ? 0 : 1;
}
