/**
 * Where everything on the timeline goes, as a pure function of plan, events and width. All lengths are pixels of the
 * drawing; `Timeline.tsx` only draws what stands here.
 */
import type { ErrorCode } from '../../../domain/errors';
import type { KnockEvent } from '../../../domain/plan/knock-event';
import { connectionKnocks } from '../../../domain/plan/knock-plan';
import type { KnockPlan, KnockProtocol, PlannedPacket } from '../../../domain/plan/knock-plan';
import { say } from '../../../text/say';
import { duration, lowerFirst } from '../../../text/words';
import { portsKnown } from './plan-at';

/** Rows of the drawing, from the top: band labels, the connection's diamond, port labels, ticks, axis. */
export const ROWS = {
  top: 8,
  label: 22,
  diamond: 40,
  portLabel: 61,
  tick: 66,
  tickEnd: 88,
  bottom: 94,
  axis: 110,
  height: 116,
};

const TICK_WIDTH = 5;
const TICK_PITCH = 8;
const NARROWEST_PITCH = 2.5;
const DIAMOND_HALF = 8;
/** A generous guess at a letter's width at the timeline's type size; text is not measured. */
const LETTER = 6.4;

export interface Scale {
  readonly left: number;
  readonly right: number;
  /** The time at the right end, in milliseconds from the plan's zero. */
  readonly endMs: number;
}

export interface BandShape {
  readonly x: number;
  readonly width: number;
  readonly label: string;
  readonly alternate: boolean;
}

export interface TickShape {
  readonly index: number;
  /** Its middle. */
  readonly x: number;
  readonly width: number;
  readonly protocol: KnockProtocol;
  readonly sent: boolean;
  /** The port, where there is room and the plan has more than one; else null. `x` is its middle. */
  readonly label: { readonly text: string; readonly x: number } | null;
}

export interface DiamondShape {
  readonly x: number;
  readonly label: string;
  readonly labelSide: 'left' | 'right';
  /** `planned`, `sent`: the SYN left, `answered`: the port opened, `unanswered`: nothing came
   * back in time, the port refused, or the server hung up at once. */
  readonly state: 'planned' | 'sent' | 'answered' | 'unanswered';
}

export interface DoorShape {
  readonly x: number;
  readonly width: number;
  /** Null when there is no room for it. */
  readonly label: string | null;
  /** `expected` by the plan, `open` proven by an answer, `shut`: no answer came. */
  readonly state: 'expected' | 'open' | 'shut';
}

export interface AxisMark {
  readonly x: number;
  readonly label: string;
}

export interface TimelineLayout {
  readonly scale: Scale;
  readonly bands: readonly BandShape[];
  readonly ticks: readonly TickShape[];
  readonly diamond: DiamondShape | null;
  readonly door: DoorShape;
  readonly axis: readonly AxisMark[];
}

/** The x of a moment; what lies outside the drawing is held at its edge. */
export function xAt(scale: Scale, ms: number): number {
  const share = Math.min(Math.max(ms / scale.endMs, 0), 1);
  return scale.left + share * (scale.right - scale.left);
}

/** @param connects false when only the knock was asked for: then there is no connection to draw */
export function timelineLayout(
  plan: KnockPlan,
  events: readonly KnockEvent[],
  width: number,
  connects = true,
): TimelineLayout {
  const scale: Scale = { left: 0, right: Math.max(width, 1), endMs: endOf(plan, events) };
  const bands = plan.bands.map((band, index): BandShape => {
    const x = xAt(scale, band.fromMs);
    const bandWidth = xAt(scale, band.toMs) - x;
    const words = say(band.label);
    return {
      x,
      width: bandWidth,
      label: bandWidth >= words.length * LETTER + 12 ? words : bandWidth >= 16 ? String(index + 1) : '',
      alternate: index % 2 === 1,
    };
  });
  return {
    scale,
    bands,
    ticks: ticksOf(plan, events, scale),
    diamond: connects ? diamondOf(plan, events, scale) : null,
    door: doorOf(plan, events, scale),
    axis: axisOf(plan, scale),
  };
}

/** What is shown of a connection that waits for nothing: when an unanswered SYN would be sent again (RFC 6298 §2.1). */
const OWN_KNOCK_SPAN_MS = 1000;

/** The plan's own end with some room behind it, or the last thing that happened on it when that was later. */
function endOf(plan: KnockPlan, events: readonly KnockEvent[]): number {
  const planned = [
    ...plan.packets.map((packet) => packet.atMs),
    ...plan.bands.map((band) => band.toMs),
    plan.door.toMs ?? plan.connect.atMs * 1.3,
    plan.connect.atMs * 1.05,
    connectionKnocks(plan) ? OWN_KNOCK_SPAN_MS : 1,
  ];
  const happened = events.map((event) => {
    if (event.type === 'packet-sent') return event.phase === 'knock' ? event.actualMs : 0;
    if (event.type === 'connecting') return event.actualMs * 1.05;
    return event.type === 'open' ? event.atMs * 1.05 : 0;
  });
  return Math.max(...planned, ...happened);
}

