/*
 * The frames to the app (docs/helper-protocol.md). They wait in a buffer that holds all that one request can ever give, so
 * that a reader who does not read never delays a packet. A reader who is gone ends the process.
 */
#ifndef SESAMY_REPORT_H
#define SESAMY_REPORT_H

#include "answer.h"
#include "privileges.h"
#include "protocol.h"
#include "syn.h"

/* How link-level packets leave; all zeros at routed level. */
struct path {
  uint32_t interface_index;
  uint8_t source_mac[MAC_LENGTH];
  uint8_t next_hop_mac[MAC_LENGTH];
  uint8_t next_hop[ADDRESS_LENGTH];
};

void report_probed(const struct privileges *privileges);
void report_armed(uint64_t zero_ns, const struct path *path);
void report_sent(uint16_t packet, uint64_t planned_ns, uint64_t actual_ns);
/* No more than MAX_ANSWERS of them are told. */
void report_answer(uint64_t seen_ns, const struct answer *answer);
void report_done(uint16_t sent);
void report_syn(uint64_t sent_ns);
void report_open(uint16_t source_port, uint64_t established_ns);
void report_carried(uint64_t up, uint64_t down);
/* The family of the socket: 6 takes IPv4 too. */
void report_listening(uint8_t family, uint16_t port);
void report_arrived(const struct arrived_syn *syn);
void report_failed(const struct failure *failure);

bool report_pending(void);
/* Writes what can be written at once. */
void report_flush(void);
/* Writes everything, however long it takes. */
void report_drain(void);

#endif
