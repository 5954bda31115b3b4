/** What a plan comes to, in sentences under its timeline. */
import type { KnockPlan, KnockProtocol } from '../../../domain/plan/knock-plan';
import { connectionKnocks, planDurationMs } from '../../../domain/plan/knock-plan';
import { say } from '../../../text/say';
import { text } from '../../../text/text';
import { count, duration } from '../../../text/words';
import { portsKnown } from '../run/plan-at';

export function previewSentence(plan: KnockPlan): string {
  if (connectionKnocks(plan))
    return `The connection’s own SYN is the knock: nothing is sent before it. ${observerSentence(plan)}`;
  return [`Takes ${duration(planDurationMs(plan))}.`, doorSentence(plan), observerSentence(plan), closingSentence(plan)]
    .filter(Boolean)
    .join(' ');
}

function doorSentence(plan: KnockPlan): string {
  const whom = plan.door.singleUse ? 'The door opens for the first connection only' : 'The door opens';
  return plan.door.toMs === null
    ? `${whom}; the server decides how long it stays open.`
    : `${whom}, until ${duration(plan.door.toMs)}.`;
}

/** What anybody on the way sees: every knock, and the connection's own SYN. */
function observerSentence(plan: KnockPlan): string {
  if (!portsKnown(plan)) {
    const syns = plan.packets.filter((packet) => packet.protocol === 'tcp').length;
    const datagrams = plan.packets.length - syns;
    return say(text('run.observer.later', { syns, datagrams, port: plan.connect.port }));
  }
  const seen: readonly { protocol: KnockProtocol; port: number }[] = [
    ...plan.packets,
    { protocol: 'tcp', port: plan.connect.port },
  ];
  const parts = (['tcp', 'udp'] as const).flatMap((protocol) => {
    const packets = seen.filter((packet) => packet.protocol === protocol);
    const ports = [...new Set(packets.map((packet) => packet.port))];
    if (packets.length === 0) return [];
    return [`${count(packets.length, protocol === 'tcp' ? 'SYN' : 'datagram')} to ${portList(ports)}`];
  });
  return `An observer sees ${parts.join(' and ')}.`;
}

function portList(ports: readonly number[]): string {
  if (ports.length > 6) return `${ports.length} ports`;
  const last = ports.at(-1) ?? 0;
  return ports.length === 1 ? `port ${last}` : `ports ${ports.slice(0, -1).join(', ')} and ${last}`;
}

function closingSentence(plan: KnockPlan): string {
  if (plan.closing.length === 0) return '';
  return `When the session ends, ${count(plan.closing.length, 'more knock')} shut${plan.closing.length === 1 ? 's' : ''} the door.`;
}