function ticksOf(plan: KnockPlan, events: readonly KnockEvent[], scale: Scale): readonly TickShape[] {
  const sentAt = new Map<number, number>();
  for (const event of events)
    if (event.type === 'packet-sent' && event.phase === 'knock') sentAt.set(event.index, event.actualMs);

  const groups = new Map<number, PlannedPacket[]>();
  for (const packet of plan.packets) {
    const group = groups.get(packet.atMs);
    if (group === undefined) groups.set(packet.atMs, [packet]);
    else group.push(packet);
  }
  const starts = [...groups.keys()].sort((a, b) => a - b);
  const manyPorts = portsKnown(plan) && new Set(plan.packets.map((packet) => packet.port)).size > 1;
  let labelledTo = Number.NEGATIVE_INFINITY;

  return starts.flatMap((atMs, position) => {
    const group = groups.get(atMs) ?? [];
    const next = starts[position + 1];
    const room = (next === undefined ? scale.right : xAt(scale, next)) - xAt(scale, atMs);
    const pitch = Math.max(Math.min(TICK_PITCH, (room - 2) / group.length), NARROWEST_PITCH);
    return group.map((packet, nth): TickShape => {
      const tickWidth = Math.min(TICK_WIDTH, pitch - 1);
      // Its left edge stands at its time, so that the ticks of a burst lie inside their window.
      const x = xAt(scale, sentAt.get(packet.index) ?? packet.atMs) + nth * pitch + tickWidth / 2 + 1;
      const text = packet.protocol === 'udp' ? `${packet.port}/udp` : String(packet.port);
      const half = (text.length * LETTER) / 2;
      const middle = Math.max(x, half);
      const fits = manyPorts && middle - half > labelledTo + 6;
      if (fits) labelledTo = middle + half;
      return {
        index: packet.index,
        x,
        width: tickWidth,
        protocol: packet.protocol,
        sent: sentAt.has(packet.index),
        label: fits ? { text, x: middle } : null,
      };
    });
  });
}

function diamondOf(plan: KnockPlan, events: readonly KnockEvent[], scale: Scale): DiamondShape {
  // Of several attempts the first is when it began, and the one that was answered is when it was.
  const attempt = events.find((event) => event.type === 'connecting');
  const open = events.find((event) => event.type === 'open');
  const begunMs = attempt?.type === 'connecting' ? attempt.actualMs : plan.connect.atMs;
  const atMs = open?.type === 'open' ? open.atMs - open.answeredInMs : begunMs;
  const failed = events.some((event) => event.type === 'failed');
  const hungUp = events.some((event) => event.type === 'failed' && event.error.code === 'hung-up');
  const state =
    attempt === undefined ? 'planned' : open !== undefined && !hungUp ? 'answered' : failed ? 'unanswered' : 'sent';
  const own = plan.steps.find((step) => step.ownsConnection === true);
  const ownWords = own === undefined ? null : lowerFirst(say(own.label));
  const label = {
    planned: ownWords ?? `connect at ${duration(atMs)}`,
    sent: ownWords === null ? `connecting since ${duration(atMs)}` : `${ownWords} sent`,
    answered: `connected at ${duration(atMs)}`,
    unanswered: hungUp ? 'hung up' : 'shut',
  }[state];
  // A diamond at the plan's zero keeps its left half inside.
  const x = Math.max(xAt(scale, atMs), DIAMOND_HALF);
  return { x, label, labelSide: x + 13 + label.length * LETTER < scale.right ? 'right' : 'left', state };
}

/** Failures that tell that the door stayed shut. */
const SHUT_CODES: ReadonlySet<ErrorCode> = new Set(['not-opened', 'hung-up']);

function doorOf(plan: KnockPlan, events: readonly KnockEvent[], scale: Scale): DoorShape {
  const x = xAt(scale, plan.door.fromMs);
  const width = xAt(scale, plan.door.toMs ?? scale.endMs) - x;
  // A server that hangs up at once has answered, and yet its door was shut.
  const state = events.some((event) => event.type === 'failed' && SHUT_CODES.has(event.error.code))
    ? 'shut'
    : events.some((event) => event.type === 'open')
      ? 'open'
      : 'expected';
  const label = state === 'shut' ? 'did not open' : 'door open';
  // The last band's own label shares the row, at the region's left.
  const needed = label.length * LETTER + (plan.bands.length > 0 ? 24 : 12);
  return { x, width, label: width >= needed ? label : null, state };
}

/** Marks at the bands' edges where there are bands, else at round times; thinned until the labels do not touch. */
function axisOf(plan: KnockPlan, scale: Scale): readonly AxisMark[] {
  const edges =
    plan.bands.length > 0
      ? [...new Set(plan.bands.flatMap((band) => [band.fromMs, band.toMs]))].sort((a, b) => a - b)
      : roundTimes(scale);
  const widest = Math.max(...edges.map((ms) => axisLabel(ms).length)) * LETTER + 14;
  const spacing = (scale.right - scale.left) / Math.max(edges.length - 1, 1);
  const every = Math.max(1, Math.ceil(widest / spacing));
  return edges
    .filter((_, position) => position % every === 0)
    .map((ms) => ({ x: xAt(scale, ms), label: axisLabel(ms) }));
}

function axisLabel(ms: number): string {
  return ms === 0 ? '0 s' : duration(ms);
}

function roundTimes(scale: Scale): readonly number[] {
  const most = Math.max(2, Math.floor((scale.right - scale.left) / 110));
  const rough = scale.endMs / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? 10 * power;
  return Array.from({ length: Math.floor(scale.endMs / step) + 1 }, (_, position) => position * step);
}
