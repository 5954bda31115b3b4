/** The plan of a profile as a function of time: some knocks are other ones a moment later. */
import { planKnock } from '../../../domain/modes/registry';
import type { Mode } from '../../../domain/modes/registry';
import type { KnockPlan, Port } from '../../../domain/plan/knock-plan';

/** The plan at a wall-clock time in milliseconds since 1970; null: at none in particular. It has no plan while it is not right. */
export type PlanAt = (unixMs: number | null) => KnockPlan | null;

/** @param used how many of the profile's one-time secrets are used up */
export function planAt(mode: Mode, servicePort: Port, used = 0): PlanAt {
  return (unixMs) => planKnock(mode, { servicePort, used, ...(unixMs === null ? {} : { unixMs }) });
}

/** Whether the clock matters to it at all. */
export function changesWithTime(at: PlanAt): boolean {
  return at(null)?.awaits.some(({ kind }) => kind === 'unixMs') ?? false;
}

/** Whether the plan of now differs from the one of an earlier moment in anything that could be seen. */
export function hasChanged(at: PlanAt, thenMs: number, nowMs: number): boolean {
  // Plans are plain data, made by the same code: the same plan is the same text.
  return JSON.stringify(at(thenMs)) !== JSON.stringify(at(nowMs));
}

/**
 * Whether its ports are those that will be knocked on. Fields that a plan cannot know yet are marked `later`; where it waits and none
 * is marked, it is a port that only stands for the one that comes.
 */
export function portsKnown({ awaits, packets, connect }: KnockPlan): boolean {
  const marked = packets.some((packet) => (packet.protocol === 'tcp' ? packet.syn : packet.payload) === 'later');
  return awaits.length === 0 || marked || connect.syn === 'later';
}
