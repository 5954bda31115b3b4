import type { ErrorInfo } from '../domain/errors';
import { connectionKnocks } from '../domain/plan/knock-plan';
import type { KnockPlan, PlannedPacket } from '../domain/plan/knock-plan';
import { duration } from '../text/words';
import { say } from '../text/say';

export function out(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function err(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Control characters of outside text never reach a terminal. */
export function plain(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, '�');
}

/** A failure as the command line says it: what, why, what to do. */
export function printError(error: ErrorInfo): void {
  err(`sesamy: ${say(error.title)}.`);
  for (const line of plain(say(error.cause)).split('\n')) err(`  ${line}`);
  for (const step of error.steps) err(`  - ${plain(say(step))}`);
}

/** Rows whose cells stand one under another; the first row has a cell for each column. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Seconds with three decimals, set flush right. */
export function seconds(ms: number, width = 9): string {
  return `${(ms / 1000).toFixed(3)} s`.padStart(width);
}

/** Every packet of a plan, one a line, then the connection. */
export function printPlan(host: string, plan: KnockPlan): void {
  out(plain(say(plan.summary)));
  out(`to ${host}`);
  for (const packet of plan.packets) out(`${seconds(packet.atMs)}  ${packetWords(packet)}`);
  const own = connectionKnocks(plan) ? ', its own SYN is the knock' : '';
  out(`${seconds(plan.connect.atMs)}  connect   port ${plan.connect.port}${own}`);
  for (const packet of plan.closing) out(`end+${seconds(packet.atMs, 7)}  ${packetWords(packet)}`);
  out(doorSentence(plan));
  for (const note of plan.notes) out(`note: ${plain(say(note))}`);
  if (plan.refusal !== null) out(`It cannot be sent now: ${plain(say(plan.refusal.cause))}`);
}

function packetWords(packet: PlannedPacket): string {
  const what = packet.protocol === 'tcp' ? 'SYN     ' : 'datagram';
  const payload = packet.protocol === 'udp' && packet.payload !== null ? `, ${payloadWords(packet.payload)}` : '';
  return `${what}  port ${packet.port}${payload}`;
}

function payloadWords(payload: string): string {
  return payload === 'later' ? 'with a payload made when it is sent' : `payload ${payload}`;
}

function doorSentence(plan: KnockPlan): string {
  if (connectionKnocks(plan)) return 'Only the right SYN is answered; every other meets a closed port.';
  const until = plan.door.toMs === null ? '' : `, until ${duration(plan.door.toMs)}`;
  return plan.door.singleUse
    ? `The door opens for the first connection only${until}.`
    : `The door opens after the last knock${until}, for as long as the server says.`;
}
